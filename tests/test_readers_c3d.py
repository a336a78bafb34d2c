"""C3D: markers, outputs, force, events and Theia's rotations, against ezc3d's own numbers and against known truth."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import ezc3d
import numpy as np
import pytest
from damage import damaged
from scipy.spatial.transform import Rotation

from kinematics import DataError
from kinematics.readers.optical import c3d, pycgm, vicon_nexus, vicon_workstation
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.trial import Trial

WALK = Request(task="walk")
N = 40
MARKERS_MM = {
    "LASI": (1000.0, 120.0, 950.0),
    "RASI": (1000.0, -120.0, 950.0),
    "SACR": (820.0, 0.0, 960.0),
    "LHEE": (800.0, 90.0, 40.0),
    "RHEE": (800.0, -90.0, 40.0),
}
REAL = [
    *(f"formats/c3d/{name}.c3d" for name in ("BMC_Gait", "opensim_walking2", "gaitalytics_test_small")),
    *(f"formats/c3d/{name}.c3d" for name in ("gaitalytics_treadmill_events", "pycgm_Movement_trial")),
    *(f"plug_in_gait/biomechzoo/HC002D{name}.c3d" for name in ("02", "06", "25")),
]


def write_c3d(path: Path, points: dict[str, np.ndarray], *, events=(), unit: str = "mm", first: int = 0) -> Path:
    """A file with points (3, n), or a constant, and events (minutes, seconds, context, label)."""
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    file["parameters"]["POINT"]["UNITS"]["value"] = [unit]
    file["parameters"]["POINT"]["LABELS"]["value"] = list(points)
    values = np.ones((4, len(points), N))
    for place, point in enumerate(points.values()):
        values[:3, place] = np.asarray(point, dtype=float).reshape(3, -1)
    file["data"]["points"] = values
    file["header"]["points"]["first_frame"] = first
    if events:
        file.add_parameter("EVENT", "USED", [len(events)])
        file.add_parameter("EVENT", "TIMES", np.array([event[:2] for event in events], dtype=float).T)
        file.add_parameter("EVENT", "LABELS", [event[3] for event in events])
        if all(event[2] for event in events):
            file.add_parameter("EVENT", "CONTEXTS", [event[2] for event in events])
    file.write(str(path))
    return path


def write_theia(path: Path, segments: dict[str, np.ndarray]) -> Path:
    """A file without points, with rotations (3, 3, n) as Theia writes them."""
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    poses = np.zeros((4, 4, len(segments), N))
    poses[3, 3] = 1.0
    for place, matrix in enumerate(segments.values()):
        poses[:3, :3, place] = matrix
    file["data"]["points"] = np.zeros((4, 0, N))
    file["data"]["rotations"] = poses
    file.add_parameter("ROTATION", "LABELS", list(segments))
    file.add_parameter("ROTATION", "RATE", [100.0])
    file.write(str(path))
    return path


def read(path: Path, request: Request = WALK) -> Trial:
    source = read_source(path)
    assert c3d.recognises(source)
    return c3d.read(source, request)


def marker_points(**more: np.ndarray) -> dict[str, np.ndarray]:
    return {label: np.array(place) for label, place in MARKERS_MM.items()} | more


def test_markers_come_in_metres_forward_up_right(tmp_path):
    trial = read(write_c3d(tmp_path / "m.c3d", marker_points()))
    assert (trial.kind, trial.rate_hz, trial.time_s.size) == ("markers", 100, N)
    assert trial.markers["RASI"][:, 0] == pytest.approx([1.0, 0.95, 0.12])
    assert trial.passport.axes == "file +X forward, +Z up; told from the markers"


def test_markers_in_metres_are_read_by_the_files_unit(tmp_path):
    points = {label: np.array(place) / 1000 for label, place in MARKERS_MM.items()}
    assert read(write_c3d(tmp_path / "m.c3d", points, unit="m")).markers["RASI"][1, 0] == pytest.approx(0.95)


def test_a_file_in_another_unit_than_it_says_is_refused(tmp_path):
    points = {label: np.array(place) / 1000 for label, place in MARKERS_MM.items()}
    with pytest.raises(DataError, match="m apart in the file's unit, which is no pelvis"):
        read(write_c3d(tmp_path / "m.c3d", points, unit="mm"))


def test_outputs_make_an_angle_trial_that_keeps_its_markers(tmp_path):
    trial = read(write_c3d(tmp_path / "a.c3d", marker_points(**{"P:LHipAngles": np.array([20.0, 3.0, -5.0])})))
    assert (trial.kind, trial.passport.zero) == ("angles", "anatomical")
    assert set(trial.markers) == set(MARKERS_MM)
    assert [float(values[0]) for values in trial.channels.values()] == [20, 3, -5]


def test_outputs_without_markers_are_read_and_what_is_missing_is_said(tmp_path):
    trial = read(write_c3d(tmp_path / "a.c3d", {"RHipAngles": np.array([20.0, 3.0, -5.0])}))
    assert trial.markers == {}
    assert "The file has no angles of the left hip." in trial.passport.notes
    assert "The file has no angles of the pelvis." in trial.passport.notes


def test_a_marker_at_the_origin_or_far_below_it_is_lost(tmp_path):
    heel = np.tile(np.array(MARKERS_MM["LHEE"])[:, None], N)
    heel[:, 3], heel[:, 4] = 0.0, -16512.0
    trial = read(write_c3d(tmp_path / "m.c3d", marker_points(LHEE=heel)))
    assert np.flatnonzero(np.isnan(trial.markers["LHEE"][0])).tolist() == [3, 4]


@pytest.mark.parametrize("contexts", [True, False])
def test_events_are_told_by_context_or_by_their_label_and_sorted(tmp_path, contexts):
    words = (("Left", "Foot Strike"), ("Right", "Foot Off")) if contexts else (("", "LHS"), ("", "RTO"))
    events = [(0, 0.3, *words[0]), (0, 0.1, *words[1])]
    table = read(write_c3d(tmp_path / "e.c3d", marker_points(), events=events)).events
    assert table.to_dict("list") == {
        "side": ["right", "left"],
        "kind": ["toe_off", "contact"],
        "time_s": pytest.approx([0.1, 0.3]),
    }


def test_minutes_count_and_time_begins_at_the_first_frame(tmp_path):
    events = [(1, 0.2, "Left", "Foot Strike"), (0, 1.0, "Left", "Foot Strike")]
    trial = read(write_c3d(tmp_path / "e.c3d", marker_points(), events=events, first=6000))
    assert trial.time_s[0] == 0
    assert trial.events["time_s"].tolist() == pytest.approx([0.2], abs=1e-4)
    assert "1 of 2 events lie outside the file's frames and were left out." in trial.passport.notes


def test_another_declared_rate_is_refused(tmp_path):
    with pytest.raises(DataError, match="the file says 100 Hz, but 120 Hz are declared"):
        read(write_c3d(tmp_path / "m.c3d", marker_points()), Request(task="walk", rate_hz=120))


def test_a_file_without_a_pelvis_is_refused(tmp_path):
    with pytest.raises(DataError, match="no marker is known as an anterior superior iliac spine"):
        read(write_c3d(tmp_path / "m.c3d", {"A": np.ones(3), "B": np.zeros(3)}))


def test_a_file_that_ends_early_is_refused_saying_so(tmp_path):
    path = write_c3d(tmp_path / "m.c3d", marker_points())
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(DataError, match="its end is missing"):
        read(path)


def theia_segments(heading_deg: float) -> dict[str, np.ndarray]:
    """Pelvis 10 deg anterior, 4 deg right side up; right hip (30, 5, -8), left hip (20, 6, 7) in the sides' signs."""
    pelvis = Rotation.from_euler("ZYX", [heading_deg, -4.0, -10.0], degrees=True).as_matrix()
    right = pelvis @ Rotation.from_euler("XYZ", [30.0, 5.0, -8.0], degrees=True).as_matrix()
    left = pelvis @ Rotation.from_euler("XYZ", [20.0, -6.0, -7.0], degrees=True).as_matrix()
    matrices = {"worldbody_4X4": np.eye(3), "pelvis_4X4": pelvis, "l_thigh_4X4": left, "r_thigh_4X4": right}
    return {name: np.repeat(matrix[:, :, None], N, axis=2) for name, matrix in matrices.items()}


