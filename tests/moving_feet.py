"""A walker or runner with simple feet: known contacts, toe-offs, plates; on a belt, on a walkway, to and fro."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from kinematics.conventions import SAMPLE_COLUMNS, SIDES
from kinematics.trial import Force, Passport, Trial

#: Stride time, contact time [s], speed [m/s], how the pelvis's height goes with the feet's distance.
GAITS = {"run": (0.70, 0.25, 3.0, 0.03), "walk": (1.10, 0.68, 1.3, -0.02)}
FALL_M_S, LIFT_M = 0.9, 0.12
PLATE_RATE_HZ = 1000.0


@dataclass(frozen=True)
class Gait:
    """A trial and its truth: times (k,) by (side, kind)."""

    trial: Trial
    truth: dict[tuple[str, str], np.ndarray]


def gait(
    task: str, *, seconds: float = 8.0, rate_hz: float = 200.0, belt: bool = True, turn_at_s: float = np.inf
) -> Gait:
    """
    Markers of pelvis and feet; the right foot lands at 0.4 s first, the left half a stride later.

    Every marker of a foot moves with it; it rises with 0.5 m/s 14 ms before toe-off and falls with 0.9 m/s. Without a
    belt the person travels forward, and backward (facing backward) from `turn_at_s` on, turning within one sample.
    """
    stride, contact_time, speed, bounce = GAITS[task]
    time = np.arange(0, seconds, 1 / rate_hz)
    markers, truth = {}, {}
    for side, first in (("right", 0.4), ("left", 0.4 + stride / 2)):
        contacts = np.arange(first - 3 * stride, seconds + 2 * stride, stride)
        ahead, up = _foot(time, contacts, contact_time, stride, speed)
        lateral = np.full(time.size, 0.1 if side == "right" else -0.1)
        letter = side[0].upper()
        for label, along in (("HEE", -0.15), ("TOE", 0.05)):
            markers[letter + label] = np.stack((ahead + along, up + 0.03, lateral))
        inside = (contacts > 0) & (contacts < seconds)
        truth[side, "contact"] = contacts[inside]
        off = contacts + contact_time
        truth[side, "toe_off"] = off[(off > 0) & (off < seconds)]
    apart = np.abs(markers["RHEE"][0] - markers["LHEE"][0])
    height = 1.0 + bounce * (apart - apart.mean()) / apart.std()
    for label, ahead, lateral in (("ASI", 0.1, 0.12), ("PSI", -0.1, 0.05)):
        for letter, sign in (("R", 1), ("L", -1)):
            markers[letter + label] = np.stack((np.full(time.size, ahead), height, np.full(time.size, sign * lateral)))
    if not belt:
        markers = {label: _travel(position, time, speed, turn_at_s) for label, position in markers.items()}
    passport = Passport(sources=(("motion", f"{task}.c3d", ""),), rate_hz=rate_hz)
    return Gait(Trial(task, "markers", task, speed, time, passport, markers=markers), truth)


def plates(made: Gait, *, only: slice = slice(None), late_s: float = 0.0) -> Force:
    """A plate under every stance of `only` (each side's list), loaded with 700 N at once from contact to toe-off."""
    time = np.arange(0, made.trial.time_s[-1], 1 / PLATE_RATE_HZ)
    rows, places = [], []
    for side in SIDES:
        off = made.truth[side, "toe_off"]
        for contact in made.truth[side, "contact"][only]:
            later = off[off > contact]
            if later.size:
                loaded = (time >= contact + late_s) & (time < later[0] + late_s)
                rows.append(np.where(loaded, 700.0, 0.0))
                foot = made.trial.markers[side[0].upper() + "TOE"][[0, 2]]
                middle = round((contact + later[0]) / 2 * made.trial.rate_hz)
                places.append(np.repeat(foot[:, middle, None], time.size, axis=1))
    return Force(PLATE_RATE_HZ, np.stack(rows), np.stack(places))


def no_angles(trial: Trial):
    """An angle table of the trial in which nothing is seen."""
    import pandas as pd

    from kinematics import Angles

    empty = {column.name: np.full(trial.time_s.size, np.nan) for column in SAMPLE_COLUMNS} | {"time_s": trial.time_s}
    return Angles(trial.name, trial.task, trial.speed_m_s, pd.DataFrame(empty), trial.passport)


def _foot(time, contacts, contact_time, stride, speed):
    """Way of a foot beside the pelvis and its height: with the belt in stance, a smooth swing between. [m]"""
    half = speed * contact_time / 2
    off = contacts + contact_time
    nodes = np.stack((contacts, off), axis=1).ravel()
    ahead = CubicHermiteSpline(nodes, np.tile((half, -half), contacts.size), np.full(nodes.size, -speed))(time)
    rise, fast, top = off - 0.039, off - 0.014, off + 0.4 * (stride - contact_time)
    landing = contacts + stride
    steps = np.stack((rise, fast, top, landing, landing + 0.001), axis=1)
    height = np.tile((0.0, 0.006, LIFT_M, 0.0, 0.0), (contacts.size, 1))
    slope = np.tile((0.0, 0.5, 0.0, -FALL_M_S, 0.0), (contacts.size, 1))
    up = CubicHermiteSpline(steps.ravel(), height.ravel(), slope.ravel())(time)
    return ahead, up


def _travel(position, time, speed, turn_at_s):
    back = time >= turn_at_s
    turned = np.where(back, position * np.array([[-1.0], [1.0], [-1.0]]), position)
    turned[0] += speed * np.where(back, 2 * min(turn_at_s, time[-1]) - time, time)
    return turned
