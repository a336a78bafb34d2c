"""Thigh and pelvis against the direction of progress: turning the whole person changes nothing, to and fro neither."""

from dataclasses import replace

import numpy as np
import pytest
from test_strides import angles, events

from kinematics.angles import Body
from kinematics.strides import segment_strides
from kinematics.strides.heading import on_the_line, pelvis_heading, thigh_against, unwrapped

SPEED_M_S, LEAN_DEG = 3.0, 8.0


def walker(heading_deg, *, on_a_belt: bool = False):
    """Angles of one who moves along a heading that may change from sample to sample, with markers."""
    plain = angles()
    n = len(plain.table)
    heading = np.broadcast_to(np.asarray(heading_deg, float), n)
    forward, right = np.cos(np.deg2rad(heading)), -np.sin(np.deg2rad(heading))
    steps = SPEED_M_S / 100 * np.stack((forward, np.zeros(n), right))
    going, belt = (np.cumsum(steps, axis=1), -np.cumsum(steps, axis=1))
    pelvis, foot = (np.zeros((3, n)), belt) if on_a_belt else (going, np.zeros((3, n)))
    thigh, lean = plain.table["hip_flexion_right_deg"] - 15.0, np.full(n, LEAN_DEG)
    turned = {
        side: (
            np.rad2deg(np.arctan(np.tan(np.deg2rad(thigh)) * forward + np.tan(np.deg2rad(lean)) * right)),
            np.rad2deg(np.arctan(np.tan(np.deg2rad(lean)) * forward - np.tan(np.deg2rad(thigh)) * right)),
        )
        for side in ("left", "right")
    }
    table = plain.table.assign(
        thigh_flexion_right_deg=turned["right"][0],
        thigh_flexion_left_deg=turned["left"][0],
        pelvis_rotation_deg=(plain.table["pelvis_rotation_deg"] + 2.0 + heading + 180) % 360 - 180,
    )
    calm = {name: np.zeros(n) for name in ("pelvis", "left", "right")}
    body = Body(pelvis, {"left": foot, "right": foot}, {side: turned[side][1] for side in turned}, calm, calm)
    return replace(plain, table=table, body=body)


@pytest.mark.parametrize("on_a_belt", [False, True])
@pytest.mark.parametrize("heading_deg", [0.0, 37.0, 90.0, 180.0, -120.0])
def test_turning_the_whole_person_changes_nothing(heading_deg, on_a_belt):
    plain = segment_strides(walker(0.0), events())
    turned = segment_strides(walker(heading_deg, on_a_belt=on_a_belt), events())
    for name in ("thigh_flexion_deg", "pelvis_rotation_deg"):
        assert turned.curves[name] == pytest.approx(plain.curves[name], abs=0.02)
    assert turned.table["peak_thigh_extension_deg"].to_numpy() == pytest.approx(
        plain.table["peak_thigh_extension_deg"].to_numpy(), abs=0.02
    )


def test_the_pelvis_keeps_the_rotation_that_it_has_against_progress():
    strides = segment_strides(walker(37.0), events())
    right = (strides.table["side"] == "right").to_numpy()
    assert strides.curves["pelvis_rotation_deg"][right].mean() == pytest.approx(2.0, abs=0.1)


def test_strides_of_the_way_back_agree_with_those_of_the_way_out():
    back = np.where(np.arange(720) < 355, 0.0, 180.0)
    strides = segment_strides(walker(back), events())
    right = strides.valid[strides.valid["side"] == "right"]
    assert len(right) >= 6
    assert right["peak_thigh_extension_deg"].std() < 0.02
    assert set(strides.excluded["reason"]) == {"turn"} or set(strides.excluded["reason"]) <= {"turn", "angle_jump"}


def test_the_plane_of_the_thigh_turns_with_the_heading():
    flexion, lean = np.full((1, 101), 30.0), np.full((1, 101), 10.0)
    assert thigh_against(flexion, lean, np.array([0.0])) == pytest.approx(flexion)
    assert thigh_against(flexion, lean, np.array([90.0])) == pytest.approx(lean)
    assert thigh_against(flexion, lean, np.array([180.0])) == pytest.approx(-flexion)


def test_headings_near_the_line_take_its_direction_to_and_fro():
    heading = np.array([9.0, 10.0, 11.0, -171.0, -170.0, 60.0, np.nan])
    assert on_the_line(heading) == pytest.approx([10, 10, 10, -170, -170, 60, np.nan], nan_ok=True)


def test_without_markers_a_rotation_about_zero_stays_and_one_about_the_laboratory_does_not():
    small, large = np.full((4, 101), 5.0), np.full((4, 101), 170.0)
    assert pelvis_heading(small, None) == pytest.approx([0, 0, 0, 0])
    assert pelvis_heading(large, None) == pytest.approx([170, 170, 170, 170])


def test_an_angle_that_passes_180_deg_goes_on_without_a_jump_and_keeps_its_gaps():
    assert unwrapped(np.array([170.0, np.nan, -175.0])) == pytest.approx([170, np.nan, 185], nan_ok=True)
