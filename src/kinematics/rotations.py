"""
Segment frames -> clinical angles, in closed form on contiguous arrays.

A frame is an array of shape (3, 3, n): ``frame[:, j]`` is the j-th axis (x anterior, y up, z right; ISB, Wu 2002) in
laboratory coordinates (forward, up, right). In these axes a positive turn about z lifts the front: for a thigh that is
flexion, for the pelvis posterior tilt. The minus sign that this costs stands once, in `pelvis_angles`.
"""

from __future__ import annotations

import numpy as np

#: The quartic's largest root is reached from above, quadratically: in so many steps at most, or until none is longer.
NEWTON_STEPS, CONVERGED = 12, 1e-14
#: Three singular values whose squares add up to 1 add up to no more.
LARGEST_SUM = 3.0**0.5
#: Where the quartic is flatter than this it is at its root.
FLATTEST = 1e-12
#: A covariance whose 2 x 2 minors are smaller than this against its size has one direction only.
ONE_DIRECTION = 1e-8
#: Fewer markers than this have no orientation.
FEWEST_MARKERS = 3
#: So many samples are fitted at a time: what they need stays in the processor's cache.
SAMPLES_AT_ONCE = 4608


def cross(a: np.ndarray, b: np.ndarray, *, into: np.ndarray | None = None) -> np.ndarray:
    """Cross products of vectors (3, n), put `into` an array (3, n) where one is given."""
    out = np.empty(a.shape) if into is None else into
    for axis, value in enumerate(out):
        np.multiply(a[axis - 2], b[axis - 1], out=value)
        value -= a[axis - 1] * b[axis - 2]
    return out


