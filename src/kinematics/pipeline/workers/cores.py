"""How the cores that a run may use are shared out: to processes, and in each to threads that read ahead."""

from __future__ import annotations

from typing import NamedTuple

#: A process of its own costs about what it saves on this many visits of three trials (angles 20, markers 6), beside one
#: that reads ahead.
VISITS_WORTH_A_PROCESS = 15
#: Threads that read the next trials' files beside a process; a second one gains nothing.
MOST_READERS = 1


class Shares(NamedTuple):
    """Processes that work on visits, and threads in each that read the next trials' files."""

    processes: int
    readers: int


def shared_out(cores: int | None, visits: int) -> Shares:
    """
    As many processes as are worth starting for a number of visits; they read ahead where cores are left.

    Without a number of cores it is this process alone, reading ahead.

    >>> shared_out(1, visits=1000), shared_out(2, visits=1000), shared_out(2, visits=10)
    (Shares(processes=1, readers=0), Shares(processes=2, readers=0), Shares(processes=1, readers=1))
    """
    if cores is None:
        return Shares(1, MOST_READERS)
    processes = max(1, min(cores, visits // VISITS_WORTH_A_PROCESS))
    return Shares(processes, min(MOST_READERS, cores // processes - 1))
