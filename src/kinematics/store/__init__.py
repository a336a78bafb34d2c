"""The tables of all studies: Parquet that says what its columns mean, and SQL over it."""

from kinematics.store.database import ask, connect, studies
from kinematics.store.declared import OPTION_COLUMNS, TABLES, empty_table, table_schema
from kinematics.store.tables import arrow_table, curve_table, stride_tables
from kinematics.store.writing import ROWS_PER_GROUP, Rows, count_rows, write_table, writing_table

__all__ = [
    "OPTION_COLUMNS",
    "ROWS_PER_GROUP",
    "TABLES",
    "Rows",
    "arrow_table",
    "ask",
    "connect",
    "count_rows",
    "curve_table",
    "empty_table",
    "stride_tables",
    "studies",
    "table_schema",
    "write_table",
    "writing_table",
]
