"""Sensors on pelvis and thighs: angles and events held against known answers, synthetic and on real movement."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from wearables import CLUSTER_PLACES, STILL, Worn, real, synthetic

import kinematics as kin
from kinematics.angles import standing_deg
from kinematics.events.inertial import from_sensors
from kinematics.models.inertial.orientation import evened, rest, rotations_6d, turns
from kinematics.models.inertial.placement import role_of
from kinematics.readers.recording import read_recording, recording_files, recording_name, recordings_among
from kinematics.rotations import rotation_of
from kinematics.settings import ImuSettings, Settings
from kinematics.simulate.inertial import SensorErrors

SIDES = ("left", "right")
MTW = "MT_012005D6_009-001_00B4*.txt"


@cache
def runner() -> Worn:
    return synthetic(duration_s=12.0, speed_m_s=3.0, seed=1)


@cache
def walking_of(folder) -> kin.Trial:
    """The MTw walk: eight files, one sensor each."""
    files = ";".join(str(file) for file in sorted(folder.glob(MTW)))
    mapping = folder / "myIMUMappings.xml"
    return read_recording(Path(files), lambda file: kin.read_trial(file, task="walk", mapping=mapping))


@pytest.fixture
def opensense(shared):
    return shared / "data" / "opensense"


def pose(folder, facing: str) -> kin.Trial:
    return kin.read_trial(folder / f"MT_012005D6_009-quaternions_calibration_trial_{facing}.sto", task="static")


def apart(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Each true event's distance to the nearest found one, the ends of the recording left out. [s]"""
    inside = true[(true > found[0] - 0.1) & (true < found[-1] + 0.1)]
    return np.array([found[np.argmin(np.abs(found - one))] - one for one in inside])


def test_a_sensor_at_rest_measures_gravity_upward_and_no_turning():
    sensor = runner().standing_again(errors=SensorErrors()).sensors["pelvis"]
    axes = runner().mounts["pelvis"].axes
    up = np.einsum("ij,jn->in", runner().still.frames["pelvis"][:, :, 0] @ axes, sensor.acceleration_m_s2)
    assert np.allclose(up, np.array([[0.0], [9.80665], [0.0]]), atol=0.05)


def test_simulated_rates_integrate_to_the_turn_of_the_segment():
    sensor = runner().again(errors=SensorErrors()).sensors["thigh_left"]
    steps = sensor.angular_rate_rad_s / 100
    size = np.linalg.norm(steps, axis=0)
    quaternions = np.concatenate((np.cos(size / 2)[None], steps / size * np.sin(size / 2)))
    turned = np.eye(3)
    for step in np.moveaxis(rotation_of(quaternions)[:, :, 1:], 2, 0):
        turned = turned @ step
    at = [0, round(sensor.time_s[-1] * 150)]
    first, last = (runner().motion.frames["thigh_left"][:, :, i] @ runner().mounts["thigh_left"].axes for i in at)
    assert np.allclose(first.T @ last, turned, atol=0.01)


def test_turns_of_a_steady_rotation_are_its_rate():
    angle = np.arange(50) * 0.02
    still = np.zeros(50)
    frames = rotation_of(np.stack((np.cos(angle / 2), still, still, np.sin(angle / 2))))
    assert np.allclose(turns(frames), np.array([[0.0], [0.0], [0.02]]))


def test_orientation_keeps_the_vertical_within_two_degrees_in_running():
    run = runner()
    sensor = evened(run.again(errors=replace(STILL, bias_rad_s=0.0)).sensors["thigh_right"], 0.1)
    up = np.einsum("ijn,jk->kin", run.motion.frames["thigh_right"], run.mounts["thigh_right"].axes)[:, 1]
    true = np.stack([np.interp(sensor.time_s, run.motion.time_s, row) for row in up])
    found = rotations_6d(sensor)[2]
    error = np.degrees(np.arccos(np.clip((true * found).sum(axis=0), -1, 1)))
    assert np.sqrt((error**2).mean()) < 2.0


