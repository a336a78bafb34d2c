"""Contacts and toe-offs from hip angles alone: no force, no foot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError, sided
from kinematics.events.found import KINDS, Events, Expected, nearest, within
from kinematics.events.peaks import Turns, peaks_of, turns_of
from kinematics.feet import derivative, median, percentiles, vertex
from kinematics.signals import is_whole, lowpass
from kinematics.task import ENOUGH_HZ, STRIDE_TIMES_S, period, samples_of
from kinematics.trial import Trial

#: Running: contact follows peak hip flexion by 18.1-18.8 % of the stride (28 runners of Fukuchi 2017 at 2.5-4.5 m/s).
CONTACT_AFTER_PEAK_FLEXION = 0.185
#: Running: the other thigh swings forward fastest after this part of the stride (10 runners of RBDS: 0.130 +- 0.019);
#: the other hip flexes fastest after this (0.139 +- 0.021).
OTHER_THIGH_FASTEST, OTHER_HIP_FASTEST = 0.130, 0.139
#: Running: toe-off comes before peak hip extension by this many seconds at these speeds (28 runners).
SPEEDS_M_S, TOE_OFF_BEFORE_PEAK_EXTENSION_S = (2.5, 3.5, 4.5), (0.0227, 0.0328, 0.0314)
#: Where the speed is not known, the middle one of those tested. [m/s]
USUAL_SPEED_M_S = 3.5
#: Walking: contact comes before the other hip's peak extension, toe-off before the own hip flexes fastest, by this
#: much (10 trials of 6 people, 76 contacts: 21 +- 21 ms, 57 +- 16 ms). [s]
WALK_CONTACT_BEFORE_OTHER_EXTENSION_S, WALK_TOE_OFF_BEFORE_FASTEST_S = 0.021, 0.057
#: Low-pass for the fastest swing: the sweep of a stride without the blow of the landing. [Hz]
SWING_CUTOFF_HZ = 6.0
#: The fastest forward swing is faster than this part of the fastest of all.
FAST_SHARE = 0.5
#: A hip that is seen for less than this many of the shortest strides shows none whole.
FEWEST_STRIDES = 2
#: Hip flexion has to rise and fall by this much within a stride to count as one. [deg]
SMALLEST_SWING_DEG = 15.0

_HIPS, _THIGHS = ({side: sided(name, side) for side in SIDES} for name in ("hip_flexion_deg", "thigh_flexion_deg"))

EXPECTED = {
    "run": {"contact": Expected(0.0, 13.0), "toe_off": Expected(3.0, 13.0)},
    "walk": {"contact": Expected(0.0, 21.0), "toe_off": Expected(0.0, 16.0)},
}
TESTED = {
    "run": "running on a level treadmill at 2.5-4.5 m/s, 10 people",
    "walk": "walking on level ground and treadmill at 0.9-1.6 m/s, 6 people",
}


def from_angles(trial: Trial, angles: Angles) -> Events:
    """
    Contacts and toe-offs from the hips' sagittal angles.

    Running: contact is the mean of two estimates whose errors hardly go together: 18.5 % of the stride after peak hip
    flexion, and 13 % before the other thigh swings forward fastest; toe-off is 23-33 ms before peak hip extension.
    Walking: contact is 21 ms before the other hip's peak extension, toe-off 57 ms before the hip flexes fastest.

    Raises
    ------
    DataError
        Where the task is neither, or a hip is missing.
    """
    if trial.task not in EXPECTED:
        raise DataError(
            f"events from angles alone are known for running and walking, and this is a '{trial.task}' trial.",
            file=trial.passport.sources[0][1],
            remedy="Give an events_file (side, event, time_s) in trials.csv.",
        )
    columns = samples_of(angles, "time_s", *_HIPS.values(), *_THIGHS.values())
    time_s, hips = columns["time_s"], {side: _bridged(columns[name]) for side, name in _HIPS.items()}
    rate = angles.passport.rate_hz
    shortest = FEWEST_STRIDES * STRIDE_TIMES_S[trial.task][0] * rate
    whole = {side: hip for side, (hip, n_seen) in hips.items() if n_seen >= shortest}
    if trial.task == "walk" and len(whole) < len(hips):
        raise DataError(
            "events of walking from angles alone need the flexion of both hips over at least two strides.",
            file=trial.passport.sources[0][1],
            remedy="Give an events_file (side, event, time_s) in trials.csv.",
        )
    found = _walking(whole, rate) if trial.task == "walk" else _running(columns, whole, rate, trial.speed_m_s)
    moments = within({key: time_s[0] + at / rate for key, at in found.items()}, time_s[0], time_s[-1])
    words = _words(trial.task, toe_off_lead_s(trial.speed_m_s))
    return Events(moments, "angles", words, (), EXPECTED[trial.task], TESTED[trial.task])


def _running(
    columns: Mapping[str, np.ndarray], hips: dict[str, np.ndarray], rate: float, speed_m_s: float
) -> dict[tuple[str, str], np.ndarray]:
    """Contacts and toe-offs by (side, kind) of the hips that are seen. [samples]"""
    swings, shares = zip(*(_swing(columns, side) for side in SIDES), strict=True)
    quickest = fastest(np.stack(swings), rate)
    found = {(side, kind): np.zeros(0) for side in SIDES for kind in KINDS}
    for side, turns, distance in _courses(hips, rate, "run"):
        other = 1 - SIDES.index(side)
        found[side, "contact"] = _landings(_peaks(turns, distance), quickest[other], shares[other])
        found[side, "toe_off"] = _peaks(turns.upside_down(), distance) - toe_off_lead_s(speed_m_s) * rate
    return found


def _landings(flexed: np.ndarray, quickest: np.ndarray, share: float) -> np.ndarray:
    """Contacts from peak flexion and, where it agrees, from the other side's fastest swing. [samples]"""
    spacing = np.diff(flexed)
    usual = median(spacing) if spacing.size else np.nan
    contact = flexed + CONTACT_AFTER_PEAK_FLEXION * np.append(np.minimum(spacing, 1.5 * usual), usual)
    second = nearest(quickest, contact + share * usual) - share * usual
    return np.where(np.abs(second - contact) < share * usual, (contact + second) / 2, contact)


