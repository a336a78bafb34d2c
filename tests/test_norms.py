import math
from dataclasses import replace

import numpy as np
import pytest

from kinematics.conventions import CURVE_NAMES
from kinematics.norms import GaitReference, NoReference, gait_reference, metric_reference, running_norms


def running(speed_m_s, zero="anatomical", hip_centre="harrington"):
    reference = gait_reference("run", speed_m_s, zero=zero, hip_centre=hip_centre)
    assert isinstance(reference, GaitReference)
    return reference


def refused(task="run", speed_m_s=3.5, zero="anatomical"):
    reference = gait_reference(task, speed_m_s, zero=zero, hip_centre="harrington")
    assert isinstance(reference, NoReference)
    return reference.reason


@pytest.mark.parametrize(("speed_m_s", "mean", "sd"), [(2.5, 3.5, 4.7), (3.5, 7.9, 4.5), (4.5, 11.7, 4.7)])
def test_peak_extension_at_the_measured_speeds_is_that_of_the_28_runners(speed_m_s, mean, sd):
    assert running(speed_m_s).metrics["peak_hip_extension_deg"] == pytest.approx((mean, sd))


def test_between_two_speeds_mean_and_spread_are_interpolated_linearly():
    # a quarter of the way from 3.5 to 4.5 m/s: 7.9 + 0.25 * 3.8, 4.5 + 0.25 * 0.2
    assert running(3.75).metrics["peak_hip_extension_deg"] == pytest.approx((8.85, 4.55))


def test_zeroed_on_standing_the_peaks_are_4_1_deg_larger():
    for speed_m_s, peak in ((2.5, 7.6), (3.5, 12.0), (4.5, 15.8)):
        assert running(speed_m_s, zero="standing").metrics["peak_hip_extension_deg"] == pytest.approx((peak, 4.4))


def test_zeroed_on_standing_the_tilt_is_relative_to_standing():
    assert running(3.5, zero="standing").metrics["mean_pelvis_anterior_tilt_deg"][0] == pytest.approx(6.0)


def test_bells_hip_centre_moves_the_mean_by_its_bias_and_adds_its_spread_in_quadrature():
    # 7.9 + 1.0; sqrt(4.5**2 + 0.7**2)
    assert running(3.5, hip_centre="bell").metrics["peak_hip_extension_deg"] == pytest.approx((8.9, 4.554), abs=1e-3)


def test_bells_hip_centre_lowers_hip_flexion_by_the_same_bias():
    assert running(3.5, hip_centre="bell").metrics["peak_hip_flexion_deg"][0] == pytest.approx(52.7 - 1.0)


def test_another_hip_centre_leaves_the_pelvis_alone():
    bell, harrington = running(3.5, hip_centre="bell"), running(3.5)
    assert bell.metrics["mean_pelvis_anterior_tilt_deg"] == harrington.metrics["mean_pelvis_anterior_tilt_deg"]


def test_a_hip_centre_that_is_not_known_takes_mean_and_spread_over_the_known_ones():
    # biases 0, 1.0, 0.8, 0.6: mean 0.6, variance 0.14; mean variance within (0 + 0.49 + 0.36 + 0.49) / 4 = 0.335
    spread = math.sqrt(4.5**2 + 0.14 + 0.335)
    assert running(3.5, hip_centre="").metrics["peak_hip_extension_deg"] == pytest.approx((8.5, spread), abs=1e-5)


def test_under_the_standing_zero_the_hip_centre_cancels():
    bell, harrington = running(3.5, "standing", "bell"), running(3.5, "standing", "harrington")
    assert bell.metrics["peak_hip_extension_deg"] == harrington.metrics["peak_hip_extension_deg"] == (12.0, 4.4)


def test_a_foreign_hip_centre_is_noted_and_the_own_one_is_not():
    assert "bell" in running(3.5, hip_centre="bell").notes[-1]
    assert not any("hip centre" in note for note in running(3.5).notes)


def test_walking_has_no_reference():
    assert refused(task="walk") == "No adult reference for walk is part of this software."


