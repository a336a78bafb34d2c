"""Facts that follow from the strides: excursion of the tilt, drop and adduction, tilt of fast against easy running."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinematics.conventions import SIDES
from kinematics.exam.columns import MEDIAN, Columns, Groups, grouped, numbers, rows_of, text

EXCURSION = "pelvis_tilt_excursion_deg"
DROP = "contralateral_pelvic_drop_deg"
ADDUCTION = "peak_hip_adduction_deg"
SWING_TILT = "pelvis_anterior_tilt_at_peak_hip_flexion_deg"
METRICS = (EXCURSION, DROP, ADDUCTION, SWING_TILT)
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
        Anything with a `.table` of strides, or with its `.columns`.
    limits : mapping
        The profile's numbers.
    """
    medians = _medians([one.columns if hasattr(one, "columns") else one.table for one in strides])
    if not medians["side"].size:
        return {"tilt_measured": "no", "tilt_above_easy": "unknown"}, {side: dict(NOTHING) for side in SIDES}
    person = {
        "tilt_measured": "no" if np.isnan(medians[EXCURSION]).all() else "yes",
        "tilt_above_easy": _above_easy(medians, limits),
    }
    return person, {side: _side_values(rows_of(medians, medians["side"] == side), limits) for side in SIDES}


def _medians(tables: Sequence[Mapping[str, Any]]) -> Columns:
    """Medians over the valid strides of each run (trial, speed) and side."""
    filled = [table for table in tables if len(table["valid"])]
    if not filled:
        return dict.fromkeys((*KEYS, *METRICS), np.empty(0))
    kinds = {name: text for name in ("trial", "side", "task")} | dict.fromkeys(("speed_m_s", *METRICS), numbers)
    rows = {name: kind(np.concatenate([table[name] for table in filled])) for name, kind in kinds.items()}
    rows = rows_of(rows, (rows["task"] == "run") & np.concatenate([table["valid"] for table in filled]).astype(bool))
    groups = grouped([rows[name] for name in KEYS])
    blocks = np.concatenate([groups.of + block * groups.n for block in range(len(METRICS))])
    values = np.concatenate([rows[name] for name in METRICS])
    _, told = Groups(np.arange(len(METRICS) * groups.n), blocks).centiles(values, (MEDIAN,))
    medians = told.reshape(len(METRICS), groups.n)
    return rows_of({name: rows[name] for name in KEYS}, groups.first) | dict(zip(METRICS, medians, strict=True))


def _above_easy(medians: Columns, limits: Mapping[str, float]) -> str:
    known = rows_of(medians, ~np.isnan(medians[SWING_TILT]) & ~np.isnan(medians["speed_m_s"]))
    speed = known["speed_m_s"]
    if not speed.size or speed.max() - speed.min() < limits["faster_by"]:
        return "unknown"
    easy, *_, fast = grouped([speed]).mean(known[SWING_TILT])
    return "yes" if fast - easy > limits["tilt_rise_error"] else "no"


def _side_values(medians: Columns, limits: Mapping[str, float]) -> dict[str, str]:
    excursion, drop, adduction = (_mean(medians[name]) for name in (EXCURSION, DROP, ADDUCTION))
    low = excursion + limits["tilt_excursion_error"] <= limits["tilt_excursion_limit"]
    beyond = [
        drop - limits["frontal_error"] > limits["pelvic_drop_limit"],
        adduction - limits["frontal_error"] > limits["hip_adduction_limit"],
    ]
    unmeasured = math.isnan(drop) and math.isnan(adduction)
    return {
        "pelvis_excursion": "unknown" if math.isnan(excursion) else "low" if low else "not_low",
        "frontal_control": "unknown" if unmeasured else "beyond" if any(beyond) else "within",
    }


def _mean(values: np.ndarray) -> float:
    """Mean of what is measured, NaN where nothing is."""
    known = np.count_nonzero(values == values)
    return float(np.nansum(values) / known) if known else math.nan
