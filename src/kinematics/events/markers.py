"""Contacts and toe-offs from foot markers: running and walking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.events.found import Events, Expected, within
from kinematics.events.peaks import farthest_ahead, peaks_of, turns_of
from kinematics.feet import Foot, Scene, derivative, mean_seen, median, sweeps, vertex
from kinematics.signals import crossings, is_whole, lowpass
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

#: Of the left and the right foot. [samples]
_Positions = list[np.ndarray]

EXPECTED = {
    "run": {"contact": Expected(3.0, 4.0), "toe_off": Expected(-1.0, 5.0)},
    "walk": {"contact": Expected(0.0, 14.0), "toe_off": Expected(0.0, 13.0)},
}
TESTED = {
    "run": "running on a level treadmill at 2.5-4.5 m/s, 10 people, 150 Hz, heel and metatarsal markers",
    "walk": "walking on level ground and treadmill at 0.8-1.6 m/s, 9 people, 60-250 Hz, heel and toe markers",
}


def from_markers(trial: Trial, scene: Scene | None) -> Events:
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
    if scene is None:
        raise DataError(
            "events from markers need a heel, toe or ankle marker of both feet.",
            file=trial.passport.sources[0][1],
            remedy="Export foot markers, or give an events_file (side, event, time_s) in trials.csv.",
        )
    task = "walk" if trial.task == "walk" else "run"
    rate, feet = trial.rate_hz, [scene.feet[side] for side in SIDES]
    ways = sweeps(scene, rate)
    ahead = [farthest_ahead(back, rate) for back, _ in ways]
    behind = [farthest_ahead(-front, rate) for _, front in ways]
    contacts, toe_offs = (_walking if task == "walk" else _running)(feet, ahead, behind, rate)
    times = {}
    for side, contact, toe_off in zip(SIDES, contacts, toe_offs, strict=True):
        times[side, "contact"] = trial.time_s[0] + contact / rate
        times[side, "toe_off"] = trial.time_s[0] + toe_off / rate
    moments = within(times, trial.time_s[0], trial.time_s[-1])
    return Events(moments, "markers", _words(task), _notes(scene.feet, task), EXPECTED[task], TESTED[task])


def _walking(
    feet: Sequence[Foot], ahead: _Positions, behind: _Positions, rate_hz: float
) -> tuple[_Positions, _Positions]:
    contacts = [at + WALK_CONTACT_AFTER_AHEAD_S * rate_hz for at in ahead]
    return contacts, [at - WALK_TOE_OFF_BEFORE_BEHIND_S * rate_hz for at in behind]


def _running(
    feet: Sequence[Foot], ahead: _Positions, behind: _Positions, rate_hz: float
) -> tuple[_Positions, _Positions]:
    landed, rising = blows(feet, rate_hz), rises(feet, rate_hz)
    contacts = [_landings(peaks, at, rate_hz) for peaks, at in zip(landed, ahead, strict=True)]
    return contacts, [_take_offs(risen, at, rate_hz) for risen, at in zip(rising, behind, strict=True)]


def blows(feet: Sequence[Foot], rate_hz: float) -> list[np.ndarray]:
    """Peaks of upward acceleration of any heel or metatarsal marker, of each foot, ascending. [samples]"""
    heights = [[marker[1] for part in (foot.rear, foot.fore) for marker in part] for foot in feet]
    heights = [rows or [marker[1] for marker in foot.ankle] for rows, foot in zip(heights, feet, strict=True)]
    smooth = lowpass(np.stack([*heights[0], *heights[1]]), _cutoff(IMPACT_CUTOFF_HZ, rate_hz), rate_hz)
    acceleration = derivative(derivative(smooth, rate_hz), rate_hz)
    if not is_whole(acceleration):
        acceleration = np.nan_to_num(acceleration)
    peaks = []
    for row in acceleration:
        found = peaks_of(turns_of(row), SMALLEST_PROMINENCE_M_S2, height=SMALLEST_IMPACT_M_S2, window=round(rate_hz))
        peaks.append(found + vertex(row, found))
    first = len(heights[0])
    return [np.sort(np.concatenate(some)) for some in (peaks[:first], peaks[first:])]


def rises(feet: Sequence[Foot], rate_hz: float) -> list[np.ndarray | None]:
    """Where the forefoot of each foot comes to rise with `RISE_SPEED_M_S`; None where it has no marker. [samples]"""
    found: list[np.ndarray | None] = []
    for foot in feet:
        height = lowpass(foot.fore[:, 1], _cutoff(RISE_CUTOFF_HZ, rate_hz), rate_hz)
        speed = mean_seen(derivative(height, rate_hz)) if len(height) else None
        found.append(None if speed is None else crossings(np.nan_to_num(speed), RISE_SPEED_M_S)[0])
    return found


def _landings(peaks: np.ndarray, ahead: np.ndarray, rate_hz: float) -> np.ndarray:
    """
    First blow of each landing: the earliest of a foot's `blows` after `ahead`. [samples]

    One that lies further than `USUAL_WITHIN_S` from the side's usual delay gives way to the one nearest to it; where
    none is seen the usual delay itself is taken.
    """
    first, last = (ahead + limit * rate_hz for limit in CONTACT_WINDOW_S)
    earliest = _first_within(peaks, first, last)
    seen = np.isfinite(earliest)
    usual = median((earliest - ahead)[seen]) if seen.any() else CONTACT_AFTER_AHEAD_S * rate_hz
    near = ahead + usual
    reach = USUAL_WITHIN_S * rate_hz
    again = _first_within(peaks, near - reach, near + reach)
    return np.where(np.isfinite(again), again, near)


def _take_offs(rising: np.ndarray | None, behind: np.ndarray, rate_hz: float) -> np.ndarray:
    """Instants at which the forefoot has risen with `RISE_SPEED_M_S`, and the toes have followed. [samples]"""
    fallback = behind - TOE_OFF_BEFORE_BEHIND_S * rate_hz
    if rising is None:
        return fallback
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