def hip_angles(pelvis: np.ndarray, thigh: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Hip flexion, adduction and internal rotation: Cardan Z-X'-Y'' of the thigh in the pelvis.

    With ``R = pelvis^T thigh = Rz(a) Rx(b) Ry(c)``: ``a = atan2(-R01, R11)``, ``b = asin(R21)``,
    ``c = atan2(-R20, R22)``. This is the joint coordinate system of Grood and Suntay (1983) as the ISB uses it
    (Wu 2002): flexion about the pelvis's z, internal rotation about the thigh's y, adduction about the floating axis.

    Parameters
    ----------
    pelvis, thigh : array, shape (3, 3, n)
    side : {"left", "right"}
        Adduction and internal rotation of the left side are the mirror image, so that both sides share their signs.

    Returns
    -------
    flexion, adduction, internal_rotation : array, shape (n,)
        [deg]; NaN where a frame is.
    """
    pelvis_x, pelvis_y, pelvis_z = pelvis[:, 0], pelvis[:, 1], pelvis[:, 2]
    thigh_x, thigh_y, thigh_z = thigh[:, 0], thigh[:, 1], thigh[:, 2]
    mirror = 1.0 if side == "right" else -1.0
    flexion = np.arctan2(-_dot(pelvis_x, thigh_y), _dot(pelvis_y, thigh_y))
    adduction = mirror * np.arcsin(np.clip(_dot(pelvis_z, thigh_y), -1.0, 1.0))
    internal = mirror * np.arctan2(-_dot(pelvis_z, thigh_x), _dot(pelvis_z, thigh_z))
    return np.rad2deg(flexion), np.rad2deg(adduction), np.rad2deg(internal)


def pelvis_angles(pelvis: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Anterior tilt, obliquity (right side up) and rotation (right side forward) of the pelvis in the laboratory.

    The order rotation-obliquity-tilt keeps each angle's clinical meaning (Baker 2001). With
    ``R = Ry(r) Rx(o) Rz(t)``: ``t = atan2(R10, R11)``, ``-o = asin(R12)``, ``r = atan2(R02, R22)``; anterior tilt
    is ``-t``.

    Parameters
    ----------
    pelvis : array, shape (3, 3, n)

    Returns
    -------
    anterior_tilt, obliquity, rotation : array, shape (n,)
        [deg]; NaN where the frame is.
    """
    anterior_tilt = -np.arctan2(pelvis[1, 0], pelvis[1, 1])
    obliquity = np.arcsin(np.clip(pelvis[1, 2], -1.0, 1.0))
    rotation = np.arctan2(pelvis[0, 2], pelvis[2, 2])
    return np.rad2deg(anterior_tilt), np.rad2deg(obliquity), np.rad2deg(rotation)


def thigh_flexion(thigh: np.ndarray) -> np.ndarray:
    """
    Angle of the thigh against the vertical in the sagittal plane, shape (n,); thigh forward positive. [deg]

    Taken from the thigh's long axis (y, knee to hip): ``atan2(-y_forward, y_up)``.
    """
    return np.rad2deg(np.arctan2(-thigh[0, 1], thigh[1, 1]))


def thigh_lean(thigh: np.ndarray) -> np.ndarray:
    """
    Angle of the thigh against the vertical across the forward axis, shape (n,); hip right of the knee positive. [deg]

    Taken from the thigh's long axis (y, knee to hip): ``atan2(y_right, y_up)``.
    """
    return np.rad2deg(np.arctan2(thigh[2, 1], thigh[1, 1]))


def fit_rigid_body(reference: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """
    Least-squares rotations that turn a marker cluster's reference positions into its positions, all samples at once.

    Markley's (1993, J Astronaut Sci 41:261) closed form. With the covariance ``C`` of positions and reference and the
    sum ``l`` of its singular values, the last one signed: ``R = ((k + |C|^2) C + l cof C - C C^T C) / (k l - det C)``,
    ``k = (l^2 - |C|^2) / 2``. `l` is the largest root of a quartic, by Newton steps from above (Theobald 2005). A lost
    marker leaves the fit of that sample to the others.

    Parameters
    ----------
    reference : array, shape (m, 3)
        Positions in the reference pose. [m]
    positions : array, shape (m, 3, n)
        Positions in each sample; NaN where a marker is lost. [m]

    Returns
    -------
    array, shape (3, 3, n)
        Rotations; NaN where fewer than three markers are seen or they stand in a line.
    """
    rotation = np.empty((3, 3, positions.shape[2]))
    for first in range(0, positions.shape[2], SAMPLES_AT_ONCE):
        some = slice(first, first + SAMPLES_AT_ONCE)
        rotation[:, :, some] = _nearest_rotation(_covariance(reference, positions[:, :, some]))
    return rotation


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _covariance(reference: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """
    Covariances (3, 3, n) of positions (rows) and reference (columns) about the middle of the markers that are seen.

    NaN where fewer than three markers are seen.
    """
    from_centre = reference - reference.mean(axis=0)
    if np.isfinite(positions.sum()):  # where the middle of the positions is drops out: the reference adds up to 0
        return np.einsum("min,mj->ijn", positions, from_centre)
    seen = np.isfinite(positions).all(axis=1)
    count = seen.sum(axis=0)
    weight = seen / np.maximum(count, 1)
    filled = np.where(seen[:, None, :], positions, 0.0)
    to_centre = np.where(seen[:, None, :], filled - np.einsum("mn,min->in", weight, filled), 0.0)
    covariance = np.einsum("min,mj->ijn", to_centre, from_centre)
    covariance[:, :, count < FEWEST_MARKERS] = np.nan
    return covariance


def _nearest_rotation(c: np.ndarray) -> np.ndarray:
    """Rotations (3, 3, n) nearest to covariances (3, 3, n); NaN where a covariance has one direction only."""
    with np.errstate(invalid="ignore", divide="ignore"):
        cofactors = np.empty(c.shape)
        for row, cofactor in enumerate(cofactors):
            cross(c[row - 2], c[row - 1], into=cofactor)
        determinant = _dot(c[0], cofactors[0])
        size, minors = (np.einsum("ijn,ijn->n", matrix, matrix) for matrix in (c, cofactors))
        length = np.sqrt(size)
        minors /= size**2
        total = length * _sum_of_singular_values(minors, determinant / (size * length))
        k = 0.5 * (total**2 - size)
        square = np.einsum("ikn,jkn->ijn", c, c)
        for axis in range(3):
            square[axis, axis] -= k + size
        rotation = cofactors
        rotation *= total
        rotation -= np.einsum("ijn,jkn->ikn", square, c)
        rotation /= k * total - determinant
    told = minors > ONE_DIRECTION
    return rotation if told.all() else np.where(told, rotation, np.nan)


def _sum_of_singular_values(minors: np.ndarray, determinant: np.ndarray) -> np.ndarray:
    """
    Sums (n,) of the singular values, the last one signed, of matrices whose squares add up to 1; from above.

    The largest roots of ``(x^2 - 1)^2 - 8 determinant x - 4 minors``, which no more than the root of 3 can be;
    `minors` is the summed squares of the cofactors.
    """
    eightfold, fourfold = 8.0 * determinant, 4.0 * minors
    x = np.sqrt(1.0 + np.sqrt(fourfold + LARGEST_SUM * np.maximum(eightfold, 0.0)))
    for _ in range(NEWTON_STEPS):
        rest = x * x - 1.0
        slope = 4.0 * x * rest - eightfold
        step = (rest * rest - eightfold * x - fourfold) / slope
        step[np.abs(slope) < FLATTEST] = 0.0
        x -= step
        if not (np.abs(step) > CONVERGED).any():
            break
    return x


def rotation_of(q: np.ndarray) -> np.ndarray:
    """Rotations (3, 3, n) of unit quaternions (4, n; scalar first)."""
    w, x, y, z = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
