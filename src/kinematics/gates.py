"""
Sanity gates: do hip and pelvis angles move as a person's do? They warn in sentences and change nothing.

The limits are wide: they are meant for a wrong column, sign, side or unit, not for an unusual gait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, sided
from kinematics.norms import running_norms
from kinematics.readers.shared.joint_angles import looks_like_radians
from kinematics.signals import interpolate
from kinematics.strides import Strides
from kinematics.trial import Trial

#: What a hip's flexion moves through; in the ten fastest trials of Fukuchi 2017 (4.5 m/s) it is up to 90. [deg]
HIP_RANGE_DEG = {"walk": (20.0, 80.0), "run": (20.0, 95.0)}
#: Beyond these a pelvic tilt is no person's who walks or runs upright. [deg]
LARGEST_TILT_RANGE_DEG, LARGEST_MEAN_TILT_DEG = 25.0, 40.0
#: Left and right hip, half a stride apart. [1]
SMALLEST_SIDE_CORRELATION = 0.6
#: Steps that no hip makes: wrapped angles or swapped markers (62 of 1614 strides of the BMC-RIC running data).
LARGEST_STEP_DEG_PER_PERCENT = 8.0
#: Peak hip flexion lies this near to foot contact: in ten runners of Fukuchi 2017 up to 22. [% of the stride]
FARTHEST_PEAK_FROM_CONTACT_PERCENT = 25
#: How long a stride may last. [s]
STRIDE_S = (0.4, 2.0)
#: Samples in a stride when curves are compared with the reference.
CYCLE = 100
#: The turned hip has to fit the reference better than the hip as it is by this. [1]
HIP_SIGN_MARGIN = 0.02
#: A tilt whose course correlates with the reference below this runs the other way. [1]
LARGEST_OPPOSITE_CORRELATION = -0.3
REMEDY = "If its positive direction is the other one, say so with sign = -1 in a mapping file; nothing was turned."


@dataclass(frozen=True)
class _Signals:
    """Angles of one recording, its rate and task; one stride exactly where `cycle`."""

    columns: Mapping[str, np.ndarray]
    rate_hz: float
    task: str
    speed_m_s: float
    cycle: bool


def gates(angles: Angles | Trial, strides: Strides | None = None) -> list[str]:
    """
    Doubts about the columns, signs and units of a recording, one sentence each; empty where nothing is odd.

    In walking and running: the hip moves through 20 to 80 deg (running: 95) without jumps, the sides follow each other
    half a stride apart, the tilt moves through less than 25 deg and averages within 40. In running also, without regard
    to any offset: a hip that fits the reference curve better upside down, and a tilt whose two waves per stride run
    against the reference's (it is highest just after each toe-off). Nothing is ever turned.

    Parameters
    ----------
    angles : Angles or Trial
        A trial has to be of kind "angles".
    strides : Strides, optional
        With it, peak hip flexion is looked for near foot contact.

    Returns
    -------
    list of str

    Notes
    -----
    Reference curves: 28 runners of Fukuchi 2017, doi:10.7717/peerj.3298. A negative mean tilt alone is no ground for
    doubt: it occurs in correct files.
    """
    signals = _signals(angles)
    found = [*_unit(signals), *_still(signals), *_tilt(signals)]
    if signals.task in ("run", "walk"):
        period = 1.0 if signals.cycle else _stride_s(signals)
        found += [*_hip_range(signals), *_steps(signals, period), *_sides(signals, period)]
        if signals.task == "run":
            found += _against_reference(signals, period)
    return found + ([] if strides is None else _peak_near_contact(strides))


def _signals(angles: Angles | Trial) -> _Signals:
    if isinstance(angles, Trial):
        cycle = angles.base == "cycle"
        rate = float(angles.time_s.size - 1) if cycle else angles.rate_hz
        return _Signals(angles.channels, rate, angles.task, angles.speed_m_s, cycle)
    table = angles.table.drop(columns="time_s").dropna(axis=1, how="all")
    columns = {str(name): table[name].to_numpy() for name in table}
    return _Signals(columns, angles.passport.rate_hz, angles.task, angles.speed_m_s, False)


def _hips(signals: _Signals) -> dict[str, np.ndarray]:
    names = {side: sided("hip_flexion_deg", side) for side in SIDES}
    hips = {side: signals.columns[name] for side, name in names.items() if name in signals.columns}
    return {side: hip for side, hip in hips.items() if np.isfinite(hip).any()}


def _unit(signals: _Signals) -> list[str]:
    hips = _hips(signals)
    if signals.task in ("run", "walk") and hips and all(map(looks_like_radians, hips.values())):
        return ["The hip angles are so small that they look like radians taken for degrees."]
    return []


def _still(signals: _Signals) -> list[str]:
    return [
        f"{name} is {np.nanmax(values) + 0.0:g} in every sample: it was not measured."
        for name, values in signals.columns.items()
        if np.isfinite(values).sum() > 1 and np.nanmax(values) == np.nanmin(values)
    ]


def _tilt(signals: _Signals) -> list[str]:
    tilt = signals.columns.get("pelvis_anterior_tilt_deg")
    if tilt is None or not np.isfinite(tilt).any():
        return []
    mean, moved = float(np.nanmean(tilt)), float(np.nanmax(tilt) - np.nanmin(tilt))
    found = []
    if abs(mean) > LARGEST_MEAN_TILT_DEG:
        found.append(
            f"Anterior pelvic tilt averages {mean:.0f} deg; beyond {LARGEST_MEAN_TILT_DEG:.0f} it may be another "
            f"angle, or axes that point elsewhere."
        )
    if signals.task in ("run", "walk") and moved > LARGEST_TILT_RANGE_DEG:
        found.append(
            f"Anterior pelvic tilt moves through {moved:.0f} deg; more than {LARGEST_TILT_RANGE_DEG:.0f} hints at "
            f"another angle, or at a person who turns while the axes stay."
        )
    return found


def _hip_range(signals: _Signals) -> list[str]:
    low, high = HIP_RANGE_DEG[signals.task]
    ranges = {side: float(np.nanmax(hip) - np.nanmin(hip)) for side, hip in _hips(signals).items()}
    return [
        f"The {side} hip moves through {moved:.0f} deg of flexion; {low:.0f} to {high:.0f} is usual."
        for side, moved in ranges.items()
        if not low <= moved <= high and moved > 0
    ]


def _steps(signals: _Signals, stride_s: float) -> list[str]:
    per_percent = stride_s * signals.rate_hz / 100.0
    found = []
    for side, hip in _hips(signals).items():
        steps = np.abs(np.diff(hip)) * per_percent
        largest = float(np.nanmax(steps)) if np.isfinite(steps).any() else 0.0
        if largest > LARGEST_STEP_DEG_PER_PERCENT:
            found.append(
                f"The {side} hip jumps by {largest:.0f} deg within 1 % of a stride; more than "
                f"{LARGEST_STEP_DEG_PER_PERCENT:.0f} is a wrapped angle or a swapped marker."
            )
    return found


def _sides(signals: _Signals, stride_s: float) -> list[str]:
    hips = _hips(signals)
    if signals.cycle or len(hips) < 2 or not np.isfinite(stride_s):
        return []
    lag = round(stride_s * signals.rate_hz / 2)
    right, left = hips["right"][:-lag], hips["left"][lag:]
    r = _correlation(right, left)
    if r >= SMALLEST_SIDE_CORRELATION or not np.isfinite(r):
        return []
    return [
        f"Left and right hip, half a stride apart, correlate with {r:.2f} (above {SMALLEST_SIDE_CORRELATION:g} is "
        f"usual): check that both are the hip, with one sign."
    ]


def _against_reference(signals: _Signals, stride_s: float) -> list[str]:
    """Hip and tilt of a runner against the reference's shape, whatever their offsets."""
    hip_norm, tilt_norm = _reference(signals.speed_m_s)
    tilt = signals.columns.get("pelvis_anterior_tilt_deg")
    found, courses = [], []
    for side, hip in _hips(signals).items():
        starts = _starts(hip, stride_s, signals)
        if starts is None:
            continue
        mean = _mean_cycle(hip, *starts)
        as_is, shift = _best_fit(mean, hip_norm)
        turned, _ = _best_fit(-mean, hip_norm)
        if turned > as_is + HIP_SIGN_MARGIN:
            found.append(
                f"The {side} hip's course fits the running reference better upside down ({turned:.3f}) than as it is "
                f"({as_is:.3f}): flexion may be negative in the file. {REMEDY}"
            )
        elif tilt is not None and np.isfinite(tilt).any():
            courses.append(_correlation(np.roll(_mean_cycle(tilt, *starts), shift), tilt_norm))
    r = float(np.mean(courses)) if courses else np.nan
    if r < LARGEST_OPPOSITE_CORRELATION:
        found.append(
            f"Anterior pelvic tilt runs against the running reference within the stride (r = {r:.2f}): posterior tilt "
            f"may be positive in the file. {REMEDY}"
        )
    return found


