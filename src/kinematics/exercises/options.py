"""Options: what a visit's ledger and answers lead to, each row with its reason, evidence and counter-signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from kinematics.conventions import Column
from kinematics.exercises.trace import TRACE_COLUMNS, Behind, trace_table

OPTION_COLUMNS = (
    Column("participant", "", "pseudonymous id"),
    Column("session", "", "visit"),
    Column("order", "", "line of the session, from 1; the warm-up drills share one"),
    Column("category", "", "category of the library"),
    Column("category_name", "", "its printed name"),
    Column("exercise", "", "id of the exercise in the library"),
    Column("name", "", "its printed name"),
    Column("level", "", "1 to 3, easiest first"),
    Column("dose", "", "sets, amount, effort and days a week to begin with, in words"),
    Column("reason", "", "why the rules ask for this category, naming the side and the measurement"),
    Column("basis", "", "the evidence for that, and how sure it is"),
    Column("counter_signs", "", "what would speak against it"),
    Column("caution", "", "what to watch in this exercise; may be empty"),
    Column("rules", "", "ids of the rules behind the row, joined by ';'"),
    Column("sources", "", "keys of the literature, joined by ';'"),
    Column("review", "", "draft, until a clinician has reviewed the entry"),
)

WITHHELD_COLUMNS = (
    Column("what", "", "category, exercise, open question, or 'options' for everything"),
    Column("rule", "", "id of the rule that closes it"),
    Column("sentence", "", "why"),
)

REMEASURE_COLUMNS = (
    Column("week", "wk", "weeks after the beginning", "later"),
    Column("what", "", "what to measure again, in words"),
)


@dataclass(frozen=True)
class Options:
    """
    What to consider, and what is left out and why.

    Attributes
    ----------
    status : str
        `options`; `default`, led by symptoms because range is not decided; `withheld`, none offered (see messages).
    table : DataFrame
        One row per option, columns `OPTION_COLUMNS`, in the order of the session; empty where withheld.
    messages : tuple of str
        Sentences that head the list.
    withheld : DataFrame
        Columns `WITHHELD_COLUMNS`: every category that is closed, every exercise that a rule or missing equipment
        excludes from the categories offered.
    version : str
        Versions of library and rules, and the hash of their files.
    versions : mapping of str to str
        Version and hash of library, rules, profile and text, each by name.
    remeasure : DataFrame
        Columns `REMEASURE_COLUMNS`: what to measure again, and when; empty where withheld.
    trace : DataFrame
        For every option the rules behind it with their inputs, what speaks against it and what would change it; worked
        out on first use. For what is not offered, `withheld` names the rule.
    """

    status: str
    table: pd.DataFrame
    messages: tuple[str, ...]
    withheld: pd.DataFrame
    version: str
    versions: Mapping[str, str] = field(default_factory=dict)
    behind: Behind | None = field(default=None, repr=False, compare=False)

    @cached_property
    def remeasure(self) -> pd.DataFrame:
        """Columns `REMEASURE_COLUMNS`, one row per week that the rules name; empty where nothing is offered."""
        fired = () if self.behind is None or self.table.empty else self.behind.fired
        words = self.behind.library.vocabulary.printed["remeasure"] if self.behind is not None else {}
        weeks: dict[int, list[str]] = {}
        for one in fired:
            for week, what in one.rule.then.remeasure.items():
                weeks.setdefault(week, []).extend(word for word in what if word not in weeks.get(week, []))
        rows = [(week, ", ".join(words[word] for word in weeks[week])) for week in sorted(weeks)]
        return pd.DataFrame(rows, columns=[column.name for column in REMEASURE_COLUMNS])

    @cached_property
    def trace(self) -> pd.DataFrame:
        """Columns `TRACE_COLUMNS`, one row per option and rule; empty where nothing is offered."""
        if self.behind is None or self.table.empty:
            return pd.DataFrame(columns=[column.name for column in TRACE_COLUMNS])
        return trace_table(self.behind)
