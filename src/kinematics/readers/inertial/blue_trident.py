"""Vicon Blue Trident / IMeasureU: a CSV per sensor and per range, on a calendar clock in microseconds."""

from __future__ import annotations

import re

import numpy as np

from kinematics.readers.inertial.imu import Signals, imu_trial, make_sensor, read_groups, table_below
from kinematics.readers.inertial.imu_clock import stamped_clock
from kinematics.readers.inertial.imu_mapping import read_sensor_map
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s, unit_of
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "blue_trident"
FORMAT = "Blue Trident CSV"
PROVISIONAL = True
STAMP = "unix_timestamp_microsec"
TICK_S = 1e-6
STEMS = {"acceleration": "a", "angular_rate": "g", "magnetic": "m"}
#: What the software adds to a sensor's name: serial number, date, range.
_ADDED = re.compile(r"([ _-]*(TS-\d+|\d{4}-?\d{2}-?\d{2}[-T\d]*|lowg|highg|mag|aligned))+$", re.IGNORECASE)
_CHANNEL = re.compile(r"(?P<axis>[agm][xyz])_(?P<unit>.+)")


def recognises(source: Source) -> bool:
    """Whether the first line begins with `unix_timestamp_microsec`."""
    return bool(source.head) and source.head[0].lstrip('" ').startswith(STAMP)


def read(source: Source, request: Request) -> Trial:
    """
    One sensor and one range: m/s2, rad/s, time since the midnight (UTC) before the first sample.

    Raises
    ------
    DataError
        Where a column is missing, the clock goes back, or a cell is no number; it asks for a sample.
    """
    with asking_for_sample():
        return _read(source, request)


def _read(source: Source, request: Request) -> Trial:
    table = table_below(source, 0, ",")
    channels = {match["axis"]: (place, match["unit"]) for place, match in enumerate(map(_match, table.names)) if match}
    groups = {
        key: [channels[stem + axis][0] for axis in "xyz"]
        for key, stem in STEMS.items()
        if all(stem + axis in channels for axis in "xyz")
    }
    values = read_groups(table, {"time": [0], **groups}, request)
    clock = stamped_clock(values["time"][0], tick_s=TICK_S, declared_hz=request.rate_hz, file=source.file, column=STAMP)
    acceleration = rate = None
    notes: tuple[str, ...] = ()
    if "acceleration" in values:
        acceleration, notes = to_m_s2(values["acceleration"], unit_of(channels["ax"][1]), source.file)
    if "angular_rate" in values:
        rate, said = to_rad_s(
            values["angular_rate"],
            unit_of(channels["gx"][1]),
            source.file,
            time_s=clock.time_s,
            acceleration_m_s2=acceleration,
        )
        notes += said
    magnetic: np.ndarray | None = values.get("magnetic")
    name = read_sensor_map(request.mapping).name(_ADDED.sub("", source.stem) or source.stem, source.stem)
    sensor, more = make_sensor(name, clock, Signals(acceleration, rate, magnetic), source.file)
    return imu_trial(source, request, format=FORMAT, sensors=[sensor], notes=(UNSEEN, *notes, *more))


def _match(name: str) -> re.Match[str] | None:
    return _CHANNEL.fullmatch(name)
