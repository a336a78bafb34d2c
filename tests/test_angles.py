"""Angles of whole trials: an independent way to the same numbers, simulated truth."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinematics import DataError, hip_angles, read_trial
from kinematics.angles import standing_deg
from kinematics.conventions import SAMPLE_COLUMNS
from kinematics.settings import FilterSettings, Settings
from kinematics.simulate import Runner, simulate_gait, simulate_markers, write_angles, write_marker_trial

UNFILTERED = Settings(filter=FilterSettings(cutoff_hz=100))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A marker trial of a synthetic runner, its static trial, and its truth."""
    gait = simulate_gait(Runner(speed_m_s=3.2, peak_hip_extension_left_deg=4.0), duration_s=6.0, seed=3)
    truth = simulate_markers(gait)
    folder = tmp_path_factory.mktemp("markers")
    write_marker_trial(folder, truth, stem="P01", static_stem="P01_static")
    motion = next(folder.glob("*markers.txt"))
    static = next(folder.glob("*static.txt"))
    return read_trial(motion, task="run", speed_m_s=3.2), read_trial(static, task="static"), truth


def test_markers_of_rigid_segments_give_back_their_angles(simulated):
    trial, static, truth = simulated
    angles = hip_angles(trial, static, settings=UNFILTERED).table
    for column in SAMPLE_COLUMNS[1:]:
        assert angles[column.name].to_numpy() == pytest.approx(truth.angles[column.name].to_numpy(), abs=0.02)


def test_the_default_filter_takes_less_than_a_tenth_of_a_degree_from_the_peak_extension(simulated):
    trial, static, truth = simulated
    inside = slice(100, -100)
    ours = hip_angles(trial, static).table["hip_flexion_left_deg"].to_numpy()[inside]
    assert ours.min() == pytest.approx(truth.angles["hip_flexion_left_deg"].to_numpy()[inside].min(), abs=0.1)


def test_standing_angles_are_the_static_trials(simulated):
    _, static, truth = simulated
    standing = standing_deg(static)
    for name, value in truth.standing_deg.items():
        assert standing[name] == pytest.approx(value, abs=0.02)


def test_a_marker_trial_without_a_static_trial_is_refused(simulated):
    with pytest.raises(DataError, match="a marker trial needs a static trial, and none is given"):
        hip_angles(simulated[0])


def test_the_passport_tells_model_zero_sequence_filter_and_files(simulated):
    passport = hip_angles(simulated[0], simulated[1]).passport
    assert (passport.zero, passport.hip_centre) == ("anatomical", "harrington")
    assert [role for role, _, _ in passport.sources] == ["motion", "static"]
    assert passport.filter == "markers: zero-lag 4th-order Butterworth, 10 Hz"


def test_an_independent_reckoning_of_one_real_frame_agrees(rbds):
    """Coda pelvis, Bell hip centre, thigh cluster by SciPy: written out for one sample of a real trial."""
    static = read_trial(rbds / "RBDS004static.txt", task="static")
    trial = read_trial(rbds / "RBDS004runT45markers.txt", task="run")
    settings = UNFILTERED.model_copy(update={"model": UNFILTERED.model.model_copy(update={"hip_centre": "bell"})})
    still = {label: np.nanmean(position, axis=1) for label, position in static.markers.items()}
    origin = (still["R.ASIS"] + still["L.ASIS"]) / 2
    z = still["R.ASIS"] - still["L.ASIS"]
    width = np.linalg.norm(z)
    z = z / width
    y = np.cross(z, origin - (still["R.PSIS"] + still["L.PSIS"]) / 2)
    y = y / np.linalg.norm(y)
    pelvis = np.column_stack((np.cross(y, z), y, z))
    centre = origin + pelvis @ (width * np.array([-0.19, -0.30, 0.36]))
    knee = (still["R.Knee"] + still["R.Knee.Medial"]) / 2
    up = (centre - knee) / np.linalg.norm(centre - knee)
    ahead = np.cross(up, still["R.Knee"] - still["R.Knee.Medial"])
    ahead = ahead / np.linalg.norm(ahead)
    thigh = np.column_stack((ahead, up, np.cross(ahead, up)))
    sample = 1234
    carried = []
    for frame, labels in (
        (pelvis, ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS")),
        (thigh, [label for label in still if label.startswith("R.Thigh")]),
    ):
        now = np.stack([trial.markers[label][:, sample] for label in labels])
        then = np.stack([still[label] for label in labels])
        turn, _ = Rotation.align_vectors(now - now.mean(axis=0), then - then.mean(axis=0))
        carried.append(turn.as_matrix() @ frame)
    by_hand = Rotation.from_matrix(carried[0].T @ carried[1]).as_euler("ZXY", degrees=True)
    row = hip_angles(trial, static, settings=settings).table.iloc[sample]
    ours = row[["hip_flexion_right_deg", "hip_adduction_right_deg", "hip_internal_rotation_right_deg"]]
    assert ours.to_numpy() == pytest.approx(by_hand, abs=1e-6)


def test_angle_trials_keep_their_numbers_and_get_their_thigh_from_hip_and_tilt(tmp_path):
    from kinematics.simulate import simulate_angles

    gait = simulate_gait(Runner(speed_m_s=3.0), duration_s=5.0, seed=1)
    made = simulate_angles(gait)
    write_angles(tmp_path / "P01.csv", made.table)
    table = hip_angles(read_trial(tmp_path / "P01.csv", task="run"), settings=UNFILTERED).table
    assert table["hip_flexion_right_deg"].to_numpy() == pytest.approx(made.table["hip_flexion_r"].to_numpy(), abs=6e-4)
    thigh = table["hip_flexion_left_deg"] - table["pelvis_anterior_tilt_deg"]
    assert table["thigh_flexion_left_deg"].to_numpy() == pytest.approx(thigh.to_numpy())
