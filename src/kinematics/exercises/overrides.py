"""The clinician's own changes from the intake: options struck and added, shown as such and never hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kinematics.exercises.decision import Fired, Situation, excluded, forbidden, sieve
from kinematics.exercises.dose import dose_text
from kinematics.exercises.exercise import Exercise
from kinematics.exercises.session import Row, Session, why_not, withheld_row
from kinematics.intake import nearest

#: What stands in the column of the rules for a clinician's own decision.
CLINICIAN = "clinician"


def overridden(session: Session, at: Situation) -> tuple[Session, tuple[str, ...]]:
    """
    The session with the clinician's changes, and sentences that say so.

    What is struck leaves the list and stands among the withheld; what is added closes the list, with what the rules say
    against it as a caution. Ids that do not exist are named with the nearest that does. Rows of the same intake come
    out alike in every run.
    """
    exercises, phrase = at.library.exercises, at.library.vocabulary.phrase
    struck = [exercises[name] for name in at.facts.struck if name in exercises]
    added = [exercises[name] for name in at.facts.added if name in exercises and name not in at.facts.struck]
    offered = {row["exercise"] for row in session.rows}
    rows = _renumbered(row for row in session.rows if row["exercise"] not in at.facts.struck)
    last = max((int(row["order"]) for row in rows), default=0)
    new = [one for one in added if one.id not in offered]
    rows += [_added(one, last + number, at) for number, one in enumerate(new, start=1)]
    why = _why(at)
    gone: list[Row] = [
        {"what": one.id, "rule": CLINICIAN, "sentence": phrase("clinician_struck", name=one.name, why=why)}
        for one in struck
    ]
    named = (*at.facts.struck, *at.facts.added, *at.facts.mastered, *at.facts.stopped)
    unknown = [name for name in dict.fromkeys(named) if name not in exercises]
    said = [phrase("override_unknown", id=name, nearest=nearest(name, list(exercises))) for name in unknown]
    said += [phrase("overrides_shown")] if struck or added else []
    return replace(session, rows=rows, withheld=session.withheld + gone), tuple(said)


def _renumbered(rows: Iterable[Row]) -> list[Row]:
    """Rows with their lines counted from 1 again."""
    kept = list(rows)
    lines = {line: number for number, line in enumerate(dict.fromkeys(row["order"] for row in kept), start=1)}
    return [{**row, "order": lines[row["order"]]} for row in kept]


def _added(exercise: Exercise, line: int, at: Situation) -> Row:
    vocabulary = at.library.vocabulary
    family = vocabulary.family(exercise.category)
    against = [row for one in _against(exercise, at) for row in [withheld_row("", one, why_not(at, exercise, one))]]
    said = [vocabulary.phrase("clinician_against", sentence=row["sentence"]) for row in against]
    return {
        "participant": at.facts.participant,
        "session": at.facts.session,
        "order": line,
        "category": exercise.category,
        "category_name": vocabulary.category_name(exercise.category),
        "exercise": exercise.id,
        "name": exercise.name,
        "level": exercise.level,
        "dose": dose_text(exercise, at),
        "reason": vocabulary.phrase("clinician_added", why=_why(at)),
        "basis": vocabulary.phrase("clinician_basis"),
        "counter_signs": vocabulary.printed["counter_signs"][family],
        "caution": " ".join(dict.fromkeys(text for text in (exercise.caution, *said) if text)),
        "rules": CLINICIAN,
        "sources": ";".join(exercise.sources),
        "review": exercise.review,
    }


def _against(exercise: Exercise, at: Situation) -> list[Fired]:
    """The rules that would keep an added exercise out."""
    family = at.library.vocabulary.family(exercise.category)
    found = list(forbidden(at.fired, family))
    blamed = excluded(exercise, sieve(at.fired, family), at)
    return found + ([blamed] if blamed is not None and blamed not in found else [])


def _why(at: Situation) -> str:
    words = at.library.vocabulary.printed["overrides"]
    if at.facts.why not in words:
        return ""
    return " " + at.library.vocabulary.phrase("clinician_why", why=words[at.facts.why])
