"""Decision tables: rules as YAML, their conditions a closed set of predicates that is never evaluated as code."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kinematics.conventions import DataError
from kinematics.exercises.entry import Entry, load
from kinematics.exercises.exercise import DATA, LEVELS, Vocabulary, load_vocabulary
from kinematics.exercises.facts import FACTS, PLACES, SIDE_FACTS

ALL_FAMILIES = "all"
PREFERENCES = ("least_weight_bearing", "highest_level")
LARGEST_COUNT = 7
SENTENCES = ("reason", "message", "withheld", "caution")


@dataclass(frozen=True)
class Effect:
    """What a rule does; families are lines of the session (HF stands for HF1, HF2 and HF3), `all` for every one."""

    select: Mapping[str, int] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    forbid_tags: tuple[str, ...] = ()
    cap_level: Mapping[str, int] = field(default_factory=dict)
    lower_level: tuple[str, ...] = ()
    cap_band: Mapping[str, str] = field(default_factory=dict)
    cap_load: Mapping[str, str] = field(default_factory=dict)
    cap_sets: Mapping[str, int] = field(default_factory=dict)
    only_contraction: Mapping[str, str] = field(default_factory=dict)
    days_per_week: tuple[float, float] | None = None
    rpe: tuple[float, float] | None = None
    prefer: str = ""
    priority: str = ""
    lines: int | None = None
    equipment: str = ""
    status: str = ""
    withhold: bool = False


@dataclass(frozen=True)
class Rule:
    """
    One rule.

    Attributes
    ----------
    id, group : str
        `group` is the file it stands in; groups that come first give the reason of an option.
    when : mapping
        The condition: `all`, `any`, `not` over `{fact: word}` or `{fact: {eq|in|gt|lt: value}}`.
    per_side : bool
        Whether it asks a fact of a side.
    then : Effect
    say : mapping
        Sentences: `reason` of what it selects, `message` above the list, `withheld` of what it closes, `caution`.
    basis, confidence, sources
        The evidence sentence, A to C, and keys of the literature.
    example : mapping
        `given` (facts) and `gives` (what comes of it, in words).
    """

    id: str
    group: str
    when: Mapping[str, Any]
    per_side: bool
    then: Effect
    say: Mapping[str, str]
    basis: str
    confidence: str
    sources: tuple[str, ...]
    example: Mapping[str, Any]


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """
    Whether a condition holds for the facts; a fact without a value fulfils no predicate.

    >>> holds({"any": [{"stage": "settle"}, {"pain_in_flexion": {"gt": 2}}]}, {"stage": "load", "pain_in_flexion": 3.0})
    True
    """
    ((key, value),) = condition.items()
    if key == "all":
        return all(holds(part, facts) for part in value)
    if key == "any":
        return any(holds(part, facts) for part in value)
    if key == "not":
        return not holds(value, facts)
    found = facts.get(key)
    if found is None:
        return False
    ((operator, wanted),) = value.items() if isinstance(value, dict) else (("eq", value),)
    if operator == "in":
        return found in wanted
    return found > wanted if operator == "gt" else found < wanted if operator == "lt" else found == wanted


@cache
def load_rules(folder: Path = DATA) -> tuple[Rule, ...]:
    """
    The rules of a folder in the order of their files, checked; read once per process.

    Raises
    ------
    DataError
        The first thing that is wrong, with file, line and the nearest valid word.
    """
    vocabulary = load_vocabulary(folder)
    rules: dict[str, Rule] = {}
    for path in sorted((folder / "rules").glob("*.yaml")):
        whole = load(path, folder)
        if not isinstance(whole.data, list):
            raise whole.error("a list of rules was expected.")
        for number in range(len(whole.data)):
            entry = Entry(whole.data[number], path, whole.name, (number,))
            rule = _rule(entry, path.stem, vocabulary)
            if rule.id in rules:
                raise entry.error(f"rule '{rule.id}' is there twice.", "id", "Give one of them another id.")
            rules[rule.id] = rule
    if not rules:
        raise DataError("no rules were found.", file="rules", remedy="Put the decision tables there.")
    return tuple(rules.values())


def _rule(entry: Entry, group: str, vocabulary: Vocabulary) -> Rule:
    asked = _check_condition(entry.part("when"))
    example = entry.part("example")
    rule = Rule(
        id=entry.text("id"),
        group=group,
        when=entry.get("when"),
        per_side=any(name in SIDE_FACTS for name in asked),
        then=_effect(entry.part("then"), vocabulary),
        say={name: _sentence(entry, name) for name in SENTENCES if entry.has(name)},
        basis=entry.text("basis"),
        confidence=entry.word("confidence", vocabulary.words("confidence")),
        sources=entry.words("sources", vocabulary.sources),
        example={"given": dict(example.part("given").data), "gives": example.text("gives")},
    )
    _check_example(rule, example)
    _check_sentences(rule, entry)
    example.close()
    entry.close()
    return rule


def _check_condition(entry: Entry) -> set[str]:
    """The facts that a condition asks; refuses what is not a known predicate over a known fact."""
    keys = entry.names()
    if len(keys) != 1:
        raise entry.error("one predicate was expected.", remedy="Join several by 'all: [...]' or 'any: [...]'.")
    key = keys[0]
    if key in ("all", "any"):
        return set().union(*(_check_condition(part) for part in entry.parts(key)))
    if key == "not":
        return _check_condition(entry.part(key))
    entry.known(key, [*FACTS, "all", "any", "not"], key)
    value = entry.get(key)
    if not isinstance(value, dict):
        _check_word(entry, key, value)
        return {key}
    operator = next(iter(value), "")
    entry.known(operator, ["eq", "in", "gt", "lt"], key)
    _check_operand(entry, key, operator, value)
    return {key}


def _check_operand(entry: Entry, key: str, operator: str, value: dict[str, Any]) -> None:
    if len(value) != 1:
        raise entry.error("one predicate was expected.", key, "Join several by 'all: [...]'.")
    if operator in ("gt", "lt"):
        if FACTS[key] is not None:
            raise entry.error(f"'{key}' is a word and cannot be compared in size.", key, "Use eq or in.")
        entry.part(key).number(operator)
    elif operator == "eq":
        _check_word(entry, key, value[operator])
    else:
        words = value[operator]
        if not isinstance(words, list) or not words:
            raise entry.error("a list of words was expected after 'in'.", key)
        for word in words:
            _check_word(entry, key, word)


def _check_word(entry: Entry, key: str, word: Any) -> None:
    words = FACTS[key]
    if words is None:
        raise entry.error(f"'{key}' is a number.", key, "Compare it by gt or lt.")
    entry.known(word, words, key)


def _effect(entry: Entry, vocabulary: Vocabulary) -> Effect:
    words, families = vocabulary.words, vocabulary.families
    found: dict[str, Any] = {}
    for name in ("leave_out", "forbid", "lower_level"):
        if entry.has(name):
            found[name] = entry.words(name, families)
    if entry.has("forbid_tags"):
        found["forbid_tags"] = entry.words("forbid_tags", words("tags"))
    for name, low, high in (("select", 1, LARGEST_COUNT), ("cap_level", *LEVELS), ("cap_sets", 1, LARGEST_COUNT)):
        if entry.has(name):
            part = entry.part(name)
            found[name] = {_family(part, key, families): part.whole(key, low, high) for key in part.names()}
    for name, vocab in (("cap_band", "bands"), ("cap_load", "loads"), ("only_contraction", "contractions")):
        if entry.has(name):
            part = entry.part(name)
            found[name] = {_family(part, key, families): part.word(key, words(vocab)) for key in part.names()}
    for name in ("days_per_week", "rpe"):
        if entry.has(name):
            found[name] = entry.span(name)
    for name, choices in (
        ("prefer", PREFERENCES),
        ("priority", (*families, "weakest")),
        ("equipment", ("at_hand",)),
        ("status", ("default",)),
    ):
        if entry.has(name):
            found[name] = entry.word(name, choices)
    if entry.has("lines"):
        found["lines"] = entry.whole("lines", 1, LARGEST_COUNT)
    if entry.has("withhold"):
        found["withhold"] = entry.truth("withhold")
    entry.close()
    return Effect(**found)


def _family(entry: Entry, key: str, families: tuple[str, ...]) -> str:
    return entry.known(key, [*families, ALL_FAMILIES], key)


def _sentence(entry: Entry, name: str) -> str:
    text = entry.text(name)
    try:
        places = [place for _, place, _, _ in string.Formatter().parse(text) if place is not None]
    except ValueError as error:
        raise entry.error(f"the braces are not paired ({error}).", name) from None
    for place in places:
        entry.known(place, PLACES, name)
    return text


def _check_sentences(rule: Rule, entry: Entry) -> None:
    """A rule that selects gives its reason; one that closes anything says why."""
    then = rule.then
    closes: tuple[object, ...] = (
        then.forbid,
        then.forbid_tags,
        then.leave_out,
        then.lower_level,
        then.cap_band,
        then.cap_load,
    )
    closes += (then.only_contraction, [level for level in then.cap_level.values() if level < LEVELS[1]])
    if then.select and "reason" not in rule.say:
        raise entry.error("a rule that selects needs its 'reason'.", remedy="Add the sentence.")
    if (any(closes) or then.withhold or then.equipment or then.lines) and "withheld" not in rule.say:
        raise entry.error("a rule that closes something needs its 'withheld' sentence.", remedy="Add the sentence.")
    if not rule.per_side and any("{Side}" in text for text in rule.say.values()):
        raise entry.error("{Side} has no meaning here, because the rule asks no fact of a side.", remedy="Remove it.")


def _check_example(rule: Rule, example: Entry) -> None:
    for key in example.part("given").names():
        example.part("given").known(key, list(FACTS), key)
    if not holds(rule.when, rule.example["given"]):
        raise example.error(f"rule '{rule.id}' does not fire in its own example.", remedy="Correct either of them.")
