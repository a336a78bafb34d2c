"""
Damages files of every format, workbooks and the tables of a study at random and reads them: each ends in a Trial (or a
Study) or a DataError, within 2 s of computing and 1 GB.

Seeds are real files of ``KINEMATICS_SHARED`` (default ../shared), their text cut to the first lines, and files that the
tests write. Every format runs in a process of its own, as C3D is parsed by a library in C++::

    python benchmarks/damage_soak.py [cases in all, 50000] [format ...]
"""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import format_samples  # noqa: E402
import mocap_files  # noqa: E402
from damage import damaged, damaged_archive  # noqa: E402
from written_files import MAPPING, WRITTEN  # noqa: E402

from kinematics.conventions import DataError  # noqa: E402
from kinematics.readers import FORMATS, read_trial  # noqa: E402
from kinematics.study import read_study  # noqa: E402

CASES = 50_000
LIMIT_S, LIMIT_MB = 2.0, 1000
#: What is damaged beside the formats: text formats saved as workbooks, and a study folder.
WORKBOOK, STUDY = "workbook", "study"
DEMO = ROOT / "data" / "raw" / "demo"
LINES = 60
#: Read as the format that the seed has, even where the damage hid it, in this share of the cases.
NAMED = 0.5
#: Damage to a workbook lies within one of its parts, packed well, in this share of the cases.
INSIDE = 0.8


def seeds(name: str, folder: Path) -> list[Path]:
    """Files of one format, each in a folder of its own with what belongs to it."""
    if name == STUDY:
        return [study(folder / name)]
    if name == WORKBOOK:
        return [workbook(folder, number, lines) for number, lines in enumerate(SHEETS)]
    found = [write(folder / str(number)) for number, write in enumerate(WRITTEN.get(name, ()))]
    shared = Path(os.environ.get("KINEMATICS_SHARED", "../shared"))
    for number, (kind, path) in enumerate(format_samples.samples(shared)):
        expected = format_samples.EXPECTED_FILES.get(path.name) or format_samples.EXPECTED[kind][0]
        if expected == name:
            found.append(shortened(path, folder / f"real{number}"))
    return found


#: Lines that are saved as workbooks.
SHEETS = (mocap_files.qtm_lines(), mocap_files.six_d_lines(), mocap_files.motive_lines(), mocap_files.noraxon_lines())


def workbook(folder: Path, number: int, lines: list[str]) -> Path:
    """Lines of text as a workbook, numbers as numbers."""
    (folder / str(number)).mkdir()
    separator = "\t" if "\t" in lines[0] else ","
    rows = [[_cell(cell) for cell in line.split(separator)] for line in lines]
    return mocap_files.write_workbook(folder / str(number) / "a.xlsx", {"Sheet1": rows})


def _cell(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def study(folder: Path) -> Path:
    """The tables of the demo study, without its recordings, and a mapping."""
    folder.mkdir()
    for path in (*DEMO.glob("*.csv"), *DEMO.glob("*.toml")):
        if not path.stem.startswith("P0"):
            (folder / path.name).write_bytes(path.read_bytes())
    return folder / "trials.csv"


def shortened(path: Path, folder: Path) -> Path:
    """The first lines of a text file, the whole of another, with its neighbours of the same kind."""
    folder.mkdir()
    for one in path.parent.glob(f"{path.stem.split('_')[0]}*{path.suffix}") if path.parent.name == "xio" else (path,):
        data = one.read_bytes()
        text = b"\0" not in data[:4000]
        (folder / one.name).write_bytes(b"\n".join(data.split(b"\n")[:LINES]) if text else data)
    return folder / path.name


def read(name: str, file: Path, asked: dict, *, named: bool) -> None:
    """Reads a trial, or the study in whose folder the file lies."""
    if name == STUDY:
        read_study(file.parent)
    else:
        read_trial(file, task="walk", format=name if named and name != WORKBOOK else None, **asked)


def soak(name: str, cases: int) -> str:
    """The line of one format: cases, Trials, DataErrors, others, the slowest, the largest memory."""
    rng = random.Random(f"{name} {cases}")
    counts, slowest, others = {"Trial": 0, "DataError": 0}, 0.0, []
    with tempfile.TemporaryDirectory() as place:
        files = seeds(name, Path(place))
        before = [{path.name: path.read_bytes() for path in sorted(file.parent.iterdir())} for file in files]
        for case in range(cases):
            file, whole = files[case % len(files)], before[case % len(files)]
            harmed = file.name if rng.random() < 0.7 else rng.choice(list(whole))
            harm = damaged_archive if harmed.endswith(".xlsx") and rng.random() < INSIDE else damaged
            (file.parent / harmed).write_bytes(harm(whole[harmed], rng))
            asked = dict(format_samples.ADDED.get(file.name, {}))
            asked |= {"mapping": file.with_name(MAPPING)} if MAPPING in whole else {}
            start = time.process_time()
            try:
                read(name, file, asked, named=rng.random() < NAMED)
                counts["Trial"] += 1
            except DataError:
                counts["DataError"] += 1
            except Exception as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                others.append(f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}: {file.name}")
            slowest = max(slowest, time.process_time() - start)
            (file.parent / harmed).write_bytes(whole[harmed])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = "yes" if not others and slowest <= LIMIT_S and memory <= LIMIT_MB else "NO"
    cells = (name, cases, *counts.values(), len(others), f"{slowest:.2f}", f"{memory:.0f}", verdict)
    line = f"| {' | '.join(map(str, cells))} |"
    return "\n".join([line, *(f"    {other}" for other in sorted(set(others))[:5])])


def main(cases: int, names: list[str]) -> None:
    """A process and a line for each format."""
    names = names or [*FORMATS, WORKBOOK, STUDY]
    each = -(-cases // len(names))
    print("| format | cases | Trial | DataError | other | slowest [s] | memory [MB] | held |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in names:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "--one", name, str(each)], capture_output=True, text=True
        )
        print(done.stdout.rstrip() or f"| {name} | died: {done.returncode} {done.stderr[-300:]} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        warnings.simplefilter("ignore")
        print(soak(sys.argv[2], int(sys.argv[3])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES, sys.argv[2:])
