"""What Xsens MVN's exports share: joint angles by name, pelvis and signs from the segments' orientations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kinematics.conventions import SIDES, DataError, sided
from kinematics.readers.shared.clock import Clock
from kinematics.readers.shared.joint_angles import angle_trial, without_constant
from kinematics.readers.shared.quaternions import matrices_of, unit_quaternions
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.rotations import hip_angles, pelvis_angles
from kinematics.trial import Trial

#: The three angles of a hip in the order and with the signs of their names, and what they become.
HIP_ANGLES = (
    ("Abduction/Adduction", "hip_adduction_deg", -1.0),
    ("Internal/External Rotation", "hip_internal_rotation_deg", 1.0),
    ("Flexion/Extension", "hip_flexion_deg", 1.0),
)
#: The file's angles and those recomputed from its segments may differ by this much. [deg]
LARGEST_DIFFERENCE_DEG = 2.0
#: A pelvis that turns further than this from its mean heading has no one direction of progression. [deg]
LARGEST_TURN_DEG = 60.0
ZERO_NOTE = "0 deg is the pose of the suit's calibration."
UPPER_BODY = (
    "every hip angle is 0: the suit was worn in an upper-body configuration, which writes the hips without measuring "
    "them."
)


@dataclass(frozen=True)
class Recording:
    """
    What an export holds of the hips and the pelvis.

    Attributes
    ----------
    hips : mapping of side to array, shape (3, n)
        Abduction, internal rotation, flexion, as the file has them. [deg]
    pelvis, thighs : array, shape (4, n), and mapping of side
        Segment orientations, scalar first, in MVN's axes (x forward, y left, z up); None, empty where not exported.
    vertical_pelvis_deg : array, shape (n,), optional
        Ergonomic angle of the pelvis against the vertical, flexion (forward) positive. [deg]
    """

    hips: Mapping[str, np.ndarray]
    pelvis: np.ndarray | None = None
    thighs: Mapping[str, np.ndarray] = field(default_factory=dict)
    vertical_pelvis_deg: np.ndarray | None = None


def refuse_upper_body(hips: Mapping[str, np.ndarray], file: str) -> None:
    """
    Refuse hips that are 0 throughout.

    Raises
    ------
    DataError
    """
    if all((angles == 0.0).all() for angles in hips.values()):
        raise DataError(UPPER_BODY, file=file, remedy="Record with a full-body or lower-body configuration.")


def mvn_trial(recording: Recording, clock: Clock, source: Source, request: Request, *, format: str) -> Trial:
    """
    Hip and pelvis angles in the project's signs.

    Where the file has the segments' orientations, the signs are those with which its angles follow from them;
    abduction and rotation that follow with neither are left out. Elsewhere the first word of an angle's name is
    positive. The pelvis comes from its orientation, whose tilt does not depend on the heading.

    Raises
    ------
    DataError
        Where the hips were not measured.
    """
    refuse_upper_body(recording.hips, source.file)
    channels, signs, notes = _hips(recording)
    pelvis, pelvis_notes = _pelvis(recording)
    kept, still = without_constant(channels, source.file)
    about = dict(
        format=format,
        axes="file x forward, y left, z up; as the format defines",
        zero="standing",
        sequence="hip Z-X'-Y'' as in the file; pelvis rotation-obliquity-tilt",
        columns=_columns(kept, signs),
        sign_changes=signs,
        notes=(ZERO_NOTE, *notes, *pelvis_notes, *still),
    )
    channels = {name: clock.spread(values) for name, values in {**kept, **pelvis}.items()}
    return angle_trial(source, request, clock, channels, about)


def project_axes(quaternions: np.ndarray) -> np.ndarray:
    """Frames (3, 3, n), columns x anterior, y up, z right in (forward, up, right), of MVN's orientations (4, n)."""
    w, x, y, z = unit_quaternions(quaternions)
    return matrices_of(np.stack((w, x, z, -y)))


def _columns(channels: Mapping[str, np.ndarray], signs: Sequence[str]) -> tuple[tuple[str, str, int, str], ...]:
    names = [(f"{side} hip {name}", sided(target, side)) for side in SIDES for name, target, _ in HIP_ANGLES]
    return tuple(
        (name, target, -1 if f"{name} times -1" in signs else 1, "deg") for name, target in names if target in channels
    )


def _hips(recording: Recording) -> tuple[dict[str, np.ndarray], tuple[str, ...], list[str]]:
    channels: dict[str, np.ndarray] = {}
    signs: list[str] = []
    notes: list[str] = []
    for side in (side for side in SIDES if side in recording.hips):
        again = _recomputed(recording, side)
        for values, (name, target, by_name) in zip(recording.hips[side], HIP_ANGLES, strict=True):
            sign = by_name if again is None else _sign(values, again[target], by_name)
            if sign is None and target != "hip_flexion_deg":
                notes.append(f"{side} hip {name} contradicts the segments' orientations and was left out.")
                continue
            if sign is None:
                notes.append(f"{side} hip {name} contradicts the segments' orientations; compare one trial by eye.")
            channels[sided(target, side)] = values * (sign or by_name)
            signs += [f"{side} hip {name} times -1"] if (sign or by_name) < 0 else []
    if not recording.thighs or recording.pelvis is None:
        notes.append("Signs of hip abduction and rotation are those of their names: the first word is positive.")
    return channels, tuple(signs), notes


def _sign(values: np.ndarray, recomputed: np.ndarray, by_name: float) -> float | None:
    """The sign with which an angle of the file is the recomputed one; the name's where both fit, None where none."""
    for sign in (by_name, -by_name):
        apart = sign * values - recomputed
        apart = apart[np.isfinite(apart)]
        if not apart.size or np.sqrt(np.mean(apart**2)) <= LARGEST_DIFFERENCE_DEG:
            return sign
    return None


def _recomputed(recording: Recording, side: str) -> dict[str, np.ndarray] | None:
    """Hip angles of a side from the orientations of pelvis and thigh."""
    if recording.pelvis is None or side not in recording.thighs:
        return None
    frames = project_axes(recording.pelvis), project_axes(recording.thighs[side])
    flexion, adduction, internal = hip_angles(*frames, side)
    return {"hip_flexion_deg": flexion, "hip_adduction_deg": adduction, "hip_internal_rotation_deg": internal}


def _pelvis(recording: Recording) -> tuple[dict[str, np.ndarray], list[str]]:
    if recording.pelvis is not None:
        tilt, obliquity, rotation = pelvis_angles(project_axes(recording.pelvis))
        angles = {"pelvis_anterior_tilt_deg": tilt, "pelvis_obliquity_deg": obliquity}
        turned = np.deg2rad(rotation[np.isfinite(rotation)])
        heading = np.rad2deg(np.arctan2(np.sin(turned).mean(), np.cos(turned).mean())) if turned.size else 0.0
        relative = (rotation - heading + 180.0) % 360.0 - 180.0
        if np.nanmax(np.abs(relative), initial=0.0) > LARGEST_TURN_DEG:
            return angles, ["The person turned; pelvic rotation was left out."]
        return {**angles, "pelvis_rotation_deg": relative}, ["Pelvic rotation is taken from its mean over the trial."]
    if recording.vertical_pelvis_deg is not None:
        note = "Anterior tilt is the ergonomic angle Vertical_Pelvis, flexion positive."
        return {"pelvis_anterior_tilt_deg": recording.vertical_pelvis_deg}, [note]
    return {}, ["The export has neither the pelvis's orientation nor Vertical_Pelvis: pelvic tilt is missing."]
