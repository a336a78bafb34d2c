"""Contacts and toe-offs: from force with noise, from angles alone, from the user."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kinematics import DataError, foot_events, hip_angles, read_trial
from kinematics.events import force_contacts
from kinematics.events.force import without_drift
from kinematics.settings import EventSettings, ForceSettings, Settings
from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)
from kinematics.trial import Force

RATE = 300.0


def stance_force(noise_n: float = 0.0, seconds: float = 6.0) -> tuple[Force, np.ndarray, np.ndarray]:
    """Half-sine stances of 0.24 s every 0.35 s, 1,600 N high, noise in flight too; contacts and toe-offs at 20 N."""
    time_s = np.arange(0, seconds, 1 / RATE)
    starts = np.arange(0.1, seconds - 0.3, 0.35)
    phase = (time_s[:, None] - starts) / 0.24
    force = np.where((phase > 0) & (phase < 1), 1600 * np.sin(np.pi * np.clip(phase, 0, 1)), 0).sum(axis=1)
    force += np.random.default_rng(0).normal(0, 1, time_s.size) * noise_n
    late = 0.24 * np.arcsin(20 / 1600) / np.pi
    return Force(RATE, force[None], np.full((1, 2, time_s.size), np.nan)), starts + late, starts + 0.24 - late


def test_force_contacts_lie_between_the_samples():
    force, contact, toe_off = stance_force()
    found = force_contacts(force, ForceSettings(cutoff_hz=140))
    assert found[0] == pytest.approx(contact, abs=0.002)
    assert found[1] == pytest.approx(toe_off, abs=0.002)


def test_noise_in_flight_invents_no_contact():
    force, contact, _ = stance_force(noise_n=15.0)
    assert (force.vertical_n > 20).sum() > 1000  # the noise does pass the threshold by itself
    assert force_contacts(force, ForceSettings())[0].size == contact.size


def test_a_stance_cut_by_the_start_or_end_of_the_file_is_left_out():
    force, contact, _ = stance_force()
    cut = replace(force, vertical_n=force.vertical_n[:, 60:-40])
    assert force_contacts(cut, ForceSettings())[0].size < contact.size
    assert force_contacts(cut, ForceSettings())[0][0] > 0.1


def test_no_force_gives_no_contact():
    quiet = Force(RATE, np.zeros((1, 900)), np.full((1, 2, 900), np.nan))
    assert force_contacts(quiet, ForceSettings())[0].size == 0


@pytest.fixture(scope="module")
def marker_trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    truth = simulate_markers(simulate_gait(Runner(speed_m_s=3.5), duration_s=10.0, seed=5))
    write_marker_trial(folder, truth, stem="P01", static_stem="P01_static")
    trial = read_trial(folder / "P01_markers.txt", forces=folder / "P01_forces.txt", task="run", speed_m_s=3.5)
    return trial, hip_angles(trial, read_trial(folder / "P01_static.txt", task="static")), truth.strides


def test_force_events_of_a_synthetic_runner_are_the_true_ones_with_their_sides(marker_trial):
    trial, angles, truth = marker_trial
    events = foot_events(trial, angles)
    assert events.method == "force"
    for side in ("left", "right"):
        contacts = events.times(side, "contact")
        true = truth.loc[truth["side"] == side, "start_s"].to_numpy()
        nearest = np.abs(contacts[:, None] - true).min(axis=1)
        assert nearest[1:-1].max() < 0.012  # the 50 Hz filter brings the 20 N a few ms forward


def test_angle_events_lie_within_their_stated_spread_of_the_truth(tmp_path):
    made = simulate_angles(simulate_gait(Runner(speed_m_s=3.5), duration_s=20.0, seed=7))
    write_angles(tmp_path / "P01.csv", made.table)
    trial = read_trial(tmp_path / "P01.csv", task="run", speed_m_s=3.5)
    events = foot_events(trial, hip_angles(trial))
    assert events.method == "angles"
    for side in ("left", "right"):
        true = made.strides.loc[made.strides["side"] == side, "start_s"].to_numpy()
        found = events.times(side, "contact")
        error = found[np.abs(found[:, None] - true).argmin(axis=0)] - true
        assert np.abs(error[1:-1]).max() < 0.026  # two of the stated 13 ms


def test_angle_events_miss_and_invent_no_stride(tmp_path):
    made = simulate_angles(simulate_gait(Runner(speed_m_s=2.8), duration_s=30.0, seed=8), noise_deg=0.5)
    write_angles(tmp_path / "P01.csv", made.table)
    trial = read_trial(tmp_path / "P01.csv", task="run", speed_m_s=2.8)
    contacts = foot_events(trial, hip_angles(trial)).times("left", "contact")
    assert np.diff(contacts).max() < 1.3 * np.median(np.diff(contacts))
    assert np.diff(contacts).min() > 0.7 * np.median(np.diff(contacts))


def test_events_of_the_user_override_the_force(marker_trial):
    trial, angles, _ = marker_trial
    table = pd.DataFrame({"side": ["left"], "kind": ["contact"], "time_s": [1.0]})
    events = foot_events(replace(trial, events=table), angles)
    assert (events.method, len(events.table)) == ("file", 1)


def test_the_method_can_be_chosen_by_name(marker_trial):
    trial, angles, _ = marker_trial
    chosen = Settings(events=EventSettings(method="angles"))
    assert foot_events(trial, angles, settings=chosen).method == "angles"
    with pytest.raises(DataError, match="no events of its own"):
        foot_events(trial, angles, settings=Settings(events=EventSettings(method="file")))


def test_other_tasks_have_no_events_from_angles(tmp_path):
    made = simulate_angles(simulate_gait(Runner(speed_m_s=2.8), duration_s=5.0, seed=1))
    write_angles(tmp_path / "P01.csv", made.table)
    trial = read_trial(tmp_path / "P01.csv", task="rom")
    with pytest.raises(DataError, match="known for running and walking, and this is a 'rom' trial"):
        foot_events(trial, hip_angles(trial))


def test_a_trial_without_movement_has_no_contacts(tmp_path):
    time_s = np.arange(500) / 100
    sway = 5.0 + np.sin(time_s)
    table = pd.DataFrame({"time_s": time_s, "hip_flexion_l": sway, "hip_flexion_r": sway})
    write_angles(tmp_path / "still.csv", table)
    trial = read_trial(tmp_path / "still.csv", task="run")
    with pytest.raises(DataError, match=r"still\.csv: no foot contact was found"):
        foot_events(trial, hip_angles(trial))


@pytest.mark.parametrize("zero_n", [40.0, -40.0])
def test_a_plate_that_reads_40_n_when_empty_gives_the_same_contacts(zero_n):
    force, contact, toe_off = stance_force(noise_n=3.0)
    found = force_contacts(replace(force, vertical_n=force.vertical_n + zero_n), ForceSettings(cutoff_hz=140))
    assert found[0] == pytest.approx(contact, abs=0.004)
    assert found[1] == pytest.approx(toe_off, abs=0.004)


def test_a_zero_that_drifts_by_60_n_is_followed():
    force, contact, _ = stance_force(seconds=60.0)
    drift = np.linspace(0, 60, force.vertical_n.shape[1])
    found = force_contacts(replace(force, vertical_n=force.vertical_n + drift), ForceSettings(cutoff_hz=140))
    assert found[0] == pytest.approx(contact, abs=0.003)


def test_a_plate_that_is_never_empty_keeps_its_zero():
    force = Force(RATE, np.full((1, 900), 600.0), np.full((1, 2, 900), np.nan))
    vertical, zero = without_drift(force)
    assert (vertical == 600.0).all()
    assert zero[0] == 0.0


def test_two_belts_that_share_a_contact_are_one(marker_trial):
    trial, angles, _ = marker_trial
    halves = replace(
        trial.force,
        vertical_n=np.concatenate((trial.force.vertical_n * 0.4, trial.force.vertical_n * 0.6)),
        cop_m=np.concatenate((trial.force.cop_m, trial.force.cop_m)),
    )
    whole, split = (foot_events(replace(trial, force=force), angles).table for force in (trial.force, halves))
    assert split["time_s"].to_numpy() == pytest.approx(whole["time_s"].to_numpy(), abs=1e-6)


def test_without_foot_markers_the_side_of_a_contact_is_that_of_the_more_flexed_hip(marker_trial):
    trial, angles, _ = marker_trial
    feet = ("Heel", "MT1", "MT5")
    kept = {label: position for label, position in trial.markers.items() if not any(foot in label for foot in feet)}
    blind = foot_events(replace(trial, markers=kept), angles)
    assert "more flexed at contact" in blind.description
    pd.testing.assert_frame_equal(blind.table, foot_events(trial, angles).table)


def test_given_events_without_a_whole_stride_are_said(marker_trial):
    trial, angles, _ = marker_trial
    table = pd.DataFrame({"side": ["left", "right"], "kind": ["contact", "contact"], "time_s": [1.0, 1.3]})
    assert "hold no whole stride" in foot_events(replace(trial, events=table), angles).notes[0]
