"""Angles as an OpenSim motion file, in OpenSim's names, signs and order of turns."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinematics.angles import Angles, hip_angles
from kinematics.cohort import recordings
from kinematics.conventions import sided
from kinematics.files import write_whole
from kinematics.study import read_study

DECIMALS, TIME_DECIMALS = 5, 6
#: Ours -> OpenSim's, the side's letter last; both flexion, adduction and internal rotation positive.
HIP = {
    "hip_flexion_deg": "hip_flexion",
    "hip_adduction_deg": "hip_adduction",
    "hip_internal_rotation_deg": "hip_rotation",
}


def write_mot(path: Path | str, angles: Angles) -> Path:
    """
    Writes the angles of one trial as a .mot file that OpenSim loads beside a gait model.

    `pelvis_tilt` is OpenSim's (posterior positive), `pelvis_list` right side down positive; tilt, list and rotation are
    taken from the pelvis's orientation in OpenSim's order of turns. The zero stays that of the trial and stands in the
    header: OpenSim's own zero is that of its model's bones, so means are not comparable without a static pose. Gaps are
    nan.

    Parameters
    ----------
    path : Path or str
    angles : Angles
    """
    columns = opensim_columns(angles)
    values = np.column_stack([angles.table["time_s"], *columns.values()])
    head = [
        f"{angles.name}, written by kinematics",
        "version=1",
        f"nRows={len(values)}",
        f"nColumns={values.shape[1]}",
        "inDegrees=yes",
        f"Zero of the angles: {angles.passport.zero}.",
        "endheader",
        "\t".join(["time", *columns]),
    ]
    form = "\t".join([f"%.{TIME_DECIMALS}f", *[f"%.{DECIMALS}f"] * len(columns)])
    rows = [form % tuple(row) for row in values.tolist()]
    return write_whole(path, ("\n".join([*head, *rows]) + "\n").encode())


def export_mot(study: Path | str, to: Path | str) -> tuple[Path, ...]:
    """
    Every run and walk of a study as `<participant>_<session>_<trial>.mot`.

    Parameters
    ----------
    study : Path or str
        The study folder.
    to : Path or str

    Raises
    ------
    DataError
        Where a file cannot be read.
    """
    written = []
    for session in read_study(study).sessions:
        for one in recordings(session):
            angles = hip_angles(one.trial, one.static, settings=one.settings)
            written.append(write_mot(Path(to) / f"{one.participant}_{one.session}_{angles.name}.mot", angles))
    return tuple(written)


def opensim_columns(angles: Angles) -> dict[str, np.ndarray]:
    """OpenSim's coordinate names -> angles in its signs, shape (n,); those that the trial lacks are left out. [deg]"""
    table = angles.table
    pelvis = [table[f"pelvis_{name}_deg"].to_numpy(float) for name in ("anterior_tilt", "obliquity", "rotation")]
    columns = dict(zip(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), tilt_list_rotation(*pelvis), strict=True))
    for side in ("right", "left"):
        for ours, theirs in HIP.items():
            columns[f"{theirs}_{side[0]}"] = table[sided(ours, side)].to_numpy(float)
    return {name: values for name, values in columns.items() if np.isfinite(values).any()}


def tilt_list_rotation(
    tilt_deg: np.ndarray, obliquity_deg: np.ndarray, rotation_deg: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotation-obliquity-tilt (Baker 2001) -> OpenSim's tilt, list, rotation. Without the other two, tilt alone."""
    if not (np.isfinite(obliquity_deg).any() and np.isfinite(rotation_deg).any()):
        return -tilt_deg, -obliquity_deg, rotation_deg
    t, o, r = (np.deg2rad(angle) for angle in (-tilt_deg, -obliquity_deg, rotation_deg))
    upper_y = -np.cos(r) * np.sin(t) + np.sin(r) * np.sin(o) * np.cos(t)
    right_x = -np.sin(r) * np.cos(t) + np.cos(r) * np.sin(o) * np.sin(t)
    right_y = np.sin(r) * np.sin(t) + np.cos(r) * np.sin(o) * np.cos(t)
    tilt = np.arctan2(-upper_y, np.cos(o) * np.cos(t))
    turn = np.arctan2(-right_x, np.cos(r) * np.cos(o))
    back, side, about = (np.rad2deg(angle) for angle in (tilt, np.arcsin(np.clip(right_y, -1, 1)), turn))
    return back, side, about
