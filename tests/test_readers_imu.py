"""Inertial formats in the variants of their grammar, from small files written by hand; and files that were damaged."""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from typing import Any

import imu_files as files
import numpy as np
import pytest
from damage import damaged
from imu_files import ACCELERATION, ANGLE, GRAVITY, QUATERNION, RATE, TIME_S, WRITERS, N

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu_clock import likely_tick, onto, stamped_clock, unwrap
from kinematics.readers.inertial.imu_orientation import from_euler, from_matrix, rate_of_increments
from kinematics.readers.inertial.imu_units import unit_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source

MODULES = {name: importlib.import_module(f"kinematics.readers.inertial.{name}") for name in WRITERS}
#: Cases of damage per format.
DAMAGED_PER_FORMAT = 40


def read(name: str, path: Path, **kwargs: Any):
    return MODULES[name].read(read_source(path), Request(task="run", **kwargs))


def only(trial: Any) -> Any:
    (sensor,) = trial.sensors.values()
    return sensor


def same_movement(sensor: Any, *, abs_: float = 1e-6) -> bool:
    """Whether a sensor holds the movement of `imu_files`, where it holds anything."""
    rate = np.where(np.isnan(sensor.angular_rate_rad_s), RATE, sensor.angular_rate_rad_s)
    return bool(np.allclose(sensor.acceleration_m_s2, ACCELERATION, atol=abs_) and np.allclose(rate, RATE, atol=abs_))


@pytest.mark.parametrize("name", WRITERS)
def test_each_format_is_recognised_by_its_own_module_alone(tmp_path, name):
    file, writer = WRITERS[name]
    source = read_source(writer(tmp_path / file))
    assert [module.NAME for module in MODULES.values() if module.recognises(source)] == [name]


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "step_metrics"])
def test_each_format_gives_the_movement_in_si_units(tmp_path, name):
    file, writer = WRITERS[name]
    sensors = read(name, writer(tmp_path / file)).sensors.values()
    assert all(same_movement(sensor, abs_=0.02 if name == "delsys" else 1e-6) for sensor in sensors)
    assert all(sensor.rate_hz == 100 for sensor in sensors)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "step_metrics"])
def test_names_dates_and_folders_enter_no_passport(tmp_path, name):
    file, writer = WRITERS[name]
    text = str(read(name, writer(tmp_path / file)).passport.as_dict())
    assert not any(word in text for word in ("Jane", "2020-01", "2021-08", str(tmp_path)))


@pytest.mark.parametrize("name", WRITERS)
def test_a_binary_file_is_refused_whatever_format_is_named(tmp_path, name):
    path = tmp_path / "noise.bin"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(DataError):
        read(name, path)


# Xsens MT Manager


@pytest.mark.parametrize(("separator", "trailing"), [("\t", ""), ("\t", "\t"), (",", ""), (";", ""), (" ", "")])
def test_mt_text_is_read_with_every_separator(tmp_path, separator, trailing):
    path = files.mt(tmp_path / "a_00B42268.txt", separator=separator, trailing=trailing)
    assert same_movement(only(read("xsens_mt", path)))


def test_mt_text_with_decimal_commas_and_crlf_is_read(tmp_path):
    path = files.mt(tmp_path / "a_00B42268.txt", separator=";", decimal=",", newline="\r\n")
    assert same_movement(only(read("xsens_mt", path)))


def test_the_16_bit_counter_wraps_without_a_jump_in_time(tmp_path):
    sensor = only(read("xsens_mt", files.mt(tmp_path / "a.txt", start=65_500)))
    assert sensor.time_s[[0, -1]] == pytest.approx([655.00, 655.59])


def test_sample_time_fine_in_10_khz_tells_the_rate_that_the_header_lacks(tmp_path):
    stamps = np.mod(2.0**32 - 1000 + np.arange(N) * 100, 2**32)
    sensor = only(read("xsens_mt", files.mt(tmp_path / "a.txt", rate="", stamps=stamps)))
    assert sensor.rate_hz == 100
    assert sensor.time_s[-1] - sensor.time_s[0] == pytest.approx(0.59)


