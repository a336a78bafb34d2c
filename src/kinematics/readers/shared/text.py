"""Rows of numbers under a row of names: found in a source, only needed columns parsed, the wrong cell named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.numbers import Cells, NoNumbersError, parse
from kinematics.readers.shared.source import Source

NULLS = ("", "NaN", "nan", "NAN", "Nan", "n/a", "N/A", "NA", "null")
FIRST_ROWS = 50
_NUMBER = re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?|\d+,\d+(?:[eE][-+]?\d+)?)")


@dataclass(frozen=True)
class Block:
    """
    Rows of numbers in a source, not parsed yet.

    Attributes
    ----------
    source : Source
    names : tuple of str
        One per column, stripped; they may repeat.
    separator, decimal : str
    first_line, stop_line : int
        0-based lines [first_line, stop_line) of the rows; to the end of the file where `stop_line` is None.
    nulls : tuple of str
        Cells that say 'missing'.
    """

    source: Source
    names: tuple[str, ...]
    separator: str
    decimal: str
    first_line: int
    stop_line: int | None = None
    nulls: tuple[str, ...] = NULLS

    @property
    def file(self) -> str:
        """Name for messages."""
        return self.source.file

    @cached_property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """The first rows that are not empty, cell by cell."""
        return tuple(_row(line, self.separator) for line in self._first_lines)

    @property
    def has_rows(self) -> bool:
        """Whether one of the first rows is not empty."""
        return len(self._first_lines) > 0

    @property
    def width(self) -> int:
        """Cells per row: a trailing separator makes one more than there are names."""
        return max(len(self.names), self._first_lines[0].count(self.separator) + 1 if self.has_rows else 0)

    @property
    def row_bytes(self) -> float:
        """Mean length of the first rows, but no less than a digit and a separator per cell. [bytes]"""
        return max(sum(map(len, self._first_lines)) / max(len(self._first_lines), 1) + 1.0, 2.0 * self.width)

    @property
    def has_decimal_comma(self) -> bool:
        """Whether the numbers in the first rows have a decimal comma, as only other separators than it allow."""
        commas = self.separator != "," and any("," in line for line in self._first_lines)
        return commas and has_decimal_comma(self.first_rows)

    def first_cells(self, position: int) -> list[str]:
        """Cells of one column in the first rows; rows that do not reach so far have none."""
        rows = (line.split(self.separator, position + 1) for line in self._first_lines)
        return [_bare(cells[position]) for cells in rows if position < len(cells)]

    @cached_property
    def _first_lines(self) -> list[str]:
        stop = self.first_line + FIRST_ROWS if self.stop_line is None else self.stop_line
        lines = self.source.lines(self.first_line, min(stop, self.first_line + FIRST_ROWS))
        return [line for line in lines if not _is_empty(line, self.separator)]


def find_block(source: Source) -> Block:
    """
    The one table of a source: its separator, decimal mark and row of names found from its content, once.

    Raises
    ------
    DataError
        Where the source has no row of names above rows of numbers.
    """
    if "block" not in source.found:
        try:
            source.found["block"] = _find_block(source)
        except DataError as error:
            source.found["block"] = error
    found = source.found["block"]
    if isinstance(found, DataError):
        raise found.with_traceback(None)
    return found


def _find_block(source: Source) -> Block:
    if not source.is_text:
        raise DataError(
            "this is not a text table (it holds binary data).",
            file=source.file,
            remedy="Export it as text (CSV or TXT).",
        )
    lines = source.head
    separator = find_separator(lines, source.file)
    header, names = _header((_row(line, separator) for line in lines), source.file)
    body = lines[header + 1 :]
    if all(_is_empty(line, separator) for line in body):
        raise DataError("there is no row of numbers below the names.", file=source.file, remedy="Export it again.")
    commas = separator != "," and any("," in line for line in body)
    decimal = "," if commas and has_decimal_comma([_row(line, separator) for line in body]) else "."
    return Block(source, names, separator, decimal, header + 1)


def read_columns(block: Block, names: Sequence[str]) -> dict[str, np.ndarray]:
    """
    Numbers of some columns by name; the others are not parsed.

    Returns
    -------
    dict of str to array, shape (n,)
        float64, NaN where a cell is empty or says NaN.

    Raises
    ------
    DataError
        Where a column is missing or occurs twice; with row and column of the first cell that is no number, or the
        first row of another width.
    """
    return dict(zip(names, read_positions(block, [position_of(block, name) for name in names]), strict=True))


def position_of(block: Block, name: str) -> int:
    """Position of a column, which has to occur once; errors as `read_columns`."""
    if block.names.count(name) != 1:
        state = "is missing" if name not in block.names else "occurs more than once"
        raise DataError(f"column {name} {state}.", file=block.file, remedy="Export it again with one column each.")
    return block.names.index(name)


def read_positions(block: Block, positions: Sequence[int]) -> list[np.ndarray]:
    """Numbers of some columns by position, for tables whose names repeat; otherwise as `read_columns`."""
    return list(read_groups(block, [positions])[0])


def read_groups(block: Block, groups: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """
    Numbers of groups of columns by position; otherwise as `read_columns`.

    Returns
    -------
    list of array, shape (n_columns, n_rows)
        For each group one of its own, that is given back when the group is not needed any more.
    """
    cells = Cells(block.width, block.row_bytes, block.separator, block.decimal, block.nulls)
    positions = [position for group in groups for position in group]
    try:
        return parse(block.source, (block.first_line, block.stop_line), cells, groups)
    except NoNumbersError:
        raise _blame(block, positions, block.width) from None


def decimals(cells: Sequence[str]) -> int:
    """Largest number of digits behind the decimal mark among cells; an exponent counts as 15."""
    pointed = (cell.replace(",", ".") for cell in cells)
    return max((_behind(cell) for cell in pointed if "." in cell), default=0)


def printed_resolution(cells: Sequence[str]) -> float:
    """Unit of the last decimal that cells use, zeros behind it not counted: 0.017000 and 0.033000 have 0.001."""
    pointed = [cell.replace(",", ".") for cell in cells]
    used = decimals([_short(cell) if cell.endswith("0") and "." in cell else cell for cell in pointed])
    return 10.0 ** -(used or decimals(pointed))


def _behind(cell: str) -> int:
    return 15 if "e" in cell.lower() else len(cell.partition(".")[2])


def _short(cell: str) -> str:
    """A cell without the zeros at its end, where nothing but digits stands between the last point and them."""
    point = cell.rfind(".")
    return cell.rstrip("0") if cell[point + 1 :].isdigit() else cell


def is_number(cell: str) -> bool:
    """Whether a cell reads as one finite number, point or comma decimal."""
    return _NUMBER.fullmatch(cell) is not None


def find_separator(lines: Sequence[str], file: str) -> str:
    """The separator that splits most lines into the same number of cells (more than one)."""
    best, best_score = "", (0, 0)
    filled = [line for line in lines if line.strip()]
    text = "".join(filled)
    for separator in (mark for mark in ("\t", ";", ",") if mark in text):
        counts = [line.count(separator) for line in filled]
        common = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
        score = (counts.count(common), common)
        if common and score[0] >= 0.5 * len(counts) and score > best_score:
            best, best_score = separator, score
    if not best:
        raise DataError(
            "this is not a table: no tab, semicolon or comma divides its lines into columns.",
            file=file,
            remedy="Export it as CSV.",
        )
    return best


def _row(line: str, separator: str) -> tuple[str, ...]:
    return tuple(map(_bare, line.split(separator)))


def _is_empty(line: str, separator: str) -> bool:
    return not line[:1].isalnum() and not any(map(_bare, line.split(separator)))


def _bare(cell: str) -> str:
    """A cell without blanks and quotes around it."""
    return cell.strip().strip('"')


def _header(rows: Iterable[tuple[str, ...]], file: str) -> tuple[int, tuple[str, ...]]:
    """The first row of mostly names that is directly followed by a row of mostly numbers, and its 0-based line."""
    for index, (row, below) in enumerate(pairwise(rows)):
        named = [cell for cell in row if cell]
        if len(named) > 1 and not any(map(is_number, named)) and _numeric(below):
            return index, row
    raise DataError(
        "there is no row of column names above rows of numbers.", file=file, remedy="Export it with its header."
    )


def _numeric(row: tuple[str, ...]) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) > 0 and sum(is_number(cell) or cell in NULLS for cell in filled) >= 0.5 * len(filled)


def has_decimal_comma(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether the numbers in rows of cells have a decimal comma."""
    cells = [cell for row in rows for cell in row if cell]
    return any("," in cell for cell in cells) and not any("." in cell for cell in cells if is_number(cell))


