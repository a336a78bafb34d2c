"""
Inertial sensors on pelvis and thighs -> their frames and angles in every sample.

Raw data (6D, no magnetometers): each sensor gets the vertical from standing and the direction of progress from the
gait (`alignment`), pelvis and thighs are held against each other at the hip that they share (`shared_joint`), and what
does not fit is refused (`plausibility`, `raw`). Orientations in one earth frame, from the device or with magnetometers,
go by the standing pose (`given`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError, sided
from kinematics.models.inertial.calibration import GAITS, Calibration, calibrated, known_frames
from kinematics.models.inertial.finding import SENSORS, found_roles
from kinematics.models.inertial.gaitlike import only_gait
from kinematics.models.inertial.given import given_frames, turning_of
from kinematics.models.inertial.placement import role_of, roles_of
from kinematics.models.inertial.raw import SensorFrames, gait_frames
from kinematics.rotations import hip_angles, pelvis_angles, thigh_flexion
from kinematics.settings import Settings
from kinematics.trial import Trial, spoken

__all__ = [
    "STANDING_THIGH_LEAN_DEG",
    "Calibration",
    "SensorFrames",
    "calibrate_sensors",
    "frame_angles",
    "sensor_frames",
    "sensor_roles",
]

#: How far the thighs stand behind the vertical: hip 4.1 less tilt 9.8 deg, 28 runners (Fukuchi 2017). [deg]
STANDING_THIGH_LEAN_DEG = 5.7
#: By whether there is a pelvis and a thigh: what cannot be known, and what one sensor more would tell.
LACKING = {
    (False, True): (
        "thighs without a pelvis give no hip angle and no tilt: the hip is the thigh against the pelvis, and the tilt "
        "is the pelvis's own; a sensor on the pelvis gives both."
    ),
    (True, False): (
        "a pelvis without a thigh gives no hip angle, as the hip is the thigh against the pelvis, and no tilt, as the "
        "thigh's swing tells which way is ahead; a sensor on one thigh gives that side's hip and the tilt."
    ),
    (False, False): (
        "no name tells a pelvis or a thigh; with a sensor on the pelvis and one on a thigh that side's hip and the "
        "pelvic tilt are known."
    ),
}


def sensor_roles(trial: Trial) -> dict[str, str]:
    """
    Names of a trial's sensors by segment.

    Raises
    ------
    DataError
        Where there is no pelvis or no thigh among them.
    """
    file = trial.passport.sources[0][1]
    names = list(trial.sensors if trial.kind == "imu" else trial.orientations)
    shown = ", ".join(map(spoken, names))
    roles = roles_of(names, file)
    there = "pelvis" in roles, any(segment.startswith("thigh") for segment in roles)
    if not all(there):
        raise DataError(
            f"the sensors are {shown}: {LACKING[there]}",
            file=file,
            remedy='Say in the mapping which is which: [sensors], then lines like "00B42279" = "pelvis".',
        )
    return roles


def sensor_frames(
    trial: Trial, static: Trial | None, *, gait: Trial | Calibration | None = None, settings: Settings | None = None
) -> SensorFrames:
    """
    Frames of pelvis and thighs in every sample.

    Parameters
    ----------
    trial : Trial
        Of kind "imu" or "orientations".
    static : Trial, optional
        Quiet standing with the same sensors.
    gait : Trial or Calibration, optional
        A walk or run of the same sensors: it shows a functional trial where ahead is. What `calibrate_sensors` made of
        it is used for any trial.
    settings : Settings, optional
        Section [imu].

    Raises
    ------
    DataError
        Where a step has no result that can be trusted; the sentence says which and why.
    """
    found = _frames(trial, static, gait, settings or Settings())
    return only_gait(found, trial.task, trial.passport.sources[0][1]) if trial.task in GAITS else found


def _frames(trial: Trial, static: Trial | None, gait: Trial | Calibration | None, settings: Settings) -> SensorFrames:
    if isinstance(gait, Calibration):
        return known_frames(trial, gait, settings.gaps.fill_up_to_s)
    gap_s, walk = settings.gaps.fill_up_to_s, trial if trial.task in GAITS else gait
    raw = trial.kind == "imu" and settings.imu.orientation == "6d"
    if raw and walk is not None and _tells_nothing(trial):
        roles, words = found_roles(walk, static, gap_s)
    else:
        roles, words = sensor_roles(trial), ""
    if raw and _has_rates(trial, roles):
        if walk is None:
            raise DataError(
                f"a '{trial.task}' trial of sensors without magnetometers does not show where ahead is.",
                file=trial.passport.sources[0][1],
                remedy="Keep a walk or run with the same sensors in the same visit.",
            )
        if walk is trial:
            found = gait_frames(trial, static, roles, gap_s)
        else:
            found = known_frames(trial, calibrated(walk, static, roles, gap_s), gap_s)
        return replace(found, notes=(*found.notes, words)) if words else found
    magnetometers = settings.imu.orientation == "9d"
    model = "inertial sensors, VQF 9D" if magnetometers else "inertial sensors, orientations of the device"
    turning = [
        None if one is None else turning_of(one, sensor_roles(one), gap_s, magnetometers=magnetometers)
        for one in (trial, static, gait)
    ]
    assert turning[0] is not None
    return given_frames(
        turning[0],
        turning[1],
        file=trial.passport.sources[0][1],
        task=trial.task,
        forward=settings.imu.pelvis_forward,
        gait=turning[2],
        model=f"{model}, standing pose",
    )


def calibrate_sensors(gait: Trial, static: Trial | None, *, settings: Settings | None = None) -> Calibration:
    """
    How raw sensors sit on their segments, found once for all trials of a visit.

    Parameters
    ----------
    gait : Trial
        A walk or run, of kind "imu".
    static : Trial, optional
        Quiet standing with the same sensors.
    settings : Settings, optional
        Longest gap filled.

    Raises
    ------
    DataError
        As for `sensor_frames`.
    """
    gap_s = (settings or Settings()).gaps.fill_up_to_s
    roles, words = found_roles(gait, static, gap_s) if _tells_nothing(gait) else (sensor_roles(gait), "")
    found = calibrated(gait, static, roles, gap_s)
    return replace(found, notes=(*found.notes, words)) if words else found


def frame_angles(frames: SensorFrames, *, standing_tilt_deg: float = np.nan) -> dict[str, np.ndarray]:
    """
    Angles by the names of sample columns, what the sensors cannot know left out. [deg]

    Parameters
    ----------
    frames : SensorFrames
        Zero is the standing pose.
    standing_tilt_deg : float, optional
        Anterior tilt of the pelvis in standing, measured otherwise: it moves all to anatomical zero, the thighs being
        taken to lean as those of most people do (`STANDING_THIGH_LEAN_DEG`).

    Returns
    -------
    dict of str to array, shape (n,)
        Hip adduction and rotation only where headings of different sensors may be compared (`SensorFrames.one_earth`).
    """
    offset = float(np.nan_to_num(standing_tilt_deg))
    thigh_offset = -STANDING_THIGH_LEAN_DEG if np.isfinite(standing_tilt_deg) else 0.0
    tilt, obliquity, rotation = pelvis_angles(frames.pelvis)
    columns = {
        "pelvis_anterior_tilt_deg": tilt + offset,
        "pelvis_obliquity_deg": obliquity,
        "pelvis_rotation_deg": rotation,
    }
    for side, thigh in frames.thighs.items():
        flexion, adduction, internal = hip_angles(frames.pelvis, thigh, side)
        columns[sided("hip_flexion_deg", side)] = flexion + offset + thigh_offset
        columns[sided("thigh_flexion_deg", side)] = thigh_flexion(thigh) + thigh_offset
        if frames.one_earth:
            columns[sided("hip_adduction_deg", side)] = adduction
            columns[sided("hip_internal_rotation_deg", side)] = internal
    return columns


def _tells_nothing(trial: Trial) -> bool:
    """Whether there are three raw sensors whose names tell no segment."""
    return trial.kind == "imu" and len(trial.sensors) == SENSORS and not any(map(role_of, trial.sensors))


def _has_rates(trial: Trial, roles: dict[str, str]) -> bool:
    """Whether pelvis and thighs have an angular rate."""
    wanted = [name for segment, name in roles.items() if segment == "pelvis" or segment.startswith("thigh")]
    return all(np.isfinite(trial.sensors[name].angular_rate_rad_s).any() for name in wanted)
