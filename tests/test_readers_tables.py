"""Tables of joint angles, mean curves and Visual3D exports: names, units, signs, headers of several rows, refusals."""

import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from damage import damaged
from scipy.spatial.transform import Rotation

from kinematics import DataError
from kinematics.readers.datasets import rbds, rbds_forces
from kinematics.readers.opensim import bodykin, opensense, opensim, trc
from kinematics.readers.shared.column_names import find_angles
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.readers.tables import curves, tidy, visual3d

MODULES = (opensim, opensense, trc, visual3d, rbds, rbds_forces, curves, bodykin, tidy)
TIME = np.arange(120) / 100
HIP = 20 + 25 * np.cos(2 * np.pi * TIME / 0.6)
TILT = 12 + 2 * np.cos(4 * np.pi * TIME / 0.6)


def read(module, path: Path, **asked):
    return module.read(read_source(path), Request(**({"task": "walk"} | asked)))


def owners(path: Path) -> list[str]:
    source = read_source(path)
    return [module.NAME for module in MODULES if module.recognises(source)]


def table(path: Path, **columns) -> Path:
    pd.DataFrame({"time_s": TIME} | columns).to_csv(path, index=False, float_format="%.6f", lineterminator="\n")
    return path


def mapping(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "data/formats"


@pytest.mark.parametrize(
    ("column", "target", "factor"),
    [
        ("hip_flexion_l", "hip_flexion_left_deg", 1),
        ("LHipFlexion", "hip_flexion_left_deg", 1),
        ("Right Hip Flexion/Extension [deg]", "hip_flexion_right_deg", 1),
        ("hip_extension_right_deg", "hip_flexion_right_deg", -1),
        ("RT Hip Abduction (deg)", "hip_adduction_right_deg", -1),
        ("left_hip_flexion_rad", "hip_flexion_left_deg", 180 / np.pi),
        ("hip_external_rotation_r", "hip_internal_rotation_right_deg", -1),
        ("LHipAngles_x", "hip_flexion_left_deg", 1),
        ("subject 1:RHipAngles_Y", "hip_adduction_right_deg", 1),
        ("RPelvisAngles_X", "pelvis_anterior_tilt_deg", 1),
        ("LPelvisAngles_Z (deg)", "pelvis_rotation_deg", -1),
        ("pelvis_posterior_tilt", "pelvis_anterior_tilt_deg", -1),
        ("PelvicObliquity", "pelvis_obliquity_deg", 1),
    ],
)
def test_usual_names_of_columns_are_known(column, target, factor):
    (entry,) = find_angles(["time", column])
    assert (entry.target, entry.position) == (target, 1)
    assert entry.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    "column",
    ["hip_flexion_l_moment", "LHipMoment", "hip_flexion_r_reserve", "hip_flexion_l_vel", "LumbarAngle", "RHipPower_X",
     "LPELVO", "RHipAngles", "hip_flexion", "pelvis_tx"],
)  # fmt: skip
def test_names_that_only_look_like_angles_are_not_taken(column):
    assert find_angles([column]) == []


def test_of_a_pelvis_given_per_side_the_right_one_is_taken():
    found = find_angles(["LPelvisAngles_Y", "RPelvisAngles_Y"])
    assert [(entry.column, entry.sign) for entry in found] == [("RPelvisAngles_Y", 1.0)]


def test_plug_in_gait_columns_of_a_tidy_table_are_read(tmp_path):
    path = table(tmp_path / "a.csv", LHipAngles_x=HIP, RHipAngles_x=HIP[::-1], RPelvisAngles_X=TILT)
    assert owners(path) == ["tidy"]
    trial = read(tidy, path)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP[::-1], abs=1e-6)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(TILT, abs=1e-6)


