"""Angles from frames, against SciPy's rotations and against pictures that a person can check."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinematics.rotations import SAMPLES_AT_ONCE, fit_rigid_body, hip_angles, pelvis_angles, thigh_flexion

ANGLE = st.floats(-80, 80)


def frames(rotation: Rotation) -> np.ndarray:
    matrices = np.atleast_3d(rotation.as_matrix())
    return np.moveaxis(matrices.reshape(-1, 3, 3), 0, 2)


def about(axis: str, degrees: float) -> np.ndarray:
    return frames(Rotation.from_euler(axis, [degrees], degrees=True))


def test_a_thigh_turned_about_the_right_axis_flexes_on_both_sides():
    for side in ("left", "right"):
        assert hip_angles(about("z", 0), about("z", 30), side)[0] == pytest.approx(30)


def test_a_pelvis_turned_about_the_right_axis_tilts_posteriorly():
    assert pelvis_angles(about("z", 10))[0] == pytest.approx(-10)


def test_a_right_knee_moved_to_the_left_is_adducted_and_a_left_one_abducted():
    inward = about("x", 12)  # about forward: the knee, below, goes to the left
    assert hip_angles(about("z", 0), inward, "right")[1] == pytest.approx(12)
    assert hip_angles(about("z", 0), inward, "left")[1] == pytest.approx(-12)


def test_a_thigh_turned_to_the_left_is_internally_rotated_on_the_right():
    leftward = about("y", 9)
    assert hip_angles(about("z", 0), leftward, "right")[2] == pytest.approx(9)
    assert hip_angles(about("z", 0), leftward, "left")[2] == pytest.approx(-9)


def test_a_pelvis_with_its_right_side_up_and_forward_has_positive_obliquity_and_rotation():
    right_up = about("x", -7)
    right_forward = about("y", 15)
    assert pelvis_angles(right_up)[1] == pytest.approx(7)
    assert pelvis_angles(right_forward)[2] == pytest.approx(15)


def test_a_thigh_pointing_forward_of_the_vertical_is_flexed():
    assert thigh_flexion(about("z", 25)) == pytest.approx(25)


@given(ANGLE, ANGLE, ANGLE, ANGLE, ANGLE, ANGLE)
def test_hip_angles_are_scipys_intrinsic_zxy_of_the_thigh_in_the_pelvis(a, b, c, d, e, f):
    pelvis, thigh = (Rotation.from_euler("ZXY", [angles], degrees=True) for angles in ((a, b, c), (d, e, f)))
    flexion, adduction, internal = (pelvis.inv() * thigh).as_euler("ZXY", degrees=True)[0]
    ours = hip_angles(frames(pelvis), frames(thigh), "right")
    if abs(adduction) < 89:
        assert np.ravel(ours) == pytest.approx([flexion, adduction, internal], abs=1e-6)


@given(ANGLE, ANGLE, ANGLE)
def test_pelvis_angles_are_scipys_intrinsic_yxz(rotation, obliquity, tilt):
    pelvis = Rotation.from_euler("YXZ", [(rotation, -obliquity, -tilt)], degrees=True)
    assert np.ravel(pelvis_angles(frames(pelvis))) == pytest.approx([tilt, obliquity, rotation], abs=1e-6)


@given(ANGLE, ANGLE)
def test_in_the_sagittal_plane_hip_flexion_is_thigh_flexion_plus_anterior_tilt(thigh, tilt):
    pelvis, leg = about("z", -tilt), about("z", thigh)
    hip = hip_angles(pelvis, leg, "left")[0]
    assert hip == pytest.approx(thigh_flexion(leg) + pelvis_angles(pelvis)[0], abs=1e-9)


@pytest.mark.parametrize("n_markers", [3, 4, 6])
def test_the_rigid_fit_is_the_svd_solution_under_noise(n_markers):
    rng = np.random.default_rng(n_markers)
    reference = rng.normal(0, 0.08, (n_markers, 3))
    truth = Rotation.random(200, rng=rng)
    moved = np.einsum("nij,mj->min", truth.as_matrix(), reference) + rng.normal(0, 0.003, (n_markers, 3, 200)) + 2.0
    ours = fit_rigid_body(reference, moved)
    for sample in range(0, 200, 20):
        centred = moved[:, :, sample] - moved[:, :, sample].mean(axis=0)
        theirs, _ = Rotation.align_vectors(centred, reference - reference.mean(axis=0))
        assert np.allclose(ours[:, :, sample], theirs.as_matrix(), atol=1e-9)


def test_one_lost_marker_of_four_leaves_a_rigid_body_where_it_is():
    rng = np.random.default_rng(1)
    reference = rng.normal(0, 0.08, (4, 3))
    truth = Rotation.random(50, rng=rng)
    moved = np.einsum("nij,mj->min", truth.as_matrix(), reference)
    moved[2, :, 10:30] = np.nan
    assert np.allclose(fit_rigid_body(reference, moved), frames(truth), atol=1e-9)


def test_a_mirrored_cluster_still_gets_a_rotation_and_the_best_one():
    rng = np.random.default_rng(5)
    reference = rng.normal(0, 0.08, (5, 3))
    mirrored = np.repeat((reference * [1, 1, -1])[:, :, None], 2, axis=2)
    ours = fit_rigid_body(reference, mirrored)[:, :, 0]
    centred = mirrored[:, :, 0] - mirrored[:, :, 0].mean(axis=0)
    theirs, _ = Rotation.align_vectors(centred, reference - reference.mean(axis=0))
    assert np.allclose(ours, theirs.as_matrix(), atol=1e-9)


def test_a_long_trial_is_fitted_as_its_pieces_are():
    rng = np.random.default_rng(6)
    reference = rng.normal(0, 0.08, (4, 3))
    moved = reference[:, :, None] + rng.normal(0, 0.01, (4, 3, SAMPLES_AT_ONCE + 50))
    moved[1, :, 20:30] = np.nan
    whole = fit_rigid_body(reference, moved)
    for piece in (slice(0, 60), slice(SAMPLES_AT_ONCE - 30, SAMPLES_AT_ONCE + 50)):
        assert np.allclose(whole[:, :, piece], fit_rigid_body(reference, moved[:, :, piece]), atol=1e-12)


def test_two_markers_or_markers_in_a_line_give_no_orientation():
    moved = np.repeat(np.eye(4, 3)[:, :, None], 5, axis=2)
    moved[2:, :, 3] = np.nan
    in_line = np.outer([0.0, 1.0, 2.0], [1.0, 2.0, 3.0])
    assert np.isnan(fit_rigid_body(np.eye(4, 3), moved)).any(axis=(0, 1)).tolist() == [False] * 3 + [True, False]
    assert np.isnan(fit_rigid_body(in_line, np.repeat(in_line[:, :, None], 2, axis=2))).all()
