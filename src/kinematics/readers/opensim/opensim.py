"""OpenSim coordinates (.mot, .sto; inverse kinematics, OpenCap, Pose2Sim) and tables that keep their names."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kinematics.conventions import SIDES, DataError, sided
from kinematics.readers.opensim.opensim_files import Storage, end_of_header, header_of, read_storage
from kinematics.readers.opensim.opensim_pelvis import along_the_walk
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.column_names import SPORTS2D, SPORTS2D_REMEDY
from kinematics.readers.shared.joint_angles import (
    check_degrees,
    looks_like_radians,
    unwrapped,
    without_constant,
    without_empty_end,
)
from kinematics.readers.shared.mapping import HIP_FLEXIONS, Mapped, check_mapped, described, read_mapping, turned
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_block, printed_resolution, read_positions
from kinematics.trial import Passport, Trial

NAME = "opensim"
FORMAT = "OpenSim coordinates"
TIME = re.compile(r"times?(_?\[?\(?(s|sec|seconds)\)?\]?)?|timestamps?(_?s)?", re.IGNORECASE)
#: Coordinate -> (angle, sign). In gait2392, Hamner 2010, Rajagopal 2016 and their descendants tilt turns about the
#: axis to the right (posterior positive) and list about the axis forward (right side down positive).
PELVIS = {
    "pelvis_tilt": ("pelvis_anterior_tilt_deg", -1.0),
    "pelvis_list": ("pelvis_obliquity_deg", -1.0),
    "pelvis_rotation": ("pelvis_rotation_deg", 1.0),
}
HIP = {
    "hip_flexion": "hip_flexion_deg",
    "hip_adduction": "hip_adduction_deg",
    "hip_rotation": "hip_internal_rotation_deg",
}
#: Columns that only OpenSim's pelvis has: they tell a table without OpenSim's header.
MARKS = ("pelvis_tx", "pelvis_list")
HIP_STEM = "hip_flexion"
#: AddBiomechanics appends this to the coordinate's name and writes radians.
POSITION = "_pos"
ZERO_NOTE = "OpenSim coordinates: tilt and list were turned; zero is the model's neutral pelvis."


def recognises(source: Source) -> bool:
    """Whether a header ends with `endheader` (no quaternions), or a table has a pelvis named as OpenSim names it."""
    if end_of_header(source) is not None:
        return header_of(source)[0].get("datatype", "").lower() != "quaternion"
    try:
        table = find_block(source)
    except DataError:
        return False
    names = {_coordinate(name)[0] for name in table.names if any(stem in name.lower() for stem in (HIP_STEM, *MARKS))}
    hips = {f"{HIP_STEM}_{side[0]}" for side in SIDES}
    return bool(names & hips) and bool(names & set(MARKS) or _is_position(table))


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial in degrees and the project's signs; tilt and list are turned, the zero is the model's.

    Where the person does not face the file's +X, tilt, obliquity and rotation are taken from the full rotation
    (order tilt, list, rotation), and the rotation is counted from the nearest axis that the person faces.

    Raises
    ------
    DataError
        Where the file holds forces, Sports2D angles or anything else without a hip coordinate, has no time, or a cell
        is no number.
    """
    storage = read_storage(source) if end_of_header(source) is not None else Storage({}, (), find_block(source))
    if request.mapping is not None:
        return _by_mapping(source, request, storage.table)
    table, mapped = storage.table, _mapped(storage.table)
    if not {entry.target for entry in mapped} & set(HIP_FLEXIONS):
        raise _without_hip(table)
    check_mapped(mapped, table.file)
    to_deg, unit_notes, stated = _unit(storage)
    clock, channels = _channels(table, [replace(entry, to_deg=entry.to_deg * to_deg) for entry in mapped], request)
    if not stated:
        check_degrees(channels, file=table.file, task=request.task)
    channels, still = without_constant(channels, table.file)
    channels, wraps = unwrapped(channels)
    channels, axes, heading = along_the_walk(channels)
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes,
        zero=request.zero or "model",  # type: ignore[arg-type]
        model="as in the file",
        sequence=f"hip Z-X'-Y''; pelvis {'rotation-obliquity-tilt' if heading else 'tilt-obliquity-rotation'}",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*clock.notes, *unit_notes, *_unit_doubt(channels, stated, request), *still, *wraps, *heading, ZERO_NOTE),
    )
    return Trial(source.stem, "angles", request.task, request.speed_m_s, clock.time_s, passport, channels=channels)


def _by_mapping(source: Source, request: Request, table: Block) -> Trial:
    """The columns, signs and units that the user's mapping states, and nothing of OpenSim's."""
    assert request.mapping is not None
    mapped = [
        replace(entry, position=table.names.index(entry.column))
        for entry in read_mapping(request.mapping, table.names, table.file)
    ]
    check_mapped(mapped, table.file)
    clock, channels = _channels(table, mapped, request)
    channels, still = without_constant(channels, table.file)
    channels, wraps = unwrapped(channels)
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=f"{FORMAT}, by a mapping",
        rate_hz=clock.rate_hz,
        axes="angles as the file has them",
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        model="as in the file",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*clock.notes, *still, *wraps),
    )
    return Trial(source.stem, "angles", request.task, request.speed_m_s, clock.time_s, passport, channels=channels)


def _channels(table: Block, mapped: list[Mapped], request: Request) -> tuple[Clock, dict[str, np.ndarray]]:
    """The clock and the mapped columns on it, in degrees and the project's signs."""
    time = _time_position(table)
    time_s, *columns = without_empty_end(read_positions(table, [time, *(entry.position for entry in mapped)]))
    clock = even_clock(
        time_s,
        resolution_s=printed_resolution(table.first_cells(time)),
        declared_hz=request.rate_hz,
        file=table.file,
        column=table.names[time],
    )
    return clock, {
        entry.target: clock.spread(entry.applied(column)) for entry, column in zip(mapped, columns, strict=True)
    }


def _coordinate(name: str) -> tuple[str, bool]:
    """A label's coordinate in lower case ('' for speeds and states), and whether it was written as a position."""
    parts = [part for part in name.strip().lower().split("/") if part]
    if len(parts) > 1:
        return (parts[-2], False) if parts[-1] == "value" else ("", False)
    coordinate = parts[0] if parts else ""
    old = re.fullmatch(r"([lr])_(hip_\w+)", coordinate)
    coordinate = f"{old[2]}_{old[1]}" if old else coordinate
    return coordinate.removesuffix(POSITION), coordinate.endswith(POSITION)


def _is_position(table: Block) -> bool:
    return any(_coordinate(name)[1] for name in table.names if POSITION in name.lower())


def _mapped(table: Block) -> list[Mapped]:
    """Exact coordinates only: moments, reserves, speeds and activations carry the same stem."""
    known = {f"{stem}_{side[0]}": (sided(angle, side), 1.0) for stem, angle in HIP.items() for side in SIDES} | PELVIS
    found = []
    for position, name in enumerate(table.names):
        coordinate, in_radians = _coordinate(name)
        if coordinate in known:
            target, sign = known[coordinate]
            found.append(Mapped(name, target, sign, float(np.degrees(1.0)) if in_radians else 1.0, position))
    return found


def _unit(storage: Storage) -> tuple[float, tuple[str, ...], bool]:
    """Degrees in one of the file's units, a note, and whether the file states it."""
    word = storage.header.get("indegrees", "").lower()
    if word in ("yes", "no"):
        return (1.0, (), True) if word == "yes" else (float(np.degrees(1.0)), (), True)
    if _is_position(storage.table):
        return 1.0, ("AddBiomechanics positions (_pos): radians.",), True
    if any(line.lower().startswith("angles are in degrees") for line in storage.lines):
        return 1.0, (), True
    return 1.0, ("The file does not state its unit of angle; degrees, as in SIMM motion files.",), False


def _unit_doubt(channels: dict[str, np.ndarray], stated: bool, request: Request) -> tuple[str, ...]:
    hips = [channels[name] for name in HIP_FLEXIONS if name in channels]
    if stated and request.task in ("run", "walk") and all(looks_like_radians(hip) for hip in hips):
        return ("The file states its unit, but its hip angles are so small that they look like radians taken for deg.",)
    return ()


def _time_position(table: Block) -> int:
    for position, name in enumerate(table.names):
        if TIME.fullmatch(name.strip()):
            return position
    raise DataError("there is no column 'time'.", file=table.file, remedy="Export it with its time column.")


def _without_hip(table: Block) -> DataError:
    """Why a file of OpenSim's kind gives no hip angle."""
    names = [name.strip().lower() for name in table.names]
    if any("ground_force" in name or "ground_torque" in name for name in names):
        return DataError(
            "this file holds ground reaction forces, no angles.",
            file=table.file,
            remedy="Name it as forces_file beside its marker file (.trc) in trials.csv.",
        )
    if {"left hip", "right hip"} & set(names):
        return DataError(SPORTS2D, file=table.file, remedy=SPORTS2D_REMEDY)
    decoy = next((name for name in table.names if "hip_flexion" in name.lower()), None)
    if decoy is not None:
        return DataError(
            f"'{decoy}' is a moment, reserve, speed or state of the hip, not its angle.",
            file=table.file,
            remedy="Give the file of inverse kinematics, with hip_flexion_r and hip_flexion_l.",
        )
    shown = ", ".join(table.names[1:5])
    return DataError(
        f"there is no hip among its columns ({shown}, ...).",
        file=table.file,
        remedy="Give a file of inverse kinematics with hip_flexion_r and hip_flexion_l.",
    )
