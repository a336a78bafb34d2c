"""Sensors in a study folder: folders and lists of files, the range from the same sensors, an entered standing tilt."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from wearables import STILL, Worn, cycling, synthetic

import kinematics as kin
from kinematics.assessment import Assessment
from kinematics.intake import standing_tilt
from kinematics.models.inertial import Calibration
from kinematics.pipeline import assess
from kinematics.pipeline.keeping.cache import input_hashes
from kinematics.pipeline.visits.long_wear import strides_of_bouts, worn_long
from kinematics.report import render_report
from kinematics.simulate.wearables import simulate_wearables
from kinematics.study import Session, read_study
from kinematics.trial import Trial

TILT = "participant,session,field,side,value,unit\nW01,1,standing_tilt_deg,,9.8,deg\n"
BY_PALM = "W01,1,standing_tilt_instrument,,palpation_meter,\n"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "worn"
    simulate_wearables(folder, seed=0)
    return folder


@pytest.fixture(scope="module")
def assessed(recorded) -> Assessment:
    return assess(visit(recorded))


@pytest.fixture
def folder(recorded, tmp_path) -> Path:
    return shutil.copytree(recorded, tmp_path / "worn")


def visit(folder: Path) -> Session:
    return read_study(folder).session("W01", "1")


def renamed(folder: Path, old: str, new: str) -> None:
    table = folder / "trials.csv"
    table.write_text(table.read_text().replace(old, new))


def direct(assessed: Assessment) -> pd.DataFrame:
    ledger = assessed.ledger
    return ledger[(ledger["comparison"] == "direct") & (ledger["direction"] == "extension")].set_index("side")


def test_a_study_of_sensors_is_read_without_a_complaint(assessed):
    assert assessed.errors == ()
    assert [trial.entry.trial for trial in assessed.trials] == ["rom", "run", "static"]
    strides = next(trial.strides for trial in assessed.trials if trial.strides is not None)
    assert len(strides.valid) > 40 and set(strides.table["trial"]) == {"run"}


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_reserve_from_the_same_sensors_is_the_true_one_within_its_error(assessed, recorded, side):
    true = pd.read_csv(recorded / "truth.csv").set_index("side").loc[side]
    found = direct(assessed).loc[side]
    reserve = true["available_extension_deg"] - true["peak_hip_extension_deg"]
    assert found["zero"] == "standing"
    assert abs(found["estimate_deg"] - reserve) < min(1.0, found["estimate_se_deg"])
    standing = true["available_extension_deg"] + true["standing_hip_flexion_deg"]
    assert found["available_deg"] == pytest.approx(standing, abs=1.0)


def test_a_range_without_a_walk_or_run_that_can_be_read_is_refused_with_its_reason(folder):
    (folder / "run" / "pelvis.csv").write_text("time_s,acc_x_ms2\n0,1\n")
    errors = {trial.entry.trial: trial.error for trial in assess(visit(folder)).trials}
    assert errors["run"].startswith("run/pelvis.csv: ")
    assert "does not show where ahead is" in errors["rom"]


def test_a_range_of_one_thigh_is_that_sides_alone(folder):
    (folder / "rom" / "thigh_left.csv").unlink()
    assert direct(assess(visit(folder))).index.tolist() == ["right"]


def test_files_of_one_recording_may_be_listed(folder, assessed):
    for file in (folder / "run").iterdir():
        file.rename(folder / f"fast_{file.name}")
    renamed(folder, ",run,static", ",./fast_thigh_right.csv; fast_pelvis.csv;fast_thigh_left.csv,static")
    session = visit(folder)
    (entry,) = (one for one in session.trials if one.task == "run")
    assert entry.file == "fast_pelvis.csv;fast_thigh_left.csv;fast_thigh_right.csv"
    assert entry.trial == "fast"
    listed = assess(session)
    pd.testing.assert_frame_equal(direct(listed), direct(assessed))


def test_every_sensor_file_is_hashed_by_its_own_name(folder):
    before = input_hashes(visit(folder))
    assert [name for name in before if name.startswith("run/")] == [
        "run/pelvis.csv",
        "run/thigh_left.csv",
        "run/thigh_right.csv",
    ]
    with (folder / "run" / "thigh_left.csv").open("a") as file:
        file.write("\n")
    after = input_hashes(visit(folder))
    assert [name for name in before if after[name] != before[name]] == ["run/thigh_left.csv"]


def test_a_list_over_several_folders_is_refused(folder):
    renamed(folder, ",run,static", ",run/pelvis.csv;rom/thigh_left.csv,static")
    assert "names files of different folders as one recording" in visit(folder).errors[0]


@pytest.mark.parametrize("cell", ["run/pelvis.csv;../secret.csv", "run/pelvis.csv;/etc/passwd", "run"])
def test_no_member_of_a_recording_leads_out_of_the_study(folder, tmp_path, cell):
    (tmp_path / "secret.csv").write_text("time_s\n0\n")
    (folder / "run" / "thigh_left.csv").unlink()
    (folder / "run" / "thigh_left.csv").symlink_to(tmp_path / "secret.csv")
    renamed(folder, ",run,static", f",{cell},static")
    session = visit(folder)
    assert "out of the study folder" in session.errors[0]
    assert [entry.task for entry in session.trials] == ["rom", "static"]


def test_a_missing_sensor_file_is_named(folder):
    renamed(folder, ",run,static", ",run/pelvis.csv;thigh_lost.csv,static")
    (run,) = (trial for trial in assess(visit(folder)).trials if trial.entry.task == "run")
    assert run.error.startswith("run/thigh_lost.csv: there is no such file in the study folder.")


def test_a_fault_of_the_standing_trial_names_its_own_file(folder):
    for name in ("pelvis", "thigh_left", "thigh_right"):
        shutil.copy(folder / "run" / f"{name}.csv", folder / "static" / f"{name}.csv")
    (run,) = (trial for trial in assess(visit(folder)).trials if trial.entry.task == "run")
    assert run.error.startswith("static/pelvis.csv: sensor 'pelvis' is never at rest")


def test_an_entered_standing_tilt_makes_the_zero_anatomical(folder, recorded):
    (folder / "intake.csv").write_text(TILT + BY_PALM)
    assessed = assess(visit(folder))
    strides = next(trial.strides for trial in assessed.trials if trial.strides is not None)
    found, true = direct(assessed), pd.read_csv(recorded / "truth.csv").set_index("side")
    assert strides.passport.zero == "anatomical"
    assert any("palpation meter: standard error 3.6 deg" in note for note in strides.passport.notes)
    assert np.abs(found["used_deg"] - true["peak_hip_extension_deg"]).max() < 1.0
    assert found["zero"].tolist() == ["anatomical", "anatomical"]
    terms = [found[f"used_se_{term}_deg"] for term in ("visit", "hip_centre", "events", "strides", "sensors", "zero")]
    assert found["used_se_zero_deg"].tolist() == pytest.approx([np.hypot(3.6, 3.9)] * 2)
    assert found["used_se_deg"].tolist() == pytest.approx(np.sqrt(sum(term**2 for term in terms)).tolist())
    assert "calibration hid the tilt" not in render_report(assessed)


def test_a_standing_zero_is_explained_in_the_report_and_its_error_has_the_sensors_part(assessed):
    assert "calibration hid the tilt" in render_report(assessed)
    assert direct(assessed)["used_se_sensors_deg"].tolist() == [2.4, 2.4]


def test_a_tilt_whose_instrument_is_not_named_has_the_larger_error(folder):
    (folder / "intake.csv").write_text(TILT)
    given = standing_tilt(visit(folder).intake)
    assert (given.tilt_deg, given.se_deg) == (9.8, 5.0)
    assert given.hip_se_deg == pytest.approx(np.hypot(5.0, 3.9))


@pytest.fixture(scope="module")
def day() -> tuple[Worn, Trial]:
    """A recording of 22 minutes: standing, with two runs of 20 s in it; the sensors shaken in between, then cycling."""
    run = synthetic(duration_s=20.0, seed=2)
    cycled = run.again(motion=cycling(seconds=20.0, seed=2), errors=STILL)
    random = np.random.default_rng(0)
    sensors = {}
    for name, sensor in run.trial.sensors.items():
        still, pedalled = run.static.sensors[name], cycled.sensors[name]
        rows = []
        for moving, quiet, turning, shaken in (
            (sensor.acceleration_m_s2, still.acceleration_m_s2, pedalled.acceleration_m_s2, 5.0),
            (sensor.angular_rate_rad_s, still.angular_rate_rad_s, pedalled.angular_rate_rad_s, 2.0),
        ):
            long = np.tile(quiet, 480)[:, :132_000]
            long[:, 60_000:63_000] += shaken * random.normal(size=(3, 3000))
            for first, rows_of in ((30_000, moving), (90_000, moving), (110_000, turning)):
                long[:, first : first + rows_of.shape[1]] = rows_of
            rows.append(long)
        clock = np.arange(132_000) / 100
        sensors[name] = replace(sensor, time_s=clock, acceleration_m_s2=rows[0], angular_rate_rad_s=rows[1])
    return run, replace(run.trial, sensors=sensors, time_s=np.arange(132_000) / 100)


def cut(static: Trial):
    def one(bout: Trial, known: Calibration) -> kin.Strides:
        angles = kin.hip_angles(bout, static, gait=known)
        return kin.segment_strides(angles, kin.foot_events(bout, angles))

    return one


def test_a_long_recording_is_worked_on_where_somebody_runs(day):
    run, trial = day
    found = strides_of_bouts(trial, run.static, cut(run.static), kin.Settings())
    start = found.valid["start_s"].to_numpy()
    first, second = ((start > begin) & (start < begin + 20) for begin in (300, 900))
    assert worn_long(trial) and not worn_long(run.trial)
    assert first.sum() > 40 and second.sum() > 40 and (first | second).all()
    assert not found.table.duplicated(["side", "stride"]).any()
    assert len(found.curves["hip_flexion_deg"]) == len(found.table)
    assert any(note.startswith("2 of them are left out") for note in found.passport.notes)
    alone = kin.hip_angles(run.trial, run.static)
    usual = kin.segment_strides(alone, kin.foot_events(run.trial, alone)).valid.groupby("side")
    metric = "peak_hip_extension_deg"
    assert (found.valid.groupby("side")[metric].median() - usual[metric].median()).abs().max() < 0.5


def test_a_long_recording_without_a_standing_trial_is_refused(day):
    with pytest.raises(kin.DataError, match="may be sitting or lying"):
        strides_of_bouts(day[1], None, cut(day[0].static), kin.Settings())
