"""exam.csv -> a table of measured ranges, every cell checked."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from kinematics.conventions import DIRECTIONS, SIDES, DataError
from kinematics.exam.cells import Row, nearest, read_rows, shown
from kinematics.exam.registry import YES_NO, exam_tests, facts

REQUIRED = ("participant", "session", "side", "direction", "test", "value_deg")
OPTIONAL = ("instrument", "pelvis_controlled", "active", "repetition", "rater", "limited_by", "sem_deg")
EXAM_COLUMNS = REQUIRED + OPTIONAL
NUMBERS = ("value_deg", "repetition", "sem_deg")
THOMAS = "modified_thomas"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NOT_GIVEN = ("", "nan")

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
    The usable rows of an exam table, and one error for each of the others.

    Parameters
    ----------
    path, thomas_positive
        As in `read_exam`.

    Returns
    -------
    table : DataFrame
        As `read_exam` returns it, without the rows that have an error.
    errors : list of DataError
        In the order of the file. `row` is the line at which the row begins, so that a caller can tell whose it is.

    Raises
    ------
    DataError
        Where the table as a whole cannot be read, or its header cannot be understood.
    """
    path = Path(path)
    rows, decimal_comma = read_rows(path, required=REQUIRED, optional=OPTIONAL)
    good, errors = [], []
    seen: dict[tuple, int] = {}
    for row in rows:
        try:
            values = _checked(row, decimal_comma, thomas_positive)
            _refuse_repeated(values, row.line, seen)
            good.append(values)
        except DataError as error:
            errors.append(
                DataError(error.problem, file=path.name, row=row.line, column=error.column, remedy=error.remedy)
            )
    return _table(good), errors


def empty_exam() -> pd.DataFrame:
    """An exam table without rows."""
    return _table([])


def _table(rows: list[dict]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(EXAM_COLUMNS))
    kinds = {name: "float64" if name in NUMBERS else "str" for name in EXAM_COLUMNS}
    return table.astype(kinds)


def _checked(row: Row, decimal_comma: bool, thomas_positive: ThomasPositive) -> dict[str, str | float]:
    """The row's values; raises a DataError for the first cell that cannot be used."""
    names = [name for name in EXAM_COLUMNS if name in row.cells]
    _refuse_width(row)
    values: dict[str, str | float] = {name: "" for name in EXAM_COLUMNS if name not in NUMBERS}
    values |= {name: _text(row, name) for name in ("participant", "session")}
    values["rater"] = row.cells.get("rater", "")
    values["side"] = _word(row, "side", SIDES, needed=True)
    values["direction"] = _word(row, "direction", DIRECTIONS, needed=True)
    values["test"] = _word(row, "test", tuple(exam_tests()), needed=True)
    values["instrument"] = _word(row, "instrument", facts()["instruments"])
    values["pelvis_controlled"] = _word(row, "pelvis_controlled", YES_NO)
    values["active"] = _word(row, "active", YES_NO)
    values["limited_by"] = _word(row, "limited_by", facts()["limits"])
    values |= {name: _number(row, name, decimal_comma) if name in names else math.nan for name in NUMBERS}
    _refuse_implausible(values, row.cells)
    if values["test"] == THOMAS:
        values["value_deg"] = _thomas_sign(thomas_positive) * float(values["value_deg"])
    return values


def _refuse_width(row: Row) -> None:
    if row.n_extra:
        raise DataError(
            f"this row has {len(row.cells) + row.n_extra} cells, the header {len(row.cells)}.",
            remedy="Put quotation marks around a text with the delimiter in it; with decimal commas part cells by ';'.",
        )


def _text(row: Row, column: str) -> str:
    if not row.cells[column]:
        raise DataError("this cell is empty.", column=column, remedy="Every row of an exam table needs it.")
    return row.cells[column]


def _word(row: Row, column: str, known: Sequence[str], *, needed: bool = False) -> str:
    """A word of a closed list, without regard to case; empty where nothing is given and nothing is needed."""
    text = _text(row, column) if needed else row.cells.get(column, "")
    word = text.casefold().replace(" ", "_").replace("-", "_")
    if word in known or not word:
        return word
    likely = nearest(word, known)
    remedy = f"Did you mean '{likely}'?" if likely else f"Expected one of: {', '.join(known)}."
    raise DataError(f"{shown(text)} is not known.", column=column, remedy=remedy)


def _number(row: Row, column: str, decimal_comma: bool) -> float:
    text = row.cells[column]
    plain = text.replace(",", ".") if decimal_comma else text
    if plain.casefold() in _NOT_GIVEN and column != "value_deg":
        return math.nan
    if not _NUMBER.fullmatch(plain):
        raise DataError(
            f"{shown(text)} is not a number.",
            column=column,
            remedy="Write degrees as a plain number, or leave the row out."
            if column == "value_deg"
            else "Write a plain number, or leave the cell empty.",
        )
    return float(plain)


def _refuse_implausible(values: dict, cells: dict[str, str]) -> None:
    test = exam_tests()[values["test"]]
    if values["direction"] not in test.directions:
        raise DataError(
            f"test '{test.name}' measures {' or '.join(test.directions)}, not {values['direction']}.",
            column="direction",
            remedy="Correct the direction or the test.",
        )
    low, high = test.plausible_deg
    if not low <= values["value_deg"] <= high:
        raise DataError(
            f"{shown(cells['value_deg'])} lies outside {low:g} to {high:g} deg.",
            column="value_deg",
            remedy=f"Check the value; positive means: {test.positive}.",
        )
    if values["sem_deg"] <= 0 or math.isinf(values["sem_deg"]):
        raise DataError("a standard error is above 0 deg.", column="sem_deg", remedy="Leave it empty if not known.")


def _thomas_sign(thomas_positive: ThomasPositive) -> float:
    if thomas_positive not in ("below", "above"):
        raise DataError(
            "clinics write the modified Thomas test both ways, and this study does not say which.",
            column="value_deg",
            remedy='Add the lines [exam] and thomas_positive = "below" (or "above": positive means the thigh above the '
            "horizontal) to study.toml.",
        )
    return 1.0 if thomas_positive == "below" else -1.0


def _refuse_repeated(values: dict, line: int, seen: dict[tuple, int]) -> None:
    """The same numbered repetition of one rater and procedure stands once."""
    if math.isnan(values["repetition"]):
        return
    key = tuple(values[name] for name in EXAM_COLUMNS if name not in ("value_deg", "sem_deg", "limited_by"))
    first = seen.setdefault(key, line)
    if first != line:
        raise DataError(
            f"repetition {values['repetition']:g} of this test stands already in row {first}.",
            column="repetition",
            remedy="Number the repetitions, or leave one of the rows out.",
        )
