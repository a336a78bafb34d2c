"""Shimmer Consensys CSV: every column named after its device, a row of units below; one or several devices."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import Signals, imu_trial, make_sensor, read_groups, separator_of, table_below
from kinematics.readers.inertial.imu_clock import stamped_clock
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_orientation import quaternions
from kinematics.readers.inertial.imu_units import to_m_s2, to_rad_s, unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import is_number
from kinematics.trial import Sensor, Trial

NAME = "shimmer"
FORMAT = "Shimmer Consensys CSV"
CALIBRATED = "_CAL"
STATES = (CALIBRATED, "_RAW", "_UNCAL")
#: Of the two accelerometers the wide range one is preferred: running passes the 2 g of the low noise one.
ACCELEROMETERS = ("Accel_WR", "Accel_LN", "Accel")
ORIENTATIONS = ("Quat_Madge_9DOF", "Quat_Madge_6DOF", "Quat")
STAMPS = ("TimestampSync_Unix", "Timestamp_Unix", "TimestampSync", "Timestamp", "System_Timestamp")
TIME_UNITS = {"ms": 1e-3, "s": 1.0, "secs": 1.0, "us": 1e-6}
_COLUMN = re.compile(
    r"(?P<device>.+?)_(?P<signal>(?:System_)?Timestamp\w*?|Accel(?:_LN|_WR)?_[XYZ]|Gyro_[XYZ]|Mag(?:_\w+?)?_[XYZ]"
    r"|Quat\w*?_[WXYZ])_(?P<state>CAL|RAW|UNCAL)"
)


def recognises(source: Source) -> bool:
    """Whether a line near the top names columns `<device>_..._CAL` or `_RAW`, among them an acceleration."""
    return _header(source) is not None


def read(source: Source, request: Request) -> Trial:
    """
    The devices of a file: m/s2, rad/s; named as the mapping says, else as their columns are.

    Raises
    ------
    DataError
        Where only raw counts were exported, a time stamp is missing or goes back, or a cell is no number.
    """
    header = _header(source)
    if header is None:
        raise DataError("there is no line of Shimmer's column names.", file=source.file)
    separator = separator_of(source.head[header])
    units = [cell.strip() for cell in source.head[header + 1].split(separator)] if len(source.head) > header + 1 else []
    has_units = not any(is_number(cell) for cell in units)
    table = table_below(source, header, separator, skip=int(has_units))
    devices = _devices(table.names, source.file)
    placed = read_sensor_map(request.mapping)
    sensors: list[Sensor] = []
    notes: list[str] = []
    for device, columns in devices.items():
        groups = _groups(columns)
        values = read_groups(table, groups, request)
        told = {key: units[places[0]] if has_units and places[0] < len(units) else "" for key, places in groups.items()}
        tick_s = TIME_UNITS.get(told["time"].lower(), 1e-3)
        clock = stamped_clock(
            values["time"][0],
            tick_s=tick_s,
            declared_hz=request.rate_hz,
            file=source.file,
            column=table.names[groups["time"][0]],
            resolution_s=min(tick_s, 1e-3),
        )
        signals, said = _signals(values, told, placed, clock.time_s, source.file)
        sensor, more = make_sensor(placed.name(device, source.stem), clock, signals, source.file)
        sensors.append(sensor)
        wide = {"Accel_WR_X", "Accel_LN_X"} <= columns.keys()
        notes += [*said, *more, *(["Of two accelerometers the wide range one was read."] if wide else [])]
    return imu_trial(source, request, format=FORMAT, sensors=sensors, notes=notes)


def _header(source: Source) -> int | None:
    for index, line in enumerate(source.head[:10]):
        if not any(state in line for state in STATES):
            continue
        cells = [cell.strip().strip('"') for cell in line.split(separator_of(line))]
        found = [match["signal"] for cell in cells if (match := _COLUMN.fullmatch(cell))]
        if any(signal.startswith("Timestamp") or signal.startswith("System") for signal in found) and len(found) > 3:
            return index
    return None


def _devices(names: tuple[str, ...], file: str) -> dict[str, dict[str, int]]:
    """Device -> signal -> position, of the calibrated columns."""
    matches = [(match, place) for place, name in enumerate(names) if (match := _COLUMN.fullmatch(name))]
    devices: dict[str, dict[str, int]] = {}
    for match, place in matches:
        if match["state"] == "CAL":
            devices.setdefault(match["device"], {}).setdefault(match["signal"], place)
    stamps = [place for match, place in matches if match["signal"].startswith(("Timestamp", "System"))]
    kept = {device: columns for device, columns in devices.items() if _kinds(columns)}
    if not kept or not stamps:
        raise DataError(
            "there are no calibrated columns (ending in _CAL) of acceleration or angular rate.",
            file=file,
            remedy="Export the calibrated data from Consensys.",
        )
    for columns in kept.values():
        if not any(stamp in columns for stamp in STAMPS):
            columns["Timestamp"] = stamps[0]
    return kept


def _kinds(columns: dict[str, int]) -> list[str]:
    triplets = [*ACCELEROMETERS, "Gyro"]
    return [stem for stem in triplets if all(f"{stem}_{axis}" in columns for axis in "XYZ")]


def _groups(columns: dict[str, int]) -> dict[str, list[int]]:
    def places(stems: tuple[str, ...], axes: str) -> list[int]:
        for stem in stems:
            if all(f"{stem}_{axis}" in columns for axis in axes):
                return [columns[f"{stem}_{axis}"] for axis in axes]
        return []

    found = {
        "time": [next(columns[stamp] for stamp in STAMPS if stamp in columns)],
        "acceleration": places(ACCELEROMETERS, "XYZ"),
        "angular_rate": places(("Gyro",), "XYZ"),
        "magnetic": places(("Mag",), "XYZ"),
        "orientation": places(ORIENTATIONS, "WXYZ"),
    }
    return {key: group for key, group in found.items() if group}


def _signals(
    values: dict[str, np.ndarray], told: dict[str, str], placed: SensorMap, time_s: np.ndarray, file: str
) -> tuple[Signals, tuple[str, ...]]:
    acceleration = rate = orientation = None
    notes: list[str] = []
    if "acceleration" in values:
        unit = unit_of(told["acceleration"]) or placed.unit("acceleration", file)
        acceleration, said = to_m_s2(values["acceleration"], unit, file)
        notes += said
    if "angular_rate" in values:
        unit = unit_of(told["angular_rate"]) or placed.unit("angular_rate", file)
        rate, said = to_rad_s(values["angular_rate"], unit, file, time_s=time_s, acceleration_m_s2=acceleration)
        notes += said
    if "orientation" in values:
        orientation, said = quaternions(values["orientation"])
        notes += said
    return Signals(acceleration, rate, values.get("magnetic"), orientation), tuple(notes)
