"""Options: what a visit's ledger and answers lead to, each row with its reason, evidence and counter-signs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kinematics.conventions import Column

STATUSES = ("options", "default", "withheld")

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
    """

    status: str
    table: pd.DataFrame
    messages: tuple[str, ...]
    withheld: pd.DataFrame
    version: str
