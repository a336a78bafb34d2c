"""Which visits are worked on together: those of a person by one process, so that each is assessed once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import ceil

from kinematics.conventions import DataError
from kinematics.study import Session

#: Visits handed to a process at a time: enough that handing over costs nothing, few enough that all have some.
LARGEST_CHUNK = 25
#: What is left is divided into this many chunks for each worker whenever one is made: small ones come last.
CHUNKS_FOR_EACH = 4


def by_person(sessions: Sequence[Session]) -> list[list[int]]:
    """Places of each person's visits, for sessions ordered by participant."""
    numbered = groupby(range(len(sessions)), key=lambda place: sessions[place].participant.participant)
    return [list(places) for _, places in numbered]


def chunked(groups: Sequence[Sequence[int]], workers: int, largest: int = LARGEST_CHUNK) -> list[list[int]]:
    """
    Groups put together in order into chunks for a number of workers, ever smaller ones; no group is divided.

    The workers so end at about the same time, whoever was given the last chunk.

    >>> chunked([[0, 1], [2], [3], [4]], workers=1, largest=2)
    [[0, 1], [2], [3], [4]]
    """
    left = sum(map(len, groups))
    chunks: list[list[int]] = []
    size = 0
    for group in groups:
        if chunks and len(chunks[-1]) + len(group) <= size:
            chunks[-1] += group
        else:
            size = max(1, min(largest, ceil(left / (max(1, workers) * CHUNKS_FOR_EACH))))
            chunks.append(list(group))
        left -= len(group)
    return chunks


def of_shard(sessions: Sequence[Session], shard: str) -> list[int]:
    """
    Places of the visits of a shard: every N-th person, beginning with the I-th.

    Parameters
    ----------
    sessions : sequence of Session
        Ordered by participant.
    shard : str
        I/N, from 1/N to N/N.

    Raises
    ------
    DataError
        Where `shard` says something else.
    """
    first, slash, count = shard.partition("/")
    if not (slash and first.isascii() and count.isascii() and first.isdigit() and count.isdigit()):
        raise DataError(f"shard '{shard}' is not of the form I/N.", remedy="Write 1/4 for the first of four.")
    if not 1 <= int(first) <= int(count):
        raise DataError(f"there is no shard {first} of {count}.", remedy=f"They go from 1/{count} to {count}/{count}.")
    return [place for group in by_person(sessions)[int(first) - 1 :: int(count)] for place in group]
