"""Contacts and toe-offs: from the file, from force, or from the angles alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError, sided
from kinematics.settings import ForceSettings, Settings
from kinematics.signals import crossings, lowpass
from kinematics.trial import Force, Trial

#: A contact counts where the force also passes this many times the threshold (hysteresis against noise in flight).
CONFIRMATION = 5.0
#: Contacts shorter or longer than this are none of a running or walking foot. [s]
CONTACT_TIMES_S = (0.05, 1.5)
#: Running: contact follows peak hip flexion by 18.1-18.8 % of the stride (28 runners of Fukuchi 2017 at 2.5-4.5 m/s).
CONTACT_AFTER_PEAK_FLEXION = 0.185
#: Running: toe-off comes before peak hip extension by this many seconds at these speeds (same runners).
SPEEDS_M_S, TOE_OFF_BEFORE_PEAK_EXTENSION_S = (2.5, 3.5, 4.5), (0.0227, 0.0328, 0.0314)
#: Hip flexion has to rise and fall by this much within a stride to count as one. [deg]
SMALLEST_SWING_DEG = 15.0
STRIDE_TIMES_S = (0.4, 1.6)


@dataclass(frozen=True)
class Events:
    """
    Contacts and toe-offs of one trial.

    Attributes
    ----------
    table : DataFrame
        side (left, right), kind (contact, toe_off), time_s (on the motion file's clock); sorted by time.
    method : str
        file, force or angles.
    description : str
        How they were found, with the bias and spread to expect.
    """

    table: pd.DataFrame
    method: str
    description: str

    def times(self, side: str, kind: str) -> np.ndarray:
        """Times of one kind on one side, ascending. [s]"""
        chosen = (self.table["side"] == side) & (self.table["kind"] == kind)
        return self.table.loc[chosen, "time_s"].to_numpy()


def foot_events(trial: Trial, angles: Angles, *, settings: Settings | None = None) -> Events:
    """
    Contacts and toe-offs of both feet.

    The first source that the trial has: events in its file or given by the user, force, the angles alone.

    Parameters
    ----------
    trial : Trial
    angles : Angles
        Of the same trial.
    settings : Settings, optional
        ``[events] method`` chooses the source by name; ``[force]`` has threshold and cut-off.

    Returns
    -------
    Events
        Expected error against a 20 N threshold: force none by definition; angles alone (running, 28 runners of
        Fukuchi 2017) contact 0 +- 18 ms, toe-off 0 +- 15 ms.

    Raises
    ------
    DataError
        Where the chosen source is not there or holds no contact.
    """
    settings = settings or Settings()
    method = settings.events.method
    if method == "auto":
        method = "file" if trial.events is not None else "force" if trial.force is not None else "angles"
    found = {"file": _from_file, "force": _from_force, "angles": _from_angles}[method](trial, angles, settings)
    if not (found.table["kind"] == "contact").any():
        raise DataError(
            f"no foot contact was found ({found.description}).",
            file=_file(trial),
            remedy="Check that the trial holds at least two strides per side.",
        )
    return found


def force_contacts(force: Force, settings: ForceSettings) -> tuple[np.ndarray, np.ndarray]:
    """
    Times at which the vertical force on a belt rises and falls through the threshold.

    The force is low-passed (zero lag); a rise counts only if the force goes on to five times the threshold before
    it falls.

    Parameters
    ----------
    force : Force
        The plates' forces are added.
    settings : ForceSettings

    Returns
    -------
    contact_s, toe_off_s : array, shape (n,)
        Pairs; a stance cut by the start or end of the file is left out. [s]
    """
    total = lowpass(force.vertical_n.sum(axis=0)[None], settings.cutoff_hz, force.rate_hz)[0]
    rising, falling = crossings(np.nan_to_num(total), settings.threshold_n)
    falling = falling[falling > rising[0]] if rising.size else falling[:0]
    rising = rising[: falling.size]
    if not rising.size:
        return rising, falling
    first = np.ceil(rising).astype(np.intp)
    edges = np.stack((first, np.maximum(np.floor(falling).astype(np.intp) + 1, first + 1)), axis=1)
    highest = np.maximum.reduceat(np.append(total, -np.inf), edges.ravel())[::2]
    duration = (falling - rising) / force.rate_hz
    real = (
        (highest > CONFIRMATION * settings.threshold_n)
        & (duration >= CONTACT_TIMES_S[0])
        & (duration <= CONTACT_TIMES_S[1])
    )
    return rising[real] / force.rate_hz, falling[real] / force.rate_hz


def _from_file(trial: Trial, angles: Angles, settings: Settings) -> Events:
    if trial.events is None:
        raise DataError(
            "this trial has no events of its own.", file=_file(trial), remedy="Give an events_file in trials.csv."
        )
    return Events(trial.events, "file", "file: events given with the trial; they override what the software would find")


def _from_force(trial: Trial, angles: Angles, settings: Settings) -> Events:
    from kinematics.models.markers import foot_heights

    if trial.force is None:
        raise DataError("this trial has no force.", file=_file(trial), remedy="Give a forces_file in trials.csv.")
    heights = foot_heights(trial)
    if len(heights) < 2:
        raise DataError(
            "the side of a contact cannot be told: a foot has no marker.",
            file=_file(trial),
            remedy="Export heel or toe markers of both feet.",
        )
    contact, toe_off = force_contacts(trial.force, settings.force)
    right = _right_is_lower(heights, (contact + toe_off) / 2, trial.rate_hz)
    side = np.where(right, "right", "left")
    start = trial.time_s[0]
    table = pd.DataFrame(
        {
            "side": np.concatenate((side, side)),
            "kind": np.repeat(["contact", "toe_off"], contact.size),
            "time_s": np.concatenate((contact, toe_off)) + start,
        }
    )
    words = (
        f"force: vertical, through {settings.force.threshold_n:g} N, low-passed at "
        f"{settings.force.cutoff_hz:g} Hz (zero lag), "
        f"confirmed at {CONFIRMATION * settings.force.threshold_n:g} N; the side is that of the lower "
        f"foot at mid-stance"
    )
    return Events(table.sort_values(["time_s", "side"], ignore_index=True), "force", words)


def _right_is_lower(heights: Mapping[str, np.ndarray], at_s: np.ndarray, rate_hz: float) -> np.ndarray:
    values = {}
    for side, height in heights.items():
        seen = np.isfinite(height)
        values[side] = np.interp(at_s * rate_hz, np.flatnonzero(seen), height[seen])
    return values["right"] < values["left"]


def _from_angles(trial: Trial, angles: Angles, settings: Settings) -> Events:
    if trial.task != "run":
        raise DataError(
            f"events from angles alone are known for running only, and this is a '{trial.task}' trial.",
            file=_file(trial),
            remedy="Give an events_file (side, event, time_s) in trials.csv.",
        )
    lead = float(np.interp(np.nan_to_num(trial.speed_m_s, nan=3.5), SPEEDS_M_S, TOE_OFF_BEFORE_PEAK_EXTENSION_S))
    frames = [_side_from_angles(angles, side, lead) for side in SIDES]
    table = pd.concat(frames).sort_values(["time_s", "side"], ignore_index=True)
    words = (
        f"angles alone: contact {CONTACT_AFTER_PEAK_FLEXION:.1%} of the stride after peak hip flexion "
        f"(spread 18 ms between runners), "
        f"toe-off {lead * 1000:.0f} ms before peak hip extension (spread 15 ms); running at 2.5-4.5 m/s"
    )
    return Events(table, "angles", words)


def _side_from_angles(angles: Angles, side: str, lead_s: float) -> pd.DataFrame:
    flexion = angles.table[sided("hip_flexion_deg", side)].to_numpy()
    time_s, rate = angles.table["time_s"].to_numpy(), angles.passport.rate_hz
    if np.isfinite(flexion).sum() < STRIDE_TIMES_S[1] * rate:
        return pd.DataFrame({"side": [], "kind": [], "time_s": []}).astype({"side": str, "kind": str, "time_s": float})
    flexed, extended = _extrema(flexion, rate)
    period = np.diff(flexed)
    usual = np.median(period) if period.size else np.nan
    contact = flexed + CONTACT_AFTER_PEAK_FLEXION * np.append(np.minimum(period, 1.5 * usual), usual)
    toe_off = extended - lead_s * rate
    position = np.concatenate((contact, toe_off))
    kind = np.repeat(["contact", "toe_off"], [contact.size, toe_off.size])
    inside = (position >= 0) & (position <= flexion.size - 1)
    return pd.DataFrame({"side": side, "kind": kind[inside], "time_s": time_s[0] + position[inside] / rate})


def _extrema(flexion: np.ndarray, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the strides' greatest flexion and extension, between samples. [samples]"""
    from scipy.signal import find_peaks

    seen = np.isfinite(flexion)
    bridged = np.interp(np.arange(flexion.size), np.flatnonzero(seen), flexion[seen])
    distance = max(1, int(0.6 * _period(bridged, rate_hz)))
    found = []
    for signal in (bridged, -bridged):
        peaks, _ = find_peaks(signal, prominence=SMALLEST_SWING_DEG, distance=distance)
        peaks = peaks[seen[peaks]]
        found.append(peaks + _parabola(signal, peaks))
    return found[0], found[1]


def _period(signal: np.ndarray, rate_hz: float) -> float:
    """Period of a signal by its autocorrelation, within the stride times that occur. [samples]"""
    centred = signal - signal.mean()
    spectrum = np.fft.rfft(centred, 2 * centred.size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: centred.size]
    low, high = (int(limit * rate_hz) for limit in STRIDE_TIMES_S)
    return float(low + np.argmax(correlation[low : min(high, centred.size)]))


def _parabola(signal: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """How far the vertex of the parabola through a peak and its neighbours lies from the peak. [samples]"""
    before, at, after = signal[peaks - 1], signal[peaks], signal[peaks + 1]
    bend = before - 2 * at + after
    return np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0)


def _file(trial: Trial) -> str:
    return trial.passport.sources[0][1]
