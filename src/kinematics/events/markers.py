"""Contacts and toe-offs from foot markers: running and walking."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.events.found import Events, Expected, event_table
from kinematics.feet import Foot, derivative, extremes, mean_seen, see, sweeps, vertex
from kinematics.signals import crossings, lowpass, prominent_peaks
from kinematics.trial import Trial

#: Running: contact lies between these, seen from the instant at which the heel is farthest ahead of the pelvis. [s]
CONTACT_WINDOW_S = (-0.02, 0.10)
#: Running: toe-off lies between these, seen from the instant at which the forefoot is farthest behind the pelvis. [s]
TOE_OFF_WINDOW_S = (-0.20, 0.02)
#: Cut-off for the blow of the landing; at 30 Hz 0.5 mm of noise already looks like one. [Hz]
IMPACT_CUTOFF_HZ = 20.0
#: Part of the sampling rate that a cut-off may take.
CUTOFF_SHARE = 0.3
#: A landing slows the marker upward by this much at least; the swing does by less, and without a peak. [m/s2]
SMALLEST_IMPACT_M_S2, SMALLEST_PROMINENCE_M_S2 = 12.0, 10.0
#: A stride's landing lies within this of the side's usual one, seen from the farthest ahead. [s]
USUAL_WITHIN_S = 0.035
#: Where no blow is seen: contact after the farthest ahead (10 runners of RBDS, spread 11 ms). [s]
CONTACT_AFTER_AHEAD_S = 0.027
#: Cut-off for the rise of the forefoot. [Hz]
RISE_CUTOFF_HZ = 15.0
#: The metatarsal heads leave with this speed upward ...  [m/s]
RISE_SPEED_M_S = 0.5
#: ... this long before the force falls below 20 N: the toes in front of them push on (10 runners of RBDS). [s]
TOE_OFF_AFTER_RISE_S = 0.014
#: Where there is no forefoot marker: toe-off before the farthest behind (same runners, spread 14 ms). [s]
TOE_OFF_BEFORE_BEHIND_S = 0.093
#: Walking: contact after the heel is farthest ahead, toe-off before the toe is farthest behind: means of nine people.
WALK_CONTACT_AFTER_AHEAD_S, WALK_TOE_OFF_BEFORE_BEHIND_S = 0.036, 0.008

EXPECTED = {
    "run": {"contact": Expected(3.0, 4.0), "toe_off": Expected(-1.0, 5.0)},
    "walk": {"contact": Expected(0.0, 14.0), "toe_off": Expected(0.0, 13.0)},
}
TESTED = {
    "run": "running on a level treadmill at 2.5-4.5 m/s, 10 people, 150 Hz, heel and metatarsal markers",
    "walk": "walking on level ground and treadmill at 0.8-1.6 m/s, 9 people, 60-250 Hz, heel and toe markers",
}


def from_markers(trial: Trial) -> Events:
    """
    Contacts and toe-offs from the markers of the feet.

    Anchors in both gaits are the instants at which a foot is farthest ahead of and behind the pelvis (Zeni 2008,
    doi:10.1016/j.gaitpost.2007.07.007). Walking takes them with a constant delay. Running looks from them for the
    first blow: the earliest peak of upward acceleration of any heel or metatarsal marker (after Handsaker 2016), and
    for the instant at which the metatarsal heads rise with 0.5 m/s.

    Raises
    ------
    DataError
        Where a foot has no known marker.
    """
    scene = see(trial)
    if scene is None:
        raise DataError(
            "events from markers need a heel, toe or ankle marker of both feet.",
            file=trial.passport.sources[0][1],
            remedy="Export foot markers, or give an events_file (side, event, time_s) in trials.csv.",
        )
    task = "walk" if trial.task == "walk" else "run"
    one_side = _walking if task == "walk" else _running
    times = {}
    for side, (back, front) in zip(SIDES, sweeps(scene, trial.rate_hz), strict=True):
        ahead, behind = extremes(back, trial.rate_hz)[0], extremes(front, trial.rate_hz)[1]
        contact, toe_off = one_side(scene.feet[side], ahead, behind, trial.rate_hz)
        times[side, "contact"] = trial.time_s[0] + contact / trial.rate_hz
        times[side, "toe_off"] = trial.time_s[0] + toe_off / trial.rate_hz
    return Events(
        event_table(times, trial.time_s[0], trial.time_s[-1]),
        "markers",
        _words(task),
        _notes(scene.feet, task),
        EXPECTED[task],
        TESTED[task],
    )


def _walking(foot: Foot, ahead: np.ndarray, behind: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    return ahead + WALK_CONTACT_AFTER_AHEAD_S * rate_hz, behind - WALK_TOE_OFF_BEFORE_BEHIND_S * rate_hz


def _running(foot: Foot, ahead: np.ndarray, behind: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    return landings(foot, ahead, rate_hz), take_offs(foot, behind, rate_hz)


def landings(foot: Foot, ahead: np.ndarray, rate_hz: float) -> np.ndarray:
    """
    First blow of each landing: the earliest peak of upward acceleration of any marker after `ahead`. [samples]

    A peak that lies further than `USUAL_WITHIN_S` from the side's usual delay gives way to the one nearest to it; where
    none is seen the usual delay itself is taken.
    """
    rows = np.concatenate((foot.rear, foot.fore))[:, 1]
    rows = rows if len(rows) else foot.ankle[:, 1]
    acceleration = derivative(derivative(lowpass(rows, _cutoff(IMPACT_CUTOFF_HZ, rate_hz), rate_hz), rate_hz), rate_hz)
    peaks = []
    for row in np.nan_to_num(acceleration):
        found = prominent_peaks(row, SMALLEST_PROMINENCE_M_S2, height=SMALLEST_IMPACT_M_S2, window=round(rate_hz))
        peaks.append(found + vertex(row, found))
    first, last = (ahead + limit * rate_hz for limit in CONTACT_WINDOW_S)
    earliest = np.min([_first_within(found, first, last) for found in peaks], axis=0)
    seen = np.isfinite(earliest)
    usual = float(np.median((earliest - ahead)[seen])) if seen.any() else CONTACT_AFTER_AHEAD_S * rate_hz
    near = ahead + usual
    within = USUAL_WITHIN_S * rate_hz
    again = np.min([_first_within(found, near - within, near + within) for found in peaks], axis=0)
    return np.where(np.isfinite(again), again, near)


def take_offs(foot: Foot, behind: np.ndarray, rate_hz: float) -> np.ndarray:
    """Instants at which the forefoot has risen with `RISE_SPEED_M_S`, and the toes have followed. [samples]"""
    fallback = behind - TOE_OFF_BEFORE_BEHIND_S * rate_hz
    if not len(foot.fore):
        return fallback
    height = lowpass(foot.fore[:, 1], _cutoff(RISE_CUTOFF_HZ, rate_hz), rate_hz)
    speed = mean_seen(derivative(height, rate_hz))
    rising, _ = crossings(np.nan_to_num(speed), RISE_SPEED_M_S)
    first, last = (behind + limit * rate_hz for limit in TOE_OFF_WINDOW_S)
    found = _first_within(rising, first, last) + TOE_OFF_AFTER_RISE_S * rate_hz
    return np.where(np.isfinite(found), found, fallback)


def _first_within(found: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The first of ascending positions in each interval; inf where there is none."""
    at = np.append(found, np.inf)[np.searchsorted(found, first)]
    return np.where(at <= last, at, np.inf)


