"""Body models and segment frames: hip centres by hand, tracking against SciPy's rotations, refusals in plain words."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinematics import DataError, read_trial
from kinematics.models.hip_centre import hip_centre
from kinematics.models.markers import calibrate, segment_frames
from kinematics.settings import FilterSettings, ModelSettings, Settings

SIZE = {"width_m": 0.240, "depth_m": 0.160, "leg_m": 0.900}


@pytest.mark.parametrize(
    ("method", "by_hand_mm"),
    [
        ("harrington", (-0.24 * 160 - 9.9, -0.16 * 240 - 0.04 * 900 - 7.1, 0.28 * 160 + 0.16 * 240 + 7.9)),
        ("hara", (11 - 0.063 * 900, -9 - 0.078 * 900, 8 + 0.086 * 900)),
        ("bell", (-0.19 * 240, -0.30 * 240, 0.36 * 240)),
        ("davis", (-40.16, -94.42, 77.71)),  # C = 88.2 mm, ASIS to trochanter 67.36 mm
    ],
)
def test_hip_centres_are_those_of_the_published_regressions(method, by_hand_mm):
    centre = hip_centre(method, **SIZE, marker_radius_m=0.0)
    assert centre * 1000 == pytest.approx(by_hand_mm, abs=0.01)


def test_a_marker_radius_moves_the_centre_back_by_itself():
    bare, padded = (hip_centre("harrington", **SIZE, marker_radius_m=radius) for radius in (0.0, 0.010))
    assert (padded - bare) * 1000 == pytest.approx([-10, 0, 0])


def test_a_regression_without_its_lengths_says_what_is_missing():
    with pytest.raises(DataError, match="'hara' needs markers that the static trial lacks"):
        hip_centre("hara", width_m=0.24, depth_m=np.nan, leg_m=np.nan, marker_radius_m=0.0)


@pytest.fixture
def static(rbds):
    return read_trial(rbds / "RBDS001static.txt", task="static")


@pytest.fixture
def running(rbds):
    return read_trial(rbds / "RBDS001runT35markers.txt", task="run", speed_m_s=3.5)


def test_the_lengths_of_the_pelvis_are_distances_between_its_markers(static):
    lengths = calibrate(static, Settings()).lengths_m
    mean = {label: position.mean(axis=1) for label, position in static.markers.items()}
    assert lengths["pelvis_width"] == pytest.approx(np.linalg.norm(mean["R.ASIS"] - mean["L.ASIS"]), abs=1e-6)
    front, back = (mean[f"R.{name}"] / 2 + mean[f"L.{name}"] / 2 for name in ("ASIS", "PSIS"))
    assert lengths["pelvis_depth"] == pytest.approx(np.linalg.norm(front - back), abs=1e-6)
    assert lengths["leg_left"] == pytest.approx(np.linalg.norm(mean["L.ASIS"] - mean["L.Ankle.Medial"]), abs=1e-6)


def test_left_and_right_hip_centres_are_mirror_images(static):
    centres = calibrate(static, Settings(model=ModelSettings(hip_centre="bell"))).hip_centres_m
    assert centres["left"] == pytest.approx(centres["right"] * [1, 1, -1])


def test_segment_frames_are_right_handed_rotations(static, running):
    frames = segment_frames(running, calibrate(static, Settings()), Settings())
    for frame in (frames.pelvis, *frames.thighs.values()):
        assert np.allclose(np.einsum("ijn,ikn->jkn", frame, frame), np.eye(3)[:, :, None], atol=1e-12)
        assert np.allclose(np.linalg.det(np.moveaxis(frame, 2, 0)), 1)


def test_tracked_frames_are_those_of_scipys_least_squares_rotation(static, running):
    settings = Settings(filter=FilterSettings(cutoff_hz=100))  # beyond Nyquist: no filter
    model = calibrate(static, settings)
    thigh = model.thighs["left"]
    frames = segment_frames(running, model, settings).thighs["left"]
    for sample in range(0, 4500, 500):
        seen = np.stack([running.markers[label][:, sample] for label in thigh.labels])
        theirs, _ = Rotation.align_vectors(seen - seen.mean(axis=0), thigh.positions - thigh.positions.mean(axis=0))
        assert np.allclose(frames[:, :, sample], theirs.as_matrix(), atol=1e-8)


def test_a_lost_pelvis_marker_does_not_lose_the_pelvis(static, running):
    lost = running.markers["L.PSIS"].copy()
    lost[:, 1000:1400] = np.nan
    damaged = replace(running, markers={**running.markers, "L.PSIS": lost})
    frames = segment_frames(damaged, calibrate(static, Settings()), Settings())
    whole = segment_frames(running, calibrate(static, Settings()), Settings())
    assert np.isfinite(frames.pelvis).all()
    angle = Rotation.from_matrix(np.moveaxis(frames.pelvis, 2, 0)).inv() * Rotation.from_matrix(
        np.moveaxis(whole.pelvis, 2, 0)
    )
    assert np.rad2deg(angle.magnitude()).max() < 3.0
    assert any("400 left out as longer gaps" in note for note in frames.notes if note.startswith("pelvis"))


def test_a_static_trial_in_which_the_person_walks_is_refused(running):
    with pytest.raises(DataError, match=r"moves \d+ cm in the static trial"):
        calibrate(running, Settings())


def test_a_static_trial_without_an_epicondyle_names_the_marker(static):
    markers = {label: position for label, position in static.markers.items() if label != "L.Knee.Medial"}
    with pytest.raises(DataError, match=r"RBDS001static\.txt: marker L\.Knee\.Medial \(left knee medial\) is missing"):
        calibrate(replace(static, markers=markers), Settings())


def test_a_thigh_with_two_markers_cannot_be_tracked(static, running):
    keep = {label: position for label, position in running.markers.items() if "L.Thigh.Top" not in label}
    with pytest.raises(DataError, match="left thigh has only 2 of its tracking markers"):
        segment_frames(replace(running, markers=keep), calibrate(static, Settings()), Settings())
