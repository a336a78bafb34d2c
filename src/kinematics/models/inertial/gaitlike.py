"""Which parts of a walk or run are one: thighs may swing on a bicycle, too, and that has no strides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError
from kinematics.models.inertial.plausibility import (
    FARTHEST_FROM_STANDING_DEG,
    SMALLEST_BOUNCE_M_S2,
    THIGH_RANGE_DEG,
    TOLD_IN_S,
)
from kinematics.models.inertial.raw import SensorFrames
from kinematics.rotations import thigh_flexion

#: Beyond this part of the time in which thighs swing the recording is something else with some gait in it. [1]
LARGEST_OTHER_SHARE = 0.5
#: What is said of such parts, in errors and passports alike.
WORDS = "the thighs swing but stay ahead of standing, or the pelvis does not rise and fall as in a {task}: {other}?"
OTHERS = {"run": "walking or cycling", "walk": "cycling"}


def only_gait(frames: SensorFrames, task: str, file: str) -> SensorFrames:
    """
    The frames with NaN where thighs swing as in no gait, and a note that says for how long.

    A thigh that swings and for 4 s does not come back to within 10 deg of standing pedals; so does a person whose
    thighs swing while the pelvis neither rises nor falls. What is lost with it: 2 s on either side.

    Parameters
    ----------
    frames : SensorFrames
    task : str
        walk or run.
    file : str
        For the error.

    Raises
    ------
    DataError
        Where that is more than half of the time in which thighs swing.
    """
    swinging, other = _swings(frames, task)
    if not other.any():
        return frames
    seconds, whole = other.sum() / frames.rate_hz, swinging.sum() / frames.rate_hz
    words = WORDS.format(task=task, other=OTHERS[task])
    if seconds > LARGEST_OTHER_SHARE * whole:
        raise DataError(
            f"for {seconds:.0f} of {whole:.0f} s {words}",
            file=file,
            remedy="Check the task and the standing trial; cut the recording to the walk or run.",
        )
    lost = _grown(other, round(TOLD_IN_S / 2 * frames.rate_hz))
    made = {side: np.where(lost, np.nan, one) for side, one in frames.thighs.items()}
    notes = (*frames.notes, f"For {seconds:.0f} s {words} Left out, with {TOLD_IN_S / 2:g} s on either side.")
    return replace(frames, pelvis=np.where(lost, np.nan, frames.pelvis), thighs=made, notes=notes)


def _swings(frames: SensorFrames, task: str) -> tuple[np.ndarray, np.ndarray]:
    """Samples (n,) in which all thighs swing, and those among them in which it is no gait."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    width = max(1, round(TOLD_IN_S * frames.rate_hz))
    swinging, ahead = np.ones(frames.time_s.size, bool), np.zeros(frames.time_s.size, bool)
    for thigh in frames.thighs.values():
        flexion = thigh_flexion(thigh)
        low = minimum_filter1d(np.nan_to_num(flexion, nan=np.inf), width, mode="nearest")
        high = maximum_filter1d(np.nan_to_num(flexion, nan=-np.inf), width, mode="nearest")
        swinging &= high > low + THIGH_RANGE_DEG[0]
        ahead |= low > FARTHEST_FROM_STANDING_DEG
    if frames.bounce_m_s2 is not None:
        ahead |= frames.bounce_m_s2 < SMALLEST_BOUNCE_M_S2[task]
    return swinging, swinging & ahead


def _grown(mask: np.ndarray, reach: int) -> np.ndarray:
    """The mask with `reach` samples more on either side of every run of True."""
    from scipy.ndimage import maximum_filter1d

    return np.asarray(maximum_filter1d(mask.astype(np.uint8), 2 * reach + 1, mode="nearest") > 0)
