"""
Memory and time of a day of three sensors, from files to tables and report, beside parsing the same columns.

The files are made below FOLDER (2.6 GB a day) and stay there; each step is a process of its own::

    python benchmarks/wearables_memory.py FOLDER [HOURS]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

MEGABYTE, GIGABYTE = 1e6, 1e9
SENSORS = ("pelvis", "thigh_left", "thigh_right")
NEEDED = ["time_s", *(f"{kind}_{axis}{unit}" for kind, unit in (("acc", "_ms2"), ("gyr", "_rads")) for axis in "xyz")]


def main(folder: str, hours: str = "24") -> None:
    """Print one line."""
    study, here = Path(folder) / "study", Path(__file__)
    if not study.is_dir():
        subprocess.run([sys.executable, here.with_name("wearables_day.py"), study, hours], check=True)
    size = sum((study / "day" / f"{sensor}.csv").stat().st_size for sensor in SENSORS)
    parse, run = (told(here, step, study) for step in ("parse", "run"))
    print(
        f"{hours} h of three sensors ({size / GIGABYTE:.2f} GB): {run['mb']:.0f} MB at most, {run['cpu_s']:.0f} s of "
        f"one core ({run['s']:.0f} s by the clock), {run['cpu_s'] / parse['cpu_s']:.1f} times the parse of the needed "
        f"columns alone ({parse['cpu_s']:.1f} s)."
    )


def told(script: Path, step: str, study: Path) -> dict[str, float]:
    """What a step in a process of its own says of itself in its last line."""
    done = subprocess.run([sys.executable, script, step, study], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def parse(study: Path) -> None:
    """The needed columns of each file, block by block, on one thread; nothing is kept."""
    import pyarrow as pa
    from pyarrow import csv

    types = dict.fromkeys(NEEDED, pa.float64())
    for sensor in SENSORS:
        reading = csv.ReadOptions(use_threads=False)
        converting = csv.ConvertOptions(include_columns=NEEDED, column_types=types)
        for _ in csv.open_csv(study / "day" / f"{sensor}.csv", reading, convert_options=converting):
            pass


def run(study: Path) -> None:
    """`kinematics run`, everything anew."""
    from shutil import rmtree

    from kinematics.pipeline import run_study

    made = study.parent / "made"
    rmtree(made, ignore_errors=True)
    run_study(study, processed=made / "processed", reports=made / "reports")


def measured(step: str, study: Path) -> None:
    """Do one step and print its time and the most memory that the process has held."""
    begin = time.perf_counter()
    {"parse": parse, "run": run}[step](study)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "s": time.perf_counter() - begin,
        "cpu_s": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss * 1024 / MEGABYTE,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    if sys.argv[1] in ("parse", "run"):
        measured(sys.argv[1], Path(sys.argv[2]))
    else:
        main(*sys.argv[1:3])
