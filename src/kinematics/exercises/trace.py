"""For every option the rules behind it with their inputs, what speaks against it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kinematics.conventions import CLASSES, SIDES, Column
from kinematics.exercises.decision import Fired, fire, situation
from kinematics.exercises.facts import SIDE_FACTS, Facts
from kinematics.exercises.library import Library
from kinematics.exercises.overrides import CLINICIAN, overridden
from kinematics.exercises.rules import Rule
from kinematics.exercises.session import Row, build

TRACE_COLUMNS = (
    Column("exercise", "", "id of the option"),
    Column("rule", "", "id of a rule behind it"),
    Column("effect", "", "asks for it, limits it, puts it first, orders it, or the clinician's own"),
    Column("inputs", "", "the facts that the rule asked, with their values"),
    Column("confidence", "", "A, B or C"),
    Column("sources", "", "keys of the literature, joined by ';'"),
    Column("against", "", "what the rules that fired hold against the option's family"),
    Column("would_change", "", "single other answers or classes under which the option drops out or changes"),
)
#: Facts that are changed one at a time to see what an option hangs on.
WHAT_IF: Mapping[str, tuple[Any, ...]] = {
    "safety": ("flagged",),
    "irritability": ("low", "moderate", "high"),
    "pain_in_flexion": (0.0, 4.0, 7.0),
    "pain_in_extension": (0.0, 4.0, 7.0),
    "response": ("hold", "back"),
    "stage": ("settle", "load", "return_to_running", "long_term"),
    "running_gate": ("open", "closed"),
    "weakest": ("none",),
    **{f"{direction}_class": CLASSES for direction in ("extension", "flexion", "internal_rotation")},
    "extension_gate": ("open", "closed"),
}
SHOWN = ("level", "dose")


@dataclass(frozen=True)
class Behind:
    """What a list was made from; the trace is worked out from it when it is asked for."""

    library: Library
    rules: tuple[Rule, ...]
    facts: Facts
    fired: tuple[Fired, ...]


def trace_table(behind: Behind) -> pd.DataFrame:
    """
    One row per option and rule, columns `TRACE_COLUMNS`.

    What would change an option is found by trying: each fact of `WHAT_IF` is set to each of its words in turn, and the
    list is made anew.
    """
    rows = _rows(behind, behind.facts)
    changes = _changes(behind, rows)
    found = [line for row in rows for line in _lines(behind, row, changes[str(row["exercise"])])]
    return pd.DataFrame(found, columns=[column.name for column in TRACE_COLUMNS])


def _rows(behind: Behind, facts: Facts) -> list[Row]:
    fired = fire(behind.rules, facts)
    if any(one.rule.then.withhold for one in fired):
        return []
    at = situation(behind.library, fired, facts)
    return overridden(build(at), at)[0].rows


def _lines(behind: Behind, row: Row, changed: tuple[list[str], list[str]]) -> Iterator[Row]:
    vocabulary = behind.library.vocabulary
    effects = vocabulary.printed["effects"]
    family = vocabulary.family(str(row["category"]))
    against = _against(behind, family)
    common = {"exercise": row["exercise"], "against": against, "would_change": _would_change(behind, changed)}
    if row["rules"] == CLINICIAN:
        blank = {"inputs": "", "confidence": "C", "sources": ""}
        yield {**common, "rule": CLINICIAN, "effect": effects["clinician"], **blank}
        return
    ids = str(row["rules"]).split(";")
    for one in behind.fired:
        if one.rule.id in ids:
            yield {
                **common,
                "rule": one.rule.id,
                "effect": effects[_effect(one.rule, family)],
                "inputs": _inputs(behind, one),
                "confidence": one.rule.confidence,
                "sources": ";".join(one.rule.sources),
            }


def _effect(rule: Rule, family: str) -> str:
    if family in rule.then.select:
        return "select"
    return "priority" if rule.then.priority else "order" if family in rule.then.prefer_pelvis else "cap"


def _inputs(behind: Behind, one: Fired) -> str:
    """'class for extension (right): available_unused' for each fact the rule asked."""
    names, words = behind.library.vocabulary.printed["facts"], behind.library.vocabulary.phrase
    said = []
    for fact in one.rule.asks:
        if fact in SIDE_FACTS:
            values = {words(side): behind.facts.sides[side][fact] for side in one.sides or SIDES}
            said += [f"{names[fact]} ({side}): {_shown(value)}" for side, value in values.items()]
        else:
            said.append(f"{names[fact]}: {_shown(behind.facts.values[fact])}")
    return "; ".join(said)


def _against(behind: Behind, family: str) -> str:
    vocabulary = behind.library.vocabulary
    held = [
        one.sentence("withheld", behind.facts, vocabulary)
        for one in behind.fired
        if family in one.rule.then.lower_level
        or family in one.rule.then.cap_level
        or (one.rule.then.closes(0) and one.rule.then.cap_level)
    ]
    sentences = " ".join(dict.fromkeys(text for text in held if text))
    return vocabulary.phrase("contra", sentences=sentences) if sentences else vocabulary.phrase("contra_none")


def _changes(behind: Behind, rows: list[Row]) -> dict[str, tuple[list[str], list[str]]]:
    """For each option, the changes under which it drops out, and those that change its level or dose."""
    found: dict[str, tuple[list[str], list[str]]] = {str(row["exercise"]): ([], []) for row in rows}
    for words, facts in _variants(behind):
        other = {row["exercise"]: row for row in _rows(behind, facts)}
        for row in rows:
            gone, moved = found[str(row["exercise"])]
            if row["exercise"] not in other:
                gone.append(words)
            elif any(other[row["exercise"]][name] != row[name] for name in SHOWN):
                moved.append(words)
    return found


def _variants(behind: Behind) -> Iterator[tuple[str, Facts]]:
    names, phrase = behind.library.vocabulary.printed["facts"], behind.library.vocabulary.phrase
    facts = behind.facts
    for fact, values in WHAT_IF.items():
        for value in values:
            if fact == "safety":
                yield (
                    f"{names[fact]}: {value}",
                    replace(facts, values={**facts.values, "safety_s1": "yes", fact: value}),
                )
            elif fact in SIDE_FACTS:
                for side in SIDES:
                    if facts.sides[side][fact] not in (value, "none"):
                        yield f"{names[fact]} ({phrase(side)}): {value}", _with_side(facts, side, fact, value)
            elif facts.values[fact] != value:
                yield f"{names[fact]}: {_shown(value)}", _with(facts, fact, value)


def _with(facts: Facts, fact: str, value: Any) -> Facts:
    known = {"pain_in_flexion_known": "yes"} if fact == "pain_in_flexion" else {}
    return replace(facts, values={**facts.values, fact: value, **known})


def _with_side(facts: Facts, side: str, fact: str, value: str) -> Facts:
    sides = {**facts.sides, side: {**facts.sides[side], fact: value}}
    decided = any(values["extension_class"] not in ("inconclusive", "none") for values in sides.values())
    return replace(facts, sides=sides, values={**facts.values, "range_decided": "yes" if decided else "no"})


def _would_change(behind: Behind, changed: tuple[list[str], list[str]]) -> str:
    phrase = behind.library.vocabulary.phrase
    gone, moved = ("; ".join(words) for words in changed)
    said = [phrase("what_if_out", changes=gone) if gone else phrase("what_if_none")]
    return " ".join([*said, *([phrase("what_if_level", changes=moved)] if moved else [])])


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
