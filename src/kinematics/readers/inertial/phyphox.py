"""phyphox: a phone's sensors, a CSV each with quoted names; acceleration and gyroscope are read together."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import (
    Signals,
    head_of,
    imu_trial,
    make_sensor,
    neighbour,
    read_groups,
    separator_of,
    table_below,
)
from kinematics.readers.inertial.imu_clock import DeviceClock, onto, stamped_clock
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s, unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals
from kinematics.trial import Trial

NAME = "phyphox"
FORMAT = "phyphox CSV"
TIMES = ("time (s)", "t")
FILES = {
    "acceleration": ("Accelerometer.csv", "Acceleration (with g).csv", "Acceleration.csv"),
    "angular_rate": ("Gyroscope.csv",),
}
_CHANNEL = re.compile(r"(?P<what>.*?)\s*(?P<axis>[xyz])(\s*\((?P<unit>.*)\))?", re.IGNORECASE)
PLACEMENT = "Where the phone was worn does not stand in the file."


@dataclass(frozen=True)
class _Part:
    kind: str
    clock: DeviceClock
    values: np.ndarray
    unit: str


def recognises(source: Source) -> bool:
    """Whether the first line, all in quotes, is `"Time (s)"` or `"t"` and then the axes of a sensor."""
    line = source.head[0].strip() if source.head else ""
    names = [cell.strip() for cell in line.split(separator_of(line))]
    if not names[0].startswith('"') or names[0].strip('"').lower() not in TIMES:
        return False
    matches = [_CHANNEL.fullmatch(name.strip('"')) for name in names[1:]]
    return {match["axis"].lower() for match in matches if match} == set("xyz")


def read(source: Source, request: Request) -> Trial:
    """
    The phone as one sensor: m/s2, rad/s; the angular rate at the acceleration's times.

    Either of the two files may be given, the other is looked for beside it.

    Raises
    ------
    DataError
        Where the acceleration has no gravity in it, time goes back, or a cell is no number.
    """
    placed = read_sensor_map(request.mapping)
    first = _read(source, request, placed)
    other = neighbour(source, *FILES["acceleration" if first.kind == "angular_rate" else "angular_rate"])
    other = other if other is not None and recognises(other) else None
    parts = {first.kind: first}
    if other is not None:
        second = _read(other, Request(task=request.task), placed)
        parts.setdefault(second.kind, second)
    clock = parts["acceleration" if "acceleration" in parts else first.kind].clock
    acceleration = rate = None
    notes: tuple[str, ...] = (PLACEMENT,)
    if "acceleration" in parts:
        acceleration, said = to_m_s2(parts["acceleration"].values, parts["acceleration"].unit, source.file)
        notes += said
    if "angular_rate" in parts:
        part = parts["angular_rate"]
        values = onto(clock.time_s, part.clock.time_s, part.values)
        rate, said = to_rad_s(values, part.unit, source.file, time_s=clock.time_s, acceleration_m_s2=acceleration)
        notes += said
    name = placed.name(source.stem, source.path.absolute().parent.name) if placed.sensors else "phone"
    sensor, more = make_sensor(name, clock, Signals(acceleration, rate), source.file)
    return imu_trial(
        source,
        request,
        format=FORMAT,
        sensors=[sensor],
        notes=(*notes, *more),
        neighbours=() if other is None else (other,),
    )


def _read(source: Source, request: Request, placed: SensorMap) -> _Part:
    table = table_below(source, 0, separator_of(head_of(source)[0]))
    channels: dict[str, list[tuple[int, re.Match[str]]]] = {}
    for place, name in enumerate(table.names[1:], start=1):
        if match := _CHANNEL.fullmatch(name):
            channels.setdefault(match["what"].lower(), []).append((place, match))
    what, kind, unit = _kind(channels, table, placed)
    by_axis = {match["axis"].lower(): place for place, match in channels[what]}
    values = read_groups(table, {"time": [0], "values": [by_axis[axis] for axis in "xyz"]})
    clock = stamped_clock(
        values["time"][0],
        tick_s=1.0,
        declared_hz=request.rate_hz,
        file=source.file,
        column=table.names[0],
        resolution_s=min(1e-6, 10.0 ** -decimals(table.first_cells(0))),
    )
    return _Part(kind, clock, values["values"], unit)


def _kind(
    channels: dict[str, list[tuple[int, re.Match[str]]]], table: Block, placed: SensorMap
) -> tuple[str, str, str]:
    """Which of the quantities is read, what it is, and in which unit."""
    whole = {
        what: unit_of(found[0][1]["unit"] or "")
        for what, found in channels.items()
        if sorted(match["axis"].lower() for _, match in found) == list("xyz")
    }
    for what, unit in whole.items():
        if unit in ("rad/s", "deg/s") or "gyr" in what:
            return what, "angular_rate", unit or placed.unit("angular_rate", table.file)
        if "linear" not in what and (unit or "acc" in what or what == ""):
            return what, "acceleration", unit or placed.unit("acceleration", table.file)
    linear = any("linear" in what for what in whole)
    raise DataError(
        "this is linear acceleration: the phone has taken gravity out of it."
        if linear
        else "there is neither acceleration nor angular rate in three axes.",
        file=table.file,
        remedy="Without gravity no tilt can be found: record 'Acceleration (with g)' and 'Gyroscope'.",
    )
