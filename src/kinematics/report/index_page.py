"""The study's index: one row per session."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kinematics.report.page import asset, render
from kinematics.report.wording import Text, catalogue
from kinematics.settings import ReportSettings

#: A report lies beside its index: a plain file name, nothing that leads elsewhere.
_PLAIN_FILE = re.compile(r"[^/\\:?#]+\.html")


#: States of a session, the gravest first.
STATES = ("failed", "safety", "partial", "unclear", "complete")


@dataclass(frozen=True)
class IndexRow:
    """
    One session in the index.

    Attributes
    ----------
    participant, session : str
    href : str
        File name of the report, beside the index; empty where there is none.
    trials : str
        Which trials, in words.
    left_class, right_class : str
        Headline class of each side, as in the ledger; empty where there is none.
    n_strides : int
        Valid strides.
    errors : tuple of str
        One sentence each.
    """

    participant: str
    session: str
    href: str
    trials: str
    left_class: str
    right_class: str
    n_strides: int
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class _ShownRow:
    row: IndexRow
    href: str
    left: str
    right: str
    state: str
    state_words: str


def render_index(
    name: str,
    rows: Sequence[IndexRow],
    *,
    errors: Sequence[str] = (),
    cohort_href: str = "cohort.html",
    report: ReportSettings | None = None,
) -> str:
    """
    The index of a study as one HTML file: readable without JavaScript, sortable and searchable with it.

    Parameters
    ----------
    name : str
        The study's name.
    rows : sequence of IndexRow
        In the order in which they are shown.
    errors : sequence of str
        Sentences about rows of the study's tables that belong to no session.
    cohort_href : str
        File name of the cohort page; empty where there is none.
    report : ReportSettings, optional
    """
    report = report or ReportSettings()
    text = catalogue(report.language)
    return render(
        "index.html.j2",
        report=report,
        scripts=(asset("index.js"),) if rows else (),
        name=name,
        rows=[_shown(row, text) for row in rows],
        states=_states(rows, text),
        errors=tuple(errors),
        cohort_href=_local(cohort_href),
    )


def _shown(row: IndexRow, text: Text) -> _ShownRow:
    left, right = class_words(row.left_class, text), class_words(row.right_class, text)
    state = state_of(row)
    return _ShownRow(row, _local(row.href), left, right, state, text["index"]["states"][state])


def state_of(row: IndexRow) -> str:
    """
    A session's state in a word, the gravest that holds.

    >>> state_of(IndexRow("P01", "1", "P01_1.html", "run 3.5 m/s", "typical", "withheld", 48))
    'safety'
    """
    classes = {row.left_class, row.right_class} - {""}
    if not row.href:
        return "failed"
    if "withheld" in classes:
        return "safety"
    if row.errors:
        return "partial"
    return "complete" if classes - {"inconclusive"} else "unclear"


def _states(rows: Sequence[IndexRow], text: Text) -> list[tuple[str, str, int]]:
    """Each state that occurs: its key, its words, how many sessions are in it; the gravest first."""
    counted = Counter(map(state_of, rows))
    return [(state, text["index"]["states"][state], counted[state]) for state in STATES if counted[state]]


def class_words(name: str, text: Text) -> str:
    """A ledger class in a few plain words."""
    classes = text["index"]["classes"]
    return classes.get(name, name.replace("_", " ")) if name else text["index"]["no_class"]


def _local(href: str) -> str:
    """The link, escaped for use in a page, if it is a plain file name beside it; else nothing."""
    from urllib.parse import quote

    return quote(href) if _PLAIN_FILE.fullmatch(href) else ""
