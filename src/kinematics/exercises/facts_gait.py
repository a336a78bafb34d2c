"""Facts that follow from the strides: excursion of the tilt, drop and adduction, tilt of fast against easy running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kinematics.conventions import SIDES

EXCURSION = "pelvis_tilt_excursion_deg"
DROP = "contralateral_pelvic_drop_deg"
ADDUCTION = "peak_hip_adduction_deg"
SWING_TILT = "pelvis_anterior_tilt_at_peak_hip_flexion_deg"
KEYS = ["trial", "speed_m_s", "side"]
NOTHING = {"pelvis_excursion": "unknown", "frontal_control": "unknown"}


def gait_values(
    strides: Sequence[Any], limits: Mapping[str, float]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """
    Facts of the person and of each side, from medians over the valid strides of runs.

    A value counts as low or beyond only where its error cannot explain it. Fast is the fastest run of the visit where
    it is faster than the slowest by what the profile says. The tilt is compared with the same person's own, never with
    others'; uphill trials are not told apart from level ones.

    Parameters
    ----------
    strides : sequence of Strides
        Anything with a `.table` of strides.
    limits : mapping
        The profile's numbers.
    """
    tables = [one.table for one in strides]
    runs = [table[(table["task"] == "run") & table["valid"].astype(bool)] for table in tables if len(table)]
    if not runs or not any(len(run) for run in runs):
        return {"tilt_measured": "no", "tilt_above_easy": "unknown"}, {side: dict(NOTHING) for side in SIDES}
    names = [EXCURSION, DROP, ADDUCTION, SWING_TILT]
    medians = pd.concat(runs).groupby(KEYS, sort=True, dropna=False)[names].median().reset_index()
    person = {
        "tilt_measured": "yes" if medians[EXCURSION].notna().any() else "no",
        "tilt_above_easy": _above_easy(medians, limits),
    }
    return person, {side: _side_values(medians[medians["side"] == side], limits) for side in SIDES}


def _above_easy(medians: pd.DataFrame, limits: Mapping[str, float]) -> str:
    known = medians.dropna(subset=[SWING_TILT, "speed_m_s"])
    if known.empty or known["speed_m_s"].max() - known["speed_m_s"].min() < limits["faster_by"]:
        return "unknown"
    tilt = known.groupby("speed_m_s", sort=True)[SWING_TILT].mean()
    return "yes" if tilt.iloc[-1] - tilt.iloc[0] > limits["tilt_rise_error"] else "no"


def _side_values(medians: pd.DataFrame, limits: Mapping[str, float]) -> dict[str, str]:
    excursion, drop, adduction = (medians[name].mean() for name in (EXCURSION, DROP, ADDUCTION))
    low = excursion + limits["tilt_excursion_error"] <= limits["tilt_excursion_limit"]
    beyond = [
        drop - limits["frontal_error"] > limits["pelvic_drop_limit"],
        adduction - limits["frontal_error"] > limits["hip_adduction_limit"],
    ]
    measured = pd.notna(drop) or pd.notna(adduction)
    return {
        "pelvis_excursion": "unknown" if pd.isna(excursion) else "low" if low else "not_low",
        "frontal_control": "unknown" if not measured else "beyond" if any(beyond) else "within",
    }
