"""
Cost of linked reports, of the index and of the cohort page: time, size, memory. Prints a table for docs/report.md.

    python benchmarks/report_cost.py [FOLDER]

Reports are rendered anew each time: demo visits (one or two trials of 30 s), and a synthetic visit of three trials of
60 s. Their processor time stands beside that of parsing the needed columns of one angle file of 60 s (200 Hz) by
pyarrow on one thread, taken in turns, least of many.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from kinematics.assessment import Assessment, TrialResult
from kinematics.files import write_whole
from kinematics.pipeline import assess
from kinematics.report import IndexRow, plotly_file, render_cohort, render_index, render_report, write_shared_script
from kinematics.study import TrialEntry, read_study

STUDY = Path(__file__).parents[1] / "data" / "raw" / "demo"
N_REPORTS, N_TURNS = 1000, 40
#: The visit of three trials: the demo visit with two speeds, its strides repeated to those of 60 s, and one once more.
THREE_TRIALS, REPEATS = "P08_1", 2
#: An angle file of 60 s: samples and columns, and how many of these are needed.
FILE_SHAPE, N_NEEDED = (12_000, 40), 12
N_VISITS = (20, 200, 3_334, 10_000)


def main(folder: Path) -> None:
    """Render and write the reports into `folder`, then print what they cost."""
    assessments = {one.name: one for one in map(assess, read_study(STUDY).sessions)}
    visits = {
        "one trial of 30 s": next(one for one in assessments.values() if len(one.trials) == 1),
        "three trials of 60 s": three_trials(assessments[THREE_TRIALS]),
    }
    parse = parse_of(angle_file())
    print("| linked report | processor time | size | times one file's parse |\n|---|---|---|---|")
    for name, visit in visits.items():
        report_s, parse_s = in_turns(lambda visit=visit: linked(visit), parse)
        size = len(linked(visit).encode())
        print(f"| {name} | {1000 * report_s:.1f} ms | {size / 1000:.0f} kB | {report_s / parse_s:.2f} |")
    thousand(list(assessments.values()), folder)
    ledger = pd.concat([one.ledger for one in assessments.values()], ignore_index=True)
    pages(ledger, len(assessments))


def linked(assessment: Assessment) -> str:
    """A report beside one shared script."""
    return render_report(assessment, shared_script=plotly_file())


def three_trials(visit: Assessment) -> Assessment:
    """A visit of three trials of 60 s made of one with two of 30 s."""
    results = [result for result in visit.trials if result.strides is not None]
    return Assessment(
        visit.session,
        tuple(
            longer(result, f"{result.entry.file}.{place}.csv") for place, result in enumerate([*results, results[0]])
        ),
        visit.ledger,
        visit.options,
        visit.version,
    )


def longer(result: TrialResult, file: str) -> TrialResult:
    """The trial with its strides repeated, under another name."""
    strides, entry = result.strides, result.entry
    table = pd.concat([strides.table] * REPEATS, ignore_index=True)
    curves = {name: np.tile(rows, (REPEATS, 1)) for name, rows in strides.curves.items()}
    renamed = TrialEntry(**{**vars(entry), "file": file})
    return TrialResult(renamed, type(strides)(table, curves, strides.excluded, strides.passport), {})


def angle_file() -> bytes:
    """An angle file of 60 s as CSV."""
    values = np.random.default_rng(1).normal(0, 20, FILE_SHAPE).round(4)
    written = io.BytesIO()
    csv.write_csv(pa.table({f"angle_{place}_deg": column for place, column in enumerate(values.T)}), written)
    return written.getvalue()


def parse_of(content: bytes) -> Callable[[], object]:
    """Parses the needed columns of the file as float64, on one thread."""
    kinds = {f"angle_{place}_deg": pa.float64() for place in range(N_NEEDED)}
    reading = csv.ReadOptions(use_threads=False)
    converting = csv.ConvertOptions(column_types=kinds, include_columns=list(kinds))
    return lambda: csv.read_csv(io.BytesIO(content), read_options=reading, convert_options=converting)


def in_turns(*steps: Callable[[], object]) -> list[float]:
    """Least processor time of each step over `N_TURNS` turns. [s]"""
    least = [float("inf")] * len(steps)
    for _ in range(N_TURNS):
        for place, step in enumerate(steps):
            begun = time.process_time()
            step()
            least[place] = min(least[place], time.process_time() - begun)
    return least


def thousand(assessments: list[Assessment], folder: Path) -> None:
    """Render and write 1,000 reports of the demo's visits, one after the other."""
    start, begun = time.perf_counter(), time.process_time()
    script = write_shared_script(folder)
    for place, assessment in enumerate(islice(cycle(assessments), N_REPORTS)):
        write_whole(folder / f"R{place:04}.html", linked(assessment).encode())
    processor_s, wall_s = time.process_time() - begun, time.perf_counter() - start
    sizes = [path.stat().st_size for path in folder.glob("R*.html")]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n| 1,000 linked reports | measured |\n|---|---|")
    print(f"| wall time, written, with the shared script | {wall_s:.1f} s |")
    print(f"| processor time each, written | {1000 * processor_s / N_REPORTS:.1f} ms |")
    print(f"| largest | {max(sizes) / 1000:.0f} kB |")
    print(f"| all together, with the script | {(sum(sizes) + script.stat().st_size) / 1e6:.0f} MB |")
    print(f"| memory at most | {peak_mb:.0f} MB |")


def pages(ledger: pd.DataFrame, n_visits: int) -> None:
    """Time and size of the index and of the cohort page as a study grows."""
    print("\n| visits | index | cohort page |\n|---|---|---|")
    for n in N_VISITS:
        copies = range(-(-n // n_visits))
        study = pd.concat([ledger.assign(participant=ledger["participant"] + f"_{i}") for i in copies])
        rows = [IndexRow(f"P{i:05}", "1", f"P{i:05}_1.html", "run 3.5 m/s", "typical", "", 160) for i in range(n)]
        told = []
        for render in (
            lambda rows=rows: render_index("study", rows),
            lambda study=study: render_cohort("study", study),
        ):
            begun = time.process_time()
            page = render()
            taken_s = time.process_time() - begun
            told.append(f"{taken_s:.3f} s ({1000 * taken_s / n:.3f} ms a visit), {len(page) / 1e6:.2f} MB")
        print(f"| {n:,} | {told[0]} | {told[1]} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
