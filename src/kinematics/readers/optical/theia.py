"""Theia3D's segment rotations -> hip and pelvis angles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.conventions import SIDES, DataError, sided
from kinematics.readers.shared.plug_in_gait import Outputs

FORMAT = "C3D (Theia3D rotations)"
MODEL = "Theia3D segments"
SEQUENCE = "hip flexion-adduction-rotation, pelvis rotation-obliquity-tilt"
HEADING = "Pelvic rotation is against the pelvis's mean heading in the trial."
PELVIS = "pelvis_4X4"
THIGHS = {side: f"{side[0]}_thigh_4X4" for side in SIDES}
#: Theia's segments: x to the right, y forward, z up; the laboratory's z is up.
RIGHT, FORWARD, UP = 0, 1, 2


def read_rotations(segments: Mapping[str, np.ndarray], file: str) -> Outputs:
    """
    Hip angles and pelvis angles from segments' poses in the laboratory.

    The hip is the intrinsic X-Y'-Z'' sequence (flexion, adduction, rotation) of the thigh in the pelvis; the pelvis
    rotation-obliquity-tilt, heading taken off: rotation is against the mean heading of the trial.

    Parameters
    ----------
    segments : mapping of str to array, shape (4, 4, n)
        Under Theia's names (`pelvis_4X4`, `l_thigh_4X4` ...): columns are the segment's axes in the laboratory; NaN
        where the person was not seen.
    file : str
        For the error.

    Returns
    -------
    Outputs
        Flexion, adduction and internal rotation positive on both sides; tilt anterior, obliquity right side up and
        rotation right side forward. [deg]

    Raises
    ------
    DataError
        Where the pelvis or both thighs are missing.
    """
    sides = [side for side in SIDES if THIGHS[side] in segments]
    if PELVIS not in segments or not sides:
        missing = PELVIS if PELVIS not in segments else "l_thigh_4X4 and r_thigh_4X4"
        raise DataError(
            f"the rotations of {missing} are missing.", file=file, remedy="Export all segments of the lower body."
        )
    pelvis = segments[PELVIS][:3, :3]
    channels: dict[str, np.ndarray] = {}
    for side in sides:
        relative = np.einsum("kin,kjn->ijn", pelvis, segments[THIGHS[side]][:3, :3])
        flexion, adduction, internal = _hip(relative, side)
        channels[sided("hip_flexion_deg", side)] = flexion
        channels[sided("hip_adduction_deg", side)] = adduction
        channels[sided("hip_internal_rotation_deg", side)] = internal
    if not any(np.isfinite(values).any() for values in channels.values()):
        raise DataError("the person was not seen in any frame.", file=file, remedy="Choose the file of this person.")
    channels |= _pelvis(pelvis)
    return Outputs(channels, notes=(HEADING,), zero="model", model=MODEL, sequence=SEQUENCE)


def _hip(relative: np.ndarray, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Intrinsic X-Y'-Z'' angles of R = Rx Ry Rz, in the project's signs. [deg]"""
    about_x = np.arctan2(-relative[1, 2], relative[2, 2])
    about_y = np.arcsin(np.clip(relative[0, 2], -1.0, 1.0))
    about_z = np.arctan2(-relative[0, 1], relative[0, 0])
    # A thigh turned about the forward axis (y) swings its lower end to the person's left.
    own = 1.0 if side == "right" else -1.0
    return np.degrees(about_x), np.degrees(own * about_y), np.degrees(own * about_z)


def _pelvis(pelvis: np.ndarray) -> dict[str, np.ndarray]:
    """Rotation-obliquity-tilt (Baker 2001) of the pelvis in the laboratory, from the mean heading. [deg]"""
    right = pelvis[:, RIGHT]
    heading = np.arctan2(right[1], right[0])
    mean = np.arctan2(np.nanmean(np.sin(heading)), np.nanmean(np.cos(heading)))
    rotation = np.angle(np.exp(1j * (heading - mean)))
    obliquity = np.arcsin(np.clip(right[2], -1.0, 1.0))
    level_forward = np.stack((-np.sin(heading), np.cos(heading), np.zeros_like(heading)))
    # Forward axis of the pelvis against the level one, about the pelvis's own right axis: nose down is anterior.
    upward = np.cross(right, level_forward, axis=0)
    forward = pelvis[:, FORWARD]
    tilt = -np.arctan2((forward * upward).sum(axis=0), (forward * level_forward).sum(axis=0))
    return {
        "pelvis_anterior_tilt_deg": np.degrees(tilt),
        "pelvis_obliquity_deg": np.degrees(obliquity),
        "pelvis_rotation_deg": np.degrees(rotation),
    }
