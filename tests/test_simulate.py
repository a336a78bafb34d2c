"""Synthetic runners: their truth is exact, their files are read back, and the demo study comes out as designed."""

from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

import kinematics as kin
from kinematics.conventions import SIDES, DataError
from kinematics.intake import read_intake, safety
from kinematics.models.hip_centre import hip_centre
from kinematics.simulate import (
    Gait,
    MarkerTrial,
    Runner,
    angles_at,
    body_of,
    course_of,
    motion_at,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    simulate_study,
    truth,
    write_angles,
    write_marker_trial,
)

MIRROR = {"right": 1.0, "left": -1.0}
RUNNER = Runner(
    speed_m_s=3.5,
    peak_hip_extension_left_deg=-6.0,
    peak_hip_extension_right_deg=11.0,
    mean_pelvis_anterior_tilt_deg=18.0,
    height_m=1.70,
    mass_kg=60.0,
)
LARGEST_DEMO_BYTES = 8_000_000
KEYS = ["participant", "session", "trial", "side"]


@pytest.fixture(scope="module")
def gait() -> Gait:
    return simulate_gait(RUNNER, duration_s=20.0, seed=7)


@pytest.fixture(scope="module")
def trial(gait) -> MarkerTrial:
    """Rigid, without noise."""
    return simulate_markers(gait, seed=3)


@pytest.fixture(scope="module")
def demo(root) -> Path:
    return root / "data" / "raw" / "demo"


