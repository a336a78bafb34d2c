"""Runs that are killed at random moments, and disks that fill up: is what the next run leaves the same, to the byte?

Four ways of trouble in turn: the run itself gets SIGKILL; one of its processes does; a worker of a dask scheduler does;
the disk is full (a small tmpfs where that may be mounted, else a limit to the size of a file). After each the run is
taken up again. It went wrong where outputs are other bytes than those of an undisturbed run, where files are left half
written, and where visits that were done are done again.

    python benchmarks/kill_soak.py [--runs 200] [--seed 1] [--people 12]
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kinematics.pipeline import RunResult, run_study
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles

SECONDS = 6.0
#: A worker that was killed runs again within this.
STARTS_S = 20
STUDY = "clinic"
#: Part of a run before which little can go wrong: Python starts.
EARLIEST = 0.2
#: The command line, which here thinks every visit worth a process.
MANY_PROCESSES = """
from kinematics.cli import main
from kinematics.pipeline.workers import cores

cores.VISITS_WORTH_A_PROCESS = 1
main()
"""
TROUBLES = ("run killed", "process killed", "dask worker killed", "disk full")


def write_study(folder: Path, people: int) -> Path:
    """People with one visit each, every third with two."""
    folder.mkdir(parents=True)
    rows = ["participant,session,task,speed_m_s,file,zero"]
    for seed in range(people):
        table = simulate_angles(simulate_gait(Runner(speed_m_s=3.5), duration_s=SECONDS, seed=seed), seed=seed).table
        for session in (1, 2) if seed % 3 == 0 else (1,):
            write_angles(folder / f"P{seed:02d}_{session}.csv", table)
            rows.append(f"P{seed:02d},{session},run,3.5,P{seed:02d}_{session}.csv,anatomical")
    (folder / "trials.csv").write_text("\n".join(rows) + "\n")
    return folder


def again(study: Path, to: Path, **options: object) -> RunResult:
    """The run in this process."""
    return run_study(study, processed=to / "p", reports=to / "r", progress=False, **options)


def left_in(to: Path) -> dict[str, bytes]:
    """Every output by its name."""
    folders = (to / "p" / STUDY, to / "r" / STUDY)
    return {path.name: path.read_bytes() for folder in folders for path in folder.glob("[!.]*") if path.is_file()}


def kept_in(to: Path) -> int:
    """Visits that are done."""
    return len(list((to / "p" / STUDY / ".sessions").glob("*.kept")))


def begun(study: Path, to: Path, *options: str, **popen: object) -> subprocess.Popen:
    """The run as a process of its own."""
    command = [sys.executable, "-c", MANY_PROCESSES, "run", str(study), "--processed", str(to / "p")]
    command += ["--reports", str(to / "r"), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **popen)


def descendants(pid: int) -> list[int]:
    """Processes that a process has started, and those that they have started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def kill_run(study: Path, to: Path, chance: random.Random, longest_s: float) -> str:
    """SIGKILL for the run, with one process or two."""
    process = begun(study, to, "--jobs", str(chance.choice((1, 2))))
    time.sleep(chance.uniform(EARLIEST, 1) * longest_s)
    process.kill()
    process.communicate()
    return ""


def kill_process(study: Path, to: Path, chance: random.Random, longest_s: float) -> str:
    """SIGKILL for one of the processes that a run has started; the run is to end well."""
    process = begun(study, to, "--jobs", "2")
    until = time.monotonic() + chance.uniform(EARLIEST, 1) * longest_s
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    children = [pid for pid in descendants(process.pid) if "resource_tracker" not in _command(pid)]
    if children:
        os.kill(chance.choice(children), signal.SIGKILL)
    _, errors = process.communicate()
    return "" if process.returncode in (0, 1, 2) and "Traceback" not in errors else f"ended with {process.returncode}"


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