def test_a_table_of_frames_asks_for_the_rate_and_is_read_with_it(tmp_path):
    path = table(tmp_path / "a.csv", hip_flexion_l=HIP)
    text = path.read_text().split("\n")
    rows = [f"{695 + n},{line.split(',')[1]}" for n, line in enumerate(text[1:-1])]
    path.write_text("\n".join(["Frame,hip_flexion_l", *rows[:50], *rows[52:]]))
    assert owners(path) == ["tidy"]
    with pytest.raises(DataError, match="frames alone have no rate"):
        read(tidy, path)
    trial = read(tidy, path, rate_hz=120.0)
    assert trial.rate_hz == 120
    assert np.flatnonzero(np.isnan(trial.channels["hip_flexion_left_deg"])).tolist() == [50, 51]


def test_a_pandas_header_of_two_rows_is_joined(tmp_path):
    index = pd.MultiIndex.from_product([["LHipAngles", "RHipAngles"], ["x", "y", "z"]], names=["joint", "axis"])
    data = np.stack([HIP, 0.1 * HIP, 0.2 * HIP, HIP[::-1], 0.3 * HIP, 0.4 * HIP], axis=1)
    pd.DataFrame(data, columns=index).to_csv(tmp_path / "a.csv", lineterminator="\n")
    lines = (tmp_path / "a.csv").read_text().split("\n")
    (tmp_path / "a.csv").write_text("\n".join(line for line in lines if line))
    assert owners(tmp_path / "a.csv") == ["tidy"]
    trial = read(tidy, tmp_path / "a.csv", rate_hz=100.0)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP[::-1])
    assert trial.channels["hip_internal_rotation_left_deg"] == pytest.approx(0.2 * HIP)


def test_merged_names_over_axes_with_a_time_column_are_joined(tmp_path):
    rows = [f"{t:.2f},{h:.4f},0,0,{h + 1:.4f},0,0" for t, h in zip(TIME, HIP, strict=True)]
    head = ["time,LHipAngles,,,RHipAngles,,", ",X,Y,Z,X,Y,Z"]
    (tmp_path / "a.csv").write_text("\n".join([*head, *rows]) + "\n")
    trial = read(tidy, tmp_path / "a.csv")
    assert trial.rate_hz == 100
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP + 1, abs=1e-4)


def test_times_that_repeat_because_of_rounding_are_taken_from_end_to_end(tmp_path):
    rows = [f"{n / 250:.2f},{h:.4f}" for n, h in enumerate(HIP)]
    (tmp_path / "a.csv").write_text("\n".join(["time,hip_flexion_l", *rows]))
    trial = read(tidy, tmp_path / "a.csv", rate_hz=250.0)
    assert trial.rate_hz == 250
    assert any("Times repeat (rounded to 0.01 s)" in note for note in trial.passport.notes)


def test_times_that_repeat_without_a_rounding_that_explains_them_are_refused(tmp_path):
    rows = [f"{max(0, n - 60) / 250:.3f},{h:.4f}" for n, h in enumerate(HIP)]
    (tmp_path / "a.csv").write_text("\n".join(["time,hip_flexion_l", *rows]))
    with pytest.raises(DataError, match="time does not increase"):
        read(tidy, tmp_path / "a.csv")


def test_undeclared_radians_of_a_moving_trial_are_refused(tmp_path):
    path = table(tmp_path / "a.csv", hip_flexion_l=np.deg2rad(HIP), hip_flexion_r=np.deg2rad(HIP))
    with pytest.raises(DataError, match="radians rather than degrees"):
        read(tidy, path)


def test_a_hip_that_was_not_measured_is_left_out_or_refused(tmp_path):
    one = read(tidy, table(tmp_path / "a.csv", hip_flexion_l=HIP, hip_flexion_r=0.0))
    assert "hip_flexion_right_deg" not in one.channels
    assert "hip_flexion_right_deg is 0 in every row and was left out." in one.passport.notes
    with pytest.raises(DataError, match="hip flexion is 0 in every row: this hip was not measured"):
        read(tidy, table(tmp_path / "b.csv", hip_flexion_l=0.0, hip_flexion_r=0.0))


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"right hip": HIP, "left hip": HIP, "pelvis": TILT}, "Sports2D angles"),
        ({"LHipMoment_X": HIP, "RHipMoment_X": HIP}, "'LHipMoment_X' is no angle of the hip"),
        ({"Cadence (spm)": 170 + TILT, "Ground Contact Time (ms)": 240 + TILT, "Power": HIP}, "one row per step"),
    ],
)
def test_tables_without_hip_angles_say_why_they_are_of_no_use(tmp_path, columns, reason):
    path = table(tmp_path / "a.csv", **columns)
    assert owners(path) == ["tidy"]
    with pytest.raises(DataError, match=reason):
        read(tidy, path)


