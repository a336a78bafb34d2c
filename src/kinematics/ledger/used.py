"""Strides -> used range: the median peak of each side, and its standard error term by term."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.ledger.terms import used_term
from kinematics.strides import Strides

#: Directions that running tells, and the stride metric that holds the peak, positive towards the direction.
METRICS = {"extension": "peak_hip_extension_deg", "flexion": "peak_hip_flexion_deg"}
#: The pelvis's anterior tilt at that instant.
TILTS = {
    "extension": "pelvis_anterior_tilt_at_peak_hip_extension_deg",
    "flexion": "pelvis_anterior_tilt_at_peak_hip_flexion_deg",
}
COMPARED_TASKS = ("run", "walk")
#: What is compared together: one run of one visit in one convention.
RUN_KEYS = ["participant", "session", "task", "speed_m_s", "zero", "hip_centre"]
TERMS = ("visit", "hip_centre", "events", "strides")
#: Standard error of a median over that of a mean, normal scatter: sqrt(pi / 2).
MEDIAN_OVER_MEAN = float(np.sqrt(np.pi / 2))
CENTILES = {"used_p05_deg": 0.05, "used_p95_deg": 0.95}


def used_range(
    strides: Strides | Sequence[Strides], *, direction: str = "extension", between_visits_deg: float | None = None
) -> pd.DataFrame:
    """
    Used hip range of each side in one direction: the median of its valid strides' peaks, with its standard error.

    Strides of several trials at the same task, speed and convention of a visit are taken together. The terms of the
    error are independent and add in quadrature; their sizes and sources stand in terms.yaml:

    - visit: placement of markers and the person's own change from one visit to the next;
    - hip centre: a regression does not know this person's hip;
    - events: what a contact found too early or late moves;
    - strides: sqrt(pi / 2) * s / sqrt(n_eff), n_eff = n (1 - r) / (1 + r) with r the correlation of neighbours.

    Parameters
    ----------
    strides : Strides or sequence of Strides
    direction : {"extension", "flexion"}
    between_visits_deg : float, optional
        A laboratory's own standard error between visits instead of the one of terms.yaml. [deg]

    Returns
    -------
    DataFrame
        One row per participant, session, task (run, walk), speed, zero, hip centre and side, both sides always, sorted.
        n_strides; used_deg (NaN without strides), used_p05_deg and used_p95_deg (centiles of the strides' peaks),
        used_se_deg and its terms used_se_visit_deg, used_se_hip_centre_deg, used_se_events_deg, used_se_strides_deg;
        used_tilt_deg (median anterior tilt at the instant of the peak; NaN where it was not measured). Positive
        towards the direction, tilt positive anterior. [deg]
    """
    rows = _stride_rows([strides] if isinstance(strides, Strides) else strides, direction)
    grouped = rows.groupby([*RUN_KEYS, "side"], dropna=False, sort=True, observed=True)
    sides = grouped["value"].agg(["count", "median", "std"]).join(grouped["tilt"].median())
    sides = sides.assign(**{name: grouped["value"].quantile(share) for name, share in CENTILES.items()}).reset_index()
    runs = sides[RUN_KEYS].drop_duplicates()
    table = runs.merge(pd.DataFrame({"side": pd.Series(SIDES, dtype="str")}), how="cross")
    table = table.merge(sides, on=[*RUN_KEYS, "side"], how="left", sort=False)
    n = table["count"].fillna(0)
    scatter = table["std"].fillna(used_term("stride_sd_deg"))
    visit_deg = used_term("between_visits_deg") if between_visits_deg is None else between_visits_deg
    table["n_strides"] = n.astype("int64")
    table["used_deg"] = table["median"].astype("float64")
    table["used_tilt_deg"] = table["tilt"].astype("float64")
    table["used_se_visit_deg"] = visit_deg
    table["used_se_hip_centre_deg"] = used_term("hip_centre_deg")
    table["used_se_events_deg"] = used_term("events_deg")
    table["used_se_strides_deg"] = MEDIAN_OVER_MEAN * scatter / np.sqrt(_effective(n))
    table["used_se_deg"] = total_se(table, TERMS)
    return table.drop(columns=["count", "median", "std", "tilt"])


def total_se(table: pd.DataFrame, terms: Sequence[str]) -> pd.Series:
    """Terms `used_se_<term>_deg` added in quadrature; NaN where there is no stride. [deg]"""
    return np.sqrt(sum(table[f"used_se_{term}_deg"] ** 2 for term in terms))


def _effective(n: pd.Series) -> pd.Series:
    """Independent strides that n neighbouring ones are worth; NaN for none."""
    correlation = used_term("stride_correlation")
    return n.where(n > 0) * (1 - correlation) / (1 + correlation)


def _stride_rows(strides: Sequence[Strides], direction: str) -> pd.DataFrame:
    """Keys, convention, peak and tilt (NaN where the stride is not valid) of every stride that is compared."""
    if direction not in METRICS:
        raise DataError(
            f"strides do not tell how much {direction} is used.", remedy=f"Directions: {', '.join(METRICS)}."
        )
    names = ["participant", "session", "task", "speed_m_s", "side"]
    values = {"value": METRICS[direction], "tilt": TILTS[direction]}
    parts = [
        one.table.reindex(columns=[*names, "valid", *values.values()]).assign(
            zero=one.passport.zero, hip_centre=one.passport.hip_centre
        )
        for one in strides
    ]
    text = dict.fromkeys([*names, "zero", "hip_centre"], "str") | {"speed_m_s": "float64"}
    if not parts:
        empty = pd.DataFrame(columns=[*names, "zero", "hip_centre", *values])
        return empty.astype(text | dict.fromkeys(values, "float64"))
    rows = pd.concat(parts, ignore_index=True)
    valid = rows["valid"].astype(bool)
    for name, metric in values.items():
        rows[name] = rows[metric].where(valid).astype("float64")
    return rows[rows["task"].isin(COMPARED_TASKS)].astype(text)
