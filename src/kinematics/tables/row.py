"""One row of a small table: its cells as words and numbers, and what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from kinematics.conventions import DataError

#: Share of equal letters from which an unknown word is taken for a slip of a known one.
SLIP = 0.75
#: Longest piece of a user's text that a sentence repeats.
SHOWN_CHARACTERS = 60
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_MISSING = ("", "nan")


def shown(text: str) -> str:
    """
    A user's text as a sentence repeats it: in quotes, in one line, not longer than it helps.

    >>> shown("n.a.")
    "'n.a.'"
    """
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"'{line}'" if len(line) <= SHOWN_CHARACTERS else f"'{line[:SHOWN_CHARACTERS]}...'"


def has_value(text: str) -> bool:
    """Whether a cell holds anything but a blank or NaN."""
    return text.casefold() not in _MISSING


def nearest(word: str, known: Iterable[str]) -> str:
    """
    The known word that `word` is most probably meant to be, or an empty string.

    >>> nearest("runing", ("run", "running")), nearest("Height", ("height_cm",)), nearest("colour", ("side",))
    ('running', 'height_cm', '')
    """
    if len(word) > SHOWN_CHARACTERS:
        return ""
    plain, names = _plain(word), {_plain(name): name for name in known}
    close = get_close_matches(plain, names, n=1, cutoff=SLIP)
    longer = [name for name in names if plain and name.startswith(f"{plain}_")]
    return next((names[name] for name in (*close, *longer)), "")


def _plain(word: str) -> str:
    """The word without what people vary: case, and blank or hyphen for an underscore."""
    return word.casefold().replace(" ", "_").replace("-", "_")


@dataclass
class Row:
    """
    One line of a table and what was found wrong with it.

    Attributes
    ----------
    file : str
        Name of the table.
    line : int
        1-based line of the file at which the row begins, as an editor shows it.
    cells : dict of str to str
        Column -> text without surrounding blanks.
    decimal_comma : bool
        True where the delimiter leaves the comma free for numbers.
    errors : list of DataError
        Grows as cells are checked.
    """

    file: str
    line: int
    cells: dict[str, str]
    decimal_comma: bool = False
    errors: list[DataError] = field(default_factory=list)

    def fault(self, column: str | None, problem: str, remedy: str | None = None) -> None:
        """Notes a fault of this row."""
        self.errors.append(DataError(problem, file=self.file, row=self.line, column=column, remedy=remedy))

    def text(self, column: str) -> str:
        """The cell's text, empty where there is none."""
        return self.cells.get(column, "")

    def required(self, column: str, remedy: str = "Every row needs it.") -> str:
        """The cell's text; a fault where it is empty or says that it has no value."""
        text = self.text(column)
        if not has_value(text):
            self.fault(column, f"{shown(text)} is no value." if text else "the cell is empty.", remedy)
        return text

    def word(self, column: str, known: Collection[str], remedy: str | None = None) -> str:
        """
        The one of `known` that the cell names, in their spelling; empty where the cell is; else a fault and empty.

        Case, and blanks or hyphens for underscores, do not matter. `remedy` is said where no known word is near.
        """
        text = self.text(column)
        if not text or text in known:
            return text
        alike = next((name for name in known if _plain(name) == _plain(text)), "")
        if alike:
            return alike
        near, expected = nearest(text, known), remedy or f"Expected one of: {', '.join(known)}."
        self.fault(column, f"{shown(text)} is not known here.", f"Did you mean '{near}'?" if near else expected)
        return ""

    def number(
        self, column: str, low: float = -math.inf, high: float = math.inf, *, remedy: str | None = None
    ) -> float:
        """The cell as a finite number in [low, high], NaN where it is empty; else a fault and NaN."""
        text = self.text(column)
        pointed = text.replace(",", ".")
        plain = pointed if self.decimal_comma else text
        if plain.casefold() in _MISSING:
            return math.nan
        if not _is_number(plain):
            comma = "Write it with a point for the decimals." if _is_number(pointed) else None
            self.fault(column, f"{shown(text)} is not a number.", comma or remedy or "Leave a gap empty, or write NaN.")
        elif not low <= float(plain) <= high:
            self.fault(column, f"{text} lies outside {low:g} to {high:g}.", remedy or "Check the value and its unit.")
        else:
            return float(plain)
        return math.nan


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))