def test_a_mapping_turns_a_hip_whose_flexion_is_negative(tmp_path):
    path = table(tmp_path / "a.csv", L_hip=-HIP, R_hip=np.deg2rad(-HIP))
    text = (
        '[columns]\nhip_flexion_left_deg = {column = "L_hip", sign = -1}\n'
        'hip_flexion_right_deg = {column = "R_hip", sign = -1, unit = "rad"}\n'
    )
    trial = read(tidy, path, mapping=mapping(tmp_path / "map.toml", text))
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(HIP, abs=1e-6)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP, abs=1e-4)
    assert trial.passport.sign_changes == ("L_hip times -1", "R_hip times -1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[columns]\nhip_left = 'L_hip'", "'hip_left' is no angle of this project"),
        ("[columns]\nhip_flexion_left_deg = 'none'", "column 'none' for hip_flexion_left_deg is not in a.csv"),
        ("[columns]\nhip_flexion_left_deg = {column = 'L_hip', sign = 2}", "sign has to be 1 or -1"),
        ("[columns]\nhip_flexion_left_deg = 3", "neither a column nor a table"),
        ("columns = 3", "no table of angles"),
        ("[columns", "this mapping cannot be read"),
    ],
)
def test_a_mapping_with_a_mistake_says_which(tmp_path, text, reason):
    path = table(tmp_path / "a.csv", L_hip=HIP)
    with pytest.raises(DataError, match=reason):
        read(tidy, path, mapping=mapping(tmp_path / "map.toml", text))


@pytest.mark.real
def test_a_real_table_of_markers_with_two_header_rows_is_told_and_refused_with_the_reason(samples):
    path = samples / "gait_csv_multiheader" / "gaitmap_mocap_sample_pandas_multiindex.csv"
    assert owners(path) == ["tidy"]
    with pytest.raises(DataError, match=r"marker positions \(L_TOE, R_TOE, L_FCC"):
        read(tidy, path)


@pytest.mark.real
@pytest.mark.parametrize("speed", [2.5, 3.5, 4.5])
def test_published_mean_curves_are_read_at_each_speed_without_loss(samples, speed):
    path = samples / "rbds_wbds" / "RBDS001processed.txt"
    assert owners(path) == ["curves"]
    trial = read(curves, path, task="run", speed_m_s=speed)
    names = path.read_text().split("\n")[0].split("\t")
    numbers = np.genfromtxt(path, skip_header=1)
    for channel, column in (
        ("hip_flexion_right_deg", "RhipAngZ"),
        ("hip_adduction_left_deg", "LhipAngX"),
        ("hip_internal_rotation_right_deg", "RhipAngY"),
    ):
        expected = numbers[:, names.index(f"{column}{speed * 10:.0f}")]
        assert np.array_equal(trial.channels[channel], expected)
    assert (trial.base, trial.time_s[0], trial.time_s[-1]) == ("cycle", 0, 1)
    assert (trial.passport.zero, trial.passport.hip_centre) == ("anatomical", "bell")


@pytest.mark.real
def test_published_mean_curves_without_a_speed_ask_for_it(samples):
    with pytest.raises(DataError, match=r"curves at 2\.5, 3\.5, 4\.5 m/s, and none is asked for"):
        read(curves, samples / "rbds_wbds" / "RBDS001processed.txt", task="run")


