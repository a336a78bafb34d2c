"""First screen: per side one sentence, two numbers, how sure, the place among the reference, what next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from kinematics.conventions import SIDES
from kinematics.report.healthy import label_frequency, side_spread_deg
from kinematics.report.visit import Recording, Visit
from kinematics.report.wording import (
    Z_95,
    Text,
    compact,
    degrees,
    extension,
    finite,
    ledger_words,
    normal_below,
    number,
    opening,
    percent,
    phrase,
    probability_words,
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
        facts=_facts(visit),
        sides=tuple(_side_reading(visit, side) for side in SIDES),
        difference=side_difference(visit),
        reference=_reference_sentences(visit),
        represented=not_represented(visit),
    )


def verdict_sentence(row: dict[str, Any], text: Text) -> str:
    """The plain sentence for a ledger row's comparison and class; an inconclusive one says why."""
    sentences = text["verdict"].get(row["comparison"], text["verdict"]["reference"])
    return sentences[row["class"]].format(why=reason_words(row["reason"], text))


def reason_words(reason: str, text: Text) -> str:
    """Why a row is inconclusive, in words; several reasons may be joined by ';'."""
    words = [part.strip() for part in str(reason or "").split(";") if part.strip()] or [""]
    known = text["reason"]
    return "; ".join(known.get(word) or known["other"].format(reason=word.replace("_", " ")) for word in words)


def task_at_speed(task: str, speed_m_s: float, text: Text, *, names: str = "tasks") -> str:
    """'Running at 3.5 m/s'; with `names` task_short as it stands within a sentence."""
    name = text[names].get(task, task)
    if not finite(speed_m_s):
        return text["glance"]["speed_unknown"].format(task=name)
    return text["glance"]["at_speed"].format(task=name, speed=compact(speed_m_s, text))


def task_word(visit: Visit) -> str:
    """running or walking: the task of the headline."""
    task = visit.lead.entry.task if visit.lead else "run"
    return visit.text["task_short"].get(task, task)


def _facts(visit: Visit) -> tuple[tuple[str, str], ...]:
    text, person = visit.text["glance"], visit.assessment.session.participant
    side = visit.text["sides"].get(person.symptomatic_side, text["symptomatic_unknown"])
    facts = [
        (text["task"], _task_fact(visit)),
        (text["pain"], _pain_fact(visit)),
        (text["symptomatic"], opening(side)),
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
    also = ", ".join(task_at_speed(other.task, other.speed_m_s, text, names="task_short") for other in others)
    return f"{named} ({text['glance']['other_trials'].format(trials=also)})" if also else named


def _pain_fact(visit: Visit) -> str:
    text = visit.text["glance"]
    pain = visit.lead.entry.pain_0_10 if visit.lead else math.nan
    return text["pain_value"].format(pain=compact(pain, visit.text)) if finite(pain) else text["pain_unknown"]


def _person_fact(visit: Visit) -> str:
    text, person = visit.text["glance"], visit.assessment.session.participant
    parts = [
        visit.text["sex"].get(person.sex, ""),
        text["years"].format(age=compact(person.age_years, visit.text)) if finite(person.age_years) else "",
        text["height"].format(height=compact(person.height_cm, visit.text)) if finite(person.height_cm) else "",
        text["mass"].format(mass=compact(person.mass_kg, visit.text)) if finite(person.mass_kg) else "",
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


def how_sure(row: dict[str, Any], text: Text, task: str) -> str:
    """The probability behind a reading, in words and as a number; for no clear reading, of each part."""
    if row["class"] != "inconclusive":
        probability = row[f"probability_{row['class']}"]
        words = probability_words(probability, text)
        return text["sure"]["class"].format(words=opening(words), percent=percent(probability, text))
    used, available = row["probability_used_low"], row["probability_available_low"]
    kind = {(True, True): "inconclusive", (True, False): "used_only", (False, True): "available_only"}
    template = text["sure"][kind.get((finite(used), finite(available)), "nothing")]
    said = template.format(task=task, used=_one(used, text), available=_one(available, text))
    return opening(said)


def _one(probability: float, text: Text) -> str:
    if not finite(probability):
        return ""
    return text["sure"]["one"].format(percent=percent(probability, text), words=probability_words(probability, text))


def position(row: dict[str, Any], text: Text) -> str:
    """How many of the reference people extend more, as the range that the 95 % error leaves."""
    mean, spread, people = row["used_reference_mean_deg"], row["used_reference_sd_deg"], row["used_reference_n"]
    if not all(finite(value) for value in (row["used_deg"], row["used_se_deg"], mean, spread, people)):
        return opening(text["position"]["none"])
    half = Z_95 * row["used_se_deg"]
    low, high = (people * (1 - normal_below(row["used_deg"] + sign * half, mean, spread)) for sign in (1, -1))
    bounds = {"n": number(people), "low": number(low), "high": number(high)}
    template = "exactly" if bounds["low"] == bounds["high"] else "range"
    return opening(text["position"][template].format(**bounds))


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


def _reference_sentences(visit: Visit) -> tuple[str, ...]:
    lead = visit.lead
    if lead is None:
        return ()
    sentences = [_used_reference(lead, visit)]
    tests = {_available_reference(row, visit): None for row in visit.measured.values()}
    return tuple(words for words in (*sentences, *tests) if words)


def _used_reference(lead: Recording, visit: Visit) -> str:
    text, reference, language = visit.text["reference"], lead.reference, visit.settings.report.language
    if not lead.has_reference:
        return text["nobody"].format(reason=phrase(sentence(reference.reason), language))
    people, population = number(reference.n_people), phrase(reference.population, language)
    return text["used"].format(task=task_word(visit), n=people, population=population, name=reference.name)


def _available_reference(row: dict[str, Any], visit: Visit) -> str:
    text, name, people = visit.text["reference"], row["available_reference"], row["available_reference_n"]
    if not isinstance(name, str) or not name:
        return ""
    name = phrase(name, visit.settings.report.language)
    if not finite(people):
        return text["available_unsized"].format(name=name)
    return text["available"].format(n=number(people), name=name)


def not_represented(visit: Visit) -> str:
    """In what the person is not among the people of the running reference, and what is not stated, in sentences."""
    words = visit.text["represented"]
    said = []
    for column, template in (("not_represented", "sentence"), ("not_stated", "not_stated")):
        cells = [row[column] for row in visit.measured.values() if isinstance(row.get(column), str)]
        parts = dict.fromkeys(part.strip() for cell in cells for part in cell.split(";") if part.strip())
        if parts:
            said.append(words[template].format(what="; ".join(words["parts"].get(part, part) for part in parts)))
    return " ".join(said)
