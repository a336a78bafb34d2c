"""
Sensors against markers on real movement, and the OpenSense recordings: what docs/wearables.md says.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared) and prints the tables of docs/wearables.md::

    python benchmarks/wearables_agreement.py
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import kinematics as kin
from kinematics.events.inertial import from_sensors
from kinematics.readers.recording import read_recording
from kinematics.strides import Strides

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from wearables import CLUSTER_PLACES, WORN, Worn, real

SHARED = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data"
SPEEDS = (25, 35, 45)
SIDES = ("left", "right")
PARTS = {"foot": "pelvis, thighs, feet", "shank": "pelvis, thighs, shanks", "": "pelvis, thighs"}
#: Soft tissue that swings by 3 deg at every landing, at two frequencies, and none.
WOBBLES = {
    "none": replace(WORN, wobble_deg=0.0),
    "3 deg, 10 Hz": WORN,
    "3 deg, 15 Hz": replace(WORN, wobble_hz=15.0, wobble_decay_s=0.033),
}


def main() -> None:
    """Print the tables."""
    angles, events = [], []
    for runner in range(1, 11):
        for speed in SPEEDS:
            run = real(SHARED / "rbds", runner, speed, seed=runner * 7 + speed)
            for wobble, errors in WOBBLES.items():
                angles += angle_rows(run, errors, {"runner": runner, "speed": speed / 10, "wobble": wobble})
            events += event_rows(run, {"runner": runner, "speed": speed / 10})
    print(
        angle_table(pd.DataFrame(angles)), event_table(pd.DataFrame(events)), opensense_lines(), time_line(), sep="\n\n"
    )


def angle_rows(run: Worn, errors, keys: dict) -> list[dict]:
    """Per leg: the curve's RMSE without its mean, and the differences of peak extension and tilt excursion."""
    wanted = {name: mount for name, mount in run.mounts.items() if name in CLUSTER_PLACES}
    trial = run.again(errors=errors, mounts=wanted, seed=keys["runner"])
    angles = kin.hip_angles(trial, run.static)
    truth = kin.Angles(trial.name, "run", trial.speed_m_s, run.angles, kin.Passport(rate_hz=150.0))
    table = pd.DataFrame(
        [(s, k, t) for (s, k), times in run.events.items() for t in times], columns=["side", "kind", "time_s"]
    ).sort_values("time_s", ignore_index=True)
    events = kin.Events(table, "force", "20 N")
    found, true = (kin.segment_strides(one, events) for one in (angles, truth))
    rows = []
    for side in SIDES:
        column = f"hip_flexion_{side}_deg"
        difference = run.difference(angles, column)
        peak = mean(found, side, "peak_hip_extension_deg") - mean(true, side, "peak_hip_extension_deg")
        tilt = mean(found, side, "pelvis_tilt_excursion_deg") - mean(true, side, "pelvis_tilt_excursion_deg")
        rows.append(
            {
                **keys,
                "rmse": float(np.nanstd(difference)),
                "peak": peak - run.standing[column],
                "tilt": tilt,
                "strides": len(found.valid),
            }
        )
    return rows


def mean(strides: Strides, side: str, metric: str) -> float:
    """Mean of a metric over one side's valid strides."""
    return float(strides.valid.loc[strides.valid["side"] == side, metric].mean())


def event_rows(run: Worn, keys: dict) -> list[dict]:
    """Every true contact and toe-off with the distance of the nearest found one, per set of sensors."""
    angles = kin.hip_angles(run.trial, run.static)
    rows = []
    for part, words in PARTS.items():
        wanted = {name: s for name, s in run.trial.sensors.items() if name in CLUSTER_PLACES or (part and part in name)}
        events = from_sensors(replace(run.trial, sensors=wanted), angles)
        for (side, kind), true in run.events.items():
            found, other = (events.times(one, kind) for one in (side, SIDES[1 - SIDES.index(side)]))
            for moment in true[(true > found[0] - 0.1) & (true < found[-1] + 0.1)]:
                own = found[np.argmin(np.abs(found - moment))] - moment
                wrong = np.abs(other - moment).min() < abs(own)
                rows.append({**keys, "sensors": words, "kind": kind, "ms": own * 1000, "wrong": wrong})
    return rows