def _reference(speed_m_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean hip flexion and anterior tilt of the running reference at the nearest of its speeds, shape (100,) each."""
    norms = running_norms()
    middle = len(norms.speeds_m_s) // 2
    nearest = middle if np.isnan(speed_m_s) else int(np.argmin(np.abs(norms.speeds_m_s - speed_m_s)))
    curves = norms.curves["anatomical"]
    hip, tilt = (curves[name][nearest, :CYCLE, 0] for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg"))
    return hip, tilt


def _starts(hip: np.ndarray, stride_s: float, signals: _Signals) -> tuple[np.ndarray, np.ndarray] | None:
    """First and last sample of each stride, from one least flexion to the next; None where there is no stride."""
    if signals.cycle:
        return np.array([0.0]), np.array([hip.size - 1.0])
    if not np.isfinite(stride_s):
        return None
    from scipy.signal import find_peaks

    seen = np.isfinite(hip)
    filled = np.interp(np.arange(hip.size), np.flatnonzero(seen), hip[seen])
    lowest, _ = find_peaks(-filled, distance=max(1, round(0.7 * stride_s * signals.rate_hz)))
    lasts = np.diff(lowest) / signals.rate_hz
    whole = np.flatnonzero((lasts > 0.8 * stride_s) & (lasts < 1.2 * stride_s))
    return (lowest[whole].astype(float), lowest[whole + 1].astype(float)) if whole.size else None


def _mean_cycle(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Mean over the strides at 0, 1 ... 99 % of them, shape (100,); strides with gaps are left out."""
    positions = first[:, None] + (last - first)[:, None] * np.arange(CYCLE) / CYCLE
    cycles = interpolate(values[None], positions)[0]
    whole = np.isfinite(cycles).all(axis=1)
    return cycles[whole].mean(axis=0) if whole.any() else np.full(CYCLE, np.nan)


def _best_fit(cycle: np.ndarray, reference: np.ndarray) -> tuple[float, int]:
    """Largest correlation of a cyclic curve with a reference over all shifts, and that shift. [1, samples]"""
    if not np.isfinite(cycle).all() or cycle.std() == 0:
        return np.nan, 0
    a, b = (curve - curve.mean() for curve in (cycle, reference))
    products = np.fft.irfft(np.fft.rfft(b) * np.conj(np.fft.rfft(a)), CYCLE)
    best = int(np.argmax(products))
    return float(products[best] / np.sqrt((a @ a) * (b @ b))), best


def _stride_s(signals: _Signals) -> float:
    """Length of a stride: the lag at which a hip repeats itself best; NaN where the recording holds no two. [s]"""
    hips = _hips(signals)
    shortest, longest = (round(limit * signals.rate_hz) for limit in STRIDE_S)
    if not hips:
        return np.nan
    hip = next(iter(hips.values()))
    longest = min(longest, hip.size // 2)
    if longest <= shortest:
        return np.nan
    centred = np.nan_to_num(hip - np.nanmean(hip))
    spectrum = np.fft.rfft(centred, 2 * hip.size)
    repeats = np.fft.irfft(np.abs(spectrum) ** 2)[: hip.size]  # of several strides the first is the largest
    return (shortest + int(np.argmax(repeats[shortest : longest + 1]))) / signals.rate_hz


def _peak_near_contact(strides: Strides) -> list[str]:
    found = []
    for side in SIDES:
        mean, _ = strides.mean_curve("hip_flexion_deg", side)
        if not np.isfinite(mean).all():
            continue
        peak = int(np.argmax(mean))
        if min(peak, 100 - peak) > FARTHEST_PEAK_FROM_CONTACT_PERCENT:
            found.append(
                f"The {side} hip is most flexed at {peak} % of the stride; within "
                f"{FARTHEST_PEAK_FROM_CONTACT_PERCENT} % of foot contact is usual: check sign, side and events."
            )
    return found


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3 or a[both].std() == 0 or b[both].std() == 0:
        return np.nan
    return float(np.corrcoef(a[both], b[both])[0, 1])
