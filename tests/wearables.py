"""Sensor trials with known answers, from a synthetic runner or from the real markers of RBDS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import kinematics as kin
from kinematics.angles import Angles, hip_angles, standing_deg
from kinematics.simulate import Runner, SegmentMotion, course_of, motion_at, simulate_gait, truth
from kinematics.simulate.belt import standing_at
from kinematics.simulate.inertial import Mount, SensorErrors, motion_of_markers, random_mounts, simulate_inertial
from kinematics.simulate.poses import pose
from kinematics.simulate.trials import sample_angles

#: Where the sensors sit in their segments, from the segment's origin. [m]
PLACES = {"pelvis": (-0.14, 0.03, 0.01), "thigh_left": (0.05, -0.22, -0.04), "thigh_right": (0.05, -0.22, 0.04)}
#: The same, from the middle of a marker cluster.
CLUSTER_PLACES = {"pelvis": (-0.08, 0.02, 0.01), "thigh_left": (0, 0, 0), "thigh_right": (0, 0, 0)}
LOWER = {f"{part}_{side}": (0.03, 0.02, 0.0) for part in ("shank", "foot") for side in ("left", "right")}
#: The issue's sensors: bias 0.02 rad/s and noise of a usual device; the soft tissue swings by 3 deg at each landing.
WORN = SensorErrors(bias_rad_s=0.02, rate_noise_rad_s=0.005, acceleration_noise_m_s2=0.05, wobble_deg=3.0)
STILL = replace(WORN, wobble_deg=0.0)
SHANK = ("Shank.Top.Lateral", "Shank.Bottom.Lateral", "Shank.Top.Medial", "Shank.Bottom.Medial")
FOOT = ("Heel.Top", "Heel.Bottom", "Heel.Lateral", "MT1", "MT5")
CLUSTERS = {
    f"{part}_{side}": [f"{side[0].upper()}.{name}" for name in names]
    for side in ("left", "right")
    for part, names in (("shank", SHANK), ("foot", FOOT))
}


@dataclass(frozen=True)
class Worn:
    """
    A sensor trial, its standing trial and the truth.

    Attributes
    ----------
    trial, static : Trial
        Of kind "imu".
    angles : Angles or DataFrame
        True angles of every sample, anatomical zero. [deg]
    standing : dict
        True angles in standing. [deg]
    events : mapping of (side, kind) to array
        True contacts and toe-offs. [s]
    motion, still : SegmentMotion
    mounts : mapping of segment to Mount
    """

    trial: kin.Trial
    static: kin.Trial
    angles: pd.DataFrame
    standing: dict[str, float]
    events: dict[tuple[str, str], np.ndarray]
    motion: SegmentMotion
    still: SegmentMotion
    mounts: dict[str, Mount]

    def again(self, *, errors=WORN, mounts=None, motion=None, names=None, seed=1) -> kin.Trial:
        """The trial once more, other things being different."""
        return simulate_inertial(
            motion or self.motion, mounts or self.mounts, task=self.trial.task, speed_m_s=self.trial.speed_m_s,
            errors=errors, impacts_s=self.impacts(), names=names, seed=seed, name="again",
        )  # fmt: skip

    def standing_again(self, *, mounts=None, errors=STILL, names=None) -> kin.Trial:
        """The standing trial once more."""
        return simulate_inertial(
            self.still, mounts or self.mounts, task="static", errors=errors, names=names, seed=99, name="standing"
        )

    def impacts(self) -> dict[str, np.ndarray]:
        """When each segment's soft tissue is struck. [s]"""
        contacts = {side: self.events[side, "contact"] for side in ("left", "right")}
        both = np.sort(np.concatenate(list(contacts.values())))
        return {name: next((c for side, c in contacts.items() if side in name), both) for name in self.mounts}

    def difference(self, angles: Angles, column: str) -> np.ndarray:
        """Found minus true angle, the truth counted from standing, the first and last half second left out. [deg]"""
        time_s = angles.table["time_s"].to_numpy()
        true = np.interp(time_s, self.angles["time_s"], self.angles[column]) - self.standing[column]
        inside = (time_s > time_s[0] + 0.5) & (time_s < time_s[-1] - 0.5) & (time_s < self.angles["time_s"].iloc[-1])
        return (angles.table[column].to_numpy() - true)[inside]