@pytest.mark.real
def test_a_real_force_file_is_refused_as_a_motion_file(samples):
    path = samples / "rbds_wbds" / "RBDS001runT25forces.txt"
    assert owners(path) == ["rbds_forces"]
    with pytest.raises(DataError, match="Name it as forces_file beside its marker file"):
        read(rbds_forces, path)


@pytest.mark.real
@pytest.mark.parametrize("name", ["RBDS001runT25markers.txt", "RBDS001static.txt"])
def test_real_marker_tables_are_read_without_loss(samples, name):
    path = samples / "rbds_wbds" / name
    assert owners(path) == ["rbds"]
    trial = read(rbds, path, task="run")
    names, numbers = path.read_text().split("\n")[0].split("\t"), np.genfromtxt(path, skip_header=1, delimiter="\t")
    for label, position in trial.markers.items():
        expected = numbers[:, [names.index(f"{label}{axis}") for axis in "XYZ"]].T / 1000
        assert position == pytest.approx(expected, abs=1e-12, nan_ok=True)


def gcd(path: Path) -> Path:
    phase = np.arange(51) / 50
    blocks = {
        "LeftHipFlexExt": 20 * np.cos(2 * np.pi * phase),
        "RightHipFlexExt": 22 * np.cos(2 * np.pi * phase),
        "LeftPelvicObliquity": 3 * np.sin(2 * np.pi * phase),
        "LeftKneeFlexExt": phase,
    }
    lines = ["#!DST-0.1 GCD Oxford Metrics", "$PREFIXES$"]
    for name, values in blocks.items():
        lines += [f"!{name} 3", *(f"{value:.5f} 1.5 " for value in values)]
    path.write_text("\r\n".join(lines) + "\r\n")
    return path


def test_a_gcd_file_gives_mean_curves_with_the_left_pelvis_mirrored(tmp_path):
    path = gcd(tmp_path / "a.gcd")
    assert owners(path) == ["curves"]
    trial = read(curves, path)
    assert trial.channels["hip_flexion_right_deg"][[0, 25]] == pytest.approx([22, -22], abs=1e-4)
    assert trial.channels["pelvis_obliquity_deg"].min() == pytest.approx(-3, abs=0.01)
    assert trial.channels["pelvis_obliquity_deg"][12] < 0
    assert (trial.base, trial.time_s.size) == ("cycle", 51)


def test_wbds_curves_are_read_and_marked_as_provisional(tmp_path):
    frame = pd.DataFrame({"Time": np.arange(101), "RHipAngleZ": np.linspace(30, -10, 101), "LHipAngleZ": 5.0})
    frame["LHipAngleZ"] += np.arange(101)
    frame.to_csv(tmp_path / "WBDS01walkT05ang.txt", sep="\t", index=False)
    assert owners(tmp_path / "WBDS01walkT05ang.txt") == ["curves"]
    trial = read(curves, tmp_path / "WBDS01walkT05ang.txt")
    assert trial.channels["hip_flexion_right_deg"][[0, 100]].tolist() == [30, -10]
    assert any("send a sample" in note for note in trial.passport.notes)


@pytest.mark.real
def test_real_body_kinematics_give_the_angles_of_their_rotations(samples):
    path = samples / "pose2sim_sports2d" / "bodykin_P1.csv"
    assert owners(path) == ["bodykin"]
    trial = read(bodykin, path)
    names = path.read_text().split("\n")[0].lstrip("# ").split(", ")
    numbers = np.genfromtxt(path, delimiter=",", skip_header=1)
    turn = {
        body: Rotation.from_euler("xyz", numbers[:, [names.index(f"{body}_rot{axis}") for axis in "xyz"]])
        for body in ("pelvis", "femur_r", "femur_l")
    }
    for side, mirror in (("right", 1), ("left", -1)):
        flexion, adduction, internal = (turn["pelvis"].inv() * turn[f"femur_{side[0]}"]).as_euler("ZXY", degrees=True).T
        assert trial.channels[f"hip_flexion_{side}_deg"] == pytest.approx(flexion, abs=1e-9)
        assert trial.channels[f"hip_adduction_{side}_deg"] == pytest.approx(mirror * adduction, abs=1e-9)
        assert trial.channels[f"hip_internal_rotation_{side}_deg"] == pytest.approx(mirror * internal, abs=1e-9)
    up, forward = turn["pelvis"].as_matrix()[:, 2, 1], turn["pelvis"].as_matrix()[:, 2, 0]
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(-np.rad2deg(np.arctan2(forward, up)), abs=1e-9)
    assert (trial.rate_hz, trial.passport.zero) == (60, "model")


