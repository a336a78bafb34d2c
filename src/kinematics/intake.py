"""intake.csv: answers on safety, pain, strength, equipment and goals, and what they say about safety."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from kinematics import tables
from kinematics.conventions import SIDES, DataError
from kinematics.tables import Row, read_table, shown

COLUMNS = ("participant", "session", "field", "side", "value", "unit")
KEYS = COLUMNS[:4]  # one answer each
EXERCISE_ID = re.compile(r"[a-z][a-z0-9_]*")
SEVERAL = ("words", "ids")  # kinds whose answer may hold several words
SEPARATOR = ";"  # between the words of an answer that may have several

Answer = str | float | tuple[str, ...]


@dataclass(frozen=True)
class Flag:
    """An answer that raises a safety rule: `value`, where the field `along` (if any) is answered yes."""

    rule: str
    value: str
    along: str = ""


@dataclass(frozen=True)
class Field:
    """
    One question of the intake, as declared in intake_fields.yaml.

    Attributes
    ----------
    name, group, meaning : str
    kind : str
        `word` (one of `values`), `words` (several of them), `number` (within `range`, ends included), `ids` (ids of
        exercises).
    values : tuple of str
    range : tuple of float or None
    unit : tuple of str
        The first is kept in the table; the others are read as the same. An empty one means that no unit is needed.
    side : str
        `none`, `required` or `optional`.
    flag : Flag or None
        The answer that raises a safety rule.
    """

    name: str
    group: str
    meaning: str
    kind: str
    values: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    unit: tuple[str, ...] = ("",)
    side: str = "none"
    flag: Flag | None = None


@dataclass(frozen=True)
class Safety:
    """
    What the safety questions say.

    Attributes
    ----------
    state : str
        `clear`, `unanswered` (at least one question is open) or `flagged` (at least one answer raises a rule).
    unanswered : tuple of Field
        Open questions, in the order of the form.
    flagged : tuple of Field
        Questions whose answer raises their rule.
    """

    state: str
    unanswered: tuple[Field, ...]
    flagged: tuple[Field, ...]


class Answers(Mapping[tuple[str, str], Answer]):
    """
    Answers of one visit by field and side; the side is '' where sides are not told apart.

    `visit` holds participant and session, empty where nothing is answered.
    """

    def __init__(self, values: Mapping[tuple[str, str], Answer], visit: tuple[str, str] = ("", "")) -> None:
        self._values, self.visit = dict(values), visit

    def __getitem__(self, key: tuple[str, str]) -> Answer:
        return self._values[key]

    def __iter__(self):
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def word(self, field: str) -> str | None:
        """The word answered, or None."""
        value = self._values.get((field, ""))
        return value if isinstance(value, str) else None

    def words(self, field: str) -> tuple[str, ...]:
        """The words answered; empty where unanswered."""
        value = self._values.get((field, ""))
        return value if isinstance(value, tuple) else ()

    def number(self, field: str, side: str = "") -> float | None:
        """The number answered for that side, or None."""
        value = self._values.get((field, side))
        return value if isinstance(value, float) else None

    def highest(self, *fields: str) -> float | None:
        """The highest number answered to any of the fields, on whichever side; None where none is answered."""
        found = [v for (name, _), v in self._values.items() if name in fields and isinstance(v, float)]
        return max(found, default=None)


@cache
def fields() -> dict[str, Field]:
    """Every field that intake.csv may answer, by name, in the order of the form."""
    text = files("kinematics").joinpath("intake_fields.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {entry["name"]: _field(entry) for entry in yaml.load(text, Loader=loader)["fields"]}


def _field(entry: dict[str, Any]) -> Field:
    flag = entry.pop("flag", None)
    lists: dict[str, Any] = {key: tuple(entry.pop(key)) for key in ("values", "range", "unit") if key in entry}
    return Field(**entry, **lists, flag=Flag(flag["rule"], flag["value"], flag.get("with", "")) if flag else None)


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
    kept: dict[tuple[str, ...], tuple[int, dict[str, str]]] = {}
    torn = set()
    for row in rows.rows:
        answer = _answer(row)
        if row.errors:
            continue
        key = tuple(answer[name] for name in KEYS)
        line, first = kept.setdefault(key, (row.line, answer))
        if first["value"] != answer["value"]:
            torn.add(key)
            problem = f"'{answer['field']}' was answered '{first['value']}' in row {line} and '{answer['value']}' here."
            row.fault("value", problem, "Keep one of the two rows; until then neither is used.")
    return _frame(answer for key, (_, answer) in kept.items() if key not in torn), rows.errors


def empty_intake() -> pd.DataFrame:
    """An intake table without answers."""
    return _frame(())


def _frame(rows: Iterable[dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="str")


def answers(intake: pd.DataFrame) -> Answers:
    """
    Lookup of one visit's answers: numbers as float, several words as a tuple, else the word.

    Raises
    ------
    DataError
        Where the table holds more than one participant or session.
    """
    participants, sessions, names, sides, values = (intake[name].tolist() for name in COLUMNS[:5])
    visits = set(zip(participants, sessions, strict=True))
    if len(visits) > 1:
        raise DataError("the answers of more than one visit were given at once.", remedy="Pass the rows of one visit.")
    known = fields()
    rows = zip(names, sides, values, strict=True)
    found = {(name, side): _typed(known[name], value) for name, side, value in rows}
    return Answers(found, next(iter(visits), ("", "")))


def safety(intake: pd.DataFrame) -> Safety:
    """
    Whether the safety questions of one visit are all answered and none raises a rule.

    A question of the safety group that is open makes the state `unanswered`; an answer that raises a rule makes it
    `flagged`, whatever else is open. Questions outside the group (phase of pain) can raise a rule but may stay open.
    """
    return safety_of(answers(intake))


def safety_of(given: Answers) -> Safety:
    """As `safety`, from the lookup."""
    asked = fields().values()
    unanswered = tuple(f for f in asked if f.group == "safety" and (f.name, "") not in given)
    flagged = tuple(f for f in asked if f.flag is not None and _raised(f.flag, f.name, given))
    state = "flagged" if flagged else "unanswered" if unanswered else "clear"
    return Safety(state, unanswered, flagged)


def nearest(word: str, words: Sequence[str]) -> str:
    """A sentence that names the closest known word, or lists them where none is close."""
    close = tables.nearest(word, words)
    return f"The nearest known word is '{close}'." if close else f"Known words: {', '.join(words)}."


def _raised(flag: Flag, name: str, given: Answers) -> bool:
    return given.word(name) == flag.value and (not flag.along or given.word(flag.along) == "yes")


def _answer(row: Row) -> dict[str, str]:
    """The row's cells in the package's spelling; what cannot be used is a fault of the row."""
    if row.errors:  # too many cells: nothing in them is sure
        return {}
    for name in ("participant", "session", "field"):
        row.required(name)
    row.required("value", "Leave out the whole row of an unanswered question.")
    name = row.word("field", fields(), "The fields are listed in docs/exercises.md.")
    if row.errors:
        return {}
    field = fields()[name]
    checked = {"field": name, "side": _side(field, row), "value": _value(field, row), "unit": _unit(field, row)}
    return {"participant": row.text("participant"), "session": row.text("session"), **checked}


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


def _typed(field: Field, value: str) -> Answer:
    if field.kind == "number":
        return float(value)
    return tuple(value.split(SEPARATOR)) if field.kind in SEVERAL else value
