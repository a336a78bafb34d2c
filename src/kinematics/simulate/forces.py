"""Ground reaction force of a synthetic runner on one belt, in the layout of RBDS."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES
from kinematics.simulate.belt import FORWARD, RIGHT, Course, motion_at, sole_points
from kinematics.simulate.body import MM
from kinematics.simulate.gait import phase_at

GRAVITY_M_S2 = 9.81
BRAKING_OF_VERTICAL = 0.12  # peak of braking and of propulsion, as part of the vertical peak [running: 0.1-0.15]
TO_THE_MIDDLE_OF_VERTICAL = 0.02  # mediolateral, towards the body's midline
COP_WITHOUT_LOAD_MM = (2149.0, 976.7)  # what the treadmill's software writes while nobody touches it


def treadmill_force(
    course: Course, *, duration_s: float, rate_hz: float, noise_n: float, random: np.random.Generator
) -> pd.DataFrame:
    """
    Force on the runner and where it acts, left and right foot in turn on one belt.

    The vertical force of a stance is half a sine whose impulse carries the body over one step, so that its peak is
    ``pi / 4 * stride time / contact time`` body weights (about 2.4 at 3.5 m/s).

    Parameters
    ----------
    course : Course
    duration_s, rate_hz : float
        [s, Hz]
    noise_n : float
        SD of white noise on the three forces while a foot is on the belt. [N]
    random : Generator
        Of the noise.

    Returns
    -------
    DataFrame
        Time (number of the sample, from 1), Fx (forward), Fy (up), Fz (right) [N], COPx, COPy, COPz [mm], Ty [N.mm].
    """
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    motion = motion_at(course, time_s)
    force = np.zeros((3, time_s.size))
    cop_mm = np.stack([np.full(time_s.size, value) for value in COP_WITHOUT_LOAD_MM])
    loaded = np.zeros(time_s.size, dtype=bool)
    for side in SIDES:
        stance = _stance_fraction(course, time_s, side)
        on = stance < 1.0
        force[:, on] += _force_of_stance(course, side, stance[on])
        heel, ball = (motion.point(f"foot_{side}", point) for point in sole_points(course.body))
        progress = np.clip(stance, 0.0, 1.0)
        under = MM * (heel + progress * (ball - heel))
        cop_mm[:, on] = under[[FORWARD, RIGHT]][:, on]
        loaded |= on
    force += np.where(loaded, random.normal(0.0, 1.0, force.shape) * noise_n, 0.0)
    return pd.DataFrame(
        {
            "Time": np.arange(1, time_s.size + 1),
            "Fx": force[0],
            "Fy": force[1],
            "Fz": force[2],
            "COPx": cop_mm[0],
            "COPy": np.zeros(time_s.size),
            "COPz": cop_mm[1],
            "Ty": np.zeros(time_s.size),
        }
    )


def _stance_fraction(course: Course, time_s: np.ndarray, side: str) -> np.ndarray:
    """0 at contact, 1 at toe-off, above 1 in swing; shape (n,)."""
    phase = phase_at(course.gait, time_s, side)
    return (phase - np.floor(phase)) / (course.gait.toe_off_percent / 100.0)


def _force_of_stance(course: Course, side: str, stance: np.ndarray) -> np.ndarray:
    runner = course.gait.runner
    peak_n = np.pi / 4.0 / (course.gait.toe_off_percent / 100.0) * runner.mass_kg * GRAVITY_M_S2
    vertical = peak_n * np.sin(np.pi * stance)
    outward = 1.0 if side == "right" else -1.0
    return np.stack(
        (
            -BRAKING_OF_VERTICAL * peak_n * np.sin(2.0 * np.pi * stance),
            vertical,
            -outward * TO_THE_MIDDLE_OF_VERTICAL * vertical,
        )
    )
