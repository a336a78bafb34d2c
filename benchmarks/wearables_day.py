"""
A study folder of one day with three sensors: a night, rest, runs and walks, standing before and after each.

Written in blocks, so that a day needs no more memory than its longest run::

    python benchmarks/wearables_day.py FOLDER [HOURS]
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from kinematics.conventions import SIDES, sided
from kinematics.simulate import Runner, course_of, motion_at, simulate_gait, truth
from kinematics.simulate.belt import Course, standing_at
from kinematics.simulate.inertial import random_mounts, simulate_inertial
from kinematics.simulate.poses import SegmentMotion, pose
from kinematics.simulate.wearables import MOTION_HZ, PLACES_M, STILL, WORN, simulate_wearables

RATE_HZ, HOUR_S = 100, 3600
NIGHT_SHARE, BETWEEN_BOUTS_S, BOUT_S, STANDING_S = 7 / 24, 3060, 720, 10
#: Every so many bouts a walk, which no run is: it is found and left out.
WALK_EVERY = 3
SPEEDS_M_S = (2.7, 3.0, 3.3)
BLOCK_S = 600
UNITS = (("acc", "_ms2"), ("gyr", "_rads"), ("mag", ""))
#: A magnetometer's noise: a column that nobody needs.
DECIMALS, FIELD_DECIMALS, FIELD = 7, 6, 45.0
TRIALS = "participant,session,task,speed_m_s,file,static_file\nW01,1,run,3.0,day,static\nW01,1,static,,static,\n"

#: Acceleration and angular rate of each sensor (6, n).
Rows = dict[str, np.ndarray]


def main(folder: str, hours: float = 24.0) -> None:
    """Write the study."""
    study = Path(folder)
    simulate_wearables(study, seed=0)
    for unused in ("run", "rom"):
        shutil.rmtree(study / unused)
    (study / "trials.csv").write_text(TRIALS)
    (study / "day").mkdir()
    writers: dict[str, csv.CSVWriter] = {}
    names = ["time_s", *(f"{kind}_{axis}{unit}" for kind, unit in UNITS for axis in "xyz")]
    schema = pa.schema([(name, pa.float64()) for name in names])
    for sensor in PLACES_M:
        options = csv.WriteOptions(quoting_style="none")
        writers[sensor] = csv.CSVWriter(study / "day" / f"{sensor}.csv", schema, write_options=options)
    first, random = 0, np.random.default_rng(1)
    for part in day(round(hours * HOUR_S), random):
        n = next(iter(part.values())).shape[1]
        clock = np.round(np.arange(first, first + n) / RATE_HZ, 2)
        for sensor, rows in part.items():
            field = random.normal(0, FIELD, size=(3, n))
            cells = [clock, *np.round(rows, DECIMALS), *np.round(field, FIELD_DECIMALS)]
            writers[sensor].write_table(pa.table(dict(zip(names, cells, strict=True)), schema=schema))
        first += n
    for writer in writers.values():
        writer.close()


def day(seconds: int, random: np.random.Generator) -> Iterator[Rows]:
    """Block after block: the night, then bouts with rest between."""
    standing, bout = still_rows(Runner(speed_m_s=SPEEDS_M_S[1])), 0
    now = round(NIGHT_SHARE * seconds)
    yield from rest(now, standing, random)
    while now < seconds:
        length = min(BETWEEN_BOUTS_S - BOUT_S, seconds - now)
        yield from rest(length, standing, random)
        now += length
        length = min(BOUT_S, seconds - now)
        if length > 2 * STANDING_S:
            bout += 1
            made = moving(bout, length - 2 * STANDING_S)
            pause = {name: rows[:, : STANDING_S * RATE_HZ] for name, rows in standing.items()}
            yield {name: np.concatenate((pause[name], made[name], pause[name]), axis=1) for name in made}
            now += length


def rest(seconds: int, standing: Rows, random: np.random.Generator) -> Iterator[Rows]:
    """Sitting and lying: gravity from anywhere, some stirring, in blocks."""
    for start in range(0, seconds, BLOCK_S):
        n = min(BLOCK_S, seconds - start) * RATE_HZ
        block = {}
        for name, rows in standing.items():
            down = random.normal(size=3)
            level = np.concatenate((9.81 * down / np.linalg.norm(down), rows[3:].mean(axis=1)))
            noise = np.repeat((WORN.acceleration_noise_m_s2, WORN.rate_noise_rad_s), 3)[:, None]
            own = level[:, None] + noise * random.normal(size=(6, n))
            for at in random.integers(0, n - RATE_HZ, size=BLOCK_S // 60):
                own[3:, at : at + RATE_HZ] += random.normal(size=(3, 1))
            block[name] = own
        yield block


def moving(bout: int, seconds: int) -> Rows:
    """A run, or a walk, of all sensors."""
    walks = bout % WALK_EVERY == 0
    runner = Runner(speed_m_s=SPEEDS_M_S[bout % len(SPEEDS_M_S)])
    gait = simulate_gait(runner, duration_s=20.0 if walks else float(seconds), seed=bout)
    course = course_of(gait, seed=bout)
    time_s = np.arange(round(seconds * MOTION_HZ)) / MOTION_HZ
    motion = walk(course, time_s) if walks else motion_at(course, time_s)
    struck = np.empty(0) if walks else np.sort(truth(gait)["start_s"].to_numpy())
    mounts = random_mounts(PLACES_M, seed=0)
    trial = simulate_inertial(
        motion, mounts, task="run", errors=WORN, impacts_s=dict.fromkeys(mounts, struck), seed=bout
    )
    return {
        name: np.concatenate((sensor.acceleration_m_s2, sensor.angular_rate_rad_s))[:, : seconds * RATE_HZ]
        for name, sensor in trial.sensors.items()
    }


def walk(course: Course, time_s: np.ndarray) -> SegmentMotion:
    """Thighs that swing by 20 deg either way, a pelvis that rises by 2 cm twice a stride."""
    angles, still = standing_at(course, time_s)
    turn = 2 * np.pi * 0.9 * time_s
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        name = sided("hip_flexion_deg", side)
        angles[name] = angles[name] + 6.0 + 20.0 * sign * np.cos(turn)
    angles["pelvis_obliquity_deg"] = 3.0 * np.sin(turn)
    sway = np.stack((0.01 * np.sin(2 * turn), 0.02 * np.cos(2 * turn), 0.02 * np.cos(turn)))
    return pose(course.body, angles, time_s, still.origins["pelvis"] + sway)


def still_rows(runner: Runner) -> Rows:
    """A minute of standing."""
    course = course_of(simulate_gait(runner, duration_s=20.0, seed=0), seed=0)
    _, still = standing_at(course, np.arange(round(60 * MOTION_HZ)) / MOTION_HZ)
    trial = simulate_inertial(still, random_mounts(PLACES_M, seed=0), task="static", errors=STILL, seed=5)
    return {
        name: np.concatenate((sensor.acceleration_m_s2, sensor.angular_rate_rad_s))
        for name, sensor in trial.sensors.items()
    }


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:3]))