class Cluster:
    """A dask scheduler with two workers, started when it is first asked for."""

    def __init__(self, scratch: Path) -> None:
        self._scratch, self._cluster = scratch, None

    def kill_worker(self, study: Path, to: Path, chance: random.Random, longest_s: float) -> str:
        """SIGKILL for one of the workers; the run is to end well."""
        self._be_two()
        delay = chance.uniform(0, longest_s / 2)
        killer = threading.Timer(delay, self._kill_one, args=(chance.randrange(2),))
        killer.start()
        result = again(study, to, scheduler=self._cluster.scheduler_address)
        killer.join()
        return "" if result.exit_code == 0 else f"ended with {result.exit_code}"

    def _be_two(self) -> None:
        """Two workers that run; a new cluster where one was killed while it started, after which dask gives it up."""
        from distributed import LocalCluster

        if self._cluster is not None:
            with suppress(TimeoutError):
                self._cluster.wait_for_workers(2, timeout=STARTS_S)
                return
            with suppress(KeyError):  # closing stumbles over the worker that was given up
                self._cluster.close()
        options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
        self._cluster = LocalCluster(**options, local_directory=str(self._scratch))

    def _kill_one(self, number: int) -> None:
        pids = [worker.pid for worker in list(self._cluster.workers.values()) if worker.pid]
        if pids:  # none where both are just being started again
            os.kill(pids[number % len(pids)], signal.SIGKILL)

    def close(self) -> None:
        """Ends the workers."""
        if self._cluster is not None:
            self._cluster.close()


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Callable[[], None] | None]:
    """A disk of some bytes at `folder`; gives what makes it large, or None where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        yield None
        return
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=1g", str(folder)], check=True) and None
    finally:
        subprocess.run(["umount", str(folder)], check=False)


def fill_disk(study: Path, to: Path, chance: random.Random, whole: int) -> str:
    """A disk or a largest file of random size; the run is to end with one sentence and nothing half written."""
    with small_disk(to, chance.randrange(64 << 10, whole)) as enlarge:
        largest = chance.randrange(20_000, 400_000)

        def starve() -> None:
            if enlarge is None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

        process = begun(study, to, "--jobs", str(chance.choice((1, 2))), preexec_fn=starve)
        _, errors = process.communicate()
        wrong = "" if process.returncode in (0, 2) and "Traceback" not in errors else f"ended with {process.returncode}"
        wrong = wrong or (f"{len(list(to.rglob('*.part')))} half files" if list(to.rglob("*.part")) else "")
        if enlarge is not None:
            enlarge()
        return wrong or judged(study, to, kept_in(to))


UNDISTURBED: dict[str, bytes] = {}


def judged(study: Path, to: Path, n_kept: int) -> str:
    """What is wrong with a run taken up again; empty where nothing is."""
    result = again(study, to)
    if list(to.rglob("*.part")):
        return "half files"
    if result.n_kept < n_kept:
        return f"{n_kept - result.n_kept} of {n_kept} done again"
    left = left_in(to)
    others = sorted(name for name in left.keys() | UNDISTURBED.keys() if left.get(name) != UNDISTURBED.get(name))
    return f"other bytes: {', '.join(others[:3])}" if others else ""


def soak(runs: int, seed: int, people: int, home: Path) -> int:
    """All runs; prints a table and returns how many went wrong."""
    study = write_study(home / "study" / STUDY, people)
    begin = time.monotonic()
    begun(study, home / "timed", "--jobs", "1").communicate()
    longest_s = time.monotonic() - begin
    again(study, home / "undisturbed")
    UNDISTURBED.update(left_in(home / "undisturbed"))
    whole = 2 * sum(path.stat().st_size for path in (home / "undisturbed").rglob("*") if path.is_file())
    counts, kept, wrong, chance = Counter[str](), Counter[str](), list[str](), random.Random(seed)
    cluster = Cluster(home / "scratch")
    for number in range(runs):
        trouble, to = TROUBLES[number % len(TROUBLES)], home / f"run{number}"
        if trouble == "disk full":
            said = fill_disk(study, to, chance, whole)
        else:
            way = {"run killed": kill_run, "process killed": kill_process}.get(trouble, cluster.kill_worker)
            said = way(study, to, chance, longest_s)
            kept[trouble] += kept_in(to)
            said = said or judged(study, to, kept_in(to))
        counts[trouble] += 1
        wrong += [f"{number} {trouble}: {said}"] if said else []
        subprocess.run(["rm", "-rf", str(to)], check=True)
    cluster.close()
    print("| trouble | runs | visits done when it came | gone wrong |\n|---|---|---|---|")
    for trouble in TROUBLES:
        bad = sum(f" {trouble}:" in line for line in wrong)
        print(f"| {trouble} | {counts[trouble]} | {kept[trouble] or ''} | {bad} |")
    print("\n".join(wrong))
    return len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as home:
        sys.exit(1 if soak(options.runs, options.seed, options.people, Path(home)) else 0)


if __name__ == "__main__":
    main()
