"""Chunks of visits worked on by processes of this machine, one of which may be ended from outside."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from multiprocessing import get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from typing import Any, Protocol

from kinematics.conventions import DataError
from kinematics.pipeline.keeping.kept import Record
from kinematics.pipeline.workers.cores import Shares
from kinematics.pipeline.workers.making import Visit

Chunk = Sequence[Visit]
#: Chunks handed out for each process beside the one it works on.
AHEAD = 2
#: A visit whose process ends this often while it is worked on alone is given up.
TRIES_ALONE = 2
#: Pools that end one after the other before any visit was begun.
MOST_STILLBORN = 3
IDLE = -1
#: What tells the C library (glibc; others do not listen) to keep freed memory for the next trial. Given back, it comes
#: anew page by page: markers take a tenth longer. [bytes]
MEMORY_STAYS = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 28)}


class Task(Protocol):
    """What is done with a visit; and what stands for it where that cannot be done."""

    def __call__(self, visit: Visit) -> Record: ...

    def lost(self, visit: Visit) -> Record: ...


def one_by_one(visits: Chunk, task: Callable[[Visit], Record], *, readers: int) -> Generator[Record]:
    """Records of the visits, worked on by this process, while `readers` threads read the next trials' files."""
    if not readers:
        yield from map(task, visits)
        return
    from kinematics.pipeline.visits.ahead import reading_ahead
    from kinematics.pipeline.visits.visit import read_entry

    sessions = (visit.session for visit in visits if not visit.kept_key)
    with reading_ahead(sessions, read_entry, threads=readers) as reader:
        for visit in visits:
            yield reader.run(task, visit)


def in_processes(
    chunks: Iterable[Chunk], task: Task, shares: Shares, *, looked_at_again: Callable[[Visit], Visit]
) -> Generator[Record]:
    """
    Records of the visits as they come, worked on by processes.

    Where a process is ended from outside, the visits that were being worked on are tried again one at a time; one
    that ends its process again has a record that says so. The others go on, each `looked_at_again`, as it may be done.
    """
    waiting: deque[Chunk] = deque(chunks)
    stillborn = 0
    while waiting:
        with _Processes(shares) as processes:
            flying: dict[Future, Chunk] = {}
            try:
                while waiting or flying:
                    while waiting and len(flying) < shares.processes * (1 + AHEAD):
                        flying[processes.submit(task, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for future in wait(flying, return_when=FIRST_COMPLETED).done:
                        yield from future.result()
                        del flying[future]
            except BrokenProcessPool:
                for future in [one for one in flying if _is_well(one)]:
                    yield from future.result()
                    del flying[future]
                unfinished = [[looked_at_again(visit) for visit in chunk] for chunk in flying.values()]
                begun = processes.begun()
        if not waiting and not flying:
            return
        suspects = [visit for chunk in unfinished for visit in chunk if visit.place in begun]
        waiting.extendleft([[visit for visit in chunk if visit.place not in begun] for chunk in reversed(unfinished)])
        stillborn = 0 if suspects else stillborn + 1
        if stillborn == MOST_STILLBORN:
            remedy = "What was finished is kept; with --jobs 1 the same command needs less of it."
            raise DataError("processes are ended from outside, perhaps for want of memory.", remedy=remedy)
        yield from _alone(suspects, task)


def _is_well(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _alone(visits: Sequence[Visit], task: Task) -> Generator[Record]:
    """Records of visits of which one may have ended its process, each worked on in a process of its own."""
    for visit in visits:
        for _ in range(TRIES_ALONE):
            with _Processes(Shares(1, 0)) as process, suppress(BrokenProcessPool):
                yield from process.submit(task, [visit]).result()
                break
        else:
            yield task.lost(visit)


class _Processes:
    """A pool whose processes say what they work on, end with this one, and stop after a visit when told to."""

    def __init__(self, shares: Shares) -> None:
        jobs, context = shares.processes, _context()
        self._readers = shares.readers
        self._working_on = context.Array("q", [IDLE] * jobs, lock=False)
        self._started, self._stop = context.Value("i", 0), context.Event()
        shared = (self._working_on, self._started, self._stop)
        self._pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=shared)

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def submit(self, task: Task, chunk: Chunk) -> Future:
        return self._pool.submit(_worked, task, chunk, self._readers)

    def begun(self) -> set[int]:
        """Places of the visits that the processes were at."""
        return {place for place in self._working_on if place != IDLE}


def _context() -> BaseContext:
    """Where processes come from: one that has loaded what they need, or, on Windows, each from the beginning."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    from multiprocessing import forkserver

    context = get_context("forkserver")
    context.set_forkserver_preload(["kinematics.pipeline.workers.ready"])
    given = {name: value for name, value in MEMORY_STAYS.items() if name not in os.environ}
    os.environ.update(given)
    try:
        forkserver.ensure_running()
    finally:
        for name in given:
            del os.environ[name]
    return context


#: In a process of the pool: where it says what it works on, its number there, and whether it shall stop.
_mine: tuple[Any, int, Any] | None = None


def _begin(working_on: Any, started: Any, stop: Any) -> None:
    """Prepares a process of the pool: deaf to Ctrl-C, which the first process hears; ending when that one ends."""
    global _mine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with started.get_lock():
        _mine = working_on, started.value, stop
        started.value += 1
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _worked(task: Task, chunk: Chunk, readers: int) -> list[Record]:
    assert _mine is not None
    working_on, number, stop = _mine

    def noted(visit: Visit) -> Record:
        working_on[number] = visit.place
        record = task(visit)
        working_on[number] = IDLE
        return record

    records: list[Record] = []
    with closing(one_by_one(chunk, noted, readers=readers)) as coming:
        while not stop.is_set() and (record := next(coming, None)):
            records.append(record)
    return records
