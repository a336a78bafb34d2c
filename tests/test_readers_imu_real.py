"""Real files of inertial sensors and phones: told right, and their numbers the same as read by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinematics.conventions import DataError
from kinematics.readers.inertial import (
    apdm,
    blue_trident,
    delsys,
    generic_imu,
    phyphox,
    sensor_logger,
    shimmer,
    step_metrics,
    xio,
    xsens_dot,
    xsens_mt,
)
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source

pytestmark = pytest.mark.real

MODULES = (
    xsens_mt, shimmer, xsens_dot, apdm, blue_trident, delsys, xio, phyphox, sensor_logger, step_metrics, generic_imu,
)  # fmt: skip
FOLDERS = {
    "xsens_mtmanager": "xsens_mt",
    "xsens_dot": "xsens_dot",
    "apdm": "apdm",
    "shimmer": "shimmer",
    "xio": "xio",
    "phone": "phyphox",
    "imu_generic": "generic_imu",
}
#: A converter's file: it lies with the DOT samples, but is MT Manager text.
CONVERTED = "transformed_to_MT_Pelvis.txt"
GRAVITY = 9.80665
DEG = np.pi / 180
WALK = "MT_012005D6_009-001_00B42279.txt"


@pytest.fixture
def formats(shared: Path) -> Path:
    return shared / "data" / "formats"


def samples(formats: Path) -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((formats / folder).iterdir())]


def read(module: Any, path: Path, **kwargs: Any):
    return module.read(read_source(path), Request(task="walk", **kwargs))


def by_hand(path: Path, separator: str, first: int, width: int) -> np.ndarray:
    """Cells as float64, NaN where empty, through Python's own reader; (columns, rows)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in list(csv.reader(file, delimiter=separator))[first:] if any(row)]
    return np.array([[float(cell or "nan") for cell in row[:width]] for row in rows]).T


