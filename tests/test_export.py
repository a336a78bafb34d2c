"""Results for other programs: read back, they are what was written."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest
from test_store import some_curves, stride_rows

import kinematics as kin
from kinematics import DataError
from kinematics.conventions import CURVE_NAMES
from kinematics.export import export_bids, export_csv, export_excel, export_mot, export_study, write_mot
from kinematics.export.opensim import opensim_columns
from kinematics.store import TABLES, arrow_table, curve_table, table_schema, write_table


@pytest.fixture
def tables(tmp_path):
    """The tables of a study of five strides."""
    folder = tmp_path / "processed" / "small"
    for name in TABLES:
        write_table(folder / f"{name}.parquet", name, [table_schema(name).empty_table()])
    write_table(folder / "strides.parquet", "strides", [arrow_table("strides", stride_rows(5))])
    write_table(folder / "curves.parquet", "curves", [curve_table(stride_rows(5), some_curves(stride_rows(5)))])
    return folder


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """Two runners of the demo as a study."""
    study = tmp_path_factory.mktemp("export") / "two"
    study.mkdir()
    for name in ("P02_1_run35.csv", "P06_1_run32.csv", "study.toml"):
        (study / name).write_bytes((root / "data/raw/demo" / name).read_bytes())
    (study / "trials.csv").write_text(
        "participant,session,task,speed_m_s,file,zero\n"
        "P-02,1,run,3.5,P02_1_run35.csv,anatomical\nP06,1,run,3.2,P06_1_run32.csv,anatomical\n"
    )
    (study / "participants.csv").write_text("participant,sex,age_years,height_cm,mass_kg\nP-02,M,31,182,77\n")
    return study


@pytest.fixture(scope="module")
def angles(root):
    path = root / "data/raw/demo/P02_1_run35.csv"
    return kin.hip_angles(kin.read_trial(path, task="run", speed_m_s=3.5, zero="anatomical"))


def test_csv_holds_every_stride_and_says_what_the_columns_mean(tables, tmp_path):
    written = export_csv(tables, tmp_path / "csv")
    strides = pd.read_csv(tmp_path / "csv" / "strides.csv", dtype={"session": str})
    pd.testing.assert_frame_equal(strides, pd.read_parquet(tables / "strides.parquet"), check_dtype=False)
    about = pd.read_csv(tmp_path / "csv" / "columns.csv").set_index(["table", "column"])
    assert about.loc[("strides", "peak_hip_extension_deg"), ["unit", "positive"]].tolist() == ["deg", "extension"]
    assert {path.name for path in written} == {path.name for path in (tmp_path / "csv").iterdir()}


def test_the_csv_of_an_angle_has_a_column_for_each_per_cent(tables, tmp_path):
    export_csv(tables, tmp_path / "csv")
    curves = pd.read_csv(tmp_path / "csv" / "curves_hip_flexion_deg.csv")
    assert curves.loc[3, ["percent_0", "percent_50", "percent_100"]].tolist() == [3.0, 3.5, 4.0]
    assert not (tmp_path / "csv" / f"curves_{CURVE_NAMES[-1]}.csv").exists()


def test_excel_has_a_sheet_for_each_table_with_the_same_numbers(tables, tmp_path):
    book = pd.read_excel(export_excel(tables, tmp_path / "s.xlsx"), sheet_name=None)
    assert list(book) == ["strides", "ledger", "options", "excluded", "columns"]
    assert book["strides"]["peak_hip_extension_deg"].tolist() == [0.25, 1.25, 2.25, 3.25, 4.25]


def test_the_same_study_gives_the_same_workbook_at_another_time(tables, tmp_path):
    first = export_excel(tables, tmp_path / "a.xlsx").read_bytes()
    time.sleep(1.1)  # a workbook's own clock counts seconds
    assert export_excel(tables, tmp_path / "b.xlsx").read_bytes() == first


def test_text_that_looks_like_a_formula_stays_text_in_excel(tables, tmp_path):
    rows = stride_rows(1, participant='=HYPERLINK("x")')
    write_table(tables / "strides.parquet", "strides", [arrow_table("strides", rows)])
    from openpyxl import load_workbook

    cell = load_workbook(export_excel(tables, tmp_path / "s.xlsx"))["strides"]["A2"]
    assert cell.data_type == "s"


def test_a_study_that_was_not_run_is_told_to_be_run(tmp_path):
    with pytest.raises(DataError, match=r"nowhere/strides.parquet.*Run it first"):
        export_csv(tmp_path / "nowhere", tmp_path / "csv")


def turn(axis: str, angle_deg: np.ndarray) -> np.ndarray:
    """Rotation matrices (n, 3, 3) about x, y or z."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
    matrix = np.tile(np.eye(3), (len(angle_deg), 1, 1))
    matrix[:, i, i] = matrix[:, j, j] = c
    matrix[:, i, j], matrix[:, j, i] = -s, s
    return matrix


