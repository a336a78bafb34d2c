"""SQL over the tables of every study that was run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kinematics.conventions import DataError
from kinematics.spreadsheets import csv_text
from kinematics.store.declared import TABLES, table_schema

if TYPE_CHECKING:
    import duckdb

DEFAULT_FOLDER = "data/processed"
#: Rows of an answer that are printed; the CSV has all.
SHOWN_ROWS = 200


def studies(processed: Path | str = DEFAULT_FOLDER) -> tuple[str, ...]:
    """Names of the studies that have a table of strides in the folder, sorted."""
    return tuple(sorted(path.parent.name for path in Path(processed).glob("*/strides.parquet")))


def connect(processed: Path | str = DEFAULT_FOLDER) -> duckdb.DuckDBPyConnection:
    """
    A DuckDB connection in which the tables of all studies are views: strides, curves, ledger, options, excluded.

    Each view has the columns of its table and, first, `study`. The view `columns` says for every column of every table
    its unit, meaning and positive direction. The views read the Parquet files when they are asked; nothing is
    copied, nothing can be changed through them, nothing is loaded from the net, no file outside the folder is reached.

    Parameters
    ----------
    processed : Path or str
        The folder in which `kinematics run` left its tables.

    Raises
    ------
    DataError
        Where no study was run into the folder, or DuckDB is not installed.

    Examples
    --------
    ``kin.connect().sql("SELECT study, side, avg(peak_hip_extension_deg) FROM strides WHERE valid GROUP BY ALL").df()``
    """
    folder = Path(processed)
    if not studies(folder):
        raise DataError(
            "no study's tables lie in this folder.", file=folder.name, remedy="Run one first: kinematics run STUDY"
        )
    connection = _opened()
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name} AS {_view(folder, name)}")
    connection.register("columns", _columns())
    _close_outside(connection, folder)
    return connection


def ask(sql: str, *, processed: Path | str = DEFAULT_FOLDER, csv: bool = False) -> str:
    """
    What a question in SQL gives, as a text table or as CSV.

    Parameters
    ----------
    sql : str
    processed : Path or str
    csv : bool
        Whether every row and digit is given, separated by commas.

    Raises
    ------
    DataError
        Where DuckDB does not understand the question, or as in `connect`.
    """
    with connect(processed) as connection:
        import duckdb

        try:
            found = connection.sql(sql)
        except duckdb.Error as error:
            raise DataError(f"this cannot be asked ({str(error).splitlines()[0]}).") from None
        if found is None:
            return ""
        frame = found.df()
    if csv:
        return csv_text(frame)
    return frame.to_string(index=False, max_rows=SHOWN_ROWS, float_format="{:.4g}".format) + "\n"


def _opened() -> duckdb.DuckDBPyConnection:
    try:
        import duckdb
    except ImportError:
        raise DataError("DuckDB is not installed.", remedy="pip install 'kinematics[store]'") from None
    safe: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return duckdb.connect(config=safe)


def _close_outside(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Files outside the folder and the net are closed to the connection for good."""
    import duckdb

    inside = folder.resolve().as_posix().replace("'", "''")
    try:
        connection.execute(f"SET allowed_directories = ['{inside}']")
    except duckdb.Error:  # before 1.2 there is nothing between all files and none
        return
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _view(folder: Path, name: str) -> str:
    """The SELECT of one table over all studies; the folder's name in the path is the study."""
    pattern = (folder / "*" / f"{name}.parquet").as_posix().replace("'", "''")
    depth = r"([^/\\]+)[/\\]" + re.escape(f"{name}.parquet") + "$"
    return (
        f"SELECT regexp_extract(filename, '{depth}', 1) AS study, * EXCLUDE (filename) "
        f"FROM read_parquet('{pattern}', filename = true, union_by_name = true)"
    )


def _columns():
    """Table, column, unit, meaning and positive direction of everything that can be asked."""
    import pyarrow as pa

    rows = [
        {"table": name, "column": field.name}
        | {key: (field.metadata or {}).get(key.encode(), b"").decode() for key in ("unit", "meaning", "positive")}
        for name in TABLES
        for field in table_schema(name)
    ]
    return pa.Table.from_pylist(rows)
