"""A whole study, or a shard of it: every visit on its own, then the tables, the index and the manifest."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.pipeline.keeping import outputs
from kinematics.pipeline.keeping.places import Places, claim, locked
from kinematics.pipeline.keeping.stamps import Index, read_index
from kinematics.pipeline.result import RunResult, result_of
from kinematics.pipeline.running import Run
from kinematics.pipeline.work import Plan
from kinematics.pipeline.workers.chunks import of_shard
from kinematics.pipeline.workers.cluster import connected
from kinematics.pipeline.workers.hand import AtHand, at_hand
from kinematics.study import Study, read_study


def run_study(
    folder: Path | str,
    *,
    processed: Path | str = "data/processed",
    reports: Path | str = "reports",
    jobs: int | None = None,
    shard: str = "",
    scheduler: str = "",
    recheck: bool = False,
    progress: bool = True,
    debug: bool = False,
    linked: bool = False,
) -> RunResult:
    """
    Tables and reports of a whole study.

    Writes `<processed>/<study>/` strides, curves, ledger, options and excluded as Parquet with manifest.json, and
    `<reports>/<study>/` index.html, cohort.html and one report per session. Sessions of which nothing changed since
    the last run (rows, files, settings, package, libraries) are taken over; the outputs are the same bytes either way.

    Parameters
    ----------
    folder : Path or str
        The study folder; or its address, for fsspec.
    processed, reports : Path or str
        Folders, or addresses, in which the study's own folders are made.
    jobs : int, optional
        Cores that the run may use: 1 for no more than one; more for as many processes as the study is worth. Without
        it no process is started (a script or notebook need not be prepared for that), and files are read on a thread
        beside the work.
    shard : str
        I/N: only the I-th of N parts of the sessions, without tables and index, which a later run puts together.
    scheduler : str
        Address of a dask scheduler whose workers do the work instead of processes of this machine.
    recheck : bool
        Whether every file is hashed again, also where its size and time of change are those of the last run.
    progress : bool
        Whether a progress bar is shown on the error stream.
    debug : bool
        Whether the trace of an internal error is shown on the error stream.
    linked : bool
        Whether the reports share one script file beside them, and are then below 400 kB each, instead of holding it.

    Raises
    ------
    DataError
        Where the study cannot be read at all, or another run writes its outputs. Whatever else goes wrong has its
        sentence in the result.
    """
    with at_hand(folder, processed, reports) as hand:
        study = _study(hand, scheduler)
        wanted = of_shard(study.sessions, shard) if shard else list(range(len(study.sessions)))
        script = outputs.shared_script(linked)
        places = Places(hand.processed / study.name, hand.reports / study.name, debug, script)
        for place in (places.tables, places.reports):
            place.mkdir(parents=True, exist_ok=True)
        with locked(places, shared=bool(shard)), connected(scheduler) if scheduler else nullcontext() as client:
            depots = hand.depots(study.name)
            claim(places, hand.identity, hand.sha256_there)
            plan = Plan(study, places, Index() if recheck else read_index(places.kept))
            run = Run(plan, jobs, progress, hand.origin, depots, client)
            records = run.shard(wanted) if shard else run.whole(wanted)
        return hand.named(result_of(study, records, places, shard))


def _study(hand: AtHand, scheduler: str) -> Study:
    """The study, its folder named so that workers find it."""
    study = read_study(hand.study)
    if not scheduler:
        return study
    if hand.origin and hand.origin.is_private:
        problem = "workers of a scheduler cannot see what lies in this process's memory."
        raise DataError(problem, file=hand.origin.address)
    folder = study.folder.resolve()
    sessions = tuple(replace(session, folder=folder) for session in study.sessions)
    return replace(study, folder=folder, sessions=sessions)
