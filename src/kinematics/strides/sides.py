"""Right minus left, with the spread that healthy runners show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, Column
from kinematics.metrics import METRIC_NAMES
from kinematics.strides.table import Strides

#: Right minus left of healthy runners at HEALTHY_SPEEDS_M_S: metric -> (mean, standard deviation, runners behind the
#: deviation). Ten runners (RBDS001-010 of Fukuchi 2017, doi:10.7717/peerj.3298), printed by benchmarks/agreement.py;
#: where 28 are named the deviation is that of the whole published set, the mean the ten's.
HEALTHY_SPEEDS_M_S = (2.5, 3.5, 4.5)
HEALTHY_SIDE_DIFFERENCE = {
    "peak_hip_extension_deg": ((-0.1, -0.4, -0.3), (1.5, 1.9, 2.3), 28),
    "hip_flexion_at_contact_deg": ((0.6, 0.4, 0.6), (1.6, 1.7, 2.0), 10),
    "hip_flexion_at_toe_off_deg": ((-0.3, -0.1, -0.1), (1.3, 1.5, 2.3), 10),
    "peak_hip_flexion_deg": ((0.9, 1.0, 0.9), (3.0, 3.4, 4.1), 10),
    "hip_excursion_deg": ((0.8, 0.5, 0.6), (3.2, 3.2, 3.6), 10),
    "pelvis_anterior_tilt_at_toe_off_deg": ((0.3, 0.6, 0.8), (1.0, 1.3, 1.4), 28),
    "pelvis_tilt_rise_deg": ((0.1, 0.4, 0.2), (1.2, 1.4, 1.3), 10),
    "peak_thigh_extension_deg": ((0.2, -0.2, 0.0), (1.8, 2.0, 2.1), 10),
    "pelvic_share": ((0.01, 0.01, 0.01), (0.04, 0.03, 0.03), 10),
    "peak_hip_adduction_deg": ((-0.7, -0.4, -0.5), (4.0, 4.0, 4.0), 10),
    "contralateral_pelvic_drop_deg": ((-0.8, -0.5, -0.5), (3.3, 3.4, 3.4), 10),
    "contact_time_s": ((0.000, -0.004, -0.002), (0.006, 0.004, 0.004), 10),
}
SIDE_COLUMNS = (
    Column("metric", "", "one of `metrics.METRICS`"),
    Column("left", "of the metric", "mean over the left side's valid strides"),
    Column("right", "of the metric", "mean over the right side's valid strides"),
    Column("n_left", "", "left strides behind it"),
    Column("n_right", "", "right strides behind it"),
    Column("difference", "of the metric", "right minus left", "right more"),
    Column("difference_se", "of the metric", "its standard error from the strides' scatter alone"),
    Column("healthy_mean", "of the metric", "mean right minus left of healthy runners at this speed", "right more"),
    Column("healthy_sd", "of the metric", "their spread"),
    Column("healthy_n", "", "runners behind the spread"),
)


def side_differences(strides: Strides) -> pd.DataFrame:
    """
    Right minus left of every metric, with the healthy spread at the trial's speed beside it.

    Parameters
    ----------
    strides : Strides

    Returns
    -------
    DataFrame
        `SIDE_COLUMNS`, a row per metric. The healthy columns are NaN for metrics, tasks and speeds without a reference.

    Notes
    -----
    The standard error is that of the strides alone. A marker placed 10 mm off moves one side by degrees: healthy
    runners differ between sides by 1.5 to 2.3 deg (one standard deviation) in peak hip extension. A difference inside
    the healthy spread says nothing; one outside it has a side difference or a marker to explain it.
    """
    chosen = strides.valid
    stack = {side: chosen.loc[chosen["side"] == side, list(METRIC_NAMES)] for side in SIDES}
    mean = {side: rows.mean() for side, rows in stack.items()}
    count = {side: rows.notna().sum() for side, rows in stack.items()}
    error = np.sqrt(sum(stack[side].var() / count[side].where(count[side] > 0) for side in SIDES))
    table = pd.DataFrame(
        {
            "left": mean["left"],
            "right": mean["right"],
            "n_left": count["left"],
            "n_right": count["right"],
            "difference": mean["right"] - mean["left"],
            "difference_se": error,
        }
    )
    task = strides.table["task"].iat[0] if len(strides.table) else ""
    speed = float(strides.table["speed_m_s"].iat[0]) if len(strides.table) else np.nan
    healthy = np.array([_healthy(name, speed if task == "run" else np.nan) for name in METRIC_NAMES])
    table[["healthy_mean", "healthy_sd", "healthy_n"]] = healthy
    return table.rename_axis("metric").reset_index()[[column.name for column in SIDE_COLUMNS]]


def _healthy(metric: str, speed_m_s: float) -> tuple[float, float, float]:
    """Mean and spread at a speed, by straight lines; NaN outside the measured speeds and for other metrics."""
    if metric not in HEALTHY_SIDE_DIFFERENCE or not HEALTHY_SPEEDS_M_S[0] <= speed_m_s <= HEALTHY_SPEEDS_M_S[-1]:
        return np.nan, np.nan, np.nan
    *curves, n = HEALTHY_SIDE_DIFFERENCE[metric]
    mean, spread = (float(np.interp(speed_m_s, HEALTHY_SPEEDS_M_S, values)) for values in curves)
    return mean, spread, float(n)
