"""Which sensor sits on which segment: by the words in its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kinematics.conventions import SIDES, DataError
from kinematics.trial import Trial, spoken

SEGMENTS = ("pelvis", "thigh", "shank", "foot")
#: Words of sensor names, in the order in which they are looked for; what stands first is the more telling.
WORDS = {
    "shank": ("shank", "tibia", "lowerleg", "calf", "shin"),
    "foot": ("foot", "calcn", "calcaneus", "shoe", "instep", "heel", "toe"),
    "thigh": ("thigh", "femur", "upperleg", "upleg"),
    "pelvis": ("pelvis", "sacrum", "sacral", "lumbosacral", "hips", "waist", "l5s1", "s1"),
}
_SIDE = {
    "left": re.compile(r"(?:^|[^a-z])(?:left|l|lt|links|gauche)(?:[^a-z]|$)|left", re.IGNORECASE),
    "right": re.compile(r"(?:^|[^a-z])(?:right|r|rt|rechts|droite)(?:[^a-z]|$)|right", re.IGNORECASE),
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[0-9])(?=[A-Za-z])")
_LETTER_FIRST = re.compile(r"^([LRlr])(?=(?:thigh|femur|shank|tibia|foot|calcn)\b)", re.IGNORECASE)


def roles_of(names: Iterable[str], file: str) -> dict[str, str]:
    """
    Names of sensors by segment: pelvis, thigh_left, thigh_right, shank_*, foot_*; those that are none are left out.

    Raises
    ------
    DataError
        Where two names stand for one segment.
    """
    roles: dict[str, str] = {}
    for name in names:
        role = role_of(name)
        if role and role in roles:
            raise DataError(
                f"the sensors '{spoken(roles[role])}' and '{spoken(name)}' both stand for {role.replace('_', ' ')}.",
                file=file,
                remedy="Name each sensor's segment in the mapping, [sensors].",
            )
        if role:
            roles[role] = name
    return roles


def names_in(trial: Trial, wanted: Mapping[str, str], what: str) -> dict[str, str]:
    """
    What another trial of the same sensors calls them, by segment: the name itself, or one that says its segment.

    Parameters
    ----------
    trial : Trial
        Of kind "imu".
    wanted : mapping of segment to name
    what : str
        The trial, in words.

    Raises
    ------
    DataError
        Where one of them is not in it.
    """
    file = trial.passport.sources[0][1]
    told: dict[str, str] = {}
    if not set(wanted.values()) <= trial.sensors.keys():
        told = roles_of(trial.sensors, file)
    own = {segment: name if name in trial.sensors else told.get(segment, "") for segment, name in wanted.items()}
    absent = next((segment for segment, name in own.items() if not name), None)
    if absent is not None:
        raise DataError(
            f"the {what} has no sensor '{spoken(wanted[absent])}' (it has {', '.join(map(spoken, trial.sensors))}).",
            file=file,
            remedy="Record it with the sensors of the movement, and name them alike in the mapping.",
        )
    return own


def role_of(name: str) -> str:
    """
    Segment that a sensor's name stands for; empty where it tells none.

    >>> role_of("femur_r_imu"), role_of("LeftUpperLeg"), role_of("00B42279")
    ('thigh_right', 'thigh_left', '')
    """
    spaced = _CAMEL.sub("_", _LETTER_FIRST.sub(r"\1_", name))
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    segment = next((part for part, words in WORDS.items() if any(_has(word, plain, spaced) for word in words)), "")
    if segment in ("", "pelvis"):
        return segment
    sides = [side for side in SIDES if _SIDE[side].search(spaced)]
    return f"{segment}_{sides[0]}" if len(sides) == 1 else ""


def _has(word: str, plain: str, spaced: str) -> bool:
    """Whether the word is in a name; short ones only as a word of their own."""
    if len(word) > 3:
        return word in plain
    return word in re.split(r"[^a-z0-9]+", spaced.lower())
