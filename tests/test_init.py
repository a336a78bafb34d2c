"""`kinematics init`: tables from the files of a folder, paired by name, and nothing of a person's overwritten."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from wearables import synthetic

from kinematics.cli import main
from kinematics.conventions import DataError
from kinematics.init_study import init_study
from kinematics.init_study.form import intake_form
from kinematics.init_study.names import read_name
from kinematics.intake import fields
from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)
from kinematics.simulate.wearables import write_sensors
from kinematics.study import read_study

NAMES = {
    "P01_2_run35_markers.txt": ("P01", "2", "run", 3.5),
    "RBDS001runT25markers.txt": ("RBDS001", "1", "run", 2.5),
    "RBDS001static.txt": ("RBDS001", "1", "static", np.nan),
    "subject01_walk1.trc": ("subject01", "1", "walk", np.nan),
    "lab/Anna/session2/walk_1.4ms.c3d": ("Anna", "2", "walk", 1.4),
    "P07/2024-05/Run 12km_h.csv": ("P07", "2024-05", "run", 3.333),
    "sub-04/ses-02/motion/sub-04_ses-02_task-walking_motion.tsv": ("04", "02", "walk", np.nan),
    "data/run35.csv": ("", "1", "run", 3.5),
    "P03_ROM.csv": ("P03", "1", "rom", np.nan),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    """A folder as a laboratory leaves it: markers, forces and standing of one person, angles of another."""
    folder = tmp_path_factory.mktemp("lab")
    gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=4.0, seed=1)
    write_marker_trial(folder, simulate_markers(gait, seed=1), stem="P01_1_run35", static_stem="P01_1_static")
    write_angles(folder / "P02_1_run25.csv", simulate_angles(gait, seed=2).table)
    (folder / "notes.txt").write_text("Belt cleaned.\n")
    return folder


@pytest.fixture
def folder(recorded, tmp_path) -> Path:
    for path in recorded.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def trials(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "trials.csv", dtype=str, keep_default_na=False).set_index("file")


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_a_name_says_who_which_visit_what_and_how_fast(name, expected):
    told = read_name(PurePosixPath(name))
    assert (told.participant, told.session, told.task) == expected[:3]
    np.testing.assert_equal(told.speed_m_s, expected[3])


def test_forces_and_standing_trial_are_paired_with_their_run(folder):
    init_study(folder)
    run = trials(folder).loc["P01_1_run35_markers.txt"]
    assert (run["task"], run["speed_m_s"]) == ("run", "3.5")
    assert (run["static_file"], run["forces_file"]) == ("P01_1_static.txt", "P01_1_run35_forces.txt")


def test_every_recording_has_one_row_and_nothing_else_has(folder):
    init_study(folder)
    assert sorted(trials(folder).index) == ["P01_1_run35_markers.txt", "P01_1_static.txt", "P02_1_run25.csv"]


def test_the_study_is_read_without_a_complaint(folder):
    init_study(folder)
    study = read_study(folder)
    assert [(one.participant.participant, one.session) for one in study.sessions] == [("P01", "1"), ("P02", "1")]
    assert [*study.errors, *(error for one in study.sessions for error in one.errors)] == []


def test_a_table_that_is_there_stays_byte_for_byte(folder):
    edited = b"participant;session;task;speed_m_s;file\nP01;1;run;3,6;P01_1_run35_markers.txt\n"
    (folder / "trials.csv").write_bytes(edited)
    started = init_study(folder)
    assert (folder / "trials.csv").read_bytes() == edited
    assert started.kept == ("trials.csv",)


def test_what_a_kept_table_does_not_have_yet_is_shown_as_rows(folder):
    (folder / "trials.csv").write_text(
        "participant,session,task,speed_m_s,file\nP01,1,run,3.6,P01_1_run35_markers.txt\n"
    )
    said = str(init_study(folder))
    assert "P02,1,run,2.5,P02_1_run25.csv" in said
    assert "P01,1,run,3.5" not in said


def test_a_second_call_writes_nothing(folder):
    init_study(folder)
    assert init_study(folder).written == ()


def test_the_task_is_told_from_the_data_where_the_name_has_none(folder):
    (folder / "P02_1_run25.csv").rename(folder / "P02_1_a.csv")
    init_study(folder)
    assert trials(folder).loc["P02_1_a.csv", "task"] == "run"


def test_a_file_without_a_rate_is_kept_and_its_rate_asked_for(folder):
    table = pd.read_csv(folder / "P02_1_run25.csv").rename(columns={"time_s": "frame"})
    table["frame"] = np.arange(len(table))
    table.to_csv(folder / "P02_1_run25.csv", index=False)
    said = str(init_study(folder))
    assert "P02_1_run25.csv" in trials(folder).index
    assert "no sampling rate, to be filled in (rate_hz): P02_1_run25.csv" in said


def test_the_same_trial_in_two_formats_has_one_row(folder):
    (folder / "P01_1_run35_markers.csv").write_bytes((folder / "P02_1_run25.csv").read_bytes())
    said = str(init_study(folder))
    assert "the same trial in another format, left out: P01_1_run35_markers.txt".lower() in said.lower()


def test_a_folder_without_a_recording_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("Belt cleaned.\n")
    with pytest.raises(DataError, match=r"no file of a known format .* \(1 files looked at\)"):
        init_study(tmp_path)


def test_the_form_asks_every_question_of_the_intake_once():
    form = intake_form()
    assert [name for name in fields() if form.count(f">{name}</span>") != 1] == []


def test_the_command_says_what_was_written(folder):
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 0
    assert result.output.startswith("Written: participants.csv, trials.csv, exam.csv, intake.csv, study.toml")


@pytest.mark.real
def test_three_runners_of_rbds_become_a_study_of_nine_paired_runs(rbds, tmp_path):
    for path in rbds.glob("RBDS00[1-3]*.txt"):
        if "processed" not in path.name:
            (tmp_path / path.name).symlink_to(path)
    init_study(tmp_path)
    runs = trials(tmp_path).query("task == 'run'")
    assert len(runs) == 9
    assert [name for name in runs.index if runs.loc[name, "forces_file"] != name.replace("markers", "forces")] == []
    assert set(runs["speed_m_s"]) == {"2.5", "3.5", "4.5"}


def worn(folder: Path, trial) -> None:
    """A recording of each task as devices leave them: the run in a folder of its own, the others side by side."""
    write_sensors(folder / "P03_2_run30", trial)
    for name in ("P03_2_static", "P03_2_rom"):
        for sensor in (folder / "P03_2_run30").iterdir():
            (folder / f"{name}_{sensor.name}").write_bytes(sensor.read_bytes())


def test_sensor_files_that_belong_together_are_one_row(folder):
    worn(folder, synthetic(duration_s=6.0).trial)
    (folder / "P04_1_run30").mkdir()
    (folder / "P04_1_run30" / "pelvis.csv").write_bytes((folder / "P03_2_run30" / "pelvis.csv").read_bytes())
    said = str(init_study(folder))
    rows = trials(folder)
    static = "P03_2_static_pelvis.csv;P03_2_static_thigh_left.csv;P03_2_static_thigh_right.csv"
    own = rows[rows["participant"] == "P03"]
    assert own.index.tolist() == [static.replace("static", "rom"), "P03_2_run30", static]
    assert own["task"].tolist() == ["rom", "run", "static"]
    assert own["static_file"].tolist() == [static, static, ""]
    assert "one sensor alone, left out" in said.lower() and "P04_1_run30/pelvis.csv" in said
    assert [*read_study(folder).errors, *(e for one in read_study(folder).sessions for e in one.errors)] == []
