"""Which rules fire for a visit, and what they leave open: the more careful rule always wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from kinematics.conventions import SIDES
from kinematics.exercises.effects import OnFamily
from kinematics.exercises.exercise import LEVELS, WARM_UP, Exercise, Vocabulary
from kinematics.exercises.facts import Facts
from kinematics.exercises.library import Library
from kinematics.exercises.rules import Rule


@dataclass(frozen=True, eq=False)
class Fired:
    """A rule that holds, and the sides it holds for (none where it asks no side)."""

    rule: Rule
    sides: tuple[str, ...]

    def sentence(self, name: str, facts: Facts, vocabulary: Vocabulary, *, equipment: str = "") -> str:
        """The rule's sentence with its places filled, once per group of sides that read the same; '' without one."""
        template = self.rule.say.get(name, "")
        if "{" not in template:
            return template
        if not self.sides:
            return template.format_map({**facts.words, "equipment": equipment})
        said: dict[str, list[str]] = {}
        for side in self.sides:
            words = {**facts.words, **facts.side_words[side], "Side": "{Side}", "equipment": equipment}
            said.setdefault(template.format_map(words), []).append(side)
        names = vocabulary.printed["sides"]
        return " ".join(
            text.replace("{Side}", names["both" if len(sides) == len(SIDES) else sides[0]])
            for text, sides in said.items()
        )


def fire(rules: Iterable[Rule], facts: Facts) -> tuple[Fired, ...]:
    """
    The rules that hold, in their order.

    Where one of them withholds, only the rules of its file count: nothing else is decided.
    """
    of_sides = {side: {**facts.values, **facts.sides[side]} for side in SIDES}
    fired = [Fired(rule, sides) for rule in rules if (sides := _sides(rule, facts, of_sides)) is not None]
    stops = {one.rule.group for one in fired if one.rule.then.withhold}
    return tuple(one for one in fired if not stops or one.rule.group in stops)


def _sides(rule: Rule, facts: Facts, of_sides: Mapping[str, Mapping[str, object]]) -> tuple[str, ...] | None:
    if not rule.per_side:
        return () if rule.test(facts.values) else None
    sides = tuple(side for side in SIDES if rule.test(of_sides[side]))
    return sides or None


def selected(fired: tuple[Fired, ...], vocabulary: Vocabulary) -> tuple[dict[str, int], dict[str, Fired]]:
    """
    How many exercises of each family the rules ask for, and the families that the session's length dropped.

    The drills of the warm-up are one line. Length is settled before anything is closed, so that closing a family never
    makes room for another; a family of the coverage keeps one line.
    """
    counts: dict[str, int] = {}
    for one in fired:
        for family, count in one.rule.then.select.items():
            counts[family] = max(count, counts.get(family, 0))
    limits = [(one.rule.then.lines, one) for one in fired if one.rule.then.lines]
    if not limits:
        return counts, {}
    lines, limit = min(limits, key=lambda pair: pair[0])
    dropped: dict[str, Fired] = {}
    for family in vocabulary.data["drop_order"]:
        floor = 1 if family in vocabulary.data["coverage"] else 0
        while counts.get(family, 0) > floor and _lines(counts) > lines:
            counts[family] = 0 if family == WARM_UP else counts[family] - 1
        if family in counts and not counts[family]:
            del counts[family]
            dropped[family] = limit
    return counts, dropped


def _lines(counts: dict[str, int]) -> int:
    return sum(1 if family == WARM_UP else count for family, count in counts.items())


def forbidden(fired: tuple[Fired, ...], family: str) -> tuple[Fired, ...]:
    """The rules that close a family."""
    return tuple(one for one in fired if family in one.rule.then.forbid)


@dataclass(frozen=True)
class Situation:
    """What the rules that fired are applied with: the running stage that is due, what was stopped, what is at hand."""

    library: Library
    fired: tuple[Fired, ...]
    facts: Facts
    due_stage: float
    blocked: frozenset[str]
    at_hand: frozenset[str]


