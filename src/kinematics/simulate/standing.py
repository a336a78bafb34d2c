"""Quiet standing: its angles, and the body whose leg length and hip centre agree with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.conventions import SIDES, sided
from kinematics.settings import ModelSettings
from kinematics.simulate.body import (
    MM,
    PELVIS_DEPTH_OF_HEIGHT,
    PELVIS_WIDTH_OF_HEIGHT,
    SHANK_OF_HEIGHT,
    SOLE_OF_HEIGHT,
    THIGH_OF_HEIGHT,
    Body,
    marker_places,
)
from kinematics.simulate.gait import Runner
from kinematics.simulate.poses import markers_of, pose

MARKER_RADIUS_M = ModelSettings().marker_radius_m
STANDING_THIGH_DEG = -5.7  # hip 4.1 minus tilt 9.8 deg, 28 runners of Fukuchi 2017
STANDING_KNEE_DEG = -3.0
STANDING_BELOW_RUNNING_DEG = 6.0  # running tilt minus standing tilt, the same runners at 3.5 m/s
HALF_THE_HEIGHT = 0.5  # leg length to begin with
ROUNDS = 20


def body_of(runner: Runner, *, marker_radius_m: float = MARKER_RADIUS_M) -> Body:
    """
    Body of a runner, its hip centre such that Harrington's regression on its standing markers meets it exactly.

    The hip centre depends on the leg's length (ASIS to medial malleolus in standing) and the leg's length on the hip
    centre; a few rounds settle both, each shrinking the error to a twenty-fifth.

    Parameters
    ----------
    runner : Runner
    marker_radius_m : float
        Skin to marker centre, as `Settings().model` has it. [m]

    Returns
    -------
    Body
    """
    height = runner.height_m
    lengths = {
        "height": height,
        "pelvis_width": PELVIS_WIDTH_OF_HEIGHT * height,
        "pelvis_depth": PELVIS_DEPTH_OF_HEIGHT * height,
        "thigh": THIGH_OF_HEIGHT * height,
        "shank": SHANK_OF_HEIGHT * height,
        "sole": SOLE_OF_HEIGHT * height,
    }
    leg = HALF_THE_HEIGHT * height
    for _ in range(ROUNDS):
        body = Body(**lengths, hip=_harrington(lengths, leg, marker_radius_m))
        leg = leg_length_m(body, standing_tilt_deg(runner))
    return body


def standing_tilt_deg(runner: Runner) -> float:
    """Anterior tilt in standing that goes with a runner's tilt in running. [deg]"""
    return runner.mean_pelvis_anterior_tilt_deg - STANDING_BELOW_RUNNING_DEG


def standing_angles(tilt_deg: float, time_s: np.ndarray) -> dict[str, np.ndarray]:
    """Angles of quiet standing with a given anterior tilt, each shape (n,): thighs and shanks as in RBDS. [deg]"""
    angles = {"pelvis_anterior_tilt_deg": tilt_deg, "pelvis_obliquity_deg": 0.0, "pelvis_rotation_deg": 0.0}
    for side in SIDES:
        angles |= {
            sided("hip_flexion_deg", side): tilt_deg + STANDING_THIGH_DEG,
            sided("hip_adduction_deg", side): 0.0,
            sided("hip_internal_rotation_deg", side): 0.0,
            sided("knee_flexion_deg", side): STANDING_KNEE_DEG,
            sided("ankle_dorsiflexion_deg", side): STANDING_KNEE_DEG - STANDING_THIGH_DEG,
        }
    return {name: np.full(time_s.size, value) for name, value in angles.items()}


def leg_length_m(body: Body, tilt_deg: float) -> float:
    """Distance from ASIS to medial malleolus in standing with this tilt. [m]"""
    now = np.zeros(1)
    markers = markers_of(pose(body, standing_angles(tilt_deg, now), now, np.zeros((3, 1))), marker_places(body))
    return float(np.linalg.norm(markers["R.ASIS"] - markers["R.Ankle.Medial"]))


def _harrington(lengths: Mapping[str, float], leg_length: float, marker_radius_m: float) -> np.ndarray:
    """Right hip centre (3,) in the pelvis frame, Harrington 2007; apart from `models`, as it is the truth. [m]"""
    width, depth, leg = MM * lengths["pelvis_width"], MM * lengths["pelvis_depth"], MM * leg_length
    return (
        np.array(
            [
                -0.24 * depth - 9.9 - MM * marker_radius_m,
                -0.16 * width - 0.04 * leg - 7.1,
                0.28 * depth + 0.16 * width + 7.9,
            ]
        )
        / MM
    )
