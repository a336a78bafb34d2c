"""Walking and running in a long recording: where it is, so that nothing else of it need be kept or worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kinematics.trial import Sensor, Trial

#: Thighs turn at least this fast on average while walking, slowly too; a standing or sitting person's hardly. [rad/s]
SMALLEST_TURNING_RAD_S = 0.6
#: It is looked at in windows of this length, which begin at its multiples on the sensors' clock. [s]
WINDOW_S = 2.0
#: A pause up to this long does not end a bout; a shorter bout than that tells too little. [s]
LONGEST_PAUSE_S, SHORTEST_BOUT_S = 4.0, 12.0
#: Longer bouts are worked on in pieces of this length, which bounds the memory. [s]
LONGEST_PIECE_S = 600.0
#: Taken along before and after, where the recording has it: the orientation settles in it. [s]
MARGIN_S = 3.0
#: Kept around a bout where the rest is let go: whole windows, so that what is seen in them stays the same.
KEPT_WINDOWS = 2
#: Samples that are looked at in one go.
BLOCK = 1 << 18


def gait_spans(trial: Trial, segments: Sequence[str]) -> np.ndarray:
    """
    Times (n_bouts, 2) between which all named sensors turn as in walking or running, in their order. [s]

    Parameters
    ----------
    trial : Trial
        Of kind "imu", sensors on one clock.
    segments : sequence of str
        Names of the thighs' sensors.
    """
    first = max(_window(sensor.time_s[:1])[0] for sensor in trial.sensors.values())
    stop = min(_window(sensor.time_s[-1:])[0] for sensor in trial.sensors.values()) + 1
    busy = np.ones(max(0, stop - first), bool)
    for name in segments:
        busy &= _turning(trial.sensors[name], first, busy.size) >= SMALLEST_TURNING_RAD_S
    edges = np.flatnonzero(np.diff(np.concatenate(([False], _bridged(busy), [False])).astype(np.int8)))
    spans = (first + edges.reshape(-1, 2)) * WINDOW_S
    return spans[spans[:, 1] - spans[:, 0] >= SHORTEST_BOUT_S]


def gait_bouts(trial: Trial, segments: Sequence[str]) -> list[Trial]:
    """
    The parts of a recording in which all named sensors turn as in walking or running, in their order.

    Nothing is copied: each part looks into the arrays of the recording. Times stay those of the recording.

    Parameters
    ----------
    trial, segments
        As for `gait_spans`.
    """
    pieces = [piece for begin, end in gait_spans(trial, segments).tolist() for piece in _pieces(begin, end)]
    return [_part(trial, begin - MARGIN_S, end + MARGIN_S) for begin, end in pieces]


def around(trial: Trial, spans: np.ndarray) -> Trial:
    """
    The recording without what is far from all spans; its first and last window stay, so that its length does.

    `gait_bouts` finds in it what it finds in the whole, sample by sample.

    Parameters
    ----------
    trial : Trial
        Of kind "imu".
    spans : array, shape (n_bouts, 2)
        From `gait_spans`, of sensors on the same clock; bouts of the recording lie within them. [s]
    """
    sensors = {name: _rows(sensor, _near(sensor.time_s, spans)) for name, sensor in trial.sensors.items()}
    return replace(trial, sensors=sensors, time_s=next(iter(sensors.values())).time_s)


def _window(time_s: np.ndarray) -> np.ndarray:
    """Number of each time's window, which is the same in all sensors."""
    return np.floor(time_s / WINDOW_S).astype(np.intp)


def _turning(sensor: Sensor, first: int, count: int) -> np.ndarray:
    """Mean size of the angular rate in each window from the first on; 0 where nothing was heard. [rad/s]"""
    total, heard = np.zeros(count), np.zeros(count)
    for begin in range(0, sensor.time_s.size, BLOCK):
        part = slice(begin, begin + BLOCK)
        size = np.sqrt(np.square(sensor.angular_rate_rad_s[:, part]).sum(axis=0))
        window = _window(sensor.time_s[part]) - first
        good = np.isfinite(size) & (window >= 0) & (window < count)
        total += np.bincount(window[good], size[good], minlength=count)
        heard += np.bincount(window[good], minlength=count)
    return total / np.maximum(heard, 1)


def _near(time_s: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """Rows of the spans and of the windows around each, and of the recording's first and last window."""
    margin, last = KEPT_WINDOWS * WINDOW_S, _window(time_s[-1:]) * WINDOW_S
    begins = np.concatenate(([-np.inf], spans[:, 0] - margin, last))
    ends = np.concatenate(((_window(time_s[:1]) + 1) * WINDOW_S, spans[:, 1] + margin, [np.inf]))
    stops = np.searchsorted(time_s, ends)
    starts = np.maximum(np.searchsorted(time_s, begins), np.concatenate(([0], np.maximum.accumulate(stops)[:-1])))
    return np.concatenate([np.arange(start, stop) for start, stop in zip(starts, stops, strict=True)])


def _bridged(busy: np.ndarray) -> np.ndarray:
    """The mask with short pauses between busy windows filled."""
    places = np.flatnonzero(busy)
    pauses = np.diff(places) - 1
    short = (pauses > 0) & (pauses <= LONGEST_PAUSE_S / WINDOW_S)
    steps = np.zeros(busy.size + 1, np.int64)
    np.add.at(steps, places[:-1][short] + 1, 1)
    np.add.at(steps, places[1:][short], -1)
    return busy | (np.cumsum(steps[:-1]) > 0)


def _pieces(begin: float, end: float) -> list[tuple[float, float]]:
    """A bout in equal pieces, none longer than `LONGEST_PIECE_S`."""
    edges = np.linspace(begin, end, int(np.ceil((end - begin) / LONGEST_PIECE_S)) + 1)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _part(trial: Trial, begin_s: float, end_s: float) -> Trial:
    sensors = {
        name: _rows(sensor, slice(*np.searchsorted(sensor.time_s, (begin_s, end_s)).tolist()))
        for name, sensor in trial.sensors.items()
    }
    return replace(trial, sensors=sensors, time_s=next(iter(sensors.values())).time_s)


def _rows(sensor: Sensor, rows: slice | np.ndarray) -> Sensor:
    magnetic, given = sensor.magnetic_field, sensor.orientation
    return replace(
        sensor,
        time_s=sensor.time_s[rows],
        acceleration_m_s2=sensor.acceleration_m_s2[:, rows],
        angular_rate_rad_s=sensor.angular_rate_rad_s[:, rows],
        magnetic_field=None if magnetic is None else magnetic[:, rows],
        orientation=None if given is None else given[:, rows],
    )
