"""Which strides count: one reason against each stride that does not, with its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

#: Strides outside these are no strides of the task, or a contact was missed. [s]
STRIDE_TIMES_S = {"run": (0.4, 1.2), "walk": (0.7, 2.5)}
#: Strides this much shorter or longer than the side's median miss a contact or have one too many.
LARGEST_DEVIATION = 0.35
#: A hip that moves further than this within a stride is a wrapped angle or a swapped marker. [deg]
LARGEST_HIP_RANGE_DEG = 90.0
#: Curves that change faster than this are wrapped angles (62 of 1614 strides of the BMC-RIC set); runners at 4.5 m/s
#: stay below 7. [deg per % of the stride]
LARGEST_STEP_DEG = 8.0
#: Pelvic heading at the two contacts that bound a stride: within 7 deg in 2498 strides of ten runners. [deg]
LARGEST_TURN_DEG = 15.0
#: Hips slower than this, for longer than that, stand still; in running and walking one hip or the other moves.
STILL_DEG_S, LONGEST_STILL_S = 20.0, 0.25
#: How far events may be out of order before the stride is none of its gait: twice the spread of the least exact
#: method (angles alone, 18 ms), and grounded running has some overlap. [s]
ORDER_SLACK_S = 0.05
#: The skin under pelvis and thigh markers moves by up to 17 and 5 mm against the cluster (30 trials). [mm]
LARGEST_MISFIT_MM = 25.0
#: Markers on pelvis and thighs are flung by up to 350 m/s2 at landing (30 trials at 150 Hz, leaps of up to 7.9 mm but
#: for one marker that is 24 mm off in one sample), and jitter by less than 3 mm.
SKIN_ACCELERATION_M_S2, JITTER_MM = 400.0, 3.0
#: Angles looked at for strides unlike the others: those of the sagittal plane.
OUTLIER_ANGLES = ("hip_flexion_deg", "thigh_flexion_deg", "pelvis_anterior_tilt_deg")
#: Furthest distance from the side's median curve, in spreads (1.4826 MAD, pooled over the curve). In 2498 strides of
#: ten runners the greatest is 7.2; docs/strides.md has the rate for other limits.
LARGEST_DISTANCE = 7.5
#: Spread below which strides are not told apart: a third of what a leg's strides scatter. [deg]
SMALLEST_SPREAD_DEG = 0.25
#: With fewer strides of a side there is no telling which one is unlike the others.
FEWEST_FOR_OUTLIERS = 7
#: Every second point is enough for curves low-passed at 10 Hz.
_THINNING = 2
MAD_TO_SD = 1.4826  # of a normal distribution

#: Word -> meaning and unit of its value, in the order in which they are looked for.
REASONS = {
    "gap": "an angle is missing for longer than is filled [s]",
    "marker_jump": "a marker leaps from one sample to the next, further than skin is flung [mm]",
    "marker_misfit": "the markers of a segment do not fit its shape: swapped or mistaken markers [mm]",
    "hip_range": "the hip moves further than a hip does: a wrapped angle or swapped markers [deg]",
    "angle_jump": "an angle jumps: a wrapped angle or swapped markers [deg per % of the stride]",
    "stop": "the hips stand still [s]",
    "turn": "the pelvis turns from the first contact to the last [deg]",
    "stride_time": "stride time out of range, or far from the side's median: a contact is missing or invented [s]",
    "no_toe_off": "not exactly one toe-off within the stride [count]",
    "event_order": "contacts and toe-offs of both feet are out of the gait's order, by [s]",
    "outlier": "a curve is unlike the side's other strides [spreads from the median curve]",
    "no_strides": "no stride could be cut from the trial [count]",
}

#: Of a check: which strides fail it, and the value for each stride.
Check = tuple[np.ndarray, np.ndarray]


def judge(checks: Mapping[str, Check], curves: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """
    The first reason against each stride ('' where there is none) and its value.

    Strides that pass all other checks are then held against each other, curve by curve.

    Parameters
    ----------
    checks : mapping of reason to (fails, value), shape (n,) each
        In any order; looked at in that of `REASONS`.
    curves : mapping of str to array, shape (n, 101)
    """
    names = [name for name in REASONS if name in checks]
    fails, values = ([checks[name][which] for name in names] for which in (0, 1))
    passed = ~np.logical_or.reduce(fails)
    distance = curve_distance(curves, passed)
    names, fails, values = [*names, "outlier"], [*fails, distance > LARGEST_DISTANCE], [*values, distance]
    return np.select(fails, names, default="").astype(object), np.select(fails, values, default=np.nan)


def curve_distance(curves: Mapping[str, np.ndarray], among: np.ndarray) -> np.ndarray:
    """
    How far each stride's curves get from their median curve, shape (n,), in spreads; NaN for strides not in `among`.

    The spread is 1.4826 times the median absolute deviation, its squares averaged over the curve: one number per
    angle, so a part of the stride in which all strides agree closely does not make small differences large.

    Parameters
    ----------
    curves : mapping of str to array, shape (n, 101)
        [deg]
    among : array of bool, shape (n,)
        Strides that are compared; with fewer than seven none is.
    """
    distance = np.full(among.size, np.nan)
    if among.sum() < FEWEST_FOR_OUTLIERS:
        return distance
    furthest = np.zeros(int(among.sum()))
    for name in OUTLIER_ANGLES:
        chosen = curves[name][among, ::_THINNING]
        if np.isnan(chosen).any():
            continue
        apart = np.abs(chosen - np.median(chosen, axis=0))
        spread = MAD_TO_SD * np.sqrt(np.mean(np.median(apart, axis=0) ** 2))
        furthest = np.maximum(furthest, apart.max(axis=1) / max(spread, SMALLEST_SPREAD_DEG))
    distance[among] = furthest
    return distance


def duration_checks(stride_s: np.ndarray, n_toe_offs: np.ndarray, task: str) -> dict[str, Check]:
    """Strides of implausible duration, and those without exactly one toe-off."""
    low, high = STRIDE_TIMES_S.get(task, (0.0, np.inf))
    usual = np.median(stride_s) if stride_s.size else np.nan
    wrong = (stride_s < low) | (stride_s > high) | (np.abs(stride_s / usual - 1) > LARGEST_DEVIATION)
    return {"stride_time": (wrong, stride_s), "no_toe_off": (n_toe_offs != 1, n_toe_offs.astype(float))}


def order_check(
    task: str,
    start_s: np.ndarray,
    toe_off_s: np.ndarray,
    end_s: np.ndarray,
    other_contact_s: np.ndarray,
    other_toe_off_s: np.ndarray,
) -> Check:
    """
    Strides whose events are out of the gait's order, and by how much. [s]

    Running: each foot leaves before the other lands (contact, toe-off, other contact, other toe-off, contact).
    Walking: each foot lands before the other leaves (contact, other contact, toe-off, contact, other toe-off).
    An event that was not found is no fault of the order.

    Parameters
    ----------
    task : str
        Only run and walk have an order.
    start_s, toe_off_s, end_s : array, shape (n,)
        Of the strides. [s]
    other_contact_s, other_toe_off_s : array
        All events of the other foot, ascending. [s]
    """
    landing = _first_after(other_contact_s, start_s)
    leaving = _first_after(other_toe_off_s, landing)
    landing = np.where(landing < end_s, landing, np.nan)
    overlap = np.stack((toe_off_s - landing, leaving - end_s))  # of own stance, then of the other's
    overlap[1, ~np.isfinite(landing)] = np.nan
    late = np.nan_to_num(overlap if task == "run" else -overlap, nan=-np.inf).max(axis=0, initial=-np.inf)
    return (late > ORDER_SLACK_S) & (task in STRIDE_TIMES_S), late


def curve_checks(curves: Mapping[str, np.ndarray], measured: Sequence[str], stride_s: np.ndarray) -> dict[str, Check]:
    """Strides with gaps, jumps, and a hip that moves too far; `measured` are the angles that the trial has."""
    missing, step = np.zeros(stride_s.size), np.zeros(stride_s.size)
    for name in measured:
        curve = curves[name]
        missing = np.maximum(missing, np.isnan(curve).mean(axis=1))
        change = np.diff(curve, axis=1)
        step = np.fmax(step, np.fmax(change.max(axis=1), -change.min(axis=1)))
    hip = curves["hip_flexion_deg"]
    hip_range = hip.max(axis=1) - hip.min(axis=1)
    return {
        "gap": (missing > 0, missing * stride_s),
        "angle_jump": (step > LARGEST_STEP_DEG, step),
        "hip_range": (hip_range > LARGEST_HIP_RANGE_DEG, hip_range),
    }


def largest_jump_mm(rate_hz: float) -> float:
    """
    Furthest that a marker on skin leaps out of the line between its neighbouring samples. [mm]

    >>> round(largest_jump_mm(150.0), 1)
    10.4
    """
    return 0.5 * (JITTER_MM + 1000.0 * SKIN_ACCELERATION_M_S2 / rate_hz**2)


def turn_check(rotation_deg: np.ndarray) -> Check:
    """Strides in which the pelvis's heading changes, and by how much. [deg]"""
    turn = np.abs(rotation_deg[:, -1] - rotation_deg[:, 0])
    return turn > LARGEST_TURN_DEG, turn


