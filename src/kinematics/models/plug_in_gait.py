"""The pelvis by Plug-in Gait's own definition: markers -> tilt, obliquity, rotation against the walking direction."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import DataError
from kinematics.feet import names_of
from kinematics.marker_sets import MarkerNames
from kinematics.trial import Trial

#: A pelvis that travels further than this gives the direction of progression; a nearer one the way it faces. [m]
SHORTEST_PROGRESSION_M = 0.8
#: The part of such a trial, in its middle, over which the way it faces is averaged. [share of the frames]
MIDDLE_SHARE = 0.1


def pelvis_angles_plug_in_gait(trial: Trial) -> dict[str, np.ndarray]:
    """
    Pelvic angles as Plug-in Gait defines them, from ASIS and sacrum (or PSIS) markers.

    The pelvis: y from the right to the left ASIS, x forward in the plane of the ASIS and the sacrum marker (or the
    middle of the PSIS), z up. The progression frame: the laboratory axis nearest to the way the left ASIS went from
    its first to its last valid frame or, where it went less than 0.8 m (standing, treadmill), nearest to the way the
    pelvis faced in the middle tenth of the trial. Angles: Cardan sequence tilt, obliquity, rotation. Nothing is
    filtered and no offset is taken off: a static trial plays no part.

    Parameters
    ----------
    trial : Trial
        With the markers LASI, RASI and SACR, or LPSI and RPSI.

    Returns
    -------
    dict of str to array, shape (n,)
        pelvis_anterior_tilt_deg (anterior positive), pelvis_obliquity_deg (right side up), pelvis_rotation_deg (right
        side forward), unfiltered; NaN where a marker is missing. [deg]

    Raises
    ------
    DataError
        Where a marker is missing throughout.

    Notes
    -----
    Agrees within 2e-5 deg with the RPelvisAngles that Vicon Nexus wrote into 16 recordings: standing, straight and
    turning walks of 4 people, overground and treadmill walking of 2, stairs of one. The progression frame is Vicon's
    (its support page "What is the Plug-in Gait Progression Frame and how is it used?"); those recordings went 0.04 m
    or less, or 1.6 m or more, so that they do not try its 0.8 m.
    """
    left, right, sacrum = _points(trial)
    y = _unit(left - right)
    middle = 0.5 * (left + right) - sacrum
    x = _unit(middle - (middle * y).sum(axis=0) * y)
    z = np.cross(x, y, axis=0)
    forward, left_axis, up = _progression(left, middle)
    tilt = np.arctan2(forward @ z, up @ z)
    obliquity = np.arcsin(np.clip(left_axis @ z, -1.0, 1.0))
    rotation = np.arctan2(left_axis @ x, left_axis @ y)
    return {
        "pelvis_anterior_tilt_deg": np.degrees(tilt),
        "pelvis_obliquity_deg": np.degrees(obliquity),
        "pelvis_rotation_deg": np.degrees(rotation),
    }


def _points(trial: Trial) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left ASIS, right ASIS and sacrum in laboratory axes (forward, left, up)."""
    names = names_of(trial)
    if names is None:
        raise _missing(trial, "ASIS")
    left, right = (_first(trial, names, "asis", side) for side in ("left", "right"))
    if left is None or right is None:
        raise _missing(trial, "ASIS")
    sacrum = _first(trial, names, "sacrum", "right")
    if sacrum is None:
        behind = [_first(trial, names, "psis", side) for side in ("left", "right")]
        if behind[0] is None or behind[1] is None:
            raise _missing(trial, "sacrum, or PSIS of both sides,")
        sacrum = 0.5 * (behind[0] + behind[1])
    return left, right, sacrum


def _first(trial: Trial, names: MarkerNames, role: str, side: str) -> np.ndarray | None:
    """The first marker of a role that was seen, its axes (forward, up, right) turned to (forward, left, up)."""
    for label in names.of(role, side):
        position = trial.markers[label]
        if np.isfinite(position).any():
            return np.stack((position[0], -position[2], position[1]))
    return None


def _missing(trial: Trial, what: str) -> DataError:
    return DataError(
        f"the markers of the {what} are missing.",
        file=trial.passport.sources[0][1] if trial.passport.sources else trial.name,
        remedy="Plug-in Gait's pelvis needs LASI, RASI and SACR, or LPSI and RPSI.",
    )


def _progression(left: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Rows forward, left, up of the progression frame, along laboratory axes."""
    valid = np.flatnonzero(np.isfinite(left).all(axis=0))
    whole = np.flatnonzero(np.isfinite(left + ahead).all(axis=0))
    if whole.size == 0:
        return np.eye(3)
    way = left[:, valid[-1]] - left[:, valid[0]]
    if np.linalg.norm(way) < SHORTEST_PROGRESSION_M:
        way = ahead[:, _middle(whole, left.shape[1])].mean(axis=1)
    axis = int(np.argmax(np.abs(way[:2])))
    forward = np.zeros(3)
    forward[axis] = np.copysign(1.0, way[axis])
    up = np.array([0.0, 0.0, 1.0])
    return np.stack((forward, np.cross(up, forward), up))


def _middle(whole: np.ndarray, n_frames: int) -> np.ndarray:
    """The frames among `whole` in the middle tenth of a trial; all of them where there are none."""
    half = 0.5 * MIDDLE_SHARE * n_frames
    middle = whole[np.abs(whole - 0.5 * (n_frames - 1)) <= max(half, 0.5)]
    return middle if middle.size else whole


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=0)
