"""Small text tables as people save them -> rows of checked cells, each fault with its file, row and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.files import decode, read_bytes

DELIMITERS = (",", ";", "\t")
#: Share of equal letters from which an unknown word is taken for a slip of a known one.
SLIP = 0.75
#: Longest piece of a user's text that a sentence repeats.
SHOWN_CHARACTERS = 60
#: A table of a study has at most 20 columns and a row per answer: larger ones are recordings. [bytes]
LARGEST_TABLE, MOST_COLUMNS = 64_000_000, 500
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
        if text.casefold() in _MISSING:
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


@dataclass(frozen=True)
class Table:
    """
    The rows of one table, and what its reader should know.

    Attributes
    ----------
    file : str
    rows : tuple of Row
        Blank lines left out; a row with more cells than the header has a fault.
    notes : tuple of str
        Columns that are not used, one sentence each.
    """

    file: str
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def errors(self) -> list[DataError]:
        """What was found wrong with the rows so far, in their order."""
        return [error for row in self.rows for error in row.errors]


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """
    The rows of a delimited text table whose first line names the columns.

    UTF-8 with or without mark, UTF-16 with mark and Windows-1252 are told apart; so are comma, semicolon and tab.
    Where the delimiter is not the comma, numbers may have a decimal comma. Names of columns are taken without
    regard to case. A row shorter than the header ends in empty cells; a longer one has a fault, whatever stands there,
    as its cells may have moved.

    Parameters
    ----------
    path : Path
    required, optional : sequence of str
        Names of columns.

    Raises
    ------
    DataError
        Where the file cannot be read, is empty or no text, lacks a required column, names one twice, has an unknown
        column whose name resembles one that is missing, or has a quotation mark that is not closed.
    """
    records = _records(path.name, _text(path))
    line, (delimiter, *header) = next(records, (0, ("",)))
    if not header:
        raise DataError("this file is empty.", file=path.name, remedy=f"Its first line is: {','.join(required)}")
    names = [name.strip().casefold() for name in header]
    width = len(names)
    if width > MOST_COLUMNS:
        problem = f"the table has {width} columns, more than any table of a study ({MOST_COLUMNS})."
        raise DataError(problem, file=path.name, row=line, remedy="Keep the columns that docs/study-folder.md names.")
    while not names[-1]:
        names.pop()
    notes = _check_names(path.name, line, names, required, optional)
    rows = tuple(_row(Row(path.name, line, {}, delimiter != ","), cells[1:], names, width) for line, cells in records)
    return Table(path.name, rows, notes)


def _text(path: Path) -> str:
    data, encoding = decode(read_bytes(path, largest=LARGEST_TABLE))
    if b"\0" in data.lstrip().partition(b"\n")[0]:
        raise DataError("this is not a text table (it holds binary data).", file=path.name, remedy="Save it as CSV.")
    return data.decode(encoding, errors="replace")


def _records(file: str, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Line number and cells of every line that is not blank; the delimiter stands before the cells."""
    skipped = 0
    if text[:4].casefold() == "sep=":  # a spreadsheet's own hint
        text, skipped = text.partition("\n")[2], 1
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, [delimiter, *cells]
            begin = skipped + reader.line_num + 1
    except csv.Error as error:
        problem, remedy = f"this line cannot be split into cells ({error}).", "Close every quotation mark that opens."
        raise DataError(problem, file=file, row=begin, remedy=remedy) from None


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
    if absent and absent[0] in required:
        problem = f"column '{absent[0]}' is missing; found: {', '.join(filter(None, names)) or 'none'}."
        raise DataError(problem, file=file, row=line, remedy=f"The table needs the columns {', '.join(required)}.")
    return tuple(f"{file}: column {shown(name)} is not used." for name in unknown)


def _row(row: Row, cells: Sequence[str], names: Sequence[str], width: int) -> Row:
    """The row with its cells; `width` counts the cells of the header, those without a name at its end too."""
    row.cells.update((name, cell.strip()) for name, cell in zip(names, cells, strict=False) if name)
    if len(cells) > width or any(cell.strip() for cell in cells[len(names) :]):
        row.fault(
            None,
            f"{len(cells)} cells were found where the header has {len(names)}.",
            "A text with the delimiter in it needs quotation marks; a decimal comma needs ';' between the cells.",
        )
    return row
