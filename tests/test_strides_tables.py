"""What is said about strides: coordination, sides, the printed table, the trial's figure, the command."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from test_strides import angles, events

from kinematics.cli import main
from kinematics.figures import trial_figure
from kinematics.metrics import METRIC_NAMES
from kinematics.models.fit_quality import jump_mm, misfit_mm
from kinematics.strides import segment_strides, side_differences, stride_coordination
from kinematics.strides.printing import stride_csv, stride_text


@pytest.fixture
def strides():
    return segment_strides(angles(), events(drop_contact=4), participant="P01", session="1")


def test_a_pelvis_that_stays_leaves_the_hip_alone(strides):
    still = segment_strides(angles(pelvis_anterior_tilt_deg=15.0), events())
    table = stride_coordination(still)
    assert table["first_only_share"].to_numpy() == pytest.approx(np.ones(6))
    assert table["phase"].tolist() == ["stance", "swing", "stride"] * 2


def test_strides_that_are_all_alike_do_not_deviate(strides):
    table = stride_coordination(strides, second="thigh_flexion_deg")
    assert table["coupling_deviation_deg"].max() < 1.0
    assert table["n_strides"].unique().tolist() == [9, 7]


def test_two_hips_half_a_stride_apart_are_half_a_turn_out_of_phase():
    other = angles().table["hip_flexion_left_deg"].to_numpy()
    strides = segment_strides(angles(thigh_flexion_right_deg=other), events())
    right = (
        stride_coordination(strides, second="thigh_flexion_deg").set_index(["side", "phase"]).loc[("right", "stride")]
    )
    assert abs(right["relative_phase_deg"]) == pytest.approx(180, abs=12)


def test_sides_are_right_minus_left_with_the_healthy_spread_beside():
    more = angles().table["hip_flexion_right_deg"] - 4.0
    table = side_differences(segment_strides(angles(hip_flexion_right_deg=more), events())).set_index("metric")
    row = table.loc["peak_hip_extension_deg"]
    assert row["difference"] == pytest.approx(4.0, abs=0.02)
    assert (row["healthy_sd"], row["healthy_n"]) == (1.9, 28)  # at 3.5 m/s
    assert np.isnan(table.loc["stride_time_s", "healthy_sd"])
    assert list(table.index) == list(METRIC_NAMES)


def test_the_printed_table_names_every_stride_and_its_reason(strides):
    text = stride_text(strides)
    assert "stride_time" in text and "right: 7 of 8 strides count" in text
    assert len(text.splitlines()) == 1 + 17 + 2 + 1
    assert text.endswith("Events: by hand\n")


def test_the_csv_has_every_column_and_comes_back(strides, tmp_path):
    (tmp_path / "strides.csv").write_text(stride_csv(strides))
    table = pd.read_csv(tmp_path / "strides.csv")
    assert list(table) == [*strides.table.columns, "reason", "value"]
    assert table["peak_hip_extension_deg"].to_numpy() == pytest.approx(
        strides.table["peak_hip_extension_deg"].to_numpy()
    )


def test_the_figure_shows_signals_events_and_what_is_left_out(strides):
    figure = trial_figure(angles(), events(drop_contact=4), strides)
    metas = [trace["meta"] for trace in figure["data"]]
    assert metas.count("signal") == 3
    contacts = {trace["name"]: len(trace["x"]) for trace in figure["data"] if trace["meta"] == "contact"}
    assert contacts == {"left contact": 10, "right contact": 9}
    shade = figure["layout"]["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in shade] == [(2.1, 3.5)]
    left_out = [text for trace in figure["data"] if trace["meta"] == "excluded" for text in trace["text"]]
    assert left_out == ["right stride 3 left out: stride time (1.4)"]
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


def test_a_gap_is_a_gap_in_the_figure():
    hip = angles().table["hip_flexion_left_deg"].to_numpy().copy()
    hip[100:130] = np.nan
    gapped = angles(hip_flexion_left_deg=hip)
    figure = trial_figure(gapped, events(), segment_strides(gapped, events()))
    (trace,) = (trace for trace in figure["data"] if trace["name"] == "left hip flexion")
    assert trace["y"].count(None) == 30


def test_the_command_prints_the_table_of_a_trial(tmp_path):
    table = angles(seconds=14.4).table[
        ["time_s", "hip_flexion_left_deg", "hip_flexion_right_deg", "pelvis_anterior_tilt_deg"]
    ]
    table.columns = ["time_s", "hip_flexion_l", "hip_flexion_r", "pelvis_anterior_tilt"]
    table.to_csv(tmp_path / "P01_run.csv", index=False)
    done = CliRunner().invoke(main, ["strides", str(tmp_path / "P01_run.csv"), "--speed", "3.5"])
    assert done.exit_code == 0, done.output
    assert "extension [deg]" in done.output and "Events: angles" in done.output
    full = CliRunner().invoke(main, ["strides", str(tmp_path / "P01_run.csv"), "--speed", "3.5", "--csv"])
    assert full.output.splitlines()[0].startswith("participant,session,trial,task,speed_m_s,side,stride")


def test_a_marker_off_its_place_is_the_misfit_of_that_sample_alone():
    reference = np.array([[0.1, 0, 0], [-0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])
    positions = np.repeat(reference[:, :, None], 9, axis=2) + 1.0
    positions[2, :, :] += 0.004  # everywhere: a marker that sits elsewhere than in the static trial
    positions[1, 0, 4] += 0.030
    frames = np.repeat(np.eye(3)[:, :, None], 9, axis=2)
    misfit = misfit_mm(reference, positions, frames)
    assert misfit[[0, 8]] == pytest.approx([0, 0], abs=1e-9)
    assert misfit[4] == pytest.approx(22.5)  # three quarters of 30 mm: the middle moves by a quarter


def test_a_leap_beside_a_gap_is_not_judged():
    raw = np.zeros((1, 3, 6))
    raw[0, :, 2] = np.nan
    raw[0, 0, 3] = 0.04
    assert jump_mm(raw).tolist() == [0, 0, 0, 0, 20, 0]
