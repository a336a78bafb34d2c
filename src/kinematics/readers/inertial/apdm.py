"""APDM Mobility Lab and Motion Studio: CSV with several sensors side by side, `Format=7` and the older headings."""

from __future__ import annotations

from collections.abc import Sequence

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import Signals, head_of, imu_trial, make_sensor, read_groups, table_below
from kinematics.readers.inertial.imu_clock import stamped_clock
from kinematics.readers.inertial.imu_mapping import read_sensor_map
from kinematics.readers.inertial.imu_orientation import quaternions
from kinematics.readers.inertial.imu_units import ACCELERATION_UNITS, RATE_UNITS, unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals
from kinematics.trial import Sensor, Trial

NAME = "apdm"
FORMAT = "APDM CSV"
HDF5 = b"\x89HDF"
NEW, OLD = "Format=", "Test Name:"
#: Words of the two generations for what a column holds; the last word of the older ones is the axis.
KINDS = {
    "Accelerometer": "acceleration",
    "Acceleration": "acceleration",
    "Gyroscope": "angular_rate",
    "Angular Velocity": "angular_rate",
    "Magnetometer": "magnetic",
    "Magnetic Field": "magnetic",
    "Orientation": "orientation",
}
COMPONENTS = {"S": 0, "Scalar": 0, "X": 1, "Y": 2, "Z": 3}
WIDTH = {"acceleration": 3, "angular_rate": 3, "magnetic": 3, "orientation": 4}
MICROSECOND = 1e-6


def recognises(source: Source) -> bool:
    """Whether the first cell is `Format=...` above `Time,Accelerometer`, or `Test Name:`; or an HDF5 file."""
    if source.start.startswith(HDF5):
        return True
    first = source.head[0].lstrip('" ') if source.head else ""
    second = source.head[1].lstrip('" ') if len(source.head) > 1 else ""
    return first.startswith(OLD) or (first.startswith(NEW) and second.startswith("Time"))


def read(source: Source, request: Request) -> Trial:
    """
    All sensors of a recording under their labels: m/s2, rad/s, microtesla, orientation from the sensor to the earth.

    Raises
    ------
    DataError
        Where the file is HDF5, a sensor's columns are not whole, the time goes back, or a cell is no number.
    """
    if source.start.startswith(HDF5):
        raise DataError(
            "this is an HDF5 file, as APDM's software writes it.",
            file=source.file,
            remedy="Export the raw data as CSV in Mobility Lab or Motion Studio.",
        )
    table, columns, tick_s, resolution_s, declared = (
        _new(source) if head_of(source)[0].startswith(NEW) else _old(source)
    )
    groups = {f"{label}\t{kind}": places for (label, kind), places in columns.items()}
    values = read_groups(table, {"time": [0], **groups}, request)
    clock = stamped_clock(
        values["time"][0],
        tick_s=tick_s,
        declared_hz=request.rate_hz or declared,
        file=source.file,
        column="Time",
        resolution_s=resolution_s,
    )
    placed = read_sensor_map(request.mapping)
    sensors: list[Sensor] = []
    notes: list[str] = []
    for label in dict.fromkeys(label for label, _ in columns):
        found = {kind: values[f"{label}\t{kind}"] for kind in WIDTH if (label, kind) in columns}
        orientation, said = quaternions(found["orientation"]) if "orientation" in found else (None, ())
        signals = Signals(found.get("acceleration"), found.get("angular_rate"), found.get("magnetic"), orientation)
        sensor, more = make_sensor(placed.name(label), clock, signals, source.file)
        sensors.append(sensor)
        notes += [*said, *more]
    if not sensors:
        raise DataError("there are no sensor columns.", file=source.file, remedy="Export the raw data again.")
    return imu_trial(source, request, format=FORMAT, sensors=sensors, notes=notes)


#: Table, columns by (label, kind), seconds per unit of the time column, its last decimal in seconds, declared rate.
Found = tuple[Block, dict[tuple[str, str], list[int]], float, float, float | None]


def _new(source: Source) -> Found:
    """Format 7: serial and label above each sensor's first columns, then a row of quantities and one of axes."""
    if len(source.head) < 4:
        raise DataError("the three header rows are not whole.", file=source.file, remedy="Export it again.")
    labels, kinds, axes = ([cell.strip() for cell in line.split(",")] for line in source.head[:3])
    starts = [place for place, cell in enumerate(kinds) if cell == "Accelerometer"]
    table = table_below(source, 2, ",")
    if not starts or kinds[0] != "Time":
        raise DataError("no sensor begins with its accelerometer.", file=source.file, remedy="Export it again.")
    columns: dict[tuple[str, str], list[int]] = {}
    for start, stop in zip(starts, [*starts[1:], len(kinds)], strict=True):
        said = [cell for cell in labels[start:stop] if cell]
        label = said[1] if len(said) > 1 else said[0] if said else f"sensor {len(columns)}"
        current = ""
        cells = []
        for place in range(start, min(stop, len(axes))):
            current = kinds[place] or current
            cells.append((label, current, axes[place], place))
        _collect(columns, cells, source.file)
    return table, columns, MICROSECOND, MICROSECOND, None


def _old(source: Source) -> Found:
    """`Label/Quantity/Axis` in one row below the test's name and rate, units in the next."""
    header = next((index for index, line in enumerate(source.head) if line.lstrip('" ').startswith("Time,")), None)
    if header is None or header + 1 >= len(source.head):
        raise DataError("there is no row of names that begins with Time.", file=source.file)
    table = table_below(source, header, ",", skip=1)
    units = [cell.strip() for cell in source.head[header + 1].split(",")]
    columns: dict[tuple[str, str], list[int]] = {}
    cells = []
    for place, name in enumerate(table.names):
        parts = name.rsplit("/", 2)
        if len(parts) == 3:
            _check_unit(parts[1], units[place] if place < len(units) else "", name, source.file)
            cells.append((parts[0], parts[1], parts[2], place))
    _collect(columns, cells, source.file)
    rate = next((line.split(",")[1] for line in source.head[:header] if line.startswith("Sample Rate:")), "")
    try:
        declared = float(rate) or None
    except ValueError:
        declared = None
    return table, columns, 1.0, 10.0 ** -decimals(table.first_cells(0)), declared


def _check_unit(kind: str, unit: str, column: str, file: str) -> None:
    known = {"acceleration": ACCELERATION_UNITS, "angular_rate": RATE_UNITS}.get(KINDS.get(kind, ""))
    if known is not None and known.get(unit_of(unit)) != 1.0:
        raise DataError(
            f"'{unit}' is not the unit in which this software writes {kind.lower()}.",
            file=file,
            column=column,
            remedy="Export in m/s^2 and rad/s.",
        )


def _collect(columns: dict[tuple[str, str], list[int]], cells: Sequence[tuple[str, str, str, int]], file: str) -> None:
    """Adds whole groups of columns, in the order scalar, X, Y, Z."""
    grouped: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for label, kind, axis, place in cells:
        if kind in KINDS and axis in COMPONENTS:
            grouped.setdefault((label, KINDS[kind]), []).append((COMPONENTS[axis], place))
    for key, found in grouped.items():
        order = [component for component, _ in sorted(found)]
        if key in columns or order != [0, 1, 2, 3][4 - WIDTH[key[1]] :]:
            raise DataError(
                f"the columns of {key[1].replace('_', ' ')} of sensor {key[0]} are not whole, or occur twice.",
                file=file,
                remedy="Export all axes of each sensor, each sensor under its own label.",
            )
        columns[key] = [place for _, place in sorted(found)]
