"""The runner on a treadmill: a path of the pelvis on which the standing foot stays on the belt, as nearly as it can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, sided
from kinematics.simulate.body import Body
from kinematics.simulate.gait import Gait, angles_at, curves_at, phase_at
from kinematics.simulate.poses import SegmentMotion, pose
from kinematics.simulate.shapes import HIGHEST_HARMONIC, Harmonics, evaluate
from kinematics.simulate.standing import body_of, standing_angles, standing_tilt_deg
from kinematics.simulate.variation import Variation, random_variation

FORWARD, UP, RIGHT = 0, 1, 2
PLACE_ON_BELT_M = (2.2, 0.0, 1.05)  # mean place of the pelvis in the laboratory (forward, up, right), as in RBDS
PLACE_STANDING_M = (0.9, 0.0, 1.25)
DRIFT_SD_M, DRIFT_BAND_HZ = 0.02, (0.02, 0.15)  # slow wandering over the belt
SWAY_M = 0.008  # amplitude of the pelvis towards the standing leg
PATH_HARMONICS = (1, 2, 3, 4)  # of the stride; the even ones are the same in every step, the odd ones make a limp
LEVEL_FOOT = (0.35, 0.60)  # part of stance in which the sole lies flat
HEEL_OF_HEIGHT, BALL_OF_HEIGHT = -0.04, 0.072  # sole points behind and before the ankle
STANCE_INSTANTS = 60  # at which foot and belt are compared


@dataclass(frozen=True)
class Course:
    """
    A gait placed in the laboratory.

    Attributes
    ----------
    gait : Gait
    body : Body
    level_deg : mapping of str to float
        Constant of each ankle that lays the sole flat in mid-stance. [deg]
    forward, up : Harmonics
        Path of the pelvis's origin over the right leg's stride; forward around its mean place. [m]
    drift_forward, drift_right : Variation
        Slow wandering over the belt. [m]
    """

    gait: Gait
    body: Body
    level_deg: dict[str, float]
    forward: Harmonics
    up: Harmonics
    drift_forward: Variation
    drift_right: Variation


def course_of(gait: Gait, *, seed: int = 0) -> Course:
    """
    Course of a gait on a belt; the body is that of the runner's height, `seed` that of the slow wandering.

    The pelvis's path is the least-squares periodic one on which, over stance, the sole's lowest point is on the ground
    and the foot goes back with the belt's speed.
    """
    random = np.random.default_rng(seed)
    body = body_of(gait.runner)
    level_deg = {side: _levelling(gait, body, side) for side in SIDES}
    forward, up = _path(gait, body, level_deg)
    return Course(
        gait=gait,
        body=body,
        level_deg=level_deg,
        forward=forward,
        up=up,
        drift_forward=random_variation(DRIFT_SD_M, DRIFT_BAND_HZ, random),
        drift_right=random_variation(DRIFT_SD_M, DRIFT_BAND_HZ, random),
    )


def motion_at(course: Course, time_s: np.ndarray) -> SegmentMotion:
    """Poses of all segments at any instants `time_s`, shape (n,)."""
    gait = course.gait
    phase = phase_at(gait, time_s, "right")
    sway = SWAY_M * np.cos(2.0 * np.pi * (phase - gait.toe_off_percent / 200.0))
    origin = np.stack(
        (
            PLACE_ON_BELT_M[FORWARD] + evaluate(course.forward, phase) + course.drift_forward.at(time_s),
            PLACE_ON_BELT_M[UP] + evaluate(course.up, phase),
            PLACE_ON_BELT_M[RIGHT] + sway + course.drift_right.at(time_s),
        )
    )
    return pose(course.body, _levelled(angles_at(gait, time_s), course.level_deg), time_s, origin)


def standing_at(course: Course, time_s: np.ndarray) -> tuple[dict[str, np.ndarray], SegmentMotion]:
    """Angles (deg) and poses of quiet standing: tilt 6 deg below the running tilt, soles on the ground."""
    angles = standing_angles(standing_tilt_deg(course.gait.runner), time_s)
    at_zero = pose(course.body, angles, time_s, np.zeros((3, time_s.size)))
    place = np.array(PLACE_STANDING_M)[:, None] - [[0.0], [_lowest_of_sole(at_zero, course.body, "right")[0]], [0.0]]
    return angles, pose(course.body, angles, time_s, np.broadcast_to(place, (3, time_s.size)))


def sole_points(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Heel and ball of the sole in the foot's frame, each shape (3,). [m]"""
    return (
        np.array([HEEL_OF_HEIGHT * body.height, -body.sole, 0.0]),
        np.array([BALL_OF_HEIGHT * body.height, -body.sole, 0.0]),
    )


