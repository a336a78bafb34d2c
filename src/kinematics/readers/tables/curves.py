"""Mean curves over a stride: RBDS and WBDS processed tables, and GCD files."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import CURVE_POINTS, SIDES, DataError, sided
from kinematics.readers.shared.joint_angles import check_degrees
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import find_block, is_number, read_columns
from kinematics.trial import Passport, Trial

NAME = "curves"
FORMAT = "mean curves of a stride"
RBDS, WBDS, GCD = "RBDS processed curves", "WBDS processed curves", "GCD"
PERCENT = "PercGcycle"
GCD_START = "#!DST"
#: RBDS: joint, variable, axis and speed in tenths of m/s: `RhipAngZ25`. Z flexion, X adduction, Y internal rotation,
#: the left side's X and Y already negated (Visual3D pipeline of Fukuchi 2017, doi:10.7717/peerj.3298).
_RBDS = re.compile(r"(?P<side>[RL])hipAng(?P<axis>[XYZ])(?P<speed>\d\d)")
_WBDS = re.compile(r"(?P<side>[RL])HipAngle(?P<axis>[XYZ])")
AXES = {"Z": "hip_flexion_deg", "X": "hip_adduction_deg", "Y": "hip_internal_rotation_deg"}
#: How far the requested speed may be from one that the file has. [m/s]
SPEED_TOLERANCE_M_S = 0.05
#: GCD: Plug-in Gait's names and signs; pelvic obliquity and rotation are the own side's.
GCD_HIP = {
    "HipFlexExt": "hip_flexion_deg",
    "HipAbAdduct": "hip_adduction_deg",
    "HipRotation": "hip_internal_rotation_deg",
}
GCD_PELVIS = {
    "PelvicTilt": ("pelvis_anterior_tilt_deg", 1.0),
    "PelvicObliquity": ("pelvis_obliquity_deg", -1.0),
    "PelvicRotation": ("pelvis_rotation_deg", -1.0),
}
OWN_CONTACT_NOTE = "Mean curves: each side's curve begins with its own foot contact."
SAMPLE_REQUEST = "This layout is read from its description alone. Please send a sample if it is read wrong."
_GCD_NAME = re.compile(r"!(?P<name>[A-Za-z]\w*)")


def recognises(source: Source) -> bool:
    """Whether it begins as a GCD file, or its first row names hip curves as RBDS or WBDS do."""
    if _is_gcd(source):
        return True
    cells = re.split(r"[\t,;]", source.head[0]) if source.head else []
    cells = [cell.strip().strip('"') for cell in cells]
    return bool(cells) and (cells[0] == PERCENT or sum(bool(_WBDS.fullmatch(cell)) for cell in cells) > 1)


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial of base "cycle": its time runs from 0 to 1 of a stride, its rate is NaN.

    Raises
    ------
    DataError
        Where the file has several speeds and none is asked for, no hip flexion, or a cell is no number.
    """
    if _is_gcd(source):
        return _read_gcd(source, request)
    table = find_block(source)
    return _read_rbds(source, request) if PERCENT in table.names else _read_wbds(source, request)


def _is_gcd(source: Source) -> bool:
    first = next((line.strip() for line in source.head if line.strip()), "")
    return first.startswith(GCD_START) and "GCD" in first


def _read_rbds(source: Source, request: Request) -> Trial:
    table = find_block(source)
    found = {name: match for name in table.names if (match := _RBDS.fullmatch(name))}
    speeds = sorted({int(match["speed"]) / 10.0 for match in found.values()})
    speed = request.speed_m_s
    chosen = [value for value in speeds if abs(value - speed) <= SPEED_TOLERANCE_M_S]
    if len(speeds) == 1 and np.isnan(speed):
        chosen = speeds
    if not chosen:
        shown = ", ".join(f"{value:g}" for value in speeds)
        asked = "none is asked for" if np.isnan(speed) else f"{speed:g} m/s is asked for"
        raise DataError(
            f"the file has curves at {shown or 'no speed'} m/s, and {asked}.",
            file=table.file,
            remedy="Give one of them as speed_m_s.",
        )
    wanted = {
        name: sided(AXES[match["axis"]], "right" if match["side"] == "R" else "left")
        for name, match in found.items()
        if int(match["speed"]) / 10.0 == chosen[0]
    }
    values = read_columns(table, [PERCENT, *wanted])
    _check_percent(values[PERCENT], table.file, PERCENT)
    channels = {target: values[name] for name, target in wanted.items()}
    columns = tuple((name, target, 1, "deg") for name, target in wanted.items())
    notes = (OWN_CONTACT_NOTE, "Coda pelvis and Bell hip centre (Fukuchi 2017, doi:10.7717/peerj.3298).")
    passport = Passport(
        zero=request.zero or "anatomical",  # type: ignore[arg-type]
        model="Coda pelvis (ASIS, PSIS), Visual3D",
        hip_centre="bell",
        sequence="hip Z-X'-Y'' (ISB)",
        columns=columns,
        notes=notes,
    )
    return _trial(source, request, RBDS, channels, passport, speed_m_s=chosen[0])


