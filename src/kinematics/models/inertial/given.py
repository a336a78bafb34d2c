"""Orientations in one earth frame, from the device or with magnetometers -> frames of pelvis and thighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.models.inertial.alignment import (
    HEADING_CUTOFF_HZ,
    LARGEST_LEAN_DEG,
    SMALLEST_SHARE,
    in_progress,
    segment_axes,
)
from kinematics.models.inertial.orientation import (
    REST_RATE_RAD_S,
    SHORTEST_REST_S,
    evened,
    longest_run,
    rest,
    rotations_9d,
    turns,
)
from kinematics.models.inertial.raw import SensorFrames
from kinematics.rotations import rotation_of, thigh_flexion
from kinematics.signals import lowpass
from kinematics.trial import Trial

AXES = {"X": 0, "Y": 1, "Z": 2}
#: A sensor axis that is to point ahead has to lie this near to level in standing. [deg]
STEEPEST_FORWARD_DEG = 45.0


@dataclass(frozen=True)
class Turning:
    """
    Rotations of all sensors in one earth frame, z up.

    Attributes
    ----------
    time_s : array, shape (n,)
    rate_hz : float
    rotations : mapping of segment to array, shape (3, 3, n)
        NaN where a sensor was not heard.
    still : array of bool, shape (n,)
        Where nothing turns.
    """

    time_s: np.ndarray
    rate_hz: float
    rotations: Mapping[str, np.ndarray]
    still: np.ndarray


def turning_of(trial: Trial, roles: Mapping[str, str], longest_gap_s: float, *, magnetometers: bool = False) -> Turning:
    """
    Rotations of a trial's sensors on one clock: as the device gave them, or by VQF 9D.

    Raises
    ------
    DataError
        Where a sensor has neither, or their times do not overlap.
    """
    wanted = {segment: name for segment, name in roles.items() if segment == "pelvis" or segment.startswith("thigh")}
    if trial.kind == "orientations":
        rotations = {segment: rotation_of(trial.orientations[name]) for segment, name in wanted.items()}
        silent = next((wanted[s] for s, own in rotations.items() if not np.isfinite(own[0, 0]).any()), "")
        if silent:
            raise DataError(f"sensor '{silent}' has no orientation.", file=trial.passport.sources[0][1])
        return _turning(trial.time_s, trial.rate_hz, rotations)
    found, times = {}, {}
    for segment, name in wanted.items():
        signals = evened(trial.sensors[name], longest_gap_s)
        if magnetometers and signals.magnetic_field is not None:
            quiet = rest(signals.acceleration_m_s2, signals.angular_rate_rad_s, signals.rate_hz)
            bias = signals.angular_rate_rad_s[:, quiet].mean(axis=1) if quiet.any() else None
            own = rotations_9d(signals, bias)
        elif signals.given is not None and not magnetometers:
            own = rotation_of(signals.given)
        else:
            what = "magnetometer" if magnetometers else "angular rate and no orientation"
            raise DataError(
                f"sensor '{name}' has no {what}.",
                file=trial.passport.sources[0][1],
                remedy="Export calibrated inertial data (acceleration and angular rate), or orientations.",
            )
        own = own.copy()
        own[:, :, ~signals.trusted] = np.nan
        found[segment], times[segment] = own, signals.time_s
    rate_hz = max(trial.sensors[name].rate_hz for name in wanted.values())
    start, end = max(t[0] for t in times.values()), min(t[-1] for t in times.values())
    if end - start < SHORTEST_REST_S:
        raise DataError(
            "the sensors' times do not overlap.",
            file=trial.passport.sources[0][1],
            remedy="Orientations are joined by their clock alone; record them on one clock.",
        )
    time_s = start + np.arange(int((end - start) * rate_hz + 1e-6) + 1) / rate_hz
    return _turning(time_s, rate_hz, {s: _nearest(times[s], found[s], time_s) for s in found})


def given_frames(
    trial: Turning,
    static: Turning | None,
    *,
    file: str,
    task: str,
    forward: str = "auto",
    gait: Turning | None = None,
    model: str,
) -> SensorFrames:
    """
    Frames from orientations: every segment is taken as upright and facing one way in standing.

    Parameters
    ----------
    trial, static : Turning
        Without a standing trial the longest still stretch of the trial itself is taken.
    file : str
        For the errors.
    task : str
        In a walk or run the direction of progress follows the person's turns.
    forward : str
        Axis of the pelvis's sensor that points ahead in standing ("+Z" ...); auto finds it from the thighs' swing.
    gait : Turning, optional
        A walk or run of the same visit to find it from, for trials that do not show it.
    model : str
        For the passport.

    Raises
    ------
    DataError
        Where there is no standing, or the direction of progress cannot be found.
    """
    pose, notes = _pose(static or trial, file), []
    if static is None:
        notes.append("No standing trial: the longest still stretch of this trial was taken as upright standing.")
    if forward == "auto":
        facing, share = _facing_by_swing(gait or trial, pose, file)
        notes.append(f"{share:.0%} of the thighs' level turning lies in one plane, which was taken as sagittal.")
    else:
        facing = _facing_by_axis(pose["pelvis"], forward, file)
    axes = {segment: _axes(start, facing) for segment, start in pose.items()}
    absent = next((segment for segment in trial.rotations if segment not in axes), "")
    if absent:
        raise DataError(
            f"the standing trial has no sensor on the {absent.replace('_', ' ')}.",
            file=file,
            remedy="Record it with the sensors of the movement, and name them alike.",
        )
    gaits = task in ("walk", "run")
    upright = trial if task != "rom" else gait  # in a functional trial the person may lie
    if upright is not None:
        _check_lean(upright, axes, file)
    ahead = _progress(trial.rotations["pelvis"], axes["pelvis"], trial.rate_hz, gaits=gaits)
    made = {segment: _frames(own, axes[segment], ahead) for segment, own in trial.rotations.items()}
    return SensorFrames(
        time_s=trial.time_s,
        rate_hz=trial.rate_hz,
        pelvis=made["pelvis"],
        thighs={side: made[f"thigh_{side}"] for side in SIDES if f"thigh_{side}" in made},
        one_earth=True,
        model=model,
        notes=tuple(notes),
    )


def _turning(time_s: np.ndarray, rate_hz: float, rotations: Mapping[str, np.ndarray]) -> Turning:
    window = max(2, round(SHORTEST_REST_S * rate_hz))
    still = np.ones(time_s.size, bool)
    for own in rotations.values():
        if own.shape[2] > 1:
            speed = np.nan_to_num(np.linalg.norm(turns(own), axis=0) * rate_hz, nan=np.inf)
            still &= speed < REST_RATE_RAD_S
    total = np.convolve(still, np.ones(window), "same")
    return Turning(time_s, rate_hz, rotations, still if still.size < window else total > 0.9 * window)


def _nearest(own_s: np.ndarray, rotations: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Rotations at other times: straight lines between the axes, made square again."""
    place = np.clip(np.interp(time_s, own_s, np.arange(own_s.size)), 0, own_s.size - 1)
    before = np.minimum(place.astype(np.intp), own_s.size - 2)
    part = place - before
    rows = rotations[:, :2, before] * (1 - part) + rotations[:, :2, before + 1] * part
    x = rows[:, 0] / np.linalg.norm(rows[:, 0], axis=0)
    z = np.cross(x, rows[:, 1], axis=0)
    z /= np.linalg.norm(z, axis=0)
    return np.stack((x, np.cross(z, x, axis=0), z), axis=1)