def test_a_rate_that_contradicts_the_header_is_refused(tmp_path):
    with pytest.raises(DataError, match="100 Hz, but 50 Hz are declared"):
        read("xsens_mt", files.mt(tmp_path / "a.txt"), rate_hz=50)


def test_a_doubled_packet_is_refused_with_its_place(tmp_path):
    path = files.mt(tmp_path / "a.txt", start=7)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:10], lines[9], *lines[10:]]))
    with pytest.raises(
        DataError, match=r"column 'PacketCounter': the counter goes from 13 to 13 between samples 7 and 8"
    ):
        read("xsens_mt", path)


def test_a_word_in_a_needed_column_is_named_with_row_and_column(tmp_path):
    path = files.mt(tmp_path / "a.txt")
    path.write_text(path.read_text().replace(f"{RATE[0, 3]:.10g}", "n.a.", 1))
    with pytest.raises(DataError, match=r"row 7, column 'Gyr_X': 'n\.a\.' is not a number"):
        read("xsens_mt", path)


def test_increments_of_velocity_and_orientation_become_acceleration_and_rate(tmp_path):
    turn = RATE[0] / 100 / 2
    columns = [np.arange(N), *ACCELERATION / 100, np.cos(turn), np.sin(turn), 0 * turn, 0 * turn]
    names = ["PacketCounter", *files.axes("VelInc_"), *(f"OriInc_q{i}" for i in range(4))]
    head = ["// Update Rate: 100.0Hz", "\t".join(names)]
    path = files.write(tmp_path / "a.txt", [*head, *files.lines_of(columns, "\t", form="{:.12g}")])
    source = read_source(path)
    assert same_movement(only(MODULES["xsens_mt"].read(source, Request(task="run"))))


