"""Tables of strides straight from trials: the same rows as by way of frames, written while they come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_study import half_files, left_by_run, write_study

import kinematics as kin
from kinematics.conventions import CURVE_POINTS
from kinematics.pipeline import run_study, write_strides
from kinematics.pipeline.keeping.streams import LONGEST_WAIT, Files, writing
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles
from kinematics.simulate.trials import AngleTrial
from kinematics.store import arrow_table, count_rows, curve_table, empty_table, stride_tables
from kinematics.strides import Strides

LACKING = "hip_adduction_deg"


@pytest.fixture(scope="module")
def trials(tmp_path_factory) -> list[Strides]:
    """A trial named b and, after it, one named a that lacks an angle."""
    gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=6.0, seed=1)
    made, folder = simulate_angles(gait, seed=1), tmp_path_factory.mktemp("trials")
    found = [strides_of(folder / f"{name}.csv", made) for name in "ba"]
    return [found[0], replace(found[1], curves={n: one for n, one in found[1].curves.items() if n != LACKING})]


def strides_of(path: Path, made: AngleTrial) -> Strides:
    write_angles(path, made.table)
    trial = kin.read_trial(path, task="run", speed_m_s=3.5, zero="anatomical")
    angles = kin.hip_angles(trial)
    return kin.segment_strides(angles, kin.foot_events(trial, angles), participant="P01", session="1")


def test_rows_of_several_trials_are_those_of_their_joined_frames_in_order(trials):
    frame = pd.concat([one.table for one in trials], ignore_index=True)
    tables = stride_tables(trials)
    assert tables["strides"].equals(arrow_table("strides", frame))
    assert tables["strides"]["trial"].to_pylist() == ["a"] * len(trials[1].table) + ["b"] * len(trials[0].table)
    curves = {name: np.concatenate([one.curves[name] for one in trials]) for name in trials[1].curves}
    of_frames = curve_table(frame, curves)
    assert of_frames.num_rows == len(frame) > 10
    for name in set(of_frames.column_names) - {LACKING}:
        assert tables["curves"][name].equals(of_frames[name])


def test_an_angle_that_one_trial_lacks_is_nan_there_and_the_other_trials_own_elsewhere(trials):
    found = np.array(stride_tables(trials)["curves"][LACKING].to_pylist())
    middle = len(trials[1].table)
    assert np.isnan(found[:middle]).all() and found.shape == (2 * middle, CURVE_POINTS)
    assert np.array_equal(found[middle:], trials[0].curves[LACKING].astype(np.float32))
    assert stride_tables([trials[1]])["curves"][LACKING].null_count == middle


def test_trials_without_strides_give_tables_without_rows():
    assert stride_tables([]) == {name: empty_table(name) for name in ("strides", "curves")}


def test_an_archive_without_reports_has_the_same_bytes_as_a_run_and_the_sentence_of_a_bad_trial(tmp_path):
    study = write_study(tmp_path / "clinic")
    bad = study / "P03_1_run.csv"
    bad.write_text(bad.read_text()[:200])
    result = run_study(study, processed=tmp_path / "p", reports=tmp_path / "r", progress=False, jobs=1)
    written = write_strides(study, tmp_path / "archive")
    by_run, left = left_by_run(tmp_path / "p" / "clinic"), left_by_run(tmp_path / "archive")
    assert left == {name: by_run[name] for name in ("strides.parquet", "curves.parquet", "excluded.parquet")}
    rows = count_rows(tmp_path / "archive" / "strides.parquet")
    assert (written.strides, written.excluded) == (rows, 1)
    assert len(written.errors) == 1 and written.errors[0].startswith("P03_1_run.csv: ")
    assert result.n_sessions == 5


def test_files_that_are_left_half_way_stay_as_they_were(trials, tmp_path):
    (tmp_path / "strides.parquet").write_bytes(b"earlier")
    files, rows = Files(tmp_path, ("strides", "curves")), stride_tables(trials)
    with pytest.raises(KeyboardInterrupt), writing(files) as behind:
        behind.do(files.add, rows)
        behind.wait()
        assert len(half_files(tmp_path)) == 2
        raise KeyboardInterrupt
    assert half_files(tmp_path) == []
    assert left_by_run(tmp_path) == {"strides.parquet": b"earlier"}


def test_what_goes_wrong_on_the_writing_thread_is_raised_where_rows_are_made(tmp_path):
    files = Files(tmp_path / "a_file" / "is_no_folder", ("strides",))
    (tmp_path / "a_file").touch()
    with pytest.raises(OSError), writing(files) as behind:
        for _ in range(2 * LONGEST_WAIT):
            behind.do(files.add, stride_tables([]))
        pytest.fail("nothing was raised while rows were made")


def test_a_file_that_cannot_take_its_name_is_the_one_that_the_error_names(trials, tmp_path):
    (tmp_path / "curves.parquet").mkdir()
    files = Files(tmp_path, ("strides", "curves", "excluded"))
    with pytest.raises(OSError) as raised, writing(files) as behind:
        behind.do(files.add, stride_tables(trials) | {"excluded": empty_table("excluded")})
        behind.wait()
        files.finish()
    assert raised.value.filename == str(tmp_path / "curves.parquet")
    assert half_files(tmp_path) == []
    assert sorted(left_by_run(tmp_path)) == ["strides.parquet"]