def angle_table(rows: pd.DataFrame) -> str:
    """RMSE and differences per wobble and speed."""
    lines = [
        "| soft tissue | speed | legs | hip flexion RMSE without the mean: median (95 %) "
        "| peak extension: bias +- SD | tilt excursion: mean (within 1 deg) |",
        "|---|---|---|---|---|---|",
    ]
    groups = [((w, f"{s:g} m/s"), g) for (w, s), g in rows.groupby(["wobble", "speed"], sort=False)]
    groups += [((w, "all"), g) for w, g in rows.groupby("wobble", sort=False)]
    for (wobble, speed), group in groups:
        lines.append(
            f"| {wobble} | {speed} | {len(group)} | {group['rmse'].median():.2f} ({group['rmse'].quantile(0.95):.2f}) "
            f"| {group['peak'].mean():+.2f} +- {group['peak'].std():.2f} "
            f"| {group['tilt'].mean():+.2f} ({(group['tilt'].abs() <= 1).mean():.0%}) |"
        )
    return "\n".join(lines)


def event_table(rows: pd.DataFrame) -> str:
    """Bias and spread of contacts and toe-offs per set of sensors."""
    lines = ["| sensors | event | n | bias (by speed) | SD | side right |", "|---|---|---|---|---|---|"]
    for (sensors, kind), group in rows.groupby(["sensors", "kind"], sort=False):
        speeds = ", ".join(f"{value:+.1f}" for value in group.groupby("speed")["ms"].mean())
        lines.append(
            f"| {sensors} | {kind.replace('_', '-')} | {len(group)} | {group['ms'].mean():+.1f} ms ({speeds}) "
            f"| {group['ms'].std():.1f} ms | {1 - group['wrong'].mean():.2%} |"
        )
    return "\n".join(lines)


def opensense_lines() -> str:
    """Poses that face both ways, the hip swinger's range, the walk's excursion."""
    folder = SHARED / "opensense"
    files = ";".join(str(file) for file in sorted(folder.glob("MT_012005D6_009-001_00B4*.txt")))
    mapping = folder / "myIMUMappings.xml"
    walk = read_recording(Path(files), lambda file: kin.read_trial(file, task="walk", mapping=mapping))
    stem = "MT_012005D6_009-quaternions_"
    ahead, back = (
        kin.read_trial(folder / f"{stem}calibration_trial_Facing_{way}.sto", task="static") for way in ("X", "negX")
    )
    rom = kin.read_trial(folder / f"{stem}RHJCSwinger.sto", task="rom")
    poses = kin.hip_angles(back, ahead, gait=walk).table.drop(columns="time_s").mean()
    swing = kin.hip_angles(rom, ahead, gait=walk).table
    angles = kin.hip_angles(walk, ahead)
    strides = kin.segment_strides(angles, from_sensors(walk, angles)).valid
    excursion = strides.groupby("side")["hip_excursion_deg"].median()
    lines = ["| pose facing -X, calibrated facing +X | deg |", "|---|---|"]
    lines += [f"| {str(name).removesuffix('_deg').replace('_', ' ')} | {value:+.1f} |" for name, value in poses.items()]
    lines += ["", "| hip swinger | flexion | extension | adduction | abduction |", "|---|---|---|---|---|"]
    for side in SIDES:
        flexion, adduction = (swing[f"hip_{plane}_{side}_deg"] for plane in ("flexion", "adduction"))
        ends = (flexion.max(), -flexion.min(), adduction.max(), -adduction.min())
        lines.append(f"| {side} | " + " | ".join(f"{end:.0f}" for end in ends) + " |")
    lines += ["", f"Walk: hip excursion left {excursion['left']:.1f}, right {excursion['right']:.1f} deg."]
    return "\n".join(lines)


def time_line() -> str:
    """Processor time from arrays to the stride table, 8 minutes of three sensors."""
    run = real(SHARED / "rbds", 1, 35, lower=False)
    times = 16
    long = {}
    for name, sensor in run.trial.sensors.items():
        rows = [np.tile(values, times) for values in (sensor.acceleration_m_s2, sensor.angular_rate_rad_s)]
        clock = np.arange(times * sensor.time_s.size) / 100
        long[name] = replace(sensor, time_s=clock, acceleration_m_s2=rows[0], angular_rate_rad_s=rows[1])
    trial = replace(run.trial, sensors=long)
    begin = time.process_time()
    angles = kin.hip_angles(trial, run.static)
    strides = kin.segment_strides(angles, from_sensors(trial, angles))
    took = time.process_time() - begin
    minutes = trial.sensors["pelvis"].time_s.size / 6000
    return f"{minutes:.1f} minutes of three sensors at 100 Hz, {len(strides.table)} strides: {took:.2f} s of one core."


if __name__ == "__main__":
    main()
