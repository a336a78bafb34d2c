"""A recording worn for hours, read piece by piece and let go where nobody walks: the same strides as of the whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from wearables import Worn, synthetic

import kinematics as kin
from kinematics.pipeline.visits import ahead, long_wear
from kinematics.pipeline.visits.long_wear import read_worn, strides_of_bouts
from kinematics.readers.inertial import imu
from kinematics.readers.shared import numbers, source
from kinematics.repeating import repeats
from kinematics.settings import ImuSettings, Settings
from kinematics.study import read_study
from kinematics.trial import Trial

ROWS, RATE_HZ = 14_000, 100
#: First rows of two runs of 16 s; between them the clock leaps by a minute.
RUNS, RUN_ROWS = (2_501, 9_003), 1_600
NAMES = [f"{kind}_{axis}{unit}" for kind, unit in (("acc", "_ms2"), ("gyr", "_rads")) for axis in "xyz"]
UNKNOWN = {"pelvis": "00B42279", "thigh_left": "00B421EE", "thigh_right": "00B4220C"}


@pytest.fixture(scope="module")
def worn() -> Worn:
    return synthetic(duration_s=RUN_ROWS / RATE_HZ, seed=2)


@pytest.fixture(scope="module", params=["named", "unknown"])
def folder(request, worn, tmp_path_factory) -> Path:
    """Standing, a run, standing, a run: samples are missing, packets lost, the clock jumps, a sensor begins late."""
    folder, random = tmp_path_factory.mktemp(request.param) / "day", np.random.default_rng(0)
    folder.mkdir()
    for late, (name, sensor) in enumerate(worn.trial.sensors.items()):
        still = worn.static.sensors[name]
        rows = np.empty((6, ROWS))
        for part, what in ((slice(3), "acceleration_m_s2"), (slice(3, 6), "angular_rate_rad_s")):
            rows[part] = np.tile(getattr(still, what), ROWS // still.time_s.size + 1)[:, :ROWS]
            for first in RUNS:
                rows[part, first : first + RUN_ROWS] = getattr(sensor, what)[:, :RUN_ROWS]
        time_s = np.arange(ROWS) / RATE_HZ + np.where(np.arange(ROWS) > 6_000, 60.0, 0.0)
        rows[:, random.integers(0, ROWS, 300)] = np.nan
        kept = np.delete(np.arange(ROWS), random.integers(1, ROWS, 300))[40 * late :]
        columns = {"time_s": time_s} | dict(zip(NAMES, rows, strict=True))
        called = UNKNOWN[name] if request.param == "unknown" else name
        pd.DataFrame(columns).iloc[kept].round(5).to_csv(folder / f"{called}.csv", index=False)
    return folder


@pytest.fixture
def in_pieces(monkeypatch):
    """Files are parsed in pieces of some 70 rows, and a minute is long."""
    monkeypatch.setattr(source, "WHOLE_BYTES", 0)
    monkeypatch.setattr(numbers, "LARGE_BYTES", 0)
    monkeypatch.setattr(numbers, "PIECE_BYTES", 5_000)
    monkeypatch.setattr(long_wear, "LONG_S", 60.0)


def strides(trial: Trial, worn: Worn) -> kin.Strides:
    def cut(bout: Trial, known) -> kin.Strides:
        angles = kin.hip_angles(bout, static, gait=known)
        return kin.segment_strides(angles, kin.foot_events(bout, angles))

    static = worn.standing_again(names=None if "pelvis" in trial.sensors else UNKNOWN)
    return strides_of_bouts(trial, static, cut, Settings())


def test_pieces_give_the_strides_of_the_whole(folder, worn, request):
    whole = kin.read_trial(folder, task="run")
    usual = strides(whole, worn)
    request.getfixturevalue("in_pieces")
    lean = read_worn(folder, task="run")
    found = strides(lean, worn)
    starts = found.valid["start_s"]
    assert [((starts > first) & (starts < first + 16)).sum() > 30 for first in (25, 150)] == [True, True]
    pd.testing.assert_frame_equal(found.table, usual.table, check_exact=True)
    for name, curves in usual.curves.items():
        np.testing.assert_array_equal(found.curves[name], curves)
    assert found.passport == usual.passport
    assert all(lean.sensors[name].time_s.size < 0.5 * whole.sensors[name].time_s.size for name in whole.sensors)


def test_a_damaged_row_amid_the_pieces_is_named(folder, in_pieces, tmp_path):
    for file in folder.iterdir():
        lines = file.read_text().splitlines(keepends=True)
        if file == sorted(folder.iterdir())[-1]:
            lines[9_000] = lines[9_000].replace(",", ",x", 1)
        (tmp_path / file.name).write_text("".join(lines))
    last = sorted(folder.iterdir())[-1].name
    with pytest.raises(kin.DataError, match=rf"{last}: row 9001, column 'acc_x_ms2': 'x.+' is not a number"):
        read_worn(tmp_path, task="run")


def test_the_magnetic_field_of_a_long_file_is_read_where_it_is_needed(tmp_path, monkeypatch):
    names = [*NAMES, "mag_x", "mag_y", "mag_z"]
    rows = np.tile([0.1, 0.2, 9.8, 0.0, 0.1, 0.0, 20.0, 5.0, -40.0], (50, 1))
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "time_s", np.arange(50) / 100)
    table.to_csv(tmp_path / "pelvis.csv", index=False)
    monkeypatch.setattr(imu, "LONG_BYTES", 0)
    asked = Settings(imu=ImuSettings(orientation="9d"))
    (usual,) = kin.read_trial(tmp_path / "pelvis.csv", task="run").sensors.values()
    (needed,) = kin.read_trial(tmp_path / "pelvis.csv", task="run", settings=asked).sensors.values()
    assert usual.magnetic_field is None
    assert needed.magnetic_field is not None and needed.magnetic_field[:, 0].tolist() == [20.0, 5.0, -40.0]


def test_a_folder_is_as_large_as_its_files(folder, tmp_path):
    (tmp_path / "participants.csv").write_text("participant,sex\nW01,X\n")
    (tmp_path / "trials.csv").write_text("participant,session,task,speed_m_s,file\nW01,1,run,3,day\n")
    shutil.copytree(folder, tmp_path / "day")
    session = read_study(tmp_path).session("W01", "1")
    assert ahead._size(session, session.trials[0]) == sum(file.stat().st_size for file in folder.iterdir())


@pytest.mark.parametrize("minutes", [0.5, 10])
def test_a_stride_is_one_stride_however_long_the_recording(minutes):
    """Its length lies between two samples, twice its length on one: there a long recording is most like itself."""
    turn = 2 * np.pi * np.arange(round(minutes * 60 * RATE_HZ)) / 70.5
    assert repeats(np.sin(turn) + 0.6 * np.sin(3 * turn), 40, 250) in (70, 71)
