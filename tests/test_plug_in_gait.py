"""Plug-in Gait's pelvis from markers, by hand and against what Vicon wrote; its outputs' names and signs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinematics import DataError
from kinematics.models.plug_in_gait import pelvis_angles_plug_in_gait
from kinematics.readers.optical import c3d
from kinematics.readers.shared.plug_in_gait import bare, find_outputs, read_outputs
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.trial import Passport, Trial

PELVIS = ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")
#: The recordings with Plug-in Gait outputs, and how far the pelvis from markers may be from the file's. [deg]
RECORDINGS = {
    "biomechzoo": "HC002D02 HC002D06 HC002D25 HC030A01 HC030A05 HC030A22 HC031A01 HC031A06 HC031A23 HC032A01 HC032A03 "
    "HC032A18",
    "gaitalytics": "test_small treadmill_events treadmill_no_events",
    "pycgm": "Movement_trial",
}
FILES = [f"{folder}/{name}.c3d" for folder, names in RECORDINGS.items() for name in names.split()]
TOLERANCE_DEG = 1e-4


def turn(axis: int, angle_deg: float) -> np.ndarray:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def pelvis_trial(matrix: np.ndarray, travel_m: np.ndarray, *, sacrum: bool = True) -> Trial:
    """A pelvis in (forward, left, up), turned by `matrix` and moved along `travel_m` (3, n)."""
    points = {"LASI": [0.1, 0.12, 0.0], "RASI": [0.1, -0.12, 0.0]}
    points |= {"SACR": [-0.1, 0.0, 0.0]} if sacrum else {"LPSI": [-0.1, 0.04, 0.0], "RPSI": [-0.1, -0.04, 0.0]}
    markers = {}
    for label, point in points.items():
        x, y, z = (matrix @ np.array(point))[:, None] + travel_m
        markers[label] = np.stack((x, z, -y))
    time = np.arange(travel_m.shape[1]) / 100
    return Trial("t", "markers", "walk", np.nan, time, Passport(rate_hz=100.0), markers=markers)


def standing(n: int = 5) -> np.ndarray:
    return np.zeros((3, n))


def going(x: float, y: float, n: int = 5) -> np.ndarray:
    return np.outer([x, y, 0.0], np.linspace(0, 1, n))


def angles_of(trial: Trial) -> list[float]:
    angles = pelvis_angles_plug_in_gait(trial)
    return [float(angles[name][0]) for name in PELVIS]


@pytest.mark.parametrize("sacrum", [True, False])
def test_a_pelvis_nose_down_by_ten_degrees_has_ten_degrees_of_anterior_tilt(sacrum):
    trial = pelvis_trial(turn(1, 10), standing(), sacrum=sacrum)
    assert angles_of(trial) == pytest.approx([10, 0, 0], abs=1e-9)


def test_a_pelvis_with_its_right_side_up_has_positive_obliquity():
    assert angles_of(pelvis_trial(turn(0, -5), standing())) == pytest.approx([0, 5, 0], abs=1e-9)


def test_a_pelvis_with_its_right_side_forward_has_positive_rotation():
    assert angles_of(pelvis_trial(turn(2, 7), standing())) == pytest.approx([0, 0, 7], abs=1e-9)


def test_the_sequence_is_tilt_then_obliquity_then_rotation():
    matrix = turn(1, 12) @ turn(0, -6) @ turn(2, 20)
    assert angles_of(pelvis_trial(matrix, standing())) == pytest.approx([12, 6, 20], abs=1e-9)


@pytest.mark.parametrize(("heading", "way"), [(90, (0, 3)), (180, (-3, 0)), (-90, (0, -3)), (0, (3, 0))])
def test_the_angles_are_the_same_whichever_way_along_the_laboratory_a_person_walks(heading, way):
    matrix = turn(2, heading) @ turn(1, 12) @ turn(0, -6) @ turn(2, 20)
    assert angles_of(pelvis_trial(matrix, going(*way))) == pytest.approx([12, 6, 20], abs=1e-9)


def test_walking_further_along_one_axis_makes_it_the_progression_though_the_pelvis_faces_another():
    assert angles_of(pelvis_trial(turn(2, 30), going(1.0, 1.5)))[2] == pytest.approx(-60)


def test_a_pelvis_that_stays_within_eighty_centimetres_progresses_where_it_faces():
    assert angles_of(pelvis_trial(turn(2, 30), going(0.0, 0.79)))[2] == pytest.approx(30)


def test_a_person_who_turns_in_place_progresses_where_the_pelvis_faced_in_the_middle_of_the_trial():
    trial = pelvis_trial(np.eye(3), standing(40))
    turned = pelvis_trial(turn(2, 90), standing(40))
    for label, position in trial.markers.items():
        position[:, :17] = turned.markers[label][:, :17]
        position[:, 23:] = turned.markers[label][:, 23:]
    rotation = pelvis_angles_plug_in_gait(trial)["pelvis_rotation_deg"]
    assert [rotation[0], rotation[20], rotation[-1]] == pytest.approx([90, 0, 90], abs=1e-9)


def test_a_frame_without_a_marker_is_nan_and_the_others_are_not():
    trial = pelvis_trial(turn(1, 10), standing())
    trial.markers["RASI"][:, 2] = np.nan
    tilt = pelvis_angles_plug_in_gait(trial)["pelvis_anterior_tilt_deg"]
    assert np.isnan(tilt).tolist() == [False, False, True, False, False]


def test_a_trial_without_sacrum_and_psis_is_refused_naming_them():
    trial = pelvis_trial(np.eye(3), standing())
    del trial.markers["SACR"]
    with pytest.raises(DataError, match="sacrum, or PSIS of both sides"):
        pelvis_angles_plug_in_gait(trial)


@pytest.mark.real
@pytest.mark.parametrize("file", FILES)
def test_the_pelvis_from_markers_is_the_files_own_in_every_frame(shared: Path, file):
    trial = c3d.read(read_source(shared / "data" / "plug_in_gait" / file), Request(task="walk"))
    found = pelvis_angles_plug_in_gait(trial)
    for name in PELVIS:
        assert np.isfinite(found[name]).all()
        assert np.abs(found[name] - trial.channels[name]).max() < TOLERANCE_DEG


def test_a_subject_before_a_label_is_taken_off():
    assert [bare("Lower Limb 2:LHipAngles"), bare("LHipAngles")] == ["LHipAngles", "LHipAngles"]


def test_outputs_of_another_model_with_a_similar_name_are_not_taken():
    assert find_outputs(["LBelfastPelvisAngles", "LHipAnglesNorm", "P:LHipAngles"], "f.c3d") == {"LHipAngles": 2}


def test_one_output_of_two_people_is_refused():
    with pytest.raises(DataError, match="LHipAngles occurs 2 times"):
        find_outputs(["A:LHipAngles", "B:LHipAngles"], "f.c3d")


def test_hip_angles_of_both_sides_are_passed_on_without_a_change_of_sign():
    values = np.arange(1.0, 13.0).reshape(3, 4)
    outputs = read_outputs({"LHipAngles": values, "RHipAngles": -values})
    assert (outputs.channels["hip_flexion_left_deg"] == values[0]).all()
    assert (outputs.channels["hip_internal_rotation_right_deg"] == -values[2]).all()
    assert outputs.sign_changes == ()


def test_the_left_pelvis_has_obliquity_and_rotation_turned_and_says_so():
    values = np.tile([[10.0], [3.0], [-2.0]], (1, 4))
    outputs = read_outputs({"LPelvisAngles": values})
    assert [outputs.channels[name][0] for name in PELVIS] == [10.0, -3.0, 2.0]
    assert outputs.sign_changes == ("LPelvisAngles Y times -1", "LPelvisAngles Z times -1")


def test_zeros_at_the_ends_are_gaps_and_zeros_between_numbers_are_not():
    values = np.array([[0, 5, 0, 7, 0], [0, 1, 0, 1, 0], [0, 1, 0, 1, 0]], dtype=float)
    flexion = read_outputs({"LHipAngles": values}).channels["hip_flexion_left_deg"]
    np.testing.assert_array_equal(flexion, [np.nan, 5, 0, 7, np.nan])


def test_an_output_of_zeros_throughout_gives_no_channel():
    assert read_outputs({"LHipAngles": np.zeros((3, 5))}).channels == {}


@pytest.mark.real
def test_the_sign_of_each_hip_angle_is_that_of_the_thigh_in_the_pelvis(shared: Path):
    """From the segment frames in the same file: flexion, adduction and internal rotation positive on both sides."""
    import ezc3d

    path = shared / "data" / "plug_in_gait" / "gaitalytics" / "test_small.c3d"
    content = ezc3d.c3d(str(path))
    labels = content["parameters"]["POINT"]["LABELS"]["value"]
    point = {label: content["data"]["points"][:3, place] for place, label in enumerate(labels)}
    trial = c3d.read(read_source(path), Request(task="walk"))

    def frame(segment: str) -> list[np.ndarray]:
        axes = [point[segment + end] - point[segment + "O"] for end in "ALP"]
        return [axis / np.linalg.norm(axis, axis=0) for axis in axes]

    for side, letter, lateral in (("left", "L", -1.0), ("right", "R", 1.0)):
        (px, py, pz), (tx, ty, tz) = frame("PEL"), frame(letter + "FE")
        # The thigh's lower end, -tz: forward of the pelvis's vertical in flexion, towards the midline in adduction.
        flexion = np.degrees(np.arctan2((-tz * px).sum(axis=0), (tz * pz).sum(axis=0)))
        adduction = np.degrees(np.arcsin(lateral * (-tz * py).sum(axis=0)))
        internal = np.degrees(np.arctan2(lateral * (tx * py).sum(axis=0), (ty * py).sum(axis=0)))
        for name, value in (("flexion", flexion), ("adduction", adduction), ("internal_rotation", internal)):
            assert trial.channels[f"hip_{name}_{side}_deg"] == pytest.approx(value, abs=1e-3)