def _read_wbds(source: Source, request: Request) -> Trial:
    table = find_block(source)
    wanted = {
        name: sided(AXES[match["axis"]], "right" if match["side"] == "R" else "left")
        for name in table.names
        if (match := _WBDS.fullmatch(name))
    }
    values = read_columns(table, list(wanted))
    rows = len(next(iter(values.values()), ()))
    if rows != CURVE_POINTS:
        raise DataError(
            f"there are {rows} rows; mean curves of a stride have {CURVE_POINTS}.",
            file=table.file,
            remedy=SAMPLE_REQUEST,
        )
    channels = {target: values[name] for name, target in wanted.items()}
    passport = Passport(
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        model="as in the file",
        columns=tuple((name, target, 1, "deg") for name, target in wanted.items()),
        notes=(OWN_CONTACT_NOTE, SAMPLE_REQUEST),
    )
    return _trial(source, request, WBDS, channels, passport, speed_m_s=request.speed_m_s)


def _read_gcd(source: Source, request: Request) -> Trial:
    blocks = _gcd_blocks(source)
    channels: dict[str, np.ndarray] = {}
    columns: list[tuple[str, str, int, str]] = []
    notes = [OWN_CONTACT_NOTE]
    for stem, angle in GCD_HIP.items():
        for side in SIDES:
            name = next((n for n in (side.capitalize() + stem, stem) if n in blocks), None)
            if name is not None:
                channels[sided(angle, side)] = blocks[name]
                columns.append((name, sided(angle, side), 1, "deg"))
    if any(stem in blocks for stem in GCD_HIP):
        notes.append("The file's curves name no side; they stand for both.")
    turned = []
    for stem, (angle, mirror) in GCD_PELVIS.items():
        name = next((n for n in (f"Right{stem}", stem, f"Left{stem}") if n in blocks), None)
        if name is not None:
            factor = mirror if name.startswith("Left") else 1.0
            channels[angle] = factor * blocks[name]
            columns.append((name, angle, int(factor), "deg"))
            turned += [f"{name} times -1"] if factor < 0 else []
            notes += ["The pelvis's curves are those of the left stride."] if name.startswith("Left") else []
    passport = Passport(
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        model="as in the file",
        columns=tuple(columns),
        sign_changes=tuple(turned),
        notes=tuple(dict.fromkeys(notes)),
    )
    return _trial(source, request, GCD, channels, passport, speed_m_s=request.speed_m_s)


def _gcd_blocks(source: Source) -> dict[str, np.ndarray]:
    """Mean of each variable: the first number of every line below its name."""
    lines = source.lines(0)
    starts = [(number, found[1]) for number, line in enumerate(lines) if (found := _GCD_NAME.match(line.strip()))]
    known = {f"{side}{stem}" for side in ("Left", "Right", "") for stem in (*GCD_HIP, *GCD_PELVIS)}
    blocks: dict[str, np.ndarray] = {}
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    for (number, name), end in zip(starts, ends[: len(starts)], strict=True):
        if name in blocks:
            raise DataError(f"'{name}' occurs more than once.", file=source.file, row=number + 1)
        if name in known:
            blocks[name] = _gcd_numbers(lines, number + 1, end, name, source.file)
    if len({values.size for values in blocks.values()}) > 1:
        raise DataError("its curves have different numbers of points.", file=source.file, remedy="Export it again.")
    return blocks


def _gcd_numbers(lines: list[str], start: int, end: int, name: str, file: str) -> np.ndarray:
    values = []
    for number in range(start, end):
        cells = lines[number].split()
        if not cells:
            continue
        if cells[0][0] in "$#":
            break
        if not is_number(cells[0]):
            raise DataError(f"'{cells[0][:40]}' is not a number.", file=file, row=number + 1, column=name)
        values.append(float(cells[0].replace(",", ".").lower().replace("d", "e")))
    if len(values) < 2:
        raise DataError(f"there are no numbers below '{name}'.", file=file, row=start, remedy="Export it again.")
    return np.array(values)


def _check_percent(percent: np.ndarray, file: str, column: str) -> None:
    if percent.size != CURVE_POINTS or not np.array_equal(percent, np.arange(CURVE_POINTS)):
        raise DataError(
            f"the rows do not run from 0 to 100 % in steps of 1 ({percent.size} rows).",
            file=file,
            column=column,
            remedy="Restore the file as it was published.",
        )


def _trial(
    source: Source,
    request: Request,
    format: str,
    channels: dict[str, np.ndarray],
    passport: Passport,
    *,
    speed_m_s: float,
) -> Trial:
    if not any(sided("hip_flexion_deg", side) in channels for side in SIDES):
        raise DataError("there is no curve of hip flexion in it.", file=source.file, remedy="Export it with the hip.")
    check_degrees(channels, file=source.file, task=request.task)
    size = next(iter(channels.values())).size
    full = passport.with_(
        sources=(("motion", source.file, source.sha256),),
        format=format,
        axes="curves as the file has them",
    )
    time = np.linspace(0.0, 1.0, size)
    return Trial(source.stem, "angles", request.task, speed_m_s, time, full, channels=channels, base="cycle")
