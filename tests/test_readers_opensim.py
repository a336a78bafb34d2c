"""OpenSim's files: coordinates, sensor orientations, markers and ground reaction force."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from damage import damaged
from scipy.spatial.transform import Rotation

import kinematics as kin
from kinematics import DataError
from kinematics.readers.opensim import bodykin, opensense, opensim, trc
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.readers.tables import curves, tidy, visual3d

MODULES = (opensim, opensense, trc, visual3d, curves, bodykin, tidy)
FORMATS = "data/formats"
COORDINATES = (
    "coordinates_v3_radians.sto",
    "crouch_gait.mot",
    "leg69_IK_swing.mot",
    "normal_gait.mot",
    "opencap_walking1.mot",
    "opencap_walking1_excel_crlf.csv",
    "rajagopal_ik_output_run.mot",
    "referenceCoordinates_radians_trailtab.sto",
    "std_subject01_walk1_ik_trailing_tabs.mot",
    "subject01_walk1_ik.mot",
    "subject02_running_arms_ik.mot",
)
HEADER = "Coordinates\nversion=1\nnRows=60\nnColumns=5\ninDegrees=yes\n\nendheader\n"
TIME = np.arange(60) / 100
HIP = 15 + 25 * np.cos(2 * np.pi * TIME / 0.6)
TILT = -8 + 2 * np.cos(4 * np.pi * TIME / 0.6)


def read(module, path: Path, **asked):
    return module.read(read_source(path), Request(**({"task": "walk"} | asked)))


def owners(path: Path) -> list[str]:
    source = read_source(path)
    return [module.NAME for module in MODULES if module.recognises(source)]


def motion(
    path: Path, *, header: str = HEADER, separator: str = "\t", rotation: np.ndarray | float = 0.0, cell: str = "{:.6f}"
) -> Path:
    columns = {
        "time": TIME,
        "pelvis_tilt": TILT,
        "pelvis_list": 3 * np.sin(2 * np.pi * TIME / 0.6),
        "pelvis_rotation": rotation + np.zeros(60),
        "pelvis_tx": 1.2 * TIME,
        "hip_flexion_r": HIP,
        "hip_flexion_l": HIP[::-1],
        "hip_flexion_r_moment": 100 * HIP,
    }
    rows = [separator.join(cell.format(value) for value in row) for row in zip(*columns.values(), strict=True)]
    path.write_text(header + separator.join(columns) + "\n" + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    return path


def by_hand(path: Path) -> dict[str, np.ndarray]:
    """The table below endheader, cell by cell, without the package."""
    lines = path.read_bytes().decode().replace("\r", "").split("\n")
    end = next(n for n, line in enumerate(lines) if line.strip(' ,;\t"').lower() == "endheader")
    rows = [[cell.strip() for cell in re.split("[\t,]", line)] for line in lines[end + 1 :] if line.strip()]
    numbers = np.array([[float(cell or "nan") for cell in row[: len(rows[0])]] for row in rows[1:]])
    return dict(zip((name.lower() for name in rows[0]), numbers.T, strict=True))


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / FORMATS


@pytest.mark.real
@pytest.mark.parametrize("name", COORDINATES)
def test_each_real_coordinate_file_is_told_right_and_read_without_loss(samples, name):
    path = samples / "opensim_mot" / name
    assert owners(path) == ["opensim"]
    trial, numbers = read(opensim, path, task="rom"), by_hand(path)
    factor = 180 / np.pi if "radians" in name else 1.0
    for channel, coordinate, sign in (
        ("hip_flexion_right_deg", "hip_flexion_r", 1),
        ("hip_flexion_left_deg", "hip_flexion_l", 1),
        ("hip_adduction_left_deg", "hip_adduction_l", 1),
        ("hip_internal_rotation_left_deg", "hip_rotation_l", 1),
        ("pelvis_anterior_tilt_deg", "pelvis_tilt", -1),
        ("pelvis_obliquity_deg", "pelvis_list", -1),
        ("pelvis_rotation_deg", "pelvis_rotation", 1),
    ):
        found = [key for key in numbers if key == coordinate or key.endswith(f"/{coordinate}/value")]
        assert (channel in trial.channels) == bool(found)
        if found:
            assert trial.channels[channel] == pytest.approx(sign * factor * numbers[found[0]], abs=1e-9)
    assert trial.time_s == pytest.approx(numbers["time"], abs=6e-4)
    assert trial.passport.zero == "model"


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("excel_commas_inverse_kin.mot", "no hip among its columns"),
        ("gaitalytics_test_small.mot", "ground reaction forces, no angles"),
        ("plotterGeneratedStates_r_hip_flexion.sto", "hip flexion is 0 in every row"),
    ],
)
def test_real_files_of_opensim_without_a_moving_hip_are_refused_with_the_reason(samples, name, reason):
    path = samples / "opensim_mot" / name
    assert owners(path) == ["opensim"]
    with pytest.raises(DataError, match=reason):
        read(opensim, path)


@pytest.mark.real
def test_the_opencap_export_has_its_tilt_turned_and_nothing_else(shared):
    path = shared / "data/plug_in_gait/biomechzoo/opencap_walking1.csv"
    trial, numbers = read(opensim, path), by_hand(path)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(-numbers["pelvis_tilt"], abs=1e-12)
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(numbers["hip_flexion_l"], abs=1e-12)
    assert trial.passport.sign_changes == ("pelvis_tilt times -1", "pelvis_list times -1")
    assert (trial.rate_hz, trial.time_s.size) == (60, 3710)


@pytest.mark.real
def test_a_person_who_faces_across_the_laboratory_has_the_tilt_about_their_own_axis(samples):
    path = samples / "pose2sim_sports2d" / "pose2sim_BalancingTrial_LSTM.mot"
    assert owners(path) == ["opensim"]
    trial, numbers = read(opensim, path), by_hand(path)
    turn = Rotation.from_euler(
        "ZXY", np.stack([numbers[f"pelvis_{name}"] for name in ("tilt", "list", "rotation")], axis=1), degrees=True
    )
    rotation, minus_obliquity, minus_tilt = turn.as_euler("YXZ", degrees=True).T
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(-minus_tilt, abs=1e-9)
    assert trial.channels["pelvis_obliquity_deg"] == pytest.approx(-minus_obliquity, abs=1e-9)
    assert trial.channels["pelvis_rotation_deg"] == pytest.approx(rotation + 90, abs=1e-9)
    assert "file +Z forward" in trial.passport.axes


def test_walking_the_other_way_does_not_turn_the_tilt(tmp_path):
    """The same movement along -X: tilt, list and rotation of Ry(180) times the frame along +X."""
    ahead = read(opensim, motion(tmp_path / "ahead.mot", rotation=0.0))
    frame = Rotation.from_euler(
        "ZXY", [[t, 3 * np.sin(2 * np.pi * s / 0.6), 0.0] for s, t in zip(TIME, TILT, strict=True)], True
    )
    turned = (Rotation.from_euler("Y", 180, degrees=True) * frame).as_euler("ZXY", degrees=True)
    lines = (tmp_path / "ahead.mot").read_text().split("\n")
    for row, angles in enumerate(turned):
        cells = lines[8 + row].split("\t")
        lines[8 + row] = "\t".join([cells[0], *(f"{angle:.9f}" for angle in angles), *cells[4:]])
    (tmp_path / "back.mot").write_text("\n".join(lines))
    back = read(opensim, tmp_path / "back.mot")
    assert "-X forward" in back.passport.axes
    for name in ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg"):
        assert back.channels[name] == pytest.approx(ahead.channels[name], abs=0.05)
    assert back.channels["pelvis_rotation_deg"] == pytest.approx(np.zeros(60), abs=0.6)  # sin 10 sin 3


def test_facing_away_without_list_leaves_no_tilt_rather_than_a_wrong_one(tmp_path):
    path = motion(tmp_path / "a.mot", rotation=180.0)
    path.write_text(path.read_text().replace("pelvis_list", "pelvis_other"))
    trial = read(opensim, path)
    assert "pelvis_anterior_tilt_deg" not in trial.channels
    assert any("no tilt could be taken" in note for note in trial.passport.notes)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\t", ","),
        lambda text: text.replace("\t", ";").replace(".", ","),
        lambda text: text.replace("endheader\n", "endheader\n\n"),
        lambda text: re.sub("\n(?=.)", "\n   ", text).replace("\t", "    "),
        lambda text: text.replace("\n", "\t\t\n"),
        lambda text: text.replace("\n", ",,,\n").replace("\t", ","),
        lambda text: "\n\n" + text,
        lambda text: text.replace("endheader", "EndHeader   "),
        lambda text: text.replace("pelvis_tilt", "/jointset/ground_pelvis/pelvis_tilt/value"),
        lambda text: text.replace("hip_flexion_r\t", "r_hip_flexion\t"),
        lambda text: text.replace("nColumns=5", "nColumns=999"),
        lambda text: text.replace("\t", "\t         "),
    ],
    ids=["crlf", "commas", "decimal-comma", "blank-after-header", "spaces", "trailing-tabs", "excel", "blank-lines",
         "case", "path", "old-name", "wrong-count", "padded"],
)  # fmt: skip
def test_padding_separators_and_headers_do_not_matter(tmp_path, change):
    plain = read(opensim, motion(tmp_path / "a.mot"))
    (tmp_path / "b.mot").write_text(change((tmp_path / "a.mot").read_text()), newline="")
    assert owners(tmp_path / "b.mot") == ["opensim"]
    again = read(opensim, tmp_path / "b.mot")
    assert set(again.channels) == set(plain.channels)
    for name, values in plain.channels.items():
        assert again.channels[name] == pytest.approx(values, abs=1e-12)


def test_radians_are_converted_where_the_header_says_so(tmp_path):
    path = motion(tmp_path / "a.sto", header=HEADER.replace("inDegrees=yes", "inDegrees=no"))
    assert read(opensim, path, task="rom").channels["hip_flexion_right_deg"] == pytest.approx(np.rad2deg(HIP), abs=1e-4)


def test_the_sentence_that_explains_in_degrees_is_not_taken_for_it(tmp_path):
    sentence = "If the header above contains a line with 'inDegrees', this is yes (degrees) or no (radians).\nendheader"
    path = motion(tmp_path / "a.mot", header=HEADER.replace("endheader", sentence))
    assert read(opensim, path).channels["hip_flexion_right_deg"] == pytest.approx(HIP, abs=1e-6)


def test_small_angles_without_a_stated_unit_are_refused_as_radians(tmp_path):
    path = motion(tmp_path / "a.mot", header=HEADER.replace("inDegrees=yes\n", ""))
    text = path.read_text().split("\n")
    for n, (time, hip) in enumerate(zip(TIME, np.deg2rad(HIP), strict=True)):
        text[7 + n] = "\t".join(f"{value:.6f}" for value in (time, 0.1, 0.1, 0.0, 1.0, hip, hip, 0.0))
    path.write_text("\n".join(text))
    with pytest.raises(DataError, match="radians rather than degrees"):
        read(opensim, path)


def test_addbiomechanics_positions_are_radians_with_opensims_signs(tmp_path):
    path = motion(tmp_path / "a.csv", header="", separator=",")
    path.write_text(re.sub(r"(pelvis_tilt|pelvis_list|hip_flexion_[rl])(?=,)", r"\1_pos", path.read_text()))
    assert owners(path) == ["opensim"]
    trial = read(opensim, path, task="rom")
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(-np.rad2deg(TILT), abs=1e-4)


def test_a_table_without_opensims_header_is_told_by_its_pelvis(tmp_path):
    path = motion(tmp_path / "a.csv", header="", separator=",")
    assert owners(path) == ["opensim"]
    assert read(opensim, path).channels["pelvis_anterior_tilt_deg"] == pytest.approx(-TILT, abs=1e-6)
    assert read(tidy, path).channels["pelvis_anterior_tilt_deg"] == pytest.approx(-TILT, abs=1e-6)


def test_moments_named_like_angles_are_refused_by_name(tmp_path):
    path = motion(tmp_path / "a.mot")
    path.write_text(path.read_text().replace("hip_flexion_r\thip_flexion_l\t", "hip_flexion_r_reserve\tother\t"))
    with pytest.raises(DataError, match="'hip_flexion_r_reserve' is a moment, reserve, speed or state"):
        read(opensim, path)


def test_sports2d_angles_are_refused_with_the_reason(tmp_path):
    path = motion(tmp_path / "a.mot")
    text = path.read_text().replace("hip_flexion_r\thip_flexion_l\thip_flexion_r_moment", "right hip\tleft hip\tpelvis")
    path.write_text(text.replace("pelvis_list", "trunk").replace("pelvis_tilt", "right knee"))
    with pytest.raises(DataError, match="Sports2D angles: its hip is the angle between thigh and trunk"):
        read(opensim, path)


def test_a_wrapped_rotation_is_unwrapped(tmp_path):
    rotation = np.where(np.arange(60) % 2 == 0, 179.0, -179.0)
    turned = read(opensim, motion(tmp_path / "a.mot", rotation=rotation)).channels["pelvis_rotation_deg"]
    assert np.ptp(turned) < 5


def test_a_text_in_a_numbers_place_is_named_with_row_and_column(tmp_path):
    path = motion(tmp_path / "a.mot")
    lines = path.read_text().split("\n")
    lines[20] = lines[20].replace(f"{HIP[12]:.6f}", "broken", 1)
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=r"a\.mot: row 21, column 'hip_flexion_r': 'broken' is not a number"):
        read(opensim, path)


@pytest.mark.real
@pytest.mark.parametrize("name", ["myComplexTasksTrial_orientations.sto", "quaternions_leading_blank_line.sto"])
def test_real_orientations_are_read_without_loss(samples, name):
    path = samples / "opensense_sto" / name
    assert owners(path) == ["opensense"]
    trial = read(opensense, path)
    lines = path.read_text().split("\n")
    end = next(n for n, line in enumerate(lines) if line == "endheader")
    names = lines[end + 1].split("\t")
    rows = [line.split("\t") for line in lines[end + 2 :] if line.strip()]
    assert list(trial.orientations) == names[1:]
    for column, sensor in enumerate(names[1:], start=1):
        expected = np.array([[float(part) for part in row[column].split(",")] for row in rows]).T
        assert trial.orientations[sensor] == pytest.approx(expected, abs=1e-9)
    assert trial.rate_hz == 100


@pytest.mark.real
def test_a_pose_of_two_rows_is_read_for_a_static_trial_and_refused_for_a_movement(samples):
    path = samples / "opensense_sto" / "imuOrientations.sto"
    assert owners(path) == ["opensense"]
    assert read(opensense, path, task="static").orientations["pelvis_imu"].shape == (4, 2)
    with pytest.raises(DataError, match="only 2 rows"):
        read(opensense, path)


@pytest.mark.real
def test_a_settings_document_is_refused_as_what_it_is(samples):
    path = samples / "opensense_sto" / "myIMUMappings.xml"
    assert owners(path) == ["opensense"]
    with pytest.raises(DataError, match="an OpenSim document"):
        read(opensense, path)


def orientations(path: Path, last: str = "0.5,0.5,0.5,0.5") -> Path:
    rows = [f"{time:.2f}\t1,0,0,0\t{last if n == 5 else '0.6,0.8,0,0'}" for n, time in enumerate(np.arange(8) / 50)]
    head = "\nDataRate=50.000000\nDataType=Quaternion\nversion=3\nendheader\ntime\tpelvis_imu\tfemur_r_imu\n"
    path.write_text(head + "\n".join(rows) + "\n")
    return path


def test_orientations_saved_again_by_a_spreadsheet_are_the_same(tmp_path):
    plain = read(opensense, orientations(tmp_path / "a.sto"))
    text = (tmp_path / "a.sto").read_text()
    quoted = "\n".join(",".join(f'"{c}"' if "," in c else c for c in line.split("\t")) for line in text.split("\n"))
    (tmp_path / "b.csv").write_text(quoted)
    assert owners(tmp_path / "b.csv") == ["opensense"]
    again = read(opensense, tmp_path / "b.csv")
    assert np.array_equal(again.orientations["femur_r_imu"], plain.orientations["femur_r_imu"])


def test_an_orientation_of_zeros_is_a_gap_and_another_length_is_refused(tmp_path):
    trial = read(opensense, orientations(tmp_path / "a.sto", last="0,0,0,0"))
    assert np.flatnonzero(np.isnan(trial.orientations["femur_r_imu"][0])).tolist() == [5]
    with pytest.raises(DataError, match="sample 6 of femur_r_imu is no unit quaternion: its length is 3"):
        read(opensense, orientations(tmp_path / "b.sto", last="3,0,0,0"))


def trc_numbers(path: Path) -> tuple[list[str], np.ndarray]:
    lines = path.read_bytes().decode().replace("\r", "").split("\n")
    names = lines[3].split("\t")
    rows = [line.split("\t") for line in lines[5:] if line.strip()]
    width = 2 + 3 * len([name for name in names[2:] if name.strip()])
    table = np.array([[float(c) if c.strip() else np.nan for c in (row + [""] * width)[:width]] for row in rows])
    return [name for name in names[2:] if name.strip()], table


@pytest.mark.real
@pytest.mark.parametrize("name", ["BMC_walk.trc", "crlf.trc", "dataWithNaNsWithSpaces.trc", "walk_free_01.trc"])
def test_real_markers_are_read_without_loss(samples, name):
    path = samples / "opensim_trc" / name
    assert owners(path) == ["trc"]
    trial = read(trc, path)
    labels, table = trc_numbers(path)
    assert len(trial.markers) >= 16
    for label, position in trial.markers.items():
        column = 2 + 3 * labels.index(label)
        assert (
            np.array_equal(position, table[:, column : column + 3].T / 1000, equal_nan=True)
            or np.nanmax(np.abs(position - table[:, column : column + 3].T / 1000)) < 1e-12
        )
    assert trial.time_s == pytest.approx(table[:, 1], abs=7e-4)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("dataWithBlanksForMissingMarkers.trc", "ASIS markers are missing, or empty in every row"),
        ("dataWithEformat.trc", "none of its 14 markers is a known marker of the pelvis"),
        ("dataWithNaNsOfDifferentCases.trc", "only markers of the pelvis are known"),
        ("exampleFormat.trc", "none of its 3 markers"),
        ("pyomeca_markers.trc", "none of its 51 markers"),
    ],
)
def test_real_markers_of_other_body_parts_are_refused_with_the_reason(samples, name, reason):
    path = samples / "opensim_trc" / name
    assert owners(path) == ["trc"]
    with pytest.raises(DataError, match=reason):
        read(trc, path)


@pytest.mark.real
def test_markers_and_force_of_a_real_run_give_strides(shared):
    folder = shared / "data/opensim"
    trial = read(trc, folder / "motion_capture_run.trc", task="run", forces=folder / "grf_run.mot")
    static = read(trc, folder / "static_run.trc", task="static")
    angles = kin.hip_angles(trial, static)
    strides = kin.segment_strides(angles, kin.foot_events(trial, angles))
    assert trial.force.rate_hz == 1000
    assert [len(strides.valid[strides.valid["side"] == side]) for side in ("left", "right")] == [6, 6]
    assert strides.valid["contact_time_s"].between(0.22, 0.27).all()


@pytest.mark.real
def test_real_markers_give_the_hip_that_inverse_kinematics_gives(shared):
    """OpenSim's own solution of the same trial: within 3 deg (standard deviation), by two different models."""
    folder = shared / "data/opensim"
    angles = kin.hip_angles(
        read(trc, folder / "subject01_walk1.trc"), read(trc, folder / "subject01_static.trc", task="static")
    ).table
    solved = read(opensim, folder / "subject01_walk1_ik.mot")
    at = np.rint((solved.time_s - angles["time_s"][0]) * 60).astype(int)
    for side in ("left", "right"):
        difference = angles[f"hip_flexion_{side}_deg"].to_numpy()[at] - solved.channels[f"hip_flexion_{side}_deg"]
        assert abs(difference.mean()) < 1
        assert difference.std() < 3