@pytest.fixture(scope="module")
def fresh_demo(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "demo"
    simulate_study(folder)
    return folder


# The runner's own numbers


@pytest.mark.parametrize("side, wanted_deg", [("left", -6.0), ("right", 11.0)])
def test_the_median_peak_hip_extension_is_the_runners(gait, side, wanted_deg):
    strides = truth(gait)
    peaks = strides.loc[strides["side"] == side, "peak_hip_extension_deg"]
    assert peaks.median() == pytest.approx(wanted_deg, abs=1e-9)


def test_the_median_tilt_is_the_runners(gait):
    assert truth(gait)["mean_pelvis_anterior_tilt_deg"].median() == pytest.approx(18.0, abs=1e-9)


@pytest.mark.parametrize("number", [0, 4, -1])
def test_peaks_in_the_truth_are_those_of_the_angles_between_the_contacts(gait, number):
    """Also in the last stride, after which the trial goes on to a deeper peak that is not the stride's."""
    stride = truth(gait).query("side == 'right'").iloc[number]
    time_s = np.linspace(stride["start_s"], stride["end_s"], 20_001)
    flexion = angles_at(gait, time_s)["hip_flexion_right_deg"]
    assert stride["peak_hip_extension_deg"] == pytest.approx(-flexion.min(), abs=0.002)


def test_toe_off_is_where_the_reference_has_it(gait):
    strides = truth(gait)
    share = (strides["toe_off_s"] - strides["start_s"]) / (strides["end_s"] - strides["start_s"])
    assert 100 * share.mean() == pytest.approx(33.2, abs=0.1)


def test_peaks_vary_from_stride_to_stride_by_the_runners_sd():
    strides = truth(simulate_gait(Runner(stride_sd_deg=0.8), duration_s=120.0, seed=1))
    spread = strides.groupby("side")["peak_hip_extension_deg"].std()
    assert spread.between(0.65, 0.95).all()


def test_a_runner_without_variation_has_the_same_peak_in_every_stride():
    strides = truth(simulate_gait(Runner(stride_sd_deg=0.0), duration_s=10.0, seed=1))
    assert strides["peak_hip_extension_deg"].std() < 0.005


def test_stride_times_vary_by_about_one_percent(gait):
    strides = truth(gait)
    stride_s = strides["end_s"] - strides["start_s"]
    assert 0.005 < stride_s.std() / stride_s.mean() < 0.015


def test_no_angle_jumps_between_two_milliseconds(gait):
    angles = angles_at(gait, np.arange(0.0, 20.0, 0.001))
    largest = max(np.abs(np.diff(angle)).max() for angle in angles.values())
    assert largest < 1.2  # the knee's 1100 deg/s is the fastest of all


def test_another_seed_gives_another_movement(gait):
    other = simulate_gait(RUNNER, duration_s=20.0, seed=8)
    time_s = np.arange(0.0, 20.0, 0.1)
    assert (
        np.abs(angles_at(other, time_s)["hip_flexion_left_deg"] - angles_at(gait, time_s)["hip_flexion_left_deg"]).max()
        > 1
    )


def test_a_speed_beyond_the_reference_is_refused():
    with pytest.raises(DataError, match=r"5.5 m/s.*Choose another speed"):
        simulate_gait(Runner(speed_m_s=5.5), seed=1)


def test_a_trial_too_short_for_a_stride_is_refused():
    with pytest.raises(DataError, match="no whole stride"):
        simulate_gait(Runner(), duration_s=0.5, seed=1)


# The body


def _static_points(trial: MarkerTrial) -> dict[str, np.ndarray]:
    return {name: path.mean(axis=1) for name, path in trial.static_mm.items()}


def _pelvis_by_hand(points: dict[str, np.ndarray]) -> np.ndarray:
    right, left = points["R.ASIS"], points["L.ASIS"]
    z = (right - left) / np.linalg.norm(right - left)
    forward = (right + left) / 2 - (points["R.PSIS"] + points["L.PSIS"]) / 2
    x = forward - z * (forward @ z)
    x /= np.linalg.norm(x)
    return np.column_stack((x, np.cross(z, x), z))


def test_the_hip_centre_is_where_harrington_puts_it_from_the_standing_markers(trial):
    points = _static_points(trial)
    back = (points["R.PSIS"] + points["L.PSIS"]) / 2
    by_the_analysis = hip_centre(
        "harrington",
        width_m=np.linalg.norm(points["R.ASIS"] - points["L.ASIS"]) / 1000,
        depth_m=np.linalg.norm((points["R.ASIS"] + points["L.ASIS"]) / 2 - back) / 1000,
        leg_m=np.linalg.norm(points["R.ASIS"] - points["R.Ankle.Medial"]) / 1000,
        marker_radius_m=kin.Settings().model.marker_radius_m,
    )
    assert np.allclose(body_of(RUNNER).hip, by_the_analysis, atol=1e-9)


@pytest.mark.parametrize("side", SIDES)
def test_markers_give_back_their_own_angles_by_another_way(trial, side):
    """Frames by hand from the standing markers, clusters aligned by SciPy sample by sample, SciPy's Euler angles."""
    points = _static_points(trial)
    pelvis = _pelvis_by_hand(points)
    letter = side[0].upper()
    hip = (points["R.ASIS"] + points["L.ASIS"]) / 2 + 1000 * pelvis @ body_of(RUNNER).hip_centre(side)
    lateral, medial = points[f"{letter}.Knee"], points[f"{letter}.Knee.Medial"]
    y = hip - (lateral + medial) / 2
    z = MIRROR[side] * (lateral - medial)
    x = np.cross(y, z)
    thigh = np.column_stack([axis / np.linalg.norm(axis) for axis in (x, y, np.cross(x, y))])
    clusters = {
        "pelvis": ["R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS", "R.Iliac.Crest"],
        "thigh": [
            f"{letter}.Thigh.{place}" for place in ("Top.Lateral", "Bottom.Lateral", "Top.Medial", "Bottom.Medial")
        ],
    }
    standing = {name: np.array([points[marker] for marker in markers]) for name, markers in clusters.items()}
    samples = range(0, trial.time_s.size, 61)
    found = []
    for i in samples:
        turned = {}
        for name, markers in clusters.items():
            now = np.array([trial.markers_mm[marker][:, i] for marker in markers])
            turned[name], _ = Rotation.align_vectors(now - now.mean(0), standing[name] - standing[name].mean(0))
        pelvis_now = turned["pelvis"] * Rotation.from_matrix(pelvis)
        thigh_now = turned["thigh"] * Rotation.from_matrix(thigh)
        rotation, obliquity, tilt = pelvis_now.as_euler("YXZ", degrees=True)
        flexion, adduction, internal = (pelvis_now.inv() * thigh_now).as_euler("ZXY", degrees=True)
        found.append((-tilt, -obliquity, rotation, flexion, MIRROR[side] * adduction, MIRROR[side] * internal))
    names = ["pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg"]
    names += [f"hip_{name}_{side}_deg" for name in ("flexion", "adduction", "internal_rotation")]
    assert np.abs(np.array(found) - trial.angles.loc[list(samples), names].to_numpy()).max() < 1e-6


def test_hip_flexion_is_thigh_flexion_plus_tilt_where_the_leg_is_behind(trial):
    angles = trial.angles
    behind = angles["hip_flexion_left_deg"] < angles["hip_flexion_left_deg"].quantile(0.1)
    gap = angles["hip_flexion_left_deg"] - angles["thigh_flexion_left_deg"] - angles["pelvis_anterior_tilt_deg"]
    assert gap[behind].abs().max() < 0.5


def test_segments_keep_their_length(trial):
    thigh = trial.motion.origins["shank_left"] - trial.motion.origins["thigh_left"]
    assert np.allclose(np.linalg.norm(thigh, axis=0), 0.245 * 1.70, atol=1e-12)


def test_the_standing_foot_goes_back_with_the_belt():
    gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=10.0, seed=2)
    strides = truth(gait).query("side == 'right'")
    stance_s = strides["toe_off_s"] - strides["start_s"]
    first, last = (strides["start_s"] + part * stance_s for part in (0.2, 0.8))
    motion = motion_at(course_of(gait), np.concatenate((first, last)))
    middle_of_sole = motion.point("foot_right", np.array([0.03, -0.1, 0.0]))[0]
    at_first, at_last = np.split(middle_of_sole, 2)
    assert ((at_first - at_last) / (last - first)).mean() == pytest.approx(3.5, rel=0.06)


