"""Per-stride metrics: declared once each, computed for all strides at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kinematics.conventions import CURVE_POINTS, Column
from kinematics.coordination import pelvic_share

METRICS = (
    Column("peak_hip_extension_deg", "deg", "greatest hip extension of the stride, -min(hip flexion)", "extension"),
    Column("peak_hip_extension_percent", "%", "when that is, in per cent of the stride", "later"),
    Column("hip_flexion_at_contact_deg", "deg", "hip flexion at the contact that begins the stride", "flexion"),
    Column("hip_flexion_at_toe_off_deg", "deg", "hip flexion at toe-off", "flexion"),
    Column("peak_hip_flexion_deg", "deg", "greatest hip flexion of the stride", "flexion"),
    Column("hip_excursion_deg", "deg", "peak hip flexion plus peak hip extension", "more"),
    Column("mean_pelvis_anterior_tilt_deg", "deg", "anterior tilt, mean over the stride", "anterior"),
    Column("pelvis_anterior_tilt_at_toe_off_deg", "deg", "anterior tilt at toe-off", "anterior"),
    Column("peak_pelvis_anterior_tilt_deg", "deg", "greatest anterior tilt of the stride", "anterior"),
    Column("pelvis_anterior_tilt_at_peak_hip_extension_deg", "deg", "anterior tilt at peak hip extension", "anterior"),
    Column("pelvis_anterior_tilt_at_peak_hip_flexion_deg", "deg", "anterior tilt at peak hip flexion", "anterior"),
    Column("pelvis_tilt_excursion_deg", "deg", "greatest minus least anterior tilt of the stride", "more"),
    Column("pelvis_tilt_rise_deg", "deg", "anterior tilt at peak thigh extension minus at mid-stance", "tips forward"),
    Column("peak_thigh_extension_deg", "deg", "furthest the thigh gets behind the vertical", "behind"),
    Column(
        "pelvic_share", "1", "tilt rise over the thigh's travel from mid-stance to its peak extension", "more pelvis"
    ),
    Column("opposite_hip_flexion_at_peak_extension_deg", "deg", "the other hip's flexion at peak extension", "flexion"),
    Column("peak_hip_adduction_deg", "deg", "greatest hip adduction during stance", "adduction"),
    Column(
        "contralateral_pelvic_drop_deg",
        "deg",
        "furthest the other side of the pelvis drops in stance",
        "other side down",
    ),
    Column("contact_time_s", "s", "contact to toe-off", "longer"),
    Column("toe_off_percent", "%", "toe-off, in per cent of the stride", "later"),
    Column("stride_time_s", "s", "contact to the next contact of the same foot", "longer"),
    Column("cadence_steps_per_min", "1/min", "two steps per stride time", "quicker"),
)
METRIC_NAMES = tuple(metric.name for metric in METRICS)


def stride_metrics(
    curves: Mapping[str, np.ndarray],
    opposite_hip_at: Callable[[np.ndarray], np.ndarray],
    start_s: np.ndarray,
    toe_off_s: np.ndarray,
    end_s: np.ndarray,
) -> dict[str, np.ndarray]:
    """
    All metrics of all strides of a trial.

    Peaks are those of a parabola through the highest of 101 points and its neighbours; values at an instant are
    read from the curve by straight lines.

    Parameters
    ----------
    curves : mapping of str to array, shape (n, 101)
        `conventions.CURVE_NAMES`. [deg]
    opposite_hip_at : function of an array, shape (n,), that returns one
        Flexion of the other side's hip [deg] at an instant of each stride [%].
    start_s, toe_off_s, end_s : array, shape (n,)
        [s]

    Returns
    -------
    dict of str to array, shape (n,)
        `METRIC_NAMES`; NaN where an angle or the toe-off is.
    """
    hip, tilt, thigh = (curves[name] for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg", "thigh_flexion_deg"))
    stride_s = end_s - start_s
    toe_off = 100.0 * (toe_off_s - start_s) / stride_s
    peak_at, peak = _peaks(
        (hip, hip.argmin(axis=1)), (hip, hip.argmax(axis=1)), (thigh, thigh.argmin(axis=1)),
        (tilt, tilt.argmax(axis=1)), (tilt, tilt.argmin(axis=1)),
    )  # fmt: skip
    (extension_at, flexion_at, thigh_at), (lowest, flexion, furthest, tilt_high, tilt_low) = peak_at[:3], peak
    point, share = instant(np.stack((toe_off, toe_off / 2, extension_at, flexion_at, thigh_at)))
    place = point + np.arange(len(hip)) * CURVE_POINTS
    tilt_leaving, tilt_middle, tilt_back, tilt_forward, tilt_behind = _between(tilt, place, share)
    rise, travel = tilt_behind - tilt_middle, _between(thigh, place[1], share[1]) - furthest
    adduction, drop = _highest_in_stance((curves["hip_adduction_deg"], curves["pelvis_obliquity_deg"]), toe_off)
    values = (
        -lowest, extension_at, hip[:, 0].copy(), _between(hip, place[0], share[0]), flexion, flexion - lowest,
        tilt[:, :-1].mean(axis=1), tilt_leaving, tilt_high, tilt_back, tilt_forward,
        tilt_high - tilt_low, rise, -furthest, pelvic_share(travel, rise),
        opposite_hip_at(extension_at), adduction, drop, toe_off_s - start_s, toe_off, stride_s, 120.0 / stride_s,
    )  # fmt: skip
    return dict(zip(METRIC_NAMES, values, strict=True))


def _peaks(*turns: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """
    When [%] and how far k times n curves turn back, by a parabola through their extreme point and its neighbours.

    Each of the k `turns` has curves (n, 101) and the point (n,) of each that is the highest, or the lowest; in a curve
    with a gap it is the gap. Both results have shape (k, n).
    """
    extreme = np.stack([points for _, points in turns])
    inner = np.minimum(np.maximum(extreme, 1), CURVE_POINTS - 2)
    place = np.stack((inner - 1, inner, inner + 1, extreme), axis=1) + np.arange(extreme.shape[1]) * CURVE_POINTS
    found = np.stack([curve.ravel().take(mine) for (curve, _), mine in zip(turns, place, strict=True)])
    before, at, after, outermost = found.swapaxes(0, 1)
    fall, bend = before - after, before - 2 * at + after
    turning = (extreme == inner) & (bend != 0.0)
    shift = np.where(turning, 0.5 * fall / np.where(turning, bend, 1.0), 0.0)
    value = np.where(turning, at - 0.25 * fall * shift, outermost)
    known = np.isfinite(outermost)
    return np.where(known, extreme + shift, np.nan), np.where(known, value, np.nan)


def instant(percent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Point of a curve before an instant from 0 to 100 %, and the share of the step to the next; NaN where unknown."""
    place = np.minimum(np.maximum(percent, 0.0), CURVE_POINTS - 1.0)
    point = np.fmin(place, CURVE_POINTS - 2.0).astype(np.intp)
    return point, place - point


