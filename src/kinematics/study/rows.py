"""Rows of a table that many visits share, held as plain cells: a DataFrame is made of a visit's own when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from kinematics.exam.columns import Columns, as_text, frame

N_KEYS = 2


class VisitRows:
    """The rows of one visit: a piece of the columns of all, of which no other travels with it."""

    __slots__ = ("_begin", "_columns", "_end")

    def __init__(self, columns: Columns, begin: int, end: int) -> None:
        self._columns, self._begin, self._end = columns, begin, end

    @classmethod
    def of(cls, table: pd.DataFrame) -> VisitRows:
        """A visit's own DataFrame as rows."""
        return cls({str(name): table[name].to_numpy() for name in table}, 0, len(table))

    def __len__(self) -> int:
        return self._end - self._begin

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame of their own: text as `str`, numbers as float64."""
        return frame(self.columns)

    @property
    def columns(self) -> Columns:
        """The rows as arrays by column."""
        return {name: values[self._begin : self._end] for name, values in self._columns.items()}

    def cells(self) -> dict[str, list[Any]]:
        """The rows as lists by column."""
        return {name: values.tolist() for name, values in self.columns.items()}

    def __reduce__(self) -> tuple:
        numbers = tuple(values.dtype != object for values in self._columns.values())
        return _rebuilt, (self.cells(), numbers)


def _rebuilt(cells: dict[str, list[Any]], numbers: Sequence[bool]) -> VisitRows:
    columns = {name: _array(cells[name], number=number) for name, number in zip(cells, numbers, strict=True)}
    return VisitRows(columns, 0, len(next(iter(cells.values()))))


def _array(cells: list[Any], *, number: bool) -> np.ndarray:
    return np.array(cells, dtype=float) if number else as_text(cells)


@dataclass(frozen=True)
class Arranged:
    """
    A table visit by visit.

    Attributes
    ----------
    columns : dict of str to array
        Rows of a visit below each other, in their own order.
    places : dict
        Participant and session -> the visit's first row and the one after its last.
    """

    columns: Columns
    places: dict[tuple[str, ...], tuple[int, int]]

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]], kinds: Mapping[str, bool]) -> Arranged:
        """The rows, whose first two columns are participant and session; `kinds` tells which columns are numbers."""
        ordered = sorted(rows, key=itemgetter(slice(N_KEYS)))
        cells = {name: [row[place] for row in ordered] for place, name in enumerate(kinds)}
        columns = {name: _array(column, number=kinds[name]) for name, column in cells.items()}
        visits = [row[:N_KEYS] for row in ordered]
        begins = [place for place, visit in enumerate(visits) if place == 0 or visit != visits[place - 1]]
        ends = [*begins[1:], len(visits)]
        return cls(columns, {visits[begin]: (begin, end) for begin, end in zip(begins, ends, strict=False)})

    def rows(self, visit: tuple[str, str]) -> VisitRows:
        """The rows of one visit."""
        return VisitRows(self.columns, *self.places.get(visit, (0, 0)))


class TableField:
    """
    A field that gives a DataFrame: as it was set, or made anew of `VisitRows` whenever it is asked for.

    A study of ten thousand visits holds their cells, not their DataFrames.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, holder: object, owner: type | None = None) -> pd.DataFrame:
        if holder is None:
            raise AttributeError(self._name)  # so that a dataclass takes it for a field without default
        held = getattr(holder, self._name)
        return held.frame() if isinstance(held, VisitRows) else held

    def __set__(self, holder: object, value: pd.DataFrame | VisitRows) -> None:
        object.__setattr__(holder, self._name, value)
