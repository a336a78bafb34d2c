"""What is missing in a trial for which result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, sided
from kinematics.feet import find_feet
from kinematics.inspecting.content import segment_of
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.trial import Trial

#: Markers of the thigh, knee and ankle included, that track it in three dimensions.
FEWEST_TRACKED = 3
RESULTS = ("hip extension", "pelvic tilt", "foot contacts")
CURVES = "a recording over time: these are curves of one mean stride"
STANDING = "walking or running: this is a standing trial"
STATIC_FILE = "a standing trial of the same person (static_file)"
SEGMENTS = ("pelvis", "thigh_left", "thigh_right")


@dataclass(frozen=True)
class Need:
    """
    A result and what is missing for it.

    Attributes
    ----------
    result : str
        One of `RESULTS`.
    missing : tuple of str
        In words; empty where nothing is.
    """

    result: str
    missing: tuple[str, ...] = ()


def needs_of(trial: Trial, task: str) -> tuple[Need, ...]:
    """
    For each of `RESULTS`, what is missing.

    Parameters
    ----------
    trial : Trial
    task : str
        What was done; empty where it is not known.
    """
    if trial.kind == "angles":
        hips, tilt = _of_angles(trial)
    elif trial.kind == "markers":
        hips, tilt = _of_markers(trial, task)
    else:
        hips = tilt = _of_sensors([*trial.orientations, *trial.sensors])
    return (Need(RESULTS[0], hips), Need(RESULTS[1], tilt), Need(RESULTS[2], _contacts(trial, task, hips)))


def _of_angles(trial: Trial) -> tuple[tuple[str, ...], tuple[str, ...]]:
    missing = tuple(
        f"flexion of the {side} hip" for side in SIDES if sided("hip_flexion_deg", side) not in trial.channels
    )
    tilt = () if "pelvis_anterior_tilt_deg" in trial.channels else ("a column of pelvic tilt",)
    return missing, tilt


def _of_markers(trial: Trial, task: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = recognise(trial.markers)
    if names is None:
        return ("labels of a known marker set",), ("labels of a known marker set",)
    pelvis = tuple(f"marker {one}" for one in _absent(names, ("asis", "psis"), trial) if not _has_sacrum(names, one))
    if task != "static":
        return (*pelvis, *_thighs(names), STATIC_FILE), (*pelvis, STATIC_FILE)
    knees = tuple(f"marker {one}" for one in _absent(names, ("knee_lateral", "knee_medial"), trial))
    return (*pelvis, *knees, *_thighs(names)), pelvis


def _absent(names: MarkerNames, roles: tuple[str, ...], trial: Trial) -> list[str]:
    return [f"{role} {side}" for role in roles for side in SIDES if not _seen(names, role, side, trial)]


def _seen(names: MarkerNames, role: str, side: str, trial: Trial) -> bool:
    return any(np.isfinite(trial.markers[label]).any() for label in names.of(role, side))


def _has_sacrum(names: MarkerNames, point: str) -> bool:
    return point.startswith("psis") and bool(names.of("sacrum", "left"))


def _thighs(names: MarkerNames) -> tuple[str, ...]:
    counts = {
        side: sum(len(names.of(role, side)) for role in ("thigh", "knee_lateral", "knee_medial")) for side in SIDES
    }
    return tuple(
        f"{FEWEST_TRACKED} markers on the {side} thigh ({count} found)"
        for side, count in counts.items()
        if count < FEWEST_TRACKED
    )


def _of_sensors(names: list[str]) -> tuple[str, ...]:
    absent = _absent_sensors(names)
    named = f"sensors that are known as {', '.join(absent)} (their files, or names in a mapping's [sensors])"
    return ((named,) if absent else ()) + (STATIC_FILE,)


def _absent_sensors(names: Iterable[str]) -> list[str]:
    found = {segment_of(name) for name in names}
    return [name for name in SEGMENTS if name not in found]


def _contacts(trial: Trial, task: str, hips: tuple[str, ...]) -> tuple[str, ...]:
    if trial.base == "cycle":
        return (CURVES,)
    if task == "static":
        return (STANDING,)
    if trial.kind in ("imu", "orientations"):
        absent = _absent_sensors([*trial.orientations, *trial.sensors])
        return tuple(f"a sensor that is known as {name}" for name in absent)
    if trial.events is not None or find_feet(trial) or (trial.kind == "angles" and not hips):
        return ()
    return ("events, markers of both feet, or both hips",)
