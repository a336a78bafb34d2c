"""Chunks of visits worked on by the workers of a dask scheduler; their results come back and are written here."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kinematics.conventions import DataError
from kinematics.pipeline.keeping.cache import package_hash, versions
from kinematics.pipeline.keeping.kept import Record
from kinematics.pipeline.workers.making import Made, Visit

#: Visits handed to a worker at a time: their results travel together.
LARGEST_CHUNK = 5
#: Chunks handed out for each worker, so that none waits.
FOR_EACH = 3
SECONDS_TO_ANSWER, SECONDS_TO_A_WORKER, SECONDS_TO_REACH = 10, 60, 1


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """
    A client of the scheduler at an address, or of the one that a scheduler file (.json) describes.

    Raises
    ------
    DataError
        Where dask is not installed, nobody answers, or no worker comes.
    """
    try:
        from distributed import Client
    except ImportError:
        remedy = "Install it with: pip install 'kinematics[cluster]'."
        raise DataError("--scheduler needs dask.distributed, which is not installed.", remedy=remedy) from None
    where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
    try:
        client = Client(**where, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        remedy = "Give the address that dask-scheduler prints, for example tcp://10.0.0.1:8786."
        raise DataError(f"no scheduler answers at {address}.", remedy=remedy) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_A_WORKER)
        except TimeoutError:
            remedy = "Start workers with dask-worker, then run the same command again."
            raise DataError(f"the scheduler at {address} has no worker.", remedy=remedy) from None
        client.direct_to_workers = within_reach(client)
        yield client


def within_reach(client: Any) -> bool:
    """Whether each worker can be asked for its results itself: by way of the scheduler they are copied once more."""
    for worker in client.ncores():
        host, _, port = worker.partition("://")[2].rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_REACH).close()
        except (OSError, ValueError):
            return False
    return True


def n_workers(client: Any) -> int:
    """Threads that work for the scheduler."""
    return max(1, sum(client.ncores().values()))


def on_cluster(
    chunks: Iterable[Sequence[Visit]],
    task: Any,
    client: Any,
    *,
    write: Callable[[Made], None],
    looked_at_again: Callable[[Visit], Visit],
) -> Generator[Record]:
    """
    Records of the visits as they come, each written by `write` when it is here.

    Where a chunk is on workers that end, its visits are tried one at a time when nothing else is being worked on; one
    that ends its workers again has a record that says so.
    """
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    waiting, suspects, flying = deque(chunks), deque[Visit](), dict[Any, Sequence[Visit]]()
    completed = as_completed(loop=client.loop)

    def submit(chunk: Sequence[Visit]) -> None:
        future = client.submit(_worked, task, chunk, package_hash(), versions(), pure=False)
        flying[future] = chunk
        completed.add(future)

    try:
        while waiting or flying or suspects:
            while waiting and len(flying) < FOR_EACH * n_workers(client):
                submit(waiting.popleft())
            alone = not flying
            if alone:
                submit([looked_at_again(suspects.popleft())])
            future = next(completed)
            chunk = flying.pop(future)
            try:
                made = future.result()
            except KilledWorker:
                if alone:
                    yield task.lost(chunk[0])
                else:  # a worker's other tasks are blamed with the one that ended it
                    suspects.extend(chunk)
                continue
            for one in made:
                write(one)
                yield one.record
    finally:
        client.cancel(list(flying))


def _worked(task: Any, chunk: Sequence[Visit], package: str, libraries: dict[str, str]) -> list[Made]:
    if (package_hash(), versions()) != (package, libraries):
        remedy = "Install the same versions everywhere: results must not depend on where they are made."
        raise DataError("a worker has other versions of kinematics or of its libraries.", remedy=remedy)
    return [task(visit) for visit in chunk]
