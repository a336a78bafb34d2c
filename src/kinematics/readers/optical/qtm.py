"""Qualisys Track Manager's TSV exports: 3D markers, 6D bodies, analysis results."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from kinematics.conventions import DataError, sided
from kinematics.readers.optical.qtm_header import NAME_KEYS, Header, read_header
from kinematics.readers.shared.clock import Clock
from kinematics.readers.shared.joint_angles import without_constant
from kinematics.readers.shared.laboratory import (
    frame_clock,
    timed_clock,
    to_laboratory,
    wanted_labels,
    without_zero_triplets,
)
from kinematics.readers.shared.mapping import (
    EXAMPLE,
    HIP_FLEXIONS,
    Mapped,
    check_mapped,
    described,
    read_mapping,
    turned,
)
from kinematics.readers.shared.quaternions import quaternions_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, read_positions
from kinematics.trial import Passport, Trial

NAME = "qtm"
FORMAT = "Qualisys TSV"
FIRST_KEYS = ("FILE_VERSION", "NO_OF_FRAMES")
MM_PER_M = 1000.0
#: Qualisys's gait report, joint angle conventions (docs.qualisys.com/clinical-gait, appendix C): flexion, adduction and
#: internal rotation positive on both sides; pelvis anterior, own side up, own side forward.
HIP_ANGLES = {"X": "hip_flexion_deg", "Y": "hip_adduction_deg", "Z": "hip_internal_rotation_deg"}
PELVIS_ANGLES = {"X": "pelvis_anterior_tilt_deg", "Y": "pelvis_obliquity_deg", "Z": "pelvis_rotation_deg"}
GAIT_REPORT_NOTE = "Signs as in Qualisys's gait report; a laboratory that changed them needs a mapping file."
_GAIT_ANGLE = re.compile(r"(Left|Right) (Hip|Pelvic) Angles?[ _]([XYZ])", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Whether the first line is one of the export's own keys and its names follow."""
    first = next((line for line in source.head if line.strip(" ,;\t")), "")
    return _key(first) in FIRST_KEYS and any(_key(line) in NAME_KEYS for line in source.head)


def read(source: Source, request: Request) -> Trial:
    """
    Markers (3D), orientations (6D) or angles (analysis).

    Analysis results are named by the laboratory: hip and pelvis of Qualisys's gait report are known, others need a
    mapping. Positions are in mm. A lost marker is an empty cell or three zeros.

    Raises
    ------
    DataError
        Where the names are missing, rows and names do not fit, the rate is not stated, or axes or angles are unknown.
    """
    header, table = read_header(source)
    clock_columns = _clock_columns(header, table)
    reader = {"3D": _markers, "6D": _orientations, "analysis": _angles}[header.kind]
    return reader(header, table, clock_columns, request)


def _key(line: str) -> str:
    """The first cell of a line."""
    return re.split(r"[\t,;]", line, maxsplit=1)[0].strip()


def _clock_columns(header: Header, table: Block) -> dict[str, int]:
    """Positions of Frame and Time; without a row of names, told from the number of columns in front of the data."""
    named = {name: i for i, name in enumerate(table.names[:2]) if name in ("Frame", "Time")}
    if header.columns or header.kind != "3D":
        return named
    width = len(table.first_rows[0])
    extra = len([cell for cell in table.first_rows[0] if cell]) - 3 * len(header.names)
    extra = extra if extra >= 0 else width - 3 * len(header.names)
    if extra not in (0, 1, 2):
        raise DataError(
            f"{width} cells in a row do not fit {len(header.names)} markers.",
            file=table.file,
            row=table.first_line + 1,
            remedy="Export it again with the row of column names.",
        )
    return dict(list({"Frame": 0, "Time": 1}.items())[:extra])


def _clock(header: Header, table: Block, columns: dict[str, int], numbers: list[np.ndarray], request: Request) -> Clock:
    """From Time, else from Frame, else from the row's number; `numbers` are the parsed `columns`."""
    found = dict(zip(columns, numbers, strict=True))
    if "Time" in found:
        return timed_clock(table, columns["Time"], found["Time"], header_hz=header.rate_hz, declared_hz=request.rate_hz)
    declared = request.rate_hz if request.rate_hz is not None else header.rate_hz
    if declared is None:
        raise DataError(
            "the header states no frequency and there is no Time column.",
            file=table.file,
            remedy="Give rate_hz in trials.csv.",
        )
    return frame_clock(found["Frame"] if "Frame" in found else _row_numbers(table), declared, table.file, "Frame")


def _row_numbers(table: Block) -> np.ndarray:
    return np.arange(read_positions(table, [0])[0].size, dtype=float)


