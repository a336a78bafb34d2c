"""Xsens MT Manager and MTw text: lines of `//`, a line of names, a row per packet; one sensor per file."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import (
    FORMAT_AXES,
    Signals,
    imu_trial,
    make_sensor,
    read_groups,
    separator_of,
    table_below,
)
from kinematics.readers.inertial.imu_clock import (
    DeviceClock,
    check_rate,
    counted_clock,
    row_clock,
    stamped_clock,
    unwrap,
)
from kinematics.readers.inertial.imu_mapping import read_sensor_map
from kinematics.readers.inertial.imu_orientation import from_euler, from_matrix, quaternions, rate_of_increments
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block
from kinematics.trial import Trial

NAME = "xsens_mt"
FORMAT = "Xsens MT Manager text"
COMMENT = "//"
COUNTERS = ("packetcounter", "counter")
STAMP = "sampletimefine"
#: MTw packets are numbered in 16 bit, SampleTimeFine in 32 (Xsens MT low-level protocol).
PACKET_MODULUS, STAMP_MODULUS = 2.0**16, 2.0**32
#: SampleTimeFine of an MTw counts 10 kHz; converted DOT files keep its microseconds. [s]
STAMP_TICKS_S = (1e-4, 1e-6)
#: Sampling rates at which an MTw or DOT can run, for telling the two ticks apart. [Hz]
STAMP_RATES_HZ = (10.0, 1000.0)
TRIPLETS = {"acceleration": "acc_{}", "angular_rate": "gyr_{}", "magnetic": "mag_{}", "velocity": "velinc_{}"}
QUATERNIONS = ("quat_q0 quat_q1 quat_q2 quat_q3", "quat_w quat_x quat_y quat_z")
INCREMENTS = "oriinc_q0 oriinc_q1 oriinc_q2 oriinc_q3"
MATRIX = " ".join(f"mat[{row}][{column}]" for row in (1, 2, 3) for column in (1, 2, 3))
EULER = "roll pitch yaw"
_RATE = re.compile(r"//\s*(?:update|sample) rate:\s*([\d.]+)\s*hz", re.IGNORECASE)
_FRAME = re.compile(r"//\s*coordinate system:\s*(\w+)", re.IGNORECASE)
_DEVICE = re.compile(r"//\s*deviceid:\s*(\w+)", re.IGNORECASE)
_SERIAL = re.compile(r"_([0-9A-Fa-f]{8})$")


def recognises(source: Source) -> bool:
    """Whether `//` lines stand above names with a packet counter or Xsens's own column names."""
    header = _header(source)
    if header is None:
        return False
    names = set(_names(source.head[header]))
    known = {"acc_x", "gyr_x", "mat[1][1]", "roll", *(names_.split()[0] for names_ in QUATERNIONS)}
    return bool(names & {*COUNTERS, STAMP}) and bool(names & known)


def read(source: Source, request: Request) -> Trial:
    """
    One sensor: acceleration in m/s2, angular rate in rad/s, orientation from the sensor to Xsens's earth frame.

    The orientation comes from the quaternion, else the matrix (element [row][column] as named, whatever the order of
    the columns), else roll, pitch and yaw. The rate stands in the header of older files; newer ones are asked for it.

    Raises
    ------
    DataError
        Where no rate is known, the counter goes back, a cell is no number, or nothing can be used.
    """
    header = _header(source)
    if header is None:
        raise DataError("there is no line of column names below the // lines.", file=source.file)
    table = table_below(source, header, separator_of(source.head[header]))
    names = _names(source.head[header])
    groups = _groups(names)
    values = read_groups(table, groups, request)
    clock = _clock(values, table, request, _header_rate(source))
    signals, notes = _signals(values, clock.rate_hz)
    placed = read_sensor_map(request.mapping)
    serial = match.group(1) if (match := _SERIAL.search(source.stem)) else ""
    device = next((found.group(1) for line in source.head[:header] if (found := _DEVICE.match(line))), "")
    name = placed.name(source.stem, device) if placed.sensors else serial or source.stem
    sensor, more = make_sensor(name, clock, signals, source.file)
    frame = next((found.group(1) for line in source.head[:header] if (found := _FRAME.match(line))), "")
    axes = f"{FORMAT_AXES}; earth frame {frame}" if frame else FORMAT_AXES
    return imu_trial(source, request, format=FORMAT, sensors=[sensor], notes=(*notes, *more), axes=axes)