def _pose(standing: Turning, file: str) -> dict[str, np.ndarray]:
    """Mean rotations (3, 3) of standing."""
    still = longest_run(standing.still)
    if not still.any():
        raise DataError(
            "there is no stretch in which all sensors are still: standing gives the segments their upright.",
            file=file,
            remedy="Record quiet standing with the same sensors, and name it as static_file in trials.csv.",
        )
    pose = {}
    for segment, own in standing.rotations.items():
        u, _, v = np.linalg.svd(np.nanmean(own[:, :, still], axis=2))
        pose[segment] = u @ np.diag((1.0, 1.0, np.linalg.det(u @ v))) @ v
    return pose


def _axes(pose: np.ndarray, facing_rad: float) -> np.ndarray:
    """Segment in the sensor (3, 3): upright in standing, facing that way."""
    right = np.array([np.sin(facing_rad), -np.cos(facing_rad), 0.0])
    return segment_axes(pose[2], pose.T @ right)


def _check_lean(trial: Turning, axes: Mapping[str, np.ndarray], file: str) -> None:
    """Refuses where a segment is, on average, far from upright."""
    for segment, own in trial.rotations.items():
        up = np.einsum("jn,j->n", own[2], axes[segment][:, 1])
        lean = float(np.degrees(np.nanmedian(np.arccos(np.clip(up, -1, 1)))))
        if lean > LARGEST_LEAN_DEG:
            raise DataError(
                f"the {segment.replace('_', ' ')}'s sensor leans by {lean:.0f} deg on average from standing.",
                file=file,
                remedy="It was moved, turned or swapped in between, or the standing trial is none: stand again.",
            )


