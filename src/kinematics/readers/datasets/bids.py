"""Motion-BIDS: a `_motion.tsv` with its `_channels.tsv` and `_motion.json` beside it. No real data file was seen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from kinematics.conventions import DataError, sided
from kinematics.readers.datasets.bids_channels import (
    DEGREES,
    ENDING,
    METRES_PER_S2,
    RADIANS_PER_S,
    Channel,
    beside,
    factor_of,
    open_table,
    points_of,
    stated_rate,
)
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.joint_angles import without_constant
from kinematics.readers.shared.laboratory import METRES, SIDE_WORDS, frame_clock, to_laboratory, wanted_labels
from kinematics.readers.shared.mapping import (
    EXAMPLE,
    HIP_FLEXIONS,
    Mapped,
    check_mapped,
    described,
    read_mapping,
    turned,
)
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.quaternions import unit_quaternions
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import Block, read_positions
from kinematics.trial import Kind, Passport, Sensor, Trial

NAME = "bids"
FORMAT = "Motion-BIDS"
PROVISIONAL = True
#: Files beside the recording that were read with it, by their role in the passport.
NEIGHBOURS = {"channels": "_channels.tsv", "rate": "_motion.json"}
#: Scalar first, as a Trial has them, whatever order the columns stand in.
QUATERNION_COMPONENTS = ("quat_w", "quat_x", "quat_y", "quat_z")


def recognises(source: Source) -> bool:
    """Whether the file is the `_motion.tsv` of a data set: its channels stand in a table beside it."""
    if not source.path.name.endswith(ENDING) or not source.is_text:
        return False
    return beside(source, "_channels.tsv").is_file()


def read(source: Source, request: Request) -> Trial:
    """
    What the channels say: joint angles (JNTANG), marker positions (POS), orientations (ORNT) or inertial data.

    The first of angles, markers, inertial data and orientations that is there decides the kind. Angles are named by
    the data set: `hip_flexion_l` and the like are known, others need a mapping.

    Raises
    ------
    DataError
        Where `_channels.tsv` does not describe each column, a unit is unknown, or the rate is stated nowhere.
    """
    with asking_for_sample():
        trial = _read_by_type(source, request)
    return replace(trial, passport=trial.passport.noting(UNSEEN))


def _read_by_type(source: Source, request: Request) -> Trial:
    table, channels = open_table(source)
    by_type = {
        kind: [channel for channel in channels if channel.type == kind]
        for kind in ("JNTANG", "POS", "ACCEL", "GYRO", "MAGN", "ORNT", "LATENCY")
    }
    if by_type["JNTANG"]:
        return _angles(table, by_type, request)
    if by_type["POS"]:
        return _markers(table, by_type, request)
    if by_type["ACCEL"] and by_type["GYRO"]:
        return _sensors(table, by_type, request)
    if by_type["ORNT"]:
        return _orientations(table, by_type, request)
    raise DataError(
        "the channels hold neither joint angles, positions, orientations nor acceleration with angular rate.",
        file=source.file,
        remedy="Name the file of another tracking system of this data set.",
    )


def _clock(
    table: Block, by_type: dict[str, list[Channel]], latency: np.ndarray | None, n: int, request: Request
) -> Clock:
    declared = request.rate_hz
    if latency is not None and by_type["LATENCY"]:
        name = by_type["LATENCY"][0].name
        return even_clock(latency, resolution_s=1e-6, declared_hz=declared, file=table.file, column=name)
    if declared is None:
        declared = stated_rate(table.source)
    return frame_clock(np.arange(n, dtype=float), declared, table.file, "row")


def _read(table: Block, by_type: dict[str, list[Channel]], wanted: list[Channel], request: Request):
    """The clock and the wanted channels' numbers by column name."""
    latency = by_type["LATENCY"][:1]
    numbers = read_positions(table, [channel.column for channel in latency + wanted])
    clock = _clock(table, by_type, numbers[0] if latency else None, numbers[0].size, request)
    return clock, dict(zip((channel.name for channel in wanted), numbers[len(latency) :], strict=True))