def test_the_sole_is_on_the_ground_in_mid_stance(gait):
    strides = truth(gait).query("side == 'left'")
    middle = (strides["start_s"] + strides["toe_off_s"]).to_numpy() / 2
    motion = motion_at(course_of(gait, seed=3), middle)
    heights_m = motion.point("foot_left", np.array([0.0, -0.062 * 1.70, 0.0]))[1]
    assert np.abs(heights_m).max() < 0.025


def test_the_force_carries_the_body(trial):
    assert trial.force["Fy"].mean() == pytest.approx(60.0 * 9.81, rel=0.02)


def test_the_force_begins_at_contact_and_ends_at_toe_off(trial):
    stride = trial.strides.query("side == 'right'").iloc[3]
    loaded_s = (trial.force["Time"] - 1)[trial.force["Fy"] > 0] / 300.0
    own = loaded_s[loaded_s.between(stride["start_s"] - 0.02, stride["toe_off_s"] + 0.02)]
    assert (own.min(), own.max()) == pytest.approx((stride["start_s"], stride["toe_off_s"]), abs=1 / 300)


def test_a_lost_marker_is_lost_in_its_gap_alone(gait):
    markers = simulate_markers(gait, gaps=[("L.PSIS", 6.0, 6.5)]).markers_mm
    lost = {name: int(np.isnan(path).any(axis=0).sum()) for name, path in markers.items()}
    assert {name: count for name, count in lost.items() if count} == {"L.PSIS": 75}  # half a second at 150 Hz


def test_a_missing_marker_is_never_seen(gait):
    assert np.isnan(simulate_markers(gait, missing=["R.MT1"]).markers_mm["R.MT1"]).all()