def still_s(hips_deg: np.ndarray, rate_hz: float) -> np.ndarray:
    """
    How long the standstill lasts that each sample is part of, shape (n,); 0 where a hip moves. [s]

    Parameters
    ----------
    hips_deg : array, shape (2, n)
        Flexion of both hips; a hip that is not measured is left out. [deg]
    """
    speed = np.abs(np.gradient(hips_deg, axis=1)) * rate_hz
    slow = (np.fmax(speed[0], speed[1]) < STILL_DEG_S).astype(np.int8)
    edges = np.flatnonzero(np.diff(slow, prepend=0, append=0))
    lengths = np.zeros(slow.size)
    lengths[slow.astype(bool)] = np.repeat(edges[1::2] - edges[::2], edges[1::2] - edges[::2])
    return lengths / rate_hz


def greatest_within(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Greatest of the samples from `first` to `last` (both counted) of each stride; values (n,), no NaN."""
    first, last = (np.clip(edge, 0, values.size - 1) for edge in (first, last))
    edges = np.stack((first, last + 1), axis=1).ravel()
    return np.maximum.reduceat(np.append(values, -np.inf), edges)[::2] if edges.size else np.zeros(0)


def _first_after(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """The first of the ascending times after each moment; NaN where there is none."""
    return np.append(times, np.nan)[np.searchsorted(times, np.nan_to_num(moments, nan=np.inf), side="right")]
