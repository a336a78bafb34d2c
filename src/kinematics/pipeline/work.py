"""The sessions of a study, each done on its own: taken over from an earlier run, or worked through."""

from __future__ import annotations

import hashlib
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import TYPE_CHECKING

from kinematics.conventions import DataError
from kinematics.files import write_whole
from kinematics.pipeline import cache
from kinematics.pipeline.cache import Record
from kinematics.study import Session, Study

if TYPE_CHECKING:
    from kinematics.assessment import Assessment

#: Folder below the study's tables in which each session's part is kept for the next run.
KEPT = ".sessions"
#: A process takes about as long to start as this many sessions of three trials take.
SESSIONS_WORTH_A_PROCESS = 2


@dataclass(frozen=True)
class Places:
    """Folders of one run, and the script that its reports share; empty where each holds its own."""

    tables: Path
    reports: Path
    debug: bool
    shared_script: str = ""

    @property
    def kept(self) -> Path:
        return self.tables / KEPT


def records(study: Study, places: Places, jobs: int, progress: bool) -> tuple[list[Record], int]:
    """Each session's record in order, and how many were taken over from an earlier run."""
    from tqdm import tqdm

    earlier = [_earlier(study.sessions, place) for place in range(len(study.sessions))]
    with (
        tqdm(total=len(study.sessions), unit="session", desc=study.name, disable=not progress) as bar,
        ThreadPoolExecutor(max_workers=jobs) as pool,
    ):
        inputs = list(pool.map(cache.input_hashes, study.sessions))
        own = [cache.session_key(session, hashes) for session, hashes in zip(study.sessions, inputs, strict=True)]
        keys = [
            cache.report_key(own[place], [own[before] for before in earlier[place]], places.shared_script)
            for place in range(len(own))
        ]
        kept = list(pool.map(partial(_kept, places=places), keys))
        found = {place: record for place, record in enumerate(kept) if record is not None}
        n_kept = len(found)
        bar.update(n_kept)
        missing = [place for place in range(len(keys)) if place not in found]
        work = [
            (study.sessions[place], keys[place], inputs[place], places, [study.sessions[one] for one in earlier[place]])
            for place in missing
        ]
        for place, record in zip(missing, _worked(work, jobs), strict=True):
            found[place] = record
            bar.update()
    return [found[place] for place in range(len(keys))], n_kept


def _earlier(sessions: Sequence[Session], place: int) -> list[int]:
    """Places of the same person's earlier visits that a report shows, oldest first."""
    from kinematics.report import earlier_visits

    wanted = earlier_visits(sessions, sessions[place])
    return [number for number, session in enumerate(sessions) if any(session is one for one in wanted)]


def _kept(key: str, places: Places) -> Record | None:
    """The record of a session where nothing has changed."""
    return cache.load_record(places.kept, key, places.reports)


def _worked(work: Sequence[tuple], jobs: int) -> Iterator[Record]:
    """Records of the sessions to be worked on, in order; by processes where that is quicker than starting them."""
    jobs = min(jobs, len(work) // SESSIONS_WORTH_A_PROCESS)
    if jobs <= 1:
        yield from (_made(*item) for item in work)
        return
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(["kinematics.pipeline.visit", "kinematics.pipeline.parts"])
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_deaf_to_interrupts)
    try:
        yield from pool.map(_made, *zip(*work, strict=True))
    except BrokenProcessPool:
        remedy = "What was finished is kept; with --jobs 1 the same command needs less of it."
        raise DataError("a process was ended from outside, perhaps for want of memory.", remedy=remedy) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _deaf_to_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _made(
    session: Session, key: str, inputs: dict[str, str], places: Places, earlier: Sequence[Session] = ()
) -> Record:
    """The session assessed; its report, and its part of each table, written."""
    from kinematics.pipeline.parts import about, index_row, tables
    from kinematics.report import render_report

    before = tuple(_assessed(one, places.debug)[0] for one in earlier)
    assessment, troubles = _assessed(session, places.debug)
    page = ""
    try:
        page = render_report(assessment, earlier=before, shared_script=places.shared_script)
    except Exception as error:
        sentence = troubles(error, "writing the report")
        assessment = replace(assessment, session=replace(session, errors=(*assessment.session.errors, sentence)))
    report = f"{session.name}.html" if page else ""
    if page:
        write_whole(places.reports / report, page.encode())
    facts = {
        **about(assessment),
        "row": asdict(index_row(assessment, report)),
        "report": report,
        "report_sha256": hashlib.sha256(page.encode()).hexdigest() if page else "",
        "inputs": inputs,
        "settled": not troubles.seen,
    }
    return cache.save_record(places.kept, key, session.name, tables(assessment), facts)


@lru_cache(maxsize=4)
def _assessed(session: Session, debug: bool) -> tuple[Assessment, _Troubles]:
    """The session's assessment; the last few are held, as the next visit of the person asks for them again."""
    from kinematics.pipeline.visit import assess_despite

    troubles = _Troubles(session.name, debug)
    return assess_despite(session, troubles), troubles


@dataclass
class _Troubles:
    """Turns unforeseen errors of one session into sentences, without a trace or a path in them."""

    name: str
    debug: bool
    seen: int = 0

    def __call__(self, error: Exception, doing: str) -> str:
        self.seen += 1
        if self.debug:
            traceback.print_exception(error, file=sys.stderr)
        return f"{self.name}: internal error ({type(error).__name__}) while {doing}; please report it."