LABELS = ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS", "R.Heel.Top", "L.Heel.Top")
PLACES = np.array([[100, 1000, 120], [100, 1000, -120], [-80, 1010, 50], [-80, 1010, -50], [0, 50, 80], [0, 50, -80]])


def markers(
    path: Path, *, unit: str = "mm", scale: float = 1.0, time=lambda n: f"{n / 60:.3f}", rate: str = "60"
) -> Path:
    head = (
        "PathFileType\t4\t(X/Y/Z)\tC:\\lab\\a.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\n"
        f"{rate}\t60\t   40\t6\t{unit}\t60\nFrame#\tTime\t" + "\t\t\t".join(LABELS) + "\t\t\n\t\tX1\tY1\tZ1\n\n"
    )
    rows = ["\t".join([str(n + 7), time(n), *(f"{v * scale:.4f}" for v in PLACES.ravel() + n)]) for n in range(40)]
    path.write_text(head + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\t", ","),
        lambda text: re.sub(r"(?<=\d)\.", ",", text.replace("\t", ";")),
        lambda text: text.replace("\n", "\t\t\n"),
        lambda text: text.replace("\t\tX1\tY1\tZ1\n\n", "\t\tX1\tY1\tZ1\n"),
        lambda text: text.replace("\t\tX1\tY1\tZ1\n\n", "\t\tX1\tY1\tZ1\n\t\t\t\t\n"),
        lambda text: re.sub(r"\t(?=\d)", "\t      ", text),
    ],
    ids=["crlf", "commas", "decimal-comma", "trailing-tabs", "no-blank", "tabs-only", "padded"],
)
def test_padding_and_separators_of_markers_do_not_matter(tmp_path, change):
    plain = read(trc, markers(tmp_path / "a.trc"))
    (tmp_path / "b.trc").write_text(change((tmp_path / "a.trc").read_text()), newline="")
    assert owners(tmp_path / "b.trc") == ["trc"]
    again = read(trc, tmp_path / "b.trc")
    for label, position in plain.markers.items():
        assert again.markers[label] == pytest.approx(position, abs=1e-12)


