"""Xsens / Movella DOT: CSV of the app (keys above the names) and of the SDK (names only); one sensor per file."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import Signals, imu_trial, make_sensor, read_groups, separator_of, table_below
from kinematics.readers.inertial.imu_clock import DeviceClock, stamped_clock, unwrap
from kinematics.readers.inertial.imu_mapping import SensorMap, read_sensor_map
from kinematics.readers.inertial.imu_orientation import from_euler, quaternions, rate_of_increments
from kinematics.readers.inertial.imu_units import RATE_UNITS
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "xsens_dot"
FORMAT = "Xsens DOT CSV"
STAMP, PACKET = "sampletimefine", "packetcounter"
#: SampleTimeFine counts microseconds in 32 bit, so it restarts after 71.6 min (Xsens DOT User Manual, 4.2.5).
TICK_S, STAMP_MODULUS = 1e-6, 2.0**32
#: The manual's counter has 32 bit; streams of older firmware restart at 16.
PACKET_MODULI = (2.0**16, 2.0**32)
#: Angular rate is exported in deg/s, acceleration in m/s2 (User Manual, table 8).
RATE_UNIT = RATE_UNITS["deg/s"]
GROUPS = {
    "quaternion": "quat_w quat_x quat_y quat_z",
    "euler": "euler_x euler_y euler_z",
    "acceleration": "acc_x acc_y acc_z",
    "angular_rate": "gyr_x gyr_y gyr_z",
    "magnetic": "mag_x mag_y mag_z",
    "increments": "dq_w dq_x dq_y dq_z",
    "velocity": "dv[1] dv[2] dv[3]",
    "velocity_sdk": "dv_x dv_y dv_z",
    "packet": PACKET,
    "stamp": STAMP,
}
_RATE = re.compile(r"outputrate:\W*([\d.]+)", re.IGNORECASE)
_TAG = re.compile(r"devicetag:\W*([^,;\t]*)", re.IGNORECASE)
#: What the app adds to the name of a file: an address, date and time.
_STAMPED = re.compile(r"(_[0-9A-F]{12})?_\d{8}_\d{6}(_\d+)?$")


def recognises(source: Source) -> bool:
    """Whether a line of names has SampleTimeFine, and the file does not begin with MT Manager's `//`."""
    return _header(source) is not None


def read(source: Source, request: Request) -> Trial:
    """
    One sensor: acceleration in m/s2, angular rate in rad/s, orientation from the sensor to its own earth frame.

    Streams that hold orientation and free acceleration only give a Trial of orientations. Each sensor's clock counts
    from when it was switched on; sensors that were not synchronised share no zero.

    Raises
    ------
    DataError
        Where the time stamps are missing or go back, a cell is no number, or nothing can be used.
    """
    header = _header(source)
    if header is None:
        raise DataError("there is no line of names with SampleTimeFine.", file=source.file)
    line = source.head[header]
    table = table_below(source, header, separator_of(line))
    names = [name.lower() for name in table.names]
    groups = {
        key: [names.index(cell) for cell in cells.split()]
        for key, cells in GROUPS.items()
        if set(cells.split()) <= set(names)
    }
    if "quaternion" in groups:
        groups.pop("euler", None)
    values = read_groups(table, groups, request)
    clock = _clock(values, request, source, header)
    signals, notes = _signals(values, clock.rate_hz)
    name, said = _name(source, header, read_sensor_map(request.mapping))
    sensor, more = make_sensor(name, clock, signals, source.file)
    synced = next((text for text in source.head[:header] if text.lower().startswith("syncstatus")), "")
    sync = ("The app says that its sensors were synchronised.",) if re.search(r"\bsynced", synced, re.I) else ()
    return imu_trial(source, request, format=FORMAT, sensors=[sensor], notes=(*said, *sync, *notes, *more))


def _header(source: Source) -> int | None:
    if any(line.lstrip().startswith("//") for line in source.head[:1]):
        return None
    for index, line in enumerate(source.head[:30]):
        small = line.lower()
        if STAMP in small and STAMP in (cell.strip().strip('"') for cell in small.split(separator_of(small))):
            return index
    return None


def _clock(values: dict[str, np.ndarray], request: Request, source: Source, header: int) -> DeviceClock:
    match = next((found for line in source.head[:header] if (found := _RATE.match(line.strip(' "')))), None)
    try:
        header_hz = float(match.group(1)) or None if match else None
    except ValueError:
        header_hz = None
    packets = None
    if "packet" in values:
        counted = values["packet"][0]
        modulus = PACKET_MODULI[int(bool((counted >= PACKET_MODULI[0]).any()))]
        packets = unwrap(counted, modulus=modulus, file=source.file, column="PacketCounter")
    return stamped_clock(
        values["stamp"][0],
        tick_s=TICK_S,
        declared_hz=request.rate_hz or header_hz,
        file=source.file,
        column="SampleTimeFine",
        modulus=STAMP_MODULUS,
        packets=packets,
    )


def _signals(values: dict[str, np.ndarray], rate_hz: float) -> tuple[Signals, tuple[str, ...]]:
    orientation: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    if "quaternion" in values:
        orientation, notes = quaternions(values["quaternion"])
    elif "euler" in values:
        orientation = from_euler(*values["euler"])
    acceleration = values.get("acceleration")
    velocity = values.get("velocity", values.get("velocity_sdk"))
    if acceleration is None and velocity is not None:
        acceleration = velocity * rate_hz
    rate = values["angular_rate"] * RATE_UNIT if "angular_rate" in values else None
    if rate is None and "increments" in values:
        rate = rate_of_increments(values["increments"], rate_hz)
    return Signals(acceleration, rate, values.get("magnetic"), orientation), notes


def _name(source: Source, header: int, placed: SensorMap) -> tuple[str, tuple[str, ...]]:
    """Placement from the mapping, else the file's name without what the app adds; the device's tag may contradict."""
    match = next((found for line in source.head[:header] if (found := _TAG.match(line.strip(' "')))), None)
    tag = match.group(1).strip() if match else ""
    stem = _STAMPED.sub("", source.stem)
    differs = tag and tag.lower() not in stem.lower()
    said = ("The sensor is named after its file; the tag inside the file is another.",) if differs else ()
    return placed.name(source.stem, stem, tag) if placed.sensors else stem, said if not placed.sensors else ()
