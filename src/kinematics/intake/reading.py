"""intake.csv -> its usable answers, each other row with what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.intake.fields import SEPARATOR, SEVERAL, Field, fields, nearest
from kinematics.tables import Row, Table, has_value, read_table, shown

COLUMNS = ("participant", "session", "field", "side", "value", "unit")
VISIT = COLUMNS[:2]
EXERCISE_ID = re.compile(r"[a-z][a-z0-9_]*")


def read_intake(path: Path | str) -> pd.DataFrame:
    """
    Answers of intake.csv: one row per answer, words and units in the package's spelling.

    Parameters
    ----------
    path : path
        Table with the columns participant, session, field, side, value, unit; others are left aside. Comma, semicolon
        or tab between the cells. The fields, their values and units stand in `intake_fields.yaml`.
        An unanswered question has no row. Answers with several words (equipment, tasks that hurt) separate them by ';'.

    Returns
    -------
    DataFrame
        Columns participant, session, field, side, value, unit, all text, rows as in the file, repeats dropped.
        Empty (with these columns) where the file has a header only.

    Raises
    ------
    DataError
        Unknown field, value outside its words or range, wrong unit or side, or two different answers to one question;
        with row and column, and the nearest valid word. `read_intake_rows` keeps the other rows.
    """
    table, errors = read_intake_rows(path)
    if errors:
        raise errors[0]
    return table


def read_intake_rows(path: Path | str) -> tuple[pd.DataFrame, list[DataError]]:
    """
    The usable answers of an intake table, and what is wrong with each of the other rows.

    Returns
    -------
    table : DataFrame
        As `read_intake` returns it. Where two rows answer one question differently, neither is in it: a question of
        safety stays open rather than being closed by the wrong one.
    errors : list of DataError
        In the order of the file. `row` is the line at which the row begins, so that a caller can tell whose it is.

    Raises
    ------
    DataError
        Where the table as a whole cannot be read, or its header cannot be understood.
    """
    rows = read_table(Path(path), required=COLUMNS)
    return _frame(usable_answers(rows)), rows.errors


def usable_answers(rows: Table) -> list[tuple[str, ...]]:
    """The answers that `read_intake_rows` keeps, columns `COLUMNS`; each other row has its faults."""
    visits = rows.texts(VISIT)
    told = _answers(rows, visits)
    kept: dict[tuple[str, ...], int] = {}
    torn = set()
    for place, answer in enumerate(told):
        if answer is None:
            continue
        field, side, value, _ = answer
        first = kept.setdefault((*visits[place], field, side), place)
        before = told[first]
        if before is not None and before[2] != value:
            torn.add(first)
            problem = f"'{field}' was answered '{before[2]}' in row {rows.lines[first]} and '{value}' here."
            rows.row(place).fault("value", problem, "Keep one of the two rows; until then neither is used.")
    return [visits[place] + (told[place] or ()) for place in kept.values() if place not in torn]


def empty_intake() -> pd.DataFrame:
    """An intake table without answers."""
    return _frame(())


def _frame(rows: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="str")


def _answers(rows: Table, visits: Sequence[tuple[str, ...]]) -> list[tuple[str, ...] | None]:
    """Field, side, value and unit of each row in the package's spelling; None where the row has a fault."""
    nameless = {visit for visit in set(visits) if not all(map(has_value, visit))}
    apart = [place for place, visit in enumerate(visits) if visit in nameless] if nameless else []
    return rows.checked(COLUMNS[2:], _answer, apart=apart)


def _answer(row: Row) -> tuple[str, ...]:
    """The row's answer; what cannot be used is a fault of the row."""
    if row.errors:  # too many cells: nothing in them is sure
        return ()
    for name in ("participant", "session", "field"):
        row.required(name)
    row.required("value", "Leave out the whole row of an unanswered question.")
    name = row.word("field", fields(), "The fields are listed in docs/exercises.md.")
    if row.errors:
        return ()
    field = fields()[name]
    return name, _side(field, row), _value(field, row), _unit(field, row)


def _side(field: Field, row: Row) -> str:
    side = row.text("side").lower()
    if side not in {"none": ("",), "required": SIDES, "optional": (*SIDES, "")}[field.side]:
        expected = {"none": "Leave the side empty.", "required": "Write left or right, a row for each."}
        remedy = expected.get(field.side, "Write left or right, or leave it empty.")
        row.fault("side", f"{shown(row.text('side'))} is no side for '{field.name}'.", remedy)
    return side


def _value(field: Field, row: Row) -> str:
    if field.kind == "number":
        low, high = field.range or (-math.inf, math.inf)
        remedy = f"Correct the value of '{field.name}', or leave out the row."
        return f"{row.number('value', low, high, remedy=remedy):.12g}"
    value = row.text("value")
    words = value.split(SEPARATOR) if field.kind in SEVERAL else [value]
    found = [word.strip().lower() for word in words if word.strip()] or [value]
    if field.kind == "ids":
        return SEPARATOR.join(dict.fromkeys(_exercise_id(field, word, row) for word in found))
    for word in found:
        if word not in field.values:
            row.fault("value", f"{shown(word)} is no answer to '{field.name}'.", nearest(word, field.values))
    return SEPARATOR.join(word for word in field.values if word in found)


def _exercise_id(field: Field, word: str, row: Row) -> str:
    if not EXERCISE_ID.fullmatch(word):
        remedy = "Write ids as in the list of options, separated by ';', as hf_aslr."
        row.fault("value", f"{shown(word)} is no id of an exercise for '{field.name}'.", remedy)
    return word


def _unit(field: Field, row: Row) -> str:
    if row.text("unit") not in field.unit:
        expected = f"Write {field.unit[0]}." if field.unit[0] else "Leave the unit empty."
        row.fault("unit", f"{shown(row.text('unit'))} is not the unit of '{field.name}'.", expected)
    return field.unit[0]
