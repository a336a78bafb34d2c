"""How time and memory of a whole run grow with the number of trials, and what a second core gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inputs import study
from timing import command

KINEMATICS = str(Path(sys.executable).with_name("kinematics"))
DASK = str(Path(sys.executable).with_name("dask"))
#: How docs/running.md starts workers.
WORKERS = {
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}
PRELOAD = ["--preload", "kinematics.pipeline.workers.ready"]
#: The bytes of these must not depend on the way.
TABLES = ("strides", "curves", "ledger", "options", "excluded")


@dataclass(frozen=True)
class Grown:
    """One run of a study of `trials` trials."""

    trials: int
    way: str
    seconds: float
    memory_mb: float
    tables: tuple[str, ...]


def run(folder: Path, files: list[Path], trials: int, way: str, words: Sequence[str], cores: int) -> Grown:
    """A study of hard links to `files`, run by the command line; the study and what it left are removed."""
    home = folder / f"growth{trials}"
    shutil.rmtree(home, ignore_errors=True)
    place = study(home / "study", files, trials)
    out = ["--processed", str(home / "processed"), "--reports", str(home / "reports"), "--linked", *words]
    done = command([KINEMATICS, "run", str(place), *out], cores=cores)
    manifest = json.loads((home / "processed" / "study" / "manifest.json").read_bytes())
    hashes = tuple(manifest["outputs"][f"{name}.parquet"] for name in TABLES)
    shutil.rmtree(home)
    return Grown(trials, way, done.seconds, done.memory_mb, hashes)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Address of a dask scheduler with `workers` processes of one thread each."""
    address = "tcp://127.0.0.1:8796"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [DASK, "scheduler", "--host", "127.0.0.1", "--port", "8796", "--no-dashboard"]
    worker = [DASK, "worker", address, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard", *PRELOAD]
    processes = [subprocess.Popen(scheduler, **quiet), subprocess.Popen(worker, env=os.environ | WORKERS, **quiet)]
    try:
        _wait_for(address, workers)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def _wait_for(address: str, workers: int) -> None:
    from dask.distributed import Client

    with Client(address, timeout="60s") as client:
        client.wait_for_workers(workers, timeout=60)
    time.sleep(0.5)
