"""Orientations as devices write them -> unit quaternions (4, n), scalar first."""

from __future__ import annotations

import numpy as np

from kinematics.readers.shared.quaternions import quaternions_of, unit_quaternions


def quaternions(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Unit quaternions (4, n), scalar first; gaps, and a note, where one is no rotation."""
    return _counted(unit_quaternions(values), np.isfinite(values).all(axis=0))


def from_matrix(matrix: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Quaternions of rotation matrices (3, 3, n), first index the row; gaps, and a note, where one is no rotation."""
    return _counted(quaternions_of(matrix), np.isfinite(matrix).all(axis=(0, 1)))


def from_euler(roll_deg: np.ndarray, pitch_deg: np.ndarray, yaw_deg: np.ndarray) -> np.ndarray:
    """Quaternions (4, n) of ``Rz(yaw) Ry(pitch) Rx(roll)``, the aerospace order of Xsens. [deg]"""
    (cr, cp, cy), (sr, sp, sy) = (
        [turn(np.radians(angle) / 2.0) for angle in (roll_deg, pitch_deg, yaw_deg)] for turn in (np.cos, np.sin)
    )
    return np.stack(
        (
            cr * cp * cy + sr * sp * sy,
            sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        )
    )


def rate_of_increments(increments: np.ndarray, rate_hz: float) -> np.ndarray:
    """Angular rates (3, n) of quaternion increments (4, n) over one sampling interval each. [rad/s]"""
    unit, _ = quaternions(increments)
    unit = unit * np.where(unit[0] < 0, -1.0, 1.0)
    sine = np.sqrt((unit[1:] ** 2).sum(axis=0))
    turn = 2.0 * np.arctan2(sine, unit[0])
    return unit[1:] * np.where(sine > 0, turn / np.where(sine > 0, sine, 1.0), 2.0) * rate_hz


def continuous(orientation: np.ndarray) -> np.ndarray:
    """The same rotations with signs of neighbouring quaternions made alike, so that lines between them make sense."""
    with np.errstate(invalid="ignore"):
        flips = (orientation[:, 1:] * orientation[:, :-1]).sum(axis=0) < 0
    return orientation * np.where(np.concatenate(([0], np.cumsum(flips))) % 2, -1.0, 1.0)


def _counted(orientation: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """The same, and a note on those that were given but are no rotations."""
    off = int((given & np.isnan(orientation[0])).sum())
    return orientation, (f"{off} of {given.size} orientations are no rotations; they are gaps.",) if off else ()
