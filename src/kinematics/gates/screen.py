"""Whether a trial's strides leave no doubt, so that the recording need not be searched for strides once more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import CURVE_POINTS, SIDES
from kinematics.gates import ranges
from kinematics.gates.reference import CYCLE, fit, reference_curves
from kinematics.gates.signals import Signals, correlation
from kinematics.strides import Strides

#: Valid strides of a side behind a mean that can settle anything.
FEWEST_STRIDES = 5
#: How far inside each gate's own limit a trial has to stay; 30 runs of ten people come to 5.0 deg per % of 8, and
#: 0.97, 0.05 and 0.77. [share of the limit; 1; 1; 1]
STEP_SHARE, SIDES_MARGIN, HIP_MARGIN, LOWEST_TILT_CORRELATION = 0.9, 0.1, 0.03, 0.0
#: Enough samples to tell how alike the sides are: they move at less than a quarter of it. [Hz]
SIDES_RATE_HZ = 50.0


@dataclass(frozen=True)
class Cycles:
    """Mean curves over the valid strides of each side (101,) [deg], the strides behind each, and their median time."""

    hip: dict[str, np.ndarray]
    tilt: dict[str, np.ndarray]
    count: dict[str, int]
    stride_s: float


def mean_cycles(strides: Strides | None) -> Cycles:
    """Of the sides that have a valid stride; of none where there are no strides."""
    hip: dict[str, np.ndarray] = {}
    tilt: dict[str, np.ndarray] = {}
    count: dict[str, int] = {}
    if strides is None:
        return Cycles(hip, tilt, count, np.nan)
    valid, side = strides.columns["valid"].astype(bool), strides.columns["side"]
    for name in SIDES:
        rows = np.flatnonzero(valid & (side == name))
        if rows.size:
            run = slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == rows.size else rows
            hip[name], tilt[name] = (
                strides.curves[curve][run].mean(axis=0) if curve in strides.curves else np.full(CURVE_POINTS, np.nan)
                for curve in ("hip_flexion_deg", "pelvis_anterior_tilt_deg")
            )
            count[name] = rows.size
    times = np.sort(strides.columns["stride_time_s"][valid])
    return Cycles(hip, tilt, count, float(times[times.size // 2]) if times.size else np.nan)


def settled(signals: Signals, cycles: Cycles) -> bool:
    """
    Whether steps, sides and signs are all so far inside their limits that looking closer could not find a doubt.

    The mean curves of strides cut at contacts stand in for those of strides found in the recording itself.
    """
    if len(signals.hips) < len(SIDES) or any(cycles.count.get(side, 0) < FEWEST_STRIDES for side in SIDES):
        return False
    per_percent = cycles.stride_s * signals.rate_hz / 100.0
    step = max(map(ranges.largest_step, signals.hips.values())) * per_percent
    if step > STEP_SHARE * ranges.LARGEST_STEP_DEG_PER_PERCENT:
        return False
    r = ranges.side_correlation(signals, cycles.stride_s, rate_hz=SIDES_RATE_HZ)
    if not r >= ranges.SMALLEST_SIDE_CORRELATION + SIDES_MARGIN:
        return False
    return signals.task != "run" or all(_like_reference(signals, cycles, side) for side in SIDES)


def _like_reference(signals: Signals, cycles: Cycles, side: str) -> bool:
    hip_norm, tilt_norm = reference_curves(signals.speed_m_s)
    as_is, turned, shift = fit(cycles.hip[side][:CYCLE], hip_norm)
    if not turned <= as_is - HIP_MARGIN:
        return False
    if "pelvis_anterior_tilt_deg" not in signals.columns:
        return True
    return correlation(np.roll(cycles.tilt[side][:CYCLE], shift), tilt_norm) >= LOWEST_TILT_CORRELATION
