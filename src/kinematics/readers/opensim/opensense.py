"""OpenSense sensor orientations (.sto with `DataType=Quaternion`): four numbers in every cell."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.opensim.opensim_files import PADDING, end_of_header, header_of
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, is_number, printed_resolution, read_positions
from kinematics.trial import Passport, Trial

NAME = "opensense"
FORMAT = "OpenSense orientations"
PARTS = 4
#: A calibration pose may be this short; a movement has to be longer (`clock.even_clock`). [rows]
FEWEST_ROWS_OF_A_MOVEMENT = 4
#: A quaternion whose length is off 1 by more than this is none. [1]
LARGEST_LENGTH_ERROR = 0.05
_SETTINGS = "<OpenSimDocument"


def recognises(source: Source) -> bool:
    """Whether the header says `DataType=Quaternion`, or the file is one of OpenSim's XML documents."""
    if end_of_header(source) is not None:
        return header_of(source)[0].get("datatype", "").lower() == "quaternion"
    return any(_SETTINGS in line for line in source.head[:5])


def read(source: Source, request: Request) -> Trial:
    """
    Unit quaternions (scalar first) of every sensor, from the sensor's axes to the file's earth frame.

    Sensors keep the file's names (`pelvis_imu`, `femur_r_imu`). A static trial may have fewer than four rows.

    Raises
    ------
    DataError
        Where the file is a settings document, a row has another number of cells, or a cell holds no unit quaternion.
    """
    if end_of_header(source) is None:
        raise DataError(
            "this is an OpenSim document (XML): it names sensors or a model, and holds no recording.",
            file=source.file,
            remedy="Give the orientations themselves (.sto).",
        )
    header, _ = header_of(source)
    names, table = _block(source)
    time_s, *parts = read_positions(table, range(len(table.names)))
    whole = np.isfinite(time_s)
    time_s, values = time_s[whole], np.stack(parts)[:, whole]
    clock = _clock(time_s, table, header, request)
    orientations, lost = {}, 0
    for number, name in enumerate(names):
        quaternion, unusable = _unit(values[PARTS * number : PARTS * (number + 1)], name, source.file)
        orientations[name] = clock.spread(quaternion)
        lost += unusable
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes="orientations in the file's earth frame",
        zero=request.zero or "unknown",  # type: ignore[arg-type]
        notes=(*clock.notes, *((f"{lost} orientations are all zeros; they are gaps.",) if lost else ())),
    )
    return Trial(
        source.stem,
        "orientations",
        request.task,
        request.speed_m_s,
        clock.time_s,
        passport,
        orientations=orientations,
    )


def _block(source: Source) -> tuple[list[str], Block]:
    """Names of the sensors, and a table with one column per number."""
    end = end_of_header(source)
    assert end is not None
    first = next((n for n in range(end + 1, len(source.head)) if source.head[n].strip(PADDING)), None)
    if first is None:
        raise DataError("the file ends with its header.", file=source.file, remedy="Export it again.")
    label = source.head[first].strip(PADDING)
    separator = next((mark for mark in "\t;," if mark in label), "\t")
    _, *names = (cell.strip(PADDING) for cell in label.split(separator))
    if not names or len(set(names)) < len(names):
        raise DataError("the sensors' names are missing or repeat.", file=source.file, row=first + 1)
    flat = source.cleaned(_flat)
    cells = ["time", *(f"{name}.{part}" for name in names for part in "wxyz")]
    table = Block(flat, tuple(cells), ",", ".", first + 1)
    if not table.has_rows:
        raise DataError("there is no row of numbers below the labels.", file=source.file, remedy="Export it again.")
    row = table.first_rows[0]
    if len(row) < len(cells) or not all(map(is_number, row[:2])):
        raise DataError(
            f"the first row has {len(row)} numbers for {len(names)} sensors; expected are a time and four each.",
            file=source.file,
            row=first + 2,
            remedy="Export the quaternions w,x,y,z of every sensor.",
        )
    return names, table


def _flat(text: bytes) -> bytes:
    """Lines with one comma between all numbers, whatever stood between the cells."""
    return text.replace(b'"', b"").replace(b"\t", b",").replace(b";", b",").replace(b" ", b"")


def _clock(time_s: np.ndarray, table: Block, header: dict[str, str], request: Request) -> Clock:
    stated = header.get("datarate", "")
    stated_hz = float(stated) if is_number(stated) and "," not in stated else np.nan
    if request.task != "static" or time_s.size >= FEWEST_ROWS_OF_A_MOVEMENT:
        return even_clock(
            time_s,
            resolution_s=printed_resolution(table.first_cells(0)),
            declared_hz=request.rate_hz,
            file=table.file,
            column="time",
        )
    between = 1.0 / float(np.mean(np.diff(time_s))) if time_s.size > 1 and (np.diff(time_s) > 0).all() else np.nan
    rates = [rate for rate in (request.rate_hz or np.nan, stated_hz, between) if np.isfinite(rate) and rate > 0]
    if not rates or not time_s.size:
        raise DataError(
            f"{time_s.size} rows and no data rate: the sampling rate is not known.",
            file=table.file,
            remedy="State rate_hz in trials.csv.",
        )
    grid = time_s[0] + np.arange(time_s.size) / rates[0]
    return Clock(rates[0], grid, np.arange(time_s.size), ("A pose of fewer than four rows.",))


def _unit(values: np.ndarray, name: str, file: str) -> tuple[np.ndarray, int]:
    """Quaternions of length 1 and how many were all zeros, which is a gap; anything else is refused."""
    length = np.linalg.norm(values, axis=0)
    zero = length == 0
    wrong = np.abs(length - 1.0) > LARGEST_LENGTH_ERROR
    if (wrong & ~zero).any():
        row = int(np.argmax(wrong & ~zero))
        raise DataError(
            f"sample {row + 1} of {name} is no unit quaternion: its length is {length[row]:.3g}.",
            file=file,
            column=name,
            remedy="Export orientations as w,x,y,z.",
        )
    return values / np.where(zero, np.nan, length), int(zero.sum())
