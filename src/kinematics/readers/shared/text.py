"""Rows of numbers under a row of names: found in a source, only needed columns parsed, the wrong cell named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.source import Source

NULLS = ("", "NaN", "nan", "NAN", "Nan", "n/a", "N/A", "NA", "null")
FIRST_ROWS = 50
#: Arrow parses so much at a time: large enough for any row, small enough for the processor's cache.
BLOCK_BYTES = 1 << 22
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?")


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
        stop = self.first_line + FIRST_ROWS if self.stop_line is None else self.stop_line
        lines = self.source.lines(self.first_line, min(stop, self.first_line + FIRST_ROWS))
        rows = (tuple(cell.strip().strip('"') for cell in line.split(self.separator)) for line in lines)
        return tuple(row for row in rows if any(row))

    @property
    def width(self) -> int:
        """Cells per row: a trailing separator makes one more than there are names."""
        return max(len(self.names), len(self.first_rows[0]) if self.first_rows else 0)


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
    rows = [tuple(cell.strip().strip('"') for cell in line.split(separator)) for line in lines]
    header = _header_line(rows, source.file)
    body = [row for row in rows[header + 1 :] if any(row)]
    if not body:
        raise DataError("there is no row of numbers below the names.", file=source.file, remedy="Export it again.")
    decimal = "," if separator != "," and has_decimal_comma(body) else "."
    return Block(source, rows[header], separator, decimal, header + 1)


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
    for name in names:
        if block.names.count(name) != 1:
            state = "is missing" if name not in block.names else "occurs more than once"
            raise DataError(f"column {name} {state}.", file=block.file, remedy="Export it again with one column each.")
    values = read_positions(block, [block.names.index(name) for name in names])
    return dict(zip(names, values, strict=True))


def read_positions(block: Block, positions: Sequence[int]) -> list[np.ndarray]:
    """Numbers of some columns by position, for tables whose names repeat; otherwise as `read_columns`."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    width = block.width
    wanted = [str(position) for position in dict.fromkeys(positions)]
    try:
        parsed = arrow.read_csv(
            pa.BufferReader(block.source.rows(block.first_line, block.stop_line)),
            arrow.ReadOptions(
                use_threads=False,
                column_names=[str(position) for position in range(width)],
                encoding=block.source.encoding,
                block_size=BLOCK_BYTES,
            ),
            arrow.ParseOptions(delimiter=block.separator),
            arrow.ConvertOptions(
                include_columns=wanted,
                column_types=dict.fromkeys(wanted, pa.float64()),
                null_values=list(block.nulls),
                decimal_point=block.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError):
        raise _blame(block, positions, width) from None
    columns = [_as_numpy(parsed.column(str(position))) for position in positions]
    if any(np.isinf(values).any() for values in columns):
        raise _blame(block, positions, width)
    return columns


def decimals(cells: Sequence[str]) -> int:
    """Largest number of digits behind the decimal mark among cells; an exponent counts as 15."""
    found = [
        15 if "e" in cell.lower() else len(re.split(r"[.,]", cell, maxsplit=1)[1])
        for cell in cells
        if re.search(r"[.,]", cell)
    ]
    return max(found, default=0)


def printed_resolution(cells: Sequence[str]) -> float:
    """Unit of the last decimal that cells use, zeros behind it not counted: 0.017000 and 0.033000 have 0.001."""
    used = decimals([re.sub(r"([.,]\d*?)0+$", r"\1", cell) for cell in cells])
    return 10.0 ** -(used or decimals(cells))


def is_number(cell: str) -> bool:
    """Whether a cell reads as one finite number, point or comma decimal."""
    return bool(_NUMBER.fullmatch(cell) or _DECIMAL_COMMA.fullmatch(cell))


def _as_numpy(column) -> np.ndarray:
    chunks = [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate(chunks) if chunks else np.empty(0)


def find_separator(lines: Sequence[str], file: str) -> str:
    """The separator that splits most lines into the same number of cells (more than one)."""
    best, best_score = "", (0, 0)
    for separator in ("\t", ";", ","):
        counts = [line.count(separator) for line in lines if line.strip()]
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


def _header_line(rows: list[tuple[str, ...]], file: str) -> int:
    """The first row of mostly names that is directly followed by a row of mostly numbers."""
    for index, (row, below) in enumerate(pairwise(rows)):
        named = [cell for cell in row if cell]
        if len(named) > 1 and not any(map(is_number, named)) and _numeric(below):
            return index
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
    encoding = "utf-8" if block.source.encoding == "utf8" else block.source.encoding
    data = block.source.rows(block.first_line, block.stop_line)
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding, "replace", ""), delimiter=block.separator)
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
