"""Which exercises of a family are offered: ranked, substituted along links where something is not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kinematics.exercises.decision import Fired, Situation, excluded, sieve, without_equipment
from kinematics.exercises.exercise import WARM_UP, Exercise


@dataclass(frozen=True)
class Chosen:
    """An exercise that is offered, and the one it stands in for (the same where nothing is missing)."""

    exercise: Exercise
    instead_of: Exercise


@dataclass(frozen=True)
class Choice:
    """A family's chosen exercises, what is kept out (exercise, rule), and those without an equivalent at hand."""

    chosen: tuple[Chosen, ...]
    kept_out: tuple[tuple[Exercise, Fired], ...]
    without_equivalent: tuple[Exercise, ...]


def choose(family: str, count: int, at: Situation) -> Choice:
    """
    The first `count` exercises of a family by preference.

    They are chosen as if everything were at hand; what is not is then replaced by an exercise of the family that is
    neither higher in level nor deeper in flexion, those along its own links first. Where there is none, the line stays
    empty: equipment never raises the demand.
    """
    of_body = sieve((one for one in at.fired if not one.rule.on[family].equipment), family)
    of_things = tuple(one for one in at.fired if one.rule.on[family].equipment)
    lacking = without_equipment(at.library, at.at_hand)
    allowed: list[Exercise] = []
    missing: dict[str, Exercise] = {}
    kept_out: list[tuple[Exercise, Fired]] = []
    for exercise in at.library.by_family[family]:
        if blamed := excluded(exercise, of_body, at):
            kept_out.append((exercise, blamed))
            continue
        if of_things and exercise.id in lacking:
            missing[exercise.id] = exercise
            kept_out.append((exercise, of_things[0]))
        allowed.append(exercise)
    ranking = _ranking(family, at)
    wanted = _first(sorted(allowed, key=lambda one: ranking[one.id]), count, family, at)
    there = [one for one in allowed if one.id not in missing]
    chosen, without = _at_hand(wanted, there, missing, ranking, at)
    if family == WARM_UP:
        chosen.sort(key=lambda one: (one.exercise.level, ranking[one.exercise.id]))
    return Choice(tuple(chosen), tuple(kept_out), tuple(without))


def _first(ranked: list[Exercise], count: int, family: str, at: Situation) -> list[Exercise]:
    """The first of the ranking; what links to a chosen one waits (but in the warm-up), some tags allow one alone."""
    single = {tag for one in at.fired for tag in one.rule.then.one_of_tag}
    chosen: list[Exercise] = []
    while ranked and len(chosen) < count:
        taken = {tag for one in chosen for tag in one.tags} & single
        ranked = [one for one in ranked if taken.isdisjoint(one.tags)]
        linked = {link for one in chosen for link in (one.regress, one.progress)}
        names = {one.id for one in chosen}
        apart = [one for one in ranked if one.id not in linked and names.isdisjoint({one.regress, one.progress})]
        found = ranked if family == WARM_UP or not apart else apart
        if not found:
            break
        chosen.append(found[0])
        ranked = [one for one in ranked if one is not found[0]]
    return chosen


def _at_hand(
    wanted: list[Exercise],
    there: list[Exercise],
    missing: Mapping[str, Exercise],
    ranking: Mapping[str, tuple],
    at: Situation,
) -> tuple[list[Chosen], list[Exercise]]:
    taken = {one.id for one in wanted if one.id not in missing}
    chosen: list[Chosen] = []
    without: list[Exercise] = []
    for one in wanted:
        if one.id not in missing:
            chosen.append(Chosen(one, one))
            continue
        easier = [other for other in there if other.id not in taken and _no_harder(other, one, at)]
        links = _links_down(one, at)
        easier.sort(key=lambda other: (other.id not in links, ranking[other.id]))
        if easier:
            taken.add(easier[0].id)
            chosen.append(Chosen(easier[0], one))
        else:
            without.append(one)
    return chosen, without


def _no_harder(other: Exercise, one: Exercise, at: Situation) -> bool:
    this, that = at.library.places[one.id], at.library.places[other.id]
    return other.level <= one.level and that.band <= this.band and that.opposite_band <= this.opposite_band


def _links_down(one: Exercise, at: Situation) -> set[str]:
    """Ids along the links to easier exercises."""
    found: set[str] = set()
    here = at.library.exercises.get(one.regress or "")
    while here is not None and here.id not in found:
        found.add(here.id)
        here = at.library.exercises.get(here.regress or "")
    return found


def _ranking(family: str, at: Situation) -> dict[str, tuple]:
    """Sort key of each exercise of a family, the first to be offered lowest."""
    exercises = at.library.exercises
    onward = {exercises[name].progress for name in at.facts.mastered if name in exercises}
    easier = {exercises[name].regress for name in at.facts.stopped if name in exercises}
    wishes = {one.rule.then.prefer for one in at.fired}
    least, partial = "least_weight_bearing" in wishes, "no_full_weight_bearing" in wishes
    light = at.library.vocabulary.words("weight_bearing").index("partial")
    pelvis = {word for one in at.fired for word in one.rule.on[family].pelvis}
    missing = without_equipment(at.library, at.at_hand)
    ranking = {}
    for one in at.library.by_family[family]:
        places = at.library.places[one.id]
        lacking = one.id in missing
        if family == WARM_UP:  # gentlest for the other hip first
            rest: tuple = (places.opposite_band, one.level)
        else:
            bearing = places.weight_bearing
            order = (bearing, -one.level, lacking) if least else (-one.level, lacking, bearing)
            rest = (partial and bearing > light, *order)
        mastered = one.id in at.facts.mastered
        linked = 0 if one.id in easier else 3 if mastered else 1 if one.id in onward else 2
        free = one.demand.pelvis not in pelvis if pelvis else False
        ranking[one.id] = (linked, free, *rest, one.demand.flexion_deg[1], one.id)
    return ranking