@pytest.mark.parametrize("heading", [0.0, 75.0, 180.0])
def test_theia_rotations_give_the_angles_they_were_made_from_whatever_the_heading(tmp_path, heading):
    trial = read(write_theia(tmp_path / "pose_0.c3d", theia_segments(heading)))
    assert (trial.kind, trial.passport.zero, trial.passport.format) == ("angles", "model", "C3D (Theia3D rotations)")
    assert {name: round(float(values[0]), 4) for name, values in trial.channels.items()} == {
        "hip_flexion_left_deg": 20, "hip_adduction_left_deg": 6, "hip_internal_rotation_left_deg": 7,
        "hip_flexion_right_deg": 30, "hip_adduction_right_deg": 5, "hip_internal_rotation_right_deg": -8,
        "pelvis_anterior_tilt_deg": 10, "pelvis_obliquity_deg": 4, "pelvis_rotation_deg": 0,
    }  # fmt: skip


def test_theia_pelvis_turns_its_right_side_forward_as_the_heading_grows(tmp_path):
    segments = theia_segments(0.0)
    headings = np.linspace(-10, 10, N)
    for name in ("pelvis_4X4", "l_thigh_4X4", "r_thigh_4X4"):
        turns = Rotation.from_euler("Z", headings[:, None], degrees=True).as_matrix()
        segments[name] = np.moveaxis(turns @ segments[name][:, :, 0], 0, 2)
    rotation = read(write_theia(tmp_path / "pose_0.c3d", segments)).channels["pelvis_rotation_deg"]
    assert rotation == pytest.approx(headings, abs=1e-3)


