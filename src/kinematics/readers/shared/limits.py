"""What a file may ask of the machine ([limits] in study.toml), and which numbers no recording holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.files import open_bytes
from kinematics.settings import LimitSettings
from kinematics.trial import Trial

MB, KB = 1_000_000, 1_000
HEAD_BYTES = 4_096
#: Lines that are looked at before any reader is asked.
FIRST_LINES = 6
CHUNK = 1 << 22
#: Beginnings of files that are no tables, whose lines may be as long as they like: XML, JSON.
NO_TABLE = (b"<", b"{", b"[")
#: Beginnings of binary files that are read: workbooks, old ones (to say so), UTF-16.
BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff")
C3D_KEY = 0x50
#: Beyond these a number is damage, whatever its unit was taken for. [deg] [m] [m/s2, rad/s, field] [N]
LARGEST_ANGLE, LARGEST_POSITION, LARGEST_SIGNAL, LARGEST_FORCE = 1e5, 1e4, 1e7, 1e6
#: Rates of motion and sensors lie within. [Hz]
SLOWEST_HZ, FASTEST_HZ = 1.0, 100_000.0
CHECK = "Check the file in the program that wrote it, and export it again."


def check_start(path: Path, start: bytes, size: int, limits: LimitSettings) -> None:
    """
    Refuse a file that asks for too much, seen from its size and its first lines alone.

    Parameters
    ----------
    path : Path
    start : bytes
        Its first bytes.
    size : int
        [bytes]
    limits : LimitSettings

    Raises
    ------
    DataError
        Where the file, one of its first lines or its number of columns is too large, or it is large and binary.
    """
    if size > limits.max_file_mb * MB:
        problem = f"this file has {size / MB:.0f} MB, more than the {limits.max_file_mb} MB that are read."
        raise DataError(problem, file=path.name, remedy="Divide the recording, or raise [limits] max_file_mb.")
    head = start[:HEAD_BYTES]
    if start.startswith(BINARY) or head[1:2] == bytes([C3D_KEY]) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in NO_TABLE:
        return
    if b"\0" in head and size > len(start):
        problem = "this is not a text table (it holds binary data)."
        raise DataError(problem, file=path.name, remedy="Export it as text (CSV or TXT).")
    for number, line in enumerate(_first_lines(path, start, size, limits.max_line_kb * KB), start=1):
        if len(line) > limits.max_line_kb * KB:
            problem = f"this line has more than {limits.max_line_kb} kB."
            remedy = "Export it as a table, or raise [limits] max_line_kb."
            raise DataError(problem, file=path.name, row=number, remedy=remedy)
        columns = max(map(line.count, (b"\t", b";", b","))) + 1 if len(line) > limits.max_columns else 1
        if columns > limits.max_columns:
            problem = f"this line has {columns} columns, more than the {limits.max_columns} that are read."
            remedy = "Export fewer signals, or raise [limits] max_columns."
            raise DataError(problem, file=path.name, row=number, remedy=remedy)


def _first_lines(path: Path, start: bytes, size: int, longest: int) -> Iterator[bytes]:
    """The first lines, the last of them cut where it is longer than it may be."""
    mark = b"\n" if b"\n" in start or b"\r" not in start else b"\r"
    at = 0
    for _ in range(FIRST_LINES):
        end = start.find(mark, at)
        if end < 0 and len(start) < min(size, at + longest + 1):
            with open_bytes(path) as file:
                file.seek(at)
                start, at = file.read(longest + 1) or b"", 0
            end = start.find(mark)
            size = len(start)
        yield start[at:] if end < 0 else start[at:end]
        if end < 0:
            return
        at = end + 1


def check_rows(path: Path, longest: int) -> None:
    """
    Refuse a file with a line longer than `longest` bytes, without holding it.

    Raises
    ------
    DataError
        With the line's number.
    """
    with open_bytes(path) as file:
        row, held = 1, 0
        while chunk := file.read(CHUNK):
            ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == 10)
            lengths = np.diff(ends, prepend=-1 - held) - 1
            over = np.flatnonzero(lengths > longest)
            held = held + len(chunk) if not ends.size else len(chunk) - 1 - int(ends[-1])
            if over.size or held > longest:
                at = row + (int(over[0]) if over.size else ends.size)
                problem = f"this line has more than {longest / MB:.0f} MB."
                raise DataError(problem, file=path.name, row=at, remedy="The file is damaged here; export it again.")
            row += ends.size


def check_values(text: bytes, file: str, limits: LimitSettings) -> None:
    """
    Refuse a JSON text of more values than may be held.

    Raises
    ------
    DataError
    """
    values = text.count(b",") + text.count(b"[") + text.count(b"{")
    if values > limits.max_cells:
        problem = f"this file has {values} values, more than the {limits.max_cells} that are read."
        raise DataError(problem, file=file, remedy="Export fewer signals, or raise [limits] max_cells.")


def checked(trial: Trial, limits: LimitSettings) -> Trial:
    """
    The same trial; refused where it holds what no recording does.

    Raises
    ------
    DataError
        Where it has too many samples, a rate out of all bounds, or numbers that are infinite or as good as.
    """
    file = trial.passport.sources[0][1]
    if trial.time_s.size > limits.max_frames:
        problem = f"this recording has {trial.time_s.size} samples, more than the {limits.max_frames} that are read."
        raise DataError(problem, file=file, remedy="Divide it, or raise [limits] max_frames.")
    for rate_hz in {trial.rate_hz, *(sensor.rate_hz for sensor in trial.sensors.values())}:
        if rate_hz < SLOWEST_HZ or rate_hz > FASTEST_HZ:
            problem = f"a rate of {rate_hz:.3g} Hz is none of a recording ({SLOWEST_HZ:g} to {FASTEST_HZ:g} Hz)."
            raise DataError(problem, file=file, remedy="Check the times of the file, their unit and the stated rate.")
    for name, values, most, unit in _signals(trial):
        largest = _largest(values)
        if largest > most:
            problem = f"{name} reaches {largest:.3g} {unit}, which no recording does."
            raise DataError(problem, file=file, remedy=CHECK)
    return trial


def _signals(trial: Trial) -> Iterator[tuple[str, np.ndarray, float, str]]:
    for name, values in trial.channels.items():
        yield name, values, LARGEST_ANGLE, "deg"
    for name, values in trial.markers.items():
        yield f"marker {name[:40]}", values, LARGEST_POSITION, "m"
    for place, sensor in enumerate(trial.sensors.values(), start=1):
        yield f"acceleration of sensor {place}", sensor.acceleration_m_s2, LARGEST_SIGNAL, "m/s2"
        yield f"angular rate of sensor {place}", sensor.angular_rate_rad_s, LARGEST_SIGNAL, "rad/s"
    if trial.force is not None:
        yield "vertical force", trial.force.vertical_n, LARGEST_FORCE, "N"


def _largest(values: np.ndarray) -> float:
    """Largest size of a number, gaps passed over."""
    if not values.size:
        return 0.0
    largest = max(float(values.max()), -float(values.min()))
    return largest if largest == largest else float(np.fmax.reduce(np.abs(values), axis=None))
