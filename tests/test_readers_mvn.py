"""Xsens MVN: workbooks, their sheets as CSV, and MVNX; against angles that scipy turned into quaternions."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from damage import damaged
from mocap_files import SOAK, mvn_sheets, mvn_truth, mvnx_text, write_workbook

from kinematics import DataError
from kinematics.readers.optical import motive, qtm
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.readers.suits import mvn, mvnx, noraxon
from kinematics.trial import Trial

WALK = Request("walk")
TRUTH = mvn_truth()
#: Numbers of the files have 6 decimals, quaternions too: 1e-6 rad are 6e-5 deg.
ROUNDING_DEG = 3e-4


def read(module, path: Path, request: Request = WALK) -> Trial:
    source = read_source(path)
    assert [other.NAME for other in (mvnx, qtm, motive, mvn, noraxon) if other.recognises(source)] == [module.NAME]
    return module.read(source, request)


def csv_of(path: Path, rows: list[list]) -> Path:
    path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows) + "\n")
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    pytest.importorskip("openpyxl")
    return write_workbook(tmp_path / "P01-003.xlsx", mvn_sheets(TRUTH))


def without(sheets: dict, *names: str) -> dict:
    return {name: rows for name, rows in sheets.items() if name not in names}


# --- workbooks and CSV -------------------------------------------------------------------------------------------


def test_a_workbook_gives_hips_and_pelvis_in_the_projects_signs(workbook):
    trial = read(mvn, workbook)
    assert trial.rate_hz == 60
    for name in ("hip_flexion", "hip_adduction", "hip_internal_rotation"):
        for side in ("left", "right"):
            assert trial.channels[f"{name}_{side}_deg"] == pytest.approx(TRUTH[f"{name}_{side}_deg"], abs=1e-9)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(TRUTH["pelvis_anterior_tilt_deg"], abs=1e-9)
    assert trial.channels["pelvis_obliquity_deg"] == pytest.approx(TRUTH["pelvis_obliquity_deg"], abs=1e-9)


def test_the_pelvis_rotation_is_taken_from_its_mean_heading(workbook):
    rotation = read(mvn, workbook).channels["pelvis_rotation_deg"]
    assert rotation == pytest.approx(TRUTH["pelvis_rotation_deg"], abs=0.01)


def test_the_passport_says_zero_signs_and_that_no_real_file_was_seen(workbook):
    passport = read(mvn, workbook).passport
    assert passport.zero == "standing"
    assert passport.sign_changes == ("left hip Abduction/Adduction times -1", "right hip Abduction/Adduction times -1")
    assert any("written from descriptions" in note for note in passport.notes)
    assert "someone" not in repr(passport)


def test_a_sign_that_the_orientations_contradict_is_turned_by_them(tmp_path):
    pytest.importorskip("openpyxl")
    path = write_workbook(tmp_path / "P01.xlsx", mvn_sheets(TRUTH, abduction_sign=-1))
    trial = read(mvn, path)
    assert trial.channels["hip_adduction_left_deg"] == pytest.approx(TRUTH["hip_adduction_left_deg"], abs=1e-9)
    assert trial.passport.sign_changes == ()


def test_a_hip_rotation_that_follows_from_no_orientation_is_left_out_and_said(tmp_path):
    pytest.importorskip("openpyxl")
    sheets = mvn_sheets(TRUTH)
    for row in sheets["Joint Angles ZXY"][1:]:
        row[3] += 30.0  # right internal rotation
    trial = read(mvn, write_workbook(tmp_path / "P01.xlsx", sheets))
    assert "hip_internal_rotation_right_deg" not in trial.channels
    assert any("right hip Internal/External Rotation contradicts" in note for note in trial.passport.notes)


def test_without_quaternions_the_tilt_is_vertical_pelvis(tmp_path):
    pytest.importorskip("openpyxl")
    path = write_workbook(tmp_path / "P01.xlsx", without(mvn_sheets(TRUTH), "Segment Orientation - Quat"))
    trial = read(mvn, path)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(TRUTH["pelvis_anterior_tilt_deg"])
    assert "pelvis_obliquity_deg" not in trial.channels


def test_without_the_general_sheet_the_rate_is_asked_for(tmp_path):
    pytest.importorskip("openpyxl")
    path = write_workbook(tmp_path / "P01.xlsx", without(mvn_sheets(TRUTH), "General Information"))
    with pytest.raises(DataError, match=r"the frame rate is not in the file.*rate_hz.*please send a sample"):
        read(mvn, path)
    assert read(mvn, path, Request("walk", rate_hz=240)).rate_hz == 240


def test_a_sheet_saved_as_csv_is_read_with_a_declared_rate(tmp_path):
    path = csv_of(tmp_path / "P01_angles.csv", mvn_sheets(TRUTH)["Joint Angles ZXY"])
    trial = read(mvn, path, Request("walk", rate_hz=60))
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(TRUTH["hip_flexion_right_deg"])
    assert any("does not say its sequence" in note for note in trial.passport.notes)
    assert any("pelvic tilt is missing" in note for note in trial.passport.notes)


def test_lost_frames_are_gaps(tmp_path):
    rows = mvn_sheets(TRUTH)["Joint Angles ZXY"]
    del rows[21:24]
    trial = read(mvn, csv_of(tmp_path / "P01.csv", rows), Request("walk", rate_hz=60))
    assert np.flatnonzero(np.isnan(trial.channels["hip_flexion_left_deg"])).tolist() == [20, 21, 22]


def test_sheets_of_different_length_are_refused(tmp_path):
    pytest.importorskip("openpyxl")
    sheets = mvn_sheets(TRUTH)
    del sheets["Segment Orientation - Quat"][-1]
    with pytest.raises(DataError, match="the sheets have 60 and 59 frames"):
        read(mvn, write_workbook(tmp_path / "P01.xlsx", sheets))


# --- MVNX --------------------------------------------------------------------------------------------------------


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "P01-003.mvnx"
    path.write_text(mvnx_text(TRUTH), encoding="utf-8")
    return path


def test_an_mvnx_gives_every_angle_without_its_calibration_frames(recording):
    trial = read(mvnx, recording)
    assert trial.time_s.size == 60
    for name in TRUTH:
        tolerance = 0.01 if name == "pelvis_rotation_deg" else ROUNDING_DEG
        assert trial.channels[name] == pytest.approx(TRUTH[name], abs=tolerance)


def test_mvnx_times_come_from_the_index_not_from_whole_milliseconds(recording):
    assert read(mvnx, recording).time_s == pytest.approx(np.arange(60) / 60, abs=1e-12)


def test_a_foot_is_in_contact_while_heel_or_toe_is(recording):
    events = read(mvnx, recording).events
    assert events["kind"].tolist() == ["contact", "toe_off"]
    assert events["time_s"].to_numpy() == pytest.approx([10 / 60, 40 / 60])
    assert set(events["side"]) == {"right"}


def test_an_upper_body_suit_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "arms.mvnx"
    path.write_text(mvnx_text(TRUTH, legs=False))
    with pytest.raises(DataError, match=r"every hip angle is 0.*upper-body"):
        read(mvnx, path)


def test_labels_give_the_place_of_a_joint(tmp_path, recording):
    text = (
        recording.read_text().replace("jRightHip", "SWAP").replace("jLeftHip", "jRightHip").replace("SWAP", "jLeftHip")
    )
    path = tmp_path / "other.mvnx"
    path.write_text(text)
    assert read(mvnx, path).channels["hip_flexion_left_deg"] == pytest.approx(TRUTH["hip_flexion_right_deg"], abs=1e-5)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_does_not_matter(tmp_path, recording, encoding):
    path = tmp_path / "other.mvnx"
    path.write_bytes(recording.read_text().encode(encoding))
    assert read(mvnx, path).time_s.size == 60


def test_entities_are_never_expanded(tmp_path, recording):
    bomb = '<!DOCTYPE mvnx [<!ENTITY a "1 1 1"><!ENTITY b "&a;&a;&a;&a;">]>\n<mvnx '
    path = tmp_path / "bomb.mvnx"
    path.write_text(recording.read_text().replace("<mvnx ", bomb, 1))
    with pytest.raises(DataError, match="the file has entities"):
        read(mvnx, path)


def test_a_cut_mvnx_names_the_line(tmp_path, recording):
    path = tmp_path / "cut.mvnx"
    path.write_text(recording.read_text()[:-2000])
    with pytest.raises(DataError, match=r"cut\.mvnx: row \d+: the XML is damaged.*please send a sample"):
        read(mvnx, path)


@pytest.mark.parametrize("kind", ["mvnx", "csv"])
def test_damage_ends_in_a_trial_or_a_data_error(tmp_path, recording, kind):
    rng = random.Random(11)
    csv = csv_of(tmp_path / "P01.csv", mvn_sheets(TRUTH)["Joint Angles ZXY"])
    data = (recording if kind == "mvnx" else csv).read_bytes()
    for _ in range(40 * SOAK):
        path = tmp_path / "damaged"
        path.write_bytes(damaged(data, rng) or b"x")
        try:
            source = read_source(path)
            for module in (mvnx, mvn):
                if module.recognises(source):
                    assert isinstance(module.read(source, Request("walk", rate_hz=60)), Trial)
        except DataError as error:
            assert str(error).startswith("damaged: ")


def test_a_damaged_workbook_ends_in_a_trial_or_a_data_error(tmp_path, workbook):
    rng = random.Random(13)
    data = workbook.read_bytes()
    for _ in range(15 * SOAK):
        a, b = sorted(rng.randrange(len(data)) for _ in range(2))
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(rng.choice((data[:b], data[:a] + data[b:], data[:a] + b"\x00\xff" + data[a + 2 :])) or b"x")
        source = read_source(path)
        try:
            if mvn.recognises(source):
                assert isinstance(mvn.read(source, WALK), Trial)
        except DataError as error:
            assert str(error).startswith("damaged.xlsx: ")
