"""Fired rules and library -> the lines of one session, their doses, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kinematics.exercises.decision import Fired, can_exclude, excluded, forbidden, limit, missing_equipment, selected
from kinematics.exercises.exercise import WARM_UP, Exercise
from kinematics.exercises.facts import Facts
from kinematics.exercises.library import Library

WEAKEST_FAMILY = {
    "extension": "EXT",
    "flexion": "HF",
    "abduction": "ABD",
    "adduction": "ADD",
    "internal_rotation": "ROT",
    "external_rotation": "ROT",
}
MANY_DAYS = 7

Row = dict[str, str | int]


def build(library: Library, fired: tuple[Fired, ...], facts: Facts) -> tuple[list[Row], list[Row]]:
    """
    Rows of the options and rows of what is withheld.

    The lines come in the article's order: warm-up, the priority, then extension, flexion, abduction, adduction,
    rotation, trunk.
    """
    counts, dropped = selected(fired, library.vocabulary)
    priority = _priority(fired, facts)
    in_order = [family for family in library.vocabulary.families if family in counts]
    families = sorted(in_order, key=lambda family: (family != WARM_UP, family != priority))
    rows: list[Row] = []
    withheld = _closed(library, fired, facts, counts, dropped)
    order = 0
    for family in families:
        if forbidden(fired, family):
            continue
        allowed, kept_out = _sift(library, fired, facts, family)
        chosen = _choose(allowed, counts[family], family, fired, library)
        for exercise in chosen:
            order += 1 if family != WARM_UP or exercise is chosen[0] else 0
            rows.append(_row(library, fired, facts, exercise, order, family == priority))
        withheld += kept_out if chosen else [*kept_out, _empty(library, family, kept_out)]
    return rows, withheld


def stopped(fired: tuple[Fired, ...], facts: Facts) -> list[Row]:
    """Rows of what is withheld where a safety rule stops everything: the open questions, then each rule that stops."""
    rows = []
    for one in fired:
        if one.rule.then.withhold:
            rows.append(_withheld("options", one, one.sentence("withheld", facts)))
            if "{open_questions}" in one.rule.say.get("message", ""):
                rows += [_withheld(name, one, question) for name, question in facts.open_questions.items()]
    return rows


def _priority(fired: tuple[Fired, ...], facts: Facts) -> str:
    found = next((one.rule.then.priority for one in fired if one.rule.then.priority), "")
    return WEAKEST_FAMILY.get(str(facts.values["weakest"]), "") if found == "weakest" else found


def _closed(
    library: Library, fired: tuple[Fired, ...], facts: Facts, counts: dict[str, int], dropped: dict[str, Fired]
) -> list[Row]:
    """A row for every family that is not offered, with each rule that closes it or the one that leaves it out."""
    rows = []
    for family in library.vocabulary.families:
        closing = forbidden(fired, family)
        if not closing and family not in counts:
            leaving = (one for one in fired if family in one.rule.then.leave_out)
            closing = tuple([dropped[family]] if family in dropped else [next(leaving)])
        name = library.vocabulary.category_name(family)
        rows += [_withheld(family, one, f"{name}. {one.sentence('withheld', facts)}") for one in closing]
    return rows


def _sift(library: Library, fired: tuple[Fired, ...], facts: Facts, family: str) -> tuple[list[Exercise], list[Row]]:
    allowed, kept_out = [], []
    closing = tuple(one for one in fired if can_exclude(one.rule.then, family))
    for exercise in library.exercises.values():
        if library.vocabulary.family(exercise.category) != family or exercise.review == "retired":
            continue
        blamed = excluded(exercise, closing, library.vocabulary, facts.equipment)
        if blamed is None:
            allowed.append(exercise)
        else:
            sentence = blamed.sentence("withheld", _with_equipment(library, facts, exercise))
            kept_out.append(_withheld(exercise.id, blamed, f"{exercise.name}. {sentence}"))
    return allowed, kept_out


def _with_equipment(library: Library, facts: Facts, exercise: Exercise) -> Facts:
    names = library.vocabulary.data["equipment"]
    groups = missing_equipment(exercise, library.vocabulary, facts.equipment)
    text = " and ".join(" or ".join(names[word] for word in group) for group in groups)
    return replace(facts, words={**facts.words, "equipment": text})


def _withheld(what: str, one: Fired, sentence: str) -> Row:
    return {"what": what, "rule": one.rule.id, "sentence": sentence}


def _empty(library: Library, family: str, kept_out: list[Row]) -> Row:
    name = library.vocabulary.category_name(family)
    rules = dict.fromkeys(str(row["rule"]) for row in kept_out)
    return {"what": family, "rule": ";".join(rules), "sentence": f"{name}. No exercise of this line is left."}


def _choose(
    allowed: list[Exercise], count: int, family: str, fired: tuple[Fired, ...], library: Library
) -> list[Exercise]:
    """The first `count` by preference; outside the warm-up, one that links to a chosen one waits behind the others."""
    ranked = sorted(allowed, key=lambda exercise: _rank(exercise, family, fired, library))
    if family == WARM_UP:
        return sorted(ranked[:count], key=lambda exercise: (exercise.level, ranked.index(exercise)))
    chosen: list[Exercise] = []
    while ranked and len(chosen) < count:
        linked = {link for exercise in chosen for link in (exercise.regress, exercise.progress)}
        apart = [e for e in ranked if e.id not in linked and not {e.regress, e.progress} & {c.id for c in chosen}]
        chosen.append((apart or ranked)[0])
        ranked.remove(chosen[-1])
    return chosen


def _rank(exercise: Exercise, family: str, fired: tuple[Fired, ...], library: Library) -> tuple:
    words, demand = library.vocabulary.words, exercise.demand
    bearing = words("weight_bearing").index(demand.weight_bearing)
    if family == WARM_UP:  # gentlest for the other hip first
        return words("bands").index(demand.opposite_band), exercise.level, demand.flexion_deg[1], exercise.id
    careful = any(one.rule.then.prefer == "least_weight_bearing" for one in fired)
    first = (bearing, -exercise.level) if careful else (-exercise.level, bearing)
    return *first, demand.flexion_deg[1], exercise.id


def _row(library: Library, fired: tuple[Fired, ...], facts: Facts, exercise: Exercise, order: int, first: bool) -> Row:
    family = library.vocabulary.family(exercise.category)
    asking = [one for one in fired if family in one.rule.then.select]
    leading = [one for one in asking if one.rule.group == asking[0].rule.group]
    leading += [one for one in fired if first and one.rule.then.priority]
    shaping = [one for one in fired if one in asking or one in leading or _shapes(one, family)]
    cautions = [exercise.caution, *(one.sentence("caution", facts) for one in leading)]
    sources = [*(key for one in leading for key in one.rule.sources), *exercise.sources]
    return {
        "participant": facts.participant,
        "session": facts.session,
        "order": order,
        "category": exercise.category,
        "category_name": library.vocabulary.category_name(exercise.category),
        "exercise": exercise.id,
        "name": exercise.name,
        "level": exercise.level,
        "dose": dose_text(exercise, fired, facts, library),
        "reason": _join(one.sentence("reason", facts) for one in leading),
        "basis": _join(_basis(one, library) for one in leading),
        "counter_signs": library.vocabulary.data["counter_signs"][family],
        "caution": _join(cautions),
        "rules": ";".join(one.rule.id for one in shaping),
        "sources": ";".join(dict.fromkeys(sources)),
        "review": exercise.review,
    }


def _shapes(one: Fired, family: str) -> bool:
    then = one.rule.then
    caps = (then.cap_level, then.cap_band, then.cap_load, then.cap_sets, then.only_contraction)
    return any(limit(cap, family) is not None for cap in caps) or family in then.lower_level


def _basis(one: Fired, library: Library) -> str:
    rule = one.rule
    return f"{rule.basis} Confidence {rule.confidence} ({library.vocabulary.data['confidence'][rule.confidence]})."


def _join(sentences: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))


def dose_text(exercise: Exercise, fired: tuple[Fired, ...], facts: Facts, library: Library) -> str:
    """The starting dose in words, within the caps of the rules that fired: '3 x 8-10 per side, effort 5-6 of 10'."""
    family, dose = library.vocabulary.family(exercise.category), exercise.dose
    caps = [cap for one in fired if (cap := limit(one.rule.then.cap_sets, family)) is not None]
    caps += [exercise.cap[0]] if exercise.cap else []
    sets = _lowest(dose.sets, *((cap, cap) for cap in caps))
    unit = library.vocabulary.data["units"][dose.unit]
    parts = [f"{_span(sets)} x {_span(dose.amount)}{unit}" + (" per side" if dose.per_side else "")]
    efforts = [one.rule.then.rpe for one in fired if one.rule.then.rpe]
    if dose.effort_percent:
        parts.append(f"at {_span(dose.effort_percent)} % of full effort")
    elif family != WARM_UP and (efforts or dose.rpe):
        parts.append(f"effort {_span(_lowest(*filter(None, (*efforts, dose.rpe))))} of 10")
    days = [one.rule.then.days_per_week for one in fired if one.rule.then.days_per_week]
    fit = facts.sessions_per_week if facts.sessions_per_week is not None else MANY_DAYS
    week = _lowest(*filter(None, (*days, dose.days_per_week, (fit, fit))))
    if week[1] < MANY_DAYS:
        parts.append(f"{_span(week)} {'day' if week[1] == 1 else 'days'} a week")
    return ", ".join(parts)


def _lowest(*spans: tuple[float, float]) -> tuple[float, float]:
    """The span whose ends are the lowest of all."""
    high = min(span[1] for span in spans)
    return min(min(span[0] for span in spans), high), high


def _span(span: tuple[float, float]) -> str:
    return f"{span[0]:g}" if span[0] == span[1] else f"{span[0]:g}-{span[1]:g}"
