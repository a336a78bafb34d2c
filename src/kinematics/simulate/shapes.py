"""Curves over the stride that synthetic runners are made from, as harmonics: smooth, periodic, asked at any phase."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.norms import GaitReference, NoReference, gait_reference

HIGHEST_HARMONIC = 8  # of the stride; at 1.4 strides/s this is the 10 Hz at which the curves were filtered

#: Complex amplitudes of the harmonics 0, 1, ... of the stride, shape (HIGHEST_HARMONIC + 1,).
Harmonics = np.ndarray


def running_reference(speed_m_s: float) -> GaitReference:
    """
    The reference for running that synthetic runners are made from: anatomical zero, Harrington's hip centre.

    Raises
    ------
    DataError
        Where there is none at this speed.
    """
    reference = gait_reference("run", speed_m_s, zero="anatomical", hip_centre="harrington")
    if isinstance(reference, NoReference):
        raise DataError(
            f"a runner cannot be made for {speed_m_s:g} m/s.", remedy=f"Choose another speed: {reference.reason}"
        )
    return reference


def harmonics_of(curve: np.ndarray) -> Harmonics:
    """Harmonics of a curve sampled evenly over one stride, its end (the next stride's start) left out, shape (n,)."""
    return np.fft.rfft(curve)[: HIGHEST_HARMONIC + 1] / curve.size


def evaluate(shape: Harmonics, phase: np.ndarray) -> np.ndarray:
    """The curve at `phase` (in strides; the fraction counts), shape of `phase`."""
    turn = np.exp(2j * np.pi * phase)
    value = np.zeros_like(turn)
    for amplitude in shape[:0:-1]:  # Horner: no power of the turn is computed twice
        value = (value + amplitude) * turn
    return shape[0].real + 2.0 * value.real


def repeating_each_step(shape: Harmonics) -> Harmonics:
    """The part that is the same in both halves of the stride, as pelvic tilt in an even runner."""
    return np.where(np.arange(shape.size) % 2 == 0, shape, 0.0)


def reversing_each_step(shape: Harmonics) -> Harmonics:
    """The part that changes its sign from half to half, as obliquity and rotation in an even runner."""
    return np.where(np.arange(shape.size) % 2 == 1, shape, 0.0)


def reference_shapes(speed_m_s: float) -> dict[str, Harmonics]:
    """Hip flexion and pelvis angles over the right leg's stride, from the reference for running. [deg]"""
    curves = running_reference(speed_m_s).curves
    return {name: harmonics_of(curve[:-1, 0]) for name, curve in curves.items()}


def leg_shapes(speed_m_s: float) -> dict[str, Harmonics]:
    """Hip adduction and internal rotation, knee flexion and ankle dorsiflexion over the leg's own stride. [deg]"""
    table = _leg_curves()
    speeds = table["speed_m_s"].unique()
    return {
        name: harmonics_of(_at_speed(speeds, table[name].to_numpy().reshape(speeds.size, -1), speed_m_s))
        for name in table.columns
        if name.endswith("_deg")
    }


@cache
def _leg_curves() -> pd.DataFrame:
    with (files("kinematics.simulate") / "leg_curves.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, comment="#")


def _at_speed(speeds_m_s: np.ndarray, curves: np.ndarray, speed_m_s: float) -> np.ndarray:
    """Rows of `curves`, one per speed, interpolated linearly; the ends are held."""
    position = np.interp(speed_m_s, speeds_m_s, np.arange(len(curves)))
    lower = int(min(position, len(curves) - 2))
    share = position - lower
    return (1.0 - share) * curves[lower] + share * curves[lower + 1]
