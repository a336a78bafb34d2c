"""
Hip joint centres from the size of pelvis and leg.

All regressions give millimetres from the middle of the ASIS in the pelvis frame (x anterior, y up, z to the side). They
are meant for the bony landmarks; skin markers stand a marker radius in front of them, which can be taken off along x.
Sources: Harrington 2007 (doi:10.1016/j.jbiomech.2006.02.003), Hara 2016 (doi:10.1038/srep37707), Bell 1990
(doi:10.1016/0021-9290(90)90054-7), Davis 1991 (doi:10.1016/0167-9457(91)90046-Z).
"""

from __future__ import annotations

import numpy as np

from kinematics.conventions import DataError

MM = 1000.0
#: Davis 1991: inclination of the line from ASIS to hip centre, in the frontal and sagittal plane.
DAVIS_THETA_RAD, DAVIS_BETA_RAD = 0.5, 0.314


def hip_centre(method: str, *, width_m: float, depth_m: float, leg_m: float, marker_radius_m: float) -> np.ndarray:
    """
    Right hip joint centre in the pelvis frame; the left one has the opposite z.

    Parameters
    ----------
    method : {"harrington", "hara", "bell", "davis"}
    width_m : float
        Distance between the ASIS. [m]
    depth_m : float
        Middle of the ASIS to the middle of the PSIS; NaN where there are no PSIS. [m]
    leg_m : float
        ASIS to medial malleolus; NaN where unknown. [m]
    marker_radius_m : float
        Skin to marker centre. [m]

    Returns
    -------
    array, shape (3,)
        (anterior, up, right) from the middle of the ASIS markers. [m]

    Raises
    ------
    DataError
        Where a length that the method needs is not known.
    """
    width, depth, leg, radius = (MM * length for length in (width_m, depth_m, leg_m, marker_radius_m))
    needs = {"harrington": (depth, leg), "hara": (leg,), "bell": (), "davis": (leg,)}[method]
    if not np.isfinite((width, *needs)).all():
        raise DataError(
            f"the hip centre by '{method}' needs markers that the static trial lacks (ASIS, for depth "
            f"PSIS, for leg length a malleolus).",
            remedy='Add them, or choose another [model] hip_centre, for example "bell".',
        )
    centre = np.array(
        {"harrington": _harrington, "hara": _hara, "bell": _bell, "davis": _davis}[method](width, depth, leg, radius)
    )
    return centre / MM


def _harrington(width: float, depth: float, leg: float, radius: float) -> tuple[float, float, float]:
    x = -0.24 * depth - 9.9
    y = -0.16 * width - 0.04 * leg - 7.1
    z = 0.28 * depth + 0.16 * width + 7.9
    return x - radius, y, z


def _hara(width: float, depth: float, leg: float, radius: float) -> tuple[float, float, float]:
    return 11.0 - 0.063 * leg - radius, -9.0 - 0.078 * leg, 8.0 + 0.086 * leg


def _bell(width: float, depth: float, leg: float, radius: float) -> tuple[float, float, float]:
    # as in the published RBDS model: from the markers themselves, no radius
    return -0.19 * width, -0.30 * width, 0.36 * width


def _davis(width: float, depth: float, leg: float, radius: float) -> tuple[float, float, float]:
    c = 0.115 * leg - 15.3
    trochanter = 0.1288 * leg - 48.56  # ASIS to greater trochanter, sagittal; Plug-in Gait's estimate
    sin_t, cos_t = np.sin(DAVIS_THETA_RAD), np.cos(DAVIS_THETA_RAD)
    sin_b, cos_b = np.sin(DAVIS_BETA_RAD), np.cos(DAVIS_BETA_RAD)
    x = c * cos_t * sin_b - (trochanter + radius) * cos_b
    y = -c * cos_t * cos_b - (trochanter + radius) * sin_b
    return x, y, width / 2.0 - c * sin_t
