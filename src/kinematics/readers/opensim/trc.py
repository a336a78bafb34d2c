"""Marker positions in .trc files (OpenSim, Motion Analysis, Pose2Sim)."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.readers.opensim.ground_force import read_ground_force
from kinematics.readers.shared.axes import find_axes
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, is_number, printed_resolution, read_positions
from kinematics.trial import Passport, Trial

NAME = "trc"
FORMAT = "TRC markers"
FIRST_WORD = "PathFileType"
METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "meters": 1.0, "millimeters": 1e-3}
#: Lines of the file: keys, their values, marker names, axes.
KEYS_LINE, VALUES_LINE, NAMES_LINE, AXES_LINE = 1, 2, 3, 4
#: Distances between the ASIS of a person; outside, the unit in the header cannot be right. [m]
PELVIS_WIDTH_M = (0.12, 0.45)
#: A header's rate is doubted where the time column differs from it by more. [share]
LARGEST_RATE_ERROR = 0.005
_PADDING = ' \t,;"'


def recognises(source: Source) -> bool:
    """Whether the first word is `PathFileType`."""
    first = next((line.strip(_PADDING) for line in source.head if line.strip(_PADDING)), "")
    return first.startswith(FIRST_WORD)


def read(source: Source, request: Request) -> Trial:
    """
    A marker trial in metres and (forward, up, right), with the force of a .mot file where one is named.

    Markers whose labels no known marker set has are not read. Empty cells, NaN and exact (0, 0, 0) are gaps.

    Raises
    ------
    DataError
        Where no marker of the pelvis is known, the unit or the axes cannot be told, or a cell is no number.
    """
    values, labels, table = _parts(source)
    names = recognise(labels)
    if names is None or not names.both("asis", "psis"):
        shown = ", ".join(list(labels)[:6])
        raise DataError(
            f"none of its {len(labels)} markers is a known marker of the pelvis ({shown} ...).",
            file=table.file,
            remedy="The pelvis needs both ASIS and both PSIS (or the sacrum), labelled as in a known marker set.",
        )
    needed = sorted({label for known in names.labels.values() for label in known}, key=lambda label: labels[label])
    positions = [labels[label] + axis for label in needed for axis in range(3)]
    time_s, *columns = read_positions(table, [1, *positions])
    rows = np.isfinite(time_s)
    clock, rate_notes = _clock(time_s[rows], values, table, request)
    scale = METRES[_unit(values, source)]
    raw = np.stack([column[rows] for column in columns]).reshape(len(needed), 3, -1) * scale
    lost = (raw == 0).all(axis=1)
    raw[np.broadcast_to(lost[:, None], raw.shape)] = np.nan
    in_file = {label: clock.spread(position) for label, position in zip(needed, raw, strict=True)}
    _check_seen(in_file, names, request, source.file)
    _check_size(in_file, names, values, source.file)
    axes = find_axes(in_file, names, request.settings.axes, source.file)
    force, sources = (None, ()) if request.forces is None else read_ground_force(request.forces, clock, axes)
    passport = Passport(
        sources=(("motion", source.file, source.sha256), *sources),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes.description,
        notes=(
            *clock.notes,
            *rate_notes,
            *((f"{int(lost.sum())} points at (0, 0, 0) are gaps.",) if lost.any() else ()),
        ),
    )
    return Trial(
        source.stem,
        "markers",
        request.task,
        request.speed_m_s,
        clock.time_s,
        passport,
        markers={label: axes.convert(position) for label, position in in_file.items()},
        force=force,
    )


def _parts(source: Source) -> tuple[dict[str, str], dict[str, int], Block]:
    """Header values by key, the first column of each marker, and the table."""
    start = next(n for n, line in enumerate(source.head) if line.strip(_PADDING))
    lines = source.head[start:]
    if len(lines) <= AXES_LINE + 1:
        raise DataError("the file ends within its header.", file=source.file, remedy="Export it again.")
    separator = next((mark for mark in "\t;," if mark in lines[NAMES_LINE]), "\t")
    keys, values, names = (
        [c.strip(' "') for c in lines[n].split(separator)] for n in (KEYS_LINE, VALUES_LINE, NAMES_LINE)
    )
    header = {key.lower(): value for key, value in zip(keys, values, strict=False) if key}
    if len(names) < 3 or not names[0].lower().startswith("frame") or not names[1].lower().startswith("time"):
        raise DataError(
            "the row of marker names does not begin with Frame# and Time.",
            file=source.file,
            row=start + NAMES_LINE + 1,
            remedy="Export it again.",
        )
    named = [(name, column) for column, name in enumerate(names) if name and column > 1]
    repeated = {name for name, _ in named if [other for other, _ in named].count(name) > 1}
    labels = {name: column for name, column in named if name not in repeated}
    first = start + AXES_LINE
    if re.match(r"[Xx]\d", lines[AXES_LINE].strip(_PADDING)):
        first += 1
    while first < len(source.head) and not source.head[first].strip(_PADDING):
        first += 1
    return header, labels, _block(source, labels, separator, first)


def _block(source: Source, labels: dict[str, int], separator: str, first: int) -> Block:
    """The rows of numbers; blanks that pad cells are taken out, lines keep their numbers."""
    source = source.cleaned(lambda text: text.replace(b" ", b"") if b" " in text else text)
    cells = max(labels.values(), default=1) + 3
    names = ["Frame#", "Time", *[""] * (cells - 2)]
    for label, column in labels.items():
        names[column : column + 3] = [f"{label} {axis}" for axis in "XYZ"]
    block = Block(source, tuple(names), separator, ".", first)
    if not block.has_rows:
        raise DataError("there is no row of numbers below the names.", file=source.file, remedy="Export it again.")
    if block.has_decimal_comma:
        block = replace(block, decimal=",")
    return block


def _clock(time_s: np.ndarray, values: dict[str, str], table: Block, request: Request) -> tuple[Clock, tuple[str, ...]]:
    """The header's rate is taken where the times allow it; where they do not, the times are."""
    stated = values.get("datarate", "").replace(",", ".")
    stated_hz = float(stated) if is_number(stated) else np.nan
    ends = (time_s.size - 1) / (time_s[-1] - time_s[0]) if time_s.size > 1 and time_s[-1] > time_s[0] else np.nan
    agree = bool(abs(ends / stated_hz - 1) <= LARGEST_RATE_ERROR) if stated_hz > 0 else False
    clock = even_clock(
        time_s,
        resolution_s=printed_resolution(table.first_cells(1)),
        declared_hz=request.rate_hz or (stated_hz if agree else None),
        file=table.file,
        column="Time",
    )
    doubt = abs(clock.rate_hz / stated_hz - 1) > LARGEST_RATE_ERROR if stated_hz > 0 else False
    return clock, ((f"The header says {stated_hz:g} Hz, the times run at {clock.rate_hz:g} Hz.",) if doubt else ())


