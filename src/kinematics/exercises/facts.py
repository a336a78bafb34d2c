"""What the rules may ask: facts about one visit, drawn from the ledger's classes, the intake and the strides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kinematics.conventions import CLASSES, DIRECTIONS, SIDES, DataError
from kinematics.exercises.facts_gait import gait_values
from kinematics.exercises.facts_intake import AGE_FIELD, SAFETY_RULES, answered_values
from kinematics.exercises.facts_range import (
    HeadlineRow,
    Table,
    headline_rows,
    n_rows,
    next_measurement,
    range_values,
    task_of,
)
from kinematics.exercises.folders import Shelf
from kinematics.intake import Answers, Safety, answers, fields, safety_of

Value = str | float | None

YES_NO = ("yes", "no")
KNOWN = (*YES_NO, "unknown")
GATE = ("open", "closed")
UNDECIDED = ("inconclusive", "none")
SYMPTOMATIC = ("left", "right", "both", "none", "")
MANY_QUESTIONS = 5  # above it, open questions are counted in the message and listed in the table
#: Words of the ledger's column `reason` that a rule may ask.
REASONS_ASKED = (
    "no_strides",
    "too_few_strides",
    "zero_unknown",
    "no_reference",
    "no_exam",
    "no_reference_available",
    "lower_bound_only",
    "exceeds_test",
    "used_near_limit",
    "available_near_limit",
    "both_near_limit",
)

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
    "response": ("progress", "hold", "back", "unknown"),
    "exercise_stopped": YES_NO,
    "strength_known": YES_NO,
    "weakest": (*DIRECTIONS, "none"),
    "stage": ("settle", "load", "return_to_running", "long_term", "unknown"),
    "level_2_done": YES_NO,
    "running_gate": GATE,
    "hop_pain": YES_NO,
    "running_stage": None,
    "hard_flexion_done": YES_NO,
    "swing_pain": YES_NO,
    "demanding_run": YES_NO,
    "programme_weeks": None,
    "improved": KNOWN,
    "tilt_measured": YES_NO,
    "tilt_above_easy": KNOWN,
    "range_decided": YES_NO,
    **{f"{direction}_class": (*CLASSES, "none") for direction in DIRECTIONS},
    "extension_reason": (*REASONS_ASKED, "none"),
    "direct_reserve": YES_NO,
    "less_than_other_side": YES_NO,
    "extension_gate": GATE,
    "flexion_gate": GATE,
    "pelvis_excursion": ("low", "not_low", "unknown"),
    "frontal_control": ("beyond", "within", "unknown"),
    "symptomatic": KNOWN,
}
#: Facts that each side has its own of; a rule that asks one is applied side by side.
SIDE_FACTS = (
    *(f"{direction}_class" for direction in DIRECTIONS),
    "extension_reason",
    "direct_reserve",
    "less_than_other_side",
    "extension_gate",
    "flexion_gate",
    "pelvis_excursion",
    "frontal_control",
    "symptomatic",
)
#: What a sentence of a rule may hold in braces.
PLACES = (
    "Side",
    "task",
    "next_measurement",
    "reserve_deg",
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
    mastered, stopped, struck, added : tuple of str
        Ids of exercises from the intake; they need not exist. `why` is the word given for the last two.
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
    mastered: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    why: str = ""


@cache
def thresholds(shelf: Shelf = Shelf()) -> dict[str, float]:  # noqa: B008 (frozen)
    """The numbers of profile.yaml by name, a later folder's over an earlier's."""
    found, faults = read_thresholds(shelf)
    if faults:
        raise faults[0]
    return found


def read_thresholds(shelf: Shelf) -> tuple[dict[str, float], list[DataError]]:
    """The numbers of profile.yaml, and everything that is wrong with them; a folder on top adds no new names."""
    faults: list[DataError] = []
    found: dict[str, float] = {}
    for level, entry in enumerate(shelf.layers("profile.yaml", faults)):
        entry.text("profile")
        for name in entry.names():
            if name == "profile":
                continue
            if level and name not in found:
                entry.known(name, list(found), name)
                continue
            part = entry.part(name)
            found[name] = part.number("value")
            part.text("unit"), part.text("basis")
            part.close()
    return found, faults


def facts(
    ledger: Table,
    intake: Table,
    *,
    age_years: float = math.nan,
    symptomatic_side: str = "",
    strides: Sequence[Any] = (),
    shelf: Shelf = Shelf(),  # noqa: B008 (frozen)
    printed: Mapping[str, Mapping[str, str]] | None = None,
) -> Facts:
    """
    Facts of one visit.

    Of the ledger the classes, reasons and test descriptors of the headline rows are read, of `direct` rows also the
    reserve, and no tilt. Two headline rows of a side and direction that disagree count as inconclusive. Of the intake,
    what is not answered becomes the more careful value, or a fact of its own that a rule can ask.
    """
    limits, given = thresholds(shelf), answers(intake)
    phrases, task_words = ((printed or {}).get(name, {}) for name in ("phrases", "tasks"))
    state = safety_of(given)
    participant, session = _visit(ledger, given)
    rows = headline_rows(ledger)
    gait, gait_sides = gait_values(strides, limits)
    sides = {
        side: {
            **range_values(rows[side], limits),
            **gait_sides[side],
            "symptomatic": _symptomatic(symptomatic_side, side),
        }
        for side in SIDES
    }
    decided = any(values["extension_class"] not in UNDECIDED for values in sides.values())
    age_flag = age_years < limits["youngest"] or age_years > limits["oldest"]  # False for NaN
    return Facts(
        participant=participant,
        session=session,
        values={
            **_safety_values(state, age_flag),
            **answered_values(given, limits),
            **gait,
            "range_decided": "yes" if decided else "no",
        },
        sides=sides,
        words=_safety_words(state, age_flag, phrases),
        side_words={side: _side_words(rows[side], task_words, phrases) for side in SIDES},
        equipment=frozenset(given.words("equipment")),
        sessions_per_week=given.number("sessions_per_week"),
        open_questions={field.name: field.meaning for field in state.unanswered},
        mastered=given.words("exercises_mastered"),
        stopped=given.words("exercises_stopped"),
        struck=given.words("options_struck"),
        added=given.words("options_added"),
        why=given.word("options_why") or "",
    )


def _safety_values(state: Safety, age_flag: bool) -> dict[str, Value]:
    raised = {field.flag.rule for field in state.flagged if field.flag} | ({"S3"} if age_flag else set())
    word = "flagged" if raised else state.state
    rules = {f"safety_{rule.lower()}": "yes" if rule in raised else "no" for rule in SAFETY_RULES}
    return {"safety": word, "safety_open": "yes" if state.unanswered else "no", **rules}


def _safety_words(state: Safety, age_flag: bool, phrases: Mapping[str, str]) -> dict[str, str]:
    questions = [field.meaning for field in state.unanswered]
    count = phrases.get("many_questions", "{open} of {all}").format(open=len(questions), all=_n_questions())
    words = {"open_questions": " ".join(questions) if len(questions) <= MANY_QUESTIONS else count}
    for rule in SAFETY_RULES:
        raised = [field.meaning for field in state.flagged if field.flag and field.flag.rule == rule]
        if rule == "S3" and age_flag and fields()[AGE_FIELD].meaning not in raised:
            raised.append(fields()[AGE_FIELD].meaning)
        words[f"{rule.lower()}_questions"] = " ".join(raised)
    return words


@cache
def _n_questions() -> int:
    return sum(field.group == "safety" for field in fields().values())


def _side_words(rows: list[HeadlineRow], task_words: Mapping[str, str], phrases: Mapping[str, str]) -> dict[str, str]:
    task = task_of(rows)
    wanted = next_measurement(rows) or phrases.get("next_measurement", "")
    reserve = next((f"{row.reserve_deg:.0f}" for row in rows if row.reserve_deg), "")
    return {"task": task_words.get(task, task), "next_measurement": wanted + ".", "reserve_deg": reserve}


def _symptomatic(stated: str, side: str) -> str:
    if stated not in SYMPTOMATIC:
        raise DataError(f"'{stated}' is no side.", column="symptomatic_side", remedy="Write left, right, both or none.")
    return "unknown" if not stated else "yes" if stated in (side, "both") else "no"


def _visit(ledger: Table, given: Answers) -> tuple[str, str]:
    """Participant and session, of the answers or else of the ledger."""
    if any(given.visit) or not n_rows(ledger):
        return given.visit
    return str(np.asarray(ledger["participant"])[0]), str(np.asarray(ledger["session"])[0])
