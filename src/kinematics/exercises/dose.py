"""The starting dose in words, within the caps of the rules that fired."""

from __future__ import annotations

import math

from kinematics.exercises.decision import Situation
from kinematics.exercises.exercise import WARM_UP, Exercise

MANY_DAYS = 7

Span = tuple[float, float]


def dose_text(exercise: Exercise, at: Situation) -> str:
    """The starting dose in words: '3 x 8-10 per side, effort 5-6 of 10, 3 days a week'."""
    vocabulary, dose = at.library.vocabulary, exercise.dose
    phrase, family = vocabulary.phrase, vocabulary.family(exercise.category)
    sets, cap = _sets(exercise, family, at)
    unit = vocabulary.printed["units"].get(dose.unit, "")
    words = (f"{_span(sets)} x {_span(dose.amount)}", unit, phrase("per_side") if dose.per_side else "")
    parts = [" ".join(word for word in words if word)]
    if family != WARM_UP and sets[0] < cap:
        parts += _extra_sets(family, at)
    efforts = [one.rule.then.rpe for one in at.fired if one.rule.then.rpe]
    if dose.effort_percent:
        parts.append(phrase("full_effort", span=_span(dose.effort_percent)))
    elif family != WARM_UP and (efforts or dose.rpe):
        parts.append(phrase("effort", span=_span(_lowest(*filter(None, (*efforts, dose.rpe))))))
    days = [one.rule.then.days_per_week for one in at.fired if one.rule.then.days_per_week]
    fit = at.facts.sessions_per_week if at.facts.sessions_per_week is not None else MANY_DAYS
    week = _lowest(*filter(None, (*days, dose.days_per_week, (fit, fit))))
    if week[1] < MANY_DAYS:
        parts.append(phrase("day" if week[1] == 1 else "days", span=_span(week)))
    return ", ".join(parts)


def _sets(exercise: Exercise, family: str, at: Situation) -> tuple[Span, float]:
    """Sets within the caps, and the lowest cap."""
    said = [one.rule.on[family].sets for one in at.fired]
    caps = [float(cap) for cap in said if cap is not None]
    caps += [float(exercise.cap[0])] if exercise.cap else []
    lowest = min(caps, default=math.inf)
    return _lowest(exercise.dose.sets, (lowest, lowest)), lowest


def _extra_sets(family: str, at: Situation) -> list[str]:
    """A further set for the sides that a rule names; only asked where the caps leave room for it."""
    phrase = at.library.vocabulary.phrase
    sides = [one.sides for one in at.fired if one.rule.on[family].more_sets]
    return [phrase("extra_set", side=phrase(side)) for side in dict.fromkeys(s for group in sides for s in group)]


def _lowest(*spans: Span) -> Span:
    """The span whose ends are the lowest of all."""
    high = min(span[1] for span in spans)
    return min(min(span[0] for span in spans), high), high


def _span(span: Span) -> str:
    return f"{span[0]:g}" if span[0] == span[1] else f"{span[0]:g}-{span[1]:g}"
