"""Tidy tables of joint angles: one header row, a time column, one column per angle."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinematics.conventions import PELVIS_ANGLES, SIDED_ANGLES, SIDES, DataError, sided
from kinematics.readers.clock import even_clock
from kinematics.readers.request import Request
from kinematics.readers.source import Source
from kinematics.readers.text import Block, decimals, find_block, read_columns
from kinematics.trial import Passport, Trial

NAME = "tidy"
FORMAT = "tidy angles"
#: Names under which the time is found, after `_key`, with the seconds in one unit.
TIME_NAMES = {"time": 1.0, "times": 1.0, "t": 1.0, "timestamp": 1.0, "timems": 1e-3}
SIDE_WORDS = {"l": "left", "left": "left", "lt": "left", "r": "right", "right": "right", "rt": "right"}
UNIT_WORDS = {
    "deg": 1.0,
    "degree": 1.0,
    "degrees": 1.0,
    "rad": np.degrees(1.0),
    "radian": np.degrees(1.0),
    "radians": np.degrees(1.0),
}
#: Stem of a column's name -> (angle, sign). The noun names the positive direction.
SIDED_STEMS = {
    "hipflexion": ("hip_flexion_deg", 1.0),
    "hipextension": ("hip_flexion_deg", -1.0),
    "hipadduction": ("hip_adduction_deg", 1.0),
    "hipabduction": ("hip_adduction_deg", -1.0),
    "hiprotation": ("hip_internal_rotation_deg", 1.0),
    "hipinternalrotation": ("hip_internal_rotation_deg", 1.0),
    "hipexternalrotation": ("hip_internal_rotation_deg", -1.0),
    "thighflexion": ("thigh_flexion_deg", 1.0),
    "thighextension": ("thigh_flexion_deg", -1.0),
}
PELVIS_STEMS = {
    "pelvisanteriortilt": ("pelvis_anterior_tilt_deg", 1.0),
    "anteriorpelvictilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvicanteriortilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvisposteriortilt": ("pelvis_anterior_tilt_deg", -1.0),
    "pelvistilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvictilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvisobliquity": ("pelvis_obliquity_deg", 1.0),
    "pelvicobliquity": ("pelvis_obliquity_deg", 1.0),
    "pelvisrotation": ("pelvis_rotation_deg", 1.0),
    "pelvicrotation": ("pelvis_rotation_deg", 1.0),
}
#: Columns that only OpenSim's pelvis has: there a positive tilt is posterior, a positive list right side down.
OPENSIM_MARKS = ("pelvistx", "pelvislist")
OPENSIM_STEMS = {
    "pelvistilt": ("pelvis_anterior_tilt_deg", -1.0),
    "pelvislist": ("pelvis_obliquity_deg", -1.0),
    "pelvisrotation": ("pelvis_rotation_deg", 1.0),
}
AMBIGUOUS = ("pelvistilt", "pelvictilt")


@dataclass(frozen=True)
class Mapped:
    """One column of the file and what it becomes."""

    column: str
    target: str
    sign: float
    to_deg: float


def recognises(source: Source) -> bool:
    """Whether a table has a time column and the hip flexion of at least one side."""
    try:
        table = find_block(source)
    except DataError:
        return False
    targets = {mapped.target for mapped in _automatic(table)}
    return _time_column(table) is not None and any(sided("hip_flexion_deg", side) in targets for side in SIDES)


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial, in degrees and the project's signs.

    The zero is the request's, else "model" for OpenSim's coordinates, else unknown. A mapping is a TOML file:
    ``[columns]``, then ``hip_flexion_left_deg = {column = "LHip", sign = -1, unit = "deg"}`` for each angle.

    Raises
    ------
    DataError
        Where time, hip flexion or a mapped column is missing, two columns claim one angle, or a cell is no number.
    """
    table = find_block(source)
    mapped = _automatic(table) if request.mapping is None else _from_toml(request.mapping, table)
    _check(mapped, table)
    time = _time_column(table)
    if time is None:
        raise DataError("there is no time column.", file=table.file, remedy="Add a column time_s, in seconds.")
    column, to_s = time
    numbers = _without_empty_end(read_columns(table, [column, *(entry.column for entry in mapped)]))
    digits = decimals([row[table.names.index(column)] for row in table.first_rows])
    clock = even_clock(
        numbers[column] * to_s,
        resolution_s=to_s * 10.0**-digits,
        declared_hz=request.rate_hz,
        file=table.file,
        column=column,
    )
    channels = {entry.target: clock.spread(numbers[entry.column] * (entry.sign * entry.to_deg)) for entry in mapped}
    opensim = request.mapping is None and _is_opensim(table)
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format="OpenSim coordinates" if opensim else FORMAT,
        rate_hz=clock.rate_hz,
        axes="angles as the file has them",
        zero=request.zero or ("model" if opensim else "unknown"),  # type: ignore[arg-type]
        model="as in the file",
        sign_changes=tuple(f"{entry.column} times {entry.sign:+g}" for entry in mapped if entry.sign < 0),
        notes=(*clock.notes, *_notes(mapped, opensim)),
    )
    return Trial(source.stem, "angles", request.task, request.speed_m_s, clock.time_s, passport, channels=channels)


