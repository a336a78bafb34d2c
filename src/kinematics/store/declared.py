"""The tables of a study as they are declared: columns, types, meaning."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kinematics.conventions import (
    CURVE_COLUMNS,
    CURVE_POINTS,
    EXCLUDED_COLUMNS,
    LEDGER_COLUMNS,
    STRIDE_KEYS,
    Column,
)
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
#: Measured numbers of a stride are kept to this, about a millionth of their unit: finer digits are noise, do not
#: compress, and would make a million strides take 170 MB instead of about 100.
STRIDE_GRID = 2.0**-20
#: Columns of the table of strides that are kept to it.
MEASURED = ("start_s", "end_s", *(metric.name for metric in METRICS))


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


@cache
def column_kinds(name: str) -> dict[str, pa.DataType]:
    """Columns of a table in their order, and the Arrow type of each."""
    return {field.name: field.type for field in table_schema(name)}


@cache
def empty_table(name: str) -> pa.Table:
    """A table without a row."""
    return table_schema(name).empty_table()
