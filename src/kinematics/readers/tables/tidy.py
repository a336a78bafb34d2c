"""Tidy tables of joint angles: a header of one or more rows, a time or frame column, one column per angle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial import generic_imu
from kinematics.readers.opensim import opensim
from kinematics.readers.optical import vicon_nexus, vicon_workstation
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.column_names import find_angles, find_frame, find_time, has_unit, is_ambiguous, refusal
from kinematics.readers.shared.joint_angles import (
    angle_trial,
    check_degrees,
    unwrapped,
    without_constant,
    without_empty_end,
)
from kinematics.readers.shared.mapping import HIP_FLEXIONS, Mapped, check_mapped, described, read_mapping, turned
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_block, is_number, printed_resolution, read_positions
from kinematics.readers.tables.visual3d_text import shape_of
from kinematics.trial import Trial

NAME = "tidy"
FORMAT = "tidy angles"
#: Formats whose names of columns would do for a tidy table as well.
MORE_SPECIAL = (opensim, vicon_nexus, vicon_workstation, generic_imu)


def recognises(source: Source) -> bool:
    """Whether a table names the hip flexion of a side beside a time or frames, or is a kind that is refused by name."""
    try:
        table, joined = _table(source)
    except DataError:
        return False
    if shape_of(source) or any(source.knows(module) for module in MORE_SPECIAL):
        return False
    if set(HIP_FLEXIONS) & {mapped.target for mapped in find_angles(table.names)}:
        return find_time(table.names) is not None or find_frame(table.names) is not None
    return _refusal(table, joined) is not None


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial, in degrees and the project's signs.

    The zero is the request's, else unknown. A table without time needs the request's rate. A mapping is a TOML file:
    ``[columns]``, then ``hip_flexion_left_deg = {column = "LHip", sign = -1, unit = "deg"}`` for each angle.

    Raises
    ------
    DataError
        Where time and rate, hip flexion or a mapped column are missing, two columns claim one angle, angles are in
        undeclared radians, no hip was measured, or a cell is no number.

    Notes
    -----
    A table that names the pelvis as OpenSim does is read with OpenSim's signs, whatever format was asked for.
    """
    if request.mapping is None and source.knows(opensim):
        return opensim.read(source, request)
    table, joined = _table(source)
    mapped = find_angles(table.names) if request.mapping is None else _by_user(request, table)
    if request.mapping is None and not set(HIP_FLEXIONS) & {entry.target for entry in mapped}:
        problem = _refusal(table, joined)
        if problem is not None:
            raise problem
    check_mapped(mapped, table.file)
    clock, columns = _clock_and_columns(table, mapped, request)
    channels = {
        entry.target: clock.spread(entry.applied(column)) for entry, column in zip(mapped, columns, strict=True)
    }
    if request.mapping is None and not any(has_unit(entry.column) for entry in mapped):
        check_degrees(channels, file=table.file, task=request.task)
    channels, still = without_constant(channels, table.file)
    channels, wraps = unwrapped(channels)
    about = dict(
        format=FORMAT,
        axes="angles as the file has them",
        zero="unknown",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*still, *wraps, *_doubts(mapped, request)),
    )
    return angle_trial(source, request, clock, channels, about)


def _table(source: Source) -> tuple[Block, bool]:
    """The table, the rows of a header of several joined into one name per column, and whether there were several."""
    block = find_block(source)
    filled = [name for name in block.names if name]
    above = _header_rows(source, block)
    if not above or len(set(filled)) == len(filled):
        return block, False
    names = list(block.names)
    for row in above:
        names = [
            f"{left}_{right}" if left and right else left or right
            for left, right in zip(_filled_on(row), names, strict=True)
        ]
    return replace(block, names=("", *names[1:]) if _counts(block) else tuple(names)), True