def _header(source: Source) -> int | None:
    """0-based line of names below the comments."""
    lines = [index for index, line in enumerate(source.head) if line.strip()]
    if not lines or not source.head[lines[0]].lstrip().startswith(COMMENT):
        return None
    return next((index for index in lines if not source.head[index].lstrip().startswith(COMMENT)), None)


def _names(line: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in line.split(separator_of(line))]


def _groups(names: list[str]) -> dict[str, list[int]]:
    """Positions of the columns that are needed, by what they are; of several orientations the first kind."""
    wanted = {name: [pattern.format(axis) for axis in "xyz"] for name, pattern in TRIPLETS.items()}
    wanted |= {"increments": INCREMENTS.split(), "stamp": [STAMP]}
    wanted |= {"packet": [next((counter for counter in COUNTERS if counter in names), COUNTERS[0])]}
    found = {key: [names.index(cell) for cell in cells] for key, cells in wanted.items() if set(cells) <= set(names)}
    choices = [("quaternion", cells.split()) for cells in QUATERNIONS]
    choices += [("matrix", MATRIX.split()), ("euler", EULER.split())]
    for key, cells in choices:
        if set(cells) <= set(names):
            return found | {key: [names.index(cell) for cell in cells]}
    return found


def _header_rate(source: Source) -> float | None:
    match = next((found for line in source.head if (found := _RATE.match(line))), None)
    try:
        return float(match.group(1)) or None if match else None
    except ValueError:
        return None


def _clock(values: dict[str, np.ndarray], table: Block, request: Request, header_hz: float | None) -> DeviceClock:
    """From SampleTimeFine where it is filled, else from the packet counter and the rate of the user or the header."""
    declared = request.rate_hz or header_hz
    rows = next(iter(values.values())).shape[1] if values else 0
    packets = None
    if "packet" in values:
        packets = unwrap(values["packet"][0], modulus=PACKET_MODULUS, file=table.file, column="PacketCounter")
    stamps = values["stamp"][0] if "stamp" in values else np.full(rows, np.nan)
    if rows > 1 and np.isfinite(stamps).all():
        slots = np.ones(rows - 1) if packets is None else np.diff(packets)
        tick_s = _tick(float(np.median(np.diff(stamps) / slots)), declared, table.file)
        return stamped_clock(
            stamps,
            tick_s=tick_s,
            declared_hz=declared,
            file=table.file,
            column="SampleTimeFine",
            modulus=STAMP_MODULUS,
            packets=packets,
        )
    if request.rate_hz is not None and header_hz is not None:
        check_rate(header_hz, request.rate_hz, table.file)
    if packets is None or declared is None:
        return row_clock(rows, rate_hz=declared, file=table.file)
    return counted_clock(packets, rate_hz=declared)


def _tick(step: float, declared_hz: float | None, file: str) -> float:
    """Seconds per count of SampleTimeFine: the one that gives the declared rate, else one that a sensor can have."""
    rates = {tick: 1.0 / (step * tick) if step > 0 else np.nan for tick in STAMP_TICKS_S}
    if declared_hz:
        for tick, rate in rates.items():
            if abs(rate / declared_hz - 1.0) < 0.1:
                return tick
    for tick, rate in rates.items():
        if STAMP_RATES_HZ[0] <= rate <= STAMP_RATES_HZ[1]:
            return tick
    raise DataError(
        f"SampleTimeFine grows by {step:g} from packet to packet, which is no sensor's rate.",
        file=file,
        column="SampleTimeFine",
        remedy="Export the recording again.",
    )


def _signals(values: dict[str, np.ndarray], rate_hz: float) -> tuple[Signals, tuple[str, ...]]:
    orientation: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    if "quaternion" in values:
        orientation, notes = quaternions(values["quaternion"])
    elif "matrix" in values:
        orientation, notes = from_matrix(values["matrix"].reshape(3, 3, -1))
    elif "euler" in values:
        orientation = from_euler(*values["euler"])
    acceleration, rate = values.get("acceleration"), values.get("angular_rate")
    if acceleration is None and "velocity" in values:
        acceleration = values["velocity"] * rate_hz
    if rate is None and "increments" in values:
        rate = rate_of_increments(values["increments"], rate_hz)
    return Signals(acceleration, rate, values.get("magnetic"), orientation), notes