def test_frames_in_which_theia_lost_the_person_are_gaps(tmp_path):
    segments = theia_segments(0.0)
    for name in ("pelvis_4X4", "l_thigh_4X4", "r_thigh_4X4"):
        segments[name][:, :, 5] = np.nan
    trial = read(write_theia(tmp_path / "pose_0.c3d", segments))
    assert np.flatnonzero(np.isnan(trial.channels["hip_flexion_right_deg"])).tolist() == [5]


def test_theia_rotations_without_the_pelvis_are_refused(tmp_path):
    segments = theia_segments(0.0)
    del segments["pelvis_4X4"]
    with pytest.raises(DataError, match="the rotations of pelvis_4X4 are missing"):
        read(write_theia(tmp_path / "pose_0.c3d", segments))


def test_damage_ends_in_a_trial_or_in_a_data_error(tmp_path):
    """In a process of its own, because what is damaged is followed by a library in C++."""
    data = write_c3d(tmp_path / "m.c3d", marker_points(), events=[(0, 0.3, "Left", "Foot Strike")]).read_bytes()
    rng = random.Random(3)
    for number in range(80):
        (tmp_path / f"d{number}.c3d").write_bytes(damaged(data, rng) or b"\0")
    script = (
        "import sys, pathlib\nfrom kinematics import DataError\nfrom kinematics.readers.optical import c3d\n"
        "from kinematics.readers.shared.request import Request\n"
        "from kinematics.readers.shared.source import read_source\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('d*.c3d')):\n"
        "    try:\n        c3d.read(read_source(path), Request(task='walk'))\n    except DataError:\n        pass\n"
        "print('all read')\n"
    )
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", script, tmp_path], capture_output=True, text=True)
    assert (ran.stdout, ran.returncode) == ("all read\n", 0), ran.stderr[-2000:]


@pytest.mark.real
@pytest.mark.parametrize("file", REAL)
def test_each_real_sample_is_told_by_its_own_module_alone(shared, file):
    source = read_source(shared / "data" / file)
    modules = (vicon_nexus, vicon_workstation, pycgm, c3d)
    assert [module for module in modules if module.recognises(source)] == [c3d]


@pytest.mark.real
@pytest.mark.parametrize("file", [file for file in REAL if "BMC" not in file and "walking2" not in file])
def test_exported_hip_angles_are_bit_for_bit_those_of_the_file(shared, file):
    content = ezc3d.c3d(str(shared / "data" / file))
    labels = content["parameters"]["POINT"]["LABELS"]["value"]
    trial = read(shared / "data" / file)
    for side, label in (("left", "LHipAngles"), ("right", "RHipAngles")):
        for axis, name in enumerate(("flexion", "adduction", "internal_rotation")):
            expected = content["data"]["points"][axis, labels.index(label)]
            np.testing.assert_array_equal(trial.channels[f"hip_{name}_{side}_deg"], expected)


