"""How well a segment's markers fit the segment, sample by sample: what tells a mistaken marker from a moving one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinematics.signals import is_whole


def origin_m(reference: np.ndarray, positions: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """
    Position of a segment's origin in every sample, shape (3, n), from the markers that are seen. [m]

    Parameters
    ----------
    reference : array, shape (m, 3)
        Markers in the segment's frame. [m]
    positions : array, shape (m, 3, n)
        Markers in the laboratory; NaN where lost. [m]
    frames : array, shape (3, 3, n)
        As `rotations.fit_rigid_body` gives them.
    """
    if is_whole(positions):
        return positions.mean(axis=0) - np.einsum("ijn,j->in", frames, reference.mean(axis=0))
    weight, centre = _middle(positions)
    return centre - np.einsum("ijn,jn->in", frames, np.einsum("mn,mi->in", weight, reference))


def misfit_mm(reference: np.ndarray, positions: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """
    How far the worst marker of a segment is from where the fitted segment has it, shape (n,). [mm]

    Each marker's median offset over the trial is taken off: markers that sit a little elsewhere than in the static
    trial are no fault of a sample. 0 where the segment is not seen.

    Parameters
    ----------
    reference, positions, frames
        As for `origin_m`.
    """
    origin = origin_m(reference, positions, frames)
    worst = np.zeros(positions.shape[2])
    for path in positions:  # one by one: a path stays in the processor's cache
        apart = np.einsum("ijn,in->jn", frames, path - origin)
        apart -= _median(apart)[:, None]
        np.fmax(worst, np.einsum("jn,jn->n", apart, apart), out=worst)
    return 1000.0 * np.sqrt(worst)


def jump_mm(positions: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
    """
    How far the worst marker leaps out of the line between its neighbouring samples, shape (n,). [mm]

    Half the second difference of the raw position: the size of a spike of one sample. 0 beside a gap.

    Parameters
    ----------
    positions : array, shape (m, 3, n), or m arrays, shape (3, n)
        Markers in the laboratory, before any filter; NaN where lost. [m]

    Examples
    --------
    >>> raw = np.zeros((1, 3, 5))
    >>> raw[0, 1, 2] = 0.040
    >>> jump_mm(raw).tolist()
    [0.0, 20.0, 40.0, 20.0, 0.0]
    """
    worst = np.zeros(positions[0].shape[1])
    for path in positions:
        bend = np.diff(path, n=2, axis=1)
        np.fmax(worst[1:-1], np.einsum("in,in->n", bend, bend), out=worst[1:-1])
    return 500.0 * np.sqrt(worst)


def _median(rows: np.ndarray) -> np.ndarray:
    """Medians (3,) of the samples (3, n) that are seen; NaN where there is none."""
    if not is_whole(rows):
        rows = rows[:, np.isfinite(rows).all(axis=0)]
    n = rows.shape[1]
    if not n:
        return np.full(len(rows), np.nan)
    half = n // 2
    parted = np.partition(rows, half, axis=1)  # by one place: twice as fast as by two
    return parted[:, half] if n % 2 else 0.5 * (parted[:, :half].max(axis=1) + parted[:, half])


def _middle(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (m, n) of the seen markers, which add up to 1, and their middle (3, n); NaN where none is seen."""
    seen = np.isfinite(positions).all(axis=1)
    with np.errstate(invalid="ignore"):
        weight = seen / seen.sum(axis=0)
    return weight, np.einsum("mn,min->in", weight, np.where(seen[:, None], positions, 0.0))