def _angles(table: Block, by_type: dict[str, list[Channel]], request: Request) -> Trial:
    """Angles whose names say what they are (hip, flexion, side), else what the mapping says."""
    channels = by_type["JNTANG"]
    names = [channel.name for channel in channels]
    if request.mapping is not None:
        mapped = read_mapping(request.mapping, names, table.file)
    else:
        mapped = [entry for channel in channels if (entry := _by_name(channel, table)) is not None]
    if not any(entry.target in HIP_FLEXIONS for entry in mapped):
        shown = ", ".join(f"'{name}'" for name in names[:4])
        raise DataError(
            f"the joint angles ({shown} ...) do not say which one is hip flexion, and its sign.",
            file=table.file,
            remedy=EXAMPLE,
        )
    check_mapped(mapped, table.file)
    wanted = [channels[names.index(entry.column)] for entry in mapped]
    clock, numbers = _read(table, by_type, wanted, request)
    values = {entry.target: clock.spread(numbers[entry.column] * entry.factor) for entry in mapped}
    kept, notes = without_constant(values, table.file)
    trial = _trial(table, clock, request, "angles", axes="angles as the file has them", channels=kept)
    passport = trial.passport.with_(
        model="as in the file", columns=described(mapped), sign_changes=turned(mapped)
    ).noting(*notes)
    return replace(trial, passport=passport)


def _by_name(channel: Channel, table: Block) -> Mapped | None:
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", channel.name))]
    sides = {SIDE_WORDS[word] for word in words if word in SIDE_WORDS}
    if not {"hip", "flexion"} <= set(words) or len(sides) != 1:
        return None
    return Mapped(channel.name, sided("hip_flexion_deg", sides.pop()), 1.0, factor_of(channel, DEGREES, table))


def _markers(table: Block, by_type: dict[str, list[Channel]], request: Request) -> Trial:
    points = points_of(by_type["POS"], ("x", "y", "z"))
    labels, known = wanted_labels(points, request.settings.axes, table.file)
    clock, numbers = _read(table, by_type, [channel for label in labels for channel in points[label]], request)
    raw = {
        label: clock.spread(np.stack([numbers[c.name] * factor_of(c, METRES, table) for c in points[label]]))
        for label in labels
    }
    markers, axes = to_laboratory(raw, known, request.settings.axes, table.file)
    return _trial(table, clock, request, "markers", axes=axes, markers=markers)


def _orientations(table: Block, by_type: dict[str, list[Channel]], request: Request) -> Trial:
    points = points_of(by_type["ORNT"], QUATERNION_COMPONENTS)
    if not points:
        raise DataError(
            "the orientations are no quaternions (components quat_w, quat_x, quat_y, quat_z).",
            file=table.file,
            remedy="Export the orientations as quaternions.",
        )
    clock, numbers = _read(table, by_type, [channel for of in points.values() for channel in of], request)
    found = {
        point: clock.spread(unit_quaternions(np.stack([numbers[c.name] for c in of]))) for point, of in points.items()
    }
    return _trial(table, clock, request, "orientations", axes="file axes", orientations=found)


def _sensors(table: Block, by_type: dict[str, list[Channel]], request: Request) -> Trial:
    sets = {kind: points_of(by_type[kind], ("x", "y", "z")) for kind in ("ACCEL", "GYRO", "MAGN")}
    turns = points_of(by_type["ORNT"], QUATERNION_COMPONENTS)
    names = [point for point in sets["ACCEL"] if point in sets["GYRO"]]
    if not names:
        raise DataError(
            "no tracked point has both acceleration and angular rate in x, y and z.",
            file=table.file,
            remedy="Both are needed for the orientation of a segment.",
        )
    wanted = [c for of in (*sets.values(), turns) for point in names if point in of for c in of[point]]
    clock, numbers = _read(table, by_type, wanted, request)

    def values(of: list[Channel], units: dict[str, float] | None) -> np.ndarray:
        return clock.spread(
            np.stack([numbers[c.name] * (1.0 if units is None else factor_of(c, units, table)) for c in of])
        )

    sensors = {
        name: Sensor(
            name,
            clock.rate_hz,
            clock.time_s,
            values(sets["ACCEL"][name], METRES_PER_S2),
            values(sets["GYRO"][name], RADIANS_PER_S),
            values(sets["MAGN"][name], None) if name in sets["MAGN"] else None,
            unit_quaternions(values(turns[name], None)) if name in turns else None,
        )
        for name in names
    }
    return _trial(table, clock, request, "imu", axes="each sensor's own", sensors=sensors)


def _trial(table: Block, clock: Clock, request: Request, kind: Kind, *, axes: str, **content: Any) -> Trial:
    source = table.source
    neighbours = ((role, beside(source, ending)) for role, ending in NEIGHBOURS.items())
    found = ((role, read_source(path)) for role, path in neighbours if path.is_file())
    passport = Passport(
        sources=(("motion", source.file, source.sha256), *((role, other.file, other.sha256) for role, other in found)),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes,
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        notes=clock.notes,
    )
    return Trial(source.stem, kind, request.task, request.speed_m_s, clock.time_s, passport, **content)
