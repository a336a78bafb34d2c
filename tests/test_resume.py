"""Runs that are killed, stopped, divided or starved: the next one goes on, and the bytes are the same."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_study import MANY_PROCESSES, VISITS, half_files, left_by_run, write_study

from kinematics.conventions import DataError
from kinematics.pipeline import RunResult, run_study
from kinematics.pipeline.keeping.places import Places, locked
from kinematics.pipeline.workers.making import MakeAndKeep

LONGEST_WAIT_S = 120
FIRST_KEPT, LAST_TABLE = ".sessions/P01_1.kept", "options.parquet"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Path:
    return write_study(tmp_path_factory.mktemp("simulated") / "clinic")


@pytest.fixture(scope="module")
def undisturbed(simulated, tmp_path_factory) -> dict[str, bytes]:
    """What a run leaves that nothing disturbed."""
    return left_by_run(*folders_of(run(simulated, tmp_path_factory.mktemp("undisturbed"))))


@pytest.fixture
def study(simulated, tmp_path) -> Path:
    return Path(shutil.copytree(simulated, tmp_path / "clinic"))


def run(study: Path, to: Path, **options) -> RunResult:
    return run_study(study, **{"processed": to / "p", "reports": to / "r", "progress": False, **options})


def folders_of(result: RunResult) -> tuple[Path, Path]:
    return Path(result.processed), Path(result.reports)


def begun(study: Path, to: Path, *options: str, **popen) -> subprocess.Popen:
    """A run as a process of its own, and with `--jobs 2` two more."""
    command = [sys.executable, "-c", MANY_PROCESSES, "run", str(study), "--processed", str(to / "p")]
    command += ["--reports", str(to / "r"), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)


def wait_for(there, process: subprocess.Popen) -> None:
    """Waits until `there()` is true or the process has ended."""
    until = time.monotonic() + LONGEST_WAIT_S
    while not there() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.002)


def wait_for_all_to_be_gone(leader: subprocess.Popen) -> None:
    """Waits until no process of the group is left; the last to go is the one that starts processes."""
    until = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < until:
        try:
            os.killpg(leader.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("processes of the run are still there")


def kept_in(to: Path) -> int:
    return len(list((to / "p" / "clinic" / ".sessions").glob("*.kept")))


def test_a_killed_run_goes_on_where_it_was_and_leaves_the_same_bytes(study, tmp_path, undisturbed):
    for jobs, seen in (("1", FIRST_KEPT), ("2", ".sessions/P03_1.kept"), ("1", "strides.parquet")):
        process = begun(study, tmp_path, "--jobs", jobs, start_new_session=True)
        wait_for((tmp_path / "p" / "clinic" / seen).exists, process)
        process.kill()
        process.communicate()
        wait_for_all_to_be_gone(process)
        n_kept = kept_in(tmp_path)
        assert n_kept >= 1
    result = run(study, tmp_path)
    assert result.n_kept >= n_kept
    assert left_by_run(*folders_of(result)) == undisturbed
    assert half_files(tmp_path) == []


def test_a_stopped_run_says_one_line_ends_with_130_and_leaves_no_process(study, tmp_path):
    process = begun(study, tmp_path, "--jobs", "2", start_new_session=True)
    wait_for((tmp_path / "p" / "clinic" / FIRST_KEPT).exists, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LONGEST_WAIT_S)
    assert (process.returncode, errors.splitlines()[-1][:8]) == (130, "Stopped.")
    assert "Traceback" not in errors
    assert half_files(tmp_path) == []
    wait_for_all_to_be_gone(process)


@dataclass(frozen=True)
class KilledAt(MakeAndKeep):
    """Ends its own process at one visit, as the system does for want of memory: always, or the first time."""

    once: str = ""

    def __call__(self, visit):
        if visit.name == "P02_1" and not (self.once and Path(self.once).exists()):
            if self.once:
                Path(self.once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(visit)


def test_a_visit_that_ends_its_process_has_its_sentence_and_the_others_go_on(study, tmp_path, undisturbed, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("kinematics.pipeline.running.MakeAndKeep", KilledAt)
        patch.setattr("kinematics.pipeline.workers.cores.VISITS_WORTH_A_PROCESS", 1)
        result = run(study, tmp_path, jobs=2)
    assert (result.exit_code, result.failed, result.n_sessions) == (1, ("P02_1",), len(VISITS))
    assert result.errors[0].startswith("P02_1: the process that worked on it was ended from outside")
    left = left_by_run(*folders_of(result))
    assert b"was ended from outside" in left["index.html"]
    assert b"was ended from outside" in left["manifest.json"]
    assert left["P03_1.html"] == undisturbed["P03_1.html"]
    again = run(study, tmp_path)
    assert (again.n_kept, again.errors) == (len(VISITS) - 1, ())
    assert left_by_run(*folders_of(again)) == undisturbed


def test_a_process_that_is_killed_by_chance_costs_nothing(study, tmp_path, undisturbed, monkeypatch):
    def once(places):
        return KilledAt(places, once=str(tmp_path / "killed"))

    monkeypatch.setattr("kinematics.pipeline.running.MakeAndKeep", once)
    monkeypatch.setattr("kinematics.pipeline.workers.cores.VISITS_WORTH_A_PROCESS", 1)
    result = run(study, tmp_path, jobs=2)
    assert (tmp_path / "killed").exists()
    assert (result.exit_code, left_by_run(*folders_of(result))) == (0, undisturbed)


def test_shards_and_a_last_run_leave_the_same_bytes_as_one(study, tmp_path, undisturbed):
    first, second = (run(study, tmp_path, shard=f"{number}/2") for number in (1, 2))
    assert first.n_sessions + second.n_sessions == len(VISITS)
    assert not (tmp_path / "p" / "clinic" / "strides.parquet").exists()
    last = run(study, tmp_path)
    assert (last.n_kept, left_by_run(*folders_of(last))) == (len(VISITS), undisturbed)


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_a_shard_that_does_not_exist_is_refused_in_a_sentence(study, tmp_path, shard):
    with pytest.raises(DataError, match="shard"):
        run(study, tmp_path, shard=shard)


def test_two_runs_at_a_time_into_the_same_folders_are_refused_but_not_two_shards(study, tmp_path):
    places = Places(tmp_path / "p" / "clinic", tmp_path / "r" / "clinic", debug=False)
    with locked(places, shared=True):
        with pytest.raises(DataError, match="another run is writing this study's outputs"):
            run(study, tmp_path)
        assert run(study, tmp_path, shard="4/4").n_sessions == 1


def test_another_study_of_the_same_name_is_refused_and_the_same_one_moved_is_not(study, tmp_path, simulated):
    run(study, tmp_path)
    moved = Path(shutil.move(study, tmp_path / "elsewhere" / "clinic"))
    assert run(moved, tmp_path).n_kept == len(VISITS)
    other = tmp_path / "other" / "clinic"
    shutil.copytree(simulated, other)
    for path in other.glob("P*.csv"):
        path.write_text(path.read_text().replace("\n", " \n", 2))
    with pytest.raises(DataError, match="the results of another study of this name"):
        run(other, tmp_path)


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_when_there_is_space(study, tmp_path, undisturbed):
    largest = max(len(undisturbed[name]) for name in ("strides.parquet", "curves.parquet")) - 1

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    process = begun(study, tmp_path, "--jobs", "1", "--linked", preexec_fn=starve)
    _, errors = process.communicate(timeout=LONGEST_WAIT_S)
    assert process.returncode == 2
    assert errors.splitlines()[-1].endswith(
        "there is no space for this file. Free some; the same command goes on where it stopped."
    )
    assert "Traceback" not in errors
    assert half_files(tmp_path) == []
    assert left_by_run(*folders_of(run(study, tmp_path))) == undisturbed


def test_an_unchanged_file_is_told_by_its_stamp_and_a_recheck_reads_it(study, tmp_path):
    trial = study / "P03_1_run.csv"
    an_hour_ago = time.time_ns() - 3_600_000_000_000
    for path in study.iterdir():
        os.utime(path, ns=(an_hour_ago, an_hour_ago))
    run(study, tmp_path)
    text = trial.read_text()
    trial.write_text(text[:-2] + ("1" if text[-2] != "1" else "2") + "\n")
    os.utime(trial, ns=(an_hour_ago, an_hour_ago))
    assert run(study, tmp_path).n_kept == len(VISITS)
    assert run(study, tmp_path, recheck=True).n_kept == len(VISITS) - 1


def test_a_file_changed_within_the_clocks_tick_is_seen(study, tmp_path):
    trial = study / "P03_1_run.csv"
    now = time.time_ns()
    os.utime(trial, ns=(now, now))
    run(study, tmp_path)
    text = trial.read_text()
    trial.write_text(text[:-2] + ("1" if text[-2] != "1" else "2") + "\n")
    os.utime(trial, ns=(now, now))
    assert run(study, tmp_path).n_kept == len(VISITS) - 1
