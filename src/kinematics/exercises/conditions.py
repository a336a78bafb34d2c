"""Conditions of rules: a closed set of predicates over facts, checked on loading and never evaluated as code."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from kinematics.exercises.entry import Entry
from kinematics.exercises.facts import FACTS

#: A condition taken apart: the facts -> whether it holds.
Test: TypeAlias = Callable[[Mapping[str, Any]], bool]
JOINERS = ("all", "any", "not")
OPERATORS = ("eq", "in", "gt", "lt")
#: Facts that follow from others: of the first, these words go with these values of the second.
FOLLOWS = {
    ("safety", "clear"): {name: "no" for name in ("safety_open", "safety_s1", "safety_s2", "safety_s3")},
    ("exercise_stopped", "yes"): {"safety_open": "no"},
}


def holds(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """
    Whether a condition holds for the facts; a fact without a value fulfils no predicate.

    >>> holds({"any": [{"stage": "settle"}, {"pain_in_flexion": {"gt": 2}}]}, {"stage": "load", "pain_in_flexion": 3.0})
    True
    """
    return compiled(condition)(facts)


def compiled(condition: Mapping[str, Any]) -> Test:
    """The condition as a function of the facts, taken apart once."""
    ((key, value),) = condition.items()
    if key in ("all", "any"):
        parts, joined = [compiled(part) for part in value], all if key == "all" else any
        return lambda facts: joined(part(facts) for part in parts)
    if key == "not":
        part = compiled(value)
        return lambda facts: not part(facts)
    ((operator, wanted),) = value.items() if isinstance(value, dict) else (("eq", value),)
    return _predicate(key, operator, wanted)


def _predicate(key: str, operator: str, wanted: Any) -> Test:
    """A fact held against a value; no value of the fact fulfils nothing."""
    if operator == "in":
        return lambda facts: facts.get(key) is not None and facts[key] in wanted
    if operator == "gt":
        return lambda facts: facts.get(key) is not None and facts[key] > wanted
    if operator == "lt":
        return lambda facts: facts.get(key) is not None and facts[key] < wanted
    return lambda facts: facts.get(key) is not None and facts[key] == wanted


def asked(condition: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the facts that a condition asks, each once, in order."""
    return tuple(dict.fromkeys(_asked(condition)))


def _asked(condition: Mapping[str, Any]) -> Iterator[str]:
    ((key, value),) = condition.items()
    if key not in JOINERS:
        yield key
        return
    for part in [value] if key == "not" else value:
        yield from _asked(part)


def can_hold(condition: Mapping[str, Any]) -> bool:
    """Whether some values of the facts fulfil a condition (numbers are tried on both sides of each figure)."""
    names = asked(condition)
    figures = sorted({number for number in _figures(condition)})
    numbers = [figure + step for figure in figures for step in (-1.0, 0.0, 1.0)]
    choices = [[None, *(FACTS[name] or numbers)] for name in names]
    test = compiled(condition)
    for values in itertools.product(*choices):
        facts = dict(zip(names, values, strict=True))
        if test(facts) and not _contradictory(facts):
            return True
    return False


def _figures(condition: Mapping[str, Any]) -> Iterator[float]:
    ((key, value),) = condition.items()
    if key in JOINERS:
        for part in [value] if key == "not" else value:
            yield from _figures(part)
    elif isinstance(value, dict):
        yield from (float(number) for operator, number in value.items() if operator in ("gt", "lt"))


def _contradictory(facts: Mapping[str, Any]) -> bool:
    for (name, word), others in FOLLOWS.items():
        if facts.get(name) == word and any(facts.get(other) not in (None, value) for other, value in others.items()):
            return True
    return False


def check_condition(entry: Entry) -> bool:
    """Adds the faults of a condition; whether it has none."""
    before = len(entry.faults)
    _check(entry)
    return len(entry.faults) == before


def _check(entry: Entry) -> None:
    if not isinstance(entry.data, dict) or len(entry.data) != 1:
        entry.fault("one predicate was expected.", remedy="Join several by 'all: [...]'.")
        return
    (key,) = entry.names()
    if key in ("all", "any"):
        for part in entry.parts(key):
            _check(part)
    elif key == "not":
        _check(entry.part(key))
    elif entry.known(key, [*FACTS, *JOINERS], key) == key:
        _check_predicate(entry, key, entry.data[key])


def _check_predicate(entry: Entry, key: str, value: Any) -> None:
    if not isinstance(value, dict):
        _check_word(entry, key, value)
        return
    operator = next(iter(value), "")
    if entry.known(operator, OPERATORS, key) != operator:
        return
    if len(value) != 1:
        entry.fault("one predicate was expected.", key, "Join several by 'all: [...]'.")
    elif operator in ("gt", "lt"):
        if FACTS[key] is not None:
            entry.fault(f"'{key}' is a word and cannot be compared in size.", key, "Use eq or in.")
        entry.part(key).number(operator)
    elif operator == "eq":
        _check_word(entry, key, value[operator])
    else:
        words = value[operator]
        if not isinstance(words, list) or not words:
            entry.fault("a list of words was expected after 'in'.", key)
            return
        for word in words:
            _check_word(entry, key, word)


def _check_word(entry: Entry, key: str, word: Any) -> None:
    words = FACTS[key]
    if words is None:
        entry.fault(f"'{key}' is a number.", key, "Compare it by gt or lt.")
    else:
        entry.known(word, words, key)