def _levelled(angles: dict[str, np.ndarray], level_deg: dict[str, float]) -> dict[str, np.ndarray]:
    ankles = {sided("ankle_dorsiflexion_deg", side): level_deg[side] for side in SIDES}
    return {name: angle + ankles.get(name, 0.0) for name, angle in angles.items()}


def _levelling(gait: Gait, body: Body, side: str) -> float:
    """Minus the mean pitch of one foot while it should lie flat. [deg]"""
    stance = np.linspace(*LEVEL_FOOT, STANCE_INSTANTS) * gait.toe_off_percent / 100.0
    foot = _over_stance(gait, body, side, stance, dict.fromkeys(SIDES, 0.0)).frames[f"foot_{side}"]
    return -float(np.rad2deg(np.arctan2(foot[UP, FORWARD], foot[FORWARD, FORWARD]).mean()))


def _over_stance(gait: Gait, body: Body, side: str, stance: np.ndarray, level_deg: dict[str, float]) -> SegmentMotion:
    """Poses at phases of one leg, without variation and with the pelvis's origin at rest in 0."""
    angles = curves_at(gait, stance if side == "right" else stance - 0.5)
    return pose(body, _levelled(angles, level_deg), stance, np.zeros((3, stance.size)))


def _lowest_of_sole(motion: SegmentMotion, body: Body, side: str) -> np.ndarray:
    heel, ball = (motion.point(f"foot_{side}", point)[UP] for point in sole_points(body))
    return np.minimum(heel, ball)


def _path(gait: Gait, body: Body, level_deg: dict[str, float]) -> tuple[Harmonics, Harmonics]:
    stance = np.linspace(0.0, gait.toe_off_percent / 100.0, STANCE_INSTANTS)
    belt_m_per_stride = gait.runner.speed_m_s * gait.stride_time_s
    rows, wanted_forward, wanted_up = [], [], []
    for leg, side in enumerate(("right", "left")):
        motion = _over_stance(gait, body, side, stance, level_deg)
        foot = sum(motion.point(f"foot_{side}", point)[FORWARD] for point in sole_points(body)) / 2.0
        rows.append(
            np.column_stack((_cosines(stance - 0.5 * leg), np.full(stance.size, 1 - leg), np.full(stance.size, leg)))
        )
        wanted_forward.append(-foot - belt_m_per_stride * stance)
        wanted_up.append(-_lowest_of_sole(motion, body, side))
    design = np.concatenate(rows)
    n = 2 * len(PATH_HARMONICS)
    forward = np.linalg.lstsq(design, np.concatenate(wanted_forward), rcond=None)[0][:n]
    height = np.linalg.lstsq(
        np.column_stack((design[:, :n], np.ones(len(design)))), np.concatenate(wanted_up), rcond=None
    )[0]
    return _harmonics(forward, 0.0), _harmonics(height[:n], height[n])


def _cosines(phase: np.ndarray) -> np.ndarray:
    turns = 2.0 * np.pi * np.outer(phase, PATH_HARMONICS)
    return np.concatenate((np.cos(turns), np.sin(turns)), axis=1)


def _harmonics(coefficients: np.ndarray, mean: float) -> Harmonics:
    """Complex amplitudes of ``mean + sum(a cos + b sin)``, coefficients ordered as in `_cosines`."""
    shape = np.zeros(HIGHEST_HARMONIC + 1, dtype=complex)
    a, b = np.split(coefficients, 2)
    shape[0] = mean
    shape[list(PATH_HARMONICS)] = (a - 1j * b) / 2.0
    return shape
