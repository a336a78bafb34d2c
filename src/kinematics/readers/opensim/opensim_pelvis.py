"""Pelvis angles of OpenSim for a person who faces any way in the laboratory."""

from __future__ import annotations

import numpy as np

from kinematics.readers.shared.joint_angles import unwrap_deg
from kinematics.rotations import pelvis_angles

#: Facing the file's +X within this, tilt and list can be taken as they stand: an obliquity of 5 deg then moves the tilt
#: by less than 1 deg (5 sin 10). Beyond it the three angles are taken from the full rotation. [deg]
LARGEST_HEADING_DEG = 10.0
#: A turn in any sample beyond this does the same. [deg]
LARGEST_TURN_DEG = 30.0
LEVEL_AXES = ("+X", "-Z", "-X", "+Z")


def along_the_walk(channels: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], str, tuple[str, ...]]:
    """
    Pelvis angles of a person who faces any way, the axis that was faced, and a note where that changed them.

    OpenSim turns the pelvis by tilt (about the axis to the right of a person who faces +X), list and rotation. Facing
    -X such a tilt has the other sign, facing across it is a list; so where the person turns, tilt, obliquity and
    rotation are taken from the full rotation in the clinical order (Baker 2001).

    Parameters
    ----------
    channels : dict of str to array, shape (n,)
        Anterior tilt and obliquity already in the project's signs. [deg]

    Returns
    -------
    channels, axes, notes
    """
    rotation = channels.get("pelvis_rotation_deg")
    if rotation is None or not np.isfinite(rotation).any():
        return channels, "angles as the file has them; the pelvis's rotation is not in it", ()
    turn = (rotation + 180.0) % 360.0 - 180.0
    heading = float(np.nanmedian(unwrap_deg(rotation)))
    if abs(np.nanmedian(turn)) <= LARGEST_HEADING_DEG and np.nanmax(np.abs(turn)) <= LARGEST_TURN_DEG:
        return channels, "file +X forward, as the pelvis's rotation says", ()
    quarter = round(heading / 90.0)
    axes = f"file {LEVEL_AXES[quarter % 4]} forward, as the pelvis's rotation says"
    if not {"pelvis_anterior_tilt_deg", "pelvis_obliquity_deg"} <= set(channels):
        kept = {name: values for name, values in channels.items() if name != "pelvis_anterior_tilt_deg"}
        note = f"The person faces {heading:.0f} deg from +X and the file lacks tilt or list: no tilt could be taken."
        return kept, axes, (note,)
    frame = _pelvis_frame(-channels["pelvis_anterior_tilt_deg"], -channels["pelvis_obliquity_deg"], rotation)
    tilt, obliquity, about_up = pelvis_angles(frame)
    new = {
        "pelvis_anterior_tilt_deg": tilt,
        "pelvis_obliquity_deg": obliquity,
        "pelvis_rotation_deg": unwrap_deg(about_up + 360.0 * np.round((heading - np.nanmedian(about_up)) / 360.0)),
    }
    new["pelvis_rotation_deg"] = new["pelvis_rotation_deg"] - 90.0 * quarter
    note = (
        f"The person faces {heading:.0f} deg from the file's +X: tilt, obliquity and rotation were taken from the full "
        f"rotation, the rotation counted from {LEVEL_AXES[quarter % 4]}."
    )
    return channels | new, axes, (note,)


def _pelvis_frame(tilt_deg: np.ndarray, list_deg: np.ndarray, rotation_deg: np.ndarray) -> np.ndarray:
    """Rz(tilt) Rx(list) Ry(rotation), shape (3, 3, n): OpenSim's pelvis in its ground (forward, up, right)."""
    (st, ct), (sl, cl), (sr, cr) = (
        (np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))) for angle in (tilt_deg, list_deg, rotation_deg)
    )
    zero = np.zeros_like(st)
    upper, middle = np.stack((cr, zero, sr)), np.stack((sl * sr, cl, -sl * cr))
    return np.stack((ct * upper - st * middle, st * upper + ct * middle, np.stack((-cl * sr, sl, cl * cr))))
