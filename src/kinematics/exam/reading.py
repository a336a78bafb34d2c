"""exam.csv -> a table of measured ranges, every cell checked."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from kinematics.conventions import DIRECTIONS, SIDES, DataError
from kinematics.exam.registry import YES_NO, exam_tests, facts
from kinematics.tables import Row, Table, has_value, read_table, shown

REQUIRED = ("participant", "session", "side", "direction", "test", "value_deg")
OPTIONAL = ("instrument", "pelvis_controlled", "active", "repetition", "rater", "limited_by", "sem_deg")
EXAM_COLUMNS = REQUIRED + OPTIONAL
IN_ORDER = itemgetter(*EXAM_COLUMNS)
NUMBERS = ("value_deg", "repetition", "sem_deg")
TEXTS = ("participant", "session", "rater")
CHECKED = tuple(name for name in EXAM_COLUMNS if name not in TEXTS)
THOMAS = "modified_thomas"
LEAVE_OUT = "Write degrees as a plain number, or leave the row out."

ThomasPositive = Literal["below", "above"] | None


def read_exam(path: Path | str, *, thomas_positive: ThomasPositive = None) -> pd.DataFrame:
    """
    Measured ranges from an exam table, one row per repetition.

    Parameters
    ----------
    path : Path or str
        Table with the columns participant, session, side, direction, test, value_deg and, where known, instrument,
        pelvis_controlled, active, repetition, rater, limited_by, sem_deg. Comma, semicolon or tab between the cells;
        UTF-8, UTF-16 or Windows-1252.
    thomas_positive : {"below", "above"}, optional
        Which side of the horizontal a positive modified Thomas value is in this file. "below" keeps the values,
        "above" negates them. Without it modified Thomas rows are refused, as clinics write them both ways.

    Returns
    -------
    DataFrame
        Those 13 columns; text is "" and a number NaN where nothing was given. `value_deg` is positive towards
        `direction` (extension: the thigh behind the trunk, for the modified Thomas test below the horizontal). [deg]

    Raises
    ------
    DataError
        For the first cell that cannot be used, with its row and column. `read_exam_rows` keeps the other rows.
    """
    table, errors = read_exam_rows(path, thomas_positive=thomas_positive)
    if errors:
        raise errors[0]
    return table


def read_exam_rows(path: Path | str, *, thomas_positive: ThomasPositive = None) -> tuple[pd.DataFrame, list[DataError]]:
    """
    The usable rows of an exam table, and what is wrong with each of the others.

    Parameters
    ----------
    path, thomas_positive
        As in `read_exam`.

    Returns
    -------
    table : DataFrame
        As `read_exam` returns it, without the rows that have an error.
    errors : list of DataError
        In the order of the file, one or more for each row left out. `row` is the line at which the row begins, so that
        a caller can tell whose it is.

    Raises
    ------
    DataError
        Where the table as a whole cannot be read, or its header cannot be understood.
    """
    rows = read_table(Path(path), required=REQUIRED, optional=OPTIONAL)
    return _table(usable_tests(rows, thomas_positive=thomas_positive)), rows.errors


def usable_tests(rows: Table, *, thomas_positive: ThomasPositive = None) -> list[tuple[str | float, ...]]:
    """The tests that `read_exam_rows` keeps, columns `EXAM_COLUMNS`; each other row has its faults."""
    names = rows.texts(TEXTS)
    nameless = {whose for whose in set(names) if not all(map(has_value, whose[:2]))}
    apart = [place for place, whose in enumerate(names) if whose in nameless] if nameless else []
    found = rows.checked(CHECKED, partial(_checked, thomas_positive=thomas_positive), apart=apart)
    seen: dict[tuple, int] = {}
    kept = []
    for place, (whose, values) in enumerate(zip(names, found, strict=True)):
        if values is not None and not _is_repeated(rows, place, whose, values, seen):
            kept.append(IN_ORDER(values | dict(zip(TEXTS, whose, strict=True))))
    return kept


def empty_exam() -> pd.DataFrame:
    """An exam table without rows."""
    return _table([])


def _table(rows: Sequence[tuple[str | float, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=list(EXAM_COLUMNS))
    kinds = {name: "float64" if name in NUMBERS else "str" for name in EXAM_COLUMNS}
    return table.astype(kinds)


def _checked(row: Row, *, thomas_positive: ThomasPositive) -> dict[str, Any]:
    """The row's values but for `TEXTS`; what cannot be used is a fault of the row."""
    if row.errors:  # too many cells: nothing in them is sure
        return {}
    for name in REQUIRED:
        row.required(name, LEAVE_OUT if name == "value_deg" else "Every row of an exam table needs it.")
    values: dict[str, Any] = {name: row.word(name, known) for name, known in _vocabularies().items()}
    values |= {name: row.number(name, remedy=LEAVE_OUT if name == "value_deg" else None) for name in NUMBERS}
    if not row.errors:
        _check_plausible(row, values)
    if values["test"] == THOMAS:
        values["value_deg"] *= _thomas_sign(row, thomas_positive)
    return values


@cache
def _vocabularies() -> dict[str, Collection[str]]:
    known = {"side": SIDES, "direction": DIRECTIONS, "test": exam_tests(), "instrument": facts()["instruments"]}
    return known | {"pelvis_controlled": YES_NO, "active": YES_NO, "limited_by": facts()["limits"]}


def _check_plausible(row: Row, values: dict[str, Any]) -> None:
    test = exam_tests()[values["test"]]
    if values["direction"] not in test.directions:
        problem = f"test '{test.name}' measures {' or '.join(test.directions)}, not {values['direction']}."
        row.fault("direction", problem, "Correct the direction or the test.")
    low, high = test.plausible_deg
    if not low <= values["value_deg"] <= high:
        problem = f"{shown(row.text('value_deg'))} lies outside {low:g} to {high:g} deg."
        row.fault("value_deg", problem, f"Check the value; positive means: {test.positive}.")
    if values["sem_deg"] <= 0:
        row.fault("sem_deg", "a standard error is above 0 deg.", "Leave it empty if not known.")


def _is_repeated(
    rows: Table, place: int, whose: tuple[str, ...], values: dict[str, Any], seen: dict[tuple, int]
) -> bool:
    """Whether the same numbered repetition of one rater and procedure stands already; then it is a fault."""
    if math.isnan(values["repetition"]):
        return False
    key = (*whose, *(value for name, value in values.items() if name not in ("value_deg", "sem_deg", "limited_by")))
    first = seen.setdefault(key, rows.lines[place])
    if first == rows.lines[place]:
        return False
    problem = f"repetition {values['repetition']:g} of this test stands already in row {first}."
    rows.row(place).fault("repetition", problem, "Number the repetitions, or leave one of the rows out.")
    return True


def _thomas_sign(row: Row, thomas_positive: ThomasPositive) -> float:
    if thomas_positive not in ("below", "above"):
        row.fault(
            "value_deg",
            "clinics write the modified Thomas test both ways, and this study does not say which.",
            'Add the lines [exam] and thomas_positive = "below" (or "above": positive means the thigh above the '
            "horizontal) to study.toml.",
        )
    return -1.0 if thomas_positive == "above" else 1.0
