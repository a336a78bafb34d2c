"""
The whole way of a set of trials, timed inside one process after its imports; performance.py calls it on one core::

    python whole_way.py WAY STUDY TURNS [FILE...]

WAYs, of which several may be named with commas, are measured in turns: `parse` (the needed columns of the files by
pyarrow on one thread), `tables` (the study's files to strides, curves and exclusions as Parquet), `run` and `linked`
(the whole study with ledger, options and reports). Prints the seconds of each turn as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import steps
from inputs import NEEDED

import kinematics as kin
from kinematics.cli.common import cores
from kinematics.pipeline import write_strides


def parse(files: list[Path], out: Path) -> None:
    """The yardstick: the same columns of every file as float64 arrays."""
    for path in files:
        if path.suffix == ".csv":
            steps.parse(path, NEEDED)
        else:
            steps.parse(path, steps.marker_columns(path), "\t")


def tables(study: Path, out: Path) -> None:
    """A study's files to the Parquet files of its strides."""
    write_strides(study, out)


def run(study: Path, out: Path, *, linked: bool) -> None:
    """The whole study into a new folder; on one core as `--jobs 1` does it."""
    jobs = 1 if cores() == 1 else None
    kin.run_study(study, processed=out / "tables", reports=out / "pages", progress=False, linked=linked, jobs=jobs)


def main(ways: str, study: Path, turns: int, files: list[Path]) -> None:
    """Measure each way in turns, the first turn not counted; what is written goes to a new folder each time."""
    calls: dict[str, Callable[[Path], None]] = {
        "parse": partial(parse, files),
        "tables": partial(tables, study),
        "run": partial(run, study, linked=False),
        "linked": partial(run, study, linked=True),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways.split(",")}
    for turn in range(turns + 1):
        for way, taken in seconds.items():
            with tempfile.TemporaryDirectory() as out:
                begun = time.perf_counter()
                calls[way](Path(out))
                if turn:
                    taken.append(time.perf_counter() - begun)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), [Path(name) for name in sys.argv[4:]])
