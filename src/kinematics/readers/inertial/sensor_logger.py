"""Sensor Logger: a phone's sensors, a CSV each (`time,seconds_elapsed,z,y,x`), told apart by their files' names."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import (
    Signals,
    imu_trial,
    make_sensor,
    neighbour,
    read_groups,
    table_below,
)
from kinematics.readers.inertial.imu_clock import DeviceClock, onto, stamped_clock
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "sensor_logger"
FORMAT = "Sensor Logger CSV"
PROVISIONAL = True
FIRST_NAMES = "time,seconds_elapsed,"
#: `time` counts nanoseconds since 1970.
TICK_S = 1e-9
#: Beyond 2^53 a float64 rounds nanoseconds to 256.
RESOLUTION_S = 256e-9
TOTAL = ("TotalAcceleration", "AccelerometerUncalibrated")
ACCELERATION, GRAVITY = "Accelerometer", "Gravity"
GYROSCOPE = ("Gyroscope", "GyroscopeUncalibrated")
PLACEMENT = "Where the phone was worn does not stand in the file."
_QUANTITY = re.compile(
    r"(?P<before>.*?)(?P<what>TotalAcceleration|AccelerometerUncalibrated|Accelerometer|Gravity|GyroscopeUncalibrated"
    r"|Gyroscope)",
    re.IGNORECASE,
)


def recognises(source: Source) -> bool:
    """Whether the first line begins with `time,seconds_elapsed,`."""
    return bool(source.head) and source.head[0].lstrip('" ').lower().startswith(FIRST_NAMES)


def read(source: Source, request: Request) -> Trial:
    """
    The phone as one sensor: m/s2 with gravity, rad/s; columns are taken by name, since they stand in the order z, y, x.

    Given any of its files, the total acceleration (else acceleration plus gravity) and the gyroscope are looked for
    beside it. The orientation is not read: its direction is not documented well enough.

    Raises
    ------
    DataError
        Where the file's name does not say which sensor it is, no acceleration with gravity is there, or a cell is no
        number; it asks for a sample.
    """
    with asking_for_sample():
        return _read(source, request)


def _read(source: Source, request: Request) -> Trial:
    match = _QUANTITY.fullmatch(source.stem)
    if match is None:
        raise DataError(
            "all files of this app have the same columns, and this one's name does not say which sensor it is.",
            file=source.file,
            remedy="Keep the names of the export: TotalAcceleration.csv, Gyroscope.csv.",
        )
    files: dict[str, Source] = {}
    for word in (*TOTAL, ACCELERATION, GRAVITY, *GYROSCOPE):
        same = match["what"].lower() == word.lower()
        found = source if same else neighbour(source, f"{match['before']}{word}{source.path.suffix}")
        if found is not None and recognises(found):
            files[word] = found
    main = next((word for word in (*TOTAL, ACCELERATION) if word in files), None)
    turning = next((word for word in GYROSCOPE if word in files), None)
    placed = read_sensor_map(request.mapping)
    used = [word for word in (main, turning) if word is not None]
    if not used:
        raise DataError("gravity alone is no movement.", file=source.file, remedy="Export the accelerometer too.")
    clock, values = _table(files[used[0]], request.rate_hz)
    acceleration = rate = None
    notes: tuple[str, ...] = (PLACEMENT,)
    if main is not None:
        if main == ACCELERATION:
            values = _with_gravity(values, clock, files.get(GRAVITY), files[main].file)
            notes, used = (*notes, "Gravity was put back from Gravity.csv."), [*used, GRAVITY]
        acceleration, said = to_m_s2(values, placed.unit("acceleration", source.file), files[main].file)
        notes += said
    if turning is not None:
        rate, said = _rate(files[turning], clock, acceleration, placed)
        notes += said
    name = placed.name(source.stem, source.path.absolute().parent.name) if placed.sensors else "phone"
    sensor, more = make_sensor(name, clock, Signals(acceleration, rate), source.file)
    beside = [files[word] for word in used if files[word] is not source]
    return imu_trial(source, request, format=FORMAT, sensors=[sensor], notes=(UNSEEN, *notes, *more), neighbours=beside)


def _table(source: Source, declared_hz: float | None) -> tuple[DeviceClock, np.ndarray]:
    table = table_below(source, 0, ",")
    names = [name.lower() for name in table.names]
    missing = [axis for axis in "xyz" if names.count(axis) != 1]
    if missing:
        raise DataError(f"there is no column {missing[0]}.", file=source.file, remedy="Export it again as CSV.")
    values = read_groups(table, {"time": [0], "values": [names.index(axis) for axis in "xyz"]})
    clock = stamped_clock(
        values["time"][0],
        tick_s=TICK_S,
        declared_hz=declared_hz,
        file=source.file,
        column="time",
        resolution_s=RESOLUTION_S,
    )
    return clock, values["values"]


def _with_gravity(values: np.ndarray, clock: DeviceClock, gravity: Source | None, file: str) -> np.ndarray:
    """Acceleration with gravity put back: the app takes it out of `Accelerometer`."""
    if gravity is None:
        raise DataError(
            "the app has taken gravity out of this acceleration.",
            file=file,
            remedy="Put TotalAcceleration.csv, or Gravity.csv, beside it: without gravity no tilt can be found.",
        )
    there, pull = _table(gravity, None)
    return values + onto(clock.time_s, there.time_s, pull)


def _rate(
    source: Source, clock: DeviceClock, acceleration: np.ndarray | None, placed: SensorMap
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Angular rate at the acceleration's times; the app writes rad/s."""
    there, values = _table(source, None)
    unit = placed.unit("angular_rate", source.file) or "rad/s"
    moved = onto(clock.time_s, there.time_s, values)
    return to_rad_s(moved, unit, source.file, time_s=clock.time_s, acceleration_m_s2=acceleration)