def _cutoff(wanted_hz: float, rate_hz: float) -> float:
    return min(wanted_hz, CUTOFF_SHARE * rate_hz)


def _words(task: str) -> str:
    if task == "walk":
        return (
            f"markers: contact {1000 * WALK_CONTACT_AFTER_AHEAD_S:.0f} ms after the heel is farthest ahead of the "
            f"pelvis, toe-off {1000 * WALK_TOE_OFF_BEFORE_BEHIND_S:.0f} ms before the toe is farthest behind "
            f"(after Zeni 2008)"
        )
    return (
        f"markers: contact at the first peak of upward acceleration of a heel or metatarsal marker after the foot is "
        f"farthest ahead of the pelvis, toe-off {1000 * TOE_OFF_AFTER_RISE_S:.0f} ms after the metatarsal markers rise "
        f"with {RISE_SPEED_M_S:g} m/s"
    )


def _notes(feet: dict[str, Foot], task: str) -> tuple[str, ...]:
    """What the method lacks of the markers that it was tested with."""
    notes = []
    for lacks, what, effect in (
        (lambda foot: not len(foot.rear), "heel", "contacts"),
        (lambda foot: not len(foot.fore), "toe or metatarsal", "toe-offs"),
    ):
        sides = [side for side in SIDES if lacks(feet[side])]
        if sides:
            notes.append(
                f"No {what} marker ({', '.join(sides)}): {effect} of {task} trials are less exact than stated."
            )
    return tuple(notes)
