"""Ledger and intake -> exercise options to consider: a library and rules that a clinician can read, edit and check."""

from __future__ import annotations

import math

import pandas as pd

from kinematics.exercises.options import OPTION_COLUMNS, WITHHELD_COLUMNS, Options

__all__ = ["OPTION_COLUMNS", "WITHHELD_COLUMNS", "Options", "exercise_options"]


def exercise_options(ledger: pd.DataFrame, intake: pd.DataFrame, *, age_years: float = math.nan) -> Options:
    """
    Exercise options for one visit, each with its reason; or why there are none.

    Safety comes first: with a question open, or an answer that raises a safety rule, nothing is offered and the
    messages say which questions are open or where to turn. Then irritability caps level, depth and dose, the ledger's
    class for extension on each side opens or closes categories, and for each direction exercises are chosen that the
    caps and the equipment allow. Where rules disagree, the more careful one counts. Of the ledger, only the class, the
    task and the next measurement of headline rows for extension are read.

    Parameters
    ----------
    ledger : DataFrame
        `conventions.LEDGER_COLUMNS`, the rows of one visit; may be empty.
    intake : DataFrame
        As `read_intake` gives it, the rows of one visit; may be empty.
    age_years : float, optional
        Where known: below 18 or above 50 leaves the selection to a clinician, whatever the form says. [a]

    Returns
    -------
    Options
        `status` is 'options', 'default' (no side's extension is decided) or 'withheld'.

    Raises
    ------
    DataError
        Where the intake holds more than one visit.

    Notes
    -----
    Deterministic. The same rules and library in two runs have the same `version`. Rules, library and their sources:
    docs/exercises.md. No trial was found in which using more hip extension helped people with FAI syndrome.
    """
    from kinematics.exercises.decision import fire
    from kinematics.exercises.facts import facts
    from kinematics.exercises.library import load_library
    from kinematics.exercises.rules import load_rules
    from kinematics.exercises.session import build, stopped

    library, visit = load_library(), facts(ledger, intake, age_years=age_years)
    fired = fire(load_rules(), visit)
    stop = any(one.rule.then.withhold for one in fired)
    rows, withheld = ([], stopped(fired, visit)) if stop else build(library, fired, visit)
    default = any(one.rule.then.status == "default" for one in fired)
    versions = library.vocabulary.data
    return Options(
        status="withheld" if stop else "default" if default else "options",
        table=pd.DataFrame(rows, columns=[column.name for column in OPTION_COLUMNS]),
        messages=tuple(message for one in fired if (message := one.sentence("message", visit))),
        withheld=pd.DataFrame(withheld, columns=[column.name for column in WITHHELD_COLUMNS]),
        version=f"library {versions['library_version']}, rules {versions['rules_version']}, {library.digest}",
    )
