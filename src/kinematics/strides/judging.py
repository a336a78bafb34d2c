"""Which strides count: one reason against each stride that does not, with its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kinematics.conventions import CURVE_POINTS

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


def judge(
    checks: Mapping[str, Check], curves: Mapping[str, np.ndarray], rows: Mapping[str, slice]
) -> tuple[np.ndarray, np.ndarray]:
    """
    The first reason against each stride ('' where there is none) and its value.

    Strides that pass all other checks are then held against those of their side, curve by curve.

    Parameters
    ----------
    checks : mapping of reason to (fails, value), shape (n,) each
        In any order; looked at in that of `REASONS`.
    curves : mapping of str to array, shape (n, 101)
    rows : mapping of side to slice
        Which strides are whose.
    """
    passed: np.ndarray = ~np.logical_or.reduce([fails for fails, _ in checks.values()])
    distance = np.concatenate(
        [curve_distance({name: curves[name][mine] for name in OUTLIER_ANGLES}, passed[mine]) for mine in rows.values()]
    )
    outlier = distance > LARGEST_DISTANCE
    reason, value = np.full(passed.size, "", dtype=object), np.full(passed.size, np.nan)
    if passed.all() and not outlier.any():
        return reason, value
    checks = {**checks, "outlier": (outlier, distance)}
    for name in reversed([name for name in REASONS if name in checks]):
        failed, found = checks[name]
        reason[failed], value[failed] = name, found[failed]
    return reason, value


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
    count = int(np.count_nonzero(among))
    if count < FEWEST_FOR_OUTLIERS:
        return distance
    chosen = np.empty((len(OUTLIER_ANGLES), len(range(0, CURVE_POINTS, _THINNING)), count))
    for name, points in zip(OUTLIER_ANGLES, chosen, strict=True):
        thinned = curves[name][:, ::_THINNING]
        points[:] = (thinned if count == among.size else thinned[among]).T
    chosen -= row_medians(chosen)[..., None]
    apart = np.abs(chosen, out=chosen)
    spread = MAD_TO_SD * np.sqrt(np.mean(row_medians(apart) ** 2, axis=1))
    furthest = apart.max(axis=1) / np.maximum(spread, SMALLEST_SPREAD_DEG)[:, None]
    distance[among] = np.fmax.reduce(furthest, axis=0, initial=0.0)  # an angle with a gap, NaN, tells nothing
    return distance


def row_medians(values: np.ndarray) -> np.ndarray:
    """Median of each row of (..., n), n > 0; NaN where a value is. Sorting short rows is quicker than choosing."""
    ordered = np.sort(values, axis=-1)
    half = values.shape[-1] // 2
    middle = ordered[..., half] if values.shape[-1] % 2 else 0.5 * (ordered[..., half - 1] + ordered[..., half])
    return np.where(np.isnan(ordered[..., -1]), np.nan, middle)


def duration_checks(
    stride_s: np.ndarray, n_toe_offs: np.ndarray, rows: Mapping[str, slice], task: str
) -> dict[str, Check]:
    """Strides (n,) of implausible duration, and those without exactly one toe-off; `rows` are those of each side."""
    low, high = STRIDE_TIMES_S.get(task, (0.0, np.inf))
    own = [stride_s[mine] for mine in rows.values()]
    usual = np.concatenate([one / row_medians(one[None])[0] if one.size else one for one in own])
    wrong = (stride_s < low) | (stride_s > high) | (np.abs(usual - 1) > LARGEST_DEVIATION)
    return {"stride_time": (wrong, stride_s), "no_toe_off": (n_toe_offs != 1, n_toe_offs.astype(float))}


def order_check(
    task: str, toe_off_s: np.ndarray, end_s: np.ndarray, landing_s: np.ndarray, leaving_s: np.ndarray
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
    toe_off_s, end_s : array, shape (n,)
        Of the strides. [s]
    landing_s, leaving_s : array, shape (n,)
        First contact of the other foot after each start, and its first toe-off after that; NaN where there is none. [s]
    """
    within = landing_s < end_s
    overlap = np.where(within, (toe_off_s - landing_s, leaving_s - end_s), np.nan)  # of own stance, then of the other's
    late = np.fmax.reduce(overlap if task == "run" else -overlap, axis=0, initial=-np.inf)
    return (late > ORDER_SLACK_S) & (task in STRIDE_TIMES_S), late


