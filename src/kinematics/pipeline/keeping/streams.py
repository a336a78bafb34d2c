"""The study's tables, put together from the visits' rows, while visits are being worked on or after."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue

from kinematics.pipeline.keeping.cache import sha256_of
from kinematics.pipeline.keeping.kept import Record, table_of
from kinematics.pipeline.keeping.places import Places
from kinematics.store import TABLES, write_table


class _Cut(Exception):
    """No more visits will come, and what was begun is to be left."""


class Tables:
    """Takes the visits' records in their order; their rows become the study's tables."""

    def __init__(self, places: Places, pool: ThreadPoolExecutor | None) -> None:
        self._places = places
        self._queues: dict[str, SimpleQueue[Record | Exception | None]] = {name: SimpleQueue() for name in TABLES}
        self._written: dict[str, Future[str]] = {}
        self._pool = pool
        if pool is not None:
            self._written = {name: pool.submit(self._write, name) for name in TABLES}

    def add(self, record: Record) -> None:
        """The next visit."""
        self._put(record)

    def finish(self) -> dict[str, str]:
        """SHA-256 of each table's file, when all are written."""
        self._put(None)
        if self._pool is None:
            return {f"{name}.parquet": self._write(name) for name in TABLES}
        return {f"{name}.parquet": self._written[name].result() for name in TABLES}

    def leave(self) -> None:
        """Leaves what was begun; the tables of the last run stay."""
        self._put(_Cut())

    def _put(self, item: Record | Exception | None) -> None:
        for queue in self._queues.values():
            queue.put(item)

    def _write(self, name: str) -> str:
        path = self._places.tables / f"{name}.parquet"
        write_table(path, name, (table_of(self._places.kept, record, name) for record in self._records(name)))
        return sha256_of(path)

    def _records(self, name: str) -> Iterator[Record]:
        while (item := self._queues[name].get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item


@contextmanager
def tables_of(places: Places, *, beside: bool) -> Iterator[Tables]:
    """The study's tables; `beside` the work on the visits, each on a thread of its own, or after it."""
    if not beside:
        yield Tables(places, None)
        return
    with ThreadPoolExecutor(len(TABLES), thread_name_prefix="tables") as pool:
        tables = Tables(places, pool)
        try:
            yield tables
        except BaseException:
            tables.leave()
            raise
