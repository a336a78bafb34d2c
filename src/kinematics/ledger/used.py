"""Strides -> used range: the median peak of each side, and its standard error term by term."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES
from kinematics.ledger.terms import used_term
from kinematics.strides import Strides

METRIC = "peak_hip_extension_deg"
COMPARED_TASKS = ("run", "walk")
#: What is compared together: one run of one visit in one convention.
RUN_KEYS = ["participant", "session", "task", "speed_m_s", "zero", "hip_centre"]
#: Standard error of a median over that of a mean, normal scatter: sqrt(pi / 2).
MEDIAN_OVER_MEAN = float(np.sqrt(np.pi / 2))


def used_range(strides: Strides | Sequence[Strides]) -> pd.DataFrame:
    """
    Used hip extension of each side: the median of its valid strides' peaks, with its standard error.

    Strides of several trials at the same task, speed and convention of a visit are taken together. The terms of the
    error are independent and add in quadrature; their sizes and sources stand in terms.yaml:

    - visit: placement of markers and the person's own change from one visit to the next;
    - hip centre: a regression does not know this person's hip;
    - strides: sqrt(pi / 2) * s / sqrt(n_eff), n_eff = n (1 - r) / (1 + r) with r the correlation of neighbours.

    Parameters
    ----------
    strides : Strides or sequence of Strides

    Returns
    -------
    DataFrame
        One row per participant, session, task (run, walk), speed, zero, hip centre and side, both sides always, sorted.
        n_strides; used_deg (NaN without strides), used_se_deg and its terms used_se_visit_deg, used_se_hip_centre_deg,
        used_se_strides_deg. Extension is positive. [deg]
    """
    rows = _stride_rows([strides] if isinstance(strides, Strides) else strides)
    grouped = rows.groupby([*RUN_KEYS, "side"], dropna=False, sort=True, observed=True)["value"]
    sides = grouped.agg(["count", "median", "std"]).reset_index()
    runs = sides[RUN_KEYS].drop_duplicates()
    table = runs.merge(pd.DataFrame({"side": pd.Series(SIDES, dtype="str")}), how="cross")
    table = table.merge(sides, on=[*RUN_KEYS, "side"], how="left", sort=False)
    n = table["count"].fillna(0)
    correlation = used_term("stride_correlation")
    n_effective = n.where(n > 0) * (1 - correlation) / (1 + correlation)
    scatter = table["std"].fillna(used_term("stride_sd_deg"))
    table["n_strides"] = n.astype("int64")
    table["used_deg"] = table["median"].astype("float64")
    table["used_se_visit_deg"] = used_term("between_visits_deg")
    table["used_se_hip_centre_deg"] = used_term("hip_centre_deg")
    table["used_se_strides_deg"] = MEDIAN_OVER_MEAN * scatter / np.sqrt(n_effective)
    table["used_se_deg"] = total_se(table, ("visit", "hip_centre", "strides"))
    return table.drop(columns=["count", "median", "std"])


def total_se(table: pd.DataFrame, terms: Sequence[str]) -> pd.Series:
    """Terms `used_se_<term>_deg` added in quadrature; NaN where there is no stride. [deg]"""
    return np.sqrt(sum(table[f"used_se_{term}_deg"] ** 2 for term in terms))


def _stride_rows(strides: Sequence[Strides]) -> pd.DataFrame:
    """Keys, convention and peak (NaN where the stride is not valid) of every stride that is compared."""
    names = ["participant", "session", "task", "speed_m_s", "side"]
    parts = [
        one.table[[*names, "valid", METRIC]].assign(zero=one.passport.zero, hip_centre=one.passport.hip_centre)
        for one in strides
    ]
    text = dict.fromkeys([*names, "zero", "hip_centre"], "str") | {"speed_m_s": "float64"}
    if not parts:
        return pd.DataFrame(columns=[*names, "zero", "hip_centre", "value"]).astype(text | {"value": "float64"})
    rows = pd.concat(parts, ignore_index=True)
    rows["value"] = rows[METRIC].where(rows["valid"].astype(bool)).astype("float64")
    return rows[rows["task"].isin(COMPARED_TASKS)].astype(text)