def _walking(hips: dict[str, np.ndarray], rate_hz: float) -> dict[tuple[str, str], np.ndarray]:
    """Contacts and toe-offs by (side, kind). [samples]"""
    quickest = fastest(np.stack([hips[side] for side in SIDES]), rate_hz)
    found = {}
    for (side, turns, distance), quick, other in zip(
        _courses(hips, rate_hz, "walk"), quickest, reversed(SIDES), strict=True
    ):
        extended = _peaks(turns.upside_down(), distance)
        found[other, "contact"] = extended - WALK_CONTACT_BEFORE_OTHER_EXTENSION_S * rate_hz
        found[side, "toe_off"] = quick - WALK_TOE_OFF_BEFORE_FASTEST_S * rate_hz
    return found


def toe_off_lead_s(speed_m_s: float) -> float:
    """How long before peak hip extension a running foot leaves the ground. [s]"""
    return float(np.interp(np.nan_to_num(speed_m_s, nan=USUAL_SPEED_M_S), SPEEDS_M_S, TOE_OFF_BEFORE_PEAK_EXTENSION_S))


def fastest(angles_deg: np.ndarray, rate_hz: float) -> list[np.ndarray]:
    """Positions at which angles (k, n) rise fastest in each stride, one array per angle. [samples]"""
    speeds = derivative(lowpass(angles_deg, SWING_CUTOFF_HZ, rate_hz), rate_hz)
    return [peaks + vertex(speed, peaks) for speed, peaks in ((speed, _fast_peaks(speed)) for speed in speeds)]


def _fast_peaks(speed: np.ndarray) -> np.ndarray:
    """Samples of the peaks of a speed (n,) that reach `FAST_SHARE` of the fastest, its 99th percentile."""
    peaks = peaks_of(turns_of(speed))
    height = speed[peaks]
    fast = height >= FAST_SHARE * speed.max()  # these do whatever the percentile is
    doubtful = height[~fast].max(initial=-np.inf) / FAST_SHARE
    if np.count_nonzero(speed > doubtful) > 0.01 * speed.size + 2:  # the others do not, whatever it is
        return peaks[fast]
    return peaks[height >= FAST_SHARE * percentiles(speed, (99,))[0]]


def _swing(columns: Mapping[str, np.ndarray], side: str) -> tuple[np.ndarray, float]:
    """A thigh, else its hip (n,), and after which part of the other side's stride it swings fastest."""
    for name, share in ((_THIGHS[side], OTHER_THIGH_FASTEST), (_HIPS[side], OTHER_HIP_FASTEST)):
        values, n_seen = _bridged(columns[name])
        if n_seen > 0.5 * values.size:
            return values, share
    return np.zeros(values.size), OTHER_HIP_FASTEST


def _courses(hips: dict[str, np.ndarray], rate_hz: float, task: str) -> Iterator[tuple[str, Turns, int]]:
    """
    Side, turning points and fewest samples between extremes of each hip.

    Extremes are at least 60 % of the hip's usual stride apart, told at 50 Hz.
    """
    step = max(1, int(rate_hz / ENOUGH_HZ))
    for side, hip in hips.items():
        stride = period(hip[::step], rate_hz / step, STRIDE_TIMES_S[task])
        yield side, turns_of(hip), max(1, int(0.6 * step * stride))


def _peaks(turns: Turns, distance: int) -> np.ndarray:
    """Positions of the strides' greatest values, between samples. [samples]"""
    peaks = peaks_of(turns, SMALLEST_SWING_DEG, distance=distance, window=4 * distance)
    return peaks + vertex(turns.signal, peaks)


def _bridged(values: np.ndarray) -> tuple[np.ndarray, int]:
    """An angle (n,) with its gaps bridged by straight lines, and how many samples of it were seen."""
    if is_whole(values):
        return values, values.size
    seen = np.flatnonzero(np.isfinite(values))
    return (np.interp(np.arange(values.size), seen, values[seen]) if seen.size else values), seen.size


@lru_cache(maxsize=64)
def _words(task: str, lead_s: float) -> str:
    if task == "walk":
        return (
            f"angles alone: contact {1000 * WALK_CONTACT_BEFORE_OTHER_EXTENSION_S:.0f} ms before the other hip's peak "
            f"extension, toe-off {1000 * WALK_TOE_OFF_BEFORE_FASTEST_S:.0f} ms before the hip flexes fastest"
        )
    return (
        f"angles alone: contact midway between {CONTACT_AFTER_PEAK_FLEXION:.1%} of the stride after peak hip flexion "
        f"and {OTHER_THIGH_FASTEST:.0%} before the other thigh swings forward fastest, toe-off {lead_s * 1000:.0f} ms "
        f"before peak hip extension"
    )