def _between(curve: np.ndarray, place: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Curves (n, 101) a share of the step after the points at `place`, counted through all of them; as `place`."""
    flat = curve.ravel()
    before = flat.take(place)
    return before + share * (flat.take(place + 1) - before)


def _highest_in_stance(curves: Sequence[np.ndarray], toe_off: np.ndarray) -> list[np.ndarray]:
    """Highest value of curves (n, 101) up to each toe-off (n,) [%], gaps left out; NaN where nothing is known."""
    if not toe_off.size:
        return [toe_off for _ in curves]
    last = np.floor(np.where(toe_off >= 0.0, np.minimum(toe_off, CURVE_POINTS - 1.0), 0.0)).astype(np.intp)
    first = np.arange(last.size) * CURVE_POINTS
    edges = np.stack((first, first + last + 1), axis=1).ravel()
    edges = edges[:-1] if last[-1] == CURVE_POINTS - 1 else edges  # a piece up to the end needs no other edge
    found = []
    for curve in curves:
        highest = np.maximum.reduceat(curve.ravel(), edges)[::2]
        if np.isnan(highest).any():
            highest = np.maximum.reduceat(np.where(np.isnan(curve), -np.inf, curve).ravel(), edges)[::2]
        found.append(np.where((toe_off >= 0.0) & np.isfinite(highest), highest, np.nan))
    return found
