"""
How long files are read beside pyarrow for the same columns, and how much memory a long recording takes.

Reader and pyarrow (`use_threads=False`) are timed in one run, in turns: a table of 200 columns and 60 MB of which four
are needed, a usual trial of 12,000 rows and 40 columns of which ten are needed, markers, and OpenSim coordinates. The
hash of the file, worked out while it passes, is timed apart, as pyarrow makes none. Times are of computing, all
threads together, so that other work on the machine counts little. The memory is that of a process of its own that
reads 3,000,000 rows of a sensor::

    python benchmarks/read_speed.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from kinematics.readers import read_trial
from kinematics.readers.shared import passing

TURNS = 25
ANGLES = ("hip_flexion_l", "hip_flexion_r", "pelvis_anterior_tilt")
MORE_ANGLES = (
    "hip_adduction_l", "hip_adduction_r", "hip_rotation_l", "hip_rotation_r", "pelvis_obliquity", "pelvis_rotation"
)  # fmt: skip
COORDINATES = (
    "pelvis_tilt", "pelvis_list", "pelvis_rotation", "hip_flexion_r", "hip_adduction_r", "hip_rotation_r",
    "hip_flexion_l", "hip_adduction_l", "hip_rotation_l",
)  # fmt: skip
#: What the reader may take, times pyarrow, hashing apart: a wide table, a usual trial.
LARGEST_RATIOS = {"wide table": 1.3, "usual trial": 1.15}
SENSOR_ROWS, DAY_ROWS = 3_000_000, 8_640_000
MEASURE = (
    "import resource, sys; from kinematics.readers import read_trial; import pyarrow.csv\n"
    "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
    "read_trial(sys.argv[1], task='walk'); after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
    "print(after * 1024, (after - before) * 1024)"
)


class NoHash:
    """Instead of SHA-256, where hashing is timed apart."""

    def __init__(self, data: bytes = b"") -> None: ...
    def update(self, data: bytes) -> None: ...
    def hexdigest(self) -> str:
        """Nothing was hashed."""
        return ""


@dataclass(frozen=True)
class Case:
    """A file and the columns that are needed of it."""

    name: str
    path: Path
    columns: tuple[str, ...]
    separator: str = ","
    skip: int = 0


def write_table(path: Path, names: list[str], rows: int, rate_hz: float, *, digits: int, head: str = "") -> None:
    """A first column of times, then numbers; between tabs where the file is of OpenSim's kind."""
    separator = "\t" if head else ","
    rng = np.random.default_rng(0)
    piece = min(rows, 2000)
    with path.open("w") as file:
        file.write(head + separator.join(names) + "\n")
        for first in range(0, rows, piece):
            values = rng.normal(0, 5, (piece, len(names)))
            values[:, 0] = (first + np.arange(piece)) / rate_hz
            np.savetxt(file, values, fmt=f"%.{digits}f", delimiter=separator)


def make_cases(folder: Path) -> list[Case]:
    """The files."""
    wide = [f"channel_{number}" for number in range(200)]
    wide[0], wide[40], wide[100], wide[160] = ("time_s", *ANGLES)
    write_table(folder / "wide.csv", wide, 32_000, 200.0, digits=6)
    usual = ["time_s", *ANGLES, *MORE_ANGLES, *(f"channel_{number}" for number in range(30))]
    write_table(folder / "usual.csv", usual, 12_000, 200.0, digits=3)
    model = ["time", *COORDINATES, *(f"other_{number}" for number in range(28))]
    head = "Coordinates\nversion=1\nnRows=12000\nnColumns=38\ninDegrees=yes\nendheader\n"
    write_table(folder / "ik.mot", model, 12_000, 200.0, digits=8, head=head)
    return [
        Case("wide table", folder / "wide.csv", ("time_s", *ANGLES)),
        Case("usual trial", folder / "usual.csv", ("time_s", *ANGLES, *MORE_ANGLES)),
        Case("OpenSim .mot", folder / "ik.mot", ("time", *COORDINATES), "\t", 6),
    ]


def by_pyarrow(case: Case) -> None:
    """The needed columns as float64 arrays, on one thread."""
    table = csv.read_csv(
        case.path,
        csv.ReadOptions(use_threads=False, skip_rows=case.skip),
        csv.ParseOptions(delimiter=case.separator),
        csv.ConvertOptions(include_columns=case.columns, column_types=dict.fromkeys(case.columns, pa.float64())),
    )
    for name in case.columns:
        table.column(name).to_numpy()


def by_reader(case: Case, digest: Any) -> None:
    """The trial; `digest` is what hashes."""
    passing.new_digest = digest
    read_trial(case.path, task="rom")


def seconds(call: Callable[[], object]) -> float:
    """Computing time of a call, all threads together. [s]"""
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(case: Case) -> None:
    """Print the best of the turns, and the middle of the ratios of one turn."""
    sha256 = passing.new_digest
    calls = [lambda: by_pyarrow(case), lambda: by_reader(case, NoHash), lambda: by_reader(case, sha256)]
    for call in calls:
        call()
    arrow, own, hashed = np.array([[seconds(call) for call in calls] for _ in range(TURNS)]).T * 1e3
    passing.new_digest = sha256
    best, middle = own.min() / arrow.min(), float(np.median(own / arrow))
    most = LARGEST_RATIOS.get(case.name)
    held = "" if most is None else f"; at most {most:g}: {'yes' if best <= most else 'no'}"
    size = case.path.stat().st_size / 1e6
    print(
        f"{case.name}, {size:.1f} MB: pyarrow {arrow.min():.1f} ms, reader {own.min():.1f}, with the hash "
        f"{hashed.min():.1f}; ratio best {best:.2f}, middle {middle:.2f}{held}"
    )


def memory(folder: Path) -> None:
    """Print what a process needs for a sensor's file, and for one of a day."""
    names = ["time_s", *(f"acc_{axis}_ms2" for axis in "xyz"), *(f"gyr_{axis}_rads" for axis in "xyz")]
    path = folder / "sensor.csv"
    write_table(path, names, SENSOR_ROWS, 100.0, digits=6)
    found = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    peak, more = (float(word) / 1e6 for word in found.stdout.split())
    held = len(names) * SENSOR_ROWS * 8 / 1e6
    print(
        f"sensor, {path.stat().st_size / 1e6:.0f} MB, {held:.0f} MB of numbers: peak {peak:.0f} MB, {more:.0f} of them "
        f"for the file ({more / held:.2f} times its numbers); a day of it {more * DAY_ROWS / SENSOR_ROWS:.0f} MB"
    )


def main() -> None:
    """All files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for case in make_cases(folder):
            compare(case)
        memory(folder)


if __name__ == "__main__":
    main()
