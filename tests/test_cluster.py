"""Workers of a dask scheduler, and studies and outputs behind addresses: the same bytes as at home."""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest
from small_study import VISITS, left_by_run, write_study

from kinematics.conventions import DataError
from kinematics.pipeline import run_study
from kinematics.pipeline.workers import cluster
from kinematics.pipeline.workers.making import Make

LONGEST_WAIT_S = 60

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return write_study(tmp_path_factory.mktemp("study") / "clinic")


@pytest.fixture(scope="module")
def at_home(study, tmp_path_factory) -> dict[str, bytes]:
    """What one process leaves."""
    return left(study, tmp_path_factory.mktemp("home"))


def left(study: Path | str, to: Path, **options) -> dict[str, bytes]:
    result = run_study(study, processed=to / "p", reports=to / "r", progress=False, **options)
    assert result.errors == ()
    return left_by_run(to / "p" / "clinic", to / "r" / "clinic")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Two workers that are processes of their own."""
    scratch = str(tmp_path_factory.mktemp("scratch"))
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": scratch}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(**options, processes=True, silence_logs=50) as made,
    ):
        yield made


def test_workers_leave_the_same_bytes_from_a_folder_and_from_an_address(study, at_home, scheduler, tmp_path):
    assert left(study, tmp_path / "folder", scheduler=scheduler.scheduler_address) == at_home
    address = f"local://{study.as_posix()}"
    assert left(address, tmp_path / "address", scheduler=scheduler.scheduler_address) == at_home


@dataclass(frozen=True)
class KillsItsWorker(Make):
    """Ends the worker at one visit, every time."""

    def __call__(self, visit):
        if visit.name == "P02_1":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(visit)


def test_workers_that_cannot_be_reached_send_their_results_by_way_of_the_scheduler(
    scheduler, study, at_home, tmp_path, monkeypatch
):
    with cluster.connected(scheduler.scheduler_address) as client:
        assert client.direct_to_workers
    behind = type("Client", (), {"ncores": lambda self: {"tcp://127.0.0.1:1": 1}})
    assert not cluster.within_reach(behind())
    monkeypatch.setattr(cluster, "within_reach", lambda client: False)
    assert left(study, tmp_path, scheduler=scheduler.scheduler_address) == at_home


def test_a_worker_that_is_killed_costs_nothing(study, at_home, scheduler, tmp_path):
    def kill_one() -> None:
        kept = tmp_path / "p" / "clinic" / ".sessions"
        until = time.monotonic() + LONGEST_WAIT_S
        while not list(kept.glob("*.kept")) and time.monotonic() < until:
            time.sleep(0.005)
        os.kill(next(iter(scheduler.workers.values())).pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    assert left(study, tmp_path, scheduler=scheduler.scheduler_address) == at_home
    killer.join()


def test_a_visit_that_ends_its_workers_has_its_sentence(study, scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr("kinematics.pipeline.running.Make", KillsItsWorker)
    where = {"processed": tmp_path / "p", "reports": tmp_path / "r", "progress": False}
    result = run_study(study, scheduler=scheduler.scheduler_address, **where)
    assert (result.exit_code, result.failed, result.n_sessions) == (1, ("P02_1",), len(VISITS))


def test_a_scheduler_that_does_not_answer_is_one_sentence(study, tmp_path, monkeypatch):
    monkeypatch.setattr("kinematics.pipeline.workers.cluster.SECONDS_TO_ANSWER", 0.2)
    with pytest.raises(DataError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        left(study, tmp_path, scheduler="tcp://127.0.0.1:9")


def test_study_and_outputs_behind_addresses_are_the_same_bytes_and_taken_over_when_unchanged(study, at_home):
    there = fsspec.filesystem("memory")
    there.store.clear()
    there.put(str(study), "/lab/", recursive=True)
    where = {"processed": "memory://out/p", "reports": "memory://out/r", "progress": False}
    first = run_study("memory://lab/clinic", **where)
    assert str(first).splitlines()[1] == "Tables:  memory://out/p/clinic"
    found = {path.rpartition("/")[2]: there.cat_file(path) for path in there.find("/out") if "/." not in path}
    assert found == at_home
    assert run_study("memory://lab/clinic", **where).n_kept == len(VISITS)
    there.pipe_file("/lab/clinic/P04_1_run.csv", there.cat_file("/lab/clinic/P04_1_run.csv") + b"\n")
    assert run_study("memory://lab/clinic", **where).n_kept == len(VISITS) - 1


def test_an_address_that_cannot_be_used_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"^nosuch://bucket/clinic: this address cannot be used"):
        run_study("nosuch://bucket/clinic", processed=tmp_path, reports=tmp_path)
    with pytest.raises(DataError, match=r"trials\.csv"):
        run_study("memory://nowhere/clinic", processed=tmp_path, reports=tmp_path)
