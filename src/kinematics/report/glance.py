"""First screen: per side one sentence, two numbers, how sure, the place among the reference, what next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kinematics.conventions import SIDES
from kinematics.report.facts import facts
from kinematics.report.healthy import label_frequency, side_spread_deg
from kinematics.report.references import not_represented, reference_sentences
from kinematics.report.sayings import how_sure, position, task_word, verdict_sentence
from kinematics.report.visit import Visit
from kinematics.report.wording import (
    Z_95,
    Text,
    degrees,
    extension,
    finite,
    ledger_words,
    number,
    opening,
    sentence,
)


@dataclass(frozen=True)
class Reading:
    """A line of a side's card; `term` is the glossary's entry that explains it, `foreign` that it is in English."""

    name: str
    value: str
    term: str = ""
    foreign: bool = False


@dataclass(frozen=True)
class SideReading:
    """What the first screen says of one side."""

    side: str
    title: str
    symptomatic: bool
    verdict: str
    rows: tuple[Reading, ...]


@dataclass(frozen=True)
class Glance:
    """The first screen."""

    errors: tuple[str, ...]
    safety: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sides: tuple[SideReading, ...]
    difference: str
    reference: tuple[str, ...]
    represented: str


def glance(visit: Visit) -> Glance:
    """The first screen of a visit."""
    return Glance(
        errors=visit.assessment.errors,
        safety=tuple(visit.assessment.options.messages) if visit.withheld else (),
        facts=facts(visit),
        sides=tuple(_side_reading(visit, side) for side in SIDES),
        difference=side_difference(visit),
        reference=reference_sentences(visit),
        represented=not_represented(visit),
    )


def _side_reading(visit: Visit, side: str) -> SideReading:
    text, row = visit.text, visit.headline.get(side)
    symptomatic = visit.assessment.session.participant.symptomatic_side in (side, "both")
    if row is None:
        return SideReading(side, text["sides"][side], symptomatic, text["glance"]["no_side"], ())
    verdict = text["safety"]["verdict"] if visit.withheld else verdict_sentence(row, text)
    return SideReading(side, text["sides"][side], symptomatic, verdict, _rows(visit, row))


def _rows(visit: Visit, row: dict[str, Any]) -> tuple[Reading, ...]:
    text, task, measured = visit.text, task_word(visit), visit.measured[row["side"]]
    labels = text["glance"]
    told = not visit.withheld
    following = Reading(labels["next"], text["safety"]["next"])
    rows = [
        Reading(labels["used"].format(task=task), _measured(measured, "used", text), "used"),
        Reading(labels["available"], _measured(measured, "available", text), "available"),
        Reading(labels["reserve"], reserve_words(visit, row), "reserve"),
        Reading(labels["sure"], how_sure(row, text, task) if told else "", "sure"),
        Reading(labels["position"], position(measured, text), "position"),
        Reading(labels["healthy"], healthy_words(row, visit) if told else "", "healthy"),
        _next(row, visit) if told else following,
    ]
    return tuple(one for one in rows if one.value)


def _measured(row: dict[str, Any], kind: str, text: Text) -> str:
    value = row[f"{kind}_deg"]
    return extension(value, text, row[f"{kind}_se_deg"]) if finite(value) else text["glance"]["not_measured"]


def reserve_words(visit: Visit, row: dict[str, Any]) -> str:
    """Degrees between used and available, only where both were measured with one zero."""
    direct = visit.beside(row, "direct")
    if direct is None or not (finite(direct["available_deg"]) and finite(direct["used_deg"])):
        return ""
    reserve = direct["available_deg"] - direct["used_deg"]
    template = "beyond" if round(reserve) < 0 else "reserve"
    return visit.text["glance"][f"{template}_value"].format(
        value=degrees(abs(reserve), visit.text, direct["estimate_se_deg"])
    )


def healthy_words(row: dict[str, Any], visit: Visit) -> str:
    """How often people of the references, measured in this way, would get the label of a `reference` row."""
    share = label_frequency(row, visit.settings.ledger.probability) if row["comparison"] == "reference" else math.nan
    if not finite(share):
        return ""
    kind = "unclear" if row["class"] == "inconclusive" else "label"
    words = visit.text["healthy"]
    hundred = words["about"].format(n=number(100 * share)) if share >= 0.01 else words["fewer_than_one"]
    return opening(words[kind].format(n=hundred))


def side_difference(visit: Visit) -> str:
    """The sides' difference in used extension, beside the spread of that difference between healthy runners."""
    used = {side: row["used_deg"] for side, row in visit.measured.items() if finite(row["used_deg"])}
    if len(used) < len(SIDES):
        return ""
    text, words = visit.text, visit.text["difference"]
    gap = used["right"] - used["left"]
    more, less = ("right", "left") if gap >= 0 else ("left", "right")
    said = words["none"] if round(abs(gap)) == 0 else words["gap"]
    first = said.format(more=text["sides"][more], less=text["sides"][less].lower(), value=degrees(abs(gap), text))
    row = visit.measured["left"]
    spread = side_spread_deg(row["task"], row["speed_m_s"])
    if not finite(spread):
        return f"{first} {words['no_spread']}"
    widest = Z_95 * spread
    second = words["spread"].format(widest=degrees(widest, text))
    verdict = "" if visit.withheld else words["beyond" if abs(gap) > widest else "within"]
    return " ".join(part for part in (first, second, verdict) if part)


def _next(row: dict[str, Any], visit: Visit) -> Reading:
    text, words = visit.text, row["next_measurement"]
    if not isinstance(words, str) or not words:
        return Reading(text["glance"]["next"], text["next"][row["class"]])
    own = ledger_words(sentence(words), row["reason"], visit.settings.report.language)
    return Reading(text["glance"]["next"], own or sentence(words), foreign=not own)
