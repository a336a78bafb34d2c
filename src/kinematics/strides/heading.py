"""Where each stride goes, so that angles in the laboratory can be told against the direction of progress."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.angles import Angles
from kinematics.strides.cubic import Cubic
from kinematics.strides.judging import row_medians

#: The part of stance in which the foot stands on the ground or the belt: neither landing nor rolling off.
FOOT_STANDS = (0.25, 0.75)
#: Below this speed of the pelvis over the foot a direction of progress says nothing. [m/s]
SLOWEST_PROGRESS_M_S = 0.3
#: Strides within this of the trial's line (to or fro) take the line's direction, which averages their noise: single
#: strides of ten runners on a belt scatter by 0.2-0.5 deg about 0.7 deg to the side of the rolling foot. [deg]
ON_THE_LINE_DEG = 3.0
#: A file of angles whose pelvic rotation stays within this of zero over most strides is told against progress. [deg]
FORWARD_ALREADY_DEG = 30.0


def stride_headings(
    angles: Angles,
    begin_s: float,
    rows: Mapping[str, slice],
    start_s: np.ndarray,
    toe_off_s: np.ndarray,
    end_s: np.ndarray,
) -> np.ndarray | None:
    """
    Direction in which each stride goes, shape (n,); left of the laboratory's forward axis is positive. [deg]

    The pelvis's velocity over the stride less the standing foot's velocity in mid-stance: the direction of progress
    on the floor and on a belt alike. Strides near the trial's line, to or fro, take the line's direction, which both
    sides make together: a foot that rolls outwards is no change of direction.

    Parameters
    ----------
    angles : Angles
    begin_s : float
        Time of the first sample. [s]
    rows : mapping of side to slice
        Which strides are whose; the left ones stand first.
    start_s, toe_off_s, end_s : array, shape (n,)
        [s]

    Returns
    -------
    array, shape (n,), or None
        NaN where toe-off or foot is missing or the pelvis hardly progresses; None for angles without markers.
    """
    body = angles.body
    if body is None or any(side not in body.feet_m for side in rows):
        return None
    stance_s = toe_off_s - start_s
    stands = np.stack([start_s + share * stance_s for share in FOOT_STANDS])
    pelvis, foot = (
        _moved(*where_m, (np.where(np.isnan(times), begin_s, times) - begin_s) * angles.passport.rate_hz, rows)
        for where_m, times in (
            ((body.pelvis_m, body.pelvis_m), np.stack((start_s, end_s))),
            ((body.feet_m["left"], body.feet_m["right"]), stands),
        )
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        forward, right = pelvis / (end_s - start_s) - foot / (stands[1] - stands[0])
        slow = ~(np.hypot(forward, right) >= SLOWEST_PROGRESS_M_S)
    return on_the_line(np.where(slow, np.nan, np.rad2deg(np.arctan2(-right, forward))))


def pelvis_heading(rotation_deg: np.ndarray, progress_deg: np.ndarray | None) -> np.ndarray:
    """
    Heading of each stride, shape (n,): its direction of progress, else the pelvis's mean heading over the stride. [deg]

    Parameters
    ----------
    rotation_deg : array, shape (n, 101)
        Pelvic rotation without jumps, right side forward positive. [deg]
    progress_deg : array, shape (n,), or None
        None for a trial that has angles only: its pelvic rotation is left as it is where it stays about zero.
    """
    pelvis = circular_mean_rows(rotation_deg)
    pelvis = np.where(np.isnan(pelvis), 0.0, pelvis)
    if progress_deg is not None:
        return np.where(np.isfinite(progress_deg), progress_deg, pelvis)
    turned = np.abs(pelvis)
    furthest = turned.max(initial=0.0)
    ahead = furthest <= FORWARD_ALREADY_DEG or (furthest < 90.0 and np.median(turned) <= FORWARD_ALREADY_DEG)
    return np.zeros(pelvis.size) if ahead else pelvis


def _moved(left_m: np.ndarray, right_m: np.ndarray, positions: np.ndarray, rows: Mapping[str, slice]) -> np.ndarray:
    """How far the own side's point (3, n_samples) gets forward and right between two positions (2, n), (2, n). [m]"""
    cubic = Cubic.at(positions.T.copy(), left_m.shape[1])
    where = np.empty((2, positions.shape[1], 2))
    for axis, out in zip((0, 2), where, strict=True):
        cubic.read((left_m[axis], right_m[axis]), rows["left"].stop, out)
    return where[..., 1] - where[..., 0]


