"""What a rule does: the closed list of effects, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kinematics.exercises.entry import Entry
from kinematics.exercises.exercise import LEVELS, Vocabulary

_T = TypeVar("_T")

ALL_FAMILIES = "all"
PREFERENCES = ("least_weight_bearing", "no_full_weight_bearing", "highest_level")
LARGEST_COUNT = 7
STAGES = (0, 6)


@dataclass(frozen=True)
class Effect:
    """What a rule does; families are lines of the session (HF stands for HF1, HF2 and HF3), `all` for every one."""

    select: Mapping[str, int] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    forbid_tags: tuple[str, ...] = ()
    one_of_tag: tuple[str, ...] = ()
    cap_level: Mapping[str, int] = field(default_factory=dict)
    lower_level: tuple[str, ...] = ()
    cap_band: Mapping[str, str] = field(default_factory=dict)
    cap_load: Mapping[str, str] = field(default_factory=dict)
    cap_sets: Mapping[str, int] = field(default_factory=dict)
    cap_stage: int | None = None
    only_contraction: Mapping[str, str] = field(default_factory=dict)
    only_direction: Mapping[str, str] = field(default_factory=dict)
    extra_set: Mapping[str, int] = field(default_factory=dict)
    prefer_pelvis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remeasure: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    days_per_week: tuple[float, float] | None = None
    rpe: tuple[float, float] | None = None
    prefer: str = ""
    priority: str = ""
    lines: int | None = None
    equipment: str = ""
    stage: str = ""
    stopped: bool = False
    status: str = ""
    withhold: bool = False

    def closes(self, top_level: int) -> bool:
        """Whether it can keep anything out of the list."""
        whole = (self.forbid, self.forbid_tags, self.leave_out, self.lower_level, self.cap_band, self.cap_load)
        single = (self.only_contraction, self.only_direction, self.equipment, self.stage, self.lines)
        lowered = any(level < top_level for level in self.cap_level.values())
        return (
            any(map(bool, (*whole, *single))) or lowered or self.cap_stage is not None or self.stopped or self.withhold
        )


@dataclass(frozen=True)
class OnFamily:
    """An effect as one family meets it; bands and loads as places in their vocabularies, None where it says nothing."""

    level: int | None
    lower: bool
    band: int | None
    load: int | None
    sets: int | None
    stage: int | None
    contraction: str | None
    direction: str | None
    tags: frozenset[str]
    due: bool
    stopped: bool
    equipment: bool
    more_sets: bool
    pelvis: tuple[str, ...]
    excludes: bool
    shapes: bool


def on_family(then: Effect, family: str, vocabulary: Vocabulary) -> OnFamily:
    """What an effect says about a family: its own word, else the one for all."""
    bands, loads = vocabulary.words("bands"), vocabulary.words("loads")
    band, load = _said(then.cap_band, family), _said(then.cap_load, family)
    level, sets = _said(then.cap_level, family), _said(then.cap_sets, family)
    contraction, direction = _said(then.only_contraction, family), _said(then.only_direction, family)
    lower, more_sets = family in then.lower_level, _said(then.extra_set, family) is not None
    pelvis = _said(then.prefer_pelvis, family) or ()
    capped = lower or any(one is not None for one in (level, band, load, contraction, direction))
    further = (then.forbid_tags, then.equipment, then.stopped, then.stage, then.cap_stage is not None)
    return OnFamily(
        level=level,
        lower=lower,
        band=None if band is None else bands.index(band),
        load=None if load is None else loads.index(load),
        sets=sets,
        stage=then.cap_stage,
        contraction=contraction,
        direction=direction,
        tags=frozenset(then.forbid_tags),
        due=then.stage == "due",
        stopped=then.stopped,
        equipment=bool(then.equipment),
        more_sets=more_sets,
        pelvis=pelvis,
        excludes=capped or any(map(bool, further)),
        shapes=capped or sets is not None or more_sets or bool(pelvis),
    )


def _said(limits: Mapping[str, _T], family: str) -> _T | None:
    return limits.get(family, limits.get(ALL_FAMILIES))


def read_effect(entry: Entry, vocabulary: Vocabulary) -> Effect:
    """The effect of a rule; what is wrong with it is added to the faults."""
    words, families = vocabulary.words, vocabulary.families
    found: dict[str, Any] = {}
    lists = {"leave_out": families, "forbid": families, "lower_level": families}
    lists |= {"forbid_tags": tuple(words("tags")), "one_of_tag": tuple(words("tags"))}
    for name, known in lists.items():
        if entry.has(name):
            found[name] = entry.words(name, known)
    counts = {"select": (1, LARGEST_COUNT), "cap_level": LEVELS, "cap_sets": (1, LARGEST_COUNT), "extra_set": (1, 1)}
    for name, (low, high) in counts.items():
        if entry.has(name):
            part = entry.part(name)
            found[name] = {_family(part, key, families): part.whole(key, low, high) for key in part.names()}
    vocabularies = {"cap_band": "bands", "cap_load": "loads", "only_contraction": "contractions"}
    for name, vocab in {**vocabularies, "only_direction": "directions"}.items():
        if entry.has(name):
            part = entry.part(name)
            found[name] = {_family(part, key, families): part.word(key, words(vocab)) for key in part.names()}
    if entry.has("prefer_pelvis"):
        part = entry.part("prefer_pelvis")
        found["prefer_pelvis"] = {
            _family(part, key, families): part.words(key, words("pelvis")) for key in part.names()
        }
    for name in ("days_per_week", "rpe"):
        if entry.has(name):
            found[name] = entry.span(name)
    _single_words(entry, found, families)
    if entry.has("lines"):
        found["lines"] = entry.whole("lines", 1, LARGEST_COUNT)
    if entry.has("cap_stage"):
        found["cap_stage"] = entry.whole("cap_stage", *STAGES)
    for name in ("withhold", "stopped"):
        if entry.has(name):
            found[name] = entry.truth(name)
    if entry.has("remeasure"):
        found["remeasure"] = _weeks(entry.part("remeasure"), vocabulary)
    entry.close()
    return Effect(**found)


def _family(part: Entry, key: str, families: tuple[str, ...]) -> str:
    return part.known(key, [*families, ALL_FAMILIES], key)


def _single_words(entry: Entry, found: dict[str, Any], families: tuple[str, ...]) -> None:
    choices = {
        "prefer": PREFERENCES,
        "priority": (*families, "weakest"),
        "equipment": ("at_hand",),
        "stage": ("due",),
        "status": ("default",),
    }
    for name, known in choices.items():
        if entry.has(name):
            found[name] = entry.word(name, known)


def _weeks(entry: Entry, vocabulary: Vocabulary) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for week in entry.names():
        if not isinstance(week, int) or week < 1:
            entry.fault(f"'{week}' is no week.", week, "Write whole weeks, as 6: [pain].")
            continue
        found[week] = entry.words(week, list(vocabulary.printed["remeasure"]))
    return found