def test_metres_and_millimetres_give_the_same_markers(tmp_path):
    in_mm, in_m = markers(tmp_path / "a.trc"), markers(tmp_path / "b.trc", unit="m", scale=0.001)
    assert read(trc, in_m).markers["R.ASIS"] == pytest.approx(read(trc, in_mm).markers["R.ASIS"], abs=1e-4)


def test_a_wrong_unit_is_told_by_the_size_of_the_pelvis(tmp_path):
    with pytest.raises(DataError, match="the ASIS are 240 m apart, which is no pelvis in m"):
        read(trc, markers(tmp_path / "a.trc", unit="m"))


def test_lost_markers_are_gaps_whether_empty_nan_or_zero(tmp_path):
    path = markers(tmp_path / "a.trc")
    lines = path.read_text().split("\n")
    for row, missing in ((10, ""), (12, "   NaN"), (14, "0.000")):
        cells = lines[row].split("\t")
        lines[row] = "\t".join(cells[:2] + [missing] * 3 + cells[5:])
    path.write_text("\n".join(lines))
    assert np.flatnonzero(np.isnan(read(trc, path).markers["R.ASIS"][0])).tolist() == [4, 6, 8]


def test_times_rounded_to_milliseconds_and_printed_with_more_give_the_headers_rate(tmp_path):
    path = markers(tmp_path / "a.trc", time=lambda n: f"{round(n / 60, 3):.6f}")
    assert read(trc, path).rate_hz == 60


