"""Which way a laboratory's axes point: told by the settings or by the markers, never assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.marker_sets import MarkerNames
from kinematics.settings import AxesSettings
from kinematics.signals import is_whole

AXES = ("+X", "+Y", "+Z", "-X", "-Y", "-Z")
#: An axis is taken where the anatomical direction lies within acos(0.8) = 37 deg of it.
CLOSEST_COSINE = 0.8
REMEDY = 'State [axes] forward and up in study.toml, for example forward = "+X", up = "+Y".'


@dataclass(frozen=True)
class Axes:
    """
    Rotation from file axes to (forward, up, right), and how it was told.

    Attributes
    ----------
    matrix : array, shape (3, 3)
        Rows are forward, up and right in file axes; determinant +1.
    description : str
    """

    matrix: np.ndarray
    description: str

    def convert(self, positions: np.ndarray) -> np.ndarray:
        """Vectors (..., 3, n) in file axes -> (forward, up, right); the same array where these are the file's axes."""
        if np.array_equal(self.matrix, np.eye(3)) and is_whole(positions):  # else a gap of one axis is one of all
            return positions
        return np.einsum("ij,...jn->...in", self.matrix, positions)


def find_axes(markers: dict[str, np.ndarray], names: MarkerNames, settings: AxesSettings, file: str) -> Axes:
    """
    Laboratory axes of a marker file.

    Up is the file axis from the heels and toes (else the thighs) to the pelvis, forward the one from the PSIS (else
    the iliac crests' middle) to the ASIS, both averaged over the trial; the right side's markers have to lie on the
    right.

    Parameters
    ----------
    markers : dict of str to array, shape (3, n)
        In file axes.
    names : MarkerNames
    settings : AxesSettings
        "auto", or the axis by name.
    file : str
        For the errors.

    Raises
    ------
    DataError
        Where a direction lies between two axes, or left and right contradict forward and up.
    """
    asis = _mean(markers, names.both("asis"))
    low = _mean(markers, names.both("heel", "toe_first", "toe_fifth") or names.both("thigh"))
    back = _mean(markers, names.both("psis") or names.both("sacrum"))
    up = settings.up if settings.up != "auto" else _nearest(asis - low, "up (from the feet to the pelvis)", file)
    up_vector = _vector(up)
    ahead = asis - back
    ahead = ahead - up_vector * (ahead @ up_vector)
    told = settings.forward
    forward = told if told != "auto" else _nearest(ahead, "forward (from the PSIS to the ASIS)", file)
    matrix = np.stack((_vector(forward), up_vector, np.cross(_vector(forward), up_vector)))
    _check_right(matrix, markers, names, file)
    how = "as the settings say" if "auto" not in (settings.up, settings.forward) else "told from the markers"
    return Axes(matrix, f"file {forward} forward, {up} up; {how}")


def _check_right(matrix: np.ndarray, markers: dict[str, np.ndarray], names: MarkerNames, file: str) -> None:
    if round(float(np.linalg.det(matrix))) != 1:
        raise DataError("forward and up are the same axis.", file=file, remedy=REMEDY)
    rightward = _mean(markers, names.of("asis", "right")) - _mean(markers, names.of("asis", "left"))
    if not rightward @ matrix[2] > 0:
        raise DataError(
            "the right ASIS lies to the left of the left one for a person facing forward.",
            file=file,
            remedy="Check that left and right markers are not swapped, and that the axes are right-handed. " + REMEDY,
        )


def _mean(markers: dict[str, np.ndarray], labels: tuple[str, ...]) -> np.ndarray:
    """Mean position (3,) of some markers where they are seen; NaN where none of them has all three coordinates."""
    total, count = np.zeros(3), np.zeros(3)
    for position in (markers[label] for label in labels):
        missing = 0 if is_whole(position) else np.isnan(position).sum(axis=1)
        seen = position.shape[1] - missing
        if np.all(seen > 0):
            total += np.nansum(position, axis=1) if np.any(missing) else position.sum(axis=1)
            count += seen
    with np.errstate(invalid="ignore"):
        return total / count


def _nearest(direction: np.ndarray, meaning: str, file: str) -> str:
    length = np.linalg.norm(direction)
    cosines = np.array([_vector(axis) @ direction for axis in AXES]) / length
    best = int(np.argmax(cosines)) if np.isfinite(length) and length > 0 else 0
    if not cosines[best] >= CLOSEST_COSINE:
        raise DataError(f"no axis of the file points {meaning} clearly enough.", file=file, remedy=REMEDY)
    return AXES[best]


def _vector(axis: str) -> np.ndarray:
    vector = np.zeros(3)
    vector["XYZ".index(axis[1])] = 1.0 if axis[0] == "+" else -1.0
    return vector