@pytest.mark.real
def test_events_of_a_treadmill_recording_are_those_of_the_file_from_its_first_frame(shared):
    trial = read(shared / "data" / "plug_in_gait" / "gaitalytics" / "treadmill_events.c3d")
    counts = trial.events.groupby(["side", "kind"]).size().to_dict()
    assert counts == {
        ("left", "contact"): 11, ("left", "toe_off"): 11, ("right", "contact"): 11, ("right", "toe_off"): 10,
    }  # fmt: skip
    # The file: first left strike 1.07 s, first right strike 0.50 s; its first frame is at 0.44 s.
    contacts = trial.events[trial.events["kind"] == "contact"].groupby("side")["time_s"].min()
    assert contacts["left"] == pytest.approx(0.63, abs=1e-4)
    assert contacts["right"] == pytest.approx(0.06, abs=1e-4)


@pytest.mark.real
def test_the_same_recording_without_events_has_none(shared):
    assert read(shared / "data" / "plug_in_gait" / "gaitalytics" / "treadmill_no_events.c3d").events is None


@pytest.mark.real
def test_the_vertical_force_is_the_platforms_own_and_its_centre_lies_on_its_plate(shared):
    path = shared / "data" / "plug_in_gait" / "gaitalytics" / "treadmill_events.c3d"
    platforms = ezc3d.c3d(str(path), extract_forceplat_data=True)["data"]["platform"]
    force = read(path).force  # file -Y forward, so the right is file -X
    assert force.rate_hz == 1000
    for plate, platform in enumerate(platforms):
        np.testing.assert_allclose(force.vertical_n[plate], platform["force"][2], atol=1e-9)
        loaded = platform["force"][2] > 100
        sides = -np.sort(-platform["corners"][0]) / 1000
        assert (force.cop_m[plate, 1, loaded] > -sides.max()).all()
        assert (force.cop_m[plate, 1, loaded] < -sides.min()).all()


@pytest.mark.real
def test_force_and_events_run_on_one_clock(shared):
    """Each left strike of the file has the left belt's force rise through 50 N within two frames of it."""
    trial = read(shared / "data" / "plug_in_gait" / "gaitalytics" / "treadmill_events.c3d")
    left = trial.events[(trial.events["side"] == "left") & (trial.events["kind"] == "contact")]["time_s"].to_numpy()
    rises = np.flatnonzero(np.diff((trial.force.vertical_n[0] > 50).astype(int)) == 1) / trial.force.rate_hz
    assert np.abs(left[:, None] - rises[None]).min(axis=1).max() < 0.02


@pytest.mark.real
def test_markers_of_a_real_file_are_those_of_ezc3d_turned_to_forward_up_right(shared):
    path = shared / "data" / "formats" / "c3d" / "opensim_walking2.c3d"
    content = ezc3d.c3d(str(path))
    labels = content["parameters"]["POINT"]["LABELS"]["value"]
    x, y, z = content["data"]["points"][:3, labels.index("RASI")] / 1000
    trial = read(path)
    assert trial.kind == "markers"
    np.testing.assert_allclose(trial.markers["RASI"], np.stack((x, z, -y)), atol=1e-12)


@pytest.mark.real
def test_of_a_label_that_occurs_twice_the_first_is_taken_and_said(shared):
    path = shared / "data" / "formats" / "c3d" / "BMC_Gait.c3d"
    trial = read(path)
    z = ezc3d.c3d(str(path))["data"]["points"][2, 11] / 1000  # the first RKNE is the twelfth point
    np.testing.assert_allclose(trial.markers["RKNE"][1], z, atol=1e-12)
    assert any("RKNE" in note for note in trial.passport.notes)


@pytest.mark.real
@pytest.mark.parametrize("file", REAL)
def test_no_subject_of_a_real_file_enters_its_trial(shared, file):
    subjects = ezc3d.c3d(str(shared / "data" / file))["parameters"].get("SUBJECTS", {}).get("NAMES")
    trial = read(shared / "data" / file)
    named = [name for name in (subjects["value"] if subjects else []) if name != "Test"]
    text = repr((trial.passport.with_(sources=()), sorted(trial.markers), trial.events))
    assert not any(name in text for name in named)
