"""Doubts about a runner's signs: hip and tilt against the course that the running reference has."""

from __future__ import annotations

import numpy as np

from kinematics.gates.signals import Signals, correlation
from kinematics.norms import running_norms
from kinematics.signals import interpolate

#: Samples in a stride when curves are compared with the reference.
CYCLE = 100
#: The turned hip has to fit the reference better than the hip as it is by this. [1]
HIP_SIGN_MARGIN = 0.02
#: A tilt whose course correlates with the reference below this runs the other way. [1]
LARGEST_OPPOSITE_CORRELATION = -0.3
REMEDY = "If its positive direction is the other one, say so with sign = -1 in a mapping file; nothing was turned."


def against_reference(signals: Signals, stride_s: float) -> list[str]:
    """Hip and tilt of a runner against the reference's shape, whatever their offsets."""
    hip_norm, tilt_norm = reference_curves(signals.speed_m_s)
    tilt = signals.columns.get("pelvis_anterior_tilt_deg")
    found, courses = [], []
    for side, hip in signals.hips.items():
        starts = _starts(hip, stride_s, signals)
        if starts is None:
            continue
        as_is, turned, shift = fit(_mean_cycle(hip, *starts), hip_norm)
        if turned > as_is + HIP_SIGN_MARGIN:
            found.append(
                f"The {side} hip's course fits the running reference better upside down ({turned:.3f}) than as it is "
                f"({as_is:.3f}): flexion may be negative in the file. {REMEDY}"
            )
        elif tilt is not None and np.isfinite(tilt).any():
            courses.append(correlation(np.roll(_mean_cycle(tilt, *starts), shift), tilt_norm))
    r = float(np.mean(courses)) if courses else np.nan
    if r < LARGEST_OPPOSITE_CORRELATION:
        found.append(
            f"Anterior pelvic tilt runs against the running reference within the stride (r = {r:.2f}): posterior tilt "
            f"may be positive in the file. {REMEDY}"
        )
    return found


def reference_curves(speed_m_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean hip flexion and anterior tilt of the running reference at the nearest of its speeds, shape (100,) each."""
    norms = running_norms()
    middle = len(norms.speeds_m_s) // 2
    nearest = middle if np.isnan(speed_m_s) else int(np.argmin(np.abs(norms.speeds_m_s - speed_m_s)))
    curves = norms.curves["anatomical"]
    hip, tilt = (curves[name][nearest, :CYCLE, 0] for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg"))
    return hip, tilt


def fit(cycle: np.ndarray, reference: np.ndarray) -> tuple[float, float, int]:
    """
    Largest correlation of a cyclic curve (100,) with a reference over all shifts, as it is and upside down. [1]

    The third number is the shift of the curve as it is; NaN and 0 where the curve has a gap or is flat.
    """
    a, b = (curve - curve.mean() for curve in (cycle, reference))
    power = a @ a
    if not 0.0 < power < np.inf:
        return np.nan, np.nan, 0
    products = np.fft.irfft(np.fft.rfft(b) * np.conj(np.fft.rfft(a)), CYCLE)
    best, scale = int(np.argmax(products)), np.sqrt(power * (b @ b))
    return float(products[best] / scale), float(-products.min() / scale), best


def _starts(hip: np.ndarray, stride_s: float, signals: Signals) -> tuple[np.ndarray, np.ndarray] | None:
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