def _facing_by_axis(pose: np.ndarray, forward: str, file: str) -> float:
    axis = pose[:, AXES[forward[1]]] * (1.0 if forward[0] == "+" else -1.0)
    if abs(axis[2]) > np.sin(np.radians(STEEPEST_FORWARD_DEG)):
        raise DataError(
            f"the pelvis sensor's {forward} is {np.degrees(np.arcsin(abs(axis[2]))):.0f} deg from level in standing "
            f"and cannot point ahead.",
            file=file,
            remedy="State another axis as [imu] pelvis_forward in study.toml.",
        )
    return float(np.arctan2(axis[1], axis[0]))


def _facing_by_swing(gait: Turning, pose: Mapping[str, np.ndarray], file: str) -> tuple[float, float]:
    """Heading in standing of the direction ahead, by the plane in which the thighs swing, and their share in it."""
    axes = {segment: _axes(start, 0.0) for segment, start in pose.items()}
    ahead = _progress(gait.rotations["pelvis"], axes["pelvis"], gait.rate_hz, gaits=True)
    moment, size, swings = 0j, 0.0, {}
    for segment, own in gait.rotations.items():
        if segment == "pelvis" or segment not in axes:
            continue
        earth = np.einsum("ijn,jn->in", own, turns(own)) * gait.rate_hz
        front, _, right = in_progress(earth, ahead)
        level = np.where(gait.still, 0.0, np.nan_to_num(front - 1j * right))
        moment += (level * level).sum()
        size += float((np.abs(level) ** 2).sum())
        swings[segment] = own
    share = abs(moment) / size if size else 0.0
    if not share >= SMALLEST_SHARE:
        raise DataError(
            f"the thighs' movement shows no direction of progress (share {share:.2f}; {SMALLEST_SHARE:g} is needed).",
            file=file,
            remedy="State the pelvis sensor's axis that points ahead as [imu] pelvis_forward in study.toml.",
        )
    facing = float(np.angle(-moment) / 2)
    votes = []
    for segment, own in swings.items():
        flexion = thigh_flexion(_frames(own, _axes(pose[segment], facing), ahead + facing))
        votes.append(float(np.nanpercentile(flexion, 5) + np.nanpercentile(flexion, 95)))
    return (facing if sum(votes) > 0 else facing + np.pi), float(share)


def _progress(pelvis: np.ndarray, axes: np.ndarray, rate_hz: float, *, gaits: bool) -> np.ndarray:
    """Heading (n,) of the direction ahead, by the pelvis: slow turns of a gait followed, else one for the trial."""
    right = np.einsum("ijn,j->in", pelvis[:2], axes[:, 2])
    seen = np.isfinite(right[0])
    heading = np.unwrap(
        np.interp(np.arange(seen.size), np.flatnonzero(seen), np.unwrap(np.arctan2(*right[::-1, seen])))
    )
    if not gaits:
        return np.full(heading.size, np.median(heading) + np.pi / 2)
    return lowpass(heading[None], HEADING_CUTOFF_HZ, rate_hz)[0] + np.pi / 2


def _frames(own: np.ndarray, axes: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    return in_progress(np.einsum("ijn,jk->kin", own, axes), ahead).transpose(1, 0, 2)
