"""A report's tables as CSV texts that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from kinematics.metrics import METRIC_NAMES
from kinematics.report.visit import Visit

#: A cell that begins so could be taken for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Decimals of a saved number: a thousandth of a degree is finer than any use of it.
DECIMALS = 3
OPTION_NAMES = ("order", "category_name", "name", "level", "dose", "reason", "basis", "counter_signs", "caution")


def csv_files(visit: Visit) -> dict[str, str]:
    """File name -> CSV text: the ledger, the medians of every stride metric, and the options unless withheld."""
    stem = visit.assessment.name
    tables = {"ledger": visit.assessment.ledger, "metrics": _metrics(visit)}
    if not visit.withheld:
        options = visit.assessment.options.table
        tables["options"] = options[[name for name in OPTION_NAMES if name in options]]
    return {f"{stem}_{name}.csv": as_csv(table) for name, table in tables.items() if len(table)}


def _metrics(visit: Visit) -> pd.DataFrame:
    """Median of each metric over the valid strides, by trial and side."""
    tables = [one.strides.table for one in visit.assessment.trials if one.strides is not None]
    valid = [table[table["valid"].astype(bool)] for table in tables if len(table)]
    if not valid:
        return pd.DataFrame()
    rows = pd.concat(valid, ignore_index=True)
    names = [name for name in METRIC_NAMES if name in rows]
    grouped = rows.groupby(["participant", "session", "trial", "task", "speed_m_s", "side"], dropna=False)
    return grouped[names].median().reset_index()


def as_csv(table: pd.DataFrame) -> str:
    """
    A table as CSV: numbers with a point, missing ones empty, text that looks like a formula behind an apostrophe.

    >>> as_csv(pd.DataFrame({"name": ["=1+1", "P01"], "value": [-2.5, float("nan")]}))
    "name,value\\r\\n'=1+1,-2.5\\r\\nP01,\\r\\n"
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in table.columns])
    writer.writerows(_cells(row) for row in table.itertuples(index=False, name=None))
    return written.getvalue()


def _cells(row: Iterable[Any]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return repr(round(float(value), DECIMALS))
    words = str(value)
    return f"'{words}" if words.startswith(FORMULA_STARTS) else words