def _header_rows(source: Source, block: Block) -> list[list[str]]:
    """Rows of names directly above the last one, nearest first."""
    found = []
    for number in range(block.first_line - 2, -1, -1):
        cells = [cell.strip().strip('"') for cell in source.head[number].split(block.separator)]
        named = [cell for cell in cells if cell]
        if len(cells) != len(block.names) or len(named) < 2 or any(map(is_number, named)):
            break
        found.append(cells)
    return found


def _filled_on(cells: list[str]) -> list[str]:
    """A row of merged cells: an empty cell has the name to its left."""
    out: list[str] = []
    for column, cell in enumerate(cells):
        out.append(cell or (out[-1] if column > 1 else ""))
    return out


def _counts(block: Block) -> bool:
    """Whether the first column counts rows: whole numbers in steps of one."""
    cells = block.first_cells(0)
    if not all(cell.lstrip("-").isdigit() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _by_user(request: Request, table: Block) -> list[Mapped]:
    assert request.mapping is not None
    mapped = read_mapping(request.mapping, table.names, table.file)
    return [replace(entry, position=table.names.index(entry.column)) for entry in mapped]


def _clock_and_columns(table: Block, mapped: list[Mapped], request: Request) -> tuple[Clock, list[np.ndarray]]:
    """The clock, by the time column or by frames and the declared rate, and the mapped columns."""
    positions = [entry.position for entry in mapped]
    time = find_time(table.names)
    frame = find_frame(table.names) if time is None else None
    if time is None and (frame is None or request.rate_hz is None):
        what = "there is no time column" + ("" if frame is None else ", and frames alone have no rate")
        raise DataError(
            f"{what}.", file=table.file, remedy="Add a column time_s, in seconds, or state rate_hz in trials.csv."
        )
    position, to_s = time if time is not None else (frame or 0, 1.0 / (request.rate_hz or 1.0))
    numbers = without_empty_end(read_positions(table, [position, *positions]))
    time_s, columns = numbers[0] * to_s, numbers[1:]
    resolution = to_s * printed_resolution(table.first_cells(position)) if time is not None else 0.0
    name = table.names[position] or "1"
    return _clock(time_s, resolution, request.rate_hz, table.file, name), columns


def _clock(time_s: np.ndarray, resolution_s: float, declared_hz: float | None, file: str, column: str) -> Clock:
    """The clock; times that repeat because they were rounded too far are taken from end to end, where they allow it."""
    steps = np.diff(time_s)
    repeats = time_s.size > 3 and steps.min() == 0  # which a missing time is not
    if repeats and np.isfinite(time_s).all() and steps.any():
        rate = declared_hz or (time_s.size - 1) / float(time_s[-1] - time_s[0])
        even = time_s[0] + np.arange(time_s.size) / rate
        if np.abs(time_s - even).max() <= resolution_s * 1.0001:
            note = f"Times repeat (rounded to {resolution_s:g} s); the rate is {rate:.4g} Hz from end to end."
            return Clock(rate, even, np.arange(time_s.size), (note,))
    return even_clock(time_s, resolution_s=resolution_s, declared_hz=declared_hz, file=file, column=column)


def _refusal(table: Block, joined: bool) -> DataError | None:
    """Why a table without hip angles is of no use, where it tells."""
    problem = refusal(table.names, table.file)
    if problem is not None or not joined:
        return problem
    parts = [name for name in table.names if name]
    if {name.rsplit("_", 1)[-1].lower() for name in parts} <= {"x", "y", "z"}:
        shown = ", ".join(dict.fromkeys(name.rsplit("_", 1)[0] for name in parts))
        return DataError(
            f"this is a table of marker positions ({shown[:60]}) without rate and unit.",
            file=table.file,
            remedy="Give the motion capture system's own export (C3D, TRC, TSV), with pelvis and thighs.",
        )
    return None


def _doubts(mapped: list[Mapped], request: Request) -> list[str]:
    if request.mapping is not None:
        return []
    return [
        f"'{entry.column}' was taken as anterior positive; a mapping file can say otherwise."
        for entry in mapped
        if is_ambiguous(entry.column)
    ]
