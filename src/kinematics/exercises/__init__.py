"""Ledger and intake -> exercise options to consider: a library and rules that a clinician can read, edit and check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kinematics.conventions import Column
from kinematics.exam.columns import as_text, frame
from kinematics.exercises.options import OPTION_COLUMNS, REMEASURE_COLUMNS, WITHHELD_COLUMNS, Options
from kinematics.exercises.trace import TRACE_COLUMNS

if TYPE_CHECKING:
    from kinematics.exercises.decision import Fired, Situation
    from kinematics.exercises.folders import Shelf
    from kinematics.exercises.session import Row
    from kinematics.strides import Strides
    from kinematics.study import Session

__all__ = [
    "OPTION_COLUMNS",
    "REMEASURE_COLUMNS",
    "TRACE_COLUMNS",
    "WITHHELD_COLUMNS",
    "Options",
    "exercise_options",
    "session_options",
]

#: Columns of the options that are whole numbers; the others are text.
WHOLE = ("order", "level")


def exercise_options(
    ledger: pd.DataFrame | Mapping[str, np.ndarray],
    intake: pd.DataFrame | Mapping[str, np.ndarray],
    *,
    age_years: float = math.nan,
    symptomatic_side: str = "",
    strides: Strides | Sequence[Strides] = (),
    overlay: Path | str | None = None,
    language: str = "en",
) -> Options:
    """
    Exercise options for one visit, each with its reason; or why there are none.

    Safety comes first: with a question open, or an answer that raises a safety rule, nothing is offered and the
    messages say which questions are open or where to turn. Then irritability caps level, depth and dose, the ledger's
    classes open or close categories direction by direction and side by side, and for each direction exercises are
    chosen that the caps, the stage and the equipment allow. Where rules disagree, the more careful one counts. The
    clinician's own changes (intake fields options_struck and options_added) come last and are shown as such.

    Parameters
    ----------
    ledger : DataFrame, or its columns as arrays
        `conventions.LEDGER_COLUMNS`, the rows of one visit; may be empty. Classes, reasons and test descriptors of the
        headline rows are read, and the reserve of `direct` rows; never a tilt.
    intake : DataFrame, or its columns as arrays
        As `read_intake` gives it, the rows of one visit; may be empty.
    age_years : float, optional
        Where known: below 18 or above 50 leaves the selection to a clinician, whatever the form says. [a]
    symptomatic_side : str, optional
        left, right, both or none, as in participants.csv; '' where it is not stated.
    strides : Strides or sequence of Strides, optional
        Of the visit's runs: pelvic drop, adduction and tilt order drills and give cues; they open and close nothing.
    overlay : path, optional
        A clinic's own folder of exercises, rules, thresholds and texts, laid over the package's.
    language : str
        Folder of the sentences, `text/<language>`.

    Returns
    -------
    Options
        `status` is 'options', 'default' (no side's extension is decided) or 'withheld'.

    Raises
    ------
    DataError
        Where the intake holds more than one visit, or the overlay or language has a fault.

    Notes
    -----
    Deterministic. The same files in two runs have the same `version`. Rules, library and their sources:
    docs/exercises.md. No trial was found in which using more hip extension helped people with FAI syndrome.
    """
    from kinematics.exercises.decision import fire, situation
    from kinematics.exercises.facts import facts
    from kinematics.exercises.folders import overlaid
    from kinematics.exercises.library import load_library
    from kinematics.exercises.overrides import overridden
    from kinematics.exercises.rules import load_rules
    from kinematics.exercises.session import build, stopped
    from kinematics.exercises.trace import Behind

    shelf = overlaid(overlay, language=language)
    library, rules = load_library(shelf), load_rules(shelf)
    visit = facts(
        ledger,
        intake,
        age_years=age_years,
        symptomatic_side=symptomatic_side,
        strides=(strides,) if hasattr(strides, "table") else strides,
        shelf=shelf,
        printed=library.vocabulary.printed,
    )
    fired = fire(rules, visit)
    at = situation(library, fired, visit)
    said: tuple[str, ...] = ()
    rows: list[Row]
    stop = any(one.rule.then.withhold for one in fired)
    if stop:
        rows, withheld = [], stopped(at)
    else:
        session, said = overridden(build(at), at)
        rows, withheld = session.rows, session.withheld
    status = "withheld" if stop else "default" if any(one.rule.then.status for one in fired) else "options"
    versions = _versions(shelf)
    return Options(
        status=status,
        table=_frame(rows, OPTION_COLUMNS),
        messages=(*_messages(fired, at), *said),
        withheld=_frame(withheld, WITHHELD_COLUMNS),
        version=", ".join(f"{name} {version}" for name, version in versions.items()),
        versions=versions,
        behind=Behind(library, rules, visit, fired),
    )


def session_options(
    session: Session, ledger: pd.DataFrame | Mapping[str, np.ndarray], strides: Sequence[Strides] = ()
) -> Options:
    """
    `exercise_options` for a session of a study: its intake, age, symptomatic side and its study's own folder.

    Parameters
    ----------
    session : Session
    ledger : DataFrame, or its columns as arrays
        The session's rows.
    strides : sequence of Strides

    Returns
    -------
    Options
    """
    overlay = session.settings.exercises.overlay
    return exercise_options(
        ledger,
        session.rows("intake").columns,
        age_years=session.participant.age_years,
        symptomatic_side=session.participant.symptomatic_side,
        strides=strides,
        overlay=session.folder / overlay if overlay else None,
    )


def _messages(fired: tuple[Fired, ...], at: Situation) -> list[str]:
    sentences = (one.sentence("message", at.facts, at.library.vocabulary) for one in fired)
    return [sentence for sentence in sentences if sentence]


def _frame(rows: list[Row], columns: tuple[Column, ...]) -> pd.DataFrame:
    """The rows under the declared columns."""
    cells = {column.name: [row[column.name] for row in rows] for column in columns}
    return frame(
        {name: np.array(found, dtype=int) if name in WHOLE else as_text(found) for name, found in cells.items()}
    )


@cache
def _versions(shelf: Shelf) -> dict[str, str]:
    """Version and hash of what decides a list; an overlay's folder counts into every hash."""
    from kinematics.exercises.library import load_library

    data = load_library(shelf).vocabulary.data
    numbers = {"library": data["library_version"], "rules": data["rules_version"]}
    names = {name: f"{number} ({shelf.digest(name)})" for name, number in numbers.items()}
    own = " with a clinic's own" if len(shelf.folders) > 1 else ""
    profile = f"{shelf.digest('profile')}{own}"
    return {**names, "profile": profile, "text": f"{shelf.language} ({shelf.digest('text')})"}
