"""What pelvis and thighs cannot do: swapped sides, thighs that do not swing or alternate, a pelvis without a bounce."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.models.inertial.alignment import GRAVITY_M_S2, Aligned, frames
from kinematics.models.inertial.shared_joint import Shared
from kinematics.rotations import thigh_flexion
from kinematics.signals import lowpass
from kinematics.trial import spoken

#: The hips' distance along the pelvis's z below which left and right are not told apart (RBDS: 0.03-0.25). [m]
SMALLEST_HIP_DISTANCE_M = 0.02
#: From a sensor on the thigh to the hip, and on the pelvis to the hip, are not further than this. [m]
LONGEST_LEVER_M = 0.45
#: What a thigh moves through in walking and running, and its mean against the standing pose. [deg]
THIGH_RANGE_DEG, THIGH_MEAN_DEG = (15.0, 110.0), (-8.0, 40.0)
#: One thigh may move through this many times what the other does. [1]
LARGEST_RANGE_RATIO = 1.6
#: Correlation of the two thighs half a stride apart, at least. [1]
SMALLEST_ALTERNATION = 0.5
#: In every gait a thigh comes back at least to this far ahead of standing (RBDS and a walk: -32 to -6); a cyclist's
#: stays about 20 ahead. [deg]
FARTHEST_FROM_STANDING_DEG = 10.0
#: The pelvis's vertical acceleration below 6 Hz, root mean square, is at least this (ten runners from 2.5 m/s:
#: 9-12; six people walking 0.8-2.0; on a saddle it is still). [m/s2]
SMALLEST_BOUNCE_M_S2 = {"run": 2.5, "walk": 0.3}
BOUNCE_CUTOFF_HZ = 6.0
#: Bounce and swing are told in windows of this length: two strides of a slow walk. [s]
TOLD_IN_S = 4.0


def bounce_m_s2(pelvis: Aligned) -> np.ndarray:
    """Root mean square (n,) of the pelvis's vertical acceleration around each sample. [m/s2]"""
    from scipy.ndimage import uniform_filter1d

    up = np.einsum("jn,jn->n", pelvis.rotations[2], pelvis.signals.acceleration_m_s2) - GRAVITY_M_S2
    smooth = lowpass(up[None], BOUNCE_CUTOFF_HZ, pelvis.signals.rate_hz)[0]
    width = max(1, round(TOLD_IN_S * pelvis.signals.rate_hz))
    mean = uniform_filter1d(smooth, width, mode="nearest")
    return np.sqrt(np.maximum(uniform_filter1d(smooth**2, width, mode="nearest") - mean**2, 0.0))


def check_bounce(pelvis: Aligned, task: str, file: str) -> None:
    """Refuses where the pelvis nowhere rises and falls as in the gait that was declared."""
    largest, needed = float(bounce_m_s2(pelvis).max()), SMALLEST_BOUNCE_M_S2.get(task, 0.0)
    if largest < needed:
        raise DataError(
            f"this is no {task}: sensor '{spoken(pelvis.signals.name)}' (pelvis) rises and falls with {largest:.2f} "
            f"m/s2 at most, and in a {task} it is {needed:g} or more.",
            file=file,
            remedy="Check the task in trials.csv; cycling and other movement without steps has no strides.",
        )


def check_sides(pelvis: Aligned, found: Mapping[str, Shared], file: str) -> None:
    """Refuses where the hips lie on the other sides than the sensors' names say."""
    across = {segment: float(pelvis.axes[:, 2] @ shared.first_lever_m) for segment, shared in found.items()}
    if len(across) < 2:
        return
    distance = across["thigh_right"] - across["thigh_left"]
    if distance < SMALLEST_HIP_DISTANCE_M:
        raise DataError(
            f"the sensors named left and right do not move like the left and the right thigh: their hips lie "
            f"{distance * 100:+.0f} cm apart from left to right, and about +17 is expected.",
            file=file,
            remedy="The two are probably swapped, or sit on one thigh: correct the mapping, [sensors].",
        )


