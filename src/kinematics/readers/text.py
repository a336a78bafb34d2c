"""Text tables: decoded, their header found, only needed columns parsed, the place named where a cell is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError

HEAD_BYTES = 65_536
HEAD_LINES = 60
NULLS = ("", "NaN", "nan", "NAN", "Nan", "n/a", "N/A", "NA", "null")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+([eE][-+]?\d+)?")
_THREAD = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sha256")


@dataclass(frozen=True)
class TextTable:
    """
    A text file with one header row, not parsed yet.

    Attributes
    ----------
    file : str
        Name for error messages.
    data : bytes
        The whole file, UTF-8 or cp1252.
    encoding, separator, decimal : str
    header_line : int
        0-based line of the names.
    names : tuple of str
        Header cells, stripped.
    first_rows : tuple of tuple of str
        The first data rows, cell by cell.
    sha256 : Future
        Hash of the file as it lies on disk, worked out on another thread.
    """

    file: str
    data: bytes
    encoding: str
    separator: str
    decimal: str
    header_line: int
    names: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    sha256: Future


def read_bytes(path: Path) -> bytes:
    """The file's bytes; a DataError where it cannot be opened or is empty."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataError("this file does not exist.", file=path.name, remedy="Check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable name"
        raise DataError(f"this file cannot be read ({reason}).", file=path.name) from None
    if not data.strip():
        raise DataError("this file is empty.", file=path.name, remedy="Export it again.")
    return data


def open_table(path: Path, data: bytes | None = None) -> TextTable:
    """
    A text table with its encoding, separator, decimal mark and header found from its content.

    Raises
    ------
    DataError
        Where the file is missing, empty, not text, or has no row of names above rows of numbers.
    """
    data = read_bytes(path) if data is None else data
    sha256 = _THREAD.submit(lambda raw: hashlib.sha256(raw).hexdigest(), data)
    data, encoding = _decode(data, path.name)
    lines = _head(data, encoding)
    separator = _separator(lines, path.name)
    rows = [tuple(cell.strip().strip('"') for cell in line.split(separator)) for line in lines]
    header = _header_line(rows, path.name)
    body = [row for row in rows[header + 1 :] if any(row)]
    if not body:
        raise DataError("there is no row of numbers below the names.", file=path.name, remedy="Export it again.")
    decimal = "," if separator != "," and _has_decimal_comma(body) else "."
    return TextTable(path.name, data, encoding, separator, decimal, header, rows[header], tuple(body), sha256)


def read_columns(table: TextTable, names: Sequence[str]) -> dict[str, np.ndarray]:
    """
    Numbers of some columns; the others are not parsed.

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
    import pyarrow as pa
    from pyarrow import csv as arrow

    _check_header(table, names)
    indexes = {name: table.names.index(name) for name in names}
    width = max(len(table.names), len(table.first_rows[0]))
    cells = [str(index) for index in range(width)]
    try:
        parsed = arrow.read_csv(
            pa.BufferReader(table.data),
            arrow.ReadOptions(
                use_threads=False,
                skip_rows=table.header_line + 1,
                column_names=cells,
                encoding=table.encoding,
                block_size=1 << 24,
            ),
            arrow.ParseOptions(delimiter=table.separator),
            arrow.ConvertOptions(
                include_columns=[str(index) for index in indexes.values()],
                column_types={str(index): pa.float64() for index in indexes.values()},
                null_values=list(NULLS),
                decimal_point=table.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError):
        raise _blame(table, indexes, width) from None
    columns = {name: _as_numpy(parsed.column(str(index))) for name, index in indexes.items()}
    if any(np.isinf(values).any() for values in columns.values()):
        raise _blame(table, indexes, width)
    return columns


def decimals(cells: Sequence[str]) -> int:
    """Largest number of digits behind the decimal mark among cells; an exponent counts as 15."""
    found = [
        15 if "e" in cell.lower() else len(re.split(r"[.,]", cell, maxsplit=1)[1])
        for cell in cells
        if re.search(r"[.,]", cell)
    ]
    return max(found, default=0)


def is_number(cell: str) -> bool:
    """Whether a cell reads as one finite number, point or comma decimal."""
    return bool(_NUMBER.fullmatch(cell) or _DECIMAL_COMMA.fullmatch(cell))


def _check_header(table: TextTable, names: Sequence[str]) -> None:
    for name in names:
        if table.names.count(name) != 1:
            state = "is missing" if name not in table.names else "occurs more than once"
            raise DataError(f"column {name} {state}.", file=table.file, remedy="Export it again with one column each.")


def _as_numpy(column) -> np.ndarray:
    chunks = [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate(chunks) if chunks else np.empty(0)


def _decode(data: bytes, file: str) -> tuple[bytes, str]:
    """Bytes in an encoding that Arrow reads line by line, and its name."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").encode("utf-8"), "utf8"
    data = data.removeprefix(b"\xef\xbb\xbf")
    head = data[:HEAD_BYTES]
    if b"\0" in head:
        raise DataError(
            "this is not a text table (it holds binary data).", file=file, remedy="Export it as text (CSV or TXT)."
        )
    if b"\n" not in head and b"\r" in head:
        data = data.replace(b"\r", b"\n")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data, "cp1252"
    return data, "utf8"


def _head(data: bytes, encoding: str) -> list[str]:
    """The first lines, whole ones, however long the first is."""
    stream = io.BytesIO(data)
    lines: list[str] = []
    size = 0
    while len(lines) < HEAD_LINES and (size < HEAD_BYTES or len(lines) < 5):
        line = stream.readline()
        if not line:
            break
        size += len(line)
        lines.append(line.decode(encoding, errors="replace").rstrip("\r\n"))
    return lines


def _separator(lines: list[str], file: str) -> str:
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


def _has_decimal_comma(rows: list[tuple[str, ...]]) -> bool:
    cells = [cell for row in rows for cell in row if cell]
    return any("," in cell for cell in cells) and not any("." in cell for cell in cells if is_number(cell))


def _blame(table: TextTable, indexes: dict[str, int], width: int) -> DataError:
    """The error that names the first cell that is no number, or the first row of another width."""
    text = io.TextIOWrapper(
        io.BytesIO(table.data), encoding=table.encoding if table.encoding != "utf8" else "utf-8", newline=""
    )
    reader = csv.reader(text, delimiter=table.separator)
    for row in reader:
        if reader.line_num <= table.header_line + 1 or not any(cell.strip() for cell in row):
            continue
        if len(row) != width:
            return DataError(
                f"this row has {len(row)} cells, the header {len(table.names)}.",
                file=table.file,
                row=reader.line_num,
                remedy="Every row needs one cell per column; export the file again.",
            )
        for name, index in indexes.items():
            cell = row[index].strip()
            if cell not in NULLS and not is_number(cell):
                return DataError(
                    f"'{cell[:40]}' is not a number.",
                    file=table.file,
                    row=reader.line_num,
                    column=name,
                    remedy="Leave a gap empty, or write NaN.",
                )
    return DataError("this table cannot be read as numbers.", file=table.file, remedy="Export it again as CSV.")
