"""One sensor's orientation: from its angular rate and acceleration by VQF, or as the device gave it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.rotations import rotation_of
from kinematics.signals import fill_gaps
from kinematics.trial import Sensor, spoken

#: A sensor that turns slower than this, about its own mean, rests. A standing person sways by less. [rad/s]
REST_RATE_RAD_S = 0.15
#: And its acceleration stays within this of its mean. [m/s2]
REST_ACCELERATION_M_S2 = 0.8
#: Shortest rest that counts. [s]
SHORTEST_REST_S = 0.8
#: After a gap that was too long to bridge the inclination is not trusted for this long: the filter's own memory. [s]
SETTLING_S = 3.0
#: The even clock may have this many times more samples than were recorded.
LONGEST_GRID = 20


@dataclass(frozen=True)
class Evened:
    """
    A sensor on an even clock, gaps bridged.

    Attributes
    ----------
    name : str
    rate_hz : float
    start_s : float
        Time of the first sample on the joint clock. [s]
    acceleration_m_s2, angular_rate_rad_s : array, shape (3, n)
    magnetic_field : array, shape (3, n), or None
    given : array, shape (4, n), or None
        Orientation from the device.
    trusted : array of bool, shape (n,)
        False in gaps that are longer than may be filled.
    """

    name: str
    rate_hz: float
    start_s: float
    acceleration_m_s2: np.ndarray
    angular_rate_rad_s: np.ndarray
    magnetic_field: np.ndarray | None
    given: np.ndarray | None
    trusted: np.ndarray

    @property
    def time_s(self) -> np.ndarray:
        """Times of the samples. [s]"""
        return self.start_s + np.arange(self.trusted.size) / self.rate_hz

    @property
    def doubtful(self) -> np.ndarray:
        """Samples (n,) in long gaps, and within `SETTLING_S` of one."""
        lost = np.flatnonzero(~self.trusted)
        reach, edges = round(SETTLING_S * self.rate_hz), np.zeros(self.trusted.size + 1)
        np.add.at(edges, np.maximum(lost - reach, 0), 1)
        np.add.at(edges, np.minimum(lost + reach + 1, self.trusted.size), -1)
        return np.cumsum(edges[:-1]) > 0


def evened(sensor: Sensor, longest_gap_s: float) -> Evened:
    """
    A sensor's signals on an even clock at its own rate.

    Even clocks with lost packets are put on their grid, uneven ones read off by straight lines. Gaps of up to
    `longest_gap_s` are bridged by a monotone cubic, longer ones by straight lines and marked.

    Raises
    ------
    DataError
        Where nearly all of the recording is a pause.
    """
    slots = (sensor.time_s - sensor.time_s[0]) * sensor.rate_hz
    if slots[-1] > LONGEST_GRID * slots.size:
        raise DataError(
            f"the times of sensor '{spoken(sensor.name)}' leave {1 - slots.size / slots[-1]:.0%} of its "
            "recording empty.",
            remedy="Export the recording again, without its pauses.",
        )
    n = int(np.floor(slots[-1] + 0.5)) + 1
    nearest = np.rint(slots).astype(np.intp)
    on_grid = bool((np.abs(slots - nearest) < 0.25).all() and (np.diff(nearest) > 0).all())
    rows = [sensor.acceleration_m_s2, sensor.angular_rate_rad_s]
    rows += [extra for extra in (sensor.magnetic_field, sensor.orientation) if extra is not None]
    stack = np.concatenate(rows)
    if on_grid:
        grid = np.full((stack.shape[0], n), np.nan)
        grid[:, nearest] = stack
    else:
        grid = _read_off(slots, stack, n, longest_gap_s * sensor.rate_hz)
    filled, _ = fill_gaps(grid, round(longest_gap_s * sensor.rate_hz))
    measured = [k for k in range(filled.shape[0]) if np.isfinite(filled[k]).any()]
    trusted = np.isfinite(filled[measured]).all(axis=0) if measured else np.zeros(n, bool)
    filled = _bridged(filled)
    extra = filled[6:]
    magnetic = extra[:3] if sensor.magnetic_field is not None else None
    given = None
    if sensor.orientation is not None:
        given = extra[-4:] / np.linalg.norm(extra[-4:], axis=0)
    return Evened(
        sensor.name, sensor.rate_hz, float(sensor.time_s[0]), filled[:3], filled[3:6], magnetic, given, trusted
    )


def rest(acceleration: np.ndarray, rate: np.ndarray, rate_hz: float) -> np.ndarray:
    """Samples (n,) in which the sensor rests: turns and accelerates little about the mean around it."""
    window = max(3, round(SHORTEST_REST_S * rate_hz))
    if rate.shape[1] < window:
        return np.zeros(rate.shape[1], bool)
    calm = np.ones(rate.shape[1] - window + 1, bool)
    for rows, limit in ((rate, REST_RATE_RAD_S), (acceleration, REST_ACCELERATION_M_S2)):
        if np.isnan(rows).all():
            continue
        variance = _moving_mean(rows**2, window) - _moving_mean(rows, window) ** 2
        calm &= np.sqrt(np.maximum(variance, 0.0).sum(axis=0)) < limit
    edges = np.zeros(rate.shape[1] + 1)
    edges[: calm.size] += calm
    edges[window:] -= calm
    return np.cumsum(edges[:-1]) > 0.5


def longest_run(mask: np.ndarray) -> np.ndarray:
    """The longest run of True in a mask, the rest False; of equal ones the first."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    kept = np.zeros(mask.size, bool)
    if edges.size:
        at = int(np.argmax(edges[1::2] - edges[::2]))
        kept[edges[2 * at] : edges[2 * at + 1]] = True
    return kept


