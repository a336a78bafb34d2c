"""A delimited text file as people save it -> `Table`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.files import decode, read_bytes
from kinematics.tables.row import nearest, shown
from kinematics.tables.table import Table

DELIMITERS = (",", ";", "\t")
#: A table of a study has at most 20 columns and a row per answer: larger ones are recordings. [bytes]
LARGEST_TABLE, MOST_COLUMNS = 64_000_000, 500


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
    text, delimiter, skipped = _opened(_text(path))
    records = _records(path.name, text, delimiter, skipped)
    line, header = next(records, (0, ()))
    if not header:
        raise DataError("this file is empty.", file=path.name, remedy=f"Its first line is: {','.join(required)}")
    names = [name.casefold() for name in header]
    width = len(names)
    if width > MOST_COLUMNS:
        problem = f"the table has {width} columns, more than any table of a study ({MOST_COLUMNS})."
        raise DataError(problem, file=path.name, row=line, remedy="Keep the columns that docs/study-folder.md names.")
    while not names[-1]:
        names.pop()
    notes = _check_names(path.name, line, names, required, optional)
    lines, cells, wide = _filled(records, len(names), width)
    return Table(path.name, tuple(names), lines, cells, delimiter != ",", wide, notes)


def _text(path: Path) -> str:
    data, encoding = decode(read_bytes(path, largest=LARGEST_TABLE))
    if b"\0" in data.lstrip().partition(b"\n")[0]:
        raise DataError("this is not a text table (it holds binary data).", file=path.name, remedy="Save it as CSV.")
    return data.decode(encoding, errors="replace")


def _opened(text: str) -> tuple[str, str, int]:
    """The text without a spreadsheet's own hint, its delimiter, and how many lines the hint took."""
    skipped = 0
    if text[:4].casefold() == "sep=":
        text, skipped = text.partition("\n")[2], 1
    head = next((line for line in text.splitlines() if line.strip()), "")
    return text, max(DELIMITERS, key=head.count), skipped


class _Stripped(dict[str, str]):
    """Texts without surrounding blanks, equal ones as one object."""

    def __missing__(self, text: str) -> str:
        plain = text.strip()
        self[text] = plain = self.setdefault(plain, plain)
        return plain


def _records(file: str, text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and cells, without surrounding blanks, of every line that is not blank."""
    reader, stripped = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), _Stripped()
    begin = skipped + 1
    try:
        for line in reader:
            cells = tuple(map(stripped.__getitem__, line))
            if any(cells):
                yield begin, cells
            begin = skipped + reader.line_num + 1
    except csv.Error as error:
        problem, remedy = f"this line cannot be split into cells ({error}).", "Close every quotation mark that opens."
        raise DataError(problem, file=file, row=begin, remedy=remedy) from None


def _filled(
    records: Iterable[tuple[int, tuple[str, ...]]], n_names: int, width: int
) -> tuple[list[int], list[tuple[str, ...]], dict[int, int]]:
    """
    Lines, cells as many as there are names, and the number of cells of rows that have too many.

    `width` counts the cells of the header, those without a name at its end too.
    """
    lines: list[int] = []
    filled: list[tuple[str, ...]] = []
    wide: dict[int, int] = {}
    for line, cells in records:
        if len(cells) != n_names:
            if len(cells) > width or any(cells[n_names:]):
                wide[len(lines)] = len(cells)
            cells = (cells + ("",) * n_names)[:n_names]
        lines.append(line)
        filled.append(cells)
    return lines, filled, wide


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