def visual3d_ascii(path: Path, *, trials=("run35.c3d",), time: bool = False, rows: int = 120) -> Path:
    columns = [
        (trial, name, "LINK_MODEL_BASED", "ORIGINAL", axis, values * (1 if trial == trials[0] else 2))
        for trial in trials
        for name, values in (("LT_HIP_ANGLE", -HIP), ("RT_HIP_ANGLE", HIP[::-1]), ("PELVIS_ANGLE", -TILT))
        for axis in "XYZ"
    ]
    if time:
        columns.insert(0, (trials[0], "TIME", "FRAME_NUMBERS", "ORIGINAL", "X", TIME))
    head = ["\t".join(["ITEM" if n == 4 else "", *(column[n] for column in columns)]) for n in range(5)]
    body = ["\t".join([str(n + 1), *(f"{column[5][n]:.5f}" for column in columns)]) for n in range(rows)]
    path.write_text("\n".join([*head, *body]) + "\n")
    return path


V3D = (
    '[columns]\nhip_flexion_left_deg = {column = "LT_HIP_ANGLE X", sign = -1}\n'
    'hip_flexion_right_deg = "RT_HIP_ANGLE X"\npelvis_anterior_tilt_deg = {column = "PELVIS_ANGLE X", sign = -1}\n'
)


def test_visual3d_asks_for_a_mapping_and_says_what_the_signals_look_like(tmp_path):
    path = visual3d_ascii(tmp_path / "a.txt")
    assert owners(path) == ["visual3d"]
    with pytest.raises(DataError) as error:
        read(visual3d, path, rate_hz=100.0)
    assert "'LT_HIP_ANGLE X' runs from -45 to 5: flexion looks negative (sign = -1)" in str(error.value)
    assert "'RT_HIP_ANGLE X' runs from -5 to 45: flexion looks positive (sign = 1)" in str(error.value)
    assert str(error.value).endswith(visual3d.SAMPLE_REQUEST)


def test_visual3d_is_read_by_its_mapping_and_the_stated_rate(tmp_path):
    path, toml = visual3d_ascii(tmp_path / "a.txt"), mapping(tmp_path / "map.toml", V3D)
    with pytest.raises(DataError, match="120 frames and no time"):
        read(visual3d, path, mapping=toml)
    trial = read(visual3d, path, mapping=toml, rate_hz=100.0)
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(HIP, abs=1e-5)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(TILT, abs=1e-5)
    assert trial.passport.sign_changes == ("LT_HIP_ANGLE X times -1", "PELVIS_ANGLE X times -1")


def test_an_exported_time_gives_visual3ds_rate(tmp_path):
    path, toml = visual3d_ascii(tmp_path / "a.txt", time=True), mapping(tmp_path / "map.toml", V3D)
    assert read(visual3d, path, mapping=toml).rate_hz == 100


def test_one_hundred_and_one_rows_without_time_are_a_mean_curve(tmp_path):
    path, toml = visual3d_ascii(tmp_path / "a.txt", rows=101), mapping(tmp_path / "map.toml", V3D)
    assert read(visual3d, path, mapping=toml).base == "cycle"


