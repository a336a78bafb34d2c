"""
Synthetic runners with known truth: movement, marker, force and angle trials, and a whole demo study.

>>> gait = simulate_gait(Runner(speed_m_s=3.5, peak_hip_extension_left_deg=-6.0), duration_s=10.0, seed=1)
>>> strides = simulate_angles(gait).strides
>>> float(strides.loc[strides["side"] == "left", "peak_hip_extension_deg"].median().round(6))
-6.0
"""

from kinematics.simulate.belt import Course, course_of, motion_at
from kinematics.simulate.body import Body
from kinematics.simulate.exports import write_c3d, write_mot, write_nexus, write_qtm, write_trc
from kinematics.simulate.files import write_angles, write_forces, write_marker_trial, write_markers
from kinematics.simulate.gait import Gait, Runner, angles_at
from kinematics.simulate.poses import SegmentMotion
from kinematics.simulate.runners import simulate_gait
from kinematics.simulate.standing import body_of
from kinematics.simulate.study import simulate_study
from kinematics.simulate.trials import AngleTrial, MarkerTrial, simulate_angles, simulate_markers
from kinematics.simulate.truth import truth

__all__ = [
    "AngleTrial",
    "Body",
    "Course",
    "Gait",
    "MarkerTrial",
    "Runner",
    "SegmentMotion",
    "angles_at",
    "body_of",
    "course_of",
    "motion_at",
    "simulate_angles",
    "simulate_gait",
    "simulate_markers",
    "simulate_study",
    "truth",
    "write_angles",
    "write_c3d",
    "write_forces",
    "write_marker_trial",
    "write_markers",
    "write_mot",
    "write_nexus",
    "write_qtm",
    "write_trc",
]
