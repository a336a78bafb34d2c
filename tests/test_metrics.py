"""Per-stride metrics on curves whose values can be read off by hand."""

import numpy as np
import pytest

from kinematics.conventions import CURVE_NAMES
from kinematics.metrics import METRIC_NAMES, METRICS, stride_metrics

PERCENT = np.arange(101.0)
WAVE = np.cos(2 * np.pi * (PERCENT - 85) / 100)  # greatest at 85 %, least at 35 %


def metrics(toe_off_s: float = 0.28, **curves) -> dict[str, float]:
    flat = {name: np.zeros((1, 101)) for name in CURVE_NAMES}
    flat |= {name: np.asarray(curve)[None] for name, curve in curves.items() if name != "opposite"}
    opposite = curves.get("opposite", np.zeros(101))
    values = stride_metrics(
        flat,
        lambda percent: np.interp(percent, PERCENT, opposite),
        np.array([1.0]),
        np.array([1.0 + toe_off_s]),
        np.array([1.7]),
    )
    return {name: value[0] for name, value in values.items()}


def test_every_metric_is_declared_once_with_unit_meaning_and_direction():
    assert len(set(METRIC_NAMES)) == len(METRICS) == len(metrics())
    assert all(metric.unit and metric.meaning and metric.positive for metric in METRICS)


def test_hip_peaks_and_excursion_are_those_of_the_wave():
    found = metrics(hip_flexion_deg=20 + 30 * WAVE)
    assert found["peak_hip_extension_deg"] == pytest.approx(10, abs=1e-6)
    assert found["peak_hip_extension_percent"] == pytest.approx(35, abs=1e-6)
    assert found["peak_hip_flexion_deg"] == pytest.approx(50, abs=1e-6)
    assert found["hip_excursion_deg"] == pytest.approx(60, abs=1e-6)


def test_a_peak_between_two_points_is_found_there():
    found = metrics(hip_flexion_deg=30 * np.cos(2 * np.pi * (PERCENT - 84.6) / 100))
    assert found["peak_hip_extension_percent"] == pytest.approx(34.6, abs=0.01)
    assert found["peak_hip_extension_deg"] == pytest.approx(30, abs=1e-3)


def test_a_hip_that_never_passes_neutral_has_a_negative_peak_extension():
    assert metrics(hip_flexion_deg=20 + 15 * WAVE)["peak_hip_extension_deg"] == pytest.approx(-5, abs=1e-6)


def test_values_at_contact_and_toe_off_are_read_from_the_curve():
    found = metrics(hip_flexion_deg=PERCENT, pelvis_anterior_tilt_deg=100 - PERCENT)  # toe-off at 40 %
    assert found["toe_off_percent"] == pytest.approx(40)
    assert found["hip_flexion_at_contact_deg"] == 0
    assert found["hip_flexion_at_toe_off_deg"] == pytest.approx(40)
    assert found["pelvis_anterior_tilt_at_toe_off_deg"] == pytest.approx(60)


def test_tilt_is_read_at_the_hips_peaks():
    found = metrics(hip_flexion_deg=30 * WAVE, pelvis_anterior_tilt_deg=PERCENT / 10)
    assert found["pelvis_anterior_tilt_at_peak_hip_extension_deg"] == pytest.approx(3.5)
    assert found["pelvis_anterior_tilt_at_peak_hip_flexion_deg"] == pytest.approx(8.5)
    assert found["mean_pelvis_anterior_tilt_deg"] == pytest.approx(4.95)  # 100 % is the next stride's 0 %


def test_the_pelvic_share_is_tilt_rise_over_thigh_travel_from_mid_stance():
    thigh = 10 + 30 * WAVE  # 20 deg behind at 35 %; at mid-stance (20 %) 10 + 30 cos(234 deg) = -7.6
    found = metrics(thigh_flexion_deg=thigh, pelvis_anterior_tilt_deg=0.1 * PERCENT)
    assert found["peak_thigh_extension_deg"] == pytest.approx(20, abs=1e-6)
    assert found["pelvis_tilt_rise_deg"] == pytest.approx(1.5, abs=1e-6)
    assert found["pelvic_share"] == pytest.approx(1.5 / (20 - 7.634), abs=1e-3)


def test_the_opposite_hip_is_read_when_this_one_is_most_extended():
    assert metrics(hip_flexion_deg=30 * WAVE, opposite=PERCENT)[
        "opposite_hip_flexion_at_peak_extension_deg"
    ] == pytest.approx(35)


def test_adduction_and_pelvic_drop_are_greatest_in_stance_only():
    curve = np.where(PERCENT <= 40, PERCENT / 10, 50.0)
    found = metrics(hip_adduction_deg=curve, pelvis_obliquity_deg=curve)
    assert found["peak_hip_adduction_deg"] == pytest.approx(4.0)
    assert found["contralateral_pelvic_drop_deg"] == pytest.approx(4.0)


def test_times_and_cadence_come_from_the_events():
    found = metrics()
    assert found["contact_time_s"] == pytest.approx(0.28)
    assert found["stride_time_s"] == pytest.approx(0.7)
    assert found["cadence_steps_per_min"] == pytest.approx(2 * 60 / 0.7)


def test_without_a_toe_off_what_needs_it_is_missing_and_the_peaks_are_not():
    found = metrics(toe_off_s=np.nan, hip_flexion_deg=30 * WAVE)
    assert np.isnan([found["hip_flexion_at_toe_off_deg"], found["contact_time_s"], found["pelvic_share"]]).all()
    assert found["peak_hip_extension_deg"] == pytest.approx(30, abs=1e-6)


def test_a_gap_in_a_curve_makes_its_peak_missing():
    hip = 30 * WAVE
    hip[50] = np.nan
    assert np.isnan(metrics(hip_flexion_deg=hip)["peak_hip_extension_deg"])
