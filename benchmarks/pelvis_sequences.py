"""
Pelvic tilt in our order (rotation-obliquity-tilt, Baker 2001) against Plug-in Gait's (tilt-obliquity-rotation).

Reads the C3D files of ``KINEMATICS_SHARED`` (default ../shared) and prints a table::

    python benchmarks/pelvis_sequences.py
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

import kinematics as kin

FOLDER = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data" / "plug_in_gait"
#: A pelvis that turns further than this within a trial turns a corner. [deg]
LARGEST_STRAIGHT_DEG = 40.0


def main() -> None:
    """One line per walking trial."""
    print("| trial | kind | tilt, mean difference | mean absolute | largest |\n|---|---|---|---|---|")
    for path in sorted(FOLDER.glob("*/*.c3d")):
        trial = kin.read_trial(path, task="walk")
        if "pelvis_anterior_tilt_deg" not in trial.channels:
            continue
        difference, swing = tilt_difference(trial)
        kind = "straight" if swing <= LARGEST_STRAIGHT_DEG else f"turn ({swing:.0f} deg)"
        print(
            f"| {path.stem} | {kind} | {difference.mean():+.2f} | {np.abs(difference).mean():.2f} "
            f"| {np.abs(difference).max():.2f} |"
        )


def tilt_difference(trial: kin.Trial) -> tuple[np.ndarray, float]:
    """Ours minus the file's tilt in every sample, and how far the pelvis turns about the vertical. [deg]"""
    names = ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")
    tilt, obliquity, rotation = (trial.channels[name] for name in names)
    seen = np.isfinite(tilt)
    angles = np.stack((-tilt, -obliquity, rotation), axis=1)[seen]  # about z, x, y of ISB axes
    pelvis = Rotation.from_euler("ZXY", angles, degrees=True)
    ours = -pelvis.as_euler("YXZ", degrees=True)[:, 2]
    return ours - tilt[seen], float(np.ptp(np.unwrap(rotation[seen], period=360)))


if __name__ == "__main__":
    main()