def test_losing_a_marker_that_there_is_not_is_refused(gait):
    with pytest.raises(DataError, match=r"no marker 'R.Nose'"):
        simulate_markers(gait, missing=["R.Nose"])


def test_marker_noise_has_the_stated_sd(gait, trial):
    noisy = simulate_markers(gait, noise_mm=0.5, seed=3).markers_mm
    error_mm = np.concatenate([(noisy[name] - trial.markers_mm[name]).ravel() for name in noisy])
    assert error_mm.std() == pytest.approx(0.5, rel=0.02)


# Files


def test_angle_and_marker_trials_speak_of_the_same_movement(gait, trial):
    angles = simulate_angles(gait).angles  # 100 Hz: every second sample is every third of 150 Hz
    assert np.allclose(angles["hip_flexion_right_deg"][::2], trial.angles["hip_flexion_right_deg"][::3], atol=1e-9)


def test_an_angle_file_is_read_back_to_its_rounding(gait, tmp_path):
    simulated = simulate_angles(gait)
    write_angles(tmp_path / "run.csv", simulated.table)
    read = kin.read_trial(tmp_path / "run.csv", task="run", speed_m_s=3.5, zero="anatomical")
    errors = [np.abs(values - simulated.angles[name]).max() for name, values in read.channels.items()]
    assert len(errors) == 9 and max(errors) <= 0.0005 + 1e-9


def test_a_marker_file_is_read_back_to_its_rounding(trial, tmp_path):
    write_marker_trial(tmp_path, trial, stem="run", static_stem="static")
    forces = tmp_path / "run_forces.txt"
    read = kin.read_trial(tmp_path / "run_markers.txt", task="run", speed_m_s=3.5, forces=forces)
    errors_mm = [np.abs(1000 * path - trial.markers_mm[name]).max() for name, path in read.markers.items()]
    assert len(errors_mm) > 10 and max(errors_mm) <= 0.005 + 1e-6


def test_exact_markers_come_back_through_the_analysis(trial, tmp_path):
    write_marker_trial(tmp_path, trial, stem="run", static_stem="static")
    run = kin.read_trial(tmp_path / "run_markers.txt", task="run", speed_m_s=3.5)
    angles = kin.hip_angles(run, kin.read_trial(tmp_path / "static.txt", task="static")).table
    error_deg = (angles["hip_flexion_left_deg"] - trial.angles["hip_flexion_left_deg"])[15:-15]
    assert np.sqrt((error_deg**2).mean()) < 0.15  # what the 10 Hz filter takes


@pytest.mark.real
@pytest.mark.parametrize(
    "real, simulated",
    [
        ("RBDS001runT35markers.txt", "run_markers.txt"),
        ("RBDS001static.txt", "static.txt"),
        ("RBDS001runT35forces.txt", "run_forces.txt"),
    ],
)
def test_the_columns_are_those_of_the_real_files(rbds, trial, tmp_path, real, simulated):
    write_marker_trial(tmp_path, trial, stem="run", static_stem="static")
    header = (tmp_path / simulated).read_text(encoding="utf-8").splitlines()[0]
    assert header == (rbds / real).read_text(encoding="utf-8").splitlines()[0]


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        gait = simulate_gait(RUNNER, duration_s=3.0, seed=4)
        write_angles(tmp_path / f"{name}.csv", simulate_angles(gait, noise_deg=0.1, seed=4).table)
    assert filecmp.cmp(tmp_path / "a.csv", tmp_path / "b.csv", shallow=False)


# The demo study


def _cells(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=None, engine="python", keep_default_na=False)


def test_the_committed_demo_has_the_files_of_a_fresh_one(demo, fresh_demo):
    assert sorted(path.name for path in demo.iterdir()) == sorted(path.name for path in fresh_demo.iterdir())


@pytest.mark.parametrize("name", ["participants", "trials", "exam", "intake", "truth"])
def test_the_committed_tables_are_those_of_a_fresh_demo(demo, fresh_demo, name):
    assert (demo / f"{name}.csv").read_bytes() == (fresh_demo / f"{name}.csv").read_bytes()


