"""Angles between two moments -> curves of 101 points, for all strides of a trial at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, SIDED_ANGLES, SIDES, sided
from kinematics.strides.heading import unwrapped

#: Strides whose weights are held at once: bounds the memory of recordings that last for hours.
BLOCK = 256
OPPOSITE, LEAN = "opposite_hip_flexion_deg", "thigh_lean_deg"
_OWN = frozenset(column.name for column in SIDED_ANGLES)
_SHARE = np.linspace(0.0, 1.0, CURVE_POINTS)


@dataclass(frozen=True)
class Curves:
    """
    What is read from the samples: left strides first, then right ones.

    Attributes
    ----------
    values : dict of str to array, shape (n, 101)
        `conventions.CURVE_NAMES` as in the samples, the other hip's flexion (`OPPOSITE`), and with markers the
        thigh's lean (`LEAN`). [deg]
    measured : dict of str to slice
        Rows of those angles that the trial has on both sides, or on one.
    """

    values: dict[str, np.ndarray]
    measured: dict[str, slice]


def read_samples(angles: Angles) -> dict[str, np.ndarray]:
    """Columns of the angles' table as contiguous arrays, shape (n_samples,) each, by name."""
    values = np.ascontiguousarray(angles.table.to_numpy(float).T)
    return dict(zip(angles.table.columns, values, strict=True))


def read_curves(
    samples: Mapping[str, np.ndarray],
    lean: Mapping[str, np.ndarray] | None,
    first: np.ndarray,
    last: np.ndarray,
    rows: Mapping[str, slice],
) -> Curves:
    """
    Curves between positions in samples, shape (n,): by the cubic through the four nearest samples.

    Parameters
    ----------
    samples : mapping of str to array, shape (n_samples,)
        `conventions.SAMPLE_COLUMNS`. [deg]
    lean : mapping of side to array, shape (n_samples,), or None
        Of each thigh, where it was measured. [deg]
    first, last : array, shape (n,)
        Where each stride begins and ends, from 0 to the number of samples less one. [samples]
    rows : mapping of side to slice
        Which strides are whose.
    """
    signals = _signals(samples, lean)
    values = {name: np.empty((first.size, CURVE_POINTS)) for name in signals}
    for side, block in _blocks(rows):
        cubic = _Cubic.between(first[block], last[block], samples["time_s"].size)
        for name, by_side in signals.items():
            cubic.read(by_side[side], out=values[name][block])
    measured = {name: _seen(signals[name], rows) for name in CURVE_NAMES}
    return Curves(values, {name: seen for name, seen in measured.items() if seen is not None})


def _signals(
    samples: Mapping[str, np.ndarray], lean: Mapping[str, np.ndarray] | None
) -> dict[str, dict[str, np.ndarray]]:
    """Samples of each curve by side, (n,) each."""
    found = {}
    for name in CURVE_NAMES:
        if name in _OWN:
            found[name] = {side: samples[sided(name, side)] for side in SIDES}
        else:
            values = unwrapped(samples[name]) if name == "pelvis_rotation_deg" else samples[name]
            found[name] = dict.fromkeys(SIDES, values)
    hips = found["hip_flexion_deg"]
    found[OPPOSITE] = dict(zip(SIDES, (hips[side] for side in reversed(SIDES)), strict=True))
    if lean is not None:
        found[LEAN] = {side: np.asarray(lean[side], dtype=float) for side in SIDES}
    return found


def _blocks(rows: Mapping[str, slice]) -> Iterator[tuple[str, slice]]:
    for side, mine in rows.items():
        for begin in range(mine.start, mine.stop, BLOCK):
            yield side, slice(begin, min(begin + BLOCK, mine.stop))


def _seen(by_side: Mapping[str, np.ndarray], rows: Mapping[str, slice]) -> slice | None:
    """Rows of the sides on which a signal has any value; None where it has none."""
    has = [side for side in SIDES if np.isfinite(by_side[side]).any()]
    return slice(rows[has[0]].start, rows[has[-1]].stop) if has else None


@dataclass(frozen=True)
class _Cubic:
    """The four samples about each of many points, and their weights."""

    samples: tuple[np.ndarray, ...]
    weights: tuple[np.ndarray, ...]
    scratch: np.ndarray

    @classmethod
    def between(cls, first: np.ndarray, last: np.ndarray, n_samples: int) -> _Cubic:
        """For 101 points from each first to each last position (n,), shape (n, 101)."""
        positions = first[:, None] + (last - first)[:, None] * _SHARE
        start = np.clip(positions.astype(np.intp) - 1, 0, n_samples - 4)
        t = np.subtract(positions, start, out=positions)  # 1 <= t <= 2 away from the ends
        one, two, three = t - 1.0, t - 2.0, t - 3.0
        early = t * one
        weights = (one * two * three / -6.0, t * two * three / 2.0, early * three / -2.0, early * two / 6.0)
        return cls((start, start + 1, start + 2, start + 3), weights, np.empty(t.shape))

    def read(self, signal: np.ndarray, out: np.ndarray) -> None:
        """A signal (n_samples,) at the points; NaN where one of the four samples is."""
        np.multiply(signal.take(self.samples[0], mode="clip", out=out), self.weights[0], out=out)
        for sample, weight in zip(self.samples[1:], self.weights[1:], strict=True):
            signal.take(sample, mode="clip", out=self.scratch)
            np.add(out, np.multiply(self.scratch, weight, out=self.scratch), out=out)
