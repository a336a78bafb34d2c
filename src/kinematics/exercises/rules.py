"""Decision tables: rules as YAML, their sentences apart, one file of sentences for each language."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from kinematics.conventions import DataError
from kinematics.exercises.conditions import Test, asked, can_hold, check_condition, compiled
from kinematics.exercises.effects import Effect, OnFamily, on_family, read_effect
from kinematics.exercises.entry import Entry
from kinematics.exercises.exercise import LEVELS, Vocabulary, load_vocabulary
from kinematics.exercises.facts import FACTS, PLACES, SIDE_FACTS
from kinematics.exercises.folders import Shelf, loaded

SENTENCES = ("reason", "message", "withheld", "caution")
#: Rules of this file stop everything; a clinic's own folder may add to them and replace none.
SAFETY_GROUP = "10_safety"


@dataclass(frozen=True, eq=False)
class Rule:
    """
    One rule.

    Attributes
    ----------
    id, group : str
        `group` is the file it stands in; groups that come first give the reason of an option.
    when : mapping
        The condition: `all`, `any`, `not` over `{fact: word}` or `{fact: {eq|in|gt|lt: value}}`.
    asks : tuple of str
        The facts in it.
    per_side : bool
        Whether it asks a fact of a side.
    then : Effect
    say : mapping
        Sentences: `reason` of what it selects, `message` above the list, `withheld` of what it closes, `caution`.
    basis, confidence, sources
        The evidence sentence, A to C, and keys of the literature.
    example : mapping
        `given` (facts) and `gives` (what comes of it, in words).
    on : mapping of family to OnFamily
        The effect as each family meets it.
    test : callable
        `when` as a function of the facts.
    """

    id: str
    group: str
    when: Mapping[str, Any]
    asks: tuple[str, ...]
    per_side: bool
    then: Effect
    say: Mapping[str, str]
    basis: str
    confidence: str
    sources: tuple[str, ...]
    example: Mapping[str, Any] = field(repr=False)
    on: Mapping[str, OnFamily] = field(repr=False, compare=False)
    test: Test = field(repr=False, compare=False)


@cache
def load_rules(shelf: Shelf = Shelf()) -> tuple[Rule, ...]:  # noqa: B008 (frozen)
    """
    The rules of a shelf in the order of their files, checked; read once per process.

    Raises
    ------
    DataError
        The first thing that is wrong, with file, line and the nearest valid word.
    """
    rules, faults = read_rules(shelf)
    if faults:
        raise faults[0]
    return rules


def read_rules(shelf: Shelf) -> tuple[tuple[Rule, ...], list[DataError]]:
    """The rules of a shelf and everything that is wrong with them; rules with a fault are left out."""
    faults: list[DataError] = []
    vocabulary = load_vocabulary(shelf, [])
    texts: dict[str, Entry] = {}
    for layer in shelf.layers(f"text/{shelf.language}/rules.yaml", faults):
        texts.update({name: layer.part(name) for name in layer.names()})
    rules: dict[str, Rule] = {}
    known: set[str] = set()
    for level, folder in enumerate(shelf.folders):
        own: set[str] = set()
        for path in sorted((folder / "rules").glob("*.yaml")):
            whole = loaded(path, folder, faults)
            if whole is None:
                continue
            for entry in _entries(whole):
                before = len(faults)
                name = entry.text("id")
                _check_name(entry, name, own, rules, on_top=level > 0)
                own.add(name)
                rule = _rule(entry, rules[name].group if name in rules else path.stem, texts, vocabulary)
                if len(faults) == before and rule is not None:
                    rules[name] = rule
        known |= own
    for name, text in texts.items():
        if name not in known:
            text.fault(f"'{name}' is no rule.", remedy=None)
    if not known and not faults:
        faults.append(DataError("no rules were found.", file="rules", remedy="Put the decision tables there."))
    return tuple(sorted(rules.values(), key=lambda rule: rule.group)), faults


def _entries(whole: Entry) -> list[Entry]:
    if not isinstance(whole.data, list):
        whole.fault("a list of rules was expected.")
        return []
    return [Entry(one, whole.path, whole.name, whole.faults, (i,)) for i, one in enumerate(whole.data)]


def _check_name(entry: Entry, name: str, own: set[str], rules: Mapping[str, Rule], *, on_top: bool) -> None:
    if name in own:
        entry.fault(f"rule '{name}' is there twice.", "id", "Give one of them another id.")
    if on_top and name in rules and rules[name].group == SAFETY_GROUP:
        entry.fault(f"rule '{name}' is a safety rule and cannot be replaced.", "id", "Add a rule of another id.")


def _rule(entry: Entry, group: str, texts: Mapping[str, Entry], vocabulary: Vocabulary) -> Rule | None:
    name = entry.text("id")
    sound = check_condition(entry.part("when"))
    then = read_effect(entry.part("then"), vocabulary)
    confidence = entry.word("confidence", vocabulary.words("confidence"))
    sources = entry.words("sources", vocabulary.sources)
    example = entry.part("example")
    for key in example.names():
        example.known(key, list(FACTS), key)
    entry.close()
    if name not in texts:
        entry.fault(f"rule '{name}' has no sentences in text.", "id", "Add them to text/<language>/rules.yaml.")
    if not sound or name not in texts:
        return None
    when, text = entry.get("when"), texts[name]
    rule = Rule(
        id=name,
        group=group,
        when=when,
        asks=asked(when),
        per_side=any(fact in SIDE_FACTS for fact in asked(when)),
        then=then,
        say={kind: _sentence(text, kind) for kind in SENTENCES if text.has(kind)},
        basis=text.text("basis"),
        confidence=confidence,
        sources=sources,
        example={"given": dict(example.data), "gives": text.text("example")},
        on={family: on_family(then, family, vocabulary) for family in vocabulary.families},
        test=compiled(when),
    )
    text.close()
    _check_sentences(rule, text)
    if not can_hold(when):
        entry.fault(f"rule '{name}' can never fire.", "when", "Its condition contradicts itself.")
    elif not rule.test(rule.example["given"]):
        entry.fault(f"rule '{name}' does not fire in its own example.", "example", "Correct either of them.")
    return rule


def _sentence(entry: Entry, name: str) -> str:
    text = entry.text(name)
    try:
        places = [place for _, place, _, _ in string.Formatter().parse(text) if place is not None]
    except ValueError as error:
        entry.fault(f"the braces are not paired ({error}).", name)
        return ""
    for place in places:
        entry.known(place, PLACES, name)
    return text


def _check_sentences(rule: Rule, text: Entry) -> None:
    """A rule that selects gives its reason; one that closes anything says why."""
    if rule.then.select and "reason" not in rule.say:
        text.fault("a rule that selects needs its 'reason'.", remedy="Add the sentence.")
    if rule.then.closes(LEVELS[1]) and "withheld" not in rule.say:
        text.fault("a rule that closes something needs its 'withheld' sentence.", remedy="Add the sentence.")
    if not rule.per_side and any("{Side}" in sentence for sentence in rule.say.values()):
        text.fault("{Side} has no meaning here, because the rule asks no fact of a side.", remedy="Remove it.")
