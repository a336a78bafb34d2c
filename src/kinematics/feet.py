"""The feet as their markers show them: where they are beside the pelvis, how they rise and fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kinematics.conventions import SIDES
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.signals import fill_gaps, is_whole, lowpass, prominent_peaks
from kinematics.trial import Trial

FORE, REAR, ANKLE = ("toe_first", "toe_fifth"), ("heel",), ("ankle_lateral", "ankle_medial")
PELVIS = ("asis", "psis", "sacrum")
#: Longest gap of a foot marker that is bridged: an event in a longer one is not seen. [s]
LONGEST_GAP_S = 0.1
#: Cut-off for the feet's way beside the pelvis: their sweep is slow, their extremes are not to move. [Hz]
SWEEP_CUTOFF_HZ = 10.0
#: The direction in which the pelvis faces is its mean over this: two strides, whose turning to and fro cancels. [s]
HEADING_WINDOW_S = 2.0
#: A sweep counts where the foot passes this part of the trial's usual sweep, and this far at least. [1], [m]
SWEEP_SHARE, SMALLEST_SWEEP_M = 0.4, 0.12
#: Successive extremes of one foot are at least this far apart. [s]
SHORTEST_STRIDE_S = 0.4


@dataclass(frozen=True)
class Foot:
    """
    One foot's markers.

    Attributes
    ----------
    rear, fore : array, shape (k, 3, n)
        Heel markers and metatarsal markers (forward, up, right), short gaps filled; k is 0 where there is none. [m]
    ankle : array, shape (k, 3, n)
        Malleoli. [m]
    """

    rear: np.ndarray
    fore: np.ndarray
    ankle: np.ndarray

    @property
    def back_part(self) -> np.ndarray:
        """The rearmost kind of marker that there is."""
        return next((part for part in (self.rear, self.ankle, self.fore) if len(part)), self.rear)

    @property
    def front_part(self) -> np.ndarray:
        """The foremost kind of marker that there is."""
        return next((part for part in (self.fore, self.ankle, self.rear) if len(part)), self.fore)

    @property
    def seen(self) -> bool:
        """Whether there is any marker."""
        return bool(len(self.back_part))


@dataclass(frozen=True)
class Scene:
    """
    Feet and pelvis of one trial.

    Attributes
    ----------
    feet : dict of str to Foot
        By side.
    pelvis : array, shape (3, n)
        Mean of the pelvis's markers; without any, middle of the two feet. [m]
    facing : array, shape (2, n)
        Unit direction (forward, right) in which the pelvis faces, its turning within strides removed.
    has_pelvis : bool
    """

    feet: dict[str, Foot]
    pelvis: np.ndarray
    facing: np.ndarray
    has_pelvis: bool

    def ahead(self) -> np.ndarray:
        """
        How far back and front part of the feet lie ahead of the pelvis, shape (2, 2, n): left and right; back, front.

        Along the direction in which the pelvis faces, so that it holds on a treadmill, on a walkway and to and fro. [m]
        """
        parts = [part for side in SIDES for part in (self.feet[side].back_part, self.feet[side].front_part)]
        rows = [(((mean_seen(part) - self.pelvis)[[0, 2]]) * self.facing).sum(axis=0) for part in parts]
        return np.stack(rows).reshape(2, 2, -1)


def see(trial: Trial) -> Scene | None:
    """Feet and pelvis of a trial; None where a foot has no marker."""
    feet = find_feet(trial)
    if not feet:
        return None
    names = names_of(trial)
    stack = _rows(trial, () if names is None else names.both(*PELVIS))
    if len(stack) and np.isfinite(stack).any():
        return Scene(feet, _pelvis(stack), _facing(trial, names), True)
    middle = np.mean([mean_seen(foot.back_part) for foot in feet.values()], axis=0)
    return Scene(feet, middle, _facing(trial, names), False)


def find_feet(trial: Trial) -> dict[str, Foot]:
    """Both feet's markers by side; empty where a foot has none or no label is known."""
    names = names_of(trial)
    if names is None:
        return {}
    feet = {side: Foot(*(_part(trial, names, side, roles) for roles in (REAR, FORE, ANKLE))) for side in SIDES}
    return feet if all(foot.seen for foot in feet.values()) else {}


def names_of(trial: Trial) -> MarkerNames | None:
    """Anatomical roles of a trial's markers; None where no marker set knows any of its labels."""
    return _names(tuple(trial.markers))


def sweeps(scene: Scene, rate_hz: float) -> np.ndarray:
    """`Scene.ahead`, low-passed: the way of the feet beside the pelvis, shape (2, 2, n). [m]"""
    ahead = scene.ahead()
    return lowpass(ahead.reshape(4, -1), SWEEP_CUTOFF_HZ, rate_hz).reshape(ahead.shape)


