"""`kinematics inspect`: what a file is, what was understood, what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from wearables import synthetic

from kinematics.cli import main
from kinematics.inspecting import as_text, inspect_file
from kinematics.inspecting.content import segment_of
from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)
from kinematics.simulate.wearables import write_sensors


@pytest.fixture(scope="module")
def gait():
    return simulate_gait(Runner(speed_m_s=3.5), duration_s=6.0, seed=1)


@pytest.fixture(scope="module")
def table(gait) -> pd.DataFrame:
    return simulate_angles(gait, seed=1).table


@pytest.fixture
def angles(tmp_path, table) -> Path:
    path = tmp_path / "run.csv"
    write_angles(path, table)
    return path


@pytest.fixture(scope="module")
def markers(tmp_path_factory, gait) -> Path:
    folder = tmp_path_factory.mktemp("markers")
    lost = [("R.ASIS", 1.0, 1.5)]
    write_marker_trial(folder, simulate_markers(gait, gaps=lost, seed=1), stem="a", static_stem="stand")
    return folder


def mot(path: Path, table: pd.DataFrame) -> Path:
    """The angles as OpenSim writes them: tilt positive to the back."""
    columns = {"time": table["time_s"], "pelvis_tilt": -table["pelvis_anterior_tilt"]}
    columns |= {f"hip_flexion_{side}": table[f"hip_flexion_{side}"] for side in "lr"}
    head = "Coordinates\nversion=1\ninDegrees=yes\nendheader\n"
    path.write_text(head + pd.DataFrame(columns).to_csv(sep="\t", index=False, lineterminator="\n"))
    return path


def test_column_sign_and_unit_of_each_angle_are_told(tmp_path, table):
    columns = inspect_file(mot(tmp_path / "a.mot", table)).columns
    found = {one.meaning: (one.column, one.sign, one.unit) for one in columns}
    assert found == {
        "pelvis_anterior_tilt_deg": ("pelvis_tilt", -1, "deg"),
        "hip_flexion_left_deg": ("hip_flexion_l", 1, "deg"),
        "hip_flexion_right_deg": ("hip_flexion_r", 1, "deg"),
    }


def test_rate_length_sides_and_task_are_told_from_the_data(angles):
    one = inspect_file(angles)
    assert (one.rate_hz, one.duration_s, one.n_samples, one.sides) == (100.0, 6.0, 600, ("left", "right"))
    assert one.task == "run"


def test_a_table_is_told_by_its_columns_and_a_motion_file_by_its_own_marks(angles, tmp_path, table):
    assert inspect_file(angles).told == "by the names of its columns"
    assert inspect_file(mot(tmp_path / "a.mot", table)).told == "by marks that only this format has"


def test_a_gap_is_told_with_its_share_and_length(angles, table):
    table = table.copy()
    table.loc[100:129, "hip_flexion_l"] = np.nan
    write_angles(angles, table)
    assert [(gap.signal, gap.lost_share, gap.longest_s) for gap in inspect_file(angles).gaps] == [
        ("hip_flexion_left_deg", 0.05, 0.3)
    ]


def test_a_tilt_with_the_wrong_sign_raises_a_doubt_and_stays_as_it_is(angles, table):
    turned = table.assign(pelvis_anterior_tilt=-table["pelvis_anterior_tilt"])
    write_angles(angles, turned)
    one = inspect_file(angles, task="run", speed_m_s=3.5)
    assert [doubt for doubt in one.gates if "pelvic tilt" in doubt.lower()], one.gates
    np.testing.assert_allclose(
        one.trial.channels["pelvis_anterior_tilt_deg"], turned["pelvis_anterior_tilt"], atol=0.0006
    )


def test_good_angles_raise_no_doubt(angles):
    assert inspect_file(angles, task="run", speed_m_s=3.5).gates == ()


def test_markers_say_which_point_each_label_is_and_ask_for_a_standing_trial(markers):
    one = inspect_file(markers / "a_markers.txt")
    assert {column.meaning for column in one.columns if column.column == "R.ASIS"} == {"asis right"}
    assert dict((need.result, need.missing) for need in one.needs) == {
        "hip extension": ("a standing trial of the same person (static_file)",),
        "pelvic tilt": ("a standing trial of the same person (static_file)",),
        "foot contacts": (),
    }
    assert [(gap.signal, gap.longest_s) for gap in one.gaps] == [("R.ASIS", 0.5)]


def test_a_standing_trial_is_told_and_lacks_nothing_but_steps(markers):
    one = inspect_file(markers / "stand.txt")
    assert one.task == "static"
    assert [need.result for need in one.needs if need.missing] == ["foot contacts"]


def test_a_standing_trial_without_knee_markers_names_them(markers, tmp_path):
    table = pd.read_csv(markers / "stand.txt", sep="\t")
    kept = [name for name in table if "Knee.Medial" not in name]
    table[kept].to_csv(tmp_path / "stand.txt", sep="\t", index=False)
    needs = {need.result: need.missing for need in inspect_file(tmp_path / "stand.txt").needs}
    assert needs["hip extension"] == ("marker knee_medial left", "marker knee_medial right")


def test_a_missing_hip_is_named_as_missing(angles, table):
    write_angles(angles, table.drop(columns="hip_flexion_l"))
    needs = {need.result: need.missing for need in inspect_file(angles).needs}
    assert needs["hip extension"] == ("flexion of the left hip",)


def test_a_refused_file_has_its_format_and_its_sentence(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        '"Time (s)","Linear Acceleration x (m/s^2)","Linear Acceleration y (m/s^2)","Linear Acceleration z (m/s^2)"\n'
        "0.0,1.0,2.0,3.0\n0.1,1.0,2.0,3.0\n"
    )
    one = inspect_file(path)
    assert (one.name, one.readable) == ("phyphox", False)
    assert "has taken gravity out" in one.error


def test_a_file_of_no_known_format_raises_nothing(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("colour,price\n1,2\n3,4\n")
    one = inspect_file(path)
    assert (one.format, one.readable) == ("", False)
    assert "no known format" in one.error


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("femur_r_imu", "thigh_right"),
        ("Left Upper Leg", "thigh_left"),
        ("Lumbar", "pelvis"),
        ("LFemur_2021", "thigh_left"),
        ("tibia_l_imu", ""),
        ("Right Lower Leg", ""),
    ],
)
def test_a_sensor_is_the_segment_that_its_name_says(name, segment):
    assert segment_of(name) == segment


def test_the_text_says_format_angles_doubts_and_results(angles):
    text = as_text(inspect_file(angles))
    assert text.startswith("run.csv\n  format    tidy angles (tidy), told by the names of its columns\n")
    assert "hip_flexion_l         ->  +hip_flexion_left_deg  [deg]" in text
    assert "  results   hip extension: can be computed\n" in text


def test_json_has_an_object_per_file_and_no_not_a_number(angles, markers):
    result = CliRunner().invoke(main, ["inspect", "--json", str(angles), str(markers / "stand.txt")])
    found = json.loads(result.output, parse_constant=lambda word: pytest.fail(word))
    assert [(one["file"], one["rate_hz"]) for one in found] == [("run.csv", 100.0), ("stand.txt", 150.0)]
    assert result.exit_code == 0


def test_the_exit_code_says_how_many_can_be_read(angles, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("colour,price\n1,2\n")
    codes = [
        CliRunner().invoke(main, ["inspect", *map(str, files)]).exit_code for files in ([angles], [angles, bad], [bad])
    ]
    assert codes == [0, 1, 2]


def test_nothing_of_the_machine_is_in_what_is_printed(angles):
    result = CliRunner().invoke(main, ["inspect", "--json", str(angles)])
    assert str(angles.parent) not in result.output


@pytest.mark.real
def test_the_opencap_tilt_is_turned_to_anterior_positive(shared):
    path = shared / "data" / "plug_in_gait" / "biomechzoo" / "opencap_walking1.csv"
    one = inspect_file(path)
    assert ("pelvis_tilt", -1) in [(column.column, column.sign) for column in one.columns]
    raw = np.genfromtxt(path, delimiter=",", skip_header=11, names=None, usecols=(0, 1), invalid_raise=False)
    raw = raw[np.isfinite(raw).all(axis=1)]
    np.testing.assert_array_equal(one.trial.channels["pelvis_anterior_tilt_deg"], -raw[:, 1])


def test_a_folder_of_sensor_files_is_one_recording_that_lacks_a_standing_trial(tmp_path):
    write_sensors(tmp_path / "run", synthetic(duration_s=6.0).trial)
    one = inspect_file(tmp_path / "run")
    assert (one.file, one.kind, one.sides) == ("run", "imu", ("left", "right"))
    assert [column.meaning for column in one.columns] == ["pelvis", "thigh_left", "thigh_right"]
    missing = {need.result: need.missing for need in one.needs}
    assert missing["foot contacts"] == ()
    assert len(missing["hip extension"]) == 1 and "standing trial" in missing["hip extension"][0]


def test_sensor_files_named_together_are_told_one_by_one_and_as_a_recording(tmp_path):
    write_sensors(tmp_path, synthetic(duration_s=6.0).trial)
    files = [str(tmp_path / f"{name}.csv") for name in ("thigh_left", "pelvis")]
    result = CliRunner().invoke(main, ["inspect", "--json", *files])
    assert [one["file"] for one in json.loads(result.output)] == [
        "thigh_left.csv", "pelvis.csv", "pelvis.csv;thigh_left.csv",
    ]  # fmt: skip
