"""The page docs/performance.md from what was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from growth import Grown
from plot import line_chart

YARDSTICK = "parse by pyarrow"
WAYS = {
    "tables": "files to the tables of strides and curves, as Parquet",
    "linked": "a whole study: visits of three trials, ledger, options, tables, linked reports",
}
KINDS = {
    "angles": "angle CSV, 60 s at 200 Hz, 40 columns of which 10 are needed, 3.4 MB",
    "markers": "marker text, 60 s at 150 Hz, tracked as clusters, 6.6 MB, with its own static",
}
HEAD = """# Performance

What the work costs beside the least that it can cost: parsing the needed columns of the same files with pyarrow, on
one thread, into float64 arrays. Ratios of one run on one machine; the milliseconds are that machine's. Written by
`make bench` (benchmarks/performance), on synthetic trials that it makes.

"""
PEERS_NOTE = """
Same angle files on one core, imports not counted: files to a table of strides with about ten numbers each and the
curves. The largest difference is between the peak hip extension of the same strides. The scripts are in
benchmarks/peers; Kinetics Toolkit runs in an environment of its own there.
"""
GROWTH_NOTE = """
The whole study by `kinematics run --linked`, start-up and reports included; trials are hard links to 60 files, three a
visit. Memory is the main process's. The last column says whether the five tables have the same bytes as with one job.
One job is one core. Two jobs are one process that reads ahead, or from 30 visits on two processes; dask's workers are
started as docs/running.md says, before the time begins.
"""


def page(figures: dict, grown: Sequence[Grown]) -> str:
    """The page as Markdown."""
    parts = [HEAD, "## Steps of one trial\n\n"]
    for kind, steps in figures["steps"].items():
        parts.append(f"{KINDS[kind][0].upper()}{KINDS[kind][1:]}.\n\n{_steps(steps)}\n")
    parts.append("## The whole way\n\n" + _whole(figures["whole"]))
    parts.append("\n## Beside other ways to do it\n" + PEERS_NOTE + "\n" + _peers(figures))
    parts.append("\n## Many trials\n" + GROWTH_NOTE + "\n" + _growth(grown))
    parts.append("\n![Time per trial against the number of trials](images/performance.svg)\n")
    return "".join(parts)


def plot(grown: Sequence[Grown]) -> str:
    """Time per trial against the number of trials, as SVG."""
    ways = dict.fromkeys(one.way for one in grown)
    series = {way: [(one.trials, _per_trial_ms(one)) for one in grown if one.way == way] for way in ways}
    return line_chart("Time per trial, whole study with reports", "trials in the study", "ms per trial", series)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _steps(steps: Sequence[dict[str, float]]) -> str:
    rows = []
    for name in steps[0]:
        seconds = np.median([one[name] for one in steps])
        ratio = np.median([one[name] / one[YARDSTICK] for one in steps])
        rows.append([f"`{name}`" if name != YARDSTICK else name, f"{1000 * seconds:.1f}", f"{ratio:.2f}"])
    return _table(["step", "ms", "of the parse"], rows)


def _whole(measured: dict[str, dict[int, dict[str, float]]]) -> str:
    rows = []
    for kind, by_cores in measured.items():
        for cores, taken in by_cores.items():
            for way, meaning in WAYS.items():
                rows.append([kind, meaning, str(cores), f"{taken[way]:.2f}", f"{taken[way] / taken['parse']:.2f}"])
    return _table(["files", "way", "cores", "s", "of the parse"], rows)


def _peers(figures: dict) -> str:
    whole = figures["whole"]["angles"][1]["tables"] / figures["n_angle_files"]
    rows = [["this package", f"{1000 * whole:.1f}", "1", "", ""]]
    for one in figures["peers"]:
        each = one.seconds / one.files
        difference = f"{one.largest_difference_deg:.3f} deg"
        rows.append([one.name, f"{1000 * each:.0f}", f"{each / whole:.0f}", str(one.peaks), difference])
    return _table(["way", "ms per trial", "times ours", "peaks compared", "largest difference"], rows)


def _growth(grown: Sequence[Grown]) -> str:
    one_job = {one.trials: one for one in grown if one.way == "one job"}
    rows = []
    for one in grown:
        alone = one_job[one.trials]
        rows.append(
            [
                f"{one.trials:,}",
                one.way,
                f"{one.seconds:.1f}",
                f"{_per_trial_ms(one):.1f}",
                f"{alone.seconds / one.seconds:.2f}",
                f"{one.memory_mb:.0f}",
                "yes" if one.tables == alone.tables else "NO",
            ]
        )
    return _table(["trials", "way", "s", "ms per trial", "times one job", "MB", "same bytes"], rows)


def _per_trial_ms(one: Grown) -> float:
    return 1000 * one.seconds / one.trials
