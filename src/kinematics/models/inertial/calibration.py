"""Sensors calibrated once, by standing and a gait, and used in other trials of the same visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kinematics.conventions import DataError
from kinematics.models.inertial import shared_joint
from kinematics.models.inertial.alignment import Aligned, Standing, stride_time_s
from kinematics.models.inertial.orientation import evened, rotations_6d
from kinematics.models.inertial.placement import names_in
from kinematics.models.inertial.plausibility import check_bounce, check_sides, check_thighs
from kinematics.models.inertial.raw import SensorFrames, align_gait, compared, on_one_clock, standings
from kinematics.trial import Trial, spoken

GAITS = ("run", "walk")
KNOWN = "The segments' axes are those of the walk or run."
STEADY = "The segments' axes are those of the walk or run; the sides' headings were made to agree over this trial."


@dataclass(frozen=True)
class Calibration:
    """
    How each sensor sits on its segment.

    Attributes
    ----------
    roles : mapping of segment to str
        Names of the sensors.
    standing : mapping of segment to Standing
    axes : mapping of segment to array, shape (3, 3)
        Columns x forward, y up, z right of the segment in its sensor's axes.
    share : mapping of segment to float
        How much the level movement of the gait kept to one axis.
    notes : tuple of str
        Residuals and verdicts of every step.
    """

    roles: Mapping[str, str]
    standing: Mapping[str, Standing]
    axes: Mapping[str, np.ndarray]
    share: Mapping[str, float]
    notes: tuple[str, ...]


def calibrated(gait: Trial, static: Trial | None, roles: Mapping[str, str], longest_gap_s: float) -> Calibration:
    """
    What a walk or run and standing tell of the sensors' places, to be used in other trials of the visit.

    Raises
    ------
    DataError
        As for `gait_frames`; and where the sensors' clocks differ.
    """
    aligned, said = align_gait(gait, static, roles, longest_gap_s)
    if any(said.lags_s.values()):
        raise DataError(
            "the sensors' clocks differ in the walk or run, so that they cannot be joined in other trials.",
            file=gait.passport.sources[0][1],
            remedy="Record all trials of the visit with sensors on one clock.",
        )
    own = {segment: roles[segment] for segment in aligned}
    return Calibration(
        own,
        standings(static or gait, own, longest_gap_s),
        {segment: one.axes for segment, one in aligned.items()},
        {segment: one.share for segment, one in aligned.items()},
        said.notes,
    )


def known_frames(trial: Trial, known: Calibration, longest_gap_s: float) -> SensorFrames:
    """
    Frames of another trial of the same sensors: a functional one, or a walk or run, which is checked as any.

    Raises
    ------
    DataError
        Where a sensor is missing, or a walk or run does not hold what the calibration says.
    """
    file, moves = trial.passport.sources[0][1], trial.task in GAITS
    own = names_in(trial, known.roles, f"'{trial.task}' trial" if moves else "functional trial")
    aligned = {segment: _applied(trial, segment, name, known, longest_gap_s) for segment, name in own.items()}
    if moves:
        _check_gait(aligned, trial.task, file)
    else:
        aligned = {segment: replace(one, steady=True) for segment, one in aligned.items()}
    notes = (*known.notes, KNOWN if moves else STEADY)
    return on_one_clock(aligned, dict.fromkeys(aligned, 0.0), notes, file)


def _applied(trial: Trial, segment: str, name: str, known: Calibration, longest_gap_s: float) -> Aligned:
    signals, bias = evened(trial.sensors[name], longest_gap_s), known.standing[segment].bias_rad_s
    rate = signals.angular_rate_rad_s - bias[:, None]
    return Aligned(segment, signals, rate, rotations_6d(signals, bias), known.axes[segment], known.share[segment])


def _check_gait(aligned: Mapping[str, Aligned], task: str, file: str) -> None:
    pelvis = aligned["pelvis"]
    check_bounce(pelvis, task, file)
    thighs = {segment: one for segment, one in aligned.items() if segment != "pelvis"}
    first, found = shared_joint.record(pelvis), {}
    for segment, thigh in thighs.items():
        found[segment], same = compared(first, thigh, pelvis, file)
        if not same or found[segment].lag_s:
            raise DataError(
                f"sensor '{spoken(thigh.signals.name)}' does not move as in the calibration: "
                f"{'its clock is another' if same else 'it faces the other way'}.",
                file=file,
                remedy="A strap that was moved or turned needs a new standing trial.",
            )
    check_sides(pelvis, found, file)
    check_thighs(aligned, found, float(np.median([stride_time_s(thigh) for thigh in thighs.values()])), file)
