"""A functional trial: each leg swung slowly through its whole range, one after the other, as an angle file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES
from kinematics.simulate.trials import ANGLE_RATE_HZ, TIDY_ANGLES

SWINGS, SWING_S, PAUSE_S = 4, 2.5, 0.5
STANDING_HIP_DEG, STANDING_TILT_DEG = (
    4.0,
    10.0,
)  # close to the 28 runners' standing angles (4.1 and 9.8) [design choice]


def simulate_swings(extension_deg: float, flexion_deg: float, *, noise_deg: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """
    A tidy angle table in which each leg swings from extension to flexion and back, the pelvis held.

    Parameters
    ----------
    extension_deg, flexion_deg : float
        Ends of the range of both hips. [deg]
    noise_deg : float
        SD of white noise on every angle. [deg]
    seed : int
        Of the noise.

    Returns
    -------
    DataFrame
        time_s and the columns of `TIDY_ANGLES`. [s, deg]
    """
    time_s = np.arange(round(swings_s() * ANGLE_RATE_HZ)) / ANGLE_RATE_HZ
    table = pd.DataFrame(0.0, index=range(time_s.size), columns=list(TIDY_ANGLES))
    table["pelvis_anterior_tilt"] = STANDING_TILT_DEG
    for side in SIDES:
        table[f"hip_flexion_{side[0]}"] = swing_deg(time_s, side, extension_deg, flexion_deg, STANDING_HIP_DEG)
    table += np.random.default_rng(seed).normal(0.0, 1.0, table.shape) * noise_deg
    table.insert(0, "time_s", time_s)
    return table


def swings_s() -> float:
    """Length of a functional trial: both legs, a pause before, between and after. [s]"""
    return len(SIDES) * (PAUSE_S + SWINGS * SWING_S) + PAUSE_S


def swing_deg(
    time_s: np.ndarray, side: str, extension_deg: float, flexion_deg: float, standing_deg: float
) -> np.ndarray:
    """Hip flexion (n,) of one leg, left first: swings between the ends, beginning and ending where it stands. [deg]"""
    middle, half = (flexion_deg - extension_deg) / 2, (flexion_deg + extension_deg) / 2
    start = np.arccos((standing_deg - middle) / half)
    begin_s = PAUSE_S + SIDES.index(side) * (PAUSE_S + SWINGS * SWING_S)
    turns = np.clip((time_s - begin_s) / SWING_S, 0, SWINGS)
    return middle + half * np.cos(start + 2 * np.pi * turns)