def test_standing_is_rest_and_running_is_not():
    still, run = (evened(one.sensors["pelvis"], 0.1) for one in (runner().static, runner().trial))
    shares = [rest(s.acceleration_m_s2, s.angular_rate_rad_s, s.rate_hz).mean() for s in (still, run)]
    assert shares[0] > 0.95 and shares[1] == 0.0


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("femur_r_imu", "thigh_right"),
        ("LeftUpperLeg", "thigh_left"),
        ("RThigh", "thigh_right"),
        ("thigh left", "thigh_left"),
        ("tibia_l_imu", "shank_left"),
        ("right_lower_leg", "shank_right"),
        ("calcn_l_imu", "foot_left"),
        ("Pelvis", "pelvis"),
        ("Sacrum_01", "pelvis"),
        ("thigh", ""),
        ("00B42279", ""),
        ("torso_imu", ""),
    ],
)
def test_a_sensors_name_tells_its_segment(name, role):
    assert role_of(name) == role


def test_the_zero_is_standing_and_the_passport_says_what_it_hides():
    passport = kin.hip_angles(runner().trial, runner().static).passport
    assert passport.zero == "standing"
    assert any("hidden" in note for note in passport.notes)


def test_an_entered_standing_tilt_moves_tilt_and_hip_to_anatomical_zero():
    without, with_ = (kin.hip_angles(runner().trial, runner().static, standing_tilt_deg=tilt) for tilt in (np.nan, 9.0))
    moved = (with_.table - without.table).mean()
    assert with_.passport.zero == "anatomical"
    assert moved["pelvis_anterior_tilt_deg"] == pytest.approx(9.0)
    assert moved["hip_flexion_left_deg"] == pytest.approx(9.0 - 5.7)
    assert moved["thigh_flexion_left_deg"] == pytest.approx(-5.7)


def test_without_magnetometers_there_is_no_hip_rotation_or_adduction():
    table = kin.hip_angles(runner().trial, runner().static).table
    empty = {name for name in table if table[name].isna().all()}
    assert empty == {f"hip_{plane}_{side}_deg" for plane in ("adduction", "internal_rotation") for side in SIDES}


def test_a_static_trial_of_sensors_has_no_standing_angles():
    assert standing_deg(runner().static) == {}


def test_a_functional_trial_has_the_frame_and_zero_of_the_run():
    run = runner()
    angles = kin.hip_angles(replace(run.trial, task="rom"), run.static, gait=run.trial)
    same = kin.hip_angles(run.trial, run.static)
    difference = (angles.table - same.table)["hip_flexion_left_deg"]
    assert angles.passport.zero == same.passport.zero == "standing"
    assert abs(difference.mean()) < 0.5 and difference.std() < 1.0


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        (("pelvis",), "no hip angle and no tilt: the hip is the thigh against the pelvis"),
        (("thigh_left", "thigh_right"), "a sensor on one thigh gives that side's hip and the tilt"),
    ],
)
def test_a_missing_sensor_is_refused_with_what_it_would_tell(lost, sentence):
    kept = {name: sensor for name, sensor in runner().trial.sensors.items() if name not in lost}
    with pytest.raises(kin.DataError, match=sentence):
        kin.hip_angles(replace(runner().trial, sensors=kept), runner().static)


def test_a_functional_trial_alone_does_not_know_where_ahead_is():
    with pytest.raises(kin.DataError, match="does not show where ahead is"):
        kin.hip_angles(replace(runner().trial, task="rom"), runner().static)


def test_contacts_of_thighs_and_pelvis_are_near_the_true_ones():
    angles = kin.hip_angles(runner().trial, runner().static)
    events = from_sensors(runner().trial, angles)
    errors = np.concatenate([apart(events.times(s, "contact"), runner().events[s, "contact"]) for s in SIDES])
    assert events.method == "imu"
    assert abs(errors.mean()) < 0.010 and errors.std() < 0.020


