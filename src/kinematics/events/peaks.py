"""Where signals peak: told from their turning points, a few hundred of many thousand samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.feet import percentiles, vertex
from kinematics.signals import prominent_peaks

#: A foot's sweep counts where it passes this part of the trial's usual sweep, and this far at least. [1], [m]
SWEEP_SHARE, SMALLEST_SWEEP_M = 0.4, 0.12
#: Successive extremes of one foot are at least this far apart. [s]
SHORTEST_STRIDE_S = 0.4


@dataclass(frozen=True)
class Turns:
    """
    First and last sample of a signal, and between them where it turns: peak, trough, peak ... in alternation.

    Attributes
    ----------
    signal : array, shape (n,)
        No NaN.
    at : array of int, shape (m,)
        Samples, ascending; empty where two neighbours are equal, so that a top may be flat.
    value : array, shape (m,)
        The signal there.
    first_peak : int
        Place in `at` of the first peak, 1 or 2.
    """

    signal: np.ndarray
    at: np.ndarray
    value: np.ndarray
    first_peak: int

    def upside_down(self) -> Turns:
        """Those of the signal with its sign turned: its troughs are peaks."""
        return Turns(-self.signal, self.at, -self.value, 3 - self.first_peak)

    def peaks(self) -> np.ndarray:
        """Places of the peaks in `at`."""
        return np.arange(self.first_peak, self.at.size - 1, 2)


def turns_of(signal: np.ndarray) -> Turns:
    """Turning points of a signal (n,) without NaN."""
    before, after = signal[:-1], signal[1:]
    if signal.size < 2 or (after == before).any():
        return Turns(signal, np.zeros(0, dtype=np.intp), np.zeros(0), 1)
    rises = after > before
    at = np.concatenate(([0], np.flatnonzero(rises[1:] != rises[:-1]) + 1, [rises.size]))
    return Turns(signal, at, signal[at], 1 if rises[0] else 2)


def peaks_of(
    turns: Turns,
    prominence: float = 0.0,
    *,
    height: float | None = None,
    distance: int | None = None,
    window: int | None = None,
) -> np.ndarray:
    """
    Samples at which a signal peaks: those that `signals.prominent_peaks` finds, with its arguments.

    A peak's prominence is the same among turning points as among all samples. Which of several near peaks stays is
    left to `prominent_peaks`, unless every one that stands out is the highest within the distance.
    """
    found = _quickly(turns, prominence, distance or 1, height)
    if found is not None:
        return found
    window = window or max(2, turns.signal.size)
    return prominent_peaks(turns.signal, prominence, window=window, distance=distance, height=height)


def farthest_ahead(sweep_m: np.ndarray, rate_hz: float) -> np.ndarray:
    """
    Where a foot is farthest ahead, between samples, ascending (Zeni 2008, doi:10.1016/j.gaitpost.2007.07.007).

    Parameters
    ----------
    sweep_m : array, shape (n,)
        Way of the foot beside the pelvis; with its sign turned it gives where the foot is farthest behind. [m]
    """
    seen = np.isfinite(sweep_m)
    if np.count_nonzero(seen) < 4:
        return np.zeros(0)
    bridged = sweep_m if seen.all() else np.interp(np.arange(sweep_m.size), np.flatnonzero(seen), sweep_m[seen])
    distance = max(1, round(SHORTEST_STRIDE_S * rate_hz))
    low, high = percentiles(bridged, (5, 95))
    prominence = max(SMALLEST_SWEEP_M, SWEEP_SHARE * (high - low))
    lowest = [bridged.min()]  # at an end of the file one slope is enough
    turns = turns_of(np.concatenate((lowest, bridged, lowest)))
    peaks = peaks_of(turns, prominence, distance=distance, window=4 * distance)
    peaks = peaks[(peaks > 1) & (peaks < bridged.size)] - 1
    peaks = peaks[seen[peaks]]
    return peaks + vertex(bridged, peaks)


def _quickly(turns: Turns, prominence: float, distance: int, height: float | None) -> np.ndarray | None:
    """Samples of the peaks; None where the turning points alone do not tell them."""
    from scipy.signal import peak_prominences

    if not turns.at.size:
        return None
    every = turns.peaks()
    if height is not None:
        every = every[turns.value[every] >= height]
    kept = every
    if prominence > 0:
        kept = every[peak_prominences(turns.value, every)[0] >= prominence]
    return turns.at[kept] if _highest_within(turns, kept, every, distance) else None


def _highest_within(turns: Turns, kept: np.ndarray, every: np.ndarray, distance: int) -> bool:
    """Whether each kept peak is the highest of all peaks nearer than a distance, and the only one kept there."""
    if (np.diff(turns.at[every]) >= distance).all():
        return True
    at = turns.at[kept]
    near = np.searchsorted(turns.at[every], np.stack((at - distance + 1, at + distance), axis=1)).ravel()
    highest = np.maximum.reduceat(np.append(turns.value[every], -np.inf), near)[::2]
    return bool((np.diff(at) >= distance).all() and (highest <= turns.value[kept]).all())
