"""OptiTrack Motive's CSV exports, format versions 1.21 to 1.25: markers, else rigid bodies and bones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.laboratory import METRES, cells_of, timed_clock, to_laboratory, wanted_labels
from kinematics.readers.shared.quaternions import unit_quaternions
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_separator, has_decimal_comma, is_number, read_positions
from kinematics.trial import Passport, Trial

NAME = "motive"
FORMAT = "OptiTrack Motive CSV"
FIRST_CELL = "Format Version"
#: The first that a take has is read: what the cameras measured, before what the solver made of it.
MARKER_TYPES = ("Marker", "Rigid Body Marker", "Bone Marker")
BODY_TYPES = ("Rigid Body", "Bone")
UNLABELLED = "unlabeled"
TYPES = (*MARKER_TYPES, *BODY_TYPES)
NOT_MEASURED = "the manufacturer advises against using bone rotations for biomechanics"


@dataclass(frozen=True)
class Layout:
    """
    Which column is what.

    Attributes
    ----------
    header : mapping of str to str
        Pairs of the first line.
    columns : tuple of (type, name, quantity, axis)
        One per column; empty where the file leaves them out.
    table : Block
    """

    header: dict[str, str]
    columns: tuple[tuple[str, str, str, str], ...]
    table: Block

    def positions(self, types: tuple[str, ...], quantity: str, axes: str) -> dict[str, list[int]]:
        """Columns of each name that has all `axes` of a quantity, in the order of `types` and of the file."""
        found: dict[str, dict[str, int]] = {}
        for wanted in types:
            of_type: dict[str, dict[str, int]] = {}
            for index, (kind, name, what, axis) in enumerate(self.columns):
                if kind == wanted and what == quantity and axis in axes and UNLABELLED not in name.lower():
                    of_type.setdefault(name, {}).setdefault(axis, index)
            found = {**of_type, **found}
        return {name: [cells[axis] for axis in axes] for name, cells in found.items() if set(cells) == set(axes)}


def recognises(source: Source) -> bool:
    """Whether the first line begins with the format's version."""
    first = next((line for line in source.head if line.strip(" ,;\t")), "")
    return first.strip().strip('"').startswith(FIRST_CELL) and len(first) > len(FIRST_CELL)


def read(source: Source, request: Request) -> Trial:
    """
    Markers in metres where the pelvis's are known or the settings state the axes; else the orientations of bodies.

    Quaternions stand as X, Y, Z, W. An empty cell is an occluded sample. The same marker may stand twice, measured
    and solved: the measured one is read. Bodies keep the file's axes.

    Raises
    ------
    DataError
        Where rows of the header are missing, the unit of length is unknown, rotations are no quaternions, or
        neither markers of a known pelvis nor bodies are in the file.
    """
    layout = _layout(source)
    markers = _short(layout.positions(MARKER_TYPES, "Position", "XYZ"))
    bodies = layout.positions(BODY_TYPES, "Rotation", "XYZW")
    try:
        labels, known = wanted_labels(markers, request.settings.axes, source.file)
    except DataError:
        if not bodies:
            _refuse_euler(layout)
            raise
        return _bodies(layout, bodies, request)
    if not labels and bodies:
        return _bodies(layout, bodies, request)
    factor = _metres(layout)
    time, *numbers = read_positions(layout.table, [1, *(cell for label in labels for cell in markers[label])])
    clock = _clock(layout, time, request)
    raw = {label: clock.spread(np.stack(numbers[3 * i : 3 * i + 3])) * factor for i, label in enumerate(labels)}
    positions, axes = to_laboratory(raw, known, request.settings.axes, source.file)
    return _trial(layout, clock, request, axes, kind="markers", markers=positions)


def _bodies(layout: Layout, bodies: dict[str, list[int]], request: Request) -> Trial:
    time, *numbers = read_positions(layout.table, [1, *(cell for cells in bodies.values() for cell in cells)])
    clock = _clock(layout, time, request)
    orientations = {}
    for i, name in enumerate(bodies):
        x, y, z, w = numbers[4 * i : 4 * i + 4]
        orientations[name] = clock.spread(unit_quaternions(np.stack((w, x, y, z))))
    axes = "file axes; bodies as they were defined"
    notes: tuple[str, ...] = ("No marker of a known pelvis is in the file; the bodies' orientations were read.",)
    if any(kind == "Bone" for kind, *_ in layout.columns):
        notes = (*notes, f"Orientations of bones: {NOT_MEASURED}.")
    return _trial(layout, clock, request, axes, notes=notes, kind="orientations", orientations=orientations)


