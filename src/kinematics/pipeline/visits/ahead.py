"""The files of the trials to come, read on other threads while a trial is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from kinematics.files import note_hash, noting_hashes
from kinematics.study import Session, TrialEntry
from kinematics.study.files import present_files
from kinematics.trial import Trial

#: Trials that are read before they are asked for: what memory they take stays bounded.
TRIALS_AHEAD = 2
#: Trials whose files are larger than this together are read when they are asked for. [bytes]
LARGEST_AHEAD = 64_000_000

#: Reads the trial of a row of a session.
Read = Callable[[Session, TrialEntry], Trial]
Hashes = dict[str, Future[str]]
Result = TypeVar("Result")
_AHEAD: ContextVar[Any] = ContextVar("ahead", default=None)


@dataclass
class Ahead:
    """Rows in the order in which they will be asked for, and those being read; rows are told by identity."""

    read: Read
    rows: deque[tuple[Session, TrialEntry]]
    pool: ThreadPoolExecutor
    reading: dict[int, Future[tuple[Trial, Hashes]]] = field(default_factory=dict)

    def run(self, call: Callable[..., Result], *arguments: Any) -> Result:
        """What the call returns; trials that it asks for by `trial_of` come from here."""
        token = _AHEAD.set(self)
        try:
            return call(*arguments)
        finally:
            _AHEAD.reset(token)

    def trial(self, session: Session, entry: TrialEntry) -> Trial:
        """The row's trial; the files of the next ones are on their way then."""
        coming = self.reading.pop(id(entry), None)
        if coming is None:
            self.rows = deque(row for row in self.rows if row[1] is not entry)
        self._begin()
        if coming is None:
            return self.read(session, entry)
        trial, hashes = coming.result()
        for path, sha256 in hashes.items():
            note_hash(Path(path), sha256)
        return trial

    def _begin(self) -> None:
        while self.rows and len(self.reading) < TRIALS_AHEAD:
            session, entry = self.rows.popleft()
            if _size(session, entry) <= LARGEST_AHEAD:
                self.reading[id(entry)] = self.pool.submit(partial(_noted, self.read, session, entry))


def _noted(read: Read, session: Session, entry: TrialEntry) -> tuple[Trial, Hashes]:
    with noting_hashes() as hashes:
        return read(session, entry), hashes


def _size(session: Session, entry: TrialEntry) -> float:
    try:
        names = (name for cell in entry.files for name in present_files(session.folder, cell))
        return sum((session.folder / name).stat().st_size for name in names)
    except OSError:
        return float("inf")


@contextmanager
def reading_ahead(sessions: Iterable[Session], read: Read, *, threads: int = 1) -> Iterator[Ahead]:
    """What reads the trials of these sessions before they are asked for, in this order, until the block ends."""
    rows = deque((session, entry) for session in sessions for entry in session.trials)
    with ThreadPoolExecutor(threads, thread_name_prefix="ahead") as pool:
        try:
            yield Ahead(read, rows, pool)
        finally:
            pool.shutdown(cancel_futures=True)


def trial_of(session: Session, entry: TrialEntry, read: Read) -> Trial:
    """The trial of one row; where this is called by `Ahead.run`, perhaps one that was read ahead."""
    ahead = _AHEAD.get()
    return read(session, entry) if ahead is None else ahead.trial(session, entry)
