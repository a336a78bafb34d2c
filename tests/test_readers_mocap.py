"""Qualisys TSV, OptiTrack Motive CSV and Noraxon MR3: read right, or refused with a sentence."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest
from damage import damaged
from mocap_files import (
    FRAMES,
    NEW,
    OLD,
    SOAK,
    analysis_lines,
    motive_lines,
    noraxon_lines,
    qtm_lines,
    six_d_lines,
    write,
)

from kinematics import DataError
from kinematics.readers.optical import motive, qtm
from kinematics.readers.shared.axes import Axes
from kinematics.readers.shared.quaternions import matrices_of, quaternions_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.readers.suits import mvn, mvnx, noraxon
from kinematics.settings import AxesSettings, Settings
from kinematics.trial import Trial

WALK = Request("walk")
STATED = Request("walk", settings=Settings(axes=AxesSettings(forward="+X", up="+Z")))


def read(module, path: Path, request: Request = WALK) -> Trial:
    source = read_source(path)
    assert module.recognises(source)
    return module.read(source, request)


def test_a_marker_that_lacks_one_coordinate_is_lost_whichever_way_the_laboratory_points():
    raw = np.arange(12.0).reshape(3, 4)
    raw[1, 2] = np.nan
    turned = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    for matrix in (np.eye(3), turned):
        found = Axes(matrix, "").convert(raw)
        assert np.isnan(found).tolist() == [[False, False, True, False]] * 3
        assert found[:, 3] == pytest.approx(matrix @ raw[:, 3])


# --- Qualisys ----------------------------------------------------------------------------------------------------


def test_qtm_markers_are_metres_forward_up_right(tmp_path):
    trial = read(qtm, write(tmp_path / "run.tsv", qtm_lines(), end="\r\n"))
    assert trial.rate_hz == 100
    assert trial.markers["R.ASIS"][:, 5] == pytest.approx([0.105, 0.950, 0.120])
    assert trial.passport.axes == "file +X forward, +Z up; told from the markers"


@pytest.mark.parametrize(("frame", "time"), [(True, True), (True, False), (False, False)])
def test_qtm_without_its_row_of_names_is_read_by_its_width(tmp_path, frame, time):
    trial = read(qtm, write(tmp_path / "run.tsv", qtm_lines(names=False, frame=frame, time=time)))
    assert trial.markers["L.PSIS"][0] == pytest.approx(-0.080 + np.arange(FRAMES) / 1000)
    assert trial.time_s[1] == pytest.approx(0.01)


def test_qtm_events_are_told_by_their_names(tmp_path):
    events = read(qtm, write(tmp_path / "run.tsv", qtm_lines())).events
    assert events.values.tolist() == [["left", "contact", 0.02], ["right", "toe_off", 0.04]]


@pytest.mark.parametrize("gap", ["\t\t", "0.000\t0.000\t0.000"], ids=["empty", "zeros"])
def test_qtm_gaps_are_empty_cells_or_three_zeros(tmp_path, gap):
    lines = qtm_lines()
    lines[-3] = lines[-3].replace("117.000\t-120.000\t950.000", gap)
    trial = read(qtm, write(tmp_path / "run.tsv", lines))
    assert np.flatnonzero(np.isnan(trial.markers["R.ASIS"][1])).tolist() == [17]


def test_qtm_saved_again_by_excel_with_semicolons_and_decimal_commas_is_the_same(tmp_path):
    plain = read(qtm, write(tmp_path / "run.tsv", qtm_lines()))
    lines = [line.replace(".", "DOT").replace("\t", ";").replace("DOT", ",") + ";;" for line in qtm_lines()]
    lines = [line.replace("R,", "R.").replace("L,", "L.").replace("Heel,", "Heel.") for line in lines]
    again = read(qtm, write(tmp_path / "again.csv", lines))
    assert np.array_equal(again.markers["R.ASIS"], plain.markers["R.ASIS"])


def test_qtm_lost_frames_are_gaps(tmp_path):
    lines = qtm_lines()
    del lines[-5:-3]
    trial = read(qtm, write(tmp_path / "run.tsv", lines))
    assert trial.time_s.size == FRAMES
    assert np.flatnonzero(np.isnan(trial.markers["L.ASIS"][0])).tolist() == [15, 16]


def test_qtm_of_an_external_clock_without_times_asks_for_the_rate(tmp_path):
    lines = [line.replace("FREQUENCY\t100", "FREQUENCY\tEXT") for line in qtm_lines(time=False)]
    path = write(tmp_path / "run.tsv", lines)
    with pytest.raises(DataError, match=r"states no frequency.*rate_hz"):
        read(qtm, path)
    assert read(qtm, path, Request("walk", rate_hz=150)).rate_hz == 150


def test_qtm_with_a_header_that_contradicts_the_times_is_refused(tmp_path):
    lines = [line.replace("FREQUENCY\t100", "FREQUENCY\t120") for line in qtm_lines()]
    with pytest.raises(DataError, match=r"the header states 120 Hz, but the times are 0\.01 s apart"):
        read(qtm, write(tmp_path / "run.tsv", lines))


def test_qtm_markers_without_a_known_pelvis_need_stated_axes(tmp_path):
    lines = [line.replace("ASIS", "Q").replace("PSIS", "P") for line in qtm_lines()]
    path = write(tmp_path / "run.tsv", lines)
    with pytest.raises(DataError, match=r"forward and up cannot be told.*study\.toml"):
        read(qtm, path)
    assert read(qtm, path, STATED).markers["R.Q"][:, 0] == pytest.approx([0.1, 0.95, 0.12])


def test_qtm_bodies_are_quaternions_from_matrices_written_column_by_column(tmp_path):
    trial = read(qtm, write(tmp_path / "run_6D.tsv", six_d_lines()))
    assert trial.kind == "orientations"
    half = np.radians(15)
    assert trial.orientations["thigh"][:, 0] == pytest.approx([np.cos(half), np.sin(half), 0, 0], abs=1e-5)
    assert np.flatnonzero(np.isnan(trial.orientations["thigh"][0])).tolist() == [3]


def test_qtm_bodies_without_a_name_are_refused(tmp_path):
    lines = [line.replace("pelvis", "").replace("thigh", "").replace("Rot[", "R[") for line in six_d_lines()]
    with pytest.raises(DataError, match=r"0 rotation matrices .* do not fit 0 bodies"):
        read(qtm, write(tmp_path / "run_6D.tsv", lines))


def test_qtm_analysis_of_the_gait_report_has_its_documented_signs(tmp_path):
    names = ("Right Hip Angles_X", "Left Pelvic Angles_Y", "Left Pelvic Angles_X")
    trial = read(qtm, write(tmp_path / "gait.tsv", analysis_lines(*names)))
    assert trial.channels["hip_flexion_right_deg"][2] == 2
    assert trial.channels["pelvis_obliquity_deg"][2] == -12  # the left side up is the right side down
    assert trial.channels["pelvis_anterior_tilt_deg"][2] == 22
    assert trial.passport.sign_changes == ("Left Pelvic Angles_Y times -1",)


def test_qtm_analysis_of_the_laboratorys_own_names_asks_for_a_mapping_and_honours_it(tmp_path):
    path = write(tmp_path / "gait.tsv", analysis_lines("left_q1_XY", "right_q1_XY"))
    with pytest.raises(DataError, match="named by the laboratory"):
        read(qtm, path)
    mapping = tmp_path / "lab.toml"
    mapping.write_text('[columns]\nhip_flexion_left_deg = {column = "left_q1_XY", sign = -1}\n')
    trial = read(qtm, path, Request("walk", mapping=mapping))
    assert trial.channels["hip_flexion_left_deg"][3] == -3


# --- Motive ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.21", "1.22", "1.23", "1.24", "1.25"])
def test_motive_markers_are_found_by_the_rows_above_them(tmp_path, version):
    trial = read(motive, write(tmp_path / "take.csv", motive_lines(version), end="\r\n"))
    assert (trial.rate_hz, trial.kind) == (120, "markers")
    assert trial.markers["L.ASIS"][:, 3] == pytest.approx([0.103, 0.950, -0.120])
    assert trial.passport.axes == "file +Z forward, +Y up; told from the markers"


def test_motive_occluded_samples_are_gaps(tmp_path):
    lines = motive_lines()
    lines[-1] = lines[-1].replace(",120.000000,950.000000,119.000000", ",,,")
    assert np.isnan(read(motive, write(tmp_path / "take.csv", lines)).markers["L.ASIS"][0]).sum() == 1


def test_motive_without_a_known_pelvis_gives_the_bodies_scalar_first(tmp_path):
    lines = [line.replace("ASIS", "Q").replace("PSIS", "P") for line in motive_lines(body=True)]
    trial = read(motive, write(tmp_path / "take.csv", lines))
    assert trial.kind == "orientations"
    assert trial.orientations["pelvis"][:, 0] == pytest.approx([0.7071068, 0, 0, 0.7071068], abs=1e-6)


def test_motive_in_an_unknown_unit_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"row 1, column 'Length Units': 'Cubits' is no known unit"):
        read(motive, write(tmp_path / "take.csv", motive_lines(units="Cubits")))


def test_motive_in_coordinates_of_a_body_is_refused(tmp_path):
    lines = motive_lines()
    lines[0] += ",Coordinate Space,Local"
    with pytest.raises(DataError, match=r"column 'Coordinate Space': the coordinate space is 'Local'"):
        read(motive, write(tmp_path / "take.csv", lines))


def test_nothing_of_motives_names_and_dates_is_kept(tmp_path):
    shown = repr(read(motive, write(tmp_path / "take.csv", motive_lines())))
    shown += repr(read(motive, write(tmp_path / "take.csv", motive_lines())).passport)
    assert "secret" not in shown and "2026" not in shown


@pytest.fixture
def take(shared: Path) -> Path:
    return shared / "data" / "formats" / "optitrack_csv" / "sample_optitrack_take.csv"


@pytest.mark.real
def test_the_real_take_is_told_by_its_own_module_only(take):
    source = read_source(take)
    found = [module.NAME for module in (qtm, motive, noraxon, mvn, mvnx) if module.recognises(source)]
    assert found == ["motive"]


@pytest.mark.real
def test_the_real_takes_rigid_body_is_what_the_csv_module_reads(take):
    trial = read(motive, take)
    with take.open(newline="") as file:
        rows = list(csv.reader(file))[7:]
    x, y, z, w = (np.array([float(row[column]) for row in rows]) for column in (2, 3, 4, 5))
    assert trial.orientations["Rigid Body 1"] == pytest.approx(np.stack((w, x, y, z)), abs=2e-6)
    assert trial.rate_hz == 120 and trial.time_s.size == 250


@pytest.mark.real
def test_the_real_takes_markers_are_what_the_csv_module_reads_once_the_axes_are_stated(take):
    stated = Request("rom", settings=Settings(axes=AxesSettings(forward="+Z", up="+Y")))
    trial = read(motive, take, stated)
    with take.open(newline="") as file:
        rows = list(csv.reader(file))[7:]
    x, y, z = (np.array([float(row[column]) for row in rows]) for column in (31, 32, 33))
    assert trial.markers["Marker1"] == pytest.approx(np.stack((z, y, -x)))
    assert len(trial.markers) == 6  # three measured, three solved; unlabelled ones are left out


# --- Noraxon -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [NEW, OLD], ids=["new", "old"])
@pytest.mark.parametrize("preamble", [True, False])
def test_noraxon_hips_are_read_in_both_generations_of_names(tmp_path, names, preamble):
    trial = read(noraxon, write(tmp_path / "walk.csv", noraxon_lines(names, preamble=preamble)))
    assert trial.rate_hz == 100
    assert trial.channels["hip_flexion_left_deg"][3] == 1.5
    assert trial.channels["hip_flexion_right_deg"][4] == -1.0


def test_noraxon_of_a_german_computer_is_the_same(tmp_path):
    lines = [line.replace(".", ",") for line in noraxon_lines(separator=";")]
    assert read(noraxon, write(tmp_path / "walk.csv", lines)).channels["hip_flexion_left_deg"][3] == 1.5


def test_noraxon_rows_that_repeat_a_sample_are_read_once(tmp_path):
    trial = read(noraxon, write(tmp_path / "walk.csv", noraxon_lines(repeat=10)))
    assert (trial.rate_hz, trial.time_s.size) == (100, 40)
    assert trial.channels["hip_flexion_left_deg"][7] == 3.5


def test_noraxon_contacts_become_events(tmp_path):
    events = read(noraxon, write(tmp_path / "walk.csv", noraxon_lines(contact=True))).events
    assert events.values.tolist() == [["left", "contact", 0.1], ["left", "toe_off", 0.25]]


def test_noraxon_abduction_is_left_out_and_said(tmp_path):
    trial = read(noraxon, write(tmp_path / "walk.csv", noraxon_lines()))
    assert set(trial.channels) == {"hip_flexion_left_deg", "hip_flexion_right_deg"}
    assert any("abduction and rotation were left out" in note for note in trial.passport.notes)


def test_noraxon_is_provisional_and_asks_for_a_sample(tmp_path):
    path = write(tmp_path / "walk.csv", noraxon_lines())
    path.write_text(path.read_text().replace("1.50", "n.m."))
    with pytest.raises(DataError, match=r"row 8, column 'LT Hip Flexion \(deg\)'.*please send a sample"):
        read(noraxon, path)
    assert noraxon.PROVISIONAL


# --- kernels and damage ------------------------------------------------------------------------------------------


def test_a_matrix_and_its_quaternion_are_the_same_rotation():
    quaternions = np.random.default_rng(1).normal(size=(4, 200))
    quaternions /= np.linalg.norm(quaternions, axis=0)
    again = quaternions_of(matrices_of(quaternions))
    assert np.abs(np.sum(quaternions * again, axis=0)) == pytest.approx(np.ones(200), abs=1e-12)


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        (qtm, qtm_lines()),
        (qtm, six_d_lines()),
        (qtm, analysis_lines("Left Hip Angles_X", "Left Hip Angles_Y")),
        (motive, motive_lines(body=True)),
        (noraxon, noraxon_lines(contact=True)),
        (noraxon, noraxon_lines(OLD)),
    ],
    ids=["3D", "6D", "analysis", "motive", "noraxon", "noraxon-old"],
)
def test_damage_ends_in_a_trial_or_a_data_error(tmp_path, module, lines):
    rng = random.Random(7)
    data = ("\n".join(lines) + "\n").encode()
    for _ in range(60 * SOAK):
        path = tmp_path / "damaged.csv"
        path.write_bytes(damaged(data, rng) or b"x")
        try:
            source = read_source(path)
            if module.recognises(source):
                assert isinstance(module.read(source, WALK), Trial)
        except DataError as error:
            assert str(error).startswith("damaged.csv: ")
