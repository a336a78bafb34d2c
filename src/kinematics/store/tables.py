"""Tables as Parquet files that say what their columns mean, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kinematics.conventions import (
    CURVE_COLUMNS,
    CURVE_POINTS,
    EXCLUDED_COLUMNS,
    LEDGER_COLUMNS,
    STRIDE_KEYS,
    Column,
)
from kinematics.files import replacing
from kinematics.metrics import METRICS
from kinematics.store.arrays import curve_array, flag_array, number_array, text_array, whole_array

if TYPE_CHECKING:
    import pyarrow as pa

OPTION_COLUMNS = (
    Column("participant", "", "pseudonymous id"),
    Column("session", "", "visit"),
    Column("order", "", "place in the list, from 1"),
    Column("category", "", "code of the exercise category"),
    Column("category_name", "", "its name"),
    Column("exercise", "", "code of the exercise"),
    Column("name", "", "its name"),
    Column("level", "", "level of demand within the category"),
    Column("dose", "", "sets, repetitions or time, in words"),
    Column("reason", "", "the measurement that led to the option"),
    Column("basis", "", "evidence behind it and how sure it is"),
    Column("counter_signs", "", "signs that speak against it"),
    Column("caution", "", "what to watch"),
    Column("rules", "", "ids of the rules that led to it, joined by ';'"),
    Column("sources", "", "keys of the literature"),
    Column("review", "", "state of the clinical review"),
)
#: Table -> its declared columns, in order. Curves hold 101 values in each angle's cell.
TABLES: dict[str, tuple[Column, ...]] = {
    "strides": (*STRIDE_KEYS, *METRICS),
    "curves": (*STRIDE_KEYS, *CURVE_COLUMNS),
    "ledger": LEDGER_COLUMNS,
    "options": OPTION_COLUMNS,
    "excluded": EXCLUDED_COLUMNS,
}
INTEGERS = ("stride", "n_strides", "order", "used_reference_n", "available_reference_n")
FLAGS = ("valid", "headline", "available_is_lower_bound")
#: Numbers without a unit; every other column without a unit is text.
BARE_NUMBERS = ("value",)
#: What orders the rows of a table; tables without these keep the order they come in.
ORDER = ("participant", "session", "trial", "side", "stride")
#: Rows gathered before a row group is written: bounds the memory and keeps the groups few.
ROWS_PER_GROUP = 10_240
#: Parts put together at a time: each part's own columns cost more memory than a few rows in them.
SMALL_PARTS = 128
#: Measured numbers of a stride are kept to this, about a millionth of their unit: finer digits are noise, do not
#: compress, and would make a million strides take 170 MB instead of about 100.
STRIDE_GRID = 2.0**-20
_ON_GRID = frozenset({"start_s", "end_s"} | {metric.name for metric in METRICS})


@cache
def table_schema(name: str) -> pa.Schema:
    """
    The Arrow schema of a table: types, and in each field's metadata its unit, meaning and positive direction.

    Parameters
    ----------
    name : str
        strides, curves, ledger, options or excluded.
    """
    import pyarrow as pa

    return pa.schema([_field(column, name) for column in TABLES[name]], metadata={"table": name})


def _field(column: Column, table: str) -> pa.Field:
    import pyarrow as pa

    kind = pa.string()
    if column.name in INTEGERS:
        kind = pa.int32()
    elif column.name in FLAGS:
        kind = pa.bool_()
    elif table == "curves" and column in CURVE_COLUMNS:
        kind = pa.list_(pa.float32(), CURVE_POINTS)
    elif column.unit or column.name in BARE_NUMBERS:
        kind = pa.float64()
    about = {"unit": column.unit, "meaning": column.meaning, "positive": column.positive}
    return pa.field(column.name, kind, metadata={key: text for key, text in about.items() if text})


def arrow_table(name: str, frame: pd.DataFrame) -> pa.Table:
    """
    A DataFrame as the declared table `name`, its rows ordered by participant, session, trial, side and stride.

    Parameters
    ----------
    name : str
        strides, ledger, options or excluded.
    frame : DataFrame
        With the declared columns; others are left out. Missing text becomes empty, missing numbers null. Times and
        metrics of strides are kept to `STRIDE_GRID`.

    Raises
    ------
    KeyError
        Where a declared column is missing.
    """
    import pyarrow as pa

    schema = table_schema(name)
    return _in_order(pa.table(_arrays(frame, schema, name), schema=schema))


def _arrays(frame: pd.DataFrame, fields: Iterable[pa.Field], table: str) -> list[pa.Array]:
    """The columns of a frame that the fields declare, in their types."""
    import pyarrow as pa

    ways = {pa.string(): text_array, pa.int32(): whole_array, pa.bool_(): flag_array}
    grid = {name: STRIDE_GRID for name in _ON_GRID} if table == "strides" else {}
    return [
        number_array(frame[field.name], grid.get(field.name, 0.0))
        if field.type == pa.float64()
        else ways[field.type](frame[field.name])
        for field in fields
    ]


def _in_order(table: pa.Table) -> pa.Table:
    """The rows ordered by `ORDER` where the table has all of these; equal rows stay as they come."""
    import pyarrow.compute as pc

    if not table.num_rows or not all(name in table.column_names for name in ORDER):
        return table
    order = pc.sort_indices(table.select(ORDER), sort_keys=[(name, "ascending") for name in ORDER])
    ordered = np.array_equal(order.to_numpy(), np.arange(table.num_rows))
    return table if ordered else table.take(order).combine_chunks()


def curve_table(keys: pd.DataFrame, curves: Mapping[str, np.ndarray]) -> pa.Table:
    """
    Curves as the table `curves`, ordered as the stride table is.

    Parameters
    ----------
    keys : DataFrame
        Columns of `conventions.STRIDE_KEYS`, a row per stride.
    curves : mapping of str to array, shape (n_strides, 101)
        Rows as in `keys`; a name that is not there is null in every row. [deg]
    """
    import pyarrow as pa

    schema = table_schema("curves")
    of_keys, of_curves = list(schema)[: len(STRIDE_KEYS)], list(schema)[len(STRIDE_KEYS) :]
    arrays = _arrays(keys, of_keys, "curves")
    arrays += [curve_array(curves.get(field.name), len(keys), field.type) for field in of_curves]
    return _in_order(pa.table(arrays, schema=schema))


def write_table(path: Path, name: str, tables: Iterable[pa.Table]) -> int:
    """
    Writes the parts of table `name` as one Parquet file and returns the number of rows.

    zstd; text by dictionary, numbers by byte-stream-split; row groups of about `ROWS_PER_GROUP` rows, so that
    no more than that is held.

    Parameters
    ----------
    path : Path
    name : str
    tables : iterable of pyarrow.Table
        In the order of their rows.
    """
    import pyarrow.parquet as pq

    schema, count = table_schema(name), 0
    with replacing(path) as part, pq.ParquetWriter(part, schema, compression="zstd", **_encodings(schema)) as writer:
        for group in _grouped(tables):
            writer.write_table(group, row_group_size=max(1, group.num_rows))
            count += group.num_rows
    return count


def _encodings(schema: pa.Schema) -> dict[str, list[str]]:
    """Which columns go by dictionary and which by byte-stream-split."""
    import pyarrow as pa

    text = [field.name for field in schema if pa.types.is_string(field.type)]
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    lists = [f"{field.name}.list.element" for field in schema if isinstance(field.type, pa.FixedSizeListType)]
    return {"use_dictionary": text, "use_byte_stream_split": numbers + lists}


def _grouped(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Row groups; many small parts are put together as they come, so that a group costs little more than its rows."""
    import pyarrow as pa

    whole: list[pa.Table] = []
    small: list[pa.Table] = []
    count = 0
    for table in tables:
        small.append(table)
        count += table.num_rows
        if count >= ROWS_PER_GROUP:
            yield pa.concat_tables([*whole, *small])
            whole, small, count = [], [], 0
        elif len(small) == SMALL_PARTS:
            whole.append(pa.concat_tables(small).combine_chunks())
            small = []
    if whole or small:
        yield pa.concat_tables([*whole, *small])


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows
