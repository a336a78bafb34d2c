"""x-io's x-IMU, NGIMU and x-IMU3: a folder per sensor with a CSV per quantity, read together."""

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
    table_below,
)
from kinematics.readers.inertial.imu_clock import DeviceClock, onto, row_clock, stamped_clock, unwrap
from kinematics.readers.inertial.imu_mapping import read_sensor_map
from kinematics.readers.inertial.imu_orientation import continuous, quaternions
from kinematics.readers.inertial.imu_units import ACCELERATION_UNITS, RATE_UNITS, unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals
from kinematics.trial import Trial

NAME = "xio"
FORMAT = "x-io CSV"
PACKET, MICROSECONDS, SECONDS = "Packet number", "Timestamp (us)", "Time (s)"
PACKET_MODULUS = 2.0**16
KINDS = {"Accelerometer": "acceleration", "Gyroscope": "angular_rate", "Magnetometer": "magnetic"}
#: How the files of one sensor are called; those of one recording share what stands before.
INERTIAL_FILES = ("CalInertialAndMag", "Inertial", "sensors")
QUATERNION_FILES = ("Quaternion", "quaternion")
_CHANNEL = re.compile(r"(Accelerometer|Gyroscope|Magnetometer) ([XYZ]) \((.+)\)")
_QUANTITY = re.compile(r"(?P<before>.*?)[ _-]*(CalInertialAndMag|Inertial|sensors|quaternion)$", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    """One file: its table, stamps as they stand, clock where they are times."""

    table: Block
    stamps: np.ndarray
    values: dict[str, np.ndarray]


def recognises(source: Source) -> bool:
    """Whether the first line is x-io's: packet number or time, then gyroscope and accelerometer, or four elements."""
    line = source.head[0].strip() if source.head else ""
    first, _, rest = line.partition(",")
    names = rest.replace(" ", "")
    known = bool(_CHANNEL.search(rest)) or names in ("W,X,Y,Z", "WElement,XElement,YElement,ZElement")
    return first in (PACKET, MICROSECONDS, SECONDS) and (known or names.startswith("Element1,Element2"))


def read(source: Source, request: Request) -> Trial:
    """
    One sensor: m/s2, rad/s, orientation from the sensor to the earth (NGIMU writes the opposite, which is turned).

    Of the inertial and the quaternion file of a sensor either may be given; the other is looked for beside it. Packet
    numbers of an x-IMU count all its streams, so they are no time, and the rate is asked for.

    Raises
    ------
    DataError
        Where the rate is not known, stamps go back, or a cell is no number.
    """
    quaternion_given = not _CHANNEL.search(head_of(source)[0])
    other = _other(source, INERTIAL_FILES if quaternion_given else QUATERNION_FILES)
    main, beside = (other, source) if quaternion_given and other is not None else (source, other)
    part = _read(main)
    clock = _clock(part, request, main.file)
    signals, notes = _signals(part)
    orientation, turned = signals.orientation, _is_turned(part.table)
    if beside is not None:
        extra = _read(beside)
        orientation, said = _beside(part, extra, request, clock, beside.file)
        turned = _is_turned(extra.table)
        notes += said
    if turned and orientation is not None:
        orientation = orientation * np.array([[1.0], [-1.0], [-1.0], [-1.0]])
    before = match["before"] if (match := _QUANTITY.fullmatch(source.stem)) else source.stem
    folder = source.path.absolute().parent.name
    name = read_sensor_map(request.mapping).name(before or folder, folder)
    whole = Signals(signals.acceleration_m_s2, signals.angular_rate_rad_s, signals.magnetic_field, orientation)
    sensor, more = make_sensor(name, clock, whole, source.file)
    return imu_trial(
        source,
        request,
        format=FORMAT,
        sensors=[sensor],
        notes=(*notes, *more),
        sign_changes=("quaternion inverted: NGIMU's turns the earth into the sensor",) if turned else (),
        neighbours=() if other is None else (other,),
    )


def _other(source: Source, words: tuple[str, ...]) -> Source | None:
    """The sensor's file of the other quantity, if it is one."""
    match = _QUANTITY.fullmatch(source.stem)
    if match is None:
        return None
    before = source.stem[: match.start(2)]
    found = neighbour(source, *(f"{before}{word}{source.path.suffix}" for word in words))
    return found if found is not None and recognises(found) else None


def _read(source: Source) -> _Part:
    table = table_below(source, 0, ",")
    groups: dict[str, list[int]] = {"stamp": [0]}
    for kind, key in KINDS.items():
        places = [_place(table, kind, axis) for axis in "XYZ"]
        if None not in places:
            groups[key] = [place for place in places if place is not None]
    if not _CHANNEL.search(",".join(table.names)):
        if len(table.names) < 5:
            raise DataError("a quaternion needs four columns.", file=source.file, remedy="Export it again.")
        groups["orientation"] = [1, 2, 3, 4]
    values = read_groups(table, groups)
    stamps = values.pop("stamp")[0]
    if table.names[0] == PACKET:
        stamps = unwrap(stamps, modulus=PACKET_MODULUS, file=source.file, column=PACKET)
    return _Part(table, stamps, values)


def _place(table: Block, kind: str, axis: str) -> int | None:
    matches = (_CHANNEL.fullmatch(name) for name in table.names)
    found = [index for index, match in enumerate(matches) if match and match.group(1, 2) == (kind, axis)]
    return found[0] if len(found) == 1 else None


def _clock(part: _Part, request: Request, file: str) -> DeviceClock:
    if part.table.names[0] == PACKET:
        return row_clock(part.stamps.size, rate_hz=request.rate_hz, file=file)
    micro = part.table.names[0] == MICROSECONDS
    return stamped_clock(
        part.stamps,
        tick_s=1e-6 if micro else 1.0,
        declared_hz=request.rate_hz,
        file=file,
        column=part.table.names[0],
        resolution_s=1e-6 if micro else 10.0 ** -decimals(part.table.first_cells(0)),
    )


def _beside(
    part: _Part, extra: _Part, request: Request, clock: DeviceClock, file: str
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Orientations of the quaternion file at the inertial file's samples."""
    packets = PACKET in (part.table.names[0], extra.table.names[0])
    if packets and part.table.names[0] != extra.table.names[0]:
        raise DataError("this file and its neighbour count time differently.", file=file)
    here = part.stamps if packets else clock.time_s
    undeclared = Request(task=request.task)
    there = extra.stamps if packets else _clock(extra, undeclared, file).time_s
    found, notes = quaternions(extra.values["orientation"])
    if there.size == here.size and np.array_equal(here, there):
        return found, notes
    moved, _ = quaternions(onto(here, there, continuous(found)))
    return moved, (*notes, "The orientation was brought to the times of the inertial samples.")


def _signals(part: _Part) -> tuple[Signals, tuple[str, ...]]:
    def scale(kind: str, units: dict[str, float]) -> np.ndarray | None:
        if KINDS[kind] not in part.values:
            return None
        matches = (_CHANNEL.fullmatch(name) for name in part.table.names)
        written = next(match[3] for match in matches if match and match[1] == kind)
        unit = unit_of(written)
        if unit not in units:
            raise DataError(f"'{written}' is no unit of {KINDS[kind]}.", file=part.table.file, remedy="Export again.")
        return part.values[KINDS[kind]] * units[unit]

    orientation, notes = quaternions(part.values["orientation"]) if "orientation" in part.values else (None, ())
    rate, acceleration = scale("Gyroscope", RATE_UNITS), scale("Accelerometer", ACCELERATION_UNITS)
    return Signals(acceleration, rate, part.values.get("magnetic"), orientation), notes


def _is_turned(table: Block) -> bool:
    """Whether the table is an NGIMU's quaternion: told by its names, and found on a real recording's gyroscope."""
    return table.names[:5] == (SECONDS, "W", "X", "Y", "Z")
