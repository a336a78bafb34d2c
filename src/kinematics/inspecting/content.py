"""What a trial holds: which column became which angle, which label stands for which point, and the gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.trial import Sensor, Trial

#: What stands in the place of a column for an angle that the reader computed from several.
COMPUTED = "(computed)"
#: Words in the names of sensors and segments -> segment.
SEGMENT_WORDS = {
    "pelvis": ("pelvis", "lumbar", "sacrum", "hip_center"),
    "thigh": ("thigh", "upper leg", "upperleg", "upper_leg", "femur", "upleg"),
}
#: A side's word anywhere, its letters standing alone, or its letter before a capital: LFemur.
SIDE_PATTERNS = {
    "left": re.compile(r"(?i:left)|(?<![A-Za-z])(?i:lt?)(?![A-Za-z])|(?<![A-Za-z])L(?=[A-Z])"),
    "right": re.compile(r"(?i:right)|(?<![A-Za-z])(?i:rt?)(?![A-Za-z])|(?<![A-Za-z])R(?=[A-Z])"),
}


@dataclass(frozen=True)
class Column:
    """
    One signal of the file and what it is taken for.

    Attributes
    ----------
    column : str
        As the file names it.
    meaning : str
        Channel of the sample table, anatomical point, or segment; empty where it is not used.
    sign : int
        1 or -1; 0 where no sign applies.
    unit : str
        The file's for angles, the project's for the others.
    """

    column: str
    meaning: str
    sign: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Gap:
    """
    Lost samples of one signal.

    Attributes
    ----------
    signal : str
    lost_share : float
        Of the trial's samples, 0 to 1. [1]
    longest_s : float
        Longest gap; NaN for mean curves. [s]
    """

    signal: str
    lost_share: float
    longest_s: float


def columns_of(trial: Trial) -> tuple[Column, ...]:
    """What was mapped to what, in the order of the project's channels, points or segments."""
    if trial.kind == "angles":
        by_target = {target: Column(name, target, sign, unit) for name, target, sign, unit in trial.passport.columns}
        return tuple(by_target.get(name, Column(COMPUTED, name, 1, "deg")) for name in trial.channels)
    if trial.kind == "markers":
        return _points(trial.markers)
    if trial.kind == "orientations":
        return tuple(Column(name, segment_of(name), unit="quaternion") for name in trial.orientations)
    return tuple(Column(name, segment_of(name), unit=_quantities(one)) for name, one in trial.sensors.items())


def sides_of(trial: Trial) -> set[str]:
    """Sides of which something was measured."""
    words = [column.meaning for column in columns_of(trial)]
    return {side for side in SIDES if any(side in word.replace("_", " ").split() for word in words)}


def gaps_of(trial: Trial) -> tuple[Gap, ...]:
    """Signals with lost samples, the worst first; a mean curve's and a sensor's own clock included."""
    signals: dict[str, tuple[np.ndarray, float]] = {
        name: (np.isnan(np.atleast_2d(values)).any(axis=0), trial.rate_hz) for name, values in _arrays(trial).items()
    }
    signals |= {name: (_lost_packets(sensor), sensor.rate_hz) for name, sensor in trial.sensors.items()}
    found = [
        Gap(name, round(float(lost.mean()), 6), round(_longest(lost) / rate_hz, 6))
        for name, (lost, rate_hz) in signals.items()
        if lost.any()
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.lost_share, gap.signal)))


def segment_of(name: str) -> str:
    """
    Segment that a sensor's name says, with its side; empty where it says none.

    >>> segment_of("femur_r_imu"), segment_of("Left Upper Leg"), segment_of("00B42268")
    ('thigh_right', 'thigh_left', '')
    """
    low = name.lower()
    segment = next((one for one, words in SEGMENT_WORDS.items() if any(word in low for word in words)), "")
    if segment != "thigh":
        return segment
    sides = [side for side, pattern in SIDE_PATTERNS.items() if pattern.search(name)]
    return f"thigh_{sides[0]}" if len(sides) == 1 else ""


def _points(markers: Mapping[str, np.ndarray]) -> tuple[Column, ...]:
    names = recognise(markers)
    roles = _roles(names) if names is not None else {}
    return tuple(Column(label, roles.get(label, ""), unit="m") for label in markers)


def _roles(names: MarkerNames) -> dict[str, str]:
    """Label -> point and side; a marker on both sides' list has no side."""
    found: dict[str, str] = {}
    for (role, side), labels in names.labels.items():
        for label in labels:
            found[label] = role if label in found else f"{role} {side}"
    return found


def _quantities(sensor: Sensor) -> str:
    optional = {"magnetic field": sensor.magnetic_field, "orientation": sensor.orientation}
    return ", ".join(
        ["acceleration m/s2", "angular rate rad/s", *(what for what, values in optional.items() if values is not None)]
    )


def _arrays(trial: Trial) -> Mapping[str, np.ndarray]:
    return {"angles": trial.channels, "markers": trial.markers, "orientations": trial.orientations}.get(trial.kind, {})


def _lost_packets(sensor: Sensor) -> np.ndarray:
    """Which samples of an even clock from end to end are lost: in a longer step, or not a number."""
    slots = np.round((sensor.time_s - sensor.time_s[0]) * sensor.rate_hz).astype(int)
    lost = np.ones(int(slots[-1]) + 1, dtype=bool)
    lost[slots] = np.isnan(sensor.acceleration_m_s2).any(axis=0)
    return lost


def _longest(lost: np.ndarray) -> int:
    """Length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], lost, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
