"""The lines above the numbers of Qualisys's TSV exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from kinematics.conventions import DataError
from kinematics.readers.shared.laboratory import named_events
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import NULLS, Block, has_decimal_comma, is_number

NAME_KEYS = {"MARKER_NAMES": "3D", "BODY_NAMES": "6D", "DATA_TYPES": "analysis"}
MOST_HEADER_LINES = 5_000  # an EVENT line per event stands in the header
_KEY = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class Header:
    """
    What stands above the numbers.

    Attributes
    ----------
    kind : str
        3D, 6D or analysis.
    names : tuple of str
        Markers, bodies or results.
    rate_hz : float or None
        None where the cameras were triggered from outside.
    events : DataFrame or None
        Contacts and toe-offs that the recording was marked with.
    columns : tuple of str
        Names of the columns; empty where the export left them out.
    """

    kind: str
    names: tuple[str, ...]
    rate_hz: float | None
    events: pd.DataFrame | None
    columns: tuple[str, ...]


def read_header(source: Source) -> tuple[Header, Block]:
    """
    The header of an export and the table below it.

    Raises
    ------
    DataError
        Where the names or the numbers are missing.
    """
    rows, separator, first = _header_rows(source)
    entries = {row[0]: row[1:] for row in rows if _KEY.fullmatch(row[0])}
    events = [row[1:4] for row in rows if row[0] == "EVENT" and len(row) > 3]
    key = next((key for key in NAME_KEYS if key in entries), None)
    if key is None:
        raise DataError(
            "neither MARKER_NAMES, BODY_NAMES nor DATA_TYPES stands in the header.",
            file=source.file,
            remedy="Export the TSV again with its header.",
        )
    last = rows[-1]
    columns = () if _KEY.fullmatch(last[0]) else last
    frequency = next(iter(entries.get("FREQUENCY", ())), "")
    header = Header(
        NAME_KEYS[key],
        tuple(name for name in entries[key] if name),
        float(frequency.replace(",", ".")) if is_number(frequency) and float(frequency.replace(",", ".")) > 0 else None,
        named_events((name, _number(time)) for name, _frame, time in events),
        columns,
    )
    body = [tuple(cell.strip() for cell in line.split(separator)) for line in source.lines(first, first + 50)]
    body = [row for row in body if any(row)]
    if not body:
        raise DataError("there is no row of numbers below the header.", file=source.file, remedy="Export it again.")
    names = tuple(columns[i] if i < len(columns) else "" for i in range(len(body[0])))
    decimal = "," if separator != "," and has_decimal_comma(body) else "."
    return header, Block(source, names, separator, decimal, first, nulls=(*NULLS, "-", "NULL"))


def _header_rows(source: Source) -> tuple[list[tuple[str, ...]], str, int]:
    """Cells of the lines above the numbers, the separator, and the first line of numbers."""
    start = next(i for i, line in enumerate(source.head) if line.strip(" ,;\t"))
    key = re.match(r"\s*\"?[A-Z0-9_]+\"?", source.head[start])
    after = source.head[start][key.end() : key.end() + 1] if key else ""
    separator = after if after in (",", ";") else "\t"
    rows: list[tuple[str, ...]] = []
    for index, line in enumerate(_first_lines(source)):
        cells = tuple(cell.strip().strip('"') for cell in line.split(separator))
        filled = [cell for cell in cells if cell]
        if filled and not _KEY.fullmatch(cells[0]) and sum(map(is_number, filled)) >= 0.5 * len(filled):
            return rows, separator, index
        if filled:
            rows.append(cells)
    raise DataError("there is no row of numbers below the header.", file=source.file, remedy="Export it again.")


def _first_lines(source: Source) -> Iterator[str]:
    """Lines of the head, then, only where they are asked for, those below it."""
    yield from source.head
    yield from source.lines(len(source.head), MOST_HEADER_LINES)


def _number(cell: str) -> float:
    return float(cell.replace(",", ".")) if is_number(cell) else float("nan")
