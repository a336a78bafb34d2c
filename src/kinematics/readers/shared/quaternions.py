"""Quaternions as files hold them -> unit quaternions, scalar first, and segment frames."""

from __future__ import annotations

import numpy as np

#: A quaternion or an axis whose length differs more than this from 1 is no rotation: a lost sample. [1]
LARGEST_LENGTH_ERROR = 0.05


def unit_quaternions(components: np.ndarray) -> np.ndarray:
    """
    Quaternions (4, n), scalar first, of length 1; NaN where the file's are no rotation (zeros of a lost sample).

    Files print five or six decimals, so their lengths differ from 1 by a few units of the last.
    """
    with np.errstate(invalid="ignore"):
        length = np.linalg.norm(components, axis=0)
        bad = ~(np.abs(length - 1.0) <= LARGEST_LENGTH_ERROR)
        unit = components / np.where(bad, 1.0, length)
    unit[:, bad] = np.nan
    return unit


def quaternions_of(matrices: np.ndarray) -> np.ndarray:
    """
    Unit quaternions (4, n), scalar first, of rotation matrices (3, 3, n) whose columns are the segment's axes.

    The largest of the four components is taken from the diagonal, the others from sums and differences (Shepperd
    1978, doi:10.2514/3.55767b). NaN where a matrix is no rotation.
    """
    m = matrices
    good = np.isfinite(m).all(axis=(0, 1))
    filled = np.where(good, m, np.eye(3)[:, :, None])
    good &= (np.abs(np.linalg.norm(filled, axis=0) - 1.0) <= LARGEST_LENGTH_ERROR).all(axis=0)
    good &= np.linalg.det(np.moveaxis(filled, -1, 0)) > 0
    trace = filled[0, 0] + filled[1, 1] + filled[2, 2]
    products = np.empty((4, 4, filled.shape[-1]))  # 4 q_i q_j
    products[0, 0] = 1.0 + trace
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        products[i + 1, i + 1] = 1.0 + 2.0 * filled[i, i] - trace
        products[0, i + 1] = products[i + 1, 0] = filled[k, j] - filled[j, k]
        products[j + 1, k + 1] = products[k + 1, j + 1] = filled[j, k] + filled[k, j]
    largest = np.argmax(np.stack([products[i, i] for i in range(4)]), axis=0)
    rows = np.take_along_axis(products, largest[None, None, :], axis=0)[0]
    unit = rows / np.linalg.norm(rows, axis=0)
    unit[:, ~good] = np.nan
    return unit


def matrices_of(quaternions: np.ndarray) -> np.ndarray:
    """Rotation matrices (3, 3, n), columns the segment's axes, of unit quaternions (4, n), scalar first."""
    w, x, y, z = quaternions
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row) for row in rows])
