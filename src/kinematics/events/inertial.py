"""Contacts and toe-offs of sensor trials: from thighs and pelvis, sharpened by sensors on feet or shanks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError
from kinematics.events.angles import from_angles
from kinematics.events.found import Events, Expected, within
from kinematics.feet import vertex
from kinematics.models.inertial.placement import roles_of
from kinematics.signals import fill_gaps, lowpass
from kinematics.trial import Sensor, Trial

#: Cut-off for what a foot or shank feels of the landing. [Hz]
LANDING_CUTOFF_HZ = 30.0
#: The sign and the contact of a side are told by thighs and pelvis; the foot only moves it by less than this. [s]
LARGEST_SHIFT_S = 0.04

#: Where the sensor's sign scatters more than this about the thighs' contact it is not on the same clock. [s]
LARGEST_SPREAD_S = 0.03
FEWEST_LANDINGS = 5
SENSOR_KINDS = ("imu", "orientations")


@dataclass(frozen=True)
class Sign:
    """
    What a sensor shows of a landing in running.

    Attributes
    ----------
    window_s : (float, float)
        Where it is looked for, seen from the contact that thighs and pelvis tell. [s]
    late_s : float
        How long after a 20 N threshold of the force it comes (10 runners of RBDS at 2.5 and 4.5 m/s, simulated). [s]
    words : str
    """

    window_s: tuple[float, float]
    late_s: float
    words: str


SIGNS = {
    "foot": Sign((-0.05, 0.10), 0.0186, "the foot's turning bends upward most"),
    "shank": Sign((-0.06, 0.06), -0.0135, "the shank turns least"),
}
EXPECTED = {
    ("run", ""): {"contact": Expected(-2.0, 13.0), "toe_off": Expected(3.0, 14.0)},
    ("run", "foot"): {"contact": Expected(-1.0, 10.0), "toe_off": Expected(3.0, 14.0)},
    ("run", "shank"): {"contact": Expected(-1.0, 12.0), "toe_off": Expected(3.0, 14.0)},
}
TESTED = "inertial data simulated from running on a level treadmill at 2.5-4.5 m/s, 10 people, 100 Hz"


def from_sensors(trial: Trial, angles: Angles) -> Events:
    """
    Contacts and toe-offs of a walk or run from its sensors.

    Thighs and pelvis give both (`events.angles`). In running a sensor on each foot, or else each shank, sharpens the
    contact: it is the mean of the thighs' and of the sensor's own, which is the instant at which the foot's turning
    bends upward most, or the shank turns least.

    Raises
    ------
    DataError
        Where the trial has no sensors, the task is neither walking nor running, or a hip is missing.
    """
    if trial.kind not in SENSOR_KINDS:
        raise DataError(
            "events of sensors were asked for, and this trial has none.",
            file=trial.passport.sources[0][1],
            remedy="Choose another [events] method in study.toml.",
        )
    found = from_angles(trial, angles)
    expected = EXPECTED.get((trial.task, ""), found.expected)
    words = found.description.replace("angles alone", "thighs and pelvis")
    tested = TESTED if trial.task == "run" else found.tested
    found = found.with_(method="imu", description=words, expected=expected, tested=tested)
    if trial.kind != "imu" or trial.task != "run":
        return found
    roles = roles_of(trial.sensors, trial.passport.sources[0][1])
    span_s = float(angles.table["time_s"].iloc[0]), float(angles.table["time_s"].iloc[-1])
    for part in SIGNS:
        names = {side: roles[f"{part}_{side}"] for side in SIDES if f"{part}_{side}" in roles}
        if len(names) == len(SIDES):
            sharper = _sharpened(trial, found, span_s, names, part)
            if sharper is not None:
                return sharper
            note = f"The {part} sensors do not keep time with the thighs; unused."
            found = found.with_(notes=(*found.notes, note))
    return found


def _sharpened(
    trial: Trial, found: Events, span_s: tuple[float, float], names: dict[str, str], part: str
) -> Events | None:
    """The events with contacts moved half-way to the sensors' sign; None where it scatters too much."""
    times, sign = dict(found.moments()), SIGNS[part]
    for side, name in names.items():
        coarse = times[side, "contact"]
        own = _landings(trial.sensors[name], coarse, sign, _FEATURES[part]) - sign.late_s
        seen = np.isfinite(own)
        apart = (own - coarse)[seen]
        if seen.sum() < FEWEST_LANDINGS or apart.std() > LARGEST_SPREAD_S or abs(np.median(apart)) > LARGEST_SHIFT_S:
            return None
        times[side, "contact"] = np.where(seen & (np.abs(own - coarse) <= LARGEST_SHIFT_S), (own + coarse) / 2, coarse)
    words = f"{found.description}; contact half-way to where {sign.words}, {1000 * sign.late_s:+.0f} ms taken off"
    return replace(found, table=within(times, *span_s), description=words, expected=EXPECTED["run", part])


def _landings(sensor: Sensor, coarse_s: np.ndarray, sign: Sign, feature: Callable[[Sensor], np.ndarray]) -> np.ndarray:
    """Where a feature is greatest around each contact, NaN where the sensor was not heard. [s]"""
    rate_hz = sensor.rate_hz
    values = feature(sensor)
    steps = np.arange(sign.window_s[0] * rate_hz, sign.window_s[1] * rate_hz + 0.5)
    at = np.rint(((coarse_s - sensor.time_s[0]) * rate_hz)[:, None] + steps).astype(np.intp)
    inside = (at[:, 0] >= 1) & (at[:, -1] < values.size - 1)
    kept = at[inside]
    around = values[kept]
    heard = np.isfinite(around).all(axis=1)
    out = np.full(coarse_s.size, np.nan)
    if heard.any():
        best = kept[heard, np.argmax(around[heard], axis=1)]
        out[np.flatnonzero(inside)[heard]] = sensor.time_s[0] + (best + vertex(values, best).clip(-1, 1)) / rate_hz
    return out


def _rates(sensor: Sensor) -> np.ndarray:
    """Angular rates (3, n) on the even clock, low-passed; gaps are NaN."""
    slots = np.rint((sensor.time_s - sensor.time_s[0]) * sensor.rate_hz).astype(np.intp)
    grid = np.full((3, slots[-1] + 1), np.nan)
    grid[:, slots] = sensor.angular_rate_rad_s
    filled, _ = fill_gaps(grid, round(LARGEST_SHIFT_S * sensor.rate_hz))
    return lowpass(filled, LANDING_CUTOFF_HZ, sensor.rate_hz)


def _bend_of_turning(sensor: Sensor) -> np.ndarray:
    """Second derivative of the rate about the axis of most turning, whose fastest turning is positive. [rad/s3]"""
    rates = _rates(sensor)
    seen = rates[:, np.isfinite(rates).all(axis=0)]
    axis = np.linalg.eigh(seen @ seen.T)[1][:, -1]
    axis = axis * np.sign(((axis @ seen) ** 3).mean())
    turning = axis @ rates
    return np.gradient(np.gradient(turning)) * sensor.rate_hz**2


def _stillness(sensor: Sensor) -> np.ndarray:
    """Minus the size of the angular rate. [rad/s]"""
    return -np.linalg.norm(_rates(sensor), axis=0)


_FEATURES = {"foot": _bend_of_turning, "shank": _stillness}