def test_tilt_list_and_rotation_turn_opensims_pelvis_to_where_ours_is(angles):
    theirs = opensim_columns(angles)
    tilt, obliquity, rotation = (
        angles.table[f"pelvis_{name}_deg"].to_numpy() for name in ("anterior_tilt", "obliquity", "rotation")
    )
    ours = turn("y", rotation) @ turn("x", -obliquity) @ turn("z", -tilt)  # rotation, obliquity, tilt (Baker 2001)
    opensim = turn("z", theirs["pelvis_tilt"]) @ turn("x", theirs["pelvis_list"]) @ turn("y", theirs["pelvis_rotation"])
    assert np.abs(ours - opensim).max() < 1e-12


def test_a_motion_file_is_read_back_with_the_same_hips(angles, tmp_path):
    back = kin.read_trial(write_mot(tmp_path / "run.mot", angles), task="run", speed_m_s=3.5)
    for name in ("hip_flexion_left_deg", "hip_adduction_right_deg", "hip_internal_rotation_left_deg"):
        assert back.channels[name] == pytest.approx(angles.table[name], abs=1e-5)
    assert np.corrcoef(back.channels["pelvis_anterior_tilt_deg"], angles.table["pelvis_anterior_tilt_deg"])[0, 1] > 0.9


def test_every_run_of_a_study_becomes_a_motion_file(demo, tmp_path):
    assert [path.name for path in export_mot(demo, tmp_path)] == [
        "P-02_1_P02_1_run35.mot",
        "P06_1_P06_1_run32.mot",
    ]


@pytest.fixture(scope="module")
def dataset(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bids")
    return folder, export_bids(demo, folder)


def test_the_data_set_says_that_it_is_derived_and_names_its_people(dataset):
    folder, _ = dataset
    assert json.loads((folder / "dataset_description.json").read_text())["DatasetType"] == "derivative"
    people = pd.read_csv(folder / "participants.tsv", sep="\t", keep_default_na=False)
    assert people["participant_id"].tolist() == ["sub-P02", "sub-P06"]
    assert people.loc[1, "sex"] == "n/a"


def test_angles_of_the_data_set_are_read_back_with_their_rate(dataset, angles):
    folder, written = dataset
    path = next(path for path in written if path.name.endswith("_motion.tsv"))
    assert path.relative_to(folder).parts[:3] == ("sub-P02", "ses-1", "motion")
    back = kin.read_trial(path, task="run", speed_m_s=3.5)
    assert back.rate_hz == 100
    assert back.channels["hip_flexion_left_deg"] == pytest.approx(angles.table["hip_flexion_left_deg"], abs=1e-4)


def test_each_stride_is_an_event_with_onset_and_duration_first(dataset):
    _, written = dataset
    path = next(path for path in written if path.name.endswith("_events.tsv"))
    events = pd.read_csv(path, sep="\t")
    assert list(events)[:2] == ["onset", "duration"]
    assert events["onset"].is_monotonic_increasing
    assert events["duration"].between(0.5, 1.0).all()
    assert set(events) - {"onset", "duration"} <= json.loads(path.with_suffix(".json").read_text()).keys()


def test_two_ids_with_the_same_letters_are_refused_as_labels(demo, tmp_path):
    study = tmp_path / "clash"
    study.mkdir()
    for path in demo.iterdir():
        (study / path.name).write_bytes(path.read_bytes())
    (study / "trials.csv").write_text((demo / "trials.csv").read_text().replace("P06,1", "P_02,1"))
    with pytest.raises(DataError, match="same letters and digits"):
        export_bids(study, tmp_path / "out")


def test_the_folder_is_named_after_study_and_kind_where_none_is_given(tables, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = export_study("small", "excel", processed=tables.parent)
    assert [path.as_posix() for path in written] == ["small_excel/small.xlsx"]