def test_the_committed_angles_are_those_of_a_fresh_demo(demo, fresh_demo):
    """To the last digit written, which another processor may round the other way."""
    for path in sorted(demo.glob("P*.csv")):
        gap = np.loadtxt(path, delimiter=",", skiprows=1) - np.loadtxt(
            fresh_demo / path.name, delimiter=",", skiprows=1
        )
        assert np.abs(gap).max() <= 0.00101, path.name


def test_the_demo_is_small(demo):
    assert sum(path.stat().st_size for path in demo.iterdir()) < LARGEST_DEMO_BYTES


def test_the_tables_of_the_demo_have_no_fault(demo):
    study = kin.read_study(demo)
    assert [study.errors, *(session.errors for session in study.sessions)] == [()] * (1 + len(study.sessions))


def test_one_visit_of_the_demo_left_safety_questions_open_and_none_raises_a_rule(demo):
    intake = read_intake(demo / "intake.csv")
    states = {visit: safety(rows).state for visit, rows in intake.groupby(["participant", "session"])}
    assert {visit for visit, state in states.items() if state != "clear"} == {("P09", "1")}
    assert states["P09", "1"] == "unanswered"


@pytest.fixture(scope="module")
def through_the_analysis(demo) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The demo's truth beside what the analysis finds, per trial and side; and its ledger."""
    found, ledgers = [], []
    for session in kin.read_study(demo).sessions:
        strides = [_strides(session, entry) for entry in session.trials if entry.task == "run"]
        ledgers.append(kin.compare_range(strides, session.exam, settings=session.settings))
        found += [one.table[one.table["valid"]] for one in strides]
    columns = ["peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg"]
    medians = pd.concat(found).groupby(KEYS)[columns].median()
    true = pd.read_csv(demo / "truth.csv", dtype={"session": str}).set_index(KEYS)
    return true.join(medians.add_suffix("_found")), pd.concat(ledgers)


def _strides(session, entry):
    def named(file):
        return session.folder / file if file else None

    static = kin.read_trial(named(entry.static_file), task="static") if entry.static_file else None
    trial = kin.read_trial(
        named(entry.file),
        task=entry.task,
        speed_m_s=entry.speed_m_s,
        forces=named(entry.forces_file),
        zero=entry.zero or None,
    )
    angles = kin.hip_angles(trial, static, settings=session.settings)
    events = kin.foot_events(trial, angles, settings=session.settings)
    return kin.segment_strides(angles, events, participant=session.participant.participant, session=session.session)


@pytest.mark.parametrize("name", ["peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg"])
def test_the_demos_truth_comes_back_within_half_a_degree(through_the_analysis, name):
    both, _ = through_the_analysis
    assert (both[f"{name}_found"] - both[name]).abs().max() < 0.5


def test_every_class_of_the_demo_comes_out_as_designed(demo, through_the_analysis):
    both, ledger = through_the_analysis
    reference = ledger[(ledger["comparison"] == "reference") & (ledger["direction"] == "extension")]
    speed_of = {entry.trial: entry.speed_m_s for session in kin.read_study(demo).sessions for entry in session.trials}
    designed = both["designed_class"].reset_index()
    designed["speed_m_s"] = designed["trial"].map(speed_of)
    keys = ["participant", "session", "speed_m_s", "side"]
    merged = designed.merge(reference[[*keys, "class"]], on=keys, how="left")
    assert merged["class"].tolist() == merged["designed_class"].tolist()


def test_the_demo_shows_every_class(demo):
    designed = set(pd.read_csv(demo / "truth.csv")["designed_class"])
    assert designed == {"available_unused", "low_both", "low_test_only", "typical", "inconclusive"}


def test_a_folder_with_other_files_is_not_written_into(tmp_path):
    (tmp_path / "participants.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="holds files already"):
        simulate_study(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["participants.csv"]