def _markers(header: Header, table: Block, columns: dict[str, int], request: Request) -> Trial:
    offset = len(columns)
    labels, known = wanted_labels(dict.fromkeys(header.names), request.settings.axes, table.file)
    starts = [_start(header, table, label, offset) for label in labels]
    positions = [*columns.values(), *(start + axis for start in starts for axis in range(3))]
    numbers = read_positions(table, positions)
    clock = _clock(header, table, columns, numbers[:offset], request)
    raw, zeros = {}, 0
    for i, label in enumerate(labels):
        triplet, lost = without_zero_triplets(np.stack(numbers[offset + 3 * i : offset + 3 * i + 3]))
        raw[label], zeros = clock.spread(triplet) / MM_PER_M, zeros + lost
    markers, axes = to_laboratory(raw, known, request.settings.axes, table.file)
    notes = (f"{zeros} marker samples of exactly 0, 0, 0 are treated as gaps.",) if zeros else ()
    return _trial(header, table, clock, request, kind="markers", markers=markers, axes=axes, notes=notes)


def _start(header: Header, table: Block, label: str, offset: int) -> int:
    """Position of a marker's X: by the column's name, else by its place among the names."""
    named = f"{label} X" in table.names
    start = table.names.index(f"{label} X") if named else offset + 3 * header.names.index(label)
    if start + 3 > table.width:
        raise DataError(
            f"the columns of marker {label} are missing.", file=table.file, remedy="Export the TSV again, whole."
        )
    return start


def _orientations(header: Header, table: Block, columns: dict[str, int], request: Request) -> Trial:
    firsts = [i for i, name in enumerate(table.names) if name.endswith("Rot[0]")]
    widths = {b - a for a, b in pairwise(firsts)}
    fit = len(firsts) == len(header.names) and len(widths) <= 1
    if not firsts or not fit or firsts[-1] + 9 > len(table.names):
        raise DataError(
            f"{len(firsts)} rotation matrices (Rot[0] ... Rot[8]) do not fit {len(header.names)} bodies.",
            file=table.file,
            remedy="Export the 6D data again with rotation matrices and column names.",
        )
    numbers = read_positions(table, [*columns.values(), *(first + i for first in firsts for i in range(9))])
    clock = _clock(header, table, columns, numbers[: len(columns)], request)
    # Rot[0], Rot[1], Rot[2] are the matrix's first column: the body's x axis in the laboratory.
    elements = np.stack(numbers[len(columns) :]).reshape(len(firsts), 3, 3, -1).swapaxes(1, 2)
    orientations = {
        name: clock.spread(quaternions_of(matrix)) for name, matrix in zip(header.names, elements, strict=True)
    }
    axes = "file axes; bodies as they were defined"
    return _trial(header, table, clock, request, kind="orientations", orientations=orientations, axes=axes)


def _angles(header: Header, table: Block, columns: dict[str, int], request: Request) -> Trial:
    if request.mapping is not None:
        mapped = read_mapping(request.mapping, table.names, table.file)
        check_mapped(mapped, table.file)
    else:
        mapped = _gait_report(header, table)
    notes = (GAIT_REPORT_NOTE,) if request.mapping is None else ()
    numbers = read_positions(table, [*columns.values(), *(table.names.index(entry.column) for entry in mapped)])
    clock = _clock(header, table, columns, numbers[: len(columns)], request)
    found = zip(mapped, numbers[len(columns) :], strict=True)
    channels, still = without_constant({e.target: clock.spread(values * e.factor) for e, values in found}, table.file)
    return _trial(
        header,
        table,
        clock,
        request,
        kind="angles",
        channels=channels,
        axes="angles as the file has them",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*notes, *still),
    )


def _gait_report(header: Header, table: Block) -> list[Mapped]:
    """Hip and pelvis under the gait report's names; the pelvis from the right side's columns where both are there."""
    found: dict[str, Mapped] = {}
    for name in table.names:
        match = _GAIT_ANGLE.fullmatch(name)
        if match is None:
            continue
        side, joint, axis = match[1].lower(), match[2].lower(), match[3].upper()
        target = sided(HIP_ANGLES[axis], side) if joint == "hip" else PELVIS_ANGLES[axis]
        sign = -1.0 if joint == "pelvic" and side == "left" and axis != "X" else 1.0
        if target not in found or side == "right":
            found[target] = Mapped(name, target, sign, 1.0)
    if not set(HIP_FLEXIONS) & set(found):
        shown = ", ".join(f"'{name}'" for name in header.names[:4])
        raise DataError(
            f"the results ({shown} ...) are named by the laboratory; which one is hip flexion, and its sign, is not "
            f"in the file.",
            file=table.file,
            remedy=EXAMPLE,
        )
    return list(found.values())


def _trial(header: Header, table: Block, clock: Clock, request: Request, *, kind, axes, notes=(), **content) -> Trial:
    columns, signs = content.pop("columns", ()), content.pop("sign_changes", ())
    passport = Passport(
        sources=(("motion", table.file, table.source.sha256),),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes,
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        model="as in the file" if kind == "angles" else "",
        columns=columns,
        sign_changes=signs,
        notes=(*clock.notes, *notes),
    )
    return Trial(
        table.source.stem,
        kind,
        request.task,
        request.speed_m_s,
        clock.time_s,
        passport,
        events=header.events,
        **content,
    )
