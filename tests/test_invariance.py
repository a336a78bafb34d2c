"""Properties of the whole chain from markers to strides that hold whatever the runner."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinematics import Settings, foot_events, hip_angles, read_trial, segment_strides
from kinematics.settings import FilterSettings
from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)

UNFILTERED = Settings(filter=FilterSettings(cutoff_hz=100))  # beyond Nyquist
PELVIS = ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS")
SIDED_ANYWAY = ("pelvis_obliquity_deg", "pelvis_rotation_deg")
FEW = settings(max_examples=10)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A marker trial with force of a synthetic runner, its static trial, and the poses behind it."""
    runner = Runner(speed_m_s=3.2, peak_hip_extension_left_deg=4.0, peak_hip_extension_right_deg=9.0)
    made = simulate_markers(simulate_gait(runner, duration_s=6.0, seed=3))
    folder = tmp_path_factory.mktemp("markers")
    write_marker_trial(folder, made, stem="P01", static_stem="P01_static")
    trial = read_trial(folder / "P01_markers.txt", forces=folder / "P01_forces.txt", task="run", speed_m_s=3.2)
    return trial, read_trial(folder / "P01_static.txt", task="static"), made.motion


def turned(trial, rotation: Rotation):
    matrix = rotation.as_matrix()
    return replace(trial, markers={label: matrix @ position for label, position in trial.markers.items()})


def strides_of(trial, static):
    angles = hip_angles(trial, static)
    return segment_strides(angles, foot_events(trial, angles))


@FEW
@given(degrees=st.floats(-180, 180))
def test_turning_the_whole_person_about_the_vertical_changes_neither_hip_nor_tilt_nor_obliquity(simulated, degrees):
    trial, static, _ = simulated
    plain = hip_angles(trial, static).table
    other = hip_angles(turned(trial, Rotation.from_euler("y", degrees, degrees=True)), static).table
    names = [name for name in plain if name.startswith(("hip", "pelvis_anterior", "pelvis_obl"))]
    assert other[names].to_numpy() == pytest.approx(plain[names].to_numpy(), abs=1e-6)


@FEW
@given(x=st.floats(-50, 50), y=st.floats(-5, 5), z=st.floats(-50, 50))
def test_moving_the_origin_of_the_laboratory_changes_nothing(simulated, x, y, z):
    trial, static, _ = simulated
    shift = np.array([[x], [y], [z]])
    moved = replace(trial, markers={label: position + shift for label, position in trial.markers.items()})
    assert hip_angles(moved, static).table.to_numpy() == pytest.approx(
        hip_angles(trial, static).table.to_numpy(), abs=1e-6
    )


def test_mirroring_left_and_right_swaps_the_sides(simulated):
    trial, static, _ = simulated

    def mirrored(one):
        swap, flip = {"R": "L", "L": "R"}, np.array([[1.0], [1.0], [-1.0]])
        return replace(one, markers={swap[label[0]] + label[1:]: p * flip for label, p in one.markers.items()})

    plain, other = strides_of(trial, static), strides_of(mirrored(trial), mirrored(static))
    for side, twin in (("left", "right"), ("right", "left")):
        own = plain.table[plain.table["side"] == side].iloc[:, 9:].to_numpy(dtype=float)
        theirs = other.table[other.table["side"] == twin].iloc[:, 9:].to_numpy(dtype=float)
        assert theirs == pytest.approx(own, abs=1e-6)


@FEW
@given(tilt=st.floats(-20, 20))
def test_tilting_the_pelvis_with_the_thighs_fixed_moves_hip_flexion_by_as_much(simulated, tilt):
    """The pelvis's markers are turned about its own right axis in every sample."""
    trial, static, motion = simulated
    turn = Rotation.from_rotvec(-np.deg2rad(tilt) * motion.frames["pelvis"][:, 2].T).as_matrix()
    centre = sum(trial.markers[label] for label in PELVIS) / 4
    tilted = {label: np.einsum("nij,jn->in", turn, trial.markers[label] - centre) + centre for label in PELVIS}
    plain = hip_angles(trial, static, settings=UNFILTERED).table
    other = hip_angles(replace(trial, markers={**trial.markers, **tilted}), static, settings=UNFILTERED).table
    for name in ("hip_flexion_left_deg", "hip_flexion_right_deg", "pelvis_anterior_tilt_deg"):
        assert (other[name] - plain[name]).to_numpy() == pytest.approx(tilt, abs=0.01)
    for name in ("thigh_flexion_left_deg", "thigh_flexion_right_deg"):
        assert other[name].to_numpy() == pytest.approx(plain[name].to_numpy(), abs=1e-9)


@FEW
@given(seed=st.integers(0, 1000), speed=st.floats(2.6, 4.4))
def test_doubling_the_sampling_rate_moves_a_peak_by_less_than_a_tenth_of_a_degree(tmp_path_factory, seed, speed):
    gait = simulate_gait(Runner(speed_m_s=speed), duration_s=8.0, seed=seed)
    peaks = []
    for rate in (100.0, 200.0):
        path = tmp_path_factory.mktemp("rate") / "P01.csv"
        write_angles(path, simulate_angles(gait, rate_hz=rate).table)
        trial = read_trial(path, task="run", speed_m_s=speed)
        angles = hip_angles(trial)
        strides = segment_strides(angles, foot_events(trial, angles))
        peaks.append(strides.valid.groupby("side")["peak_hip_extension_deg"].median().to_numpy())
    assert peaks[1] == pytest.approx(peaks[0], abs=0.1)
