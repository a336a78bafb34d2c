"""Change between two visits, beside the smallest change that the measurement can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kinematics.ledger.terms import terms
from kinematics.ledger.used import COMPARED_TASKS
from kinematics.strides import Strides

#: Two recordings are held against each other within this difference of speed. [m/s]
SAME_SPEED_M_S = 0.05
Z_95 = 1.96
CONVENTION = ["zero", "hip_centre", "model"]
KEYS = ["participant", "task", "side", "metric"]
CHANGE_COLUMNS = (
    *("participant", "task", "speed_m_s", "side", "metric", "session_before", "session_after"),
    *("before_deg", "after_deg", "change_deg", "mdc95_deg", "reading", "reason"),
)


def change_between(visits: Strides | Sequence[Strides], *, sem_deg: Mapping[str, float] | None = None) -> pd.DataFrame:
    """
    Change of each metric from one visit to the next, held against the smallest detectable one.

    Only recordings of one person, task, speed (within 0.05 m/s) and convention (zero, hip centre, model) are held
    against each other. ``MDC95 = 1.96 sqrt(2) SEM``: what error alone passes in one of 20 pairs of visits.

    Parameters
    ----------
    visits : Strides or sequence of Strides
        Of several visits; `session` sorts them.
    sem_deg : mapping of metric to float, optional
        A laboratory's own standard errors between visits instead of those of terms.yaml (`between_visit_sem`). [deg]

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`, a row per person, task, speed, side, metric and pair of neighbouring visits. change_deg is
        after minus before, in the metric's own direction. reading: changed, not_detectable or not_comparable (then
        reason says why: speed, zero, hip_centre or model differ, or no strides). [deg]
    """
    sem = {name: entry["value"] for name, entry in terms()["change"].items()} | dict(sem_deg or {})
    medians = _medians([visits] if isinstance(visits, Strides) else visits, list(sem))
    if medians.empty:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    pairs = _pairs(medians)
    pairs["change_deg"] = pairs["after_deg"] - pairs["before_deg"]
    errors = pairs["metric"].map(sem)
    pairs["mdc95_deg"] = smallest_change(errors, errors)
    pairs["reason"] = _why_not(pairs)
    open_ = pairs["reason"] != ""
    pairs[["change_deg", "mdc95_deg"]] = pairs[["change_deg", "mdc95_deg"]].mask(open_)
    moved = pairs["change_deg"].abs() > pairs["mdc95_deg"]
    pairs["reading"] = np.select([open_, moved], ["not_comparable", "changed"], "not_detectable")
    return pairs[list(CHANGE_COLUMNS)].sort_values([*KEYS, "session_after", "speed_m_s"], ignore_index=True)


def smallest_change(before_se: float | pd.Series, now_se: float | pd.Series) -> Any:
    """
    Change between two visits that the error alone passes in one of 20 pairs: 1.96 times the errors in quadrature.

    Parameters
    ----------
    before_se, now_se : float or array
        Standard errors of the two. [deg]

    >>> round(float(smallest_change(2.5, 2.5)), 1)
    6.9
    """
    return Z_95 * np.hypot(before_se, now_se)


def _medians(strides: Sequence[Strides], metrics: list[str]) -> pd.DataFrame:
    """Median over the valid strides of each metric: a row per visit, task, speed, side, convention and metric."""
    names = ["participant", "session", "task", "speed_m_s", "side"]
    parts = [
        one.table.loc[one.table["valid"].astype(bool)]
        .reindex(columns=[*names, *metrics])
        .assign(zero=one.passport.zero, hip_centre=one.passport.hip_centre, model=one.passport.model)
        for one in strides
    ]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["task"].isin(COMPARED_TASKS)]
    table = rows.groupby([*names, *CONVENTION], dropna=False)[metrics].median().reset_index()
    return table.melt([*names, *CONVENTION], metrics, var_name="metric", value_name="value")


def _pairs(medians: pd.DataFrame) -> pd.DataFrame:
    """Each recording beside the nearest one in speed of the visit before."""
    sessions = medians[["participant", "session"]].drop_duplicates().sort_values(["participant", "session"])
    sessions["session_before"] = sessions.groupby("participant")["session"].shift()
    after = medians.merge(sessions.dropna(), on=["participant", "session"])
    before = medians.rename(columns={"session": "session_before"})
    pairs = after.merge(before, on=[*KEYS, "session_before"], how="inner", suffixes=("", "_before"))
    pairs = pairs.rename(columns={"session": "session_after", "value": "after_deg", "value_before": "before_deg"})
    pairs["gap"] = (pairs["speed_m_s"] - pairs["speed_m_s_before"]).abs().fillna(np.inf)
    pairs["foreign"] = sum((pairs[name] != pairs[f"{name}_before"]).astype(int) for name in CONVENTION)
    own = [*KEYS, "session_after", "speed_m_s", *CONVENTION]
    pairs = pairs.sort_values([*own, "foreign", "gap"], kind="stable")
    return pairs.drop_duplicates(own, ignore_index=True)


def _why_not(pairs: pd.DataFrame) -> np.ndarray:
    differs = [pairs[name] != pairs[f"{name}_before"] for name in CONVENTION]
    unknown = pairs["zero"] == "unknown"
    missing = pairs["after_deg"].isna() | pairs["before_deg"].isna()
    return np.select(
        [missing, pairs["gap"] > SAME_SPEED_M_S, unknown, *differs],
        ["no_strides", "speed", "zero", *CONVENTION],
        "",
    ).astype(object)
