"""A small text table as people save it -> its rows, cell by cell, each with its line in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kinematics.conventions import DataError

DELIMITERS = (",", ";", "\t")
#: Share of equal letters from which an unknown word is taken for a slip of a known one.
SLIP = 0.7
#: Longest piece of a user's text that a sentence repeats.
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Row:
    """
    One line of the table.

    Attributes
    ----------
    line : int
        1-based line of the file at which it begins, the header counted.
    cells : dict of str to str
        Text of each column, without surrounding blanks.
    n_extra : int
        Filled cells beyond the header's last column.
    """

    line: int
    cells: dict[str, str]
    n_extra: int


def read_rows(path: Path, *, required: Sequence[str], optional: Sequence[str]) -> tuple[list[Row], bool]:
    """
    The rows that are not blank, and whether a comma may stand for the decimal point (the cells are parted otherwise).

    UTF-8 with or without mark, UTF-16 with mark and Windows-1252 are read; comma, semicolon and tab part the cells.
    Columns of other names are left out.

    Raises
    ------
    DataError
        Where the file cannot be read, holds nothing, or its header lacks a required column, names one twice, or has
        one that resembles a column that is missing.
    """
    text = _text(path)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records, begin = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((begin, [cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"this line cannot be parted into cells ({error}).", file=path.name, row=begin) from None
    if not records:
        raise DataError("this file is empty.", file=path.name, remedy=f"Its first line is: {','.join(required)}")
    line, header = records[0]
    names = [name.casefold() for name in header]
    _check_header(path.name, line, [name for name in names if name], required, optional)
    return [_row(line, cells, names) for line, cells in records[1:]], delimiter != ","


def nearest(word: str, known: Iterable[str]) -> str:
    """
    The known word that `word` most probably means, or an empty string.

    >>> nearest("extention", ("extension", "flexion"))
    'extension'
    """
    return (get_close_matches(word, list(known), n=1, cutoff=SLIP) or [""])[0]


def shown(text: str) -> str:
    """A user's text in quotes, on one line, and short enough for a sentence."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"'{line}'" if len(line) <= SHOWN_CHARACTERS else f"'{line[:SHOWN_CHARACTERS]}...'"


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError("this file does not exist.", file=path.name, remedy="Check its name and folder.") from None
    except OSError as error:
        raise DataError(f"this file cannot be read ({error.strerror}).", file=path.name) from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise DataError("this is not a text table (it holds binary data).", file=path.name, remedy="Save it as CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _check_header(file: str, line: int, names: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DataError("this column occurs twice.", file=file, row=line, column=name, remedy="Keep one of them.")
    absent = [name for name in (*required, *optional) if name not in names]
    for name in names:
        likely = "" if name in required or name in optional else nearest(name, absent)
        if likely:
            raise DataError(
                "this column is not known.", file=file, row=line, column=name, remedy=f"Did you mean '{likely}'?"
            )
    for name in required:
        if name in absent:
            raise DataError(
                f"column '{name}' is missing; found: {', '.join(names)}.",
                file=file,
                row=line,
                remedy=f"The columns that every exam table needs are: {', '.join(required)}.",
            )


def _row(line: int, cells: list[str], names: list[str]) -> Row:
    padded = cells + [""] * (len(names) - len(cells))
    n_extra = sum(1 for cell in cells[len(names) :] if cell)
    return Row(line, {name: cell for name, cell in zip(names, padded, strict=False) if name}, n_extra)