def rotated(q: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Vectors (3, n) turned by quaternions (4, n), scalar first: v + 2 w (u x v) + 2 u x (u x v)."""
    t = 2 * np.cross(q[1:], v, axis=0)
    return v + q[0] * t + np.cross(q[1:], t, axis=0)


def angle_to_up(sensor: Any) -> float:
    """Median angle between the measured specific force, in the earth frame, and the vertical. [deg]"""
    earth = rotated(sensor.orientation, sensor.acceleration_m_s2)
    return float(np.degrees(np.nanmedian(np.arccos(earth[2] / np.sqrt((earth**2).sum(axis=0))))))


def test_every_sample_is_recognised_by_its_module_and_no_other(formats):
    told = {
        path: [module.NAME for module in MODULES if module.recognises(read_source(path))] for path in samples(formats)
    }
    expected = {path: ["xsens_mt"] if path.name == CONVERTED else [FOLDERS[path.parent.name]] for path in told}
    assert told == expected
    assert len(told) == 35


def test_no_other_sample_of_the_index_is_taken_for_inertial_data(formats):
    entries = [json.loads(line) for line in (formats / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    others = [formats / e["fmt"] / e["file"] for e in entries if e["fmt"] not in FOLDERS]
    taken = {
        path.name: module.NAME
        for path in others
        if path.is_file()
        for module in MODULES
        if module.recognises(read_source(path))
    }
    assert taken == {"gaitmap_imu_sample_pandas_multiindex.csv": "generic_imu"}


def test_a_walk_of_mt_manager_text_is_read_cell_by_cell(shared):
    path = shared / "data" / "opensense" / WALK
    sensor = read(xsens_mt, path).sensors["00B42279"]
    hand = by_hand(path, "\t", 6, 26)
    assert np.array_equal(sensor.time_s, hand[0] / 100)
    assert np.array_equal(sensor.acceleration_m_s2, hand[14:17])
    matrix = hand[17:26].reshape(3, 3, -1).transpose(1, 0, 2)  # the file goes down the columns
    for axis in range(3):
        unit = np.zeros((3, hand.shape[1]))
        unit[axis] = 1
        assert np.abs(rotated(sensor.orientation, unit) - matrix[:, axis]).max() < 2e-6


def test_all_eight_sensors_of_the_walk_agree_with_gravity(shared):
    paths = sorted((shared / "data" / "opensense").glob("MT_*.txt"))
    off = [angle_to_up(next(iter(read(xsens_mt, path).sensors.values()))) for path in paths if path.suffix == ".txt"]
    assert len(off) == 8
    assert max(off) < 15  # walking: feet accelerate; a matrix read the other way is off by 39 and more


def test_opensense_own_mapping_names_the_segment(shared):
    folder = shared / "data" / "opensense"
    assert list(read(xsens_mt, folder / WALK, mapping=folder / "myIMUMappings.xml").sensors) == ["pelvis_imu"]


def test_quaternion_matrix_and_euler_of_one_recording_agree(formats):
    folder = formats / "xsens_mtmanager"
    whole = read(xsens_mt, folder / "MT2022_ACC_GYRO_ROT_ALL_TAB_NAN_00B42D4B.txt", rate_hz=100)
    forms = ("COMMA", "SEMICOLON", "SPACE")
    q = whole.sensors["00B42D4B"].orientation
    for form in forms:
        trial = read(xsens_mt, folder / f"MT2022_ACC_GYRO_ROT_MAT_{form}_00B42D4B.txt", rate_hz=100)
        n = min(q.shape[1], trial.time_s.size)
        alike = np.abs((q[:, :n] * trial.sensors["00B42D4B"].orientation[:, :n]).sum(axis=0))
        assert alike == pytest.approx(1, abs=2e-6)
    euler = read(xsens_mt, folder / "MT2022_ACC_GYRO_ROT_EULER_TAB_00B42D4F.txt", rate_hz=100)
    assert angle_to_up(euler.sensors["00B42D4F"]) < 1  # lying still


@pytest.mark.parametrize(("separator", "form"), [(",", "COMMA"), (";", "SEMICOLON"), (" ", "SPACE")])
def test_the_separators_of_mt_manager_give_the_same_numbers(formats, separator, form):
    path = formats / "xsens_mtmanager" / f"MT2022_ACC_GYRO_ROT_MAT_{form}_00B42D4B.txt"
    sensor = read(xsens_mt, path, rate_hz=100).sensors["00B42D4B"]
    hand = by_hand(path, separator, 13, 21)
    assert np.array_equal(sensor.acceleration_m_s2, hand[6:9])
    assert np.array_equal(sensor.angular_rate_rad_s, hand[9:12])


def test_a_missing_acceleration_stays_a_gap(formats):
    path = formats / "xsens_mtmanager" / "MT2022_ACC_GYRO_ROT_ALL_TAB_NAN_00B42D4B.txt"
    acceleration = read(xsens_mt, path, rate_hz=100).sensors["00B42D4B"].acceleration_m_s2
    assert np.array_equal(np.isnan(acceleration), np.isnan(by_hand(path, "\t", 13, 28)[6:9]), equal_nan=True)
    assert np.isnan(acceleration[0, 0])


def test_newer_mt_manager_text_is_asked_for_its_rate(formats):
    with pytest.raises(DataError, match=r"neither the columns nor the header tell the sampling rate.*rate_hz"):
        read(xsens_mt, formats / "xsens_mtmanager" / "MT2022_ACC_00B42D4B.txt")


def test_lost_packets_leave_longer_steps_and_are_counted(formats):
    path = formats / "xsens_mtmanager" / "MT_012005D6-000_sit_to_stand-000_00B421ED.txt"
    trial = read(xsens_mt, path)
    counter = by_hand(path, "\t", 6, 1)[0]
    assert trial.kind == "orientations"
    assert trial.time_s[-1] == pytest.approx(counter[-1] / 40)
    lost = np.isnan(trial.orientations["00B421ED"][0])
    assert lost.sum() == counter[-1] - counter[0] + 1 - counter.size == 5
    assert "5 of 59 packets are lost, at most 1 in a row." in trial.passport.notes


@pytest.mark.parametrize(
    ("file", "rate", "width"),
    [("skinematics_data_xsens.txt", 50, 14), ("skinematics_walking_xsens_upperLeg.txt", 120, 10)],
)
def test_legacy_text_with_a_trailing_tab_is_read_in_place(formats, file, rate, width):
    path = formats / "xsens_mtmanager" / file
    trial = read(xsens_mt, path)
    hand = by_hand(path, "\t", 5, width)
    sensor = trial.sensors[path.stem]
    assert sensor.rate_hz == rate
    assert np.array_equal(sensor.acceleration_m_s2, hand[1:4])
    assert np.array_equal(sensor.angular_rate_rad_s, hand[4:7])
    assert np.array_equal(sensor.magnetic_field, hand[7:10])


def test_a_converted_file_whose_header_contradicts_its_times_is_refused(formats):
    with pytest.raises(DataError, match="60 Hz, but 100 Hz are declared"):
        read(xsens_mt, formats / "xsens_dot" / CONVERTED)
    trial = read(xsens_mt, formats / "xsens_dot" / CONVERTED, rate_hz=60)
    assert trial.kind == "orientations"  # its acceleration has no gravity


def test_dot_sensors_keep_their_common_clock_and_lost_packets(formats):
    folder = formats / "xsens_dot"
    trials = {name: read(xsens_dot, next(folder.glob(f"{name}_2*"))) for name in ("Pelvis", "LFemur", "RFemur")}
    assert {name: list(trial.orientations) for name, trial in trials.items()} == {name: [name] for name in trials}
    assert {trial.rate_hz for trial in trials.values()} == {60}
    assert trials["Pelvis"].time_s[0] == pytest.approx(3343.427885)
    assert trials["LFemur"].time_s[0] == trials["RFemur"].time_s[0] == pytest.approx(3343.444552)
    hand = by_hand(next(folder.glob("LFemur*")), ",", 12, 10)
    q = trials["LFemur"].orientations["LFemur"]
    seen = ~np.isnan(q[0])
    assert seen.sum() == hand.shape[1] == 195
    assert q[:, seen] == pytest.approx(hand[2:6], abs=5e-6)
    assert trials["LFemur"].time_s[seen] == pytest.approx(hand[1] * 1e-6, abs=2e-4)
    assert "157 of 352 packets are lost, at most 4 in a row." in trials["LFemur"].passport.notes


def test_a_tag_that_contradicts_the_file_name_is_said_without_printing_it(formats):
    passport = read(xsens_dot, next((formats / "xsens_dot").glob("Pelvis*"))).passport
    assert any("tag" in note for note in passport.notes)
    assert not any(word in str(passport.as_dict()) for word in ("Yao", "GMT", "2021-08"))


@pytest.mark.parametrize("tag", ["bei", "yao"])
def test_dot_recordings_are_read_cell_by_cell_and_their_first_row_is_a_gap(formats, tag):
    path = next((formats / "xsens_dot").glob(f"offline_{tag}*"))
    sensor = read(xsens_dot, path).sensors[f"offline_{tag}"]
    hand = by_hand(path, ",", 8, 11)
    assert sensor.rate_hz == 120
    assert np.array_equal(sensor.time_s, hand[1] * 1e-6)
    assert np.isnan(sensor.acceleration_m_s2[:, 0]).all()
    assert np.isnan(sensor.angular_rate_rad_s[:, 0]).all()
    assert np.array_equal(sensor.acceleration_m_s2[:, 1:], hand[5:8, 1:])
    assert sensor.angular_rate_rad_s[:, 1:] == pytest.approx(hand[8:11, 1:] * DEG)
    assert angle_to_up(sensor) < 15


def test_the_six_sensors_of_apdm_format_7_have_their_places_as_names(formats):
    path = formats / "apdm" / "apdm_format7.csv"
    trial = read(apdm, path)
    hand = by_hand(path, ",", 3, 85)
    assert list(trial.sensors) == ["Lumbar", "Right Ankle", "Left Ankle", "Left Foot", "Chest", "Right Foot"]
    for number, sensor in enumerate(trial.sensors.values()):
        start = 1 + 14 * number
        assert np.array_equal(sensor.acceleration_m_s2, hand[start : start + 3])
        assert np.array_equal(sensor.angular_rate_rad_s, hand[start + 3 : start + 6])
        assert np.array_equal(sensor.magnetic_field, hand[start + 6 : start + 9])
        assert sensor.orientation == pytest.approx(hand[start + 10 : start + 14], abs=2e-6)
    assert trial.rate_hz == 128


def test_apdm_times_leave_the_date_behind(formats):
    time = read(apdm, formats / "apdm" / "apdm_format7.csv").time_s
    assert time[0] == pytest.approx((1550879504438281 % 86_400_000_000) / 1e6, abs=1e-9)
    assert np.diff(time) == pytest.approx([0.007812, 0.007813], abs=1e-9)


def test_the_older_apdm_csv_is_read_cell_by_cell_and_agrees_with_gravity(formats):
    path = formats / "apdm" / "apdm_motion_studio_imuData01.csv"
    trial = read(apdm, path)
    hand = by_hand(path, ",", 4, 61)
    assert list(trial.sensors) == ["Static", "Upper", "Middle", "Lower"]
    assert trial.rate_hz == 128
    for number, sensor in enumerate(trial.sensors.values()):
        start = 1 + 15 * number
        assert np.array_equal(sensor.acceleration_m_s2, hand[start : start + 3])
        assert np.array_equal(sensor.angular_rate_rad_s, hand[start + 3 : start + 6])
        assert angle_to_up(sensor) < 0.2
    assert "Pendulum" not in str(trial.passport.as_dict())


def test_shimmer_keeps_its_uneven_times_and_reads_the_wide_range(formats):
    path = formats / "shimmer" / "consensys_read_test_data.csv"
    trial = read(shimmer, path)
    hand = by_hand(path, ";", 3, 21)
    sensor = trial.sensors["Shimmer_40AC"]
    assert np.array_equal(sensor.acceleration_m_s2, hand[4:7])
    assert sensor.angular_rate_rad_s == pytest.approx(hand[12:15] * DEG)
    assert np.array_equal(sensor.magnetic_field, hand[16:19])
    assert sensor.time_s - sensor.time_s[0] == pytest.approx((hand[0] - hand[0, 0]) / 1000)
    assert sensor.rate_hz == pytest.approx(89 / 1.74)
    assert any("4 of them zero" in note for note in trial.passport.notes)


def test_either_file_of_an_x_imu3_gives_the_whole_sensor(formats):
    folder = formats / "xio"
    inertial, orientation = (read(xio, folder / f"xio3_{part}.csv") for part in ("Inertial", "Quaternion"))
    hand, turns = (by_hand(folder / f"xio3_{part}.csv", ",", 1, 7) for part in ("Inertial", "Quaternion"))
    for trial in (inertial, orientation):
        sensor = trial.sensors["xio3"]
        assert np.array_equal(sensor.time_s, hand[0] * 1e-6)
        assert sensor.angular_rate_rad_s == pytest.approx(hand[1:4] * DEG)
        assert sensor.acceleration_m_s2 == pytest.approx(hand[4:7] * GRAVITY)
        assert sensor.orientation == pytest.approx(turns[1:5] / np.sqrt((turns[1:5] ** 2).sum(axis=0)))
        assert {file for _, file, _ in trial.passport.sources} == {"xio3_Inertial.csv", "xio3_Quaternion.csv"}
    assert angle_to_up(inertial.sensors["xio3"]) < 5


def test_the_opposite_quaternion_of_an_ngimu_is_turned_so_that_its_gyroscope_agrees(formats):
    trial = read(xio, formats / "xio" / "ngimu_sensors.csv")
    sensor = trial.sensors["ngimu"]
    q = sensor.orientation
    body = 2 * (q[0, :-1] * q[1:, 1:] - q[0, 1:] * q[1:, :-1] - np.cross(q[1:, :-1], q[1:, 1:], axis=0))
    rate = body / np.diff(sensor.time_s)
    measured = (sensor.angular_rate_rad_s[:, 1:] + sensor.angular_rate_rad_s[:, :-1]) / 2
    whole = np.isfinite(rate).all(axis=0)
    slope = (rate[:, whole] * measured[:, whole]).sum(axis=1) / (measured[:, whole] ** 2).sum(axis=1)
    assert slope == pytest.approx(1, abs=0.15)
    assert trial.passport.sign_changes == ("quaternion inverted: NGIMU's turns the earth into the sensor",)


def test_packet_numbers_of_an_x_imu_are_no_time(formats):
    path = formats / "xio" / "00033_CalInertialAndMag.csv"
    with pytest.raises(DataError, match="sampling rate"):
        read(xio, path)
    sensor = read(xio, path, rate_hz=256).sensors["00033"]
    hand = by_hand(path, ",", 1, 10)
    assert sensor.acceleration_m_s2 == pytest.approx(hand[4:7] * GRAVITY)
    assert sensor.time_s[-1] == (hand.shape[1] - 1) / 256
    assert angle_to_up(sensor) < 3


def test_linear_acceleration_of_a_phone_is_refused(formats):
    with pytest.raises(DataError, match=r"linear acceleration.*record 'Acceleration \(with g\)'"):
        read(phyphox, formats / "phone" / "phyphox_Raw Data.csv")


def test_a_table_of_a_lab_is_asked_for_rate_and_unit_and_then_read(formats, tmp_path):
    path = formats / "imu_generic" / "imucal_ferraris_example.csv"
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[units]\nangular_rate = "deg/s"\n[sensors]\nimucal_ferraris_example = "pelvis"\n')
    with pytest.raises(DataError, match="sampling rate"):
        read(generic_imu, path, mapping=mapping)
    with pytest.raises(DataError, match="angular rate's unit is not stated"):
        read(generic_imu, path, rate_hz=204.8)
    sensor = read(generic_imu, path, rate_hz=204.8, mapping=mapping).sensors["pelvis"]
    hand = by_hand(path, ",", 1, 7)
    assert np.array_equal(sensor.acceleration_m_s2, hand[4:7])
    assert sensor.angular_rate_rad_s == pytest.approx(hand[1:4] * DEG)


def test_a_two_row_heading_of_pandas_gives_both_feet(formats, tmp_path):
    path = formats / "gait_csv_multiheader" / "gaitmap_imu_sample_pandas_multiindex.csv"
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[units]\nangular_rate = "deg/s"\n')
    sensors = read(generic_imu, path, rate_hz=204.8, mapping=mapping).sensors
    hand = by_hand(path, ",", 2, 13)
    assert list(sensors) == ["left_sensor", "right_sensor"]
    assert np.array_equal(sensors["left_sensor"].acceleration_m_s2, hand[1:7:2])
    assert np.array_equal(sensors["right_sensor"].acceleration_m_s2, hand[2:7:2])
    assert sensors["right_sensor"].angular_rate_rad_s == pytest.approx(hand[8:13:2] * DEG)
