"""Which rules fire for a visit, and what they leave open: the more careful rule always wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kinematics.conventions import SIDES
from kinematics.exercises.exercise import LEVELS, WARM_UP, Exercise, Vocabulary
from kinematics.exercises.facts import Facts
from kinematics.exercises.rules import ALL_FAMILIES, Effect, Rule, holds

BOTH_SIDES = "Both sides"

_T = TypeVar("_T")


@dataclass(frozen=True)
class Fired:
    """A rule that holds, and the sides it holds for (none where it asks no side)."""

    rule: Rule
    sides: tuple[str, ...]

    def sentence(self, name: str, facts: Facts) -> str:
        """The rule's sentence with its places filled, once per group of sides that read the same; '' without one."""
        template = self.rule.say.get(name, "")
        if not template or not self.sides:
            return template.format_map(facts.words) if template else ""
        said: dict[str, list[str]] = {}
        for side in self.sides:
            words = {**facts.words, **facts.side_words[side], "Side": "{Side}"}
            said.setdefault(template.format_map(words), []).append(side)
        return " ".join(text.replace("{Side}", _side_name(sides)) for text, sides in said.items())


def fire(rules: Iterable[Rule], facts: Facts) -> tuple[Fired, ...]:
    """
    The rules that hold, in their order.

    Where one of them withholds, only the rules of its file count: nothing else is decided.
    """
    fired = [Fired(rule, sides) for rule in rules if (sides := _sides(rule, facts)) is not None]
    stops = {one.rule.group for one in fired if one.rule.then.withhold}
    return tuple(one for one in fired if not stops or one.rule.group in stops)


def _sides(rule: Rule, facts: Facts) -> tuple[str, ...] | None:
    if not rule.per_side:
        return () if holds(rule.when, facts.values) else None
    sides = tuple(side for side in SIDES if holds(rule.when, {**facts.values, **facts.sides[side]}))
    return sides or None


def _side_name(sides: list[str]) -> str:
    return BOTH_SIDES if len(sides) == len(SIDES) else f"{sides[0].capitalize()} side"


def selected(fired: tuple[Fired, ...], vocabulary: Vocabulary) -> tuple[dict[str, int], dict[str, Fired]]:
    """
    How many exercises of each family the rules ask for, and the families that the session's length dropped.

    The drills of the warm-up are one line. Length is settled before anything is closed, so that closing a family never
    makes room for another.
    """
    counts: dict[str, int] = {}
    for one in fired:
        for family, count in one.rule.then.select.items():
            counts[family] = max(count, counts.get(family, 0))
    limit = min((one for one in fired if one.rule.then.lines), key=lambda one: one.rule.then.lines or 0, default=None)
    dropped: dict[str, Fired] = {}
    for family in reversed(vocabulary.families):
        while limit and counts.get(family) and _lines(counts) > (limit.rule.then.lines or 0):
            counts[family] -= 1
            if not counts[family]:
                del counts[family]
                dropped[family] = limit
    return counts, dropped


def _lines(counts: dict[str, int]) -> int:
    return sum(1 if family == WARM_UP else count for family, count in counts.items())


def forbidden(fired: tuple[Fired, ...], family: str) -> tuple[Fired, ...]:
    """The rules that close a family."""
    return tuple(one for one in fired if family in one.rule.then.forbid)


def excluded(
    exercise: Exercise, fired: tuple[Fired, ...], vocabulary: Vocabulary, at_hand: frozenset[str]
) -> Fired | None:
    """The first rule that keeps an exercise out, or None where it may be offered."""
    family = vocabulary.family(exercise.category)
    if blamed := _too_high(exercise, family, fired):
        return blamed
    for one in fired:
        if _breaks(exercise, family, one.rule.then, vocabulary, at_hand):
            return one
    return None


def can_exclude(then: Effect, family: str) -> bool:
    """Whether an effect can keep single exercises of a family out."""
    caps = (then.cap_level, then.cap_band, then.cap_load, then.only_contraction)
    return bool(then.forbid_tags or then.equipment or family in then.lower_level) or any(
        limit(cap, family) is not None for cap in caps
    )


def _too_high(exercise: Exercise, family: str, fired: tuple[Fired, ...]) -> Fired | None:
    """The rule whose level the exercise passes: the lowest cap, or the rule that lowers it by one."""
    capped = [(level, one) for one in fired if (level := limit(one.rule.then.cap_level, family)) is not None]
    level, blamed = min(capped, key=lambda pair: pair[0], default=(LEVELS[1], None))
    lowering = next((one for one in fired if family in one.rule.then.lower_level), None)
    if blamed is not None and exercise.level > level:
        return blamed
    return lowering if lowering is not None and exercise.level > max(1, level - 1) else None


def _breaks(exercise: Exercise, family: str, then: Effect, vocabulary: Vocabulary, at_hand: frozenset[str]) -> bool:
    bands, loads = vocabulary.words("bands"), vocabulary.words("loads")
    band, load = limit(then.cap_band, family), limit(then.cap_load, family)
    contraction = limit(then.only_contraction, family)
    demand = exercise.demand
    return (
        bool(set(exercise.tags) & set(then.forbid_tags))
        or (band is not None and max(map(bands.index, (demand.band, demand.opposite_band))) > bands.index(band))
        or (load is not None and loads.index(exercise.load) > loads.index(load))
        or (contraction is not None and set(exercise.contractions) != {contraction})
        or (then.equipment == "at_hand" and bool(missing_equipment(exercise, vocabulary, at_hand)))
    )


def missing_equipment(
    exercise: Exercise, vocabulary: Vocabulary, at_hand: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Groups of required equipment of which nothing is at hand; floor, wall, chair and towel always are."""
    there = at_hand | set(vocabulary.words("always_at_hand"))
    return tuple(group for group in exercise.required if not there & set(group))


def limit(limits: Mapping[str, _T], family: str) -> _T | None:
    """What a cap says about a family: its own word, else the one for all."""
    return limits.get(family, limits.get(ALL_FAMILIES))