def _unit(values: dict[str, str], source: Source) -> str:
    unit = values.get("units", "").lower()
    if unit not in METRES:
        raise DataError(
            f"its unit of length '{unit[:20]}' is not known.", file=source.file, remedy="Write mm or m under Units."
        )
    return unit


def _check_seen(markers: dict[str, np.ndarray], names: MarkerNames, request: Request, file: str) -> None:
    seen = {label for label, position in markers.items() if np.isfinite(position).any()}
    for what, roles in (("ASIS", ("asis",)), ("PSIS or sacrum", ("psis", "sacrum"))):
        if not set(names.both(*roles)) & seen:
            raise DataError(
                f"the {what} markers are missing, or empty in every row.",
                file=file,
                remedy="Export the part of the trial in which the pelvis was seen.",
            )
    low = set(names.both("heel", "toe_first", "toe_fifth", "thigh")) & seen
    if not low and "auto" in (request.settings.axes.up, request.settings.axes.forward):
        raise DataError(
            "only markers of the pelvis are known in it; without thigh or foot the axes cannot be told.",
            file=file,
            remedy="Export thighs and feet too, labelled left and right as in a known marker set.",
        )


def _check_size(markers: dict[str, np.ndarray], names: MarkerNames, values: dict[str, str], file: str) -> None:
    sides = [names.of("asis", side) for side in ("right", "left")]
    if not all(sides):
        return
    apart = np.linalg.norm(markers[sides[0][0]] - markers[sides[1][0]], axis=0)
    width = float(np.nanmedian(apart)) if np.isfinite(apart).any() else np.nan
    if np.isfinite(width) and not PELVIS_WIDTH_M[0] <= width <= PELVIS_WIDTH_M[1]:
        raise DataError(
            f"the ASIS are {width:.4g} m apart, which is no pelvis in {values['units']}.",
            file=file,
            remedy="Correct Units in the header, and check the labels.",
        )
