"""The pelvis's share of the thigh's travel, vector coding and relative phase on curves whose values are plain."""

import numpy as np
import pytest

from kinematics.coordination import (
    circular_deviation_deg,
    circular_mean_deg,
    coordination_pattern,
    coupling_angle_deg,
    pattern_shares,
    pelvic_share,
    relative_phase_deg,
)


def test_a_pelvis_that_stays_has_no_share_and_a_hip_that_stays_gives_it_all():
    assert pelvic_share(np.array([40.0, 40.0]), np.array([0.0, 40.0])) == pytest.approx([0, 1])


def test_a_thigh_that_hardly_moves_has_no_share():
    assert np.isnan(pelvic_share(np.array([4.9]), np.array([1.0]))).all()


def test_only_the_first_angle_changing_is_0_deg_and_both_alike_45():
    x, y = np.array([[0.0, 1.0, 2.0, 2.0, 1.0]]), np.array([[0.0, 0.0, 1.0, 2.0, 3.0]])
    assert coupling_angle_deg(x, y) == pytest.approx(np.array([[0, 45, 90, 135]]))


@pytest.mark.parametrize(
    ("angle", "pattern"), [(22.4, 0), (22.6, 1), (67.6, 2), (112.6, 3), (157.6, 0), (337.6, 0), (337.4, 3), (270.0, 2)]
)
def test_patterns_are_bins_of_45_deg_with_opposite_ones_together(angle, pattern):
    assert coordination_pattern(np.array([angle])) == pattern


def test_shares_add_up_to_one_and_leave_out_what_is_not_looked_at():
    pattern = np.array([[0, 0, 1, 3, -1, 2]], dtype=np.int8)
    within = np.array([[True, True, True, True, True, False]])
    assert pattern_shares(pattern, within) == pytest.approx(np.array([[0.5, 0.25, 0.0, 0.25]]))


def test_a_quarter_of_a_stride_is_90_deg_of_phase_at_any_amplitude_and_offset():
    turn = 2 * np.pi * np.arange(101) / 100
    first, second = 30 * np.cos(turn)[None] + 12, 5 * np.cos(turn - np.pi / 2)[None] - 7
    assert relative_phase_deg(first, second) == pytest.approx(np.full((1, 101), 90.0), abs=1e-6)


def test_the_transform_of_one_stride_is_that_of_many_in_a_row():
    from scipy.signal import hilbert

    turn = 2 * np.pi * np.arange(101) / 100
    curve = 20 * np.cos(turn) + 6 * np.sin(2 * turn + 1) + 2 * np.cos(3 * turn)
    centred = curve - (curve.max() + curve.min()) / 2
    many = hilbert(np.tile(centred[:-1], 21))[1000:1101]
    expected = np.rad2deg(np.angle(many * np.exp(-1j * turn)))
    assert relative_phase_deg(curve[None], np.cos(turn)[None])[0] == pytest.approx(expected, abs=1e-6)


def test_a_gap_makes_the_phase_missing():
    curve = np.cos(2 * np.pi * np.arange(101) / 100)[None]
    assert np.isnan(relative_phase_deg(np.where(np.arange(101) == 7, np.nan, curve), curve)).all()


def test_directions_are_averaged_on_the_circle():
    angles = np.array([[350.0, 0.0], [20.0, 90.0], [np.nan, np.nan]])
    assert circular_mean_deg(angles) == pytest.approx([5.0, 45.0], abs=1e-4)
    assert circular_deviation_deg(angles)[1] == pytest.approx(np.rad2deg(np.sqrt(2 * (1 - np.sqrt(0.5)))), abs=1e-4)