def on_the_line(heading_deg: np.ndarray) -> np.ndarray:
    """
    Headings (n,), those within 3 deg of the trial's line, to or fro, replaced by the line's; NaN stays. [deg]

    The line is the median of the headings where they crowd most.

    >>> on_the_line(np.array([1.0, 2.0, 3.0, -178.0, 90.0])).round(1).tolist()
    [2.0, 2.0, 2.0, -178.0, 90.0]
    """
    known = np.isfinite(heading_deg)
    if not known.any():
        return heading_deg
    bins = int(180.0 / ON_THE_LINE_DEG)
    counts = np.bincount((heading_deg[known] % 180.0 / ON_THE_LINE_DEG).astype(np.intp) % bins, minlength=bins)
    crowd = counts + counts[np.arange(bins) - 1] + counts[np.arange(bins) - bins + 1]
    axis = (np.argmax(crowd) + 0.5) * ON_THE_LINE_DEG
    apart = _wrapped(heading_deg - axis, 180.0)
    line = axis + row_medians(apart[None, np.abs(apart) <= 1.5 * ON_THE_LINE_DEG])[0]
    off = _wrapped(heading_deg - line, 180.0)
    return _wrapped(np.where(np.abs(off) <= ON_THE_LINE_DEG, heading_deg - off, heading_deg), 360.0)


def unwrapped(angle_deg: np.ndarray) -> np.ndarray:
    """An angle over time (n,) without its jumps by 360 deg; gaps stay gaps."""
    if angle_deg.max() - angle_deg.min() <= 180.0:
        return angle_deg
    seen = np.isfinite(angle_deg)
    if not seen.any() or np.ptp(angle_deg[seen]) <= 180.0:
        return angle_deg
    smooth = np.full(angle_deg.size, np.nan)
    smooth[seen] = np.unwrap(angle_deg[seen], period=360.0)
    return smooth


def against(rotation_deg: np.ndarray, heading_deg: np.ndarray) -> np.ndarray:
    """Pelvic rotation (n, 101) against the heading of each stride (n,), by whole turns nearest to zero. [deg]"""
    turned = rotation_deg - heading_deg[:, None] if heading_deg.any() else rotation_deg.copy()
    turns = np.round(turned[:, ::10].mean(axis=1) / 360.0)
    if turns.any():
        turned -= 360.0 * turns[:, None]
    return turned


def thigh_against(thigh_flexion_deg: np.ndarray, thigh_lean_deg: np.ndarray, heading_deg: np.ndarray) -> np.ndarray:
    """
    Thigh flexion (n, 101) in the vertical plane of each stride's heading (n,). [deg]

    With the thigh's axis y (forward, up, right), ``tan(flexion) = -y_forward / y_up`` and
    ``tan(lean) = y_right / y_up``; turning the plane by h gives ``tan(flexion) cos h + tan(lean) sin h``.
    """
    h = np.deg2rad(heading_deg)[:, None]
    flexion, lean = (_tangent(angle) for angle in (thigh_flexion_deg, thigh_lean_deg))
    flexion *= np.cos(h)
    lean *= np.sin(h)
    flexion += lean
    return np.multiply(np.arctan(flexion, out=flexion), 180.0 / np.pi, out=flexion)


def _tangent(angle_deg: np.ndarray) -> np.ndarray:
    radians = angle_deg * (np.pi / 180.0)  # quicker than deg2rad, and the same
    return np.tan(radians, out=radians)


def circular_mean_rows(angle_deg: np.ndarray) -> np.ndarray:
    """Mean of each row (n, k) of an angle that has no jumps, within -180 to 180; NaN where a point is. [deg]"""
    return _wrapped(angle_deg.mean(axis=1), 360.0)


def _wrapped(angle_deg: np.ndarray, period: float) -> np.ndarray:
    return (angle_deg + period / 2) % period - period / 2
