"""Poses of a synthetic body's segments, by forward kinematics from its angles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, sided
from kinematics.simulate.body import ANKLE_OUTSIDE, Body, mirror_of


@dataclass(frozen=True)
class SegmentMotion:
    """
    Poses of all segments: what markers, sensors or plates would be made to see.

    Attributes
    ----------
    time_s : array, shape (n,)
        [s]
    frames : mapping of str to array, shape (3, 3, n)
        Axes of a segment in the laboratory (forward, up, right), `frame[:, j]` its j-th; segments are pelvis and
        thigh_left, thigh_right, shank_*, foot_*.
    origins : mapping of str to array, shape (3, n)
        Origins of the same segments. [m]
    """

    time_s: np.ndarray
    frames: Mapping[str, np.ndarray]
    origins: Mapping[str, np.ndarray]

    def point(self, segment: str, local_m: np.ndarray) -> np.ndarray:
        """Path (3, n) of a point fixed in a segment at `local_m` (3,). [m]"""
        return self.origins[segment] + np.einsum("ijn,j->in", self.frames[segment], local_m)


def pose(
    body: Body, angles: Mapping[str, np.ndarray], time_s: np.ndarray, pelvis_origin_m: np.ndarray
) -> SegmentMotion:
    """
    Poses of the segments that have these angles.

    Pelvis in the laboratory by rotation, obliquity, tilt; thigh in the pelvis by flexion, adduction, internal rotation
    (Z-X'-Y''); knee and ankle are hinges about z.

    Parameters
    ----------
    body : Body
    angles : mapping of str to array, shape (n,)
        Names of `angles_at`. [deg]
    time_s : array, shape (n,)
    pelvis_origin_m : array, shape (3, n)
        Path of the point between the ASIS. [m]

    Returns
    -------
    SegmentMotion
    """
    frames = {"pelvis": _pelvis_frame(angles)}
    origins = {"pelvis": pelvis_origin_m}
    for side in SIDES:
        thigh, shank, foot = f"thigh_{side}", f"shank_{side}", f"foot_{side}"
        frames[thigh] = _product(frames["pelvis"], _thigh_in_pelvis(angles, side))
        frames[shank] = _product(frames[thigh], _about_z(-angles[sided("knee_flexion_deg", side)]))
        frames[foot] = _product(frames[shank], _about_z(angles[sided("ankle_dorsiflexion_deg", side)]))
        ankle = np.array([0.0, -body.shank, ANKLE_OUTSIDE * body.shank]) * mirror_of(side)
        for child, parent, joint in (
            (thigh, "pelvis", body.hip_centre(side)),
            (shank, thigh, np.array([0.0, -body.thigh, 0.0])),
            (foot, shank, ankle),
        ):
            origins[child] = origins[parent] + np.einsum("ijn,j->in", frames[parent], joint)
    return SegmentMotion(time_s=time_s, frames=frames, origins=origins)


def markers_of(motion: SegmentMotion, places: pd.DataFrame) -> dict[str, np.ndarray]:
    """Paths (3, n) of the markers of `places`, by name. [m]"""
    local_m = places[["x_m", "y_m", "z_m"]].to_numpy()
    names = zip(places["marker"], places["segment"], strict=True)
    return {marker: motion.point(segment, place) for (marker, segment), place in zip(names, local_m, strict=True)}


def _product(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Products of matrices (3, 3, n)."""
    return np.einsum("ijn,jkn->ikn", first, second)


def _pelvis_frame(angles: Mapping[str, np.ndarray]) -> np.ndarray:
    """Anterior tilt and right side up are turns about -z and -x, right side forward about +y."""
    rotation = _about_y(angles["pelvis_rotation_deg"])
    obliquity = _about_x(-angles["pelvis_obliquity_deg"])
    return _product(_product(rotation, obliquity), _about_z(-angles["pelvis_anterior_tilt_deg"]))


def _thigh_in_pelvis(angles: Mapping[str, np.ndarray], side: str) -> np.ndarray:
    mirror = mirror_of(side)[2]
    flexion = _about_z(angles[sided("hip_flexion_deg", side)])
    adduction = _about_x(mirror * angles[sided("hip_adduction_deg", side)])
    return _product(_product(flexion, adduction), _about_y(mirror * angles[sided("hip_internal_rotation_deg", side)]))


def _about_x(angle_deg: np.ndarray) -> np.ndarray:
    c, s, zero, one = _entries(angle_deg)
    return np.array([[one, zero, zero], [zero, c, -s], [zero, s, c]])


def _about_y(angle_deg: np.ndarray) -> np.ndarray:
    c, s, zero, one = _entries(angle_deg)
    return np.array([[c, zero, s], [zero, one, zero], [-s, zero, c]])


def _about_z(angle_deg: np.ndarray) -> np.ndarray:
    c, s, zero, one = _entries(angle_deg)
    return np.array([[c, -s, zero], [s, c, zero], [zero, zero, one]])


def _entries(angle_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    angle = np.deg2rad(angle_deg)
    return np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
