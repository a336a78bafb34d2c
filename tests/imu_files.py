"""Small inertial files written by hand, one per format, of one known movement: what the readers' tests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

RATE_HZ = 100
N = 60
TIME_S = np.arange(N) / RATE_HZ
GRAVITY = 9.80665
#: A sensor that swings about its x axis by +-0.5 rad, once a second.
ANGLE = 0.5 * np.sin(2 * np.pi * TIME_S)
RATE = np.stack((np.pi * np.cos(2 * np.pi * TIME_S), 0 * TIME_S, 0 * TIME_S))
ACCELERATION = GRAVITY * np.stack((0 * TIME_S, np.sin(ANGLE), np.cos(ANGLE)))
QUATERNION = np.stack((np.cos(ANGLE / 2), np.sin(ANGLE / 2), 0 * TIME_S, 0 * TIME_S))


def lines_of(
    columns: Sequence[np.ndarray], separator: str = ",", decimal: str = ".", form: str = "{:.9g}"
) -> list[str]:
    """Rows of text of columns of numbers; NaN is an empty cell."""
    return [
        separator.join("" if np.isnan(value) else form.format(value).replace(".", decimal) for value in row)
        for row in np.stack(columns, axis=1)
    ]


def write(path: Path, lines: Sequence[str], newline: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((newline.join(lines) + newline).encode())
    return path


def mt(
    path: Path,
    separator: str = "\t",
    trailing: str = "",
    start: int = 65_500,
    rate: str = "// Update Rate: 100.0Hz",
    **kw,
) -> Path:
    names = ["PacketCounter", "SampleTimeFine", *axes("Acc_"), *axes("Gyr_"), *(f"Quat_q{i}" for i in range(4))]
    counter = np.mod(start + np.arange(N), 2**16).astype(float)
    stamps = kw.pop("stamps", np.full(N, np.nan))
    rows = lines_of([counter, stamps, *ACCELERATION, *RATE, *QUATERNION], separator, kw.pop("decimal", "."), "{:.10g}")
    head = ["// Start Time: 2020-01-02 of Jane Doe", *([rate] if rate else [])]
    return write(path, [*head, separator.join(names), *(row + trailing for row in rows)], **kw)


def dot(path: Path, start: float = 2**32 - 300_000, packet: float = 65_530, keys: bool = True, **kw) -> Path:
    stamps = np.mod(start + np.arange(N) * 10_000.0, 2**32)
    packets = np.mod(packet + np.arange(N), 2**16)
    names = ["PacketCounter", "SampleTimeFine", "Euler_X", "Euler_Y", "Euler_Z", *axes("Acc_"), *axes("Gyr_")]
    columns = [packets, stamps, np.degrees(ANGLE), 0 * ANGLE, 0 * ANGLE, *ACCELERATION, *np.degrees(RATE)]
    head = ["sep=,", "DeviceTag:,Jane", "OutputRate:,100Hz", "StartTime: ,2021-08-30", "© Xsens", ""] if keys else []
    return write(path, [*head, ",".join(names), *lines_of(columns, form="{:.10g}")], **kw)


def apdm_new(path: Path, labels: Sequence[str] = ("Lumbar", "Right Upper Leg"), **kw) -> Path:
    top, kinds, third, columns = ["Format=7"], ["Time"], [""], [1.6e15 + np.arange(N) * 10_000.0]
    for number, label in enumerate(labels):
        top += [str(5000 + number), "", "", label, *[""] * 10]
        kinds += [
            "Accelerometer",
            "",
            "",
            "Gyroscope",
            "",
            "",
            "Magnetometer",
            "",
            "",
            "Barometer",
            "Orientation",
            "",
            "",
            "",
        ]
        third += [*"XYZXYZXYZ", "", *"SXYZ"]
        columns += [*ACCELERATION, *RATE, *ACCELERATION, 0 * TIME_S, *QUATERNION]
    rows = lines_of(columns, form="{:.17g}")
    return write(path, [",".join(top), ",".join(kinds), ",".join(third), *rows], **kw)


def apdm_old(path: Path, unit: str = "m/s^2", **kw) -> Path:
    names = ["Time", *(f"Upper/Acceleration/{a}" for a in "XYZ"), *(f"Upper/Angular Velocity/{a}" for a in "XYZ")]
    head = [
        "Test Name:,Jane Doe,,,,,",
        "Sample Rate:,100,Hz,,,,",
        ",".join(names),
        f"s,{unit},{unit},{unit},rad/s,rad/s,rad/s",
    ]
    return write(path, [*head, *lines_of([TIME_S, *ACCELERATION, *RATE])], **kw)


def shimmer(path: Path, devices: Sequence[str] = ("Shimmer_40AC",), state: str = "CAL", **kw) -> Path:
    names, units, columns = [], [], []
    for device in devices:
        names += [f"{device}_Timestamp_Unix_{state}", *(f"{device}_Accel_LN_{a}_{state}" for a in "XYZ")]
        names += [f"{device}_Gyro_{a}_{state}" for a in "XYZ"]
        units += ["ms", *["m/(s^2)"] * 3, *["deg/s"] * 3]
        columns += [1.6e12 + TIME_S * 1000, *ACCELERATION, *np.degrees(RATE)]
    rows = [row + ";" for row in lines_of(columns, ";", form="{:.17g}")]
    return write(path, ['"sep=;"', ";".join(names) + ";", ";".join(units) + ";", *rows], newline="\r\n", **kw)


def blue_trident(path: Path, **kw) -> Path:
    names = ["unix_timestamp_microsec", "time_s", *(f"a{a}_m/s/s" for a in "xyz"), *(f"g{a}_deg/s" for a in "xyz")]
    columns = [1.6e15 + TIME_S * 1e6, TIME_S, *ACCELERATION, *np.degrees(RATE)]
    return write(path, [",".join(names), *lines_of(columns, form="{:.17g}")], **kw)


def xio(path: Path, **kw) -> Path:
    names = ["Timestamp (us)", *(f"Gyroscope {a} (deg/s)" for a in "XYZ"), *(f"Accelerometer {a} (g)" for a in "XYZ")]
    columns = [5e6 + TIME_S * 1e6, *np.degrees(RATE), *ACCELERATION / GRAVITY]
    return write(path, [",".join(names), *lines_of(columns)], **kw)


def xio_quaternion(path: Path, late_s: float = 0.0, **kw) -> Path:
    names = ["Timestamp (us)", "W Element", "X Element", "Y Element", "Z Element"]
    return write(path, [",".join(names), *lines_of([5e6 + (TIME_S + late_s) * 1e6, *QUATERNION])], **kw)


def delsys(path: Path, **kw) -> Path:
    """Gyroscope at half the accelerometer's rate, padded with blanks; EMG at twice, its last rows alone."""
    labels = [f"L Thigh: ACC.{a} 1" for a in "XYZ"] + [f"L Thigh: GYRO.{a} 1" for a in "XYZ"] + ["L RF: EMG 1"]
    rates, units = [100] * 3 + [50] * 3 + [200], ["g"] * 3 + ["deg/s"] * 3 + ["V"]
    head = [
        f"Label: {label}  Sampling frequency: {rate} Number of points: 9 start: 0 Unit: {unit} Domain Unit: s"
        for label, rate, unit in zip(labels, rates, units, strict=True)
    ]
    rows = 2 * N
    columns = []
    for values in ACCELERATION / GRAVITY:
        columns += [padded(TIME_S, rows), padded(values, rows)]
    for values in np.degrees(RATE):
        columns += [padded(TIME_S[::2], rows), padded(values[::2], rows)]
    columns += [np.arange(rows) / 200, np.zeros(rows)]
    names = [cell for number, label in enumerate(labels) for cell in (f"X[s].{number}" if number else "X[s]", label)]
    return write(path, [*head, ",".join(names), *lines_of(columns)], **kw)


