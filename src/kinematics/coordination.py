"""How hip and pelvis share the thigh's movement."""

from __future__ import annotations

import numpy as np

#: Below this travel of the thigh a share says nothing. [deg]
SMALLEST_TRAVEL_DEG = 5.0


def pelvic_share(thigh_travel_deg: np.ndarray, tilt_change_deg: np.ndarray) -> np.ndarray:
    """
    Part of the thigh's backward travel that the pelvis makes by tilting forward.

    While the leg goes back the thigh's travel is the hip's extension plus the pelvis's anterior tilting (hip flexion =
    thigh flexion + anterior tilt), so ``share = tilt change / thigh travel``: 0 where the pelvis stays, 1 where the hip
    does.

    Parameters
    ----------
    thigh_travel_deg : array, shape (n,)
        Travel of the thigh against the vertical from mid-stance to its peak extension, backward positive. [deg]
    tilt_change_deg : array, shape (n,)
        Change of anterior pelvic tilt over the same interval, anterior positive. [deg]

    Returns
    -------
    array, shape (n,)
        Share of the pelvis, unbounded; NaN where the thigh travels less than 5 deg. [1]

    Notes
    -----
    28 runners (Fukuchi 2017, doi:10.7717/peerj.3298) at 2.5, 3.5, 4.5 m/s: 0.17 +- 0.06, 0.13 +- 0.05, 0.11 +- 0.04.

    Examples
    --------
    >>> pelvic_share(np.array([40.0]), np.array([6.0]))
    array([0.15])
    """
    travel = np.where(np.abs(thigh_travel_deg) < SMALLEST_TRAVEL_DEG, np.nan, thigh_travel_deg)
    return tilt_change_deg / travel
