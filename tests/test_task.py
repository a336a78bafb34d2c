"""Standing, walking, running and their speed, told from markers or angles."""

from dataclasses import replace

import numpy as np
import pytest
from moving_feet import gait, no_angles

from kinematics import hip_angles, read_trial
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles
from kinematics.task import contradictions, measure_speed, period, tell_task


@pytest.mark.parametrize("task", ["run", "walk"])
@pytest.mark.parametrize("belt", [True, False])
def test_the_task_is_told_from_how_the_pelvis_rises(task, belt):
    assert tell_task(gait(task, belt=belt).trial).task == task


def test_feet_that_stay_beside_the_pelvis_stand():
    trial = gait("walk").trial
    still = {label: np.repeat(position[:, :1], trial.time_s.size, axis=1) for label, position in trial.markers.items()}
    assert tell_task(replace(trial, markers=still)).task == "static"


def test_angles_alone_tell_a_run_by_its_stride_time(tmp_path):
    write_angles(
        tmp_path / "P01.csv", simulate_angles(simulate_gait(Runner(speed_m_s=3.5), duration_s=10.0, seed=7)).table
    )
    trial = read_trial(tmp_path / "P01.csv", task="run")
    assert tell_task(trial, hip_angles(trial)).task == "run"


@pytest.mark.parametrize(("task", "speed"), [("run", 3.0), ("walk", 1.3)])
@pytest.mark.parametrize("belt", [True, False])
def test_the_speed_is_that_over_the_standing_foot(task, speed, belt):
    assert measure_speed(gait(task, belt=belt).trial)[0] == pytest.approx(speed, rel=0.02)


def test_walking_to_and_fro_has_the_speed_of_either_way():
    made = gait("walk", belt=False, turn_at_s=4.0)
    assert measure_speed(made.trial)[0] == pytest.approx(1.3, rel=0.05)


def test_a_run_declared_as_a_walk_at_another_speed_is_said():
    trial = replace(gait("run").trial, task="walk", speed_m_s=1.5)
    task, speed = contradictions(trial, no_angles(trial))
    assert task.startswith("Declared as 'walk', but the data look like 'run'")
    assert speed.startswith("Declared speed 1.5 m/s, measured 3.0")


@pytest.mark.parametrize("rate_hz", [50.0, 200.0])
@pytest.mark.parametrize("stride_s", [0.43, 0.55, 0.71, 0.73])
def test_two_strides_are_not_taken_for_one_in_a_long_recording(stride_s, rate_hz):
    turns = 2 * np.pi * np.arange(0.0, 600.0, 1 / rate_hz) / stride_s
    hip = 20 * np.cos(turns) + 6 * np.cos(2 * turns + 1)
    assert period(hip, rate_hz, (0.4, 1.6)) == pytest.approx(stride_s * rate_hz, abs=0.6)


def test_what_is_declared_rightly_is_not_commented():
    trial = gait("run").trial
    assert contradictions(trial, no_angles(trial)) == ()


def test_real_standing_is_told(rbds):
    assert tell_task(read_trial(rbds / "RBDS001static.txt", task="static")).task == "static"
