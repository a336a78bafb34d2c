"""Tables of a lab with accelerometer and gyroscope columns; units and rate are asked for where absent."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial import apdm, blue_trident, phyphox, sensor_logger, shimmer, xio, xsens_dot, xsens_mt
from kinematics.readers.inertial.imu import Signals, imu_trial, make_sensor, read_groups
from kinematics.readers.inertial.imu_clock import DeviceClock, likely_tick, row_clock, stamped_clock
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s, unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals, find_block
from kinematics.trial import Sensor, Trial

NAME = "generic_imu"
FORMAT = "table of inertial data"
#: Formats whose tables have such columns too.
MAKERS = (xsens_mt, shimmer, xsens_dot, apdm, blue_trident, xio, phyphox, sensor_logger)
KINDS = {
    "acceleration": ("acceleration", "accelerometer", "accel", "acc", "a"),
    "angular_rate": ("angularvelocity", "angularrate", "gyroscope", "gyro", "gyr", "omega", "g", "w"),
    "magnetic": ("magnetometer", "magneticfield", "magn", "mag", "m"),
}
KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
#: Units as they are appended to names, without marks.
SUFFIXES = {
    "ms2": "m/s2", "mps2": "m/s2", "mss": "m/s2", "g": "g", "mg": "mg",
    "rads": "rad/s", "radps": "rad/s", "degs": "deg/s", "degps": "deg/s", "dps": "deg/s",
}  # fmt: skip
AXES = frozenset("xyz")
TIME_WORDS = ("time", "t", "timestamp", "times", "elapsed", "secondselapsed")
TIME_UNITS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
WORDS = "|".join(sorted(KIND_OF, key=len, reverse=True))
#: A table that has the joint's angle too is read for that.
HIP_ANGLE = re.compile(r"hip_?(flex|ext|angle)")
_CHANNEL = re.compile(rf"(?:(?P<place>.+)_)?(?P<kind>{WORDS})_?(?P<axis>[xyz])(?:_(?P<unit>.+))?")

Found = dict[tuple[str, str], dict[str, tuple[int, str]]]


def recognises(source: Source) -> bool:
    """Whether a table, of no maker's format, has three axes of acceleration and angular rate of one sensor."""
    if any(source.knows(maker) for maker in MAKERS):
        return False
    try:
        table = _named(source)
    except DataError:
        return False
    channels = _channels(table)
    places = {place for place, _ in channels}
    if not any({(place, "acceleration"), (place, "angular_rate")} <= channels.keys() for place in places):
        return False
    return not any(HIP_ANGLE.search(_key(name)) for name in table.names)


def read(source: Source, request: Request) -> Trial:
    """
    The sensors of a table: m/s2, rad/s, the sensor's name from what stands before `acc_x` in the columns' names.

    A mapping file may name the columns: ``[columns]`` with ``time = "t"``, ``acceleration = ["x", "y", "z"]``,
    ``angular_rate = [...]``, and their ``[units]``.

    Raises
    ------
    DataError
        Where a unit or the rate is neither stated nor told by the data, time goes back, or a cell is no number.
    """
    table = _named(source)
    placed = read_sensor_map(request.mapping)
    channels = _mapped(table, placed) or _channels(table)
    if not channels:
        raise DataError(
            "no columns of acceleration or angular rate in three axes were found.",
            file=source.file,
            remedy="Name them acc_x ... gyr_z, or give a mapping file with [columns].",
        )
    time = _time(table, placed)
    groups = {f"{place}\t{kind}": [axes[axis][0] for axis in "xyz"] for (place, kind), axes in channels.items()}
    values = read_groups(table, ({} if time is None else {"time": [time[0]]}) | groups, request)
    clock = _clock(values, table, time, request)
    sensors: list[Sensor] = []
    notes: list[str] = []
    for place in dict.fromkeys(place for place, _ in channels):
        signals, said = _signals(place, channels, values, placed, clock, source.file)
        sensor, more = make_sensor(placed.name(place, source.stem), clock, signals, source.file)
        sensors.append(sensor)
        notes += [*said, *more]
    return imu_trial(source, request, format=FORMAT, sensors=sensors, notes=notes)


def _named(source: Source) -> Block:
    """The table; names that repeat are told apart by the row above them, as pandas writes two-row headings."""
    table = find_block(source)
    line = table.first_line - 2
    repeated = any(count > 1 for name, count in Counter(table.names).items() if name)
    if not repeated or line < 0:
        return table
    above = [cell.strip().strip('"') for cell in source.lines(line, line + 1)[0].split(table.separator)]
    if len(above) != len(table.names):
        return table
    return replace(table, names=tuple(f"{a}_{b}" if a else b for a, b in zip(above, table.names, strict=True)))