def curve_checks(
    curves: Mapping[str, np.ndarray], measured: Mapping[str, slice], stride_s: np.ndarray
) -> dict[str, Check]:
    """Strides with gaps, jumps, and a hip that moves too far; `measured` are the rows of the angles the trial has."""
    hip = curves["hip_flexion_deg"].ravel()
    first = np.arange(stride_s.size) * CURVE_POINTS
    highest, lowest = (hip.take(first + place(curves["hip_flexion_deg"], axis=1)) for place in (np.argmax, np.argmin))
    checks = {"hip_range": (highest - lowest > LARGEST_HIP_RANGE_DEG, highest - lowest)}
    scratch = np.empty(stride_s.size * CURVE_POINTS)
    if all(_steps(curves[name][rows], scratch).max(initial=0.0) <= LARGEST_STEP_DEG for name, rows in measured.items()):
        return checks
    return checks | _step_checks(curves, measured, stride_s, scratch)


def _step_checks(
    curves: Mapping[str, np.ndarray], measured: Mapping[str, slice], stride_s: np.ndarray, scratch: np.ndarray
) -> dict[str, Check]:
    """Strides with gaps and jumps."""
    missing, step = np.zeros(stride_s.size), np.zeros(stride_s.size)
    for name, rows in measured.items():
        curve = curves[name][rows]
        first = np.arange(len(curve)) * CURVE_POINTS
        largest = greatest_within(_steps(curve, scratch), first, first + CURVE_POINTS - 2)
        step[rows] = np.fmax(step[rows], largest)
        gap = np.isnan(largest)
        if gap.any():
            missing[rows][gap] = np.maximum(missing[rows][gap], np.isnan(curve[gap]).mean(axis=1))
    return {"gap": (missing > 0, missing * stride_s), "angle_jump": (step > LARGEST_STEP_DEG, step)}


def _steps(curve: np.ndarray, scratch: np.ndarray) -> np.ndarray:
    """How far curves (n, 101) move from point to point, one after the other, from stride to stride as well."""
    flat = curve.ravel()
    steps = np.subtract(flat[1:], flat[:-1], out=scratch[: max(0, flat.size - 1)])
    return np.abs(steps, out=steps)


def greatest_within(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Greatest of the values (k,) from each `first` to each `last`, both counted, shape (n,); NaN where one is."""
    if not first.size:
        return np.zeros(0)
    edges = np.stack((first, last + 1), axis=1)
    edges = np.minimum(np.maximum(edges, (0, 1)), (values.size - 1, values.size)).ravel()
    if edges[-1] == values.size:  # the last piece reaches to the end by itself
        edges = edges[:-1]
    if edges.max() == values.size:
        values = np.append(values, -np.inf)
    return np.maximum.reduceat(values, edges)[::2]


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


def may_stand_still(hips_deg: Sequence[np.ndarray], rate_hz: float) -> bool:
    """
    Whether a standstill that is too long is possible at all: a quick look at every few samples.

    Four of them lie within `LONGEST_STILL_S`: a longer standstill has three in a row that are slow.
    """
    apart = int(LONGEST_STILL_S * rate_hz) // 4
    if apart < 1:
        return True
    one, other = (np.abs(hip[2::apart] - hip[:-2:apart]) for hip in hips_deg)
    slow = np.fmax(one, other) / 2 * rate_hz < STILL_DEG_S
    return bool((slow[2:] & slow[1:-1] & slow[:-2]).any())


def still_s(hips_deg: Sequence[np.ndarray], rate_hz: float) -> np.ndarray:
    """
    How long the standstill lasts that each sample is part of, shape (n,); 0 where a hip moves. [s]

    Parameters
    ----------
    hips_deg : two arrays, shape (n,)
        Flexion of both hips; a hip that is not measured is left out. [deg]
    """
    one, other = (np.abs(np.gradient(hip)) for hip in hips_deg)
    slow = np.fmax(one, other) * rate_hz < STILL_DEG_S
    lengths = np.zeros(slow.size)
    if slow.any():
        edges = np.flatnonzero(np.diff(slow.astype(np.int8), prepend=0, append=0))
        lengths[slow] = np.repeat(edges[1::2] - edges[::2], edges[1::2] - edges[::2])
    return lengths / rate_hz
