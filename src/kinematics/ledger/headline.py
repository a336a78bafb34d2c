"""Which run of a visit its report leads with, and which comparison."""

from __future__ import annotations

import pandas as pd

from kinematics.conventions import COMPARISONS
from kinematics.ledger.terms import terms
from kinematics.ledger.used import RUN_KEYS

VISIT_KEYS = ["participant", "session"]
MAIN_DIRECTION = "extension"
#: Classes by what they say: (use is low, test is low). A test that reads short while use does not is no opposite of
#: 'typical': both say that use is not low.
NOT_LOW = ("typical", "low_test_only")


def headline(table: pd.DataFrame) -> pd.Series:
    """
    True for one row per visit and side: both sides' rows of the same recording.

    Runs come before walks. Among them, recordings that can be compared on both sides (strides, zero and reference
    allow it) come before those that can on one, or on none; of the best kind the middle speed is taken, the slower of
    two middle ones. The choice does not look at the values.

    Parameters
    ----------
    table : DataFrame
        One row per run and side, with `RUN_KEYS` and `comparable` (bool).

    Returns
    -------
    Series of bool, index as in `table`
    """
    runs = table.groupby(RUN_KEYS, dropna=False, sort=False, observed=True)["comparable"].sum().reset_index()
    runs["other_task"] = runs["task"] != "run"
    runs = runs.sort_values(["other_task", "comparable"], ascending=[True, False], kind="stable")
    best = runs.groupby(VISIT_KEYS, sort=False, observed=True)[["other_task", "comparable"]].transform("first")
    runs = runs[(runs[["other_task", "comparable"]] == best).all(axis=1)].sort_values(RUN_KEYS, kind="stable")
    visits = runs.groupby(VISIT_KEYS, sort=False, observed=True)
    middle = (visits["task"].transform("size") - 1) // 2
    chosen = runs.loc[visits.cumcount() == middle, RUN_KEYS].assign(headline=True)
    marked = table[RUN_KEYS].merge(chosen, on=RUN_KEYS, how="left")
    return pd.Series(marked["headline"].notna().to_numpy(), index=table.index, name="headline")


def leading(table: pd.DataFrame) -> pd.DataFrame:
    """
    The table with `headline`: per visit, side and direction one row, of the run that `headline` chooses.

    The first comparison that decides leads (direct, sides, reference); where none decides, the `reference` row. Where
    another one of the same run, side and direction gives an opposite class - low use against not low, or, both
    low, test low against not low - the leading row turns `inconclusive` (comparisons_disagree).

    Parameters
    ----------
    table : DataFrame
        Rows of all comparisons and directions.
    """
    runs = table[(table["comparison"] == "reference") & (table["direction"] == MAIN_DIRECTION)]
    chosen = headline(runs.assign(comparable=runs["not_comparable"] == ""))
    chosen = runs.loc[chosen.to_numpy(), RUN_KEYS].drop_duplicates().assign(of_chosen_run=True)
    table = table.merge(chosen, on=RUN_KEYS, how="left")
    rank = table["comparison"].map({name: place for place, name in enumerate(COMPARISONS)})
    given = table["class"] != "inconclusive"
    rank = rank.where(given, len(COMPARISONS) + (table["comparison"] != "reference"))
    keys = [*RUN_KEYS, "side", "direction"]
    groups = [table[name] for name in keys]
    first = rank == rank.groupby(groups, dropna=False).transform("min")
    meaning = table["class"].where(~table["class"].isin(NOT_LOW), "not_low").where(given)
    opposite = first & given & (meaning.groupby(groups, dropna=False).transform("nunique") > 1)
    table["headline"] = first & table["of_chosen_run"].eq(True)
    opposite &= table["headline"]
    table["class"] = table["class"].mask(opposite, "inconclusive")
    table["reason"] = table["reason"].mask(opposite, "comparisons_disagree")
    sentence = terms()["reasons"]["comparisons_disagree"]["next"]
    table["next_measurement"] = table["next_measurement"].mask(opposite, sentence)
    return table
