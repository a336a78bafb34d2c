"""intake.csv: answers on safety, pain, strength, equipment and goals, and what they say about safety."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from kinematics.conventions import SIDES, DataError

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = ("participant", "session", "field", "side", "value", "unit")
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
        `word` (one of `values`), `words` (several of them), `number` (within `range`, ends included).
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
    """Answers of one visit by field and side; the side is '' where sides are not told apart."""

    def __init__(self, values: Mapping[tuple[str, str], Answer]) -> None:
        self._values = dict(values)

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
        CSV with the columns participant, session, field, side, value, unit; others are left aside. The fields, their
        values and units stand in `intake_fields.yaml`. An unanswered question has no row. Answers with several words
        (equipment, tasks that hurt) separate them by ';'.

    Returns
    -------
    DataFrame
        Columns participant, session, field, side, value, unit, all text, rows as in the file, repeats dropped.
        Empty (with these columns) where the file has a header only.

    Raises
    ------
    DataError
        Unknown field, value outside its words or range, wrong unit or side, or two different answers to one question;
        with row and column, and the nearest valid word.
    """
    path = Path(path)
    try:
        return _read(path)
    except DataError as error:
        raise error.at(path.name) from None


def answers(intake: pd.DataFrame) -> Answers:
    """
    Lookup of one visit's answers: numbers as float, several words as a tuple, else the word.

    Raises
    ------
    DataError
        Where the table holds more than one participant or session.
    """
    if len(set(zip(intake["participant"], intake["session"], strict=True))) > 1:
        raise DataError("the answers of more than one visit were given at once.", remedy="Pass the rows of one visit.")
    known = fields()
    rows = zip(intake["field"], intake["side"], intake["value"], strict=True)
    return Answers({(name, side): _typed(known[name], value) for name, side, value in rows})


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


def nearest(word: str, words: tuple[str, ...] | list[str]) -> str:
    """A sentence that names the closest known word, or lists them where none is close."""
    known = {name.lower(): name for name in words}
    close = get_close_matches(word.lower().replace(" ", "_"), known, n=1, cutoff=0.6)
    return f"The nearest known word is '{known[close[0]]}'." if close else f"Known words: {', '.join(words)}."


def _raised(flag: Flag, name: str, given: Answers) -> bool:
    return given.word(name) == flag.value and (not flag.along or given.word(flag.along) == "yes")


def _read(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError("the file is not UTF-8 text.", remedy="Save it as 'CSV UTF-8'.") from None
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror}).") from None
    try:
        return _table(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError(f"this is no CSV ({error}).", remedy="Close every double quote that is opened.") from None


def _table(reader: Reader) -> pd.DataFrame:
    header = [name.strip() for name in next(reader, [])]
    _check_header(header)
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    kept = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        row = _row(header, cells, reader.line_num)
        key, line = (row["participant"], row["session"], row["field"], row["side"]), reader.line_num
        value, first = seen.setdefault(key, (row["value"], line))
        if value != row["value"]:
            raise DataError(
                f"'{row['field']}' was answered '{value}' in row {first} and '{row['value']}' here.",
                row=line,
                column="value",
                remedy="Keep one of the two rows.",
            )
        if first == line:
            kept.append(row)
    return pd.DataFrame(kept, columns=list(COLUMNS), dtype="str")


def _check_header(header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        remedy = (
            "Separate the columns by commas." if ";" in "".join(header) else "The columns are " + ", ".join(COLUMNS)
        )
        raise DataError(f"column '{missing[0]}' is missing.", row=1, remedy=remedy.removesuffix(".") + ".")
    twice = [name for name in COLUMNS if header.count(name) > 1]
    if twice:
        raise DataError(f"column '{twice[0]}' stands in the header twice.", row=1, remedy="Remove one of them.")


def _row(header: list[str], cells: list[str], line: int) -> dict[str, str]:
    if len(cells) != len(header):
        raise DataError(
            f"{len(cells)} cells were found where the header has {len(header)}.",
            row=line,
            remedy="Put text that holds a comma in double quotes.",
        )
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if name in COLUMNS}
    for name in ("participant", "session", "field", "value"):
        if not row[name]:
            remedy = "Leave out the whole row of an unanswered question." if name == "value" else "Fill it in."
            raise DataError("the cell is empty.", row=line, column=name, remedy=remedy)
    field = fields().get(row["field"])
    if field is None:
        raise DataError(
            f"'{row['field']}' is not a known field.", row=line, column="field", remedy=_near_field(row["field"])
        )
    row["side"] = _side(field, row["side"], line)
    row["value"] = _value(field, row["value"], line)
    row["unit"] = _unit(field, row["unit"], line)
    return row


def _near_field(word: str) -> str:
    close = get_close_matches(word.lower(), list(fields()), n=1, cutoff=0.5)
    return f"The nearest known field is '{close[0]}'." if close else "The fields are listed in docs/exercises.md."


def _side(field: Field, side: str, line: int) -> str:
    allowed = {"none": ("",), "required": SIDES, "optional": (*SIDES, "")}[field.side]
    if side.lower() in allowed:
        return side.lower()
    expected = {"none": "Leave the side empty.", "required": "Write left or right, a row for each."}
    raise DataError(
        f"'{side}' is no side for '{field.name}'.",
        row=line,
        column="side",
        remedy=expected.get(field.side, "Write left or right, or leave it empty."),
    )


def _value(field: Field, value: str, line: int) -> str:
    if field.kind == "number":
        return _number(field, value, line)
    words = value.split(SEPARATOR) if field.kind == "words" else [value]
    found = [word.strip().lower() for word in words if word.strip()] or [value]
    for word in found:
        if word not in field.values:
            raise DataError(
                f"'{word}' is no answer to '{field.name}'.",
                row=line,
                column="value",
                remedy=nearest(word, field.values),
            )
    ordered = [word for word in field.values if word in found]
    return SEPARATOR.join(ordered)


def _number(field: Field, value: str, line: int) -> str:
    low, high = field.range or (-float("inf"), float("inf"))
    try:
        number = float(value)
    except ValueError:
        comma = " with a point for the decimals" if "," in value else ""
        raise DataError(
            f"'{value}' is not a number.", row=line, column="value", remedy=f"Write a number{comma}."
        ) from None
    if not low <= number <= high:  # also refuses NaN
        raise DataError(
            f"{value} is outside {low:g} to {high:g}, the range of '{field.name}'.",
            row=line,
            column="value",
            remedy="Correct the value, or leave out the row.",
        )
    return f"{number:.12g}"


def _unit(field: Field, unit: str, line: int) -> str:
    if unit in field.unit:
        return field.unit[0]
    expected = f"Write {field.unit[0]}." if field.unit[0] else "Leave the unit empty."
    raise DataError(f"'{unit}' is not the unit of '{field.name}'.", row=line, column="unit", remedy=expected)


def _typed(field: Field, value: str) -> Answer:
    if field.kind == "number":
        return float(value)
    return tuple(value.split(SEPARATOR)) if field.kind == "words" else value