def _blame(block: Block, positions: Sequence[int], width: int) -> DataError:
    """The error that names the first cell that is no number, or the first row of another width."""
    import pyarrow as pa

    encoding = "utf-8" if block.source.encoding == "utf8" else block.source.encoding
    data = block.source.rows(block.first_line, block.stop_line)
    reader = csv.reader(io.TextIOWrapper(pa.BufferReader(data), encoding, "replace", ""), delimiter=block.separator)
    for row in _until_broken(reader):
        line = block.first_line + reader.line_num
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != width or max(positions, default=0) >= width:
            return DataError(
                f"this row has {len(row)} cells, the header {len(block.names)}.",
                file=block.file,
                row=line,
                remedy="Every row needs one cell per column; export the file again.",
            )
        for position in positions:
            cell = row[position].strip()
            if cell not in block.nulls and not is_number(cell):
                return DataError(
                    f"'{cell[:40]}' is not a number.",
                    file=block.file,
                    row=line,
                    column=block.names[position] if position < len(block.names) else str(position + 1),
                    remedy="Leave a gap empty, or write NaN.",
                )
    return DataError("this table cannot be read as numbers.", file=block.file, remedy="Export it again as CSV.")


def _until_broken(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows up to where quotes make no sense any more."""
    try:
        yield from reader
    except csv.Error:
        return
