"""Curves of valid strides, their mean and spread, toe-off, and where the sides' names stand: arrays alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.conventions import CURVE_POINTS, SIDES
from kinematics.strides import Strides


def side_curves(strides: Strides, name: str, side: str) -> np.ndarray:
    """Curves of a side's valid strides that have this angle throughout, shape (n, 101). [deg]"""
    if name not in strides.curves:
        return np.empty((0, CURVE_POINTS))
    return complete_rows(strides.curves[name], valid_side(strides, side))


def complete_rows(curves: np.ndarray, chosen: np.ndarray | slice) -> np.ndarray:
    """The chosen rows that have no gap; a view where neighbours are chosen by a slice and none has a gap."""
    rows = np.asarray(curves, float)[chosen]
    known = np.isfinite(rows)
    return rows if known.all() else rows[known.all(axis=1)]


def valid_side(strides: Strides, side: str) -> np.ndarray:
    """Which rows are valid strides of a side, shape (n_strides,)."""
    return strides.table["valid"].to_numpy(bool) & (strides.table["side"].to_numpy(object) == side)


def mean_and_sd(rows: np.ndarray) -> np.ndarray:
    """
    Mean and standard deviation (n - 1) over strides, shape (101, 2); the deviation of one stride is 0.

    >>> mean_and_sd(np.array([[1.0], [3.0]])).round(2).tolist()
    [[2.0, 1.41]]
    """
    summary = np.empty((2, rows.shape[1]))
    mean, spread = summary
    np.add.reduce(rows, axis=0, out=mean)
    mean /= len(rows)
    apart = rows - mean
    np.einsum("ij,ij->j", apart, apart, out=spread)
    spread /= max(len(rows) - 1, 1)
    np.sqrt(spread, out=spread)
    return summary.T


def drawn_lines(summaries: np.ndarray) -> np.ndarray:
    """
    Upper edge, lower edge and mean, shape (..., 3, 101), of means with their spread of shape (..., 101, 2).

    >>> drawn_lines(np.array([[10.0, 2.0]])).tolist()
    [[12.0], [8.0], [10.0]]
    """
    mean, spread = summaries[..., 0], summaries[..., 1]
    return np.stack([mean + spread, mean - spread, mean], axis=-2)


def toe_off_percent(strides: Strides) -> dict[str, float]:
    """Median toe-off of each side's valid strides, in per cent of the stride; a side without any is left out."""
    if "toe_off_percent" not in strides.table:
        return {}
    percent = strides.table["toe_off_percent"].to_numpy(float)
    known = {side: percent[valid_side(strides, side) & np.isfinite(percent)] for side in SIDES}
    return {side: float(np.median(values)) for side, values in known.items() if values.size}


def label_places(means: Mapping[str, np.ndarray]) -> dict[str, tuple[int, str]]:
    """
    Where to write the sides' names: the per cent at which they lie farthest apart, and "above" or "below" the line.

    >>> label_places({"left": np.array([0.0, 5.0, 1.0]), "right": np.array([0.0, 2.0, 0.0])})
    {'left': (1, 'above'), 'right': (1, 'below')}
    """
    if len(means) < 2:
        return {side: (int(np.argmax(mean)), "above") for side, mean in means.items()}
    left, right = means["left"], means["right"]
    inside = slice(CURVE_POINTS // 20, -(CURVE_POINTS // 20)) if left.size == CURVE_POINTS else slice(None)
    place = (inside.start or 0) + int(np.argmax(np.abs(left - right)[inside]))
    high, low = ("left", "right") if left[place] >= right[place] else ("right", "left")
    return dict(sorted({high: (place, "above"), low: (place, "below")}.items()))