@pytest.mark.parametrize("key", ["00B42268", "_00B42268", "MT_1_00B42268"])
def test_a_mapping_names_the_segment_by_serial_or_stem(tmp_path, key):
    mapping = tmp_path / "map.toml"
    mapping.write_text(f'[sensors]\n"{key}" = "pelvis"\n')
    assert list(read("xsens_mt", files.mt(tmp_path / "MT_1_00B42268.txt"), mapping=mapping).sensors) == ["pelvis"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[sensors]\na = 1\n", r"\[sensors\] needs lines"),
        ("[sensors\n", "cannot be read"),
        ("<a><b></a>", "cannot be read"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused(tmp_path, text, problem):
    mapping = tmp_path / "map.toml"
    mapping.write_text(text)
    with pytest.raises(DataError, match=problem):
        read("xsens_mt", files.mt(tmp_path / "a.txt"), mapping=mapping)


def test_text_without_a_column_of_movement_is_refused(tmp_path):
    path = files.write(tmp_path / "a.txt", ["// Update Rate: 100.0Hz", "PacketCounter\tTemperature", "1\t30", "2\t30"])
    with pytest.raises(DataError, match="no column of acceleration, angular rate or orientation"):
        read("xsens_mt", path)


# Xsens DOT


def test_the_32_bit_clock_of_a_dot_wraps_without_a_jump(tmp_path):
    sensor = only(read("xsens_dot", files.dot(tmp_path / "Pelvis_20210820_202113_836.csv")))
    assert np.diff(sensor.time_s) == pytest.approx(0.01)
    assert sensor.time_s[0] == pytest.approx((2**32 - 300_000) * 1e-6)


def test_a_dot_file_of_the_sdk_has_no_keys_above_its_names(tmp_path):
    trial = read("xsens_dot", files.dot(tmp_path / "thigh.csv", keys=False))
    assert list(trial.sensors) == ["thigh"]
    assert same_movement(only(trial))


def test_roll_of_a_dot_becomes_a_turn_about_x(tmp_path):
    assert only(read("xsens_dot", files.dot(tmp_path / "a.csv"))).orientation == pytest.approx(QUATERNION, abs=1e-6)


def test_the_name_of_a_dot_is_its_files_without_date_and_address(tmp_path):
    trial = read("xsens_dot", files.dot(tmp_path / "left_D4CA6EF17860_20210830_170505.csv"))
    assert list(trial.sensors) == ["left"]


# APDM, Shimmer, Blue Trident


def test_an_apdm_sensor_without_label_has_its_serial_number_for_a_name(tmp_path):
    assert list(read("apdm", files.apdm_new(tmp_path / "a.csv", labels=["Lumbar", ""])).sensors) == ["Lumbar", "5001"]


def test_two_apdm_sensors_of_one_label_are_refused(tmp_path):
    with pytest.raises(DataError, match="occur twice"):
        read("apdm", files.apdm_new(tmp_path / "a.csv", labels=["Lumbar", "Lumbar"]))


def test_the_older_apdm_csv_is_read_and_its_unit_checked(tmp_path):
    assert same_movement(only(read("apdm", files.apdm_old(tmp_path / "a.csv"))))
    with pytest.raises(DataError, match="'g' is not the unit"):
        read("apdm", files.apdm_old(tmp_path / "b.csv", unit="g"))


def test_apdm_hdf5_is_named_and_refused(tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert MODULES["apdm"].recognises(read_source(path))
    with pytest.raises(DataError, match=r"HDF5.*as CSV"):
        read("apdm", path)


def test_two_shimmers_in_one_file_are_two_sensors(tmp_path):
    sensors = read("shimmer", files.shimmer(tmp_path / "a.csv", devices=["Pelvis_1", "Thigh_2"])).sensors
    assert list(sensors) == ["Pelvis_1", "Thigh_2"]
    assert all(map(same_movement, sensors.values()))


def test_raw_counts_of_a_shimmer_are_refused(tmp_path):
    with pytest.raises(DataError, match="no calibrated columns"):
        read("shimmer", files.shimmer(tmp_path / "a.csv", state="RAW"))


def test_a_blue_trident_is_named_by_its_file_and_its_clock_starts_at_midnight(tmp_path):
    file, writer = WRITERS["blue_trident"]
    trial = read("blue_trident", writer(tmp_path / file))
    assert list(trial.sensors) == ["Pelvis"]
    assert trial.time_s[0] == pytest.approx(1.6e9 % 86_400, abs=1e-6)


@pytest.mark.parametrize("name", ["blue_trident", "delsys", "sensor_logger"])
def test_a_format_read_from_its_description_asks_for_a_sample(tmp_path, name):
    file, writer = WRITERS[name]
    path = writer(tmp_path / file)
    path.write_text("\n".join([*path.read_text().splitlines()[:-1], "a,b"]))
    with pytest.raises(DataError, match="please send a sample"):
        read(name, path)


# x-io


def test_an_x_io_sensor_is_named_by_its_folder_and_read_with_its_quaternion(tmp_path):
    path = files.xio(tmp_path / "Left Thigh" / "Inertial.csv")
    files.xio_quaternion(tmp_path / "Left Thigh" / "Quaternion.csv", late_s=0.005)
    trial = read("xio", path)
    q = trial.sensors["Left Thigh"].orientation
    assert np.isnan(q[:, 0]).all()  # before the first quaternion
    half = (QUATERNION[:, 1:] + QUATERNION[:, :-1]) / 2
    assert q[:, 1:] == pytest.approx(half / np.sqrt((half**2).sum(axis=0)), abs=1e-6)


def test_a_quaternion_file_alone_gives_orientations(tmp_path):
    trial = read("xio", files.xio_quaternion(tmp_path / "Pelvis" / "Quaternion.csv"))
    assert trial.kind == "orientations"
    assert trial.orientations["Pelvis"] == pytest.approx(QUATERNION, abs=1e-6)


# Delsys


def test_delsys_rates_meet_on_the_accelerometers_clock(tmp_path):
    sensor = read("delsys", files.delsys(tmp_path / "a.csv")).sensors["L Thigh"]
    assert sensor.time_s == pytest.approx(TIME_S)
    assert sensor.acceleration_m_s2 == pytest.approx(ACCELERATION, abs=1e-6)
    assert sensor.angular_rate_rad_s[0, ::2] == pytest.approx(RATE[0, ::2], abs=1e-6)
    assert sensor.angular_rate_rad_s[0, 1] == pytest.approx((RATE[0, 0] + RATE[0, 2]) / 2, abs=1e-6)
    assert np.isnan(sensor.angular_rate_rad_s[0, -1])  # after the gyroscope's last sample


# Phones


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", "."), ("\t", "."), (";", ","), ("\t", ",")])
def test_phyphox_is_read_in_every_export_variant(tmp_path, separator, decimal):
    path = files.phyphox(tmp_path / "Accelerometer.csv", separator=separator, decimal=decimal)
    assert same_movement(only(read("phyphox", path)))


@pytest.mark.parametrize("given", ["Accelerometer.csv", "Gyroscope.csv"])
def test_either_phyphox_file_brings_the_other(tmp_path, given):
    files.phyphox(tmp_path / "Accelerometer.csv", quantity="Acceleration")
    files.phyphox(tmp_path / "Gyroscope.csv", quantity="Gyroscope", unit="rad/s", late_s=0.0)
    trial = read("phyphox", tmp_path / given)
    assert same_movement(trial.sensors["phone"])
    assert not np.isnan(trial.sensors["phone"].angular_rate_rad_s).any()
    assert len(trial.passport.sources) == 2


def test_sensor_logger_columns_are_taken_by_name_not_place(tmp_path):
    assert same_movement(only(read("sensor_logger", files.sensor_logger(tmp_path / "TotalAcceleration.csv"))))


def test_gravity_is_put_back_where_sensor_logger_took_it_out(tmp_path):
    path = files.sensor_logger(tmp_path / "Accelerometer.csv", values=0.1 * ACCELERATION)
    with pytest.raises(DataError, match="taken gravity out"):
        read("sensor_logger", path)
    files.sensor_logger(tmp_path / "Gravity.csv", values=0.9 * ACCELERATION)
    files.sensor_logger(tmp_path / "Gyroscope.csv", values=RATE)
    trial = read("sensor_logger", path)
    assert same_movement(only(trial))
    assert [file for _, file, _ in trial.passport.sources] == ["Accelerometer.csv", "Gyroscope.csv", "Gravity.csv"]


def test_a_sensor_logger_file_of_another_name_is_asked_what_it_is(tmp_path):
    with pytest.raises(DataError, match="does not say which sensor"):
        read("sensor_logger", files.sensor_logger(tmp_path / "P01_run.csv"))


# Tables of a lab


@pytest.mark.parametrize(
    ("acceleration", "rate", "unit"),
    [(1.0, 1.0, "m/s2"), (1 / GRAVITY, np.degrees(1), "g"), (1000 / GRAVITY, np.degrees(1), "mg")],
)
def test_units_that_are_not_stated_are_told_by_gravity_and_its_turning(tmp_path, acceleration, rate, unit):
    path = files.generic(tmp_path / "a.csv", acceleration=acceleration * ACCELERATION, rate=rate * RATE)
    trial = read("generic_imu", path)
    assert same_movement(trial.sensors["pelvis"])
    assert any(f"says {unit}." in note for note in trial.passport.notes)


def test_slow_turning_in_degrees_is_told_from_radians_by_gravity(tmp_path):
    slow = 20.0  # the same swing in 12 s: 9 deg/s at most, as a number below any gyroscope's limit in rad/s
    path = files.generic(tmp_path / "a.csv", time=TIME_S * slow, rate=np.degrees(RATE) / slow)
    sensor = only(read("generic_imu", path))
    assert sensor.angular_rate_rad_s == pytest.approx(RATE / slow, abs=1e-6)


def test_a_unit_in_the_column_name_is_taken(tmp_path):
    names = ["Time (ms)", *(f"Accel_{a} [g]" for a in "XYZ"), *(f"Gyro{a} (deg/s)" for a in "XYZ")]
    path = files.generic(
        tmp_path / "left.csv",
        names=names,
        time=TIME_S * 1000,
        acceleration=ACCELERATION / GRAVITY,
        rate=np.degrees(RATE),
    )
    trial = read("generic_imu", path)
    assert same_movement(trial.sensors["left"])
    assert trial.passport.notes == ()


def test_a_mapping_names_the_columns_of_an_unusual_table(tmp_path):
    path = files.generic(tmp_path / "a.csv", names=["zeit", "b1", "b2", "b3", "d1", "d2", "d3"])
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[columns]\ntime = "zeit"\nacceleration = ["b1", "b2", "b3"]\nangular_rate = ["d1", "d2", "d3"]\n'
        '[units]\nacceleration = "m/s2"\nangular_rate = "rad/s"\n'
    )
    assert same_movement(only(read("generic_imu", path, mapping=mapping)))


def test_the_row_above_repeated_names_tells_the_sensors_apart(tmp_path):
    names = [f"{kind}_{a}" for kind in ("acc", "gyr") for a in "xyz"]
    head = ["," + ",".join(["pelvis"] * 6 + ["thigh"] * 6), "time_s," + ",".join(names * 2)]
    both = [TIME_S, *ACCELERATION, *RATE, *ACCELERATION, *RATE]
    path = files.write(tmp_path / "a.csv", [*head, *files.lines_of(both, form="{:.12g}")])
    assert list(read("generic_imu", path).sensors) == ["pelvis", "thigh"]


def test_a_table_that_has_the_hips_angle_too_is_left_to_the_angle_reader(tmp_path):
    names = ["time_s", *(f"acc_{a}" for a in "xyz"), *(f"gyr_{a}" for a in "xyz"), "hip_flexion_l"]
    path = files.write(tmp_path / "a.csv", [",".join(names), *files.lines_of([TIME_S, *ACCELERATION, *RATE, ANGLE])])
    assert not MODULES["generic_imu"].recognises(read_source(path))


def test_an_acceleration_without_gravity_is_refused(tmp_path):
    names = ["time_s", *(f"acc_{a}_ms2" for a in "xyz"), *(f"gyr_{a}_rads" for a in "xyz")]
    path = files.generic(tmp_path / "a.csv", names=names, acceleration=0.1 * ACCELERATION)
    with pytest.raises(DataError, match=r"median size is 0.981 m/s2: gravity \(9.81\) is removed"):
        read("generic_imu", path)


def test_rows_of_zeros_are_gaps(tmp_path):
    acceleration, rate = ACCELERATION.copy(), RATE.copy()
    acceleration[:, :2] = rate[:, :2] = 0
    sensor = only(read("generic_imu", files.generic(tmp_path / "a.csv", acceleration=acceleration, rate=rate)))
    assert np.isnan(sensor.acceleration_m_s2[:, :2]).all()
    assert np.isfinite(sensor.acceleration_m_s2[:, 2:]).all()


def test_step_metrics_are_refused_with_the_reason(tmp_path):
    with pytest.raises(DataError, match=r"numbers per step.*no movement of the hip or pelvis"):
        read("step_metrics", files.step_metrics(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("header", "is_metrics"),
    [
        ("timestamp,footstrike_type,pronation_excursion_fs_mp,contact_time,step_rate", True),
        ("Time,GroundContactTime,StrideLength,Cadence", True),
        ("time,hip_flexion_l,cadence,stride length,contact time", False),
        ("time,cadence,acc_x", False),
    ],
)
def test_step_metrics_are_told_by_three_of_their_words(tmp_path, header, is_metrics):
    path = files.write(tmp_path / "a.csv", [header, "1,2,3,4,5"])
    assert MODULES["step_metrics"].recognises(read_source(path)) is is_metrics


# Shared parts


def test_a_lost_packet_leaves_a_longer_step_and_is_counted():
    ticks = np.delete(np.arange(20) * 10_000.0, [5, 6])
    clock = stamped_clock(ticks, tick_s=1e-6, declared_hz=None, file="a", column="t")
    assert clock.rate_hz == 100
    assert clock.time_s[5] - clock.time_s[4] == pytest.approx(0.03)
    assert clock.notes == ("2 of 20 packets are lost, at most 2 in a row.",)


def test_time_that_goes_back_is_refused():
    with pytest.raises(DataError, match="time goes back from sample 3 to 4"):
        stamped_clock(np.array([0.0, 1, 2, 1, 3]), tick_s=0.01, declared_hz=None, file="a", column="t")


def test_a_counter_that_leaps_by_more_than_half_its_range_is_refused():
    with pytest.raises(DataError, match="from 2 to 60000 between samples 3 and 4"):
        unwrap(np.array([0.0, 1, 2, 60_000]), modulus=2.0**16, file="a", column="n")


@pytest.mark.parametrize(("step", "tick"), [(0.01, 1.0), (10, 1e-3), (10_000, 1e-6), (1e7, 1e-9), (0, None)])
def test_the_unit_of_a_time_column_is_told_by_its_step(step, tick):
    assert likely_tick(step) == tick


def test_values_are_brought_to_another_clock_but_not_across_its_gaps():
    moved = onto(np.array([0.5, 1.0, 3.0]), np.array([0.0, 1, 2, 4, 5]), np.array([[0.0, 10, 20, 40, 50]]))
    assert moved[0, :2] == pytest.approx([5, 10])
    assert np.isnan(moved[0, 2])


@pytest.mark.parametrize(
    ("text", "unit"),
    [("m/(s^2)", "m/s2"), ("m/s²", "m/s2"), ("[G]", "g"), ("(mg)", "mg"), ("°/s", "deg/s"), ("dps", "deg/s"),
     ("rad/sec", "rad/s"), ("uT", ""), ("", "")],
)  # fmt: skip
def test_units_have_one_spelling(text, unit):
    assert unit_of(text) == unit


def test_matrices_euler_angles_and_quaternions_agree_for_any_rotation():
    rng = np.random.default_rng(1)
    q = rng.normal(size=(4, 500))
    q /= np.sqrt((q**2).sum(axis=0))
    w, x, y, z = q
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    roll, pitch = np.arctan2(matrix[2, 1], matrix[2, 2]), -np.arcsin(matrix[2, 0])
    yaw = np.arctan2(matrix[1, 0], matrix[0, 0])
    again, notes = from_matrix(matrix)
    assert notes == ()
    assert np.abs((again * q).sum(axis=0)) == pytest.approx(1, abs=1e-12)
    assert np.abs((from_euler(*np.degrees((roll, pitch, yaw))) * q).sum(axis=0)) == pytest.approx(1, abs=1e-12)


def test_a_matrix_that_mirrors_is_a_gap():
    mirror = np.diag([1.0, 1.0, -1.0])[:, :, None]
    q, notes = from_matrix(mirror)
    assert np.isnan(q).all()
    assert notes == ("1 of 1 orientations are no rotations; they are gaps.",)


def test_an_increment_of_a_hundredth_of_a_second_gives_its_rate():
    turn = np.array([0.03, 0.0, -0.03])
    increments = np.stack((np.cos(turn / 2), np.sin(turn / 2), 0 * turn, 0 * turn)) * [[1], [1], [1], [1]]
    assert rate_of_increments(-increments, 100.0)[0] == pytest.approx([3, 0, -3])
    assert ANGLE.max() == pytest.approx(0.5, abs=1e-3)


# Damage


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", WRITERS)
def test_a_damaged_file_ends_in_a_trial_or_one_sentence(tmp_path, name):
    file, writer = WRITERS[name]
    whole = writer(tmp_path / file).read_bytes()
    rng = random.Random(7)
    for _ in range(DAMAGED_PER_FORMAT):
        path = tmp_path / file
        path.write_bytes(damaged(whole, rng))
        try:
            source = read_source(path)
            assert all(module.recognises(source) in (True, False) for module in MODULES.values())
            trial = MODULES[name].read(source, Request(task="run"))
            assert trial.kind in ("imu", "orientations")
        except DataError as error:
            assert error.file == file
            assert str(error).endswith((".", ")", '"'))
