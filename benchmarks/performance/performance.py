"""
Every step and the whole way, as ratios to merely parsing the same bytes; writes docs/performance.md and its plot.

    make bench                                            (about twenty minutes on two cores)
    python benchmarks/performance/performance.py --quick    (small, prints the page and writes nothing)

Everything is measured in one run on synthetic trials that are made first, in a temporary folder or, with `--folder`,
in one that is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from growth import Grown, cluster, run
from inputs import angle_files, marker_files, study
from page import page, plot
from peers import PYTHON, Peer, have_peers, peer
from steps import angle_steps, marker_steps
from timing import command

DOCS = Path(__file__).parents[2] / "docs"
WHOLE_WAY = Path(__file__).with_name("whole_way.py")
ANGLE_FILES, MARKER_FILES, TURNS = 60, 12, 3
GROWTH = (10, 100, 1000, 10_000)
#: Files given to the peers: the quick one, the slow one.
LAB_FILES, TOOLKIT_FILES = 12, 3


def whole(kind: str, files: list[Path], folder: Path, turns: int, cores: int) -> dict[str, float]:
    """Seconds of parse, tables, run and linked for these files, the middle of the turns. [s]"""
    place = folder / f"whole_{kind}"
    shutil.rmtree(place, ignore_errors=True)
    study(place, files, len(files))
    words = [sys.executable, str(WHOLE_WAY), "parse,tables,linked", str(place), str(turns), *map(str, files)]
    return {way: float(np.median(taken)) for way, taken in json.loads(command(words, cores=cores).output).items()}


def growth(folder: Path, files: list[Path], numbers: tuple[int, ...], cores: int) -> list[Grown]:
    """Whole runs of growing studies: one job, two jobs, and two workers of a scheduler for the larger ones."""
    found = [run(folder, files, number, "one job", ["--jobs", "1"], cores) for number in numbers]
    found += [run(folder, files, number, "two jobs", ["--jobs", "2"], cores) for number in numbers if number >= 100]
    for number in [number for number in numbers if number >= 1000]:
        with cluster(2) as address:
            found.append(run(folder, files, number, "two dask workers", ["--scheduler", address], cores))
    return found


def measured(folder: Path, quick: bool) -> tuple[dict, list[Grown]]:
    """All figures of the page."""
    n_angles, n_markers, turns = (6, 2, 1) if quick else (ANGLE_FILES, MARKER_FILES, TURNS)
    numbers = (10, 100) if quick else GROWTH
    angles, markers = angle_files(folder / "in", n_angles), marker_files(folder / "in", n_markers)
    cores = min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    figures: dict = {"n_angle_files": len(angles), "whole": {}}
    figures["steps"] = {"angles": angle_steps(angles[:12]), "markers": marker_steps(markers)}
    for kind, files in (("angles", angles), ("markers", markers)):
        figures["whole"][kind] = {n: whole(kind, files, folder, turns, n) for n in sorted({1, cores})}
    lab, few = angles[:LAB_FILES], angles[:TOOLKIT_FILES]
    others: list[Peer] = [
        peer("pandas and SciPy script, curves to CSV", "lab_way.py", lab, folder, curves="curves.csv"),
        peer("pandas and SciPy script, curves to Parquet", "lab_way.py", lab, folder, curves="curves.parquet"),
    ]
    if have_peers():
        name = "Kinetics Toolkit script, curves to CSV"
        others.append(peer(name, "ktk_way.py", few, folder, curves="curves.csv", python=PYTHON))
    figures["peers"] = others
    return figures, growth(folder, angles, numbers, cores)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{temporary}/compiled"  # as an installed package has them
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        figures, grown = measured(asked.folder or Path(temporary), asked.quick)
    text = page(figures, grown)
    if asked.quick:
        print(text)
        return
    (DOCS / "performance.md").write_text(text)
    (DOCS / "images" / "performance.svg").write_text(plot(grown))
    print("Wrote docs/performance.md and docs/images/performance.svg.")


if __name__ == "__main__":
    main()
