"""The feet as their markers show them: where they are beside the pelvis, how they rise and fall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kinematics.conventions import SIDES
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.signals import fill_gaps, is_whole, lowpass
from kinematics.trial import Trial

FORE, REAR, ANKLE = ("toe_first", "toe_fifth"), ("heel",), ("ankle_lateral", "ankle_medial")
PELVIS = ("asis", "psis", "sacrum")
#: Longest gap of a foot marker that is bridged: an event in a longer one is not seen. [s]
LONGEST_GAP_S = 0.1
#: Cut-off for the feet's way beside the pelvis: their sweep is slow, their extremes are not to move. [Hz]
SWEEP_CUTOFF_HZ = 10.0
#: The direction in which the pelvis faces is its mean over this: two strides, whose turning to and fro cancels. [s]
HEADING_WINDOW_S = 2.0


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
        rows = [along(mean_seen(part[:, ::2]) - self.pelvis[::2], self.facing) for part in parts]
        return np.stack(rows).reshape(2, 2, -1)


def see(trial: Trial) -> Scene | None:
    """Feet and pelvis of a trial; None where a foot has no marker."""
    feet = find_feet(trial)
    if not feet:
        return None
    names = names_of(trial)
    stack = _rows(trial, () if names is None else names.both(*PELVIS))
    if len(stack) and (is_whole(stack) or np.isfinite(stack).any()):
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


def along(ground: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """Part along a direction (2, n) of what lies on the ground (forward, right), shape (2, n) -> (n,)."""
    return ground[0] * facing[0] + ground[1] * facing[1]


def sweeps(scene: Scene, rate_hz: float) -> np.ndarray:
    """`Scene.ahead`, low-passed: the way of the feet beside the pelvis, shape (2, 2, n). [m]"""
    ahead = scene.ahead()
    return lowpass(ahead.reshape(4, -1), SWEEP_CUTOFF_HZ, rate_hz).reshape(ahead.shape)


def vertex(signal: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """How far the vertex of the parabola through a peak and its neighbours lies from the peak. [samples]"""
    before, at, after = signal[peaks - 1], signal[peaks], signal[peaks + 1]
    bend = before - 2 * at + after
    return np.divide(0.5 * (before - after), bend, out=np.zeros(bend.shape), where=bend < 0)


def derivative(signals: np.ndarray, rate_hz: float) -> np.ndarray:
    """First derivative along the last axis, central differences. [per s]"""
    if signals.shape[-1] < 2:
        return np.zeros(signals.shape)
    slope = np.empty(signals.shape)
    np.subtract(signals[..., 2:], signals[..., :-2], out=slope[..., 1:-1])
    slope[..., 1:-1] *= 0.5
    slope[..., 0], slope[..., -1] = signals[..., 1] - signals[..., 0], signals[..., -1] - signals[..., -2]
    slope *= rate_hz
    return slope


def percentiles(signals: np.ndarray, shares: tuple[float, ...]) -> list[np.ndarray]:
    """Percentiles along the last axis, between samples by linear interpolation, one array per share; no NaN."""
    places = [(signals.shape[-1] - 1) * share / 100.0 for share in shares]
    ranked = np.partition(signals, sorted({int(place) for place in places}), axis=-1)
    found = []
    for place in places:
        low, rest = ranked[..., int(place)], ranked[..., int(place) + 1 :]
        found.append(low if place.is_integer() else low + (rest.min(axis=-1) - low) * (place % 1.0))
    return found


def median(values: np.ndarray) -> np.ndarray:
    """Medians along the last axis, as `numpy.median`; no NaN."""
    middle, odd = divmod(values.shape[-1], 2)
    ranked = np.partition(values, middle, axis=-1)
    return ranked[..., middle] if odd else 0.5 * (ranked[..., :middle].max(axis=-1) + ranked[..., middle])


def _part(trial: Trial, names: MarkerNames, side: str, roles: Sequence[str]) -> np.ndarray:
    rows = _rows(trial, tuple(label for role in roles for label in names.of(role, side)))
    if not len(rows):
        return rows
    filled, _ = fill_gaps(rows.reshape(-1, rows.shape[2]), round(LONGEST_GAP_S * trial.rate_hz))
    return filled.reshape(rows.shape)


def _rows(trial: Trial, labels: Sequence[str]) -> np.ndarray:
    """Markers that are seen at least half of the time, shape (k, 3, n); of none, those that are seen at all."""
    rows = [trial.markers[label] for label in labels if label in trial.markers]
    share = [1.0 if is_whole(row[0]) else float(np.isfinite(row[0]).mean()) for row in rows]
    kept = [row for row, seen in zip(rows, share, strict=True) if seen >= min(0.5, max(share)) and seen > 0]
    if len(kept) == 1:
        return kept[0][None]
    return np.stack(kept) if kept else np.empty((0, 3, trial.time_s.size))


def _pelvis(stack: np.ndarray) -> np.ndarray:
    """Mean of the pelvis's markers; one that is lost does not shift it: each is held against the others first."""
    if is_whole(stack):
        return (stack - median(stack - stack.mean(axis=0))[..., None]).mean(axis=0)
    return mean_seen(stack - np.nanmedian(stack - mean_seen(stack), axis=2, keepdims=True))


def _facing(trial: Trial, names: MarkerNames | None) -> np.ndarray:
    forward = np.stack((np.ones(trial.time_s.size), np.zeros(trial.time_s.size)))
    if names is None or not all(names.of("asis", side) for side in SIDES):
        return forward
    right, left = (mean_seen(_rows(trial, names.of("asis", side))[:, ::2]) for side in ("right", "left"))
    ahead, across = right - left
    if not np.isfinite(ahead + across).any():
        return forward
    smooth = running_mean(_held(np.stack((across, -ahead))), round(HEADING_WINDOW_S * trial.rate_hz))
    return smooth / np.sqrt(smooth[0] ** 2 + smooth[1] ** 2)


def mean_seen(stack: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is seen; NaN where nothing is."""
    if len(stack) and is_whole(stack):
        return stack.mean(axis=0) if len(stack) > 1 else stack[0]
    seen = np.isfinite(stack)
    with np.errstate(invalid="ignore"):
        return np.where(seen, stack, 0.0).sum(axis=0) / seen.sum(axis=0)


def running_mean(signals: np.ndarray, width: int) -> np.ndarray:
    """Mean of up to `width` samples around each one, fewer at the ends, shape (k, n); no NaN."""
    n = signals.shape[1]
    half = min(width // 2, n - 1)
    total = np.zeros((len(signals), n + 1))
    np.cumsum(signals, axis=1, out=total[:, 1:])
    mean = np.empty(signals.shape)
    mean[:, : n - half], mean[:, n - half :] = total[:, half + 1 :], total[:, -1:]
    mean[:, half:] -= total[:, : n - half]
    samples = np.arange(n)
    return mean / (np.minimum(samples + half + 1, n) - np.maximum(samples - half, 0))


@lru_cache(maxsize=64)
def _names(labels: tuple[str, ...]) -> MarkerNames | None:
    return recognise(labels) if labels else None


def _held(signals: np.ndarray) -> np.ndarray:
    if is_whole(signals):
        return signals
    samples = np.arange(signals.shape[1])
    seen = np.isfinite(signals).all(axis=0)
    return np.stack([np.interp(samples, samples[seen], row[seen]) for row in signals])
