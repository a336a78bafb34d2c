"""Ten real runners (Fukuchi 2017): the ledger's correlations and frames against the published curves and values."""

import numpy as np
import pandas as pd
import pytest

from kinematics import foot_events, hip_angles, read_trial, segment_strides
from kinematics.angles import standing_deg
from kinematics.ledger import compare_range, four_frames, people_of, standing_table, tilt_coupling

RUNNERS = range(1, 11)


@pytest.fixture(scope="module")
def measured():
    """Strides at 3.5 m/s and standing angles of the ten, and the published curves and Thomas values."""
    from conftest import missing, shared_folder

    folder = shared_folder() / "data" / "rbds"
    if not folder.is_dir():
        missing("no RBDS data", "set KINEMATICS_SHARED")
    strides, standing, peaks = [], [], []
    for runner in RUNNERS:
        name = f"RBDS{runner:03d}"
        static = read_trial(folder / f"{name}static.txt", task="static")
        stem = folder / f"{name}runT35"
        trial = read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=3.5)
        angles = hip_angles(trial, static)
        strides.append(segment_strides(angles, foot_events(trial, angles), participant=name, session="1"))
        standing.append(standing_table(standing_deg(static), participant=name, session="1"))
        curves = pd.read_csv(folder / f"{name}processed.txt", sep="\t")
        peaks.append(-np.mean([curves[f"{side}hipAngZ35"].min() for side in "LR"]))
    info = pd.read_csv(folder / "RBDSinfo.txt", sep="\t").drop_duplicates("Subject").iloc[:10]
    return strides, pd.concat(standing), np.array(peaks), info[["RThomas", "LThomas"]].mean(axis=1).to_numpy(float)


@pytest.mark.real
def test_the_order_of_the_runners_is_that_of_the_published_curves(measured):
    strides, _, published, _ = measured
    assert np.corrcoef(people_of(strides)["peak_hip_extension_deg"], published)[0, 1] > 0.98


@pytest.mark.real
def test_the_thomas_test_tells_running_extension_as_little_by_our_peaks_as_by_the_published(measured):
    strides, _, published, thomas = measured
    ours = np.corrcoef(people_of(strides)["peak_hip_extension_deg"], thomas)[0, 1]
    assert ours == pytest.approx(np.corrcoef(published, thomas)[0, 1], abs=0.1)


@pytest.mark.real
def test_tilt_and_hip_go_together_as_algebra_alone_makes_them(measured):
    coupling = tilt_coupling(*people_of(measured[0]).values())
    assert coupling.observed == pytest.approx(0.81, abs=0.03)
    assert coupling.shuffled[0] < coupling.observed < coupling.shuffled[1]


@pytest.mark.real
def test_the_frames_differ_by_the_standing_angles(measured):
    strides, standing, *_ = measured
    means = four_frames(strides, about=standing)[["hip_deg", "from_standing_hip_deg"]].mean()
    assert means["from_standing_hip_deg"] - means["hip_deg"] == pytest.approx(
        standing["standing_hip_flexion_deg"].mean(), abs=1e-6
    )


@pytest.mark.real
def test_no_healthy_runner_is_called_low_in_use_against_the_reference(measured):
    from kinematics.exam import empty_exam

    strides, standing, *_ = measured
    ledger = compare_range(strides, empty_exam(), about=standing)
    rows = ledger[ledger["comparison"] == "reference"]
    low = (rows["probability_used_low"] >= 0.9) & (rows["probability_used_low_standing"] >= 0.9)
    assert low.mean() <= 0.10