def check_thighs(aligned: Mapping[str, Aligned], found: Mapping[str, Shared], stride_s: float, file: str) -> None:
    """Refuses what does not move as a thigh does, or two thighs that do not alternate."""
    flexion = {}
    for segment, shared in found.items():
        thigh = aligned[segment]
        flexion[segment] = np.where(thigh.signals.trusted, thigh_flexion(frames(thigh)), np.nan)
        low, high = np.nanpercentile(flexion[segment], (2, 98))
        mean = float(np.nanmean(flexion[segment]))
        lever = float(np.linalg.norm(shared.second_lever_m))
        doubts = []
        if not THIGH_RANGE_DEG[0] <= high - low <= THIGH_RANGE_DEG[1]:
            doubts.append(
                f"it moves through {high - low:.0f} deg; {THIGH_RANGE_DEG[0]:.0f}-{THIGH_RANGE_DEG[1]:.0f} is usual"
            )
        if not THIGH_MEAN_DEG[0] <= mean <= THIGH_MEAN_DEG[1]:
            doubts.append(
                f"it is {mean:+.0f} deg from standing on average; {THIGH_MEAN_DEG[0]:.0f} to {THIGH_MEAN_DEG[1]:.0f} "
                "is usual"
            )
        if low > FARTHEST_FROM_STANDING_DEG:
            doubts.append(f"it stays {low:.0f} deg or more ahead of standing, as in cycling; in a gait it comes back")
        if lever > LONGEST_LEVER_M:
            doubts.append(f"the hip would be {lever * 100:.0f} cm away; less than {LONGEST_LEVER_M * 100:.0f} is usual")
        if doubts:
            raise DataError(
                f"sensor '{spoken(thigh.signals.name)}' does not move like a {thigh.words.split()[0]} "
                f"({'; '.join(doubts)}).",
                file=file,
                remedy="Check where it sat, and that the standing trial shows upright standing with it as worn.",
            )
    if len(flexion) == len(SIDES):
        _check_alternation(aligned, flexion, found, stride_s, file)


def _check_alternation(
    aligned: Mapping[str, Aligned],
    flexion: Mapping[str, np.ndarray],
    found: Mapping[str, Shared],
    stride_s: float,
    file: str,
) -> None:
    left, right = aligned["thigh_left"].signals, aligned["thigh_right"].signals
    time_s = left.time_s + found["thigh_left"].lag_s
    other_s = right.time_s + found["thigh_right"].lag_s
    low, high = sorted(float(np.subtract(*np.nanpercentile(one, (98, 2)))) for one in flexion.values())
    if high > LARGEST_RANGE_RATIO * low:
        raise DataError(
            f"one thigh moves through {high:.0f} deg and the other through {low:.0f}; more than "
            f"{LARGEST_RANGE_RATIO:g} times as much is taken for a fault.",
            file=file,
            remedy="Check the sensors' places, ranges and units.",
        )
    lags = np.linspace(0.0, stride_s, 40, endpoint=False)
    centred = np.nan_to_num(flexion["thigh_left"] - np.nanmean(flexion["thigh_left"]))
    series = np.nan_to_num(flexion["thigh_right"] - np.nanmean(flexion["thigh_right"]))
    agree = [float(np.corrcoef(centred, np.interp(time_s + lag, other_s, series))[0, 1]) for lag in lags]
    at = float(lags[int(np.argmax(agree))] / stride_s)
    if max(agree) < SMALLEST_ALTERNATION or not 0.3 <= at <= 0.7:
        raise DataError(
            f"the two thighs do not alternate: the right follows the left by {at:.0%} of a stride "
            f"(r = {max(agree):.2f}); half a stride is expected.",
            file=file,
            remedy="The sensors are not synchronised, or sit on one thigh.",
        )