def test_of_several_recordings_in_one_export_the_mapping_chooses(tmp_path):
    path = visual3d_ascii(tmp_path / "a.txt", trials=("D:\\names\\one.c3d", "two.c3d"))
    with pytest.raises(DataError, match=r"2 recordings \(one\.c3d, two\.c3d\)"):
        read(visual3d, path, rate_hz=100.0)
    toml = mapping(tmp_path / "map.toml", 'trial = "two.c3d"\n' + V3D)
    trial = read(visual3d, path, mapping=toml, rate_hz=100.0)
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(2 * HIP, abs=1e-5)


def test_a_signal_listing_is_read_signal_by_signal(tmp_path):
    lines = []
    for name, values in (("LT_HIP_ANGLE", -HIP), ("RT_HIP_ANGLE", HIP[::-1]), ("PELVIS_ANGLE", -TILT)):
        lines += [f"LINK_MODEL_BASED::ORIGINAL::{name}", "File\tFrame\tX \tY \tZ "]
        lines += [f"{'PreTest.c3d' if n == 0 else ' - '}\t{n + 1}\t{value:.5f}\t0\t0" for n, value in enumerate(values)]
    (tmp_path / "a.txt").write_text("\n".join(lines) + "\n")
    assert owners(tmp_path / "a.txt") == ["visual3d"]
    trial = read(visual3d, tmp_path / "a.txt", mapping=mapping(tmp_path / "map.toml", V3D), rate_hz=100.0)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP[::-1], abs=1e-5)


def visual3d_json(path: Path) -> Path:
    def entry(name, kind, values):
        signal = [{"component": "X", "data": [None if np.isnan(value) else value for value in values]}]
        return {
            "filename": "a.c3d",
            "type": kind,
            "folder": "ORIGINAL",
            "name": name,
            "frames": "120",
            "signal": signal,
        }

    gap = np.where(np.arange(120) == 7, np.nan, -HIP)
    entries = [entry("TIME", "FRAME_NUMBERS", TIME), entry("LT_HIP_ANGLE", "LINK_MODEL_BASED", gap)]
    entries += [entry("RT_HIP_ANGLE", "LINK_MODEL_BASED", HIP), entry("PELVIS_ANGLE", "LINK_MODEL_BASED", -TILT)]
    path.write_text(json.dumps({"Visual3D": entries}))
    return path


def test_a_json_export_is_read_with_its_time_and_gaps(tmp_path):
    path = visual3d_json(tmp_path / "a.json")
    assert owners(path) == ["visual3d"]
    trial = read(visual3d, path, mapping=mapping(tmp_path / "map.toml", V3D))
    assert trial.rate_hz == 100
    assert np.flatnonzero(np.isnan(trial.channels["hip_flexion_left_deg"])).tolist() == [7]


def tidy_table(path: Path) -> Path:
    return table(path, hip_flexion_l=HIP, hip_flexion_r=HIP[::-1], pelvis_anterior_tilt=TILT)


def body_table(path: Path) -> Path:
    names = [f"{body}_{part}" for body in ("pelvis", "femur_r", "femur_l") for part in
             ("x", "y", "z", "rotx", "roty", "rotz")]  # fmt: skip
    rows = np.zeros((120, 19))
    rows[:, 0] = TIME
    rows[:, 4::6] = np.pi / 2
    rows[:, 11] = np.deg2rad(HIP)
    np.savetxt(path, rows, delimiter=",", header="times, " + ", ".join(names))
    return path


@pytest.mark.parametrize("seed", range(40))
def test_damage_ends_in_a_trial_or_a_data_error(tmp_path, seed):
    toml = mapping(tmp_path / "map.toml", V3D)
    for module, write in (
        (tidy, tidy_table), (curves, gcd), (visual3d, visual3d_ascii), (visual3d, visual3d_json), (bodykin, body_table)
    ):  # fmt: skip
        path = write(tmp_path / "a.txt")
        path.write_bytes(damaged(path.read_bytes(), random.Random(seed)))
        try:
            source = read_source(path)
            if module.recognises(source):
                used = toml if module is visual3d else None
                module.read(source, Request(task="walk", rate_hz=100.0, mapping=used))
        except DataError as error:
            assert str(error).startswith(("a.txt: ", "map.toml: "))
