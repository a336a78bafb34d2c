"""What is true of a synthetic runner's strides: contacts, toe-offs, peaks and means, on a grid of 1 ms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, sided
from kinematics.simulate.gait import Gait, angles_at, phase_at

TRUTH_RATE_HZ = 1000.0


def contacts_and_toe_offs(gait: Gait, side: str) -> tuple[np.ndarray, np.ndarray]:
    """
    Times of all contacts and toe-offs of one foot within the trial, each shape (k,). [s]

    The phase rises steadily, so that reading time against phase inverts it.
    """
    time_s = _truth_grid(gait)
    phase = phase_at(gait, time_s, side)
    return _instants(phase, time_s, 0.0), _instants(phase, time_s, gait.toe_off_percent / 100.0)


def truth(gait: Gait) -> pd.DataFrame:
    """
    What is true of every whole stride of the trial.

    Returns
    -------
    DataFrame
        A row per stride: side, stride (from 0), start_s, toe_off_s, end_s (contact, toe-off, next contact),
        peak_hip_extension_deg (extension positive), mean_pelvis_anterior_tilt_deg (anterior positive); evaluated
        on a grid of 1 ms.
    """
    names = ["pelvis_anterior_tilt_deg", *(sided("hip_flexion_deg", side) for side in SIDES)]
    angles = angles_at(gait, _truth_grid(gait), names=names)
    return pd.concat([_truth_of_side(gait, angles, side) for side in SIDES], ignore_index=True)


def _truth_of_side(gait: Gait, angles: dict[str, np.ndarray], side: str) -> pd.DataFrame:
    contacts, toe_offs = contacts_and_toe_offs(gait, side)
    borders = np.ceil(contacts * TRUTH_RATE_HZ).astype(int)
    n = max(contacts.size - 1, 0)
    flexion = angles[sided("hip_flexion_deg", side)][: borders[-1] if n else 0]  # reduceat runs to the array's end
    tilt_sum = np.concatenate(([0.0], np.cumsum(angles["pelvis_anterior_tilt_deg"])))
    start, stop = borders[:n], borders[1 : n + 1]
    return pd.DataFrame(
        {
            "side": side,
            "stride": np.arange(n),
            "start_s": contacts[:n],
            "toe_off_s": toe_offs[np.searchsorted(toe_offs, contacts[:n])] if n else toe_offs[:0],
            "end_s": contacts[1 : n + 1],
            "peak_hip_extension_deg": -np.minimum.reduceat(flexion, start) if n else contacts[:0],
            "mean_pelvis_anterior_tilt_deg": (tilt_sum[stop] - tilt_sum[start]) / np.maximum(stop - start, 1),
        }
    )


def _truth_grid(gait: Gait) -> np.ndarray:
    return np.arange(round(gait.duration_s * TRUTH_RATE_HZ)) / TRUTH_RATE_HZ


def _instants(phase: np.ndarray, time_s: np.ndarray, fraction: float) -> np.ndarray:
    """Times at which `phase` passes whole numbers plus `fraction`."""
    whole = np.arange(np.ceil(phase[0] - fraction), np.floor(phase[-1] - fraction) + 1.0)
    return np.interp(whole + fraction, phase, time_s)
