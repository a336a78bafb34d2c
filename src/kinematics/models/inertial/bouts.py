"""Walking and running in a long recording: where it is, so that nothing else of it need be worked on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinematics.trial import Sensor, Trial

#: Thighs turn at least this fast on average while walking, slowly too; a standing or sitting person's hardly. [rad/s]
SMALLEST_TURNING_RAD_S = 0.6
#: It is looked at in windows of this length. [s]
WINDOW_S = 2.0
#: A pause up to this long does not end a bout; a shorter bout than that tells too little. [s]
LONGEST_PAUSE_S, SHORTEST_BOUT_S = 4.0, 12.0
#: Longer bouts are worked on in pieces of this length, which bounds the memory. [s]
LONGEST_PIECE_S = 600.0
#: Taken along before and after, where the recording has it: the orientation settles in it. [s]
MARGIN_S = 3.0
#: Samples that are looked at in one go.
BLOCK = 1 << 18


def gait_bouts(trial: Trial, segments: tuple[str, ...]) -> list[Trial]:
    """
    The parts of a recording in which all named sensors turn as in walking or running, in their order.

    Nothing is copied: each part looks into the arrays of the recording. Times stay those of the recording.

    Parameters
    ----------
    trial : Trial
        Of kind "imu", sensors on one clock.
    segments : tuple of str
        Names of the thighs' sensors.
    """
    start_s = max(float(sensor.time_s[0]) for sensor in trial.sensors.values())
    end_s = min(float(sensor.time_s[-1]) for sensor in trial.sensors.values())
    count = max(0, int((end_s - start_s) / WINDOW_S))
    busy = np.ones(count, bool)
    for name in segments:
        busy &= _turning(trial.sensors[name], start_s, count) >= SMALLEST_TURNING_RAD_S
    edges = np.flatnonzero(np.diff(np.concatenate(([False], _bridged(busy), [False])).astype(np.int8)))
    spans = [(begin * WINDOW_S, end * WINDOW_S) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    pieces = [piece for begin, end in spans if end - begin >= SHORTEST_BOUT_S for piece in _pieces(begin, end)]
    return [_part(trial, start_s + begin - MARGIN_S, start_s + end + MARGIN_S) for begin, end in pieces]


def _turning(sensor: Sensor, start_s: float, count: int) -> np.ndarray:
    """Mean size of the angular rate in each window; 0 where nothing was heard. [rad/s]"""
    total, heard = np.zeros(count), np.zeros(count)
    for first in range(0, sensor.time_s.size, BLOCK):
        part = slice(first, first + BLOCK)
        size = np.sqrt(np.square(sensor.angular_rate_rad_s[:, part], dtype=np.float64).sum(axis=0))
        window = ((sensor.time_s[part] - start_s) / WINDOW_S).astype(np.intp)
        good = np.isfinite(size) & (window >= 0) & (window < count) & (sensor.time_s[part] >= start_s)
        total += np.bincount(window[good], size[good], minlength=count)
        heard += np.bincount(window[good], minlength=count)
    return total / np.maximum(heard, 1)


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
    sensors = {name: _between(sensor, begin_s, end_s) for name, sensor in trial.sensors.items()}
    return replace(trial, sensors=sensors, time_s=next(iter(sensors.values())).time_s)


def _between(sensor: Sensor, begin_s: float, end_s: float) -> Sensor:
    part = slice(*np.searchsorted(sensor.time_s, (begin_s, end_s)).tolist())
    magnetic, given = sensor.magnetic_field, sensor.orientation
    return replace(
        sensor,
        time_s=sensor.time_s[part],
        acceleration_m_s2=sensor.acceleration_m_s2[:, part],
        angular_rate_rad_s=sensor.angular_rate_rad_s[:, part],
        magnetic_field=None if magnetic is None else magnetic[:, part],
        orientation=None if given is None else given[:, part],
    )
