"""The rows of a small table, checked one by one where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeVar

from kinematics.conventions import DataError
from kinematics.tables.row import Row

MOVED = "A text with the delimiter in it needs quotation marks; a decimal comma needs ';' between the cells."

Value = TypeVar("Value")


@dataclass(frozen=True)
class Table:
    """
    The rows of one table, and what its reader should know.

    Attributes
    ----------
    file : str
    names : tuple of str
        Columns, in the order of the cells; '' over cells that are not used.
    lines : sequence of int
        1-based line of the file at which each row begins. Blank lines are left out.
    cells : sequence of tuple of str
        Texts of each row without surrounding blanks, as many as there are names; equal texts are one object.
    decimal_comma : bool
    wide : dict of int to int
        How many cells the rows have that are longer than the header; such a row has a fault.
    notes : tuple of str
        Columns that are not used, one sentence each.
    """

    file: str
    names: tuple[str, ...] = ()
    lines: Sequence[int] = ()
    cells: Sequence[tuple[str, ...]] = ()
    decimal_comma: bool = False
    wide: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    _made: dict[int, Row] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row."""
        return tuple(map(self.row, range(len(self.cells))))

    def row(self, place: int) -> Row:
        """One row, counted from 0; the same value, with the faults found so far, whenever it is asked for."""
        if place not in self._made:
            named = {name: cell for name, cell in zip(self.names, self.cells[place], strict=True) if name}
            self._made[place] = row = Row(self.file, self.lines[place], named, self.decimal_comma)
            if place in self.wide:
                row.fault(None, f"{self.wide[place]} cells were found where the header has {len(self.names)}.", MOVED)
        return self._made[place]

    def texts(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        """The cells of these columns row by row, '' where the table lacks one."""
        places = [self.names.index(name) if name in self.names else None for name in columns]
        if None not in places and len(places) > 1:
            return list(map(itemgetter(*places), self.cells))
        return [tuple("" if place is None else cells[place] for place in places) for cells in self.cells]

    def checked(
        self, columns: Sequence[str], check: Callable[[Row], Value], *, apart: Iterable[int] = ()
    ) -> list[Value | None]:
        """
        What `check` makes of each row, None where it finds a fault.

        Rows that are alike in these columns are checked once, but each that has a fault and each of the places `apart`,
        where another column may have one, is checked by itself.
        """
        alone = {*self.wide, *apart}
        known: dict[tuple[str, ...], Value] = {}
        found: list[Value | None] = []
        for place, cells in enumerate(self.texts(columns)):
            if cells not in known or place in alone:
                row = self.row(place)
                value = check(row)
                if row.errors:
                    found.append(None)
                    continue
                known[cells] = value
            found.append(known[cells])
        return found

    @property
    def errors(self) -> list[DataError]:
        """What was found wrong with the rows so far, in their order."""
        return [error for place in sorted({*self._made, *self.wide}) for error in self.row(place).errors]
