"""One visit's answers, and what they say about safety."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.intake.fields import SEPARATOR, SEVERAL, Field, Flag, fields
from kinematics.intake.reading import COLUMNS

Answer = str | float | tuple[str, ...]


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


def answers(intake: pd.DataFrame | Mapping[str, np.ndarray]) -> Answers:
    """
    Lookup of one visit's answers: numbers as float, several words as a tuple, else the word.

    Raises
    ------
    DataError
        Where the table holds more than one participant or session.
    """
    table = dict(zip(intake, intake.to_numpy(object).T, strict=True)) if isinstance(intake, pd.DataFrame) else intake
    participants, sessions, names, sides, values = (table[name].tolist() for name in COLUMNS[:5])
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


def _raised(flag: Flag, name: str, given: Answers) -> bool:
    return given.word(name) == flag.value and (not flag.along or given.word(flag.along) == "yes")


def _typed(field: Field, value: str) -> Answer:
    if field.kind == "number":
        return float(value)
    return tuple(value.split(SEPARATOR)) if field.kind in SEVERAL else value
