"""Angles between two moments -> curves of 101 points, for all strides of a trial at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, SIDED_ANGLES, SIDES, sided
from kinematics.metrics import instant
from kinematics.strides.cubic import Cubic, Pair
from kinematics.strides.heading import unwrapped

#: Strides whose weights are held at once: bounds the memory of recordings that last for hours.
BLOCK = 256
_OWN = frozenset(column.name for column in SIDED_ANGLES)
_SHARE = np.linspace(0.0, 1.0, CURVE_POINTS)


@dataclass(frozen=True)
class Curves:
    """
    What is read from the samples: left strides first, then right ones.

    Attributes
    ----------
    values : dict of str to array, shape (n, 101)
        `conventions.CURVE_NAMES` as in the samples. [deg]
    lean : array, shape (n, 101), or None
        The own thigh's, with markers. [deg]
    measured : dict of str to slice
        Rows of those angles that the trial has on both sides, or on one.
    """

    values: dict[str, np.ndarray]
    lean: np.ndarray | None
    measured: dict[str, slice]


def read_samples(angles: Angles) -> dict[str, np.ndarray]:
    """Columns of the angles' table as contiguous arrays, shape (n_samples,) each, by name."""
    values = np.ascontiguousarray(angles.table.to_numpy(float).T)
    return dict(zip(angles.table.columns, values, strict=True))


def was_measured(values: np.ndarray) -> bool:
    """Whether an angle (n,) has any value; where the first sample has one, that is enough."""
    return bool(values.size) and (isfinite(values[0]) or bool(np.isfinite(values).any()))


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
        Which strides are whose; the left ones stand first.
    """
    signals = {name: _pair(samples, name) for name in CURVE_NAMES}
    measured = {name: seen for name, pair in signals.items() if (seen := _seen(pair, rows)) is not None}
    values = {name: np.empty((first.size, CURVE_POINTS)) for name in CURVE_NAMES}
    wanted = [(signals[name], values[name]) for name in measured]
    if lean is not None:
        thighs = (np.asarray(lean["left"], dtype=float), np.asarray(lean["right"], dtype=float))
        wanted.append((thighs, np.empty((first.size, CURVE_POINTS))))
    for name in values.keys() - measured.keys():
        values[name].fill(np.nan)
    for begin in range(0, first.size, BLOCK):
        block = slice(begin, begin + BLOCK)
        cubic = Cubic.at(_positions(first[block], last[block], _SHARE), samples["time_s"].size)
        middle = max(0, rows["left"].stop - begin)
        for pair, out in wanted:
            cubic.read(pair, middle, out[block])
    return Curves(values, None if lean is None else wanted[-1][1], measured)


def opposite_hip_at(
    samples: Mapping[str, np.ndarray],
    first: np.ndarray,
    last: np.ndarray,
    rows: Mapping[str, slice],
    percent: np.ndarray,
) -> np.ndarray:
    """
    Flexion of the other side's hip at an instant of each stride (n,) [%], shape (n,): the same as from its curve. [deg]

    Parameters
    ----------
    samples, first, last, rows
        As for `read_curves`.
    percent : array, shape (n,)
        0 to 100; NaN where the instant is not known.
    """
    point, share = instant(percent)
    cubic = Cubic.at(_positions(first, last, _SHARE.take((point, point + 1)).T), samples["time_s"].size)
    left, right = _pair(samples, "hip_flexion_deg")
    before, after = cubic.read((right, left), rows["left"].stop, np.empty((first.size, 2))).T
    return before + share * (after - before)


def _pair(samples: Mapping[str, np.ndarray], name: str) -> Pair:
    if name in _OWN:
        return samples[sided(name, "left")], samples[sided(name, "right")]
    values = unwrapped(samples[name]) if name == "pelvis_rotation_deg" else samples[name]
    return values, values


def _seen(pair: Pair, rows: Mapping[str, slice]) -> slice | None:
    """Rows of the sides on which a signal has any value; None where it has none."""
    has = [side for side, values in zip(SIDES, pair, strict=True) if was_measured(values)]
    return slice(rows[has[0]].start, rows[has[-1]].stop) if has else None


def _positions(first: np.ndarray, last: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Shares (k,) or (n, k) of the way from each first to each last position (n,), shape (n, k). [samples]"""
    return first[:, None] + (last - first)[:, None] * share