def _layout(source: Source) -> Layout:
    separator = find_separator(source.head, source.file)
    rows = [cells_of(line, separator) for line in source.head]
    at = next((i for i, row in enumerate(rows) if row and row[0] == "Frame"), None)
    if at is None or len(rows[at]) < 2 or not rows[at][1].startswith("Time"):
        raise DataError(
            "the row that begins with Frame, Time is missing.", file=source.file, remedy="Export the take again."
        )
    first = next(row for row in rows if any(row))
    header = dict(zip(first[0::2], first[1::2], strict=False))
    if header.get("Coordinate Space", "Global") != "Global":
        raise DataError(
            f"the coordinate space is '{header['Coordinate Space'][:20]}', relative to a body.",
            file=source.file,
            row=1,
            column="Coordinate Space",
            remedy="Export the take in global coordinates.",
        )
    above = [row for row in rows[1:at] if any(row)]
    kinds = next((row for row in above if any(cell in TYPES for cell in row)), None)
    quantities = above[-1] if above else []
    if kinds is None or kinds is above[-1]:
        raise DataError(
            "the rows that name type and quantity of the columns are missing.",
            file=source.file,
            remedy="Export the take with its header.",
        )
    names = above[above.index(kinds) + 1]
    axes = rows[at]
    kinds, names, quantities = ([*row, *[""] * len(axes)] for row in (kinds, names, quantities))
    columns = tuple(zip(kinds, names, quantities, axes, strict=False))
    body = [tuple(row) for row in rows[at + 1 :] if any(row)]
    if not body:
        raise DataError("there is no row of numbers below the names.", file=source.file, remedy="Export it again.")
    decimal = "," if separator != "," and has_decimal_comma(body) else "."
    titles = tuple(" ".join(part for part in (name, quantity, axis) if part) for _, name, quantity, axis in columns)
    return Layout(header, columns, Block(source, titles, separator, decimal, at + 1))


def _short(named: dict[str, list[int]]) -> dict[str, list[int]]:
    """Labels without the name of their marker set or skeleton, where that leaves them different."""
    plain = [name.rpartition(":")[2] for name in named]
    return {
        short if short and plain.count(short) == 1 else name: cells
        for short, (name, cells) in zip(plain, named.items(), strict=True)
    }


def _metres(layout: Layout) -> float:
    unit = layout.header.get("Length Units", "")
    if unit.lower() not in METRES:
        raise DataError(
            f"'{unit[:20]}' is no known unit of length.",
            file=layout.table.file,
            row=1,
            column="Length Units",
            remedy="Export in metres or millimetres.",
        )
    return METRES[unit.lower()]


def _refuse_euler(layout: Layout) -> None:
    kind = layout.header.get("Rotation Type", "Quaternion")
    if kind != "Quaternion" and layout.positions(BODY_TYPES, "Rotation", "XYZ"):
        raise DataError(
            f"the rotations are Euler angles ({kind[:10]}) and no marker of a known pelvis is in the file.",
            file=layout.table.file,
            remedy="Export the take with rotation type Quaternion, or with labelled markers.",
        )


def _clock(layout: Layout, time_s: np.ndarray, request: Request):
    stated = layout.header.get("Export Frame Rate") or layout.header.get("Capture Frame Rate", "")
    rate = float(stated) if is_number(stated) and "," not in stated and float(stated) > 0 else None
    return timed_clock(layout.table, 1, time_s, header_hz=rate, declared_hz=request.rate_hz)


def _trial(layout: Layout, clock, request: Request, axes: str, *, kind, notes=(), **content) -> Trial:
    source = layout.table.source
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes,
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        notes=(*clock.notes, *notes),
    )
    return Trial(source.stem, kind, request.task, request.speed_m_s, clock.time_s, passport, **content)
