"""The tables of all studies: Parquet that says what its columns mean, and SQL over it."""

from kinematics.store.database import ask, connect, studies
from kinematics.store.tables import (
    OPTION_COLUMNS,
    ROWS_PER_GROUP,
    TABLES,
    arrow_table,
    count_rows,
    curve_table,
    table_schema,
    write_table,
)

__all__ = [
    "OPTION_COLUMNS",
    "ROWS_PER_GROUP",
    "TABLES",
    "arrow_table",
    "ask",
    "connect",
    "count_rows",
    "curve_table",
    "studies",
    "table_schema",
    "write_table",
]