def extremes(sweep_m: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """
    Where a foot is farthest ahead and farthest behind, between samples (Zeni 2008, doi:10.1016/j.gaitpost.2007.07.007).

    Returns
    -------
    ahead, behind : array
        Positions in samples, ascending.
    """
    seen = np.isfinite(sweep_m)
    if seen.sum() < 4:
        return np.zeros(0), np.zeros(0)
    bridged = sweep_m if seen.all() else np.interp(np.arange(sweep_m.size), np.flatnonzero(seen), sweep_m[seen])
    distance = max(1, round(SHORTEST_STRIDE_S * rate_hz))
    low, high = np.percentile(bridged, (5, 95))
    prominence = max(SMALLEST_SWEEP_M, SWEEP_SHARE * (high - low))
    found = []
    for signal in (bridged, -bridged):
        inside = np.pad(signal, 1, constant_values=signal.min())  # at an end of the file one slope is enough
        peaks = prominent_peaks(inside, prominence, distance=distance, window=4 * distance)
        peaks = peaks[(peaks > 1) & (peaks < signal.size)] - 1
        peaks = peaks[seen[peaks]]
        found.append(peaks + vertex(signal, peaks))
    return found[0], found[1]


def vertex(signal: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """How far the vertex of the parabola through a peak and its neighbours lies from the peak. [samples]"""
    before, at, after = signal[peaks - 1], signal[peaks], signal[peaks + 1]
    bend = before - 2 * at + after
    return np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0)


def derivative(signals: np.ndarray, rate_hz: float) -> np.ndarray:
    """First derivative along the last axis, central differences. [per s]"""
    return np.gradient(signals, axis=-1) * rate_hz


def _part(trial: Trial, names: MarkerNames, side: str, roles: Sequence[str]) -> np.ndarray:
    rows = _rows(trial, tuple(label for role in roles for label in names.of(role, side)))
    if not len(rows):
        return rows
    filled, _ = fill_gaps(rows.reshape(-1, rows.shape[2]), round(LONGEST_GAP_S * trial.rate_hz))
    return filled.reshape(rows.shape)


def _rows(trial: Trial, labels: Sequence[str]) -> np.ndarray:
    """Markers that are seen at least half of the time, shape (k, 3, n); of none, those that are seen at all."""
    rows = [trial.markers[label] for label in labels if label in trial.markers]
    share = [float(np.isfinite(row[0]).mean()) for row in rows]
    kept = [row for row, seen in zip(rows, share, strict=True) if seen >= min(0.5, max(share)) and seen > 0]
    return np.stack(kept) if kept else np.empty((0, 3, trial.time_s.size))


def _pelvis(stack: np.ndarray) -> np.ndarray:
    """Mean of the pelvis's markers; one that is lost does not shift it: each is held against the others first."""
    middle = np.median if is_whole(stack) else np.nanmedian
    return mean_seen(stack - middle(stack - mean_seen(stack), axis=2, keepdims=True))


def _facing(trial: Trial, names: MarkerNames | None) -> np.ndarray:
    forward = np.stack((np.ones(trial.time_s.size), np.zeros(trial.time_s.size)))
    if names is None or not all(names.of("asis", side) for side in SIDES):
        return forward
    right, left = (mean_seen(_rows(trial, names.of("asis", side))) for side in ("right", "left"))
    across = (right - left)[[0, 2]]
    if not np.isfinite(across).all(axis=0).any():
        return forward
    smooth = running_mean(_held(np.stack((across[1], -across[0]))), round(HEADING_WINDOW_S * trial.rate_hz))
    return smooth / np.linalg.norm(smooth, axis=0)


def mean_seen(stack: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is seen; NaN where nothing is."""
    if len(stack) and is_whole(stack):
        return stack.mean(axis=0)
    seen = np.isfinite(stack)
    with np.errstate(invalid="ignore"):
        return np.where(seen, stack, 0.0).sum(axis=0) / seen.sum(axis=0)


def running_mean(signals: np.ndarray, width: int) -> np.ndarray:
    """Mean of up to `width` samples around each one, fewer at the ends, shape (k, n); no NaN."""
    n = signals.shape[1]
    total = np.concatenate((np.zeros((len(signals), 1)), np.cumsum(signals, axis=1)), axis=1)
    samples = np.arange(n)
    first, last = np.maximum(samples - width // 2, 0), np.minimum(samples + width // 2 + 1, n)
    return (total[:, last] - total[:, first]) / (last - first)


@lru_cache(maxsize=64)
def _names(labels: tuple[str, ...]) -> MarkerNames | None:
    return recognise(labels) if labels else None


def _held(signals: np.ndarray) -> np.ndarray:
    samples = np.arange(signals.shape[1])
    seen = np.isfinite(signals).all(axis=0)
    return np.stack([np.interp(samples, samples[seen], row[seen]) for row in signals])
