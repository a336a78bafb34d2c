"""Per-stride metrics: declared once each, computed for all strides at once."""

from __future__ import annotations

from collections.abc import Mapping

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
    opposite_hip_flexion_deg: np.ndarray,
    start_s: np.ndarray,
    toe_off_s: np.ndarray,
    end_s: np.ndarray,
) -> dict[str, np.ndarray]:
    """
    All metrics of all strides of one side.

    Peaks are those of a parabola through the highest of 101 points and its neighbours; values at an instant are
    read from the curve by straight lines.

    Parameters
    ----------
    curves : mapping of str to array, shape (n, 101)
        `conventions.CURVE_NAMES`. [deg]
    opposite_hip_flexion_deg : array, shape (n, 101)
        Of the other side, over the same strides. [deg]
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
    extension_at, extension = _peak(-hip)
    flexion_at, flexion = _peak(hip)
    thigh_at, thigh_extension = _peak(-thigh)
    tilt_high, tilt_low = _peak(tilt)[1], -_peak(-tilt)[1]
    rise = _at(tilt, thigh_at) - _at(tilt, toe_off / 2)
    travel = _at(thigh, toe_off / 2) + thigh_extension
    stance = np.arange(CURVE_POINTS) <= toe_off[:, None]
    values = (
        extension, extension_at, hip[:, 0], _at(hip, toe_off), flexion, flexion + extension,
        tilt[:, :-1].mean(axis=1), _at(tilt, toe_off), tilt_high, _at(tilt, extension_at), _at(tilt, flexion_at),
        tilt_high - tilt_low, rise, thigh_extension, pelvic_share(travel, rise),
        _at(opposite_hip_flexion_deg, extension_at), _highest(curves["hip_adduction_deg"], stance),
        _highest(curves["pelvis_obliquity_deg"], stance), toe_off_s - start_s, toe_off, stride_s, 120.0 / stride_s,
    )  # fmt: skip
    return dict(zip(METRIC_NAMES, values, strict=True))


def _peak(curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """When [%] and how high the curves (n, 101) peak, by a parabola through the highest point and its neighbours."""
    whole = np.isfinite(curve).all(axis=1)
    highest = np.argmax(np.where(np.isfinite(curve), curve, -np.inf), axis=1)
    inner = np.clip(highest, 1, CURVE_POINTS - 2)
    row = np.arange(len(curve))
    before, at, after = curve[row, inner - 1], curve[row, inner], curve[row, inner + 1]
    bend = before - 2 * at + after
    with np.errstate(invalid="ignore"):
        round_top = (highest == inner) & (bend < 0)
    bend = np.where(round_top, bend, 1.0)
    shift = np.where(round_top, 0.5 * (before - after) / bend, 0.0)
    value = np.where(round_top, at - 0.25 * (before - after) * shift, curve[row, highest])
    return np.where(whole, highest + shift, np.nan), np.where(whole, value, np.nan)


def _at(curve: np.ndarray, percent: np.ndarray) -> np.ndarray:
    """Curves (n, 101) at one instant each, by straight lines; NaN where the instant is."""
    known = np.isfinite(percent)
    place = np.clip(np.where(known, percent, 0.0), 0.0, CURVE_POINTS - 1.0)
    low = np.minimum(place.astype(np.intp), CURVE_POINTS - 2)
    row = np.arange(len(curve))
    value = curve[row, low] + (place - low) * (curve[row, low + 1] - curve[row, low])
    return np.where(known, value, np.nan)


def _highest(curve: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Highest value of each curve (n, 101) where allowed; NaN where nothing is allowed or known."""
    highest = np.where(where & np.isfinite(curve), curve, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(highest), highest, np.nan)
