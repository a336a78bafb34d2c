"""Which strides count: each reason on strides whose fault is made by hand."""

import tomllib
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from test_strides import STRIDE_S, angles, events

from kinematics.angles import Body
from kinematics.events import Events
from kinematics.strides import REASONS, judging, segment_strides
from kinematics.strides.judging import curve_distance, greatest_within, largest_jump_mm, order_check, still_s

RIGHT_3 = slice(215, 235)  # samples within the right side's stride 3 (2.1-2.8 s at 100 Hz)


def reasons(**changes) -> list[list]:
    strides = segment_strides(angles(**changes), events())
    return strides.excluded[["side", "stride", "reason"]].values.tolist()


def changed(name: str, rows: slice, by) -> np.ndarray:
    values = angles().table[name].to_numpy().copy()
    values[rows] += by
    return values


def test_a_stride_unlike_the_others_is_left_out_and_the_others_stay():
    bump = 12 * np.hanning(20)
    assert reasons(hip_flexion_right_deg=changed("hip_flexion_right_deg", RIGHT_3, bump)) == [["right", 3, "outlier"]]


def test_strides_that_scatter_by_chance_all_stay():
    draw = np.random.default_rng(1)
    offset = np.repeat(draw.normal(0, 1, 11), 70)[:720]
    smooth = np.convolve(offset, np.hanning(21) / np.hanning(21).sum(), mode="same")
    assert reasons(hip_flexion_right_deg=changed("hip_flexion_right_deg", slice(None), smooth)) == []


def test_an_angle_that_jumps_is_left_out():
    jumped = changed("hip_flexion_right_deg", RIGHT_3, 30)
    assert reasons(hip_flexion_right_deg=jumped) == [["right", 3, "angle_jump"]]


def test_a_turn_leaves_out_the_strides_that_turn():
    clock = np.arange(720) / 100
    rotation = 90 * np.clip((clock - 2.9) / 1.0, 0, 1) + 6 * np.sin(2 * np.pi * clock / STRIDE_S)
    found = reasons(pelvis_rotation_deg=rotation)
    assert {reason for *_, reason in found} == {"turn"}
    assert [stride for side, stride, _ in found if side == "right"] == [4, 5]  # 2.8-4.2 s


def test_a_turn_past_180_deg_is_no_jump():
    rotation = (175 + np.linspace(0, 10, 720) + 180) % 360 - 180
    assert reasons(pelvis_rotation_deg=rotation) == []


def test_hips_that_stand_still_are_a_stop():
    hips = {
        f"hip_flexion_{side}_deg": angles().table[f"hip_flexion_{side}_deg"].to_numpy().copy()
        for side in ("left", "right")
    }
    for values in hips.values():
        values[300:330] = values[300]
        values[330:340] = np.linspace(values[300], values[340], 10)
    found = reasons(**hips)
    assert ["right", 4, "stop"] in found
    assert {stride for side, stride, _ in found if side == "right"} == {4}


def test_standing_still_is_timed():
    ramp = np.concatenate((np.arange(50.0), np.full(40, 49.0), 49 + np.arange(50.0)))
    assert still_s(np.stack((ramp, ramp)), 100.0).max() == pytest.approx(0.4, abs=0.02)
    assert still_s(np.stack((ramp, np.arange(140.0))), 100.0).max() == 0  # the other hip moves


def test_the_quick_look_misses_no_standstill_that_is_too_long():
    for begin in range(100, 112):
        for length in (52, 53, 60):  # steps of 0 deg make one sample fewer of 0 deg/s; 0.25 s are 50 at 200 Hz
            hip = np.cumsum(~np.isin(np.arange(400), begin + np.arange(length))).astype(float)
            assert still_s((hip, hip), 200.0).max() > judging.LONGEST_STILL_S
            assert judging.may_stand_still((hip, hip), 200.0)
    assert not judging.may_stand_still((np.arange(400.0), np.arange(400.0)), 200.0)