def rotations_6d(sensor: Evened, bias_rad_s: np.ndarray | None = None) -> np.ndarray:
    """
    Rotations (3, 3, n) from the sensor's axes to an earth frame with z up, whose heading is the sensor's own affair.

    Offline VQF (Laidig and Seel 2023, doi:10.1016/j.inffus.2022.10.014): the gyroscope's bias is tracked in rest and in
    movement; a bias known from the standing trial is taken off first.
    """
    import vqf

    rate = sensor.angular_rate_rad_s - (0.0 if bias_rad_s is None else bias_rad_s[:, None])
    found = vqf.offlineVQF(
        np.ascontiguousarray(rate.T), np.ascontiguousarray(sensor.acceleration_m_s2.T), None, 1.0 / sensor.rate_hz
    )
    return rotation_of(np.ascontiguousarray(found["quat6D"].T))


def _read_off(slots: np.ndarray, rows: np.ndarray, n: int, longest: float) -> np.ndarray:
    """Rows at whole slots by straight lines; NaN inside gaps longer than `longest` slots."""
    at = np.arange(n)
    out = np.full((rows.shape[0], n), np.nan)
    for k, row in enumerate(rows):
        seen = np.isfinite(row)
        if seen.sum() > 1:
            x = slots[seen]
            out[k] = np.interp(at, x, row[seen])
            after = np.clip(np.searchsorted(x, at), 1, x.size - 1)
            out[k, (x[after] - x[after - 1] > max(longest, 2.0)) | (at > x[-1])] = np.nan
    return out


def _bridged(rows: np.ndarray) -> np.ndarray:
    bridged = rows.copy()
    samples = np.arange(rows.shape[1])
    for k in np.flatnonzero(np.isnan(rows).any(axis=1)):
        seen = np.isfinite(rows[k])
        if seen.any():
            bridged[k] = np.interp(samples, samples[seen], rows[k, seen])
    return bridged


def _moving_mean(rows: np.ndarray, window: int) -> np.ndarray:
    total = np.cumsum(np.concatenate((np.zeros((rows.shape[0], 1)), rows), axis=1), axis=1)
    return (total[:, window:] - total[:, :-window]) / window


def rotations_9d(sensor: Evened, bias_rad_s: np.ndarray | None = None) -> np.ndarray:
    """
    Rotations (3, 3, n) to an earth frame with z up and y to magnetic north, disturbed fields left aside.

    Offline VQF with its magnetic disturbance rejection; `sensor.magnetic_field` has to be there.
    """
    import vqf

    assert sensor.magnetic_field is not None
    rate = sensor.angular_rate_rad_s - (0.0 if bias_rad_s is None else bias_rad_s[:, None])
    rows = (rate, sensor.acceleration_m_s2, sensor.magnetic_field)
    found = vqf.offlineVQF(*(np.ascontiguousarray(row.T) for row in rows), 1.0 / sensor.rate_hz)
    return rotation_of(np.ascontiguousarray(found["quat9D"].T))


def turns(rotations: np.ndarray) -> np.ndarray:
    """Turn (3, n) from the sample before to each, in the turning axes; the first is the second's. [rad]"""
    relative = np.einsum("jin,jkn->ikn", rotations[:, :, :-1], rotations[:, :, 1:])
    skew = np.stack((relative[2, 1] - relative[1, 2], relative[0, 2] - relative[2, 0], relative[1, 0] - relative[0, 1]))
    sine = np.linalg.norm(skew, axis=0) / 2
    angle = np.arctan2(sine, (np.trace(relative) - 1) / 2)
    found = skew / 2 * np.where(sine > 1e-9, angle / np.where(sine > 1e-9, sine, 1.0), 1.0)
    return np.concatenate((found[:, :1], found), axis=1)
