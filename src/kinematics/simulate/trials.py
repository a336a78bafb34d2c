"""Marker and angle trials of a synthetic runner, made from one movement, with their truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import SAMPLE_COLUMNS, SIDES, DataError, sided
from kinematics.rotations import thigh_flexion
from kinematics.simulate.belt import course_of, motion_at, standing_at
from kinematics.simulate.body import MM, marker_places
from kinematics.simulate.forces import treadmill_force
from kinematics.simulate.gait import Gait, angles_at
from kinematics.simulate.poses import SegmentMotion, markers_of
from kinematics.simulate.truth import truth

MARKER_RATE_HZ, FORCE_RATE_HZ, ANGLE_RATE_HZ = 150.0, 300.0, 100.0
STATIC_DURATION_S = 1.0
#: Columns of a tidy angle file -> what they hold; `l` and `r` are the sides. [deg]
TIDY_ANGLES = {
    **{
        f"{short}_{side[0]}": sided(name, side)
        for short, name in (
            ("hip_flexion", "hip_flexion_deg"),
            ("hip_adduction", "hip_adduction_deg"),
            ("hip_rotation", "hip_internal_rotation_deg"),
        )
        for side in SIDES
    },
    "pelvis_anterior_tilt": "pelvis_anterior_tilt_deg",
    "pelvis_obliquity": "pelvis_obliquity_deg",
    "pelvis_rotation": "pelvis_rotation_deg",
}


@dataclass(frozen=True)
class AngleTrial:
    """
    An angle trial with its truth.

    Attributes
    ----------
    table : DataFrame
        What the file holds: time_s and the columns of `TIDY_ANGLES`; flexion, adduction, internal rotation, anterior
        tilt, right side up and right side forward positive. [s, deg]
    angles : DataFrame
        True angles of every sample, columns of `conventions.SAMPLE_COLUMNS`. [deg]
    strides : DataFrame
        True strides, as `truth` returns them.
    """

    table: pd.DataFrame
    angles: pd.DataFrame
    strides: pd.DataFrame


@dataclass(frozen=True)
class MarkerTrial:
    """
    A marker and force trial with its static trial and its truth.

    Attributes
    ----------
    time_s : array, shape (n,)
        At 150 Hz. [s]
    markers_mm : mapping of str to array, shape (3, n)
        Positions (forward, up, right), names as in RBDS; gaps are NaN. [mm]
    static_mm : mapping of str to array, shape (3, m)
        The same in quiet standing, with the anatomical markers. [mm]
    force : DataFrame
        At 300 Hz, as `treadmill_force` returns it.
    angles : DataFrame
        True angles of every sample, columns of `conventions.SAMPLE_COLUMNS`. [deg]
    strides : DataFrame
        True strides, as `truth` returns them.
    motion : SegmentMotion
        Poses of the segments, before any marker error.
    standing_deg : mapping of str to float
        True angles of the static trial, named as sample columns. [deg]
    """

    time_s: np.ndarray
    markers_mm: Mapping[str, np.ndarray]
    static_mm: Mapping[str, np.ndarray]
    force: pd.DataFrame
    angles: pd.DataFrame
    strides: pd.DataFrame
    motion: SegmentMotion
    standing_deg: Mapping[str, float]


def simulate_angles(gait: Gait, *, rate_hz: float = ANGLE_RATE_HZ, noise_deg: float = 0.0, seed: int = 0) -> AngleTrial:
    """
    An angle trial as a motion-capture program would export it.

    Parameters
    ----------
    gait : Gait
        From `simulate_gait`.
    rate_hz : float
        Sampling rate. [Hz]
    noise_deg : float
        SD of white noise on every angle. [deg]
    seed : int
        Of the noise.

    Returns
    -------
    AngleTrial
    """
    random = np.random.default_rng(seed)
    time_s = np.arange(round(gait.duration_s * rate_hz)) / rate_hz
    angles = sample_angles(gait, motion_at(course_of(gait, seed=seed), time_s))
    table = pd.DataFrame({short: angles[name] for short, name in TIDY_ANGLES.items()})
    table += random.normal(0.0, 1.0, table.shape) * noise_deg
    table.insert(0, "time_s", time_s)
    return AngleTrial(table=table, angles=angles, strides=truth(gait))


def simulate_markers(
    gait: Gait,
    *,
    noise_mm: float = 0.0,
    force_noise_n: float = 0.0,
    missing: Sequence[str] = (),
    gaps: Sequence[tuple[str, float, float]] = (),
    seed: int = 0,
) -> MarkerTrial:
    """
    A marker trial on a treadmill with force, and its static trial, from rigid segments.

    Parameters
    ----------
    gait : Gait
        From `simulate_gait`.
    noise_mm : float
        SD of white noise on every coordinate, running and standing. [mm]
    force_noise_n : float
        SD of white noise on the forces while a foot is on the belt. [N]
    missing : sequence of str
        Markers that are lost throughout the running trial (all NaN).
    gaps : sequence of (marker, start_s, end_s)
        Markers that are lost in [start_s, end_s) of the running trial.
    seed : int
        Of the noise and of the slow wandering over the belt.

    Returns
    -------
    MarkerTrial

    Raises
    ------
    DataError
        Where `missing` or `gaps` name a marker that there is not.
    """
    random = np.random.default_rng(seed)
    course = course_of(gait, seed=seed)
    places = marker_places(course.body)
    time_s = np.arange(round(gait.duration_s * MARKER_RATE_HZ)) / MARKER_RATE_HZ
    motion = motion_at(course, time_s)
    standing, standing_motion = standing_at(
        course, np.arange(round(STATIC_DURATION_S * MARKER_RATE_HZ)) / MARKER_RATE_HZ
    )
    markers = _in_mm(markers_of(motion, places[places["tracking"]]), noise_mm, random)
    lost = [*((name, -np.inf, np.inf) for name in missing), *gaps]
    force = treadmill_force(
        course, duration_s=gait.duration_s, rate_hz=FORCE_RATE_HZ, noise_n=force_noise_n, random=random
    )
    return MarkerTrial(
        time_s=time_s,
        markers_mm=_without(markers, time_s, lost),
        static_mm=_in_mm(markers_of(standing_motion, places), noise_mm, random),
        force=force,
        angles=sample_angles(gait, motion),
        strides=truth(gait),
        motion=motion,
        standing_deg={name: float(angle[0]) for name, angle in _named(standing, standing_motion).items()},
    )


def sample_angles(gait: Gait, motion: SegmentMotion) -> pd.DataFrame:
    """True angles at the instants of `motion`, columns of `conventions.SAMPLE_COLUMNS`. [deg]"""
    table = pd.DataFrame(_named(angles_at(gait, motion.time_s), motion))
    table.insert(0, "time_s", motion.time_s)
    return table


def _named(angles: Mapping[str, np.ndarray], motion: SegmentMotion) -> dict[str, np.ndarray]:
    thighs = {sided("thigh_flexion_deg", side): thigh_flexion(motion.frames[f"thigh_{side}"]) for side in SIDES}
    known = {**angles, **thighs}
    return {column.name: known[column.name] for column in SAMPLE_COLUMNS[1:]}


def _in_mm(markers_m: Mapping[str, np.ndarray], noise_mm: float, random: np.random.Generator) -> dict[str, np.ndarray]:
    return {name: MM * path + noise_mm * random.normal(size=path.shape) for name, path in markers_m.items()}


def _without(
    markers: dict[str, np.ndarray], time_s: np.ndarray, lost: Sequence[tuple[str, float, float]]
) -> dict[str, np.ndarray]:
    """The markers with the lost ones' samples NaN."""
    for name, start_s, end_s in lost:
        if name not in markers:
            raise DataError(f"there is no marker '{name}' to lose.", remedy=f"The markers are {', '.join(markers)}.")
        markers = {**markers, name: np.where((time_s >= start_s) & (time_s < end_s), np.nan, markers[name])}
    return markers
