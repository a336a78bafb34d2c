"""The 16 items of CERT against a list of options: what the list says itself, and what a clinician adds."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from kinematics.exercises.options import Options

#: Column of the answer, in `self_check`.
COLUMNS = ("item", "asks", "answered", "where")


def self_check(options: Options) -> pd.DataFrame:
    """
    The items of the Consensus on Exercise Reporting Template, and where a list answers each.

    Items 1 to 16 of Slade et al. 2016 (doi:10.1136/bjsports-2016-096651), worded anew. `answered` is looked up in the
    list: True, or False where the item is left to the clinician.

    Parameters
    ----------
    options : Options

    Returns
    -------
    DataFrame
        Columns item, asks, answered, where; one row per item or part of it.
    """
    rows = [(item, asks, bool(answer(options)), where) for item, asks, answer, where in _ITEMS]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _every(column: str) -> Callable[[Options], bool]:
    return lambda options: len(options.table) > 0 and bool((options.table[column].astype(str) != "").all())


def _left(options: Options) -> bool:
    del options
    return False


def _rule(name: str) -> Callable[[Options], bool]:
    return lambda options: options.behind is not None and any(one.rule.id == name for one in options.behind.fired)


_ITEMS: tuple[tuple[str, str, Callable[[Options], bool], str], ...] = (
    ("1", "equipment", _rule("E1"), "intake: equipment; withheld rows say what is lacking"),
    ("2", "who teaches it", _left, "left to the clinician"),
    ("3", "alone or in a group", _left, "left to the clinician"),
    ("4", "supervision", _left, "left to the clinician"),
    ("5", "how adherence is measured", _left, "left to the clinician; the runner's sheet has days to tick off"),
    ("6", "motivation", _left, "left to the clinician"),
    ("7a", "rule for progression", _rule("S5"), "message S5 and rule I2"),
    ("7b", "how each exercise progresses", _every("exercise"), "links of each exercise"),
    ("8", "each exercise in detail", _every("name"), "text of each exercise"),
    ("9", "home part", _every("dose"), "everything can be done with what is at hand"),
    ("10", "non-exercise parts", _left, "left to the clinician"),
    ("11", "adverse events", _rule("S5"), "message S5; intake: exercises_stopped"),
    ("12", "setting", _left, "left to the clinician"),
    ("13", "dose", _every("dose"), "column dose"),
    ("14a", "fixed or tailored", _every("rules"), "column rules"),
    ("14b", "how it is tailored", _every("reason"), "column reason, and the trace"),
    ("15", "starting level", _every("level"), "column level; rules I1 and L1"),
    ("16a", "fidelity planned", _rule("M1"), "measurements after 2, 6 and 12 weeks"),
    ("16b", "fidelity reached", _rule("I2_progress"), "intake: response to the last sessions"),
)