def test_a_leaping_marker_leaves_out_the_strides_that_it_bends():
    calm = {name: np.zeros(720) for name in ("pelvis", "left", "right")}
    leap = np.zeros(720)
    leap[225] = 30.0
    body = Body(np.zeros((3, 720)), {}, {"left": np.zeros(720), "right": np.zeros(720)}, calm, calm | {"right": leap})
    strides = segment_strides(replace(angles(), body=body), events())
    assert strides.excluded[["side", "stride", "reason", "value"]].values.tolist() == [
        ["right", 3, "marker_jump", 30.0]
    ]
    swapped = replace(body, jump_mm=calm, misfit_mm=calm | {"pelvis": leap})
    strides = segment_strides(replace(angles(), body=swapped), events())
    assert strides.excluded["reason"].tolist() == ["marker_misfit", "marker_misfit"]  # of both sides


def test_skin_may_leap_further_at_a_lower_rate():
    assert largest_jump_mm(100.0) == pytest.approx(0.5 * (3 + 40))
    assert largest_jump_mm(200.0) == pytest.approx(0.5 * (3 + 10))


def order(task: str, toe_off: float, landing: float, leaving: float) -> bool:
    fails, _ = order_check(task, np.array([toe_off]), np.array([0.7]), np.array([landing]), np.array([leaving]))
    return bool(fails[0])


def test_running_has_flight_and_walking_has_double_support():
    assert not order("run", toe_off=0.25, landing=0.35, leaving=0.60)
    assert order("run", toe_off=0.45, landing=0.35, leaving=0.80)
    assert not order("walk", toe_off=0.45, landing=0.35, leaving=0.80)
    assert order("walk", toe_off=0.25, landing=0.35, leaving=0.60)


def test_an_event_that_was_not_found_is_no_fault_of_the_order():
    assert not order("run", toe_off=0.25, landing=5.0, leaving=6.0)
    assert not order("run", toe_off=np.nan, landing=0.35, leaving=0.6)


def test_a_walk_declared_as_a_run_is_out_of_order():
    late = events().table
    late.loc[late["kind"] == "toe_off", "time_s"] += 0.2  # each foot leaves 0.1 s after the other has landed
    strides = segment_strides(angles(), Events(late, "file", ""))
    assert set(strides.excluded["reason"]) == {"event_order"}
    assert strides.excluded["value"].max() == pytest.approx(0.1)


def test_distance_is_counted_in_spreads_pooled_over_the_curve():
    curves = np.zeros((9, 101)) + np.array([-2, -2, -1, -1, 0, 1, 1, 2, 8])[:, None]  # median 0, MAD 1
    distance = curve_distance({name: curves for name in judging.OUTLIER_ANGLES}, np.ones(9, bool))
    assert distance[-1] == pytest.approx(8 / 1.4826)


def test_few_strides_are_not_held_against_each_other():
    curves = {name: np.zeros((6, 101)) for name in judging.OUTLIER_ANGLES}
    assert np.isnan(curve_distance(curves, np.ones(6, bool))).all()


def test_the_greatest_sample_within_each_stride():
    values = np.array([0.0, 5.0, 1.0, 2.0, 9.0])
    assert greatest_within(values, np.array([0, 2, 4]), np.array([1, 3, 9])).tolist() == [5.0, 2.0, 9.0]


def test_every_reason_has_words_in_the_report():
    text = files("kinematics.report").joinpath("text", "en.toml").read_text(encoding="utf-8")
    assert set(REASONS) <= set(tomllib.loads(text)["strides"]["reasons"])


def test_the_sides_table_of_exclusions_has_one_row_per_stride():
    hip = changed("hip_flexion_right_deg", RIGHT_3, 400)  # a jump, too great a range and an outlier at once
    strides = segment_strides(angles(hip_flexion_right_deg=hip), events())
    assert not strides.excluded.duplicated(["side", "stride"]).any()
    assert isinstance(strides.excluded, pd.DataFrame) and len(strides.excluded) == 1