def padded(values: np.ndarray, rows: int) -> np.ndarray:
    return np.concatenate((values, np.full(rows - values.size, np.nan)))


def phyphox(
    path: Path,
    quantity: str = "Acceleration",
    unit: str = "m/s^2",
    separator: str = ",",
    decimal: str = ".",
    late_s: float = 0.0,
    **kw,
) -> Path:
    values = ACCELERATION if unit == "m/s^2" else RATE
    names = ['"Time (s)"', *(f'"{quantity} {a} ({unit})"' for a in "xyz")]
    return write(
        path, [separator.join(names), *lines_of([TIME_S + late_s, *values], separator, decimal, "{:.9E}")], **kw
    )


def sensor_logger(path: Path, values: np.ndarray = ACCELERATION, **kw) -> Path:
    columns = [1.7e18 + TIME_S * 1e9, TIME_S, *values[::-1]]
    return write(path, ["time,seconds_elapsed,z,y,x", *lines_of(columns, form="{:.19g}")], **kw)


def generic(
    path: Path,
    names: Sequence[str] = (
        "time_s",
        "pelvis_acc_x",
        "pelvis_acc_y",
        "pelvis_acc_z",
        "pelvis_gyr_x",
        "pelvis_gyr_y",
        "pelvis_gyr_z",
    ),
    time: np.ndarray = TIME_S,
    acceleration: np.ndarray = ACCELERATION,
    rate: np.ndarray = RATE,
    **kw,
) -> Path:
    return write(path, [",".join(names), *lines_of([time, *acceleration, *rate], form="{:.12g}")], **kw)


def step_metrics(path: Path, **kw) -> Path:
    names = "Timestamp,Power (w/kg),Form Power (w/kg),Ground Time (ms),Cadence (spm),Vertical Oscillation (cm)"
    return write(path, [names, "1,3.5,0.9,230,170,7.5", "2,3.5,0.9,230,170,7.5"], **kw)


def axes(stem: str) -> list[str]:
    return [stem + axis for axis in "XYZ"]


#: Module -> name of a file that it reads, and its writer.
WRITERS: dict[str, tuple[str, Callable[..., Path]]] = {
    "xsens_mt": ("MT_012005D6_009-001_00B42268.txt", mt),
    "xsens_dot": ("Pelvis_20210820_202113_836.csv", dot),
    "apdm": ("apdm.csv", apdm_new),
    "shimmer": ("shimmer.csv", shimmer),
    "blue_trident": ("Pelvis_TS-01436_2021-09-01_lowg.csv", blue_trident),
    "xio": ("Inertial.csv", xio),
    "delsys": ("delsys.csv", delsys),
    "phyphox": ("Accelerometer.csv", phyphox),
    "sensor_logger": ("TotalAcceleration.csv", sensor_logger),
    "generic_imu": ("lab.csv", generic),
    "step_metrics": ("stryd.csv", step_metrics),
}
