"""
A synthetic runner's angles as smooth functions of time, with their truth known exactly.

Every angle is ``periodic curve of the phase + band-limited variation``; the phase itself is ``t / stride time`` plus a
band-limited jitter. All of it is a sum of cosines: it has no jumps at stride borders and can be asked at any instant,
so that a marker file at 150 Hz, an angle file at 100 Hz and the truth at 1000 Hz speak of the same movement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, sided
from kinematics.simulate.shapes import Harmonics, evaluate
from kinematics.simulate.variation import Variation

PELVIS = ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")
LEG = (
    "hip_flexion_deg",
    "hip_adduction_deg",
    "hip_internal_rotation_deg",
    "knee_flexion_deg",
    "ankle_dorsiflexion_deg",
)


@dataclass(frozen=True)
class Runner:
    """
    Who runs, and what is true of them at this speed.

    Attributes
    ----------
    speed_m_s : float
        2.5 to 4.5, where the curves that the runner is made from were measured. [m/s]
    peak_hip_extension_left_deg, peak_hip_extension_right_deg : float
        Median over the strides of -min(hip flexion); negative: short of neutral. [deg]
    mean_pelvis_anterior_tilt_deg : float
        Median over the strides of the stride's mean tilt, anterior positive. [deg]
    stride_sd_deg : float
        Variation of hip flexion from stride to stride (0.7-0.8 in runners); other angles in proportion. [deg]
    height_m, mass_kg : float
        Size of the body, used by marker and force trials. [m, kg]
    """

    speed_m_s: float = 3.5
    peak_hip_extension_left_deg: float = 7.9
    peak_hip_extension_right_deg: float = 7.9
    mean_pelvis_anterior_tilt_deg: float = 15.8
    stride_sd_deg: float = 0.8
    height_m: float = 1.75
    mass_kg: float = 70.0

    def peak_hip_extension_deg(self, side: str) -> float:
        """Peak hip extension of one side. [deg]"""
        return float(getattr(self, f"peak_hip_extension_{side}_deg"))


@dataclass(frozen=True)
class Gait:
    """
    A runner's movement as functions of time; ask it with `angles_at`, `phase_at` and `truth`.

    Attributes
    ----------
    runner : Runner
    duration_s : float
        Length of the trial; truth speaks of the strides that lie wholly in [0, duration_s). [s]
    stride_time_s : float
        Mean stride time. [s]
    toe_off_percent : float
        Instant of toe-off. [% of the stride]
    shapes : mapping of str to array of complex
        Harmonics of each angle over the stride, sides in the name as in `conventions.SAMPLE_COLUMNS`;
        pelvis angles over the right leg's stride. [deg]
    variations : mapping of str to Variation
        The same names, and "phase" and "phase_left". [deg; strides]
    """

    runner: Runner
    duration_s: float
    stride_time_s: float
    toe_off_percent: float
    shapes: Mapping[str, Harmonics]
    variations: Mapping[str, Variation]


def phase_at(gait: Gait, time_s: np.ndarray, side: str) -> np.ndarray:
    """Strides of one leg since some contact, shape (n,): whole numbers are contacts; the left is half a stride off."""
    phase = time_s / gait.stride_time_s + gait.variations["phase"].at(time_s)
    return phase if side == "right" else phase + 0.5 + gait.variations["phase_left"].at(time_s)


def angles_at(gait: Gait, time_s: np.ndarray, *, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """
    Angles at `time_s`, by name; hips and pelvis are Cardan angles as `conventions` declares them.

    Parameters
    ----------
    gait : Gait
    time_s : array, shape (n,)
        Any instants. [s]
    names : collection of str, optional
        Which; all where left out.

    Returns
    -------
    dict of str to array, shape (n,)
        Pelvis angles, and hip, knee and ankle angles of both sides (`sided` names). [deg]
    """
    curves = _curves(gait, {side: phase_at(gait, time_s, side) for side in SIDES}, names)
    return {name: curve + gait.variations[name].at(time_s) for name, curve in curves.items()}


def curves_at(gait: Gait, phase: np.ndarray) -> dict[str, np.ndarray]:
    """Angles without variation at phases of the right leg's stride, shape (n,), the left half a stride off. [deg]"""
    return _curves(gait, {"right": phase, "left": phase + 0.5}, None)


def _curves(gait: Gait, phases: Mapping[str, np.ndarray], names: Collection[str] | None) -> dict[str, np.ndarray]:
    side_of = dict.fromkeys(PELVIS, "right") | {sided(name, side): side for side in SIDES for name in LEG}
    wanted = side_of if names is None else names
    return {name: evaluate(gait.shapes[name], phases[side_of[name]]) for name in wanted}
