"""First screen: per side one sentence, two numbers, how sure, the place among the reference, what next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kinematics.conventions import SIDES
from kinematics.report.visit import Recording, Visit
from kinematics.report.wording import (
    Z_95,
    Text,
    compact,
    extension,
    finite,
    normal_below,
    number,
    percent,
    probability_words,
    sentence,
)


@dataclass(frozen=True)
class SideReading:
    """What the first screen says of one side."""

    side: str
    title: str
    symptomatic: bool
    verdict: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Glance:
    """The first screen."""

    errors: tuple[str, ...]
    safety: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sides: tuple[SideReading, ...]
    reference: tuple[str, ...]


def glance(visit: Visit) -> Glance:
    """The first screen of a visit."""
    return Glance(
        errors=visit.assessment.errors,
        safety=tuple(visit.assessment.options.messages) if visit.withheld else (),
        facts=_facts(visit),
        sides=tuple(_side_reading(visit, side) for side in SIDES),
        reference=_reference_sentences(visit),
    )


def verdict_sentence(row: dict[str, Any], text: Text) -> str:
    """The plain sentence for a ledger row's class; an inconclusive one says why."""
    return text["verdict"][row["class"]].format(why=reason_words(row["reason"], text))


def reason_words(reason: str, text: Text) -> str:
    """Why a row is inconclusive, in words; several reasons may be joined by ';'."""
    words = [part.strip() for part in str(reason or "").split(";") if part.strip()] or [""]
    known = text["reason"]
    return "; ".join(known.get(word) or known["other"].format(reason=word.replace("_", " ")) for word in words)


def task_at_speed(task: str, speed_m_s: float, text: Text) -> str:
    """'Running at 3.5 m/s'."""
    name = text["tasks"].get(task, task)
    if not finite(speed_m_s):
        return text["glance"]["speed_unknown"].format(task=name)
    return text["glance"]["at_speed"].format(task=name, speed=compact(speed_m_s))


def task_word(visit: Visit) -> str:
    """running or walking: the task of the headline."""
    task = visit.lead.entry.task if visit.lead else "run"
    return visit.text["glance"]["task_short"].get(task, task)


def _facts(visit: Visit) -> tuple[tuple[str, str], ...]:
    text, person = visit.text["glance"], visit.assessment.session.participant
    side = visit.text["sides"].get(person.symptomatic_side, text["symptomatic_unknown"])
    facts = [
        (text["task"], _task_fact(visit)),
        (text["pain"], _pain_fact(visit)),
        (text["symptomatic"], side[:1].upper() + side[1:]),
        (text["person"], _person_fact(visit)),
        (text["diagnosis"], _diagnosis_fact(visit)),
        (text["notes"], person.notes),
    ]
    return tuple((name, value) for name, value in facts if value)


def _task_fact(visit: Visit) -> str:
    text, lead = visit.text, visit.lead
    if lead is None:
        return text["glance"]["no_trial"]
    entry = lead.entry
    named = task_at_speed(entry.task, entry.speed_m_s, text)
    others = [other.entry for other in visit.recordings if other is not lead]
    also = ", ".join(task_at_speed(other.task, other.speed_m_s, text).lower() for other in others)
    return f"{named} ({text['glance']['other_trials'].format(trials=also)})" if also else named


def _pain_fact(visit: Visit) -> str:
    text = visit.text["glance"]
    pain = visit.lead.entry.pain_0_10 if visit.lead else math.nan
    return text["pain_value"].format(pain=compact(pain)) if finite(pain) else text["pain_unknown"]


def _person_fact(visit: Visit) -> str:
    text, person = visit.text["glance"], visit.assessment.session.participant
    parts = [
        visit.text["sex"].get(person.sex, ""),
        text["years"].format(age=compact(person.age_years)) if finite(person.age_years) else "",
        text["height"].format(height=compact(person.height_cm)) if finite(person.height_cm) else "",
        text["mass"].format(mass=compact(person.mass_kg)) if finite(person.mass_kg) else "",
        person.group,
    ]
    return ", ".join(part for part in parts if part)


def _diagnosis_fact(visit: Visit) -> str:
    text, person = visit.text["glance"], visit.assessment.session.participant
    if not person.diagnosis:
        return ""
    if not person.diagnosed_by:
        return text["diagnosis_alone"].format(diagnosis=person.diagnosis)
    if not finite(person.diagnosed_year):
        return text["diagnosis_by"].format(diagnosis=person.diagnosis, by=person.diagnosed_by)
    year = f"{person.diagnosed_year:.0f}"
    return text["diagnosis_by_year"].format(diagnosis=person.diagnosis, by=person.diagnosed_by, year=year)


