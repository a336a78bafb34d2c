"""Contacts and toe-offs from hip angles alone: no force, no foot."""

from __future__ import annotations

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError, sided
from kinematics.events.found import KINDS, Events, Expected, event_table, nearest
from kinematics.feet import derivative, vertex
from kinematics.signals import is_whole, lowpass, prominent_peaks
from kinematics.task import ENOUGH_HZ, STRIDE_TIMES_S, period
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
    hips = {side: angles.table[sided("hip_flexion_deg", side)].to_numpy() for side in SIDES}
    rate = angles.passport.rate_hz
    shortest = FEWEST_STRIDES * STRIDE_TIMES_S[trial.task][0] * rate
    enough = {side: np.isfinite(hip).sum() >= shortest for side, hip in hips.items()}
    if trial.task == "walk" and not all(enough.values()):
        raise DataError(
            "events of walking from angles alone need the flexion of both hips over at least two strides.",
            file=trial.passport.sources[0][1],
            remedy="Give an events_file (side, event, time_s) in trials.csv.",
        )
    hips = {side: _bridged(hip) for side, hip in hips.items() if enough[side]}
    found = _walking(hips, rate) if trial.task == "walk" else _running(angles, hips, trial.speed_m_s)
    time_s = angles.table["time_s"].to_numpy()
    times = {key: time_s[0] + samples / rate for key, samples in found.items()}
    table = event_table(times, time_s[0], time_s[-1])
    return Events(table, "angles", _words(trial), (), EXPECTED[trial.task], TESTED[trial.task])


def _running(angles: Angles, hips: dict[str, np.ndarray], speed_m_s: float) -> dict[tuple[str, str], np.ndarray]:
    """Contacts and toe-offs by (side, kind) of the hips that are seen. [samples]"""
    rate = angles.passport.rate_hz
    swings, shares = zip(*(_swing(angles, side) for side in SIDES), strict=True)
    quickest = fastest(np.stack(swings), rate)
    found = {(side, kind): np.zeros(0) for side in SIDES for kind in KINDS}
    for side, hip in hips.items():
        distance = _shortest_stride(hip, rate, "run")
        flexed, extended = _peaks(hip, distance), _peaks(-hip, distance)
        other = 1 - SIDES.index(side)
        found[side, "contact"] = _landings(flexed, quickest[other], shares[other])
        found[side, "toe_off"] = extended - toe_off_lead_s(speed_m_s) * rate
    return found


def _landings(flexed: np.ndarray, quickest: np.ndarray, share: float) -> np.ndarray:
    """Contacts from peak flexion and, where it agrees, from the other side's fastest swing. [samples]"""
    period = np.diff(flexed)
    usual = float(np.median(period)) if period.size else np.nan
    contact = flexed + CONTACT_AFTER_PEAK_FLEXION * np.append(np.minimum(period, 1.5 * usual), usual)
    second = nearest(quickest, contact + share * usual) - share * usual
    return np.where(np.abs(second - contact) < share * usual, (contact + second) / 2, contact)


def _walking(hips: dict[str, np.ndarray], rate_hz: float) -> dict[tuple[str, str], np.ndarray]:
    """Contacts and toe-offs by (side, kind). [samples]"""
    quickest = fastest(np.stack([hips[side] for side in SIDES]), rate_hz)
    found = {}
    for side, other, quick in zip(SIDES, reversed(SIDES), quickest, strict=True):
        extended = _peaks(-hips[other], _shortest_stride(hips[other], rate_hz, "walk"))
        found[side, "contact"] = extended - WALK_CONTACT_BEFORE_OTHER_EXTENSION_S * rate_hz
        found[side, "toe_off"] = quick - WALK_TOE_OFF_BEFORE_FASTEST_S * rate_hz
    return found


def toe_off_lead_s(speed_m_s: float) -> float:
    """How long before peak hip extension a running foot leaves the ground. [s]"""
    return float(np.interp(np.nan_to_num(speed_m_s, nan=USUAL_SPEED_M_S), SPEEDS_M_S, TOE_OFF_BEFORE_PEAK_EXTENSION_S))


def fastest(angles_deg: np.ndarray, rate_hz: float) -> list[np.ndarray]:
    """Positions at which angles (k, n) rise fastest in each stride, one array per angle. [samples]"""
    from scipy.signal import find_peaks

    speeds = derivative(lowpass(angles_deg, SWING_CUTOFF_HZ, rate_hz), rate_hz)
    found = []
    for speed, fast in zip(speeds, np.percentile(speeds, 99, axis=1), strict=True):
        peaks, _ = find_peaks(speed, height=FAST_SHARE * fast)
        found.append(peaks + vertex(speed, peaks))
    return found


def _swing(angles: Angles, side: str) -> tuple[np.ndarray, float]:
    """A thigh, else its hip (n,), and after which part of the other side's stride it swings fastest."""
    for name, share in (("thigh_flexion_deg", OTHER_THIGH_FASTEST), ("hip_flexion_deg", OTHER_HIP_FASTEST)):
        values = angles.table[sided(name, side)].to_numpy()
        if np.isfinite(values).mean() > 0.5:
            return _bridged(values), share
    return np.zeros(len(angles.table)), OTHER_HIP_FASTEST


def _shortest_stride(flexion: np.ndarray, rate_hz: float, task: str) -> int:
    """Extremes of a hip are at least this far apart: 60 % of its usual stride, told at 50 Hz. [samples]"""
    step = max(1, int(rate_hz / ENOUGH_HZ))
    return max(1, int(0.6 * step * period(flexion[::step], rate_hz / step, STRIDE_TIMES_S[task])))


def _peaks(signal: np.ndarray, distance: int) -> np.ndarray:
    """Positions of the strides' greatest values, between samples. [samples]"""
    peaks = prominent_peaks(signal, SMALLEST_SWING_DEG, distance=distance, window=4 * distance)
    return peaks + vertex(signal, peaks)


def _bridged(values: np.ndarray) -> np.ndarray:
    if is_whole(values):
        return values
    seen = np.isfinite(values)
    return np.interp(np.arange(values.size), np.flatnonzero(seen), values[seen])


def _words(trial: Trial) -> str:
    if trial.task == "walk":
        return (
            f"angles alone: contact {1000 * WALK_CONTACT_BEFORE_OTHER_EXTENSION_S:.0f} ms before the other hip's peak "
            f"extension, toe-off {1000 * WALK_TOE_OFF_BEFORE_FASTEST_S:.0f} ms before the hip flexes fastest"
        )
    lead = toe_off_lead_s(trial.speed_m_s)
    return (
        f"angles alone: contact midway between {CONTACT_AFTER_PEAK_FLEXION:.1%} of the stride after peak hip flexion "
        f"and {OTHER_THIGH_FASTEST:.0%} before the other thigh swings forward fastest, toe-off {lead * 1000:.0f} ms "
        f"before peak hip extension"
    )
