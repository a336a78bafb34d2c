"""Delsys Trigno (EMGworks) CSV: `Label:` lines, then a time column for every channel, at different rates."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import (
    Signals,
    imu_trial,
    make_sensor,
    read_groups,
    separator_of,
    table_below,
)
from kinematics.readers.inertial.imu_clock import DeviceClock, onto, stamped_clock
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s, unit_of
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals
from kinematics.trial import Sensor, Trial

NAME = "delsys"
FORMAT = "Delsys EMGworks CSV"
PROVISIONAL = True
#: A channel has a line above the table; a base carries 16 sensors of up to ten channels.
LONGEST_PREAMBLE = 400
KINDS = {"acc": "acceleration", "gyro": "angular_rate", "mag": "magnetic"}
_LABEL = re.compile(
    r"Label:\s*(?P<label>.+?)[\s,;]+Sampling frequency:\s*(?P<rate>[\d.]+).*?\bUnit:\s*(?P<unit>[^\s,;]+)"
)
_TIME = re.compile(r"X\s*\[s\](\.\d+)?")
_CHANNEL = re.compile(
    r"(?P<place>.*?)[\s:_-]*\b(?P<kind>acc|gyro|mag)\s*(?P<before>\d*)\s*[. ]\s*(?P<axis>[XYZ])\b\s*(?P<after>\d*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Channel:
    """One axis of one quantity: its time and value columns."""

    time: int
    value: int
    rate_hz: float
    unit: str


def recognises(source: Source) -> bool:
    """Whether the file begins with lines `Label: ... Sampling frequency: ... Unit: ...`."""
    return any(_LABEL.search(line) for line in source.head[:1])


def read(source: Source, request: Request) -> Trial:
    """
    The sensors that have an acceleration: m/s2, rad/s, angular rate at the acceleration's times; EMG is left out.

    Raises
    ------
    DataError
        Where there is no acceleration, an axis is missing, or a cell is no number; it asks for a sample.
    """
    with asking_for_sample():
        return _read(source, request)


def _read(source: Source, request: Request) -> Trial:
    lines = source.lines(0, LONGEST_PREAMBLE)
    header = next((index for index, line in enumerate(lines) if "X" in line and _is_header(line)), None)
    if header is None:
        raise DataError("there is no line of names with a time column X[s].", file=source.file)
    table = table_below(source, header, separator_of(lines[header]))
    channels = _channels(table, lines[:header])
    placed = read_sensor_map(request.mapping)
    sensors: list[Sensor] = []
    notes: list[str] = []
    for place in dict.fromkeys(place for place, _, _ in channels):
        found = {
            kind: [channels[place, kind, axis] for axis in "XYZ"]
            for kind in KINDS.values()
            if all((place, kind, axis) in channels for axis in "XYZ")
        }
        if "acceleration" not in found:
            continue
        sensor, said = _sensor(place, found, table, placed)
        sensors.append(sensor)
        notes += said
    if not sensors:
        raise DataError(
            "no sensor has all three axes of an acceleration.",
            file=source.file,
            remedy="Export the inertial channels (ACC, GYRO) too.",
        )
    return imu_trial(source, request, format=FORMAT, sensors=sensors, notes=[UNSEEN, *notes])


def _is_header(line: str) -> bool:
    return any(_TIME.fullmatch(cell.strip().strip('"')) for cell in line.split(separator_of(line)))


def _channels(table: Block, preamble: list[str]) -> dict[tuple[str, str, str], _Channel]:
    """(sensor, quantity, axis) -> columns; the k-th `Label:` line speaks of the k-th pair of columns."""
    labels = [match for line in preamble if (match := _LABEL.search(line))]
    times = [place for place, name in enumerate(table.names) if _TIME.fullmatch(name)]
    if len(labels) != len(times) or (times and times[-1] + 1 >= len(table.names)):
        raise DataError(
            f"{len(labels)} Label: lines do not fit {len(times)} time columns.", file=table.file, remedy="Export again."
        )
    channels = {}
    for label, time in zip(labels, times, strict=True):
        match = _CHANNEL.search(label["label"])
        if match is None:
            continue
        sensor = match["place"].strip(" :_-") or f"sensor {match['before'] or match['after']}".strip()
        rate = float(label["rate"]) if label["rate"].count(".") <= 1 and label["rate"] != "." else np.nan
        key = (sensor, KINDS[match["kind"].lower()], match["axis"].upper())
        if key in channels:
            raise DataError(f"{' '.join(key)} occurs twice.", file=table.file, remedy="Name each sensor differently.")
        channels[key] = _Channel(time, time + 1, rate, label["unit"])
    return channels


def _sensor(
    place: str, found: dict[str, list[_Channel]], table: Block, placed: SensorMap
) -> tuple[Sensor, tuple[str, ...]]:
    columns = {kind: [axes[0].time, *(channel.value for channel in axes)] for kind, axes in found.items()}
    read = read_groups(table, columns)
    clocks = {kind: _clock(rows[0], found[kind][0], table) for kind, rows in read.items()}
    values = {kind: rows[1:, : clocks[kind].time_s.size] for kind, rows in read.items()}
    clock = clocks["acceleration"]
    unit = unit_of(found["acceleration"][0].unit) or placed.unit("acceleration", table.file)
    acceleration, notes = to_m_s2(values["acceleration"], unit, table.file)
    rate = None
    if "angular_rate" in values:
        unit = unit_of(found["angular_rate"][0].unit) or placed.unit("angular_rate", table.file)
        moved = onto(clock.time_s, clocks["angular_rate"].time_s, values["angular_rate"])
        rate, said = to_rad_s(moved, unit, table.file, time_s=clock.time_s, acceleration_m_s2=acceleration)
        notes += said
    magnetic = onto(clock.time_s, clocks["magnetic"].time_s, values["magnetic"]) if "magnetic" in values else None
    sensor, more = make_sensor(placed.name(place), clock, Signals(acceleration, rate, magnetic), table.file)
    return sensor, (*notes, *more)


def _clock(times: np.ndarray, channel: _Channel, table: Block) -> DeviceClock:
    """Clock of one time column up to where it is padded with blanks or zeros."""
    with np.errstate(invalid="ignore"):
        stops = np.flatnonzero(~(np.diff(times) > 0))
    used = times[: int(stops[0]) + 1] if stops.size else times
    padding = times[used.size :]
    if np.any(np.isfinite(padding) & (padding != 0)):
        raise DataError(f"time stops growing at sample {used.size}.", file=table.file, column=table.names[channel.time])
    return stamped_clock(
        used,
        tick_s=1.0,
        declared_hz=channel.rate_hz if channel.rate_hz > 0 else None,
        file=table.file,
        column=table.names[channel.time],
        resolution_s=10.0 ** -decimals(table.first_cells(channel.time)),
    )
