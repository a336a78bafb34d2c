"""A study folder of one synthetic runner with three sensors: standing, a run and a functional trial, and the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinematics.conventions import SIDES, sided
from kinematics.simulate.belt import Course, course_of, motion_at, standing_at
from kinematics.simulate.files import write_columns, write_table
from kinematics.simulate.gait import Runner
from kinematics.simulate.inertial import SensorErrors, random_mounts, simulate_inertial
from kinematics.simulate.poses import SegmentMotion, pose
from kinematics.simulate.runners import simulate_gait
from kinematics.simulate.swings import swing_deg, swings_s
from kinematics.simulate.truth import truth
from kinematics.trial import Sensor, Trial

#: Where the sensors sit in their segments, from the segment's origin. [m]
PLACES_M = {"pelvis": (-0.14, 0.03, 0.01), "thigh_left": (0.05, -0.22, -0.04), "thigh_right": (0.05, -0.22, 0.04)}
#: Bias and noise of usual devices; after each landing a sensor swings by 3 deg on the soft tissue. [design choice]
WORN = SensorErrors(bias_rad_s=0.02, rate_noise_rad_s=0.005, acceleration_noise_m_s2=0.05, wobble_deg=3.0)
STILL = SensorErrors(bias_rad_s=0.02, rate_noise_rad_s=0.005, acceleration_noise_m_s2=0.05)
MOTION_HZ, RUN_S, STANDING_S = 150.0, 20.0, 6.0
ROM_DEG = (14.0, 110.0)  # ends of extension and flexion, anatomical zero [design choice]
DECIMALS = 5
PERSON = ("participant", "sex", "age_years", "height_cm", "mass_kg", "symptomatic_side")
TRIAL = ("participant", "session", "task", "speed_m_s", "file", "static_file")
EXAM = (
    *("participant", "session", "side", "direction", "test", "value_deg"),
    *("instrument", "pelvis_controlled", "active", "repetition", "limited_by"),
)
TRUTH = (
    *("participant", "session", "side", "peak_hip_extension_deg", "available_extension_deg"),
    *("available_flexion_deg", "standing_hip_flexion_deg", "standing_tilt_deg"),
)


def simulate_wearables(
    folder: Path | str, *, runner: Runner | None = None, rom_deg: tuple[float, float] = ROM_DEG, seed: int = 0
) -> None:
    """
    Write a study folder of one runner: folders `static`, `run` and `rom` with a file for each of three sensors.

    Parameters
    ----------
    folder : Path or str
        Made where it does not exist. It gets participants.csv, trials.csv, exam.csv and truth.csv: per side the true
        peak extension (median of the strides) and ends of the range, anatomical zero; hip and pelvis in standing, by
        which the sensors' zero differs. [deg]
    runner : Runner, optional
        Who runs.
    rom_deg : (extension, flexion)
        Ends of the functional trial, both hips, led passively, anatomical zero. [deg]
    seed : int
        Same seed, same bytes.
    """
    folder, runner = Path(folder), runner or Runner(speed_m_s=3.0)
    folder.mkdir(parents=True, exist_ok=True)
    gait = simulate_gait(runner, duration_s=RUN_S, seed=seed)
    course, strides = course_of(gait, seed=seed), truth(gait)
    standing, still = standing_at(course, np.arange(round(STANDING_S * MOTION_HZ)) / MOTION_HZ)
    run = motion_at(course, np.arange(round(RUN_S * MOTION_HZ)) / MOTION_HZ)
    motions = {"static": still, "run": run, "rom": swing_motion(course, *rom_deg)}
    mounts = random_mounts(PLACES_M, seed=seed)
    landings = np.sort(strides["start_s"].to_numpy())
    for number, (task, motion) in enumerate(motions.items()):
        runs = task == "run"
        trial = simulate_inertial(
            motion,
            mounts,
            task=task,
            speed_m_s=runner.speed_m_s if runs else np.nan,
            errors=WORN if runs else STILL,
            impacts_s=dict.fromkeys(mounts, landings) if runs else None,
            seed=len(motions) * seed + number,
        )
        write_sensors(folder / task, trial)
    used = {side: strides.loc[strides["side"] == side, "peak_hip_extension_deg"].median() for side in SIDES}
    tilt = standing["pelvis_anterior_tilt_deg"][0]
    true = [(used[side], *rom_deg, standing[sided("hip_flexion_deg", side)][0], tilt) for side in SIDES]
    _write_tables(folder, runner, rom_deg, np.round(np.array(true, float), 3).tolist())


def swing_motion(course: Course, extension_deg: float, flexion_deg: float) -> SegmentMotion:
    """Poses of a functional trial: one leg after the other swings through its range, from and to the standing pose."""
    time_s = np.arange(round(swings_s() * MOTION_HZ)) / MOTION_HZ
    angles, still = standing_at(course, time_s)
    for side in SIDES:
        name = sided("hip_flexion_deg", side)
        angles[name] = swing_deg(time_s, side, extension_deg, flexion_deg, float(angles[name][0]))
    return pose(course.body, angles, time_s, still.origins["pelvis"])


def write_sensors(folder: Path | str, trial: Trial) -> None:
    """Write one CSV per sensor, `<sensor>.csv`: time_s, acceleration in m/s2 and angular rate in rad/s."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, sensor in trial.sensors.items():
        write_columns(folder / f"{name}.csv", _columns(sensor), DECIMALS)


def _columns(sensor: Sensor) -> dict[str, np.ndarray]:
    columns = {"time_s": sensor.time_s}
    columns |= {f"acc_{axis}_ms2": row for axis, row in zip("xyz", sensor.acceleration_m_s2, strict=True)}
    return columns | {f"gyr_{axis}_rads": row for axis, row in zip("xyz", sensor.angular_rate_rad_s, strict=True)}


def _write_tables(folder: Path, runner: Runner, rom_deg: tuple[float, float], true: list[list[float]]) -> None:
    person = ("W01", "X", 30, round(100 * runner.height_m, 1), runner.mass_kg, "none")
    write_table(folder / "participants.csv", PERSON, [person])
    moving = [(task, runner.speed_m_s if task == "run" else None, task, "static") for task in ("run", "rom")]
    rows = [("W01", "1", *row) for row in (*moving, ("static", None, "static", None))]
    write_table(folder / "trials.csv", TRIAL, rows)
    led = ("sensors", "yes", "no", 1, "firm")
    ends = zip(("extension", "flexion"), rom_deg, strict=True)
    exam = [("W01", "1", side, way, "rom", end, *led) for way, end in ends for side in SIDES]
    write_table(folder / "exam.csv", EXAM, exam)
    write_table(folder / "truth.csv", TRUTH, [("W01", "1", side, *row) for side, row in zip(SIDES, true, strict=True)])
