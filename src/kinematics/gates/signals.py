"""The angles of one recording as the gates look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, sided
from kinematics.strides.reading import read_samples, was_measured
from kinematics.trial import Trial

#: How long a stride may last. [s]
STRIDE_S = (0.4, 2.0)


@dataclass(frozen=True)
class Signals:
    """Angles of one recording, its rate and task; `hips` by side, where measured; one stride exactly where `cycle`."""

    columns: Mapping[str, np.ndarray]
    hips: Mapping[str, np.ndarray]
    rate_hz: float
    task: str
    speed_m_s: float
    cycle: bool

    @cached_property
    def hip_extents(self) -> dict[str, tuple[float, float]]:
        """Least and greatest flexion by side; NaN where there is none. [deg]"""
        return {side: extent(hip) for side, hip in self.hips.items()}

    def stride_s(self) -> float:
        """Length of a stride: the lag at which a hip repeats itself best; NaN where the recording holds no two. [s]"""
        shortest, longest = (round(limit * self.rate_hz) for limit in STRIDE_S)
        if not self.hips:
            return np.nan
        hip = next(iter(self.hips.values()))
        longest = min(longest, hip.size // 2)
        if longest <= shortest:
            return np.nan
        centred = np.nan_to_num(hip - np.nanmean(hip))
        spectrum = np.fft.rfft(centred, 2 * hip.size)
        repeats = np.fft.irfft(np.abs(spectrum) ** 2)[: hip.size]  # of several strides the first is the largest
        return (shortest + int(np.argmax(repeats[shortest : longest + 1]))) / self.rate_hz


def signals_of(angles: Angles | Trial) -> Signals:
    """The measured columns of a recording."""
    if isinstance(angles, Trial):
        cycle = angles.base == "cycle"
        rate = float(angles.time_s.size - 1) if cycle else angles.rate_hz
        columns = dict(angles.channels)
    else:
        cycle, rate = False, angles.passport.rate_hz
        columns = {
            name: values for name, values in read_samples(angles).items() if name != "time_s" and was_measured(values)
        }
    names = {side: sided("hip_flexion_deg", side) for side in SIDES}
    hips = {side: columns[name] for side, name in names.items() if name in columns and was_measured(columns[name])}
    return Signals(columns, hips, rate, angles.task, angles.speed_m_s, cycle)


def extent(values: np.ndarray) -> tuple[float, float]:
    """Least and greatest value (n,), gaps left out; NaN where there is none."""
    low, high = values.min(initial=np.inf), values.max(initial=-np.inf)
    if np.isnan(low):
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    return float(low), float(high)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r of two signals (n,), where both are known; NaN where there is none. [1]"""
    found = _correlation(a, b)
    if np.isfinite(found):
        return found
    both = np.isfinite(a) & np.isfinite(b)
    return _correlation(a[both], b[both])


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if a.size < 3:
        return np.nan
    a, b = a - a.mean(), b - b.mean()
    alone = (a * a).sum() * (b * b).sum()  # no BLAS: its threads cost more than they save
    return float((a * b).sum() / np.sqrt(alone)) if alone > 0 else np.nan