def test_mirroring_the_person_swaps_the_sides():
    run = runner()
    mirror = np.diag((1.0, 1.0, -1.0))
    other = {"pelvis": "pelvis", "thigh_left": "thigh_right", "thigh_right": "thigh_left"}
    motion = replace(
        run.motion,
        frames={o: np.einsum("ij,jkn,kl->iln", mirror, run.motion.frames[n], mirror) for n, o in other.items()},
        origins={o: mirror @ run.motion.origins[n] for n, o in other.items()},
    )
    mounts = {
        other[n]: replace(m, place_m=mirror @ m.place_m, axes=mirror @ m.axes @ np.diag((1.0, 1.0, -1.0)))
        for n, m in run.mounts.items()
    }
    plain, mirrored = (
        kin.hip_angles(
            run.again(errors=SensorErrors(), motion=mo, mounts=mu), run.standing_again(errors=SensorErrors(), mounts=mu)
        )
        for mo, mu in ((run.motion, run.mounts), (motion, mounts))
    )
    difference = plain.table["hip_flexion_left_deg"] - mirrored.table["hip_flexion_right_deg"]
    assert np.abs(difference).max() < 0.5


def test_a_folder_of_sensor_files_is_one_recording(tmp_path):
    for name in ("pelvis.csv", "thigh_left.csv", "thigh_right.csv", "mapping.toml", ".hidden"):
        (tmp_path / name).write_text("x")
    assert [file.stem for file in recording_files(tmp_path)] == ["pelvis", "thigh_left", "thigh_right"]
    assert recording_name(tmp_path) == tmp_path.name


def test_names_joined_by_semicolons_are_one_recording(tmp_path):
    path = tmp_path / "run1_pelvis.csv;run1_thigh_l.csv"
    assert [file.name for file in recording_files(path)] == ["run1_pelvis.csv", "run1_thigh_l.csv"]
    assert recording_name(path) == "run1"


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        ("run_pelvis run_thigh_l rest_pelvis rest_thigh_l", ["rest_pelvis rest_thigh_l", "run_pelvis run_thigh_l"]),
        ("pelvis_run thigh_run pelvis_rest thigh_rest", ["pelvis_run thigh_run", "pelvis_rest thigh_rest"]),
        ("MT_009-001_00B421AF MT_009-001_00B421E6", ["MT_009-001_00B421AF MT_009-001_00B421E6"]),
        ("thigh_left thigh_right shank_left shank_right", ["thigh_left thigh_right shank_left shank_right"]),
        ("pelvis left right", ["pelvis left right"]),
    ],
)
def test_files_whose_names_begin_or_end_alike_belong_together(names, groups):
    found = recordings_among(Path(f"{name}.csv") for name in names.split())
    assert {frozenset(file.stem for file in group) for group in found} == {frozenset(one.split()) for one in groups}


def test_two_files_of_one_sensor_are_refused():
    with pytest.raises(kin.DataError, match="two files name their sensor 'pelvis'"):
        read_recording(Path("a.csv;b.csv"), lambda file: runner().trial)


@pytest.mark.real
def test_real_movement_comes_back_within_two_degrees(rbds):
    run = real(rbds, 6, 35, lower=False, seed=3)
    angles = kin.hip_angles(run.trial, run.static)
    sds = [np.nanstd(run.difference(angles, f"hip_flexion_{side}_deg")) for side in SIDES]
    assert max(sds) < 2.0


@pytest.mark.real
@pytest.mark.parametrize("part", ["foot", "shank", "thigh"])
def test_contacts_on_real_movement_are_near_those_of_force(rbds, part):
    run = real(rbds, 4, 35, seed=2)
    wanted = (*CLUSTER_PLACES, f"{part}_left", f"{part}_right")
    trial = replace(run.trial, sensors={name: s for name, s in run.trial.sensors.items() if name in wanted})
    events = from_sensors(trial, kin.hip_angles(trial, run.static))
    errors = np.concatenate([apart(events.times(side, "contact"), run.events[side, "contact"]) for side in SIDES])
    assert (part in events.description) or part == "thigh"
    assert abs(errors.mean()) < 0.015 and errors.std() < 0.015


