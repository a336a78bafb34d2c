"""Numbers of some columns of a text, parsed by Arrow as its bytes pass: one array, a row per column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kinematics.readers.shared.source import Source
from kinematics.signals import is_whole

if TYPE_CHECKING:
    from pyarrow import NativeFile, RecordBatch

#: Arrow parses so much at a time: small enough for the processor's cache. [bytes]
PIECE_BYTES = 1 << 20
#: Beyond this the numbers of each piece are put where they stay before the next is parsed: a tenth slower, and half
#: the memory. [bytes]
LARGE_BYTES = 1 << 27
#: Longest row that can be read: where rows are longer than a piece, pieces are as long as this. [bytes]
LONGEST_ROW_BYTES = 1 << 22
#: Room for more rows than the first ones let expect; what is not used is never touched. [share]
SPARE = 1.1


class NoNumbersError(ValueError):
    """A cell is no number or infinite, a row has another width, or a column is not there."""


@dataclass(frozen=True)
class Cells:
    """
    How rows are divided into cells.

    Attributes
    ----------
    width : int
        Cells per row.
    row_bytes : float
        Usual length of a row, from which the number of rows is guessed. [bytes]
    separator, decimal : str
    nulls : tuple of str
        Cells that say 'missing'.
    """

    width: int
    row_bytes: float
    separator: str
    decimal: str
    nulls: tuple[str, ...]


def parse(
    source: Source, lines: tuple[int, int | None], cells: Cells, groups: Sequence[Sequence[int]]
) -> list[np.ndarray]:
    """
    Some columns, by position, of the 0-based lines [first, stop), to the end where that is None.

    What goes to the end of a large file is parsed while it is read, without being held as text; what is held is
    hashed on another thread meanwhile.

    Returns
    -------
    list of array, shape (n_columns, n_rows)
        One of its own for each group of columns; float64, NaN where a cell says 'missing'.

    Raises
    ------
    NoNumbersError
    DataError
        Where a line is longer than any row can be.
    """
    import pyarrow as pa

    refused = (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError)
    passage = source.passage(lines[0]) if lines[1] is None else None
    try:
        if passage is not None:
            with passage:
                return _filled(pa.PythonFile(passage, mode="r"), passage.size, PIECE_BYTES, cells, groups)
    except refused:
        source.check_rows(LONGEST_ROW_BYTES)  # once more from memory: longer rows, or the words of the error
    rows = source.rows(*lines)
    for piece in (PIECE_BYTES, LONGEST_ROW_BYTES):
        try:
            return _filled(pa.BufferReader(rows), len(rows), piece, cells, groups)
        except refused:
            if len(rows) <= piece:
                break
            source.check_rows(LONGEST_ROW_BYTES)
    raise NoNumbersError


def _filled(file: NativeFile, size: int, piece: int, cells: Cells, groups: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """The columns, put piece by piece where they stay."""
    import pyarrow as pa

    positions = list(dict.fromkeys(position for group in groups for position in group))
    place = {position: place for place, position in enumerate(positions)}
    column_of = [_run([place[position] for position in group]) for group in groups]
    batches, room = _batches(file, size, piece, cells, positions)
    values = [np.empty((len(group), room)) for group in groups]
    n_rows = 0
    for batch in batches:
        stop = n_rows + batch.num_rows
        if stop > room:
            room = max(stop, int(SPARE * stop))
            values = [_with_room(group, n_rows, room) for group in values]
        columns = batch.to_tensor(null_to_nan=True, row_major=False).to_numpy().T
        if not is_whole(columns) and np.isinf(columns).any():
            raise NoNumbersError
        for group, places in zip(values, column_of, strict=True):
            group[:, n_rows:stop] = columns[places]
        n_rows = stop
    if size > LARGE_BYTES:
        pa.default_memory_pool().release_unused()
    return [group[:, :n_rows] for group in values]


def _batches(
    file: NativeFile, size: int, piece: int, cells: Cells, positions: Sequence[int]
) -> tuple[Iterable[RecordBatch], int]:
    """The parsed pieces, and how many rows they have or are guessed to have."""
    import pyarrow as pa
    from pyarrow import csv

    every = [str(place) for place in range(cells.width)]
    names = [str(position) for position in positions]
    reading = csv.ReadOptions(use_threads=False, column_names=every, block_size=piece)
    parsing = csv.ParseOptions(delimiter=cells.separator)
    converting = csv.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(names, pa.float64()),
        null_values=list(cells.nulls),
        decimal_point=cells.decimal,
    )
    if size > LARGE_BYTES:
        return csv.open_csv(file, reading, parsing, converting), int(SPARE * size / cells.row_bytes)
    table = csv.read_csv(file, reading, parsing, converting)
    return table.to_batches(), table.num_rows


def _run(places: list[int]) -> list[int] | slice:
    """The same places as a slice where they follow one another: what it takes is not copied first."""
    run = bool(places) and places == list(range(places[0], places[0] + len(places)))
    return slice(places[0], places[0] + len(places)) if run else places


def _with_room(values: np.ndarray, n_rows: int, room: int) -> np.ndarray:
    larger = np.empty((values.shape[0], room))
    larger[:, :n_rows] = values[:, :n_rows]
    return larger
