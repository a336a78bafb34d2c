"""
What 80,000 strides cost from memory, on one core: events, strides with their metrics, coordination.

A real trial (``KINEMATICS_SHARED``, default ../shared) is repeated to make a long recording; reading and angles are not
timed. Prints the table of docs/strides.md::

    python benchmarks/strides_speed.py
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

import kinematics as kin
from kinematics.angles import Angles
from kinematics.strides import stride_coordination
from kinematics.trial import Trial

STEM = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data" / "rbds" / "RBDS002"
STRIDES = 80_000
TRIAL_S, LONG_REPEATS = 30, 48
NEEDED = ("ASIS", "PSIS", "Thigh", "Heel", "MT")


def main() -> None:
    """Print the table."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    trial, static = read()
    print("| recordings | strides | events | strides and metrics | coordination | together |")
    print("|---|---|---|---|---|---|")
    for repeats in (LONG_REPEATS, 1):
        long = repeated(trial, repeats)
        angles = kin.hip_angles(long, static)
        print(row(long, angles, repeats), flush=True)


def read() -> tuple[Trial, Trial]:
    """One trial with the markers that these steps need, and its static trial."""
    trial = kin.read_trial(f"{STEM}runT35markers.txt", forces=f"{STEM}runT35forces.txt", task="run", speed_m_s=3.5)
    markers = {name: rows for name, rows in trial.markers.items() if any(word in name for word in NEEDED)}
    return replace(trial, markers=markers), kin.read_trial(f"{STEM}static.txt", task="static")


def repeated(trial: Trial, times: int) -> Trial:
    """The whole strides of a trial, one after the other, several times."""
    if times == 1:
        return trial
    assert trial.force is not None
    angles = kin.hip_angles(trial, kin.read_trial(f"{STEM}static.txt", task="static"))
    contact = kin.foot_events(trial, angles).times("right", "contact") - trial.time_s[0]
    piece = slice(*(round(contact[i] * trial.rate_hz) for i in (0, -1)))
    ratio = round(trial.force.rate_hz / trial.rate_hz)
    pushed = trial.force.vertical_n[:, piece.start * ratio : piece.stop * ratio]
    markers = {name: np.tile(rows[:, piece], (1, times)) for name, rows in trial.markers.items()}
    force = replace(trial.force, vertical_n=np.tile(pushed, (1, times)), cop_m=np.empty((len(pushed), 2, 0)))
    time_s = np.arange((piece.stop - piece.start) * times) / trial.rate_hz
    return replace(trial, markers=markers, force=force, time_s=time_s)


def row(trial: Trial, angles: Angles, repeats: int) -> str:
    """One line: processor seconds for 80,000 strides in recordings of this length."""
    spent, count, recordings = np.zeros(3), 0, 0
    while count < STRIDES:
        began = time.process_time()
        events = kin.foot_events(trial, angles)
        found = time.process_time()
        strides = kin.segment_strides(angles, events)
        cut = time.process_time()
        stride_coordination(strides)
        spent += (found - began, cut - found, time.process_time() - cut)
        count, recordings = count + strides.columns["stride"].size, recordings + 1
    spent *= STRIDES / count
    length = f"{recordings} of {TRIAL_S * repeats / 60:g} min"
    return f"| {length} | {STRIDES} | " + " | ".join(f"{seconds:.1f} s" for seconds in (*spent, spent.sum())) + " |"


if __name__ == "__main__":
    main()
