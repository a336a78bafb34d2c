"""What is written in a laboratory's format is read back: the same angles and places within the format's rounding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kinematics as kin
from kinematics.readers import recognised
from kinematics.readers.shared.source import read_source
from kinematics.simulate import (
    MarkerTrial,
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_c3d,
    write_markers,
    write_mot,
    write_nexus,
    write_qtm,
    write_trc,
)
from kinematics.simulate.trials import ANGLE_RATE_HZ, MARKER_RATE_HZ, TIDY_ANGLES
from kinematics.trial import Trial

LOST = ("R.Thigh.Top.Lateral", 0.5, 0.7)
#: Format -> writer of angles, and half of its last digit. [deg]
ANGLE_FORMATS = {
    "tidy": (lambda path, table: write_angles(path, table), 0.5e-3),
    "opensim": (lambda path, table: write_mot(path, table), 0.5e-6),
    "vicon_nexus": (lambda path, table: write_nexus(path, table, rate_hz=ANGLE_RATE_HZ), 0.5e-4),
}
#: Format -> writer of markers and half of its last digit; C3D has 24 binary digits, of up to 4 m. [mm]
MARKER_FORMATS = {
    "rbds": (lambda path, time_s, markers: write_markers(path, time_s, markers), 0.5e-2),
    "trc": (lambda path, time_s, markers: write_trc(path, time_s, markers, rate_hz=MARKER_RATE_HZ), 0.5e-3),
    "qtm": (lambda path, time_s, markers: write_qtm(path, time_s, markers, rate_hz=MARKER_RATE_HZ), 0.5e-3),
    "c3d": (lambda path, time_s, markers: write_c3d(path, markers, rate_hz=MARKER_RATE_HZ), 4096 * 2.0**-25),
}
#: A marker 0.005 mm off turns a thigh's cluster (0.1 m) by 0.003 deg; hip and pelvis add up. [deg]
LARGEST_ANGLE_DEG = 0.01


@pytest.fixture(scope="module")
def gait():
    return simulate_gait(Runner(speed_m_s=3.5), duration_s=3.0, seed=3)


@pytest.fixture(scope="module")
def table(gait):
    return simulate_angles(gait, noise_deg=0.1, seed=3).table


@pytest.fixture(scope="module")
def body(gait) -> MarkerTrial:
    return simulate_markers(gait, noise_mm=0.3, gaps=(LOST,), seed=3)


@pytest.mark.parametrize("name", ANGLE_FORMATS)
def test_angles_are_read_back_within_half_of_the_last_digit(tmp_path, table, name):
    write, half_digit = ANGLE_FORMATS[name]
    write(tmp_path / "run.txt", table)
    trial = kin.read_trial(tmp_path / "run.txt", task="run")
    off = [np.abs(trial.channels[channel] - table[column]).max() for column, channel in TIDY_ANGLES.items()]
    assert len(off) == len(trial.channels) == 9
    assert max(off) <= half_digit * (1 + 1e-9)
    assert trial.rate_hz == ANGLE_RATE_HZ


@pytest.mark.parametrize("name", MARKER_FORMATS)
def test_markers_are_read_back_within_half_of_the_last_digit_and_gaps_as_gaps(tmp_path, body, name):
    trial, half_digit = read_back(tmp_path, body.time_s, body.markers_mm, name, task="run"), MARKER_FORMATS[name][1]
    for label, place in trial.markers.items():
        np.testing.assert_allclose(place * 1000, body.markers_mm[label], atol=half_digit * 1.01, rtol=0, equal_nan=True)
    assert LOST[0] in trial.markers
    assert trial.rate_hz == MARKER_RATE_HZ


@pytest.mark.parametrize("name", MARKER_FORMATS)
def test_every_marker_format_gives_the_same_hip_and_pelvis_angles(tmp_path, body, name):
    run = read_back(tmp_path, body.time_s, body.markers_mm, name, task="run")
    standing_s = body.time_s[: next(iter(body.static_mm.values())).shape[1]]
    static = read_back(tmp_path, standing_s, body.static_mm, name, task="static")
    exact = angles_of(unrounded(run, body.markers_mm), unrounded(static, body.static_mm))
    assert np.abs(angles_of(run, static) - exact).max() < LARGEST_ANGLE_DEG


def read_back(folder: Path, time_s: np.ndarray, markers_mm, name: str, *, task: str) -> Trial:
    path = folder / f"{task}.c3d"  # whatever is in it: the ending tells nothing
    MARKER_FORMATS[name][0](path, time_s, markers_mm)
    assert name == recognised(read_source(path))[0].NAME
    return kin.read_trial(path, task=task)


def angles_of(run: Trial, static: Trial) -> np.ndarray:
    """Angles (k, n)."""
    return kin.hip_angles(run, static).table.drop(columns="time_s").to_numpy()


def unrounded(trial: Trial, markers_mm) -> Trial:
    """The trial with the places of its markers as they were before they were written."""
    return replace(trial, markers={label: markers_mm[label] / 1000 for label in trial.markers})
