"""The study's tables, put together from the visits' rows, while visits are being worked on or after."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinematics.pipeline.keeping import kept
from kinematics.pipeline.keeping.places import Places
from kinematics.store import TABLES, Rows, writing_table

if TYPE_CHECKING:
    import pyarrow as pa

#: Visits whose rows may wait to be written before whoever makes them waits too.
LONGEST_WAIT = 8


class _Left(Exception):
    """No more rows will come, and what was begun is to be left."""


class Files:
    """Parquet files of some tables, written as rows come; each there when `finish` has been called, else as it was."""

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self._paths = {name: folder / f"{name}.parquet" for name in names}
        self._open: dict[str, AbstractContextManager[Rows]] = {}

    def add(self, rows: Mapping[str, pa.Table]) -> None:
        """
        The next rows of every table.

        Raises
        ------
        OSError
            With the file's name, as on a full disk.
        """
        for name, into in self._rows.items():
            try:
                into.add(rows[name])
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self._paths[name])) from error

    def finish(self) -> dict[str, Rows]:
        """Makes the files take their names, in the order of the tables; how many rows each has, and its SHA-256."""
        rows = self._rows
        for name in rows:
            self._open.pop(name).__exit__(None, None, None)
        return rows

    def leave(self) -> None:
        """Removes what was begun and has not taken its name; files of an earlier time stay."""
        while self._open:
            with suppress(_Left, OSError):  # a full disk has had its sentence
                self._open.popitem()[1].__exit__(_Left, _Left(), None)

    @cached_property
    def _rows(self) -> dict[str, Rows]:
        self._open = {name: writing_table(path, name) for name, path in self._paths.items()}
        return {name: one.__enter__() for name, one in self._open.items()}


class Behind:
    """Makes calls one after the other on another thread; what one of them raises, a later `do` or `wait` raises."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._waiting: deque[Future[None]] = deque()

    def do(self, call: Callable[..., None], *arguments: Any) -> None:
        """The next call, at once where not too many wait."""
        self._waiting.append(self._pool.submit(call, *arguments))
        if len(self._waiting) > LONGEST_WAIT:
            self._waiting.popleft().result()

    def wait(self) -> None:
        """Until all calls are made."""
        while self._waiting:
            self._waiting.popleft().result()


@contextmanager
def writing(files: Files) -> Iterator[Behind]:
    """A thread beside the work for what `files` are to be given; where the block fails, they are left."""
    with ExitStack() as ending, ThreadPoolExecutor(1, thread_name_prefix="tables") as pool:
        ending.callback(files.leave)
        try:
            yield Behind(pool)
        finally:
            pool.shutdown(cancel_futures=True)


class Tables:
    """Takes the visits' records in their order; their rows become the study's tables."""

    def __init__(self, places: Places, files: Files, behind: Behind | None) -> None:
        self._places, self._files, self._behind = places, files, behind
        self._later: list[kept.Record] = []

    def add(self, record: kept.Record) -> None:
        """The next visit."""
        if self._behind is None:
            self._later.append(record)
        else:
            self._behind.do(self._write, record)

    def finish(self) -> dict[str, str]:
        """SHA-256 of each table's file, when all are written."""
        for record in self._later:
            self._write(record)
        if self._behind is not None:
            self._behind.wait()
        return {f"{name}.parquet": rows.sha256 for name, rows in self._files.finish().items()}

    def _write(self, record: kept.Record) -> None:
        self._files.add(kept.tables_of(self._places.kept, record))


@contextmanager
def tables_of(places: Places, *, beside: bool) -> Iterator[Tables]:
    """The study's tables; `beside` the work on the visits, on a thread of their own, or after it."""
    files = Files(places.tables, TABLES)
    with writing(files) as behind:
        yield Tables(places, files, behind if beside else None)
