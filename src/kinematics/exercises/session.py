"""Fired rules and library -> the lines of one session, their doses, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kinematics.exercises.choice import Choice, Chosen, choose
from kinematics.exercises.decision import Fired, Situation, forbidden, missing_equipment, selected
from kinematics.exercises.dose import dose_text
from kinematics.exercises.exercise import WARM_UP, Exercise

WEAKEST_FAMILY = {
    "extension": "EXT",
    "flexion": "HF",
    "abduction": "ABD",
    "adduction": "ADD",
    "internal_rotation": "ROT",
    "external_rotation": "ROT",
}
#: Families that come before the priority.
OPENING = (WARM_UP, "PLY")

Row = dict[str, str | int]


@dataclass(frozen=True)
class Session:
    """Rows of the options, rows of what is withheld, and the family that comes first after the warm-up."""

    rows: list[Row]
    withheld: list[Row]
    priority: str


def build(at: Situation) -> Session:
    """
    The lines in the article's order: warm-up, plyometrics, the priority, lifts and extension, flexion, abduction,
    adduction, rotation, trunk, mobility, running.
    """
    vocabulary = at.library.vocabulary
    counts, dropped = selected(at.fired, vocabulary)
    priority = _priority(at)
    order = [family for family in vocabulary.data["session_order"] if family in counts]
    order.sort(key=lambda family: (family not in OPENING, family != priority))
    rows: list[Row] = []
    withheld = _closed(at, counts, dropped)
    line = 0
    for family in order:
        if forbidden(at.fired, family):
            continue
        choice = choose(family, counts[family], at)
        for number, one in enumerate(choice.chosen):
            line += 1 if family != WARM_UP or number == 0 else 0
            rows.append(_row(at, one, line, family, first=family == priority))
        withheld += _kept_out(at, choice, family)
    return Session(rows, withheld, priority)


def stopped(at: Situation) -> list[Row]:
    """Rows of what is withheld where a safety rule stops everything: the open questions, then each rule that stops."""
    rows = []
    for one in at.fired:
        if one.rule.then.withhold:
            rows.append(withheld_row("options", one, one.sentence("withheld", at.facts, at.library.vocabulary)))
            if "{open_questions}" in one.rule.say.get("message", ""):
                rows += [withheld_row(name, one, question) for name, question in at.facts.open_questions.items()]
    return rows


def _priority(at: Situation) -> str:
    found = next((one.rule.then.priority for one in at.fired if one.rule.then.priority), "")
    return WEAKEST_FAMILY.get(str(at.facts.values["weakest"]), "") if found == "weakest" else found


def _closed(at: Situation, counts: dict[str, int], dropped: dict[str, Fired]) -> list[Row]:
    """A row for every family that is not offered, with each rule that closes it or the one that leaves it out."""
    rows = []
    vocabulary = at.library.vocabulary
    for family in vocabulary.families:
        closing = forbidden(at.fired, family)
        if not closing and family not in counts:
            leaving = (one for one in at.fired if family in one.rule.then.leave_out)
            closing = (dropped[family],) if family in dropped else tuple(one for one in [next(leaving, None)] if one)
        name = vocabulary.category_name(family)
        rows += [
            withheld_row(family, one, f"{name}. {one.sentence('withheld', at.facts, vocabulary)}") for one in closing
        ]
    return rows


def _kept_out(at: Situation, choice: Choice, family: str) -> list[Row]:
    vocabulary = at.library.vocabulary
    rows = [withheld_row(exercise.id, one, why_not(at, exercise, one)) for exercise, one in choice.kept_out]
    rules = ";".join(dict.fromkeys(str(row["rule"]) for row in rows))
    for exercise in choice.without_equivalent:
        sentence = vocabulary.phrase("no_equivalent", name=exercise.name)
        rows.append({"what": exercise.id, "rule": rules, "sentence": sentence})
    if not choice.chosen:
        name = vocabulary.category_name(family)
        rows.append({"what": family, "rule": rules, "sentence": vocabulary.phrase("empty_line", name=name)})
    return rows


def why_not(at: Situation, exercise: Exercise, one: Fired) -> str:
    """The sentence of the rule that keeps an exercise out."""
    lacking = equipment_names(at, exercise) if one.rule.then.equipment else ""
    sentence = one.sentence("withheld", at.facts, at.library.vocabulary, equipment=lacking)
    return f"{exercise.name}. {sentence}"


def equipment_names(at: Situation, exercise: Exercise) -> str:
    """What an exercise needs and is not at hand, in words."""
    vocabulary = at.library.vocabulary
    names, groups = vocabulary.printed["equipment"], missing_equipment(exercise, at.at_hand)
    alternatives = (f" {vocabulary.phrase('or')} ".join(names[word] for word in group) for group in groups)
    return f" {vocabulary.phrase('and')} ".join(alternatives)


def withheld_row(what: str, one: Fired, sentence: str) -> Row:
    """A row of what is withheld."""
    return {"what": what, "rule": one.rule.id, "sentence": sentence}


def _row(at: Situation, one: Chosen, line: int, family: str, *, first: bool) -> Row:
    exercise, facts, vocabulary = one.exercise, at.facts, at.library.vocabulary
    asking = [fired for fired in at.fired if family in fired.rule.then.select]
    leading = [fired for fired in asking if fired.rule.group == asking[0].rule.group]
    leading += [fired for fired in at.fired if first and fired.rule.then.priority]
    shaping = [fired for fired in at.fired if fired in asking or fired in leading or fired.rule.on[family].shapes]
    warned = [fired for fired in shaping if "caution" in fired.rule.say]
    cautions = [exercise.caution, *(fired.sentence("caution", facts, vocabulary) for fired in warned)]
    reasons = [fired.sentence("reason", facts, vocabulary) for fired in leading]
    sources = [*(key for fired in leading for key in fired.rule.sources), *exercise.sources]
    return {
        "participant": facts.participant,
        "session": facts.session,
        "order": line,
        "category": exercise.category,
        "category_name": vocabulary.category_name(exercise.category),
        "exercise": exercise.id,
        "name": exercise.name,
        "level": exercise.level,
        "dose": dose_text(exercise, at),
        "reason": _join([*reasons, *_linked(at, one)]),
        "basis": _join(_basis(fired, at) for fired in leading),
        "counter_signs": vocabulary.printed["counter_signs"][family],
        "caution": _join(cautions),
        "rules": ";".join(fired.rule.id for fired in shaping),
        "sources": ";".join(dict.fromkeys(sources)),
        "review": exercise.review,
    }


def _linked(at: Situation, one: Chosen) -> list[str]:
    """Sentences on what the exercise follows from: a substitute, the next of a mastered or the easier of a stopped."""
    exercises, phrase, found = at.library.exercises, at.library.vocabulary.phrase, []
    if one.instead_of is not one.exercise:
        needs = equipment_names(at, one.instead_of)
        found.append(phrase("substitute", name=one.instead_of.name, equipment=needs))
    for names, link, said in (
        (at.facts.mastered, "progress", "mastered_next"),
        (at.facts.stopped, "regress", "stopped_next"),
    ):
        of = next((n for n in names if n in exercises and getattr(exercises[n], link) == one.exercise.id), None)
        if of is not None:
            found.append(phrase(said, name=exercises[of].name))
    return found


def _basis(one: Fired, at: Situation) -> str:
    rule, vocabulary = one.rule, at.library.vocabulary
    word = vocabulary.printed["confidence"][rule.confidence]
    return vocabulary.phrase("evidence", basis=rule.basis, letter=rule.confidence, word=word)


def _join(sentences: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(sentence for sentence in sentences if sentence))
