"""Formats of which no real file was seen: their errors ask for a sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kinematics.conventions import DataError

SAMPLE = "This format is read from descriptions only: please send a sample of the export."
UNSEEN = "This reader was written from descriptions of the format; compare one trial by eye."


@contextmanager
def asking_for_sample() -> Iterator[None]:
    """Let every `DataError` inside end by asking for a sample."""
    try:
        yield
    except DataError as error:
        remedy = f"{error.remedy} {SAMPLE}" if error.remedy else SAMPLE
        raise DataError(error.problem, file=error.file, row=error.row, column=error.column, remedy=remedy) from None
