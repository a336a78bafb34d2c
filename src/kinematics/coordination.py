"""How hip and pelvis share the thigh's movement."""

from __future__ import annotations

import numpy as np

#: Below this travel of the thigh a share says nothing. [deg]
SMALLEST_TRAVEL_DEG = 5.0
#: Coordination patterns of vector coding in the order of their bins, centred on 0, 45, 90 and 135 deg (Chang 2008,
#: doi:10.1016/j.jbiomech.2008.07.017): only the first angle changes, both alike, only the second, both oppositely.
PATTERNS = ("first_only", "in_phase", "second_only", "anti_phase")
BIN_DEG = 45.0


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


def coupling_angle_deg(first_deg: np.ndarray, second_deg: np.ndarray) -> np.ndarray:
    """
    Coupling angle of vector coding between neighbouring points of two curves.

    ``gamma = atan2(change of second, change of first)`` modulo 360: 0 or 180 where only the first angle changes, 90 or
    270 where only the second does, 45 or 225 where both change alike, 135 or 315 where they change oppositely
    (Sparrow 1987; Chang 2008, doi:10.1016/j.jbiomech.2008.07.017).

    Parameters
    ----------
    first_deg, second_deg : array, shape (n, k)
        Curves of n strides. [deg]

    Returns
    -------
    array, shape (n, k - 1)
        0 <= gamma < 360; NaN beside a gap and where neither angle changes. [deg]

    Examples
    --------
    >>> coupling_angle_deg(np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 1.0, 0.0]])).tolist()
    [[45.0, 315.0]]
    """
    along, across = np.diff(first_deg, axis=1), np.diff(second_deg, axis=1)
    angle = np.rad2deg(np.arctan2(across, along)) % 360.0
    return np.where((along == 0) & (across == 0), np.nan, angle)


def coordination_pattern(coupling_deg: np.ndarray) -> np.ndarray:
    """
    Pattern of each coupling angle, an index into `PATTERNS`, as int8; -1 where the angle is missing.

    Eight bins of 45 deg, centred on 0, 45, 90 ... deg, opposite ones taken together (Chang 2008).

    >>> [PATTERNS[i] for i in coordination_pattern(np.array([10.0, 200.0, 226.0, 95.0, 315.0]))]
    ['first_only', 'first_only', 'in_phase', 'second_only', 'anti_phase']
    """
    missing = np.isnan(coupling_deg)
    index = np.floor((np.where(missing, 0.0, coupling_deg) + BIN_DEG / 2) / BIN_DEG).astype(np.int8) % len(PATTERNS)
    return np.where(missing, np.int8(-1), index)


def pattern_shares(pattern: np.ndarray, within: np.ndarray) -> np.ndarray:
    """
    Share of each pattern among the points of each stride that are looked at, shape (n, 4), in the order of `PATTERNS`.

    Parameters
    ----------
    pattern : array, shape (n, k)
        As `coordination_pattern` gives it.
    within : array of bool, shape (n, k)
        Points that are looked at: stance, swing.

    Returns
    -------
    array, shape (n, 4)
        Shares that add up to 1; NaN where no point is known. [1]
    """
    counts = np.stack([((pattern == index) & within).sum(axis=1) for index in range(len(PATTERNS))], axis=1)
    total = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, counts / np.maximum(total, 1), np.nan)


def relative_phase_deg(first_deg: np.ndarray, second_deg: np.ndarray) -> np.ndarray:
    """
    Continuous relative phase of two curves over a stride: phase of the first minus phase of the second.

    Each curve is centred on the middle between its greatest and least value, so that its amplitude lies about zero;
    its phase is that of the analytic signal (Lamb and Stöckl 2014, doi:10.1016/j.clinbiomech.2014.03.008). The
    Hilbert transform needs what comes before and after: the stride is continued by itself on both sides without end,
    after a straight line has taken out the little by which its end differs from its beginning.

    Parameters
    ----------
    first_deg, second_deg : array, shape (n, 101)
        Curves from 0 to 100 % of the stride. [deg]

    Returns
    -------
    array, shape (n, 101)
        -180 < phase <= 180; positive where the first leads. NaN where a curve has a gap. [deg]

    Notes
    -----
    A phase is only meaningful where a curve goes round once per stride. The pelvis's tilt goes round twice.
    """
    product = _analytic(first_deg) * np.conj(_analytic(second_deg))
    return np.rad2deg(np.angle(np.concatenate((product, product[:, :1]), axis=1)))


def circular_mean_deg(angle_deg: np.ndarray) -> np.ndarray:
    """
    Mean direction of angles over the strides (axis 0), NaN left out. [deg, 0 <= mean < 360]

    >>> circular_mean_deg(np.array([[350.0], [20.0]])).round(3).tolist()
    [5.0]
    """
    return np.rad2deg(np.angle(_resultant(angle_deg))) % 360.0


def circular_deviation_deg(angle_deg: np.ndarray) -> np.ndarray:
    """
    Angular deviation over the strides (axis 0), NaN left out: ``sqrt(2 (1 - R))``, from 0 to 81 deg (Batschelet 1981).

    R is the length of the mean of unit vectors: 1 where all strides agree. [deg]

    >>> circular_deviation_deg(np.array([[0.0, 7.0], [180.0, 7.0]])).round(1).tolist()
    [81.0, 0.0]
    """
    length = np.minimum(np.abs(_resultant(angle_deg)), 1.0)
    return np.rad2deg(np.sqrt(2.0 * (1.0 - length)))


def _resultant(angle_deg: np.ndarray) -> np.ndarray:
    """Mean of unit vectors, as complex numbers, over axis 0; NaN where no angle is known."""
    missing = np.isnan(angle_deg)
    angle = np.deg2rad(np.where(missing, 0.0, angle_deg)).astype(np.float32)  # a ten-thousandth of a degree is enough
    parts = [np.where(missing, 0.0, part(angle)).sum(axis=0, dtype=float) for part in (np.cos, np.sin)]
    with np.errstate(invalid="ignore"):
        return (parts[0] + 1j * parts[1]) / (~missing).sum(axis=0)


def _analytic(curves_deg: np.ndarray) -> np.ndarray:
    """Analytic signals (n, 100) of curves (n, 101), centred in amplitude and continued by themselves."""
    points = curves_deg.shape[1] - 1
    drift = (curves_deg[:, -1:] - curves_deg[:, :1]) * np.linspace(0.0, 1.0, points + 1)
    closed = (curves_deg - drift)[:, :-1]
    closed = closed - 0.5 * (closed.max(axis=1, keepdims=True) + closed.min(axis=1, keepdims=True))
    spectrum = np.fft.rfft(closed, axis=1)
    spectrum[:, 1 : (points + 1) // 2] *= 2.0
    return np.fft.ifft(spectrum, n=points, axis=1)