def _automatic(table: Block) -> list[Mapped]:
    """Columns whose names say what they are."""
    pelvis = OPENSIM_STEMS if _is_opensim(table) else PELVIS_STEMS
    found = [entry for column in table.names if (entry := _match(column, pelvis)) is not None]
    return found


def _match(column: str, pelvis: dict[str, tuple[str, float]]) -> Mapped | None:
    words = re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", column).lower())
    units = [word for word in words if word in UNIT_WORDS]
    sides = [word for word in words if word in SIDE_WORDS]
    stem = "".join(word for word in words if word not in UNIT_WORDS and word not in SIDE_WORDS and word != "angle")
    to_deg = UNIT_WORDS[units[0]] if units else 1.0
    if stem in SIDED_STEMS and len(sides) == 1:
        angle, sign = SIDED_STEMS[stem]
        return Mapped(column, sided(angle, SIDE_WORDS[sides[0]]), sign, to_deg)
    if stem in pelvis and not sides:
        angle, sign = pelvis[stem]
        return Mapped(column, angle, sign, to_deg)
    return None


def _is_opensim(table: Block) -> bool:
    return any(_key(name) in OPENSIM_MARKS for name in table.names)


def _from_toml(path: Path, table: Block) -> list[Mapped]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("columns", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"this mapping cannot be read ({reason}).", file=path.name) from None
    known = [sided(angle.name, side) for angle in SIDED_ANGLES for side in SIDES] + [a.name for a in PELVIS_ANGLES]
    mapped = []
    for target, entry in entries.items():
        entry = {"column": entry} if isinstance(entry, str) else entry
        if target not in known:
            raise DataError(
                f"'{target}' is no angle of this project.", file=path.name, remedy=f"Use one of {', '.join(known)}."
            )
        if entry.get("column") not in table.names:
            raise DataError(
                f"column '{entry.get('column')}' for {target} is not in {table.file}.",
                file=path.name,
                remedy="Correct its name.",
            )
        if entry.get("sign", 1) not in (1, -1) or entry.get("unit", "deg") not in UNIT_WORDS:
            raise DataError(f"{target}: sign has to be 1 or -1, unit deg or rad.", file=path.name)
        mapped.append(
            Mapped(entry["column"], target, float(entry.get("sign", 1)), UNIT_WORDS[entry.get("unit", "deg")])
        )
    return mapped


def _check(mapped: list[Mapped], table: Block) -> None:
    targets = [entry.target for entry in mapped]
    for target in targets:
        if targets.count(target) > 1:
            columns = ", ".join(f"'{entry.column}'" for entry in mapped if entry.target == target)
            raise DataError(
                f"{columns} all read as {target}.", file=table.file, remedy="Say which one in a mapping file."
            )
    if not any(sided("hip_flexion_deg", side) in targets for side in SIDES):
        raise DataError(
            "there is no column of hip flexion.",
            file=table.file,
            remedy="Name the columns hip_flexion_l and hip_flexion_r, or give a mapping file.",
        )


def _time_column(table: Block) -> tuple[str, float] | None:
    for name in table.names:
        key = re.sub(r"(s|sec|seconds|second)$", "", _key(name)) if _key(name) not in TIME_NAMES else _key(name)
        if key in TIME_NAMES:
            return name, TIME_NAMES[key]
    return None


def _without_empty_end(numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns without the rows at the end in which every cell is empty."""
    filled = np.flatnonzero(np.any([np.isfinite(values) for values in numbers.values()], axis=0))
    stop = int(filled[-1]) + 1 if filled.size else 0
    return {name: values[:stop] for name, values in numbers.items()}


def _notes(mapped: list[Mapped], opensim: bool) -> list[str]:
    notes = []
    if opensim:
        notes.append("OpenSim coordinates: tilt and list were turned; zero is the model's neutral pelvis.")
    for entry in mapped:
        if not opensim and _key(re.sub(r"_?\(?(deg|rad)\)?$", "", entry.column)) in AMBIGUOUS:
            notes.append(f"'{entry.column}' was taken as anterior positive; a mapping file can say otherwise.")
    return notes


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
