"""A report's tables as CSV texts that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import io
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from kinematics.metrics import METRIC_NAMES
from kinematics.report.frames import Rows, rows_of
from kinematics.report.visit import Visit

#: A cell that begins so could be taken for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Decimals of a saved number: a thousandth of a degree is finer than any use of it.
DECIMALS = 3
METRIC_KEYS = ("participant", "session", "trial", "task", "speed_m_s", "side")
OPTION_NAMES = ("order", "category_name", "name", "level", "dose", "reason", "basis", "counter_signs", "caution")


def csv_files(visit: Visit) -> dict[str, str]:
    """File name -> CSV text: the ledger, the medians of every stride metric, and the options unless withheld."""
    stem = visit.assessment.name
    tables = {"ledger": visit.ledger, "metrics": _metrics(visit), "options": _options(visit.options)}
    return {f"{stem}_{name}.csv": csv_text(table) for name, table in tables.items() if table.rows}


def _options(table: Rows) -> Rows:
    names = [name for name in OPTION_NAMES if name in table.names]
    places = [table.names.index(name) for name in names]
    return Rows(names, [[row[place] for place in places] for row in table.rows])


def _metrics(visit: Visit) -> Rows:
    """Median of each metric over the valid strides, by trial and side."""
    session = visit.assessment.session
    who = (session.participant.participant, session.session)
    found = sorted(
        ((one.entry.trial, side, one) for _, one in visit.trials if one is not None for side in one.medians),
        key=itemgetter(0, 1),
    )
    known = [name for name in METRIC_NAMES if any(name in one.medians[side] for _, side, one in found)]
    rows = [
        [*who, trial, one.entry.task, one.entry.speed_m_s, side, *(one.median(name, side) for name in known)]
        for trial, side, one in found
    ]
    return Rows([*METRIC_KEYS, *known], rows)


def as_csv(table: pd.DataFrame) -> str:
    """
    A table as CSV: numbers with a point, missing ones empty, text that looks like a formula behind an apostrophe.

    >>> as_csv(pd.DataFrame({"name": ["=1+1", "P01"], "value": [-2.5, float("nan")]}))
    "name,value\\r\\n'=1+1,-2.5\\r\\nP01,\\r\\n"
    """
    return csv_text(rows_of(table))


def csv_text(table: Rows) -> str:
    """The CSV text of `as_csv` from plain values."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(map(_cell, table.names))
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    """A value as the writer takes it: it writes numbers itself."""
    kind = type(value)
    if kind is str:
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if kind is float:
        return round(value, DECIMALS) if value == value else ""
    if value is None or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return int(value)
    return round(float(value), DECIMALS) if isinstance(value, float | np.floating) else _cell(str(value))
