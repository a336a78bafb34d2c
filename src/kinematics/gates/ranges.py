"""Doubts that ranges, steps and the likeness of the sides raise."""

from __future__ import annotations

from math import isfinite

import numpy as np

from kinematics.gates.signals import Signals, correlation, extent
from kinematics.readers.shared.joint_angles import looks_like_radians

#: What a hip's flexion moves through; in the ten fastest trials of Fukuchi 2017 (4.5 m/s) it is up to 90. [deg]
HIP_RANGE_DEG = {"walk": (20.0, 80.0), "run": (20.0, 95.0)}
#: Beyond these a pelvic tilt is no person's who walks or runs upright. [deg]
LARGEST_TILT_RANGE_DEG, LARGEST_MEAN_TILT_DEG = 25.0, 40.0
#: Left and right hip, half a stride apart. [1]
SMALLEST_SIDE_CORRELATION = 0.6
#: Steps that no hip makes: wrapped angles or swapped markers (62 of 1614 strides of the BMC-RIC running data).
LARGEST_STEP_DEG_PER_PERCENT = 8.0


def unit(signals: Signals) -> list[str]:
    """Radians taken for degrees."""
    extents = [np.array(pair) for pair in signals.hip_extents.values()]
    if signals.task in ("run", "walk") and extents and all(map(looks_like_radians, extents)):
        return ["The hip angles are so small that they look like radians taken for degrees."]
    return []


def still(signals: Signals) -> list[str]:
    """Columns that hold one number throughout."""
    return [
        f"{name} is {extent(values)[1] + 0.0:g} in every sample: it was not measured."
        for name, values in signals.columns.items()
        if not _moves_at_once(values) and _constant(values)
    ]


def _moves_at_once(values: np.ndarray) -> bool:
    """Whether the first two samples differ: spares the look at the others."""
    return values.size > 1 and isfinite(values[0] - values[1]) and bool(values[0] != values[1])


def _constant(values: np.ndarray) -> bool:
    low, high = extent(values)
    return low == high and int(np.isfinite(values).sum()) > 1


def tilt(signals: Signals) -> list[str]:
    """A pelvic tilt that is no person's."""
    values = signals.columns.get("pelvis_anterior_tilt_deg")
    if values is None or not np.isfinite(values).any():
        return []
    low, high = extent(values)
    mean = float(values.mean())
    mean = float(np.nanmean(values)) if np.isnan(mean) else mean
    found = []
    if abs(mean) > LARGEST_MEAN_TILT_DEG:
        found.append(
            f"Anterior pelvic tilt averages {mean:.0f} deg; beyond {LARGEST_MEAN_TILT_DEG:.0f} it may be another "
            f"angle, or axes that point elsewhere."
        )
    if signals.task in ("run", "walk") and high - low > LARGEST_TILT_RANGE_DEG:
        found.append(
            f"Anterior pelvic tilt moves through {high - low:.0f} deg; more than {LARGEST_TILT_RANGE_DEG:.0f} hints at "
            f"another angle, or at a person who turns while the axes stay."
        )
    return found


def hip_range(signals: Signals) -> list[str]:
    """Hips that move too little or too far."""
    low, high = HIP_RANGE_DEG[signals.task]
    ranges = {side: most - least for side, (least, most) in signals.hip_extents.items()}
    return [
        f"The {side} hip moves through {moved:.0f} deg of flexion; {low:.0f} to {high:.0f} is usual."
        for side, moved in ranges.items()
        if not low <= moved <= high and moved > 0
    ]


def steps(signals: Signals, stride_s: float) -> list[str]:
    """Hips that jump."""
    largest = {side: largest_step(hip) * stride_s * signals.rate_hz / 100.0 for side, hip in signals.hips.items()}
    return [
        f"The {side} hip jumps by {step:.0f} deg within 1 % of a stride; more than "
        f"{LARGEST_STEP_DEG_PER_PERCENT:.0f} is a wrapped angle or a swapped marker."
        for side, step in largest.items()
        if step > LARGEST_STEP_DEG_PER_PERCENT
    ]


def largest_step(hip: np.ndarray) -> float:
    """Furthest that a hip (n,) moves from one sample to the next; 0 where no two are known. [deg]"""
    low, high = extent(hip[1:] - hip[:-1])
    return max(high, -low) if np.isfinite(low) else 0.0


def sides(signals: Signals, stride_s: float) -> list[str]:
    """Hips that do not follow each other half a stride apart."""
    if signals.cycle or len(signals.hips) < 2 or not np.isfinite(stride_s):
        return []
    r = side_correlation(signals, stride_s)
    if r >= SMALLEST_SIDE_CORRELATION or not np.isfinite(r):
        return []
    return [
        f"Left and right hip, half a stride apart, correlate with {r:.2f} (above {SMALLEST_SIDE_CORRELATION:g} is "
        f"usual): check that both are the hip, with one sign."
    ]


def side_correlation(signals: Signals, stride_s: float, *, rate_hz: float = np.inf) -> float:
    """Correlation of both hips, half a stride apart, at about `rate_hz` or at the recording's own rate. [1]"""
    lag, every = round(stride_s * signals.rate_hz / 2), max(1, int(signals.rate_hz / rate_hz))
    return correlation(signals.hips["right"][:-lag:every], signals.hips["left"][lag::every])
