"""What the first screen says of the visit and the person: task, pain, side, person, diagnosis."""

from __future__ import annotations

import math

from kinematics.report.sayings import task_at_speed
from kinematics.report.visit import Visit
from kinematics.report.wording import compact, finite, opening


def facts(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Task, pain, side, person, diagnosis and notes, each with its name; what is not known is left out."""
    text, person = visit.text["glance"], visit.assessment.session.participant
    side = visit.text["sides"].get(person.symptomatic_side, text["symptomatic_unknown"])
    told = [
        (text["task"], _task_fact(visit)),
        (text["pain"], _pain_fact(visit)),
        (text["symptomatic"], opening(side)),
        (text["person"], _person_fact(visit)),
        (text["diagnosis"], _diagnosis_fact(visit)),
        (text["notes"], person.notes),
    ]
    return tuple((name, value) for name, value in told if value)


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
