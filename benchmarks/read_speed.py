"""
The needed columns of a table of 200 columns and 60 MB: how long the reader takes beside pyarrow for the same columns.

Both are timed in one run, in turns; the hash of the file, which runs beside the parse on another thread, is waited for
only at the end and not counted, as pyarrow makes none::

    python benchmarks/read_speed.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pyarrow import csv

from kinematics.readers import read_trial
from kinematics.readers.shared import source as sources

COLUMNS, MEGABYTES, RATE_HZ, TURNS = 200, 60, 200.0, 9
WANTED = ("hip_flexion_l", "hip_flexion_r", "pelvis_anterior_tilt")
#: What the reader may take, times pyarrow.
LARGEST_RATIO = 1.3


def write_table(path: Path) -> None:
    """A time column, three angles among 196 columns of something else, six decimals."""
    rng = np.random.default_rng(0)
    names = ["time_s", *(f"channel_{number}" for number in range(COLUMNS - 1 - len(WANTED)))]
    for place, name in enumerate(WANTED):
        names.insert(40 + 60 * place, name)
    piece = 1000
    with path.open("w") as file:
        file.write(",".join(names) + "\n")
        row = 0
        while file.tell() < MEGABYTES * 1_000_000:
            values = rng.normal(0, 20, (piece, COLUMNS))
            values[:, 0] = (row + np.arange(piece)) / RATE_HZ
            np.savetxt(file, values, fmt="%.6f", delimiter=",")
            row += piece


def by_pyarrow(path: Path) -> None:
    """The same columns as float64 arrays, on one thread as the reader."""
    wanted = ["time_s", *WANTED]
    table = csv.read_csv(
        path,
        csv.ReadOptions(use_threads=False),
        convert_options=csv.ConvertOptions(include_columns=wanted),
    )
    for name in wanted:
        table.column(name).to_numpy()


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes. [s]"""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Print the best and the middle of the turns."""
    sources._sha256 = lambda data: ""  # hashing apart
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.csv"
        write_table(path)
        read_trial(path, task="rom")
        by_pyarrow(path)
        turns = [
            (seconds(lambda: by_pyarrow(path)), seconds(lambda: read_trial(path, task="rom"))) for _ in range(TURNS)
        ]
        arrow, own = np.array(turns).T
        size = path.stat().st_size / 1e6
    print(f"{size:.0f} MB, {COLUMNS} columns, {len(WANTED) + 1} needed, {TURNS} turns")
    print(f"pyarrow: best {arrow.min():.3f} s, middle {np.median(arrow):.3f} s")
    print(f"reader:  best {own.min():.3f} s, middle {np.median(own):.3f} s")
    best, middle = own.min() / arrow.min(), float(np.median(own / arrow))
    held = "yes" if best <= LARGEST_RATIO else "no"
    print(f"ratio:   best {best:.2f}, middle {middle:.2f}; at most {LARGEST_RATIO:g}: {held}")


if __name__ == "__main__":
    main()
