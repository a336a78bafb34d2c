"""Tables as Parquet files that say what their columns mean, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
ROWS_PER_GROUP = 8192
#: Measured numbers of a stride are kept to this, about a millionth of their unit: finer digits are noise, do not
#: compress, and would make a million strides take 170 MB instead of about 100.
STRIDE_GRID = 2.0**-20
_ON_GRID = frozenset({"start_s", "end_s"} | {metric.name for metric in METRICS})


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
    rows = frame.iloc[row_order(frame)]
    return pa.table([_array(_kept(rows[field.name], name), field.type) for field in schema], schema=schema)


def _kept(values: pd.Series, table: str) -> pd.Series:
    """A column with as many digits as its table keeps."""
    if table != "strides" or values.name not in _ON_GRID:
        return values
    return (values.astype("float64") / STRIDE_GRID).round() * STRIDE_GRID


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

    schema, order = table_schema("curves"), row_order(keys)
    rows = keys.iloc[order]
    arrays = [
        _curve_array(curves.get(field.name), order, field.type)
        if isinstance(field.type, pa.FixedSizeListType)
        else _array(rows[field.name], field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def row_order(frame: pd.DataFrame) -> np.ndarray:
    """Positions of the rows in the order in which tables hold them, shape (n_rows,)."""
    if not all(name in frame for name in ORDER):
        return np.arange(len(frame))
    return frame[list(ORDER)].reset_index(drop=True).sort_values(list(ORDER), kind="stable").index.to_numpy()


def _array(values: pd.Series, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_string(kind):
        return pa.array(values.astype(object).where(values.notna(), "").astype(str), type=kind)
    if pa.types.is_integer(kind):
        return pa.array(values.astype("Int32"), type=kind)
    if pa.types.is_boolean(kind):
        return pa.array(values.astype("boolean"), type=kind)
    return pa.array(values.astype("float64").to_numpy(), type=kind, from_pandas=True)


def _curve_array(values: np.ndarray | None, order: np.ndarray, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if values is None:
        return pa.nulls(order.size, kind)
    flat = np.ascontiguousarray(values[order], dtype=np.float32).ravel()
    return pa.FixedSizeListArray.from_arrays(pa.array(flat), type=kind)


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
    import pyarrow as pa

    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(held.num_rows for held in waiting) >= ROWS_PER_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, from its footer."""
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows
