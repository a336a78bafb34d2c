"""What the rules may ask: facts about one visit, drawn from the ledger's classes and the intake's answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from kinematics.conventions import CLASSES, DIRECTIONS, SIDES
from kinematics.exercises.entry import load
from kinematics.exercises.exercise import DATA
from kinematics.intake import Answers, Safety, answers, fields, safety_of

Value = str | float | None

YES_NO = ("yes", "no")
UNDECIDED = ("inconclusive", "none")
TASK_WORDS = {"run": "running", "walk": "walking"}
AGE_FIELD = "safety_age_outside_18_50"
MANY_QUESTIONS = 5  # above it, open questions are counted in the message and listed in the table

#: Every fact a rule may ask, with its words; None stands for a number, or nothing where unanswered.
FACTS: Mapping[str, tuple[str, ...] | None] = {
    "safety": ("clear", "unanswered", "flagged"),
    "safety_open": YES_NO,
    "safety_s1": YES_NO,
    "safety_s2": YES_NO,
    "safety_s3": YES_NO,
    "irritability": ("low", "moderate", "high"),
    "irritability_known": YES_NO,
    "pain_in_flexion": None,
    "pain_in_flexion_known": YES_NO,
    "pain_in_extension": None,
    "strength_known": YES_NO,
    "weakest": (*DIRECTIONS, "none"),
    "stage": ("settle", "load", "return_to_running", "long_term", "unknown"),
    "range_decided": YES_NO,
    "extension_class": (*CLASSES, "none"),
}
#: Facts that each side has its own of; a rule that asks one is applied side by side.
SIDE_FACTS = ("extension_class",)
#: What a sentence of a rule may hold in braces.
PLACES = (
    "Side",
    "task",
    "next_measurement",
    "open_questions",
    "s1_questions",
    "s2_questions",
    "s3_questions",
    "equipment",
)


@dataclass(frozen=True)
class Facts:
    """
    One visit as the rules see it.

    Attributes
    ----------
    participant, session : str
    values : mapping
        Facts of the person.
    sides : mapping of side to mapping
        Facts of a side.
    words : mapping
        What fills the places of sentences; `side_words` those that differ between sides.
    equipment : frozenset of str
        At hand beyond what always is.
    sessions_per_week : float or None
    open_questions : mapping of field name to question
    """

    participant: str
    session: str
    values: Mapping[str, Value]
    sides: Mapping[str, Mapping[str, Value]]
    words: Mapping[str, str]
    side_words: Mapping[str, Mapping[str, str]]
    equipment: frozenset[str]
    sessions_per_week: float | None
    open_questions: Mapping[str, str]


@cache
def thresholds(folder: Path = DATA) -> dict[str, float]:
    """The numbers of profile.yaml by name."""
    entry = load(folder / "profile.yaml", folder)
    return {name: entry.part(name).number("value") for name in entry.names() if name != "profile"}


def facts(ledger: pd.DataFrame, intake: pd.DataFrame, *, age_years: float = math.nan) -> Facts:
    """
    Facts of one visit.

    Of the ledger only the class, task and next measurement of the headline rows for extension are read: no degrees, no
    tilt. Two headline rows of a side that disagree count as inconclusive. Of the intake, what is not answered becomes
    the more careful value, or a fact of its own that a rule can ask.
    """
    given = answers(intake)
    state = safety_of(given)
    headline = _headline(ledger)
    sides = {side: _side_class([row for row in headline if row["side"] == side]) for side in SIDES}
    decided = any(name not in UNDECIDED for name in sides.values())
    age_flag = _age_outside(age_years)
    return Facts(
        participant=_key(ledger, intake, "participant"),
        session=_key(ledger, intake, "session"),
        values={
            **_safety_values(state, age_flag),
            **_pain_values(given),
            **_strength_values(given),
            "stage": given.word("stage") or "unknown",
            "range_decided": _yes(decided),
        },
        sides={side: {"extension_class": name} for side, name in sides.items()},
        words=_safety_words(state, age_flag),
        side_words={side: _side_words([row for row in headline if row["side"] == side]) for side in SIDES},
        equipment=frozenset(given.words("equipment")),
        sessions_per_week=given.number("sessions_per_week"),
        open_questions={field.name: field.meaning for field in state.unanswered},
    )


def irritability(given: Answers) -> tuple[str, bool]:
    """
    How easily the hip is irritated (`low`, `moderate`, `high`), and whether the answers were enough to tell.

    The more careful of the clinician's own word and the answers (worst pain in daily life, time to settle, broken
    sleep); `low` by the answers needs pain and time both answered. Nothing answered: moderate.
    """
    limit = thresholds()
    pain = given.highest("pain_now", "pain_daily", "pain_next_morning")
    settle = given.number("settle_time")
    high = [pain is not None and pain >= limit["high_pain"], settle is not None and settle > limit["high_settle_time"]]
    calm = [pain is not None and pain <= limit["low_pain"], settle is not None and settle < limit["low_settle_time"]]
    told = "high" if any(high) or given.word("sleep_broken") == "yes" else "low" if all(calm) else "moderate"
    complete = pain is not None and settle is not None
    stated = given.word("irritability")
    order = FACTS["irritability"] or ()
    if stated is None:
        return told, complete or told == "high"
    partly = told if complete or told == "high" else _doubt(pain, settle)
    return max(stated, partly, key=order.index), True


def _doubt(pain: float | None, settle: float | None) -> str:
    """What incomplete answers say against a clinician's 'low': nothing unless one of them passes its limit."""
    limit = thresholds()
    above = (pain is not None and pain > limit["low_pain"]) or (
        settle is not None and settle >= limit["low_settle_time"]
    )
    return "moderate" if above else "low"


def _pain_values(given: Answers) -> dict[str, Value]:
    level, known = irritability(given)
    flexion = given.highest("pain_in_flexion")
    return {
        "irritability": level,
        "irritability_known": _yes(known),
        "pain_in_flexion": flexion,
        "pain_in_flexion_known": _yes(flexion is not None),
        "pain_in_extension": given.highest("pain_in_extension"),
    }


def _strength_values(given: Answers) -> dict[str, Value]:
    ratios = {}
    for direction in DIRECTIONS:
        left, right = (given.number(f"strength_{direction}", side) for side in SIDES)
        if left is not None and right is not None and max(left, right) > 0:
            ratios[direction] = min(left, right) / max(left, right)
    weakest = min(ratios, key=ratios.__getitem__, default="none")
    low = weakest != "none" and ratios[weakest] < thresholds()["strength_ratio"]
    return {"strength_known": _yes(bool(ratios)), "weakest": weakest if low else "none"}


def _safety_values(state: Safety, age_flag: bool) -> dict[str, Value]:
    raised = {field.flag.rule for field in state.flagged if field.flag} | ({"S3"} if age_flag else set())
    word = "flagged" if raised else state.state
    rules = {f"safety_{rule.lower()}": _yes(rule in raised) for rule in ("S1", "S2", "S3")}
    return {"safety": word, "safety_open": _yes(bool(state.unanswered)), **rules}


def _safety_words(state: Safety, age_flag: bool) -> dict[str, str]:
    asked = [field.meaning for field in state.unanswered]
    count = f"{len(asked)} of {sum(field.group == 'safety' for field in fields().values())} questions of the form."
    words = {"open_questions": " ".join(asked) if len(asked) <= MANY_QUESTIONS else count}
    for rule in ("S1", "S2", "S3"):
        raised = [field.meaning for field in state.flagged if field.flag and field.flag.rule == rule]
        if rule == "S3" and age_flag and fields()[AGE_FIELD].meaning not in raised:
            raised.append(fields()[AGE_FIELD].meaning)
        words[f"{rule.lower()}_questions"] = " ".join(raised)
    return words


def _age_outside(age_years: float) -> bool:
    limit = thresholds()
    return age_years < limit["youngest"] or age_years > limit["oldest"]  # False for NaN


def _headline(ledger: pd.DataFrame) -> list[dict[str, object]]:
    """The headline rows for extension, with the columns that are read."""
    columns = ["headline", "direction", "side", "class", "task", "next_measurement"]
    cells = zip(*(ledger[name].tolist() for name in columns), strict=True)
    rows = [dict(zip(columns, row, strict=True)) for row in cells]
    return [row for row in rows if row["headline"] and row["direction"] == "extension"]


def _side_class(rows: list[dict[str, object]]) -> str:
    classes = {str(row["class"]) for row in rows}
    return "none" if not classes else classes.pop() if len(classes) == 1 else "inconclusive"


def _side_words(rows: list[dict[str, object]]) -> dict[str, str]:
    task = next((str(row["task"]) for row in rows), "run")
    texts = [row["next_measurement"] for row in rows]
    wanted = [text.strip().rstrip(".") for text in texts if isinstance(text, str) and text.strip()]
    fallback = "more strides and a second table test of this side"
    return {"task": TASK_WORDS.get(task, task), "next_measurement": (wanted[0] if wanted else fallback) + "."}


def _key(ledger: pd.DataFrame, intake: pd.DataFrame, name: str) -> str:
    return next((str(value) for table in (ledger, intake) for value in table[name].iloc[:1]), "")


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
