"""Per-stride metrics: declared once each, computed for all strides at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    extension_at, lowest = _peak(hip, hip.argmin(axis=1))
    flexion_at, flexion = _peak(hip, hip.argmax(axis=1))
    thigh_at, furthest = _peak(thigh, thigh.argmin(axis=1))
    tilt_high, tilt_low = _peak(tilt, tilt.argmax(axis=1))[1], _peak(tilt, tilt.argmin(axis=1))[1]
    leaving, middle, back = _Instants.at(toe_off), _Instants.at(toe_off / 2), _Instants.at(extension_at)
    rise = _Instants.at(thigh_at).of(tilt) - middle.of(tilt)
    travel = middle.of(thigh) - furthest
    in_stance = np.floor(np.where(toe_off >= 0.0, np.minimum(toe_off, CURVE_POINTS - 1.0), -1.0)).astype(np.intp)
    values = (
        -lowest, extension_at, hip[:, 0], leaving.of(hip), flexion, flexion - lowest,
        tilt[:, :-1].mean(axis=1), leaving.of(tilt), tilt_high, back.of(tilt), _Instants.at(flexion_at).of(tilt),
        tilt_high - tilt_low, rise, -furthest, pelvic_share(travel, rise),
        back.of(opposite_hip_flexion_deg), _highest(curves["hip_adduction_deg"], in_stance),
        _highest(curves["pelvis_obliquity_deg"], in_stance), toe_off_s - start_s, toe_off, stride_s, 120.0 / stride_s,
    )  # fmt: skip
    return dict(zip(METRIC_NAMES, values, strict=True))


def _peak(curve: np.ndarray, extreme: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    When [%] and how far the curves (n, 101) turn back, by a parabola through their extreme point and its neighbours.

    `extreme` (n,) says which point is the highest, or the lowest; in a curve with a gap it is the gap.
    """
    inner = np.minimum(np.maximum(extreme, 1), CURVE_POINTS - 2)
    first = np.arange(len(curve)) * CURVE_POINTS
    flat, place = curve.ravel(), first + inner
    before, at, after = flat.take(place - 1), flat.take(place), flat.take(place + 1)
    outermost = flat.take(first + extreme)
    bend = before - 2 * at + after
    turns = (extreme == inner) & (bend != 0.0)
    shift = np.where(turns, 0.5 * (before - after) / np.where(turns, bend, 1.0), 0.0)
    value = np.where(turns, at - 0.25 * (before - after) * shift, outermost)
    known = np.isfinite(outermost)
    return np.where(known, extreme + shift, np.nan), np.where(known, value, np.nan)


@dataclass(frozen=True)
class _Instants:
    """Where one instant of each stride lies among its curve's points: the point before it and the share of the step."""

    point: np.ndarray
    share: np.ndarray

    @classmethod
    def at(cls, percent: np.ndarray) -> _Instants:
        """Instants (n,) from 0 to 100 %; NaN where it is not known."""
        place = np.minimum(np.maximum(percent, 0.0), CURVE_POINTS - 1.0)
        low = np.fmin(place, CURVE_POINTS - 2.0).astype(np.intp)
        return cls(np.arange(percent.size) * CURVE_POINTS + low, place - low)

    def of(self, curve: np.ndarray) -> np.ndarray:
        """Curves (n, 101) at these instants, by straight lines; NaN where an instant is not known."""
        flat = curve.ravel()
        low = flat.take(self.point)
        return low + self.share * (flat.take(self.point + 1) - low)


def _highest(curve: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Highest value of each curve (n, 101) up to its point `last` (n,), gaps left out; NaN where nothing is known."""
    first = np.arange(last.size) * CURVE_POINTS
    highest = greatest_within(curve.ravel(), first, first + np.maximum(last, 0))
    if np.isnan(highest).any():
        highest = greatest_within(np.where(np.isnan(curve), -np.inf, curve).ravel(), first, first + np.maximum(last, 0))
    return np.where(np.isfinite(highest) & (last >= 0), highest, np.nan)


def greatest_within(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Greatest of the values (k,) from each `first` to each `last`, both counted, shape (n,); NaN where one is."""
    first, last = (np.minimum(np.maximum(edge, 0), values.size - 1) for edge in (first, last))
    edges = np.stack((first, last + 1), axis=1).ravel()
    if not edges.size:
        return np.zeros(0)
    if edges[-1] == values.size:  # the last piece reaches to the end by itself
        edges = edges[:-1]
    if edges.max() == values.size:
        values = np.append(values, -np.inf)
    return np.maximum.reduceat(values, edges)[::2]
