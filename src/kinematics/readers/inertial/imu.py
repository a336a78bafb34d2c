"""What the inertial formats share: the table below a header, and the Trial that comes of its signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu_clock import DeviceClock
from kinematics.readers.inertial.imu_units import GRAVITY_M_S2, median_size
from kinematics.readers.shared import text
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import Block
from kinematics.trial import Passport, Sensor, Trial

#: Below this share of gravity in the median the acceleration has none in it, or another unit.
LEAST_GRAVITY = 0.5
#: Of a file longer than this the magnetic field is read only where orientations are asked to lean on it. [bytes]
LONG_BYTES = 1 << 27
MAGNETIC = "magnetic"
#: An even grid of orientations may be this many times longer than the rows that fill it.
LONGEST_GRID = 20
FORMAT_AXES = "sensor axes as the file has them"


@dataclass(frozen=True)
class Signals:
    """What a file holds of one sensor: arrays (3, n) in SI units, quaternions (4, n), None where it has no column."""

    acceleration_m_s2: np.ndarray | None = None
    angular_rate_rad_s: np.ndarray | None = None
    magnetic_field: np.ndarray | None = None
    orientation: np.ndarray | None = None


def table_below(source: Source, header: int, separator: str, *, skip: int = 0) -> Block:
    """The rows under a known line of names, `skip` lines of units between; empty names at its end are dropped."""
    head_of(source)
    cells = [cell.strip().strip('"').strip() for cell in source.lines(header, header + 1)[0].split(separator)]
    while cells and not cells[-1]:
        cells.pop()
    block = Block(source, tuple(cells), separator, ".", header + 1 + skip)
    if not block.has_rows:
        raise DataError("there is no row of numbers below the names.", file=source.file, remedy="Export it again.")
    if not block.has_decimal_comma:
        return block
    return Block(source, block.names, separator, ",", block.first_line)


def read_groups(
    table: Block, groups: Mapping[str, Sequence[int]], request: Request | None = None
) -> dict[str, np.ndarray]:
    """Columns by position, as arrays (k, n) by group; nothing else, of a long file no magnetic field without need."""
    if request is not None and request.settings.imu.orientation != "9d" and _is_long(table.source):
        groups = {name: places for name, places in groups.items() if name.rpartition("\t")[2] != MAGNETIC}
    return dict(zip(groups, text.read_groups(table, list(groups.values())), strict=True))


def _is_long(source: Source) -> bool:
    return source.path.stat().st_size > LONG_BYTES


def separator_of(line: str) -> str:
    """The separator of a line of names: tab, semicolon, comma, else a single blank."""
    return max("\t;, ", key=lambda mark: (line.count(mark) > 0, mark != " ", line.count(mark)))


def head_of(source: Source) -> list[str]:
    """
    The first lines of a text file.

    Raises
    ------
    DataError
        Where the file is binary.
    """
    if not source.head:
        raise DataError("this is no text table (it holds binary data).", file=source.file, remedy="Export it as CSV.")
    return source.head


def neighbour(source: Source, *files: str) -> Source | None:
    """The first of some files that lies in the same folder as the source; None where none does."""
    for file in files:
        path = source.path.with_name(file)
        if path.is_file() and path != source.path:
            return read_source(path)
    return None


def make_sensor(name: str, clock: DeviceClock, signals: Signals, file: str) -> tuple[Sensor, tuple[str, ...]]:
    """
    A Sensor of what a file holds, and notes: rows of zeros are gaps, what has no column is NaN.

    Raises
    ------
    DataError
        Where the acceleration lacks gravity and there is no orientation to go by.
    """
    acceleration, rate, notes = signals.acceleration_m_s2, signals.angular_rate_rad_s, []
    if acceleration is not None:
        still = np.all(acceleration == 0, axis=0) & (True if rate is None else np.all(rate == 0, axis=0))
        if still.any():
            acceleration = np.where(still, np.nan, acceleration)
            rate = None if rate is None else np.where(still, np.nan, rate)
            notes.append(f"Rows of zeros instead of a measurement: {int(still.sum())}; they are gaps.")
        size = median_size(acceleration)
        if size < LEAST_GRAVITY * GRAVITY_M_S2:
            if signals.orientation is None:
                raise without_gravity(size, file)
            acceleration = None
            notes.append(f"The acceleration was left out: its median of {size:.2g} m/s2 says gravity is removed.")
    empty = np.full((3, clock.time_s.size), np.nan)
    for values, what in ((acceleration, "acceleration"), (rate, "angular rate")):
        if values is None:
            notes.append(f"{name}: the file has no {what} that can be used.")
    made = Sensor(
        name=name,
        rate_hz=clock.rate_hz,
        time_s=clock.time_s,
        acceleration_m_s2=empty if acceleration is None else acceleration,
        angular_rate_rad_s=empty if rate is None else rate,
        magnetic_field=signals.magnetic_field,
        orientation=signals.orientation,
    )
    return made, (*clock.notes, *notes)


def without_gravity(size_m_s2: float, file: str) -> DataError:
    """The error for an acceleration that has no gravity in it."""
    return DataError(
        f"the acceleration's median size is {size_m_s2:.3g} m/s2: gravity (9.81) is removed, or the unit is another.",
        file=file,
        remedy="Without gravity no tilt can be found: export the acceleration with gravity (not linear or free).",
    )


def imu_trial(
    source: Source,
    request: Request,
    *,
    format: str,
    sensors: Sequence[Sensor],
    notes: Sequence[str] = (),
    sign_changes: Sequence[str] = (),
    axes: str = FORMAT_AXES,
    neighbours: Sequence[Source] = (),
) -> Trial:
    """
    A Trial of sensors: kind "imu", or "orientations" where no sensor has an acceleration or angular rate.

    Raises
    ------
    DataError
        Where two sensors share a name, or there is nothing to measure movement with.
    """
    names = [sensor.name for sensor in sensors]
    if len(set(names)) < len(names):
        raise DataError(
            "two sensors have the same name.", file=source.file, remedy="Tell them apart in a mapping file, [sensors]."
        )
    files = [source, *neighbours]
    passport = Passport(
        sources=tuple(("motion", file.file, file.sha256) for file in files),
        format=format,
        rate_hz=sensors[0].rate_hz,
        axes=axes,
        zero="unknown",
        sign_changes=tuple(sign_changes),
        notes=tuple(dict.fromkeys(notes)),
    )
    if any(np.isfinite(values).any() for s in sensors for values in (s.acceleration_m_s2, s.angular_rate_rad_s)):
        by_name = {sensor.name: sensor for sensor in sensors}
        return Trial(source.stem, "imu", request.task, request.speed_m_s, sensors[0].time_s, passport, sensors=by_name)
    time_s, orientations = _orientations(sensors, source.file)
    return Trial(
        source.stem, "orientations", request.task, request.speed_m_s, time_s, passport, orientations=orientations
    )


def _orientations(sensors: Sequence[Sensor], file: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Evenly spaced times, and the sensors' orientations on them: NaN where a packet is lost."""
    turning = {sensor.name: sensor.orientation for sensor in sensors if sensor.orientation is not None}
    if not turning:
        raise DataError(
            "there is no column of acceleration, angular rate or orientation that holds numbers.",
            file=file,
            remedy="Export the calibrated inertial data, or the orientation.",
        )
    time_s, place = _even_grid(sensors[0], file)
    orientations = {name: np.full((4, time_s.size), np.nan) for name in turning}
    for name, values in turning.items():
        orientations[name][:, place] = values
    return time_s, orientations


def _even_grid(sensor: Sensor, file: str) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced times from the sensor's first, and the sample of each of its rows."""
    places = np.rint((sensor.time_s - sensor.time_s[0]) * sensor.rate_hz)
    if places[-1] >= LONGEST_GRID * places.size or (np.diff(places) < 1).any():
        raise DataError(
            "the time stamps are too uneven for a series of orientations.",
            file=file,
            remedy="Export the recording again, without its pauses.",
        )
    place = places.astype(np.intp)
    return sensor.time_s[0] + np.arange(place[-1] + 1) / sensor.rate_hz, place
