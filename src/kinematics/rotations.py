"""
Segment frames -> clinical angles, in closed form on contiguous arrays.

A frame is an array of shape (3, 3, n): ``frame[:, j]`` is the j-th axis (x anterior, y up, z right; ISB, Wu 2002) in
laboratory coordinates (forward, up, right). In these axes a positive turn about z lifts the front: for a thigh that is
flexion, for the pelvis posterior tilt. The minus sign that this costs stands once, in `pelvis_angles`.
"""

from __future__ import annotations

import numpy as np

NEWTON_STEPS = 12  # the quartic's largest root is reached from above in fewer, quadratically


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross products of vectors (3, n)."""
    return np.stack(
        (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]),
    )


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

    Horn's (1987) quaternion: the eigenvector to the largest eigenvalue of a symmetric 4 x 4 matrix, the eigenvalue by
    Newton steps on the characteristic polynomial (Theobald 2005). A lost marker leaves the fit of that sample to the
    others.

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
    seen = np.isfinite(positions).all(axis=1)
    weight = seen / np.maximum(seen.sum(axis=0), 1)
    filled = np.where(seen[:, None, :], positions, 0.0)
    from_centre = reference[:, :, None] - np.einsum("mn,mi->in", weight, reference)[None]
    to_centre = filled - np.einsum("mn,min->in", weight, filled)[None]
    covariance = np.einsum("mn,min,mjn->ijn", seen.astype(float), from_centre, to_centre, optimize=True)
    spread = np.einsum("mn,min->n", seen, from_centre**2) + np.einsum("mn,min->n", seen, to_centre**2)
    rotation = rotation_of(_horn_quaternion(covariance, 0.5 * spread))
    rotation[:, :, (seen.sum(axis=0) < 3) | _in_a_line(covariance)] = np.nan
    return rotation


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _in_a_line(covariance: np.ndarray) -> np.ndarray:
    """Where the covariance (3, 3, n) has one direction only: sum of its squared 2 x 2 minors against its size."""
    a, b, c = covariance
    minors = sum(np.einsum("in,in->n", m, m) for m in (cross(a, b), cross(b, c), cross(c, a)))
    size = np.einsum("ijn,ijn->n", covariance, covariance)
    return ~(minors > 1e-8 * size**2)


def _horn_quaternion(s: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Quaternions (4, n; scalar first) of the best rotations, from covariances (3, 3, n) and an upper bound (n,)."""
    k = np.empty((4, 4, s.shape[2]))
    k[0, 0] = s[0, 0] + s[1, 1] + s[2, 2]
    k[1, 1] = s[0, 0] - s[1, 1] - s[2, 2]
    k[2, 2] = -s[0, 0] + s[1, 1] - s[2, 2]
    k[3, 3] = -s[0, 0] - s[1, 1] + s[2, 2]
    k[0, 1] = k[1, 0] = s[1, 2] - s[2, 1]
    k[0, 2] = k[2, 0] = s[2, 0] - s[0, 2]
    k[0, 3] = k[3, 0] = s[0, 1] - s[1, 0]
    k[1, 2] = k[2, 1] = s[0, 1] + s[1, 0]
    k[1, 3] = k[3, 1] = s[2, 0] + s[0, 2]
    k[2, 3] = k[3, 2] = s[1, 2] + s[2, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        shifted = k / bound  # scaled: the largest eigenvalue is near 1
        largest = _largest_eigenvalue(shifted)
        shifted[range(4), range(4)] -= largest
        return _null_vector(shifted)


def _largest_eigenvalue(k: np.ndarray) -> np.ndarray:
    """Largest roots (n,) of ``x^4 + c2 x^2 + c1 x + c0`` of traceless symmetric matrices (4, 4, n), from above."""
    c2 = -0.5 * np.einsum("ijn,ijn->n", k, k)
    c1 = -np.einsum("ijn,jkn,kin->n", k, k, k, optimize=True) / 3.0
    c0 = np.einsum("in,in->n", k[0], _cofactors(k)[:, 0])
    x = np.ones(k.shape[2])
    for _ in range(NEWTON_STEPS):
        slope = (4.0 * x * x + 2.0 * c2) * x + c1
        step = (((x * x + c2) * x + c1) * x + c0) / slope
        x = x - np.where(np.abs(slope) > 1e-12, step, 0.0)
    return x


def _null_vector(a: np.ndarray) -> np.ndarray:
    """Unit vectors (4, n) that singular symmetric matrices (4, 4, n) send to zero: their adjugate's longest column."""
    columns = _cofactors(a)
    longest = np.argmax(np.nan_to_num(np.einsum("ijn,ijn->jn", columns, columns)), axis=0)
    vector = columns[:, longest, np.arange(a.shape[2])]
    return vector / np.sqrt(np.einsum("in,in->n", vector, vector))


def _cofactors(a: np.ndarray) -> np.ndarray:
    """Cofactors (4, 4, n) of symmetric matrices (4, 4, n), by their 2 x 2 minors."""
    upper = [a[0, i] * a[1, j] - a[0, j] * a[1, i] for i, j in _PAIRS]  # rows 0, 1
    lower = [a[2, i] * a[3, j] - a[2, j] * a[3, i] for i, j in _PAIRS]  # rows 2, 3
    c = np.empty_like(a)
    c[0, 0] = a[1, 1] * lower[5] - a[1, 2] * lower[4] + a[1, 3] * lower[3]
    c[0, 1] = -a[1, 0] * lower[5] + a[1, 2] * lower[2] - a[1, 3] * lower[1]
    c[0, 2] = a[1, 0] * lower[4] - a[1, 1] * lower[2] + a[1, 3] * lower[0]
    c[0, 3] = -a[1, 0] * lower[3] + a[1, 1] * lower[1] - a[1, 2] * lower[0]
    c[1, 1] = a[0, 0] * lower[5] - a[0, 2] * lower[2] + a[0, 3] * lower[1]
    c[1, 2] = -a[0, 0] * lower[4] + a[0, 1] * lower[2] - a[0, 3] * lower[0]
    c[1, 3] = a[0, 0] * lower[3] - a[0, 1] * lower[1] + a[0, 2] * lower[0]
    c[2, 2] = a[3, 0] * upper[4] - a[3, 1] * upper[2] + a[3, 3] * upper[0]
    c[2, 3] = -a[3, 0] * upper[3] + a[3, 1] * upper[1] - a[3, 2] * upper[0]
    c[3, 3] = a[2, 0] * upper[3] - a[2, 1] * upper[1] + a[2, 2] * upper[0]
    for i in range(4):
        for j in range(i):
            c[i, j] = c[j, i]
    return c


_PAIRS = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


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