@pytest.mark.parametrize("zero", ["unknown", "model"])
def test_a_zero_that_is_not_the_references_is_refused(zero):
    assert f"'{zero}'" in refused(zero=zero)


@pytest.mark.parametrize("speed_m_s", [2.44, 4.56, math.nan])
def test_a_speed_outside_the_measured_ones_is_refused(speed_m_s):
    assert "speed" in refused(speed_m_s=speed_m_s)


def test_within_the_tolerance_the_nearest_measured_speed_is_held():
    assert running(2.46).metrics["peak_hip_extension_deg"] == (3.5, 4.7)


def test_obliquity_is_own_side_up():
    # in mid-stance of running the other side of the pelvis drops, so the own side is up
    assert running(3.5).curves["pelvis_obliquity_deg"][13, 0] == pytest.approx(5.75)


def test_the_curves_obey_hip_equals_thigh_plus_tilt():
    curves = running(3.5).curves
    rest = curves["hip_flexion_deg"] - curves["thigh_flexion_deg"] - curves["pelvis_anterior_tilt_deg"]
    assert np.abs(rest[:, 0]).max() < 0.5  # three-dimensional angles of 28 runners, rounded to 0.01 deg


def test_curves_have_the_projects_names_and_101_points_of_mean_and_sd():
    for zero in ("anatomical", "standing"):
        curves = running(3.1, zero=zero).curves
        assert set(curves) <= set(CURVE_NAMES)
        assert {values.shape for values in curves.values()} == {(101, 2)}


def test_the_mean_curve_peaks_near_the_mean_of_the_peaks():
    lowest = running(3.5).curves["hip_flexion_deg"][:, 0].min()
    assert lowest == pytest.approx(-7.21)


def test_under_the_standing_zero_the_hip_curve_is_shifted_by_the_standing_hip():
    shift = running(3.5).curves["hip_flexion_deg"] - running(3.5, zero="standing").curves["hip_flexion_deg"]
    assert np.allclose(shift, [4.1, 0.0])


def test_many_rows_at_once_give_the_numbers_of_one_at_a_time():
    rows = [
        ("run", 2.5, "anatomical", "harrington"),
        ("run", 3.3, "standing", "bell"),
        ("run", 4.1, "anatomical", ""),
        ("walk", 3.3, "anatomical", "harrington"),
        ("run", 9.0, "anatomical", "davis"),
    ]
    task, speed_m_s, zero, hip_centre = (list(column) for column in zip(*rows, strict=True))
    table = metric_reference("peak_hip_extension_deg", task=task, speed_m_s=speed_m_s, zero=zero, hip_centre=hip_centre)
    for row, (_, values) in zip(rows, table.iterrows(), strict=True):
        one = gait_reference(row[0], row[1], zero=row[2], hip_centre=row[3])
        if isinstance(one, NoReference):
            assert values["refusal"] == one.reason
            assert math.isnan(values["mean"])
        else:
            assert (values["mean"], values["sd"]) == pytest.approx(one.metrics["peak_hip_extension_deg"])
            assert values["reference"] == one.name


def test_another_population_can_stand_in():
    norms = running_norms()
    metrics = {"anatomical": {"peak_hip_extension_deg": np.array([[0.0, 5.0], [10.0, 5.0], [20.0, 5.0]])}}
    other = replace(norms, name="own laboratory", n_people=27, metrics=metrics, curves={"anatomical": {}})
    reference = gait_reference("run", 3.0, zero="anatomical", hip_centre="harrington", norms=other)
    assert isinstance(reference, GaitReference)
    assert (reference.n_people, reference.metrics["peak_hip_extension_deg"]) == (27, (5.0, 5.0))


@pytest.mark.real
def test_the_shipped_curves_are_those_of_the_reference_material(shared):
    from importlib.resources import files

    shipped = files("kinematics.norms").joinpath("running_curves.csv").read_bytes()
    assert shipped == (shared / "reference" / "norm_curves_rbds.csv").read_bytes()