def synthetic(*, duration_s: float = 12.0, rate_hz: float = 100.0, speed_m_s: float = 3.0, seed: int = 1) -> Worn:
    """A synthetic runner with three sensors."""
    gait = simulate_gait(Runner(speed_m_s=speed_m_s), duration_s=duration_s, seed=seed)
    course = course_of(gait, seed=seed)
    motion = motion_at(course, np.arange(round(duration_s * 150)) / 150)
    standing, still = standing_at(course, np.arange(450) / 150)
    strides = truth(gait)
    events = {}
    for side in ("left", "right"):
        own = strides[strides["side"] == side]
        events[side, "contact"] = np.append(own["start_s"], own["end_s"].iloc[-1])
        events[side, "toe_off"] = own["toe_off_s"].to_numpy()
    true = sample_angles(gait, motion)
    rest = {name: float(np.asarray(value)[0]) for name, value in standing.items() if name in true}
    for side in ("left", "right"):
        rest[f"thigh_flexion_{side}_deg"] = rest[f"hip_flexion_{side}_deg"] - rest["pelvis_anterior_tilt_deg"]
    return _worn(motion, still, PLACES, true, rest, events, speed_m_s, rate_hz, seed)


def real(folder: Path, runner: int, speed: int, *, lower: bool = True, seed: int = 0) -> Worn:
    """A runner of RBDS with sensors on the real movement of the markers."""
    still_file, stem = folder / f"RBDS{runner:03d}static.txt", folder / f"RBDS{runner:03d}runT{speed}"
    static = _with_shanks(kin.read_trial(still_file, task="static"), still_file)
    trial = kin.read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)
    trial = _with_shanks(trial, Path(f"{stem}markers.txt"))
    angles = hip_angles(trial, static)
    found = kin.foot_events(trial, angles)
    events = {(side, kind): found.times(side, kind) for side in ("left", "right") for kind in ("contact", "toe_off")}
    clusters = CLUSTERS if lower else {}
    motion, still = (motion_of_markers(one, static, clusters=clusters) for one in (trial, static))
    places = CLUSTER_PLACES | (LOWER if lower else {})
    return _worn(motion, still, places, angles.table, standing_deg(static), events, speed / 10, 100.0, seed)


def cycling(*, seconds: float, speed_m_s: float = 3.0, seed: int = 1) -> SegmentMotion:
    """The synthetic runner on a bicycle: thighs 15-60 deg ahead of the vertical, 78 turns a minute, a quiet pelvis."""
    course = course_of(simulate_gait(Runner(speed_m_s=speed_m_s), duration_s=4.0, seed=seed), seed=seed)
    time_s = np.arange(round(seconds * 150)) / 150
    angles, still = standing_at(course, time_s)
    turn = 2 * np.pi * 1.3 * time_s
    angles["pelvis_anterior_tilt_deg"] = angles["pelvis_anterior_tilt_deg"] + 15.0
    angles["pelvis_obliquity_deg"] = 2.0 * np.cos(turn)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        angles[f"hip_flexion_{side}_deg"] = angles["pelvis_anterior_tilt_deg"] + 37.0 + 22.0 * sign * np.cos(turn)
    sway = np.stack((0.003 * np.cos(2 * turn), 0.002 * np.sin(2 * turn), 0.01 * np.cos(turn)))
    return pose(course.body, angles, time_s, still.origins["pelvis"] + sway)


def after(first: SegmentMotion, second: SegmentMotion) -> SegmentMotion:
    """One movement that passes into another within a second."""
    step, count = second.time_s[1] - second.time_s[0], first.time_s.size
    at = np.arange(count + second.time_s.size)
    early, late = np.minimum(at, count - 1), np.maximum(at - count, 0)
    weight = np.clip((at - count) * step, 0, 1)
    weight = weight**3 * (10 - 15 * weight + 6 * weight**2)
    frames, origins = {}, {}
    for name, moving in second.frames.items():
        mixed = first.frames[name][:, :, early] * (1 - weight) + moving[:, :, late] * weight
        x = mixed[:, 0] / np.linalg.norm(mixed[:, 0], axis=0)
        z = np.cross(x, mixed[:, 1], axis=0)
        z /= np.linalg.norm(z, axis=0)
        frames[name] = np.stack((x, np.cross(z, x, axis=0), z), axis=1)
        origins[name] = first.origins[name][:, early] * (1 - weight) + second.origins[name][:, late] * weight
    return SegmentMotion(at * step, frames, origins)


def _worn(motion, still, places, true, standing, events, speed_m_s, rate_hz, seed) -> Worn:
    mounts = random_mounts(places, seed=seed, rate_hz=rate_hz)
    empty = kin.Trial("", "imu", "run", speed_m_s, motion.time_s, kin.Passport())
    worn = Worn(empty, empty, true, standing, events, motion, still, mounts)
    return replace(worn, trial=worn.again(seed=seed), static=worn.standing_again())


def _with_shanks(trial: kin.Trial, file: Path) -> kin.Trial:
    """The trial with the shanks' markers, which the reader leaves aside (the files' axes are the project's)."""
    table = pd.read_csv(file, sep="\t", usecols=lambda name: "Shank" in name)
    names = sorted({name[:-1] for name in table})
    shanks = {name: table[[f"{name}{axis}" for axis in "XYZ"]].to_numpy().T / 1000 for name in names}
    return replace(trial, markers={**trial.markers, **shanks})
