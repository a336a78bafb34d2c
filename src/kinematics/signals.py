"""Sampling clocks, gaps, filters and resampling of evenly sampled signals."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np

#: Channels of one length: an array (k, n), or k arrays (n,) that need not be put together first.
Rows = np.ndarray | Sequence[np.ndarray]
Given = TypeVar("Given", bound=Rows)

#: A second-order filter passed forward and backward lets through 1/2 of the power at 1.246 times less than its design
#: cut-off; the design cut-off, on the bilinear transform's tangent scale, is raised by 1 / (sqrt(2) - 1)^(1/4).
DOUBLE_PASS_CORRECTION = (np.sqrt(2.0) - 1.0) ** -0.25
#: Highest share of the Nyquist frequency that a cut-off may take.
HIGHEST_CUTOFF = 0.95
#: The filter takes about so many samples at a time: they stay in the processor's cache.
SAMPLES_AT_ONCE = 36_000


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


def fill_gaps(signals: Given, longest: int) -> tuple[Given | np.ndarray, int]:
    """
    Signals with their short gaps filled, and the number of samples that were filled.

    Inner gaps of up to `longest` samples are bridged by a monotone cubic (PCHIP) through the neighbouring samples;
    longer ones and those at the ends stay NaN.

    Parameters
    ----------
    signals : array, shape (k, n), or k arrays, shape (n,)
        One row per channel.
    longest : int
        Longest gap to fill. [samples]

    Returns
    -------
    filled : array, shape (k, n)
        What was given where there is no gap.
    n_filled : int
        Samples filled, over all channels.
    """
    if longest < 1 or _all_whole(signals):
        return signals, 0
    filled = np.array(signals)
    missing = ~np.isfinite(filled)
    if not missing.any():
        return signals, 0
    rows = np.flatnonzero(missing.any(axis=1) & ~missing.all(axis=1))
    while rows.size:  # a marker's coordinates are lost together
        alike = (missing[rows] == missing[rows[0]]).all(axis=1)
        _fill_alike(filled, rows[alike], missing[rows[0]], longest)
        rows = rows[~alike]
    return filled, int(missing.sum() - (~np.isfinite(filled)).sum())


def _fill_alike(signals: np.ndarray, rows: np.ndarray, missing: np.ndarray, longest: int) -> None:
    """Fill the short inner gaps of rows that miss the same samples, in place."""
    from scipy.interpolate import PchipInterpolator

    seen = np.flatnonzero(~missing)
    fillable = missing & (_run_lengths(missing) <= longest)
    fillable[: seen[0]] = fillable[seen[-1] :] = False
    gaps = np.flatnonzero(fillable)
    if gaps.size:
        after = np.searchsorted(seen, gaps)
        beside = np.unique(np.clip(after[:, None] + np.arange(-2, 2), 0, seen.size - 1))
        near = seen[beside]  # the curve in a gap depends on two samples on either side
        signals[rows[:, None], gaps] = PchipInterpolator(near, signals[rows[:, None], near], axis=1)(gaps)


def lowpass(signals: Rows, cutoff_hz: float, rate_hz: float) -> np.ndarray:
    """
    Signals after a zero-lag 4th-order Butterworth low-pass.

    A second-order filter is passed forward and backward, its cut-off raised so that the double pass has its half-power
    point at `cutoff_hz` (factor 1.246). Gaps stay gaps: they are bridged for the filter by straight lines and put back,
    NaN; an infinite sample is a gap.

    Parameters
    ----------
    signals : array, shape (k, n), or k arrays, shape (n,)
        One row per channel.
    cutoff_hz, rate_hz : float
        [Hz]. A cut-off that the rate cannot carry leaves the signals as they are.

    Returns
    -------
    array, shape (k, n)
    """
    smooth = np.empty(signals.shape if isinstance(signals, np.ndarray) else (len(signals), len(signals[0])))
    put_lowpass(signals, cutoff_hz, rate_hz, into=smooth)
    return smooth


def put_lowpass(signals: Rows, cutoff_hz: float, rate_hz: float, *, into: Rows) -> None:
    """As `lowpass`; the result is put into rows that are there already."""
    n = len(into[0]) if len(into) else 0
    if cutoff_hz >= HIGHEST_CUTOFF * 0.5 * rate_hz or n < 2:
        _put(signals, into)
        return
    share = 2.0 / np.pi * np.arctan(DOUBLE_PASS_CORRECTION * np.tan(np.pi * cutoff_hz / rate_hz))
    pad = min(n - 1, int(np.ceil(3 * rate_hz / cutoff_hz)))
    if _all_whole(signals):
        _both_ways(signals, float(share), pad, into)
        return
    missing = ~np.isfinite(signals)
    _both_ways(_bridge(np.asarray(signals), missing), float(share), pad, into)
    for row, gone in zip(into, missing, strict=True):
        row[gone] = np.nan


def is_whole(signals: np.ndarray) -> bool:
    """Whether every sample is a finite number, told from their sum: at the cost of reading them once."""
    return bool(np.isfinite(signals.sum()))


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


def prominent_peaks(
    signal: np.ndarray, prominence: float, *, window: int, distance: int | None = None, height: float | None = None
) -> np.ndarray:
    """
    Samples at which a signal peaks, as `scipy.signal.find_peaks` has them.

    How far a peak stands out is looked for within a window first, and over the whole signal only where it does not
    stand out there: in gait the next higher peak may be many strides away.

    Parameters
    ----------
    signal : array, shape (n,)
        No NaN.
    prominence : float
        Smallest prominence, in the signal's unit.
    window : int
        About two strides: it decides on speed, not on the peaks. [samples]
    distance : int, optional
        Fewest samples between peaks; the higher one stays.
    height : float, optional
        Smallest height of a peak.

    Returns
    -------
    array of int
        Ascending.
    """
    from scipy.signal import find_peaks, peak_prominences

    peaks, found = find_peaks(signal, height=height, distance=distance, prominence=0, wlen=window)
    stands_out = found["prominences"] >= prominence
    if not stands_out.all():
        stands_out[~stands_out] = peak_prominences(signal, peaks[~stands_out])[0] >= prominence
    return peaks[stands_out]


def _both_ways(signals: Rows, share: float, pad: int, into: Rows) -> None:
    """Signals passed forward and backward, as `scipy.signal.filtfilt` does with `padlen=pad`; a few at a time."""
    rows = max(1, round(SAMPLES_AT_ONCE / len(signals[0])))
    for first in range(0, len(signals), rows):
        some = slice(first, first + rows)
        _put(_there_and_back(signals[some], share, pad), into[some])


def _there_and_back(signals: Rows, share: float, pad: int) -> np.ndarray:
    from scipy.signal import lfilter

    b, a, at_rest = _butterworth(share)
    longer = np.empty((len(signals), len(signals[0]) + 2 * pad))
    inner = longer[:, pad:-pad]
    _put(signals, inner)
    np.subtract(2.0 * inner[:, :1], inner[:, pad:0:-1], out=longer[:, :pad])
    np.subtract(2.0 * inner[:, -1:], inner[:, -2 : -pad - 2 : -1], out=longer[:, -pad:])
    there, _ = lfilter(b, a, longer, zi=at_rest * longer[:, :1])
    back, _ = lfilter(b, a, there[:, ::-1], zi=at_rest * there[:, -1:])
    return back[:, -pad - 1 : pad - 1 : -1]


def _put(signals: Rows, into: Rows) -> None:
    for row, signal in zip(into, signals, strict=True):
        row[:] = signal


def _all_whole(signals: Rows) -> bool:
    return is_whole(signals) if isinstance(signals, np.ndarray) else all(map(is_whole, signals))


@lru_cache(maxsize=16)
def _butterworth(share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A second-order low-pass b, a and its state at a constant 1; `share` of the Nyquist rate."""
    from scipy.signal import butter, lfilter_zi

    b, a = butter(2, share)
    return b, a, lfilter_zi(b, a)


def _run_lengths(mask: np.ndarray) -> np.ndarray:
    """Length of the run of True that each sample stands in; 0 where False."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    lengths = np.zeros(mask.size, dtype=np.intp)
    starts, ends = edges[::2], edges[1::2]
    lengths[mask] = np.repeat(ends - starts, ends - starts)
    return lengths


def _bridge(signals: np.ndarray, missing: np.ndarray) -> np.ndarray:
    bridged = signals.copy()
    samples = np.arange(signals.shape[1])
    for row in np.flatnonzero(missing.any(axis=1)):
        seen = ~missing[row]
        bridged[row] = np.interp(samples, samples[seen], signals[row, seen]) if seen.any() else 0.0
    return bridged
