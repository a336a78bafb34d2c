"""The same job as others would write it: how long it takes, and whether the same peaks come out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from inputs import SPEED_M_S
from timing import command

import kinematics as kin

PEERS = Path(__file__).parents[1] / "peers"
PYTHON = PEERS / ".venv" / "bin" / "python"
#: A peak of the same stride is sought this near. [s]
NEAR_S = 0.1


@dataclass(frozen=True)
class Peer:
    """One way to do the job: seconds for its files, and its peaks beside ours."""

    name: str
    seconds: float
    files: int
    peaks: int
    largest_difference_deg: float


def peer(
    name: str, script: str, files: list[Path], folder: Path, *, curves: str, python: str | Path = sys.executable
) -> Peer:
    """Runs a script of benchmarks/peers on the files, on one core, and compares its peaks with ours."""
    output = folder / f"{Path(script).stem}.csv"
    done = command([str(python), str(PEERS / script), str(output), str(folder / curves), *map(str, files)], cores=1)
    said = json.loads(done.output)
    pairs = pd.concat([_pairs(path, pd.read_csv(output)) for path in files])
    away = (pairs["peak_hip_extension_deg"] - pairs["ours_deg"]).abs()
    return Peer(name, said["seconds"], said["files"], len(pairs), float(away.max()))


def _pairs(path: Path, theirs: pd.DataFrame) -> pd.DataFrame:
    """Peaks of the strides that both found, told by side and time."""
    trial = kin.read_trial(path, task="run", speed_m_s=SPEED_M_S, zero="anatomical")
    angles = kin.hip_angles(trial)
    ours = kin.segment_strides(angles, kin.foot_events(trial, angles)).table
    ours = ours[ours["valid"].astype(bool)]
    took = ours["end_s"] - ours["start_s"]
    ours = pd.DataFrame(
        {
            "side": ours["side"].str[0],
            "peak_s": ours["start_s"] + took * ours["peak_hip_extension_percent"] / 100,
            "ours_deg": ours["peak_hip_extension_deg"],
        }
    ).sort_values("peak_s")
    theirs = theirs[theirs["trial"] == str(path)].sort_values("peak_s")
    beside = pd.merge_asof(ours, theirs, on="peak_s", by="side", tolerance=NEAR_S, direction="nearest")
    return beside[np.isfinite(beside["peak_hip_extension_deg"])]


def have_peers() -> bool:
    """Whether the peers' own environment is there (`make bench` makes it)."""
    return PYTHON.exists() and not subprocess.run([PYTHON, "-c", "import kineticstoolkit"], check=False).returncode
