"""
Damages files of every format at random and reads them: each ends in a Trial or a DataError, within 2 s of computing
and 500 MB.

Seeds are real files of ``KINEMATICS_SHARED`` (default ../shared), their text cut to the first lines, and files that the
tests write. Every format runs in a process of its own, as C3D is parsed by a library in C++::

    python benchmarks/damage_soak.py [cases per format, 2000] [format ...]
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
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import format_samples  # noqa: E402
import imu_files  # noqa: E402
import mocap_files  # noqa: E402
import test_readers_bids  # noqa: E402
import test_readers_tables  # noqa: E402
import test_readers_vicon  # noqa: E402
from damage import damaged  # noqa: E402

from kinematics.conventions import DataError  # noqa: E402
from kinematics.readers import FORMATS, read_trial  # noqa: E402

CASES = 2000
LIMIT_S, LIMIT_MB = 2.0, 500
LINES = 60
#: Read as the format that the seed has, even where the damage hid it, in this share of the cases.
NAMED = 0.5
MAPPING = "map.toml"


def seeds(name: str, folder: Path) -> list[Path]:
    """Files of one format, each in a folder of its own with what belongs to it."""
    found = [write(folder / str(number)) for number, write in enumerate(WRITTEN.get(name, ()))]
    shared = Path(os.environ.get("KINEMATICS_SHARED", "../shared"))
    for number, (kind, path) in enumerate(format_samples.samples(shared)):
        expected = format_samples.EXPECTED_FILES.get(path.name) or format_samples.EXPECTED[kind][0]
        if expected == name:
            found.append(shortened(path, folder / f"real{number}"))
    return found


def shortened(path: Path, folder: Path) -> Path:
    """The first lines of a text file, the whole of another, with its neighbours of the same kind."""
    folder.mkdir()
    for one in path.parent.glob(f"{path.stem.split('_')[0]}*{path.suffix}") if path.parent.name == "xio" else (path,):
        data = one.read_bytes()
        text = b"\0" not in data[:4000]
        (folder / one.name).write_bytes(b"\n".join(data.split(b"\n")[:LINES]) if text else data)
    return folder / path.name


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
            (file.parent / harmed).write_bytes(damaged(whole[harmed], rng))
            asked = dict(format_samples.ADDED.get(file.name, {}))
            asked |= {"mapping": file.with_name(MAPPING)} if MAPPING in whole else {}
            start = time.process_time()
            try:
                read_trial(file, task="walk", format=name if rng.random() < NAMED else None, **asked)
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


def _lines(write: Callable[[], list[str]], name: str = "a.csv") -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        folder.mkdir()
        return mocap_files.write(folder / name, write())

    return written


def _visual3d(write: Callable[[Path], object], name: str) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        path = _by(write, name)(folder)
        test_readers_tables.mapping(folder / MAPPING, test_readers_tables.V3D)
        return path

    return written


def _by(write: Callable[[Path], object], name: str) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        folder.mkdir()
        write(folder / name)
        return folder / name

    return written


def _bids(folder: Path) -> Path:
    folder.mkdir()
    return test_readers_bids.data_set(folder, *test_readers_bids.markers())


def _truth() -> dict:
    return mocap_files.mvn_truth()


WRITTEN: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "qtm": tuple(map(_lines, (mocap_files.qtm_lines, mocap_files.six_d_lines))),
    "motive": (_lines(mocap_files.motive_lines), _lines(lambda: mocap_files.motive_lines(body=True))),
    "noraxon": (_lines(mocap_files.noraxon_lines),),
    "mvn": (_by(lambda path: mocap_files.write_workbook(path, mocap_files.mvn_sheets(_truth())), "a.xlsx"),),
    "mvnx": (_by(lambda path: path.write_text(mocap_files.mvnx_text(_truth())), "a.mvnx"),),
    "visual3d": (
        _visual3d(test_readers_tables.visual3d_ascii, "a.txt"),
        _visual3d(test_readers_tables.visual3d_json, "a.json"),
    ),
    "curves": (_by(test_readers_tables.gcd, "a.gcd"),),
    "tidy": (_by(test_readers_tables.tidy_table, "a.csv"),),
    "vicon_nexus": (_by(lambda path: path.write_text(test_readers_vicon.NEXUS), "a.csv"),),
    "bids": (_bids,),
    "c3d_csv": (_by(lambda path: path.write_text(test_readers_vicon.C3D_CSV), "a.csv"),),
    **{name: (_by(write, file),) for name, (file, write) in imu_files.WRITERS.items()},
}


def main(cases: int, names: list[str]) -> None:
    """A process and a line for each format."""
    print("| format | cases | Trial | DataError | other | slowest [s] | memory [MB] | held |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in names or list(FORMATS):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "--one", name, str(cases)], capture_output=True, text=True
        )
        print(done.stdout.rstrip() or f"| {name} | died: {done.returncode} {done.stderr[-300:]} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        warnings.simplefilter("ignore")
        print(soak(sys.argv[2], int(sys.argv[3])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES, sys.argv[2:])
