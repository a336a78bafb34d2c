"""Sampling clocks, gaps, filters and resampling of evenly sampled signals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: A second-order filter passed forward and backward lets through 1/2 of the power at 1.246 times less than its design
#: cut-off; the design cut-off, on the bilinear transform's tangent scale, is raised by 1 / (sqrt(2) - 1)^(1/4).
DOUBLE_PASS_CORRECTION = (np.sqrt(2.0) - 1.0) ** -0.25
#: Highest share of the Nyquist frequency that a cut-off may take.
HIGHEST_CUTOFF = 0.95


def sampling_rate(time_s: np.ndarray, *, resolution_s: float, declared_hz: float | None = None) -> float:
    """
    Sampling rate from end to end of a time column, snapped where the column's rounding allows it.

    The rate is ``(n - 1) / (t_last - t_first)``. Times are rounded, so it is known within what an error of one unit of
    the last decimal makes; inside that the declared rate is taken, else a whole number of Hz.

    Parameters
    ----------
    time_s : array, shape (n,)
        Increasing times, none missing. [s]
    resolution_s : float
        Unit of the last decimal that the file prints. [s]
    declared_hz : float, optional
        Rate that the file or the study states. [Hz]

    Returns
    -------
    float
        [Hz]
    """
    duration = time_s[-1] - time_s[0]
    steps = time_s.size - 1
    candidates = [] if declared_hz is None else [declared_hz]
    candidates.append(float(np.round(steps / duration)))
    for rate in candidates:
        if rate > 0 and abs(steps / rate - duration) <= resolution_s * 1.0001:
            return float(rate)
    return float(steps / duration)


def fill_gaps(signals: np.ndarray, longest: int) -> tuple[np.ndarray, int]:
    """
    Signals with their short gaps filled, and the number of samples that were filled.

    Inner gaps of up to `longest` samples are bridged by a monotone cubic (PCHIP) through the neighbouring samples;
    longer ones and those at the ends stay NaN.

    Parameters
    ----------
    signals : array, shape (k, n)
        One row per channel.
    longest : int
        Longest gap to fill. [samples]

    Returns
    -------
    filled : array, shape (k, n)
    n_filled : int
        Samples filled, over all channels.
    """
    missing = np.isnan(signals)
    if longest < 1 or not missing.any():
        return signals, 0
    filled = signals.copy()
    for row in np.flatnonzero(missing.any(axis=1) & ~missing.all(axis=1)):
        fillable = missing[row] & (_run_lengths(missing[row]) <= longest)
        seen = np.flatnonzero(~missing[row])
        fillable[: seen[0]] = fillable[seen[-1] :] = False
        if fillable.any() and seen.size > 1:
            filled[row, fillable] = _pchip(seen, signals[row, seen])(np.flatnonzero(fillable))
    return filled, int(missing.sum() - np.isnan(filled).sum())


def lowpass(signals: np.ndarray, cutoff_hz: float, rate_hz: float) -> np.ndarray:
    """
    Signals after a zero-lag 4th-order Butterworth low-pass.

    A second-order filter is passed forward and backward, its cut-off raised so that the double pass has its half-power
    point at `cutoff_hz` (factor 1.246). Gaps stay gaps: they are bridged for the filter by straight lines and put back.

    Parameters
    ----------
    signals : array, shape (k, n)
        One row per channel.
    cutoff_hz, rate_hz : float
        [Hz]. A cut-off that the rate cannot carry returns the signals as they are.

    Returns
    -------
    array, shape (k, n)
    """
    from scipy.signal import sosfiltfilt

    if cutoff_hz >= HIGHEST_CUTOFF * 0.5 * rate_hz or signals.shape[1] < 2:
        return signals
    share = 2.0 / np.pi * np.arctan(DOUBLE_PASS_CORRECTION * np.tan(np.pi * cutoff_hz / rate_hz))
    sections = _butterworth(float(share))
    missing = np.isnan(signals)
    bridged = _bridge(signals, missing) if missing.any() else signals
    pad = min(signals.shape[1] - 1, int(np.ceil(3 * rate_hz / cutoff_hz)))
    smooth = sosfiltfilt(sections, bridged, axis=1, padlen=pad)
    smooth[missing] = np.nan
    return smooth


def interpolate(signals: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """
    Values of signals between their samples, by the cubic through the four nearest samples.

    Parameters
    ----------
    signals : array, shape (k, n)
        Evenly sampled, n >= 4.
    positions : array, any shape
        In samples, from 0 to n - 1.

    Returns
    -------
    array, shape (k, *positions.shape)
        NaN where one of the four samples is.
    """
    first = np.clip(np.floor(positions).astype(np.intp) - 1, 0, signals.shape[1] - 4)
    t = positions - first  # 1 <= t <= 2 away from the ends
    weights = (
        -(t - 1) * (t - 2) * (t - 3) / 6.0,
        t * (t - 2) * (t - 3) / 2.0,
        -t * (t - 1) * (t - 3) / 2.0,
        t * (t - 1) * (t - 2) / 6.0,
    )
    value = weights[0] * signals[:, first]
    for offset in (1, 2, 3):
        value += weights[offset] * signals[:, first + offset]
    return value


def crossings(signal: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """
    Where a signal rises and falls through a level, between samples by linear interpolation.

    Parameters
    ----------
    signal : array, shape (n,)
    level : float

    Returns
    -------
    rising, falling : array
        Positions in samples.
    """
    above = signal > level
    before = np.flatnonzero(above[1:] != above[:-1])
    position = before + (level - signal[before]) / (signal[before + 1] - signal[before])
    rising = above[before + 1]
    return position[rising], position[~rising]


@lru_cache(maxsize=16)
def _butterworth(share: float) -> np.ndarray:
    """Second-order sections of a second-order low-pass; `share` of the Nyquist frequency."""
    from scipy.signal import butter

    return butter(2, share, output="sos")


def _run_lengths(mask: np.ndarray) -> np.ndarray:
    """Length of the run of True that each sample stands in; 0 where False."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    lengths = np.zeros(mask.size, dtype=np.intp)
    starts, ends = edges[::2], edges[1::2]
    lengths[mask] = np.repeat(ends - starts, ends - starts)
    return lengths


def _pchip(x: np.ndarray, y: np.ndarray):
    from scipy.interpolate import PchipInterpolator

    return PchipInterpolator(x, y)


def _bridge(signals: np.ndarray, missing: np.ndarray) -> np.ndarray:
    bridged = signals.copy()
    samples = np.arange(signals.shape[1])
    for row in np.flatnonzero(missing.any(axis=1)):
        seen = ~missing[row]
        bridged[row] = np.interp(samples, samples[seen], signals[row, seen]) if seen.any() else 0.0
    return bridged