@pytest.mark.real
def test_clocks_that_a_steady_run_cannot_join_are_refused(rbds):
    run = real(rbds, 2, 25, lower=False, seed=2)
    thigh = run.trial.sensors["thigh_left"]
    late = replace(run.trial, sensors={**run.trial.sensors, "thigh_left": replace(thigh, time_s=thigh.time_s + 37.0)})
    with pytest.raises(kin.DataError, match=r"not synchronised.*several other shifts"):
        kin.hip_angles(late, run.static)


@pytest.mark.real
def test_the_mtw_walk_has_a_hip_excursion_of_30_to_55_deg_on_both_sides(opensense):
    angles = kin.hip_angles(walking_of(opensense), pose(opensense, "Facing_X"))
    strides = kin.segment_strides(angles, from_sensors(walking_of(opensense), angles)).valid
    found = strides.groupby("side")["hip_excursion_deg"].median()
    assert found.min() > 30 and found.max() < 55 and found.max() - found.min() < 8


@pytest.mark.real
def test_poses_that_face_both_ways_agree_within_five_degrees(opensense):
    walk = walking_of(opensense)
    angles = kin.hip_angles(pose(opensense, "Facing_negX"), pose(opensense, "Facing_X"), gait=walk).table.mean()
    names = [f"hip_{plane}_{side}_deg" for plane in ("flexion", "adduction") for side in SIDES]
    assert angles[[*names, "pelvis_anterior_tilt_deg"]].abs().max() < 5.0


@pytest.mark.real
def test_the_walk_finds_the_sensor_axis_that_points_ahead(opensense):
    rom = kin.read_trial(opensense / "MT_012005D6_009-quaternions_RHJCSwinger.sto", task="rom")
    static = pose(opensense, "Facing_X")
    stated = Settings(imu=ImuSettings(pelvis_forward="+Z"))
    by_walk = kin.hip_angles(rom, static, gait=walking_of(opensense)).table["hip_flexion_right_deg"].max()
    by_axis = kin.hip_angles(rom, static, settings=stated).table["hip_flexion_right_deg"].max()
    assert by_walk == pytest.approx(by_axis, abs=2.0)
    assert by_walk == pytest.approx(55.5, abs=2.0)


@pytest.mark.real
def test_a_standing_pose_of_another_mounting_is_refused_for_a_walk(opensense):
    other = kin.read_trial(opensense / "myComplexTasksTrial_orientations.sto", task="static")
    with pytest.raises(kin.DataError, match=r"leans by|direction of progress|still"):
        kin.hip_angles(walking_of(opensense), other)


@pytest.mark.parametrize("rows", [1, 2, 20, 100, 250])
def test_a_recording_cut_short_is_refused(rows):
    cut = {
        name: replace(
            sensor,
            time_s=sensor.time_s[:rows],
            acceleration_m_s2=sensor.acceleration_m_s2[:, :rows],
            angular_rate_rad_s=sensor.angular_rate_rad_s[:, :rows],
        )
        for name, sensor in runner().trial.sensors.items()
    }
    with pytest.raises(kin.DataError):
        kin.hip_angles(replace(runner().trial, sensors=cut), runner().static)


@pytest.mark.parametrize("name", ["pelvis", "thigh_left"])
@pytest.mark.parametrize("what", ["acceleration_m_s2", "angular_rate_rad_s"])
@pytest.mark.parametrize("damage", [np.nan, 0.0, 1e12])
def test_signals_that_are_none_are_refused(name, what, damage):
    sensor = runner().trial.sensors[name]
    spoilt = replace(sensor, **{what: getattr(sensor, what) * damage})
    trial = replace(runner().trial, sensors={**runner().trial.sensors, name: spoilt})
    with pytest.raises(kin.DataError):
        kin.hip_angles(trial, runner().static)