def _channels(table: Block) -> Found:
    """(sensor, quantity) -> axis -> (position, unit), of quantities whose three axes are all there once."""
    found: Found = {}
    doubled = set()
    for position, name in enumerate(table.names):
        if AXES.isdisjoint(name.lower()):
            continue
        match = _CHANNEL.fullmatch(_key(name))
        if match is None or (match["unit"] and match["unit"].replace("_", "") not in SUFFIXES):
            continue
        kind = KIND_OF[match["kind"]]
        unit = SUFFIXES.get((match["unit"] or "").replace("_", ""), "")
        axes = found.setdefault((match["place"] or "", kind), {})
        doubled |= {(match["place"] or "", kind)} if match["axis"] in axes else set()
        axes[match["axis"]] = (position, unit)
    return {key: axes for key, axes in found.items() if len(axes) == 3 and key not in doubled}


def _key(name: str) -> str:
    """A name in small letters, words joined by `_`: `Pelvis.Gyro X [deg/s]` -> `pelvis_gyro_x_deg_s`."""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower().replace("m/s^2", "m/s2").replace("²", "2")
    words = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    return words.replace("angular_velocity", "angularvelocity").replace("angular_rate", "angularrate")


def _mapped(table: Block, placed: SensorMap) -> Found:
    """What [columns] of a mapping names."""
    found: Found = {}
    for kind in KINDS:
        cells = placed.columns.get("magnetic_field" if kind == "magnetic" else kind)
        if cells is None:
            continue
        names = [cells] if isinstance(cells, str) else list(cells)
        if len(names) != 3 or any(table.names.count(name) != 1 for name in names):
            raise DataError(
                f"[columns] {kind} has to name three columns that occur once each.",
                file=table.file,
                remedy="Correct the mapping file.",
            )
        found["", kind] = {axis: (table.names.index(name), "") for axis, name in zip("xyz", names, strict=True)}
    return found


def _time(table: Block, placed: SensorMap) -> tuple[int, float | None] | None:
    """Position and seconds per unit of the time column; the unit is None where the name does not say."""
    named = placed.columns.get("time")
    for position, name in enumerate(table.names):
        if named is not None and name != named:
            continue
        words = _key(name).split("_")
        unit = TIME_UNITS.get(words[-1]) if len(words) > 1 else None
        stem = "".join(words[:-1] if unit is not None else words)
        if named is not None or stem in TIME_WORDS or (stem, unit) == ("unixtimestamp", unit):
            return position, unit
    return None


def _clock(
    values: dict[str, np.ndarray], table: Block, time: tuple[int, float | None] | None, request: Request
) -> DeviceClock:
    if time is None:
        rows = next(iter(values.values())).shape[1]
        return row_clock(rows, rate_hz=request.rate_hz, file=table.file)
    position, unit_s = time
    stamps = values["time"][0]
    if unit_s is None:
        step = float(np.nanmedian(np.diff(stamps))) if stamps.size > 1 else 0.0
        unit_s = likely_tick(step)
    if unit_s is None:
        raise DataError(
            "the unit of the time column is not stated, and its steps fit none.",
            file=table.file,
            column=table.names[position],
            remedy="Name the column time_s, time_ms or time_us.",
        )
    digits = decimals(table.first_cells(position))
    return stamped_clock(
        stamps,
        tick_s=unit_s,
        declared_hz=request.rate_hz,
        file=table.file,
        column=table.names[position],
        resolution_s=unit_s * 10.0**-digits,
    )


def _signals(
    place: str, channels: Found, values: dict[str, np.ndarray], placed: SensorMap, clock: DeviceClock, file: str
) -> tuple[Signals, tuple[str, ...]]:
    acceleration = rate = None
    notes: tuple[str, ...] = ()
    if (place, "acceleration") in channels:
        unit = unit_of(channels[place, "acceleration"]["x"][1]) or placed.unit("acceleration", file)
        acceleration, notes = to_m_s2(values[f"{place}\tacceleration"], unit, file)
    if (place, "angular_rate") in channels:
        unit = unit_of(channels[place, "angular_rate"]["x"][1]) or placed.unit("angular_rate", file)
        rate, said = to_rad_s(
            values[f"{place}\tangular_rate"], unit, file, time_s=clock.time_s, acceleration_m_s2=acceleration
        )
        notes += said
    return Signals(acceleration, rate, values.get(f"{place}\tmagnetic")), notes