def _side_reading(visit: Visit, side: str) -> SideReading:
    text, row = visit.text, visit.headline.get(side)
    symptomatic = visit.assessment.session.participant.symptomatic_side in (side, "both")
    if row is None:
        return SideReading(side, text["sides"][side], symptomatic, text["glance"]["no_side"], ())
    verdict = text["safety"]["verdict"] if visit.withheld else verdict_sentence(row, text)
    return SideReading(side, text["sides"][side], symptomatic, verdict, _rows(visit, row))


def _rows(visit: Visit, row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    text, task = visit.text, task_word(visit)
    labels = text["glance"]
    rows = [
        (labels["used"].format(task=task), _measured(row, "used", text)),
        (labels["available"], _measured(row, "available", text)),
        (labels["sure"], "" if visit.withheld else how_sure(row, text, task)),
        (labels["position"], position(row, text)),
        (labels["next"], text["safety"]["next"] if visit.withheld else _next(row, text)),
    ]
    return tuple((name, value) for name, value in rows if value)


def _measured(row: dict[str, Any], kind: str, text: Text) -> str:
    value = row[f"{kind}_deg"]
    return extension(value, text, row[f"{kind}_se_deg"]) if finite(value) else text["glance"]["not_measured"]


def how_sure(row: dict[str, Any], text: Text, task: str) -> str:
    """The probability behind a reading, in words and as a number; for no clear reading, of each part."""
    if row["class"] != "inconclusive":
        probability = row[f"probability_{row['class']}"]
        words = probability_words(probability, text)
        return text["sure"]["class"].format(words=words[:1].upper() + words[1:], percent=percent(probability))
    used, available = row["probability_used_low"], row["probability_available_low"]
    kind = {(True, True): "inconclusive", (True, False): "used_only", (False, True): "available_only"}
    template = text["sure"][kind.get((finite(used), finite(available)), "nothing")]
    said = template.format(task=task, used=_one(used, text), available=_one(available, text))
    return said[:1].upper() + said[1:]


def _one(probability: float, text: Text) -> str:
    if not finite(probability):
        return ""
    return text["sure"]["one"].format(percent=percent(probability), words=probability_words(probability, text))


def position(row: dict[str, Any], text: Text) -> str:
    """How many of the reference people extend more, as the range that the 95 % error leaves."""
    mean, spread, people = row["used_reference_mean_deg"], row["used_reference_sd_deg"], row["used_reference_n"]
    if not all(finite(value) for value in (row["used_deg"], row["used_se_deg"], mean, spread, people)):
        return text["position"]["none"].capitalize()
    half = Z_95 * row["used_se_deg"]
    low, high = (people * (1 - normal_below(row["used_deg"] + sign * half, mean, spread)) for sign in (1, -1))
    bounds = {"n": number(people), "low": number(low), "high": number(high)}
    template = "exactly" if bounds["low"] == bounds["high"] else "range"
    return text["position"][template].format(**bounds).capitalize()


def _next(row: dict[str, Any], text: Text) -> str:
    words = row["next_measurement"]
    return sentence(words) if isinstance(words, str) and words else text["next"][row["class"]]


def _reference_sentences(visit: Visit) -> tuple[str, ...]:
    text, lead = visit.text["reference"], visit.lead
    if lead is None:
        return ()
    sentences = [_used_reference(lead, text, task_word(visit))]
    tests = {_available_reference(row, text): None for row in visit.headline.values()}
    return tuple(words for words in (*sentences, *tests) if words)


def _used_reference(lead: Recording, text: Text, task: str) -> str:
    reference = lead.reference
    if not lead.has_reference:
        return text["nobody"].format(reason=sentence(reference.reason))
    people, population = number(reference.n_people), reference.population
    return text["used"].format(task=task, n=people, population=population, name=reference.name)


def _available_reference(row: dict[str, Any], text: Text) -> str:
    name, people = row["available_reference"], row["available_reference_n"]
    if not isinstance(name, str) or not name:
        return ""
    if not finite(people):
        return text["available_unsized"].format(name=name)
    return text["available"].format(n=number(people), name=name)
