"""Small text tables as people save them -> rows of checked cells, each fault with its file, row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from kinematics.conventions import DataError

DELIMITERS = (",", ";", "\t")
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


def nearest(word: str, known: Iterable[str]) -> str:
    """
    The known word that `word` is most probably meant to be, or an empty string.

    >>> nearest("runing", ("run", "running")), nearest("height", ("height_cm",)), nearest("colour", ("side",))
    ('running', 'height_cm', '')
    """
    known = tuple(known)
    longer = [name for name in known if word and name.startswith(f"{word}_")]
    close = get_close_matches(word, known, n=1, cutoff=SLIP)
    return (close or longer or [""])[0]


def plain_number(text: str) -> str:
    """
    A number with decimal comma as one with decimal point; any other text as it is.

    >>> plain_number("3,5"), plain_number("left, right")
    ('3.5', 'left, right')
    """
    pointed = text.replace(",", ".")
    return pointed if _NUMBER.fullmatch(pointed) else text


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

    def required(self, column: str) -> str:
        """The cell's text; a fault where it is empty."""
        if not self.text(column):
            self.fault(column, "the cell is empty.", "Every row needs it.")
        return self.text(column)

    def word(self, column: str, known: Sequence[str]) -> str:
        """The cell's text if it is one of `known` or empty; else a fault and an empty string."""
        text = self.text(column).casefold()
        by_case = {name.casefold(): name for name in known}
        if text in by_case or not text:
            return by_case.get(text, "")
        near = nearest(text, by_case)
        hint = f"Did you mean '{by_case[near]}'?" if near else f"Expected one of: {', '.join(known)}."
        self.fault(column, f"{shown(self.text(column))} is not known here.", hint)
        return ""

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The cell as a number in [low, high], NaN where it is empty; else a fault and NaN."""
        text = self.text(column)
        plain = plain_number(text) if self.decimal_comma else text
        if plain.casefold() in _MISSING:
            return math.nan
        if not _NUMBER.fullmatch(plain):
            self.fault(column, f"{shown(text)} is not a number.", "Leave a gap empty, or write NaN.")
            return math.nan
        if not low <= float(plain) <= high:
            self.fault(column, f"{text} lies outside {low:g} to {high:g}.", "Check the value and its unit.")
            return math.nan
        return float(plain)


@dataclass(frozen=True)
class TextTable:
    """
    The rows of one table, and what its reader should know.

    Attributes
    ----------
    file : str
    rows : tuple of Row
        Blank lines left out; a row with too many cells has a fault.
    notes : tuple of str
        Columns that are not used, one sentence each.
    """

    file: str
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


def read_text_table(path: Path, *, required: Sequence[str], optional: Sequence[str]) -> TextTable:
    """
    The rows of a delimited text table whose first line names the columns.

    UTF-8 with or without mark, UTF-16 with mark and Windows-1252 are told apart; so are comma, semicolon and tab.
    Where the delimiter is not the comma, numbers may have a decimal comma. Names of columns are taken without
    regard to case. A row shorter than the header ends in empty cells.

    Parameters
    ----------
    path : Path
    required, optional : sequence of str
        Names of columns.

    Raises
    ------
    DataError
        Where the file cannot be read, is empty, lacks a required column, names one twice, or has an unknown
        column whose name resembles one that is missing.
    """
    records = _records(path)
    line, (delimiter, *header) = next(records, (0, ("",)))
    if not header:
        raise DataError("the file is empty.", file=path.name, remedy=f"Its first line is: {','.join(required)}")
    names = [name.strip().casefold() for name in header]
    while not names[-1]:
        names.pop()
    notes = _check_names(path.name, line, names, required, optional)
    rows = tuple(_row(path.name, line, cells[1:], names, delimiter != ",") for line, cells in records)
    return TextTable(path.name, rows, notes)


def _records(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Line number and cells of every line that is not blank; the delimiter stands before the cells."""
    text = _decoded(path)
    skipped = 0
    if text[:4].casefold() == "sep=":  # a spreadsheet's own hint
        text, skipped = text.partition("\n")[2], 1
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begin = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, [delimiter, *cells]
            begin = skipped + reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"the line cannot be split into cells ({error}).", file=path.name, row=begin) from None


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror}).", file=path.name) from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _check_names(
    file: str, line: int, names: list[str], required: Sequence[str], optional: Sequence[str]
) -> tuple[str, ...]:
    """Sentences about columns that are not used; raises where the header cannot be meant so."""
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise DataError("the column occurs twice.", file=file, row=line, column=twice, remedy="Keep one of them.")
    absent = [name for name in (*required, *optional) if name not in names]
    unknown = [name for name in names if name and name not in required and name not in optional]
    for name in unknown:
        near = nearest(name, absent)
        if near:
            remedy = f"Did you mean '{near}'?"
            raise DataError("the column is not known.", file=file, row=line, column=name, remedy=remedy)
    lacking = [name for name in required if name not in names]
    if lacking:
        found = ", ".join(name for name in names if name) or "none"
        raise DataError(
            f"column '{lacking[0]}' is missing; found: {found}.",
            file=file,
            row=line,
            remedy="docs/study-folder.md lists the columns.",
        )
    return tuple(f"{file}: column {shown(name)} is not used." for name in unknown)


def _row(file: str, line: int, cells: Sequence[str], names: Sequence[str], decimal_comma: bool) -> Row:
    row = Row(file, line, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}, decimal_comma)
    if any(cell.strip() for cell in cells[len(names) :]):
        row.fault(
            None,
            f"{len(cells)} cells where the header has {len(names)}.",
            "A text with the delimiter in it needs quotation marks; a decimal comma needs ';' between the cells.",
        )
    return row
