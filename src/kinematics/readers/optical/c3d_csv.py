"""CSV made from a C3D: recording's rates, events, then names, units and axes above the numbers (Gueugnon 2024)."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.optical.lab_trial import Recording, lab_trial
from kinematics.readers.shared.clock import even_clock
from kinematics.readers.shared.plug_in_gait import LABELS, bare, read_outputs
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_separator, has_decimal_comma, printed_resolution, read_positions
from kinematics.trial import Trial

NAME = "c3d_csv"
FORMAT = "CSV made from C3D"
PROVISIONAL = True
SAMPLE = "This format is read provisionally. Please send a sample of such a file."
MARK = "PointFrequency"
TIME = "Time"
AXES = ("X", "Y", "Z")
HEADING_LINES = 15
NOTE = "Format read provisionally: no file of it has been seen. Its events were not read."


def recognises(source: Source) -> bool:
    """Whether the first row speaks of PointFrequency and a later one of names begins with Time."""
    return bool(source.head) and MARK in source.head[0] and _names_line(source) is not None


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial from Plug-in Gait's outputs; names stand above units, units above axes.

    Raises
    ------
    DataError
        Where hip angles, the axes row or the time are missing, with row and column where a cell is no number.
    """
    try:
        return lab_trial(_recording(source, request), source=source, request=request, format=FORMAT)
    except DataError as error:
        remedy = f"{error.remedy} {SAMPLE}" if error.remedy else SAMPLE
        raise DataError(error.problem, file=error.file, row=error.row, column=error.column, remedy=remedy) from None


def _recording(source: Source, request: Request) -> Recording:
    at = _names_line(source)
    rows = [_cells(line, source) for line in source.head[at : at + 3]] if at is not None else []
    if at is None or len(rows) < 3 or at + 3 >= len(source.head):
        raise DataError("there are no rows of names, units and axes.", file=source.file)
    places = _places(rows[0], rows[2])
    if not any(label.endswith("HipAngles") for label in places):
        raise DataError("there are no columns LHipAngles or RHipAngles.", file=source.file)
    block = _block(source, rows[0], at + 3)
    time, *values = read_positions(block, [0, *(place for triple in places.values() for place in triple)])
    clock = even_clock(
        time,
        resolution_s=printed_resolution([row[0] for row in block.first_rows]),
        declared_hz=request.rate_hz,
        file=source.file,
        column=TIME,
    )
    triplets = {name: clock.spread(np.stack(values[3 * i : 3 * i + 3])) for i, name in enumerate(places)}
    start = f"Time 0 is {clock.time_s[0]:g} s on the file's own clock."
    return Recording(clock.rate_hz, clock.time_s.size, read_outputs(triplets), notes=(*clock.notes, NOTE, start))


def _names_line(source: Source) -> int | None:
    lines = source.head[:HEADING_LINES]
    return next((number for number, line in enumerate(lines) if number and line.strip().startswith(TIME)), None)


def _cells(line: str, source: Source) -> tuple[str, ...]:
    try:
        separator = find_separator(source.head[:HEADING_LINES], source.file)
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator), []))
    except (DataError, csv.Error):
        raise DataError("its rows of names cannot be told apart.", file=source.file) from None


def _places(names: Sequence[str], axes: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Columns X, Y, Z of each output; a name stands above its first column or above all three."""
    owners: list[str] = []
    for name in names:
        owners.append(bare(name) or (owners[-1] if owners else ""))
    found: dict[str, tuple[int, int, int]] = {}
    for label in LABELS:
        own = {
            axis.upper(): place for place, (owner, axis) in enumerate(zip(owners, axes, strict=False)) if owner == label
        }
        if all(axis in own for axis in AXES):
            found[label] = (own["X"], own["Y"], own["Z"])
    return found


def _block(source: Source, names: tuple[str, ...], first: int) -> Block:
    separator = find_separator(source.head[first:], source.file)
    point = Block(source, names, separator, ".", first)
    width = len(point.first_rows[0]) if point.first_rows else 0
    comma = separator != "," and has_decimal_comma(point.first_rows)
    return Block(source, names[: max(width, 1)], separator, "," if comma else ".", first)
