"""
Memory and time of a long recording of three sensors, from arrays to the stride table.

Each hour is 50 minutes of standing and 10 of running, both repeated from a simulated runner::

    python benchmarks/wearables_memory.py [HOURS]
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

import kinematics as kin
from kinematics.pipeline.visits.long_wear import strides_of_bouts
from kinematics.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from wearables import Worn, synthetic

RATE_HZ, HOUR_S, RUNNING_S = 100, 3600, 600
MEGABYTE = 1e6


def main(hours: float = 24.0) -> None:
    """Print one line."""
    worn = synthetic(duration_s=60.0)
    trial = long_trial(worn, hours)
    size = sum(
        s.acceleration_m_s2.nbytes + s.angular_rate_rad_s.nbytes + s.time_s.nbytes for s in trial.sensors.values()
    )
    before = peak_mb()
    begin = time.process_time()
    strides = strides_of_bouts(trial, worn.static, lambda bout, known: cut(bout, known, worn), Settings())
    took = time.process_time() - begin
    print(
        f"{hours:g} h of three sensors at {RATE_HZ} Hz ({size / MEGABYTE:.0f} MB of arrays): "
        f"{len(strides.table)} strides, {took:.1f} s of one core, {peak_mb():.0f} MB at most ({before:.0f} before)."
    )


def long_trial(worn: Worn, hours: float) -> kin.Trial:
    """The runner's sensors over many hours."""
    n = round(hours * HOUR_S * RATE_HZ)
    clock = np.arange(n) / RATE_HZ
    sensors = {}
    for name, sensor in worn.trial.sensors.items():
        rows = [np.empty((3, n)), np.empty((3, n))]
        for out, what in zip(rows, ("acceleration_m_s2", "angular_rate_rad_s"), strict=True):
            hour = one_hour(getattr(worn.static.sensors[name], what), getattr(sensor, what))
            for first in range(0, n, hour.shape[1]):
                out[:, first : first + hour.shape[1]] = hour[:, : n - first]
        sensors[name] = replace(sensor, time_s=clock, acceleration_m_s2=rows[0], angular_rate_rad_s=rows[1])
    return replace(worn.trial, sensors=sensors, time_s=clock)


def one_hour(standing: np.ndarray, running: np.ndarray) -> np.ndarray:
    """Standing, then running, each repeated (3, n)."""
    lengths = ((HOUR_S - RUNNING_S) * RATE_HZ, RUNNING_S * RATE_HZ)
    parts = [
        np.tile(rows, size // rows.shape[1] + 1)[:, :size]
        for rows, size in zip((standing, running), lengths, strict=True)
    ]
    return np.concatenate(parts, axis=1)


def cut(bout: kin.Trial, known, worn: Worn) -> kin.Strides:
    """Strides of one bout."""
    angles = kin.hip_angles(bout, worn.static, gait=known)
    return kin.segment_strides(angles, kin.foot_events(bout, angles))


def peak_mb() -> float:
    """Most memory that the process has held. [MB]"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