def situation(library: Library, fired: tuple[Fired, ...], facts: Facts) -> Situation:
    """The situation of a visit."""
    caps = [one.rule.then.cap_stage for one in fired if one.rule.then.cap_stage is not None]
    due = facts.values["running_stage"]
    there = facts.equipment | set(library.vocabulary.words("always_at_hand"))
    highest = min([float(due or 0), *caps])
    at = Situation(library, fired, facts, highest, _blocked(library, facts.stopped), there)
    return replace(at, due_stage=_open_stage(at))


def _open_stage(at: Situation) -> float:
    """The running stage that is due, or the highest below it that the other rules leave open."""
    family = at.library.vocabulary.family
    asked = {name for one in at.fired for name in one.rule.then.select}
    stages = [one for name in asked for one in at.library.by_family[name] if one.stage is not None]
    for one in sorted(stages, key=lambda one: -float(one.stage or 0)):
        here = float(one.stage or 0)
        if (
            here <= at.due_stage
            and excluded(one, sieve(at.fired, family(one.category)), replace(at, due_stage=here)) is None
        ):
            return here
    return at.due_stage


def _blocked(library: Library, stopped: Iterable[str]) -> frozenset[str]:
    """What was stopped, and what builds on it along the links to harder exercises of the same family."""
    found: set[str] = set()
    family = library.vocabulary.family
    for start in stopped:
        here = library.exercises.get(start)
        while here is not None and here.id not in found:
            found.add(here.id)
            onward = library.exercises.get(here.progress or "")
            same = onward is not None and family(onward.category) == family(here.category)
            here = onward if same else None
    return frozenset(found)


@dataclass(frozen=True)
class Sieve:
    """The rules that can keep single exercises of a family out, in their order, and the level that they leave."""

    family: str
    rules: tuple[Fired, ...]
    level: int
    capping: Fired | None
    lowering: Fired | None


def sieve(fired: Iterable[Fired], family: str) -> Sieve:
    """The rules among those that fired that can keep exercises of a family out."""
    rules = tuple(one for one in fired if one.rule.on[family].excludes)
    capped = [(level, one) for one in rules if (level := one.rule.on[family].level) is not None]
    level, capping = min(capped, key=lambda pair: pair[0], default=(LEVELS[1], None))
    return Sieve(family, rules, level, capping, next((one for one in rules if one.rule.on[family].lower), None))


def excluded(exercise: Exercise, through: Sieve, at: Situation) -> Fired | None:
    """The first rule that keeps an exercise out, or None where it may be offered; level comes first."""
    if through.capping is not None and exercise.level > through.level:
        return through.capping
    if through.lowering is not None and exercise.level > max(LEVELS[0], through.level - 1):
        return through.lowering
    return next((one for one in through.rules if _breaks(exercise, one.rule.on[through.family], at)), None)


def _breaks(exercise: Exercise, said: OnFamily, at: Situation) -> bool:
    places = at.library.places[exercise.id]
    return (
        not said.tags.isdisjoint(exercise.tags)
        or (said.band is not None and max(places.band, places.opposite_band) > said.band)
        or (said.load is not None and places.load > said.load)
        or (said.contraction is not None and set(exercise.contractions) != {said.contraction})
        or (said.direction is not None and said.direction not in exercise.directions)
        or (said.stopped and exercise.id in at.blocked)
        or (exercise.stage is not None and _not_due(exercise.stage, said, at))
        or (said.equipment and exercise.id in without_equipment(at.library, at.at_hand))
    )


def _not_due(stage: int, said: OnFamily, at: Situation) -> bool:
    return (said.stage is not None and stage > said.stage) or (said.due and stage != at.due_stage)


def missing_equipment(exercise: Exercise, at_hand: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of required equipment of which nothing is at hand."""
    return tuple(group for group in exercise.required if at_hand.isdisjoint(group))


@lru_cache(maxsize=256)
def without_equipment(library: Library, at_hand: frozenset[str]) -> frozenset[str]:
    """Ids of the exercises that lack something of what they need."""
    return frozenset(name for name, one in library.exercises.items() if missing_equipment(one, at_hand))