def test_a_header_whose_rate_the_times_contradict_is_noted(tmp_path):
    trial = read(trc, markers(tmp_path / "a.trc", rate="100"))
    assert trial.rate_hz == 60
    assert "The header says 100 Hz, the times run at 60 Hz." in trial.passport.notes


def test_the_path_in_a_marker_files_header_does_not_travel(tmp_path):
    assert "lab" not in repr(read(trc, markers(tmp_path / "a.trc")).passport)


def force_file(path: Path, *, start: float = -0.1) -> Path:
    time = start + np.arange(900) / 600
    head = "forces\nnRows=900\nnColumns=7\ninDegrees=yes\nendheader\n"
    columns = [f"ground_force_{kind}{axis}" for kind in "vp" for axis in "xyz"]
    rows = [f"{t:.6f}\t1\t{700 + 100 * t:.4f}\t2\t0.5\t0\t-0.1" for t in time]
    path.write_text(head + "\t".join(["time", *columns]) + "\n" + "\n".join(rows) + "\n")
    return path


def test_force_begins_with_the_motion_and_its_place_is_forward_and_right(tmp_path):
    trial = read(trc, markers(tmp_path / "a.trc"), forces=force_file(tmp_path / "f.mot"))
    assert trial.force.rate_hz == 600
    assert trial.force.vertical_n[0, 0] == pytest.approx(700, abs=1e-3)
    assert trial.force.cop_m[0, :, 0].tolist() == [0.5, -0.1]


def test_a_force_that_begins_after_the_motion_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"the force runs from 0\.5 s"):
        read(trc, markers(tmp_path / "a.trc"), forces=force_file(tmp_path / "f.mot", start=0.5))


@pytest.mark.parametrize("seed", range(40))
def test_damage_ends_in_a_trial_or_a_data_error(tmp_path, seed):
    for module, write in ((opensim, motion), (opensense, orientations), (trc, markers)):
        path = write(tmp_path / "a.txt")
        path.write_bytes(damaged(path.read_bytes(), random.Random(seed)))
        try:
            source = read_source(path)
            if module.recognises(source):
                module.read(source, Request(task="walk"))
        except DataError as error:
            assert str(error).startswith("a.txt: ")
