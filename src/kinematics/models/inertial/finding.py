"""Which of three sensors sits where, told by how they move."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import DataError
from kinematics.models.inertial.orientation import evened
from kinematics.models.inertial.raw import gait_frames
from kinematics.trial import Trial, spoken

#: A thigh turns at least this many times as fast as the pelvis (ten runners of RBDS: 1.8-2.8). [1]
CLEARLY_FASTER = 1.4
SENSORS = 3


def found_roles(trial: Trial, static: Trial | None, longest_gap_s: float) -> tuple[dict[str, str], str]:
    """
    Names of three sensors by segment, and a sentence on how sure that is.

    The pelvis turns least. Of the two ways to call the thighs left and right one puts the hips on the wrong sides of
    the pelvis, and is refused.

    Raises
    ------
    DataError
        Where the pelvis does not stand out, or both ways or neither hold.
    """
    file = trial.passport.sources[0][1]
    remedy = 'Say in the mapping which is which: [sensors], then lines like "00B42279" = "pelvis".'
    speed = {}
    for name, sensor in trial.sensors.items():
        rate = evened(sensor, longest_gap_s).angular_rate_rad_s
        speed[name] = float(np.sqrt((rate**2).sum(axis=0).mean()))
    pelvis, one, other = sorted(speed, key=lambda name: speed[name])
    times = speed[one] / speed[pelvis]
    if not times >= CLEARLY_FASTER:
        raise DataError(
            f"which of the sensors {', '.join(map(spoken, speed))} is the pelvis's cannot be told: the "
            "slowest turns only "
            f"{times:.1f} times slower than the next ({CLEARLY_FASTER:g} is needed).",
            file=file,
            remedy=remedy,
        )
    held, refused = [], []
    for left, right in ((one, other), (other, one)):
        roles = {"pelvis": pelvis, "thigh_left": left, "thigh_right": right}
        try:
            gait_frames(trial, static, roles, longest_gap_s)
            held.append(roles)
        except DataError as error:
            refused.append(error)
    if len(held) != 1:
        reason = "both ways hold" if held else f"neither holds ({refused[0].problem.rstrip('.')})"
        raise DataError(
            f"which of the sensors {spoken(one)} and {spoken(other)} is the left thigh's cannot be told: {reason}.",
            file=file,
            remedy=remedy,
        )
    roles = held[0]
    words = (
        f"Told by the movement: {spoken(pelvis)} on the pelvis (turns {times:.1f} times slower than a thigh), "
        f"{spoken(roles['thigh_left'])} on the left and {spoken(roles['thigh_right'])} on the right "
        "thigh (the hips lie so)."
    )
    return roles, words
