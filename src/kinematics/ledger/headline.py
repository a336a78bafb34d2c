"""Which speed of a visit its report leads with."""

from __future__ import annotations

import pandas as pd

from kinematics.ledger.used import RUN_KEYS

VISIT_KEYS = ["participant", "session"]


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
