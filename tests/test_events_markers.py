"""Events from foot markers, with and without plates: simple feet with known truth, and real runners and walkers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from moving_feet import gait, no_angles, plates

from kinematics import DataError, foot_events, hip_angles, read_trial
from kinematics.conventions import SIDES
from kinematics.events.found import KINDS, by_side, nearest
from kinematics.settings import EventSettings, Settings

MARKERS = Settings(events=EventSettings(method="markers"))
FORCE = Settings(events=EventSettings(method="force"))


def events_of(made, *, settings=MARKERS, **changes):
    """Events of a made gait."""
    trial = replace(made.trial, **changes)
    return foot_events(trial, no_angles(trial), settings=settings)


def errors(events, truth, kind):
    """Found minus true in seconds, both sides, the true ones away from the ends of the file."""
    off = [nearest(events.times(side, kind), truth[side, kind][1:-1]) - truth[side, kind][1:-1] for side in SIDES]
    return np.concatenate(off)


@pytest.mark.parametrize("kind", KINDS)
def test_a_running_foot_lands_and_leaves_when_its_markers_do(kind):
    made = gait("run")
    assert np.abs(errors(events_of(made), made.truth, kind)).max() < 0.010


def test_markers_are_taken_where_there_is_no_force_and_no_event():
    made = gait("run")
    assert events_of(made, settings=Settings()).method == "markers"


@pytest.mark.parametrize("task", ["run", "walk"])
def test_no_stride_is_missed_or_invented(task):
    made = gait(task, seconds=20.0)
    found = events_of(made)
    for side in SIDES:
        assert abs(found.times(side, "contact").size - made.truth[side, "contact"].size) <= 1
        assert np.ptp(np.diff(found.times(side, "contact"))) < 0.012


@pytest.mark.parametrize("task", ["run", "walk"])
def test_a_walkway_gives_the_events_of_a_belt(task):
    on_belt, overground = (by_side(events_of(gait(task, belt=belt)).table) for belt in (True, False))
    for key, times in on_belt.items():
        assert overground[key] == pytest.approx(times, abs=0.002)


def test_walking_back_gives_the_events_of_walking_there():
    there, to_and_fro = (by_side(events_of(gait("walk", belt=False, turn_at_s=turn)).table) for turn in (np.inf, 4.0))
    for key, times in there.items():
        away = times[np.abs(times - 4.0) > 1.2]  # the turn itself takes a stride
        assert nearest(to_and_fro[key], away) == pytest.approx(away, abs=0.005)


def test_left_and_right_markers_exchanged_exchange_the_sides():
    made = gait("run")
    swapped = {
        {"L": "R", "R": "L"}[label[0]] + label[1:]: p * [[1], [1], [-1]] for label, p in made.trial.markers.items()
    }
    plain, mirrored = events_of(made), events_of(made, markers=swapped)
    assert mirrored.times("left", "contact") == pytest.approx(plain.times("right", "contact"), abs=1e-9)


def test_twice_the_rate_moves_no_contact_by_more_than_three_milliseconds():
    slow, fast = (events_of(gait("run", rate_hz=rate)).times("right", "contact") for rate in (150.0, 300.0))
    assert fast == pytest.approx(slow, abs=0.003)


def test_a_lost_heel_is_noted_and_the_toes_go_on():
    made = gait("run")
    kept = {label: position for label, position in made.trial.markers.items() if not label.endswith("HEE")}
    found = events_of(made, markers=kept)
    assert any("No heel marker (left, right)" in note for note in found.notes)
    assert np.abs(errors(found, made.truth, "contact")).max() < 0.010  # here the whole foot lands at once


def test_a_foot_without_markers_is_refused_with_the_remedy():
    made = gait("run")
    kept = {label: position for label, position in made.trial.markers.items() if label not in ("LHEE", "LTOE")}
    with pytest.raises(DataError, match=r"run\.c3d: events from markers need a heel, toe or ankle marker of both feet"):
        events_of(made, markers=kept)


def test_outside_of_the_tested_speeds_and_rates_it_says_so():
    notes = " ".join(events_of(gait("run", rate_hz=60.0), speed_m_s=6.5).notes)
    assert "At 6.5 m/s the error of the events is not known" in notes
    assert "At 60 Hz" in notes


def test_steps_on_plates_take_the_force_and_the_others_the_markers():
    made = gait("walk", belt=False)
    found = events_of(made, settings=FORCE, force=plates(made, only=slice(2, 4)))
    assert found.method == "force"
    assert "8 of " in found.notes[0]
    on_plate = np.concatenate([made.truth[side, "contact"][2:4] for side in SIDES])
    contacts = np.sort(np.concatenate([found.times(side, "contact") for side in SIDES]))
    assert nearest(contacts, on_plate) == pytest.approx(on_plate, abs=0.012)  # the filter spreads a step of 700 N
    assert contacts.size > 10


def test_a_walk_with_few_steps_on_plates_takes_all_its_events_from_the_markers():
    made = gait("walk", belt=False)
    found = events_of(made, settings=Settings(), force=plates(made, only=slice(2, 4)))
    assert found.method == "markers"
    assert any("are clean steps on a plate: all are taken from the markers" in note for note in found.notes)


def test_a_plate_that_two_feet_share_is_left_to_the_markers():
    made = gait("walk", belt=False)
    force = plates(made, only=slice(1, 6))
    longer = force.vertical_n.copy()
    start = int(np.flatnonzero(longer[0])[0])
    longer[0, start - 120 : start] = 700.0  # somebody else's foot is on it 0.12 s before
    found = events_of(made, settings=FORCE, force=replace(force, vertical_n=longer))
    assert any("1 events of the plates were no clean step" in note for note in found.notes)
    contact = made.truth["left", "contact"][1]
    assert np.abs(found.times("left", "contact") - contact).min() < 0.03


def test_force_on_another_clock_is_not_used():
    made = gait("walk", belt=False)
    late = 0.08 + float(np.median(errors(events_of(made), made.truth, "contact")))
    found = events_of(made, settings=Settings(), force=plates(made, only=slice(1, 6), late_s=late))
    assert found.method == "markers"
    assert any("their clocks do not agree" in note for note in found.notes)


@pytest.mark.parametrize(("runner", "speed"), [(2, 45), (9, 25), (10, 25)])
def test_real_runners_agree_with_their_force(rbds, runner, speed):
    stem = rbds / f"RBDS{runner:03d}runT{speed}"
    trial = read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)
    truth = by_side(foot_events(trial, no_angles(trial)).table)
    found = foot_events(trial, no_angles(trial), settings=MARKERS)
    contact, toe_off = errors(found, truth, "contact") * 1000, errors(found, truth, "toe_off") * 1000
    assert abs(contact.mean()) < 8
    assert contact.std() < 10
    assert abs(toe_off.mean()) < 12  # of one runner; 6 is the bias of ten
    assert toe_off.std() < 10
    assert np.abs(contact).max() < 30  # none missed


def walk_with_events(shared: Path, name: str):
    """A gaitalytics trial as read from its C3D file."""
    return read_trial(shared / "data" / "plug_in_gait" / "gaitalytics" / name, task="walk")


def test_a_walk_without_events_gets_those_of_its_twin(shared):
    blind, twin = (walk_with_events(shared, f"treadmill_{name}.c3d") for name in ("no_events", "events"))
    found = foot_events(blind, hip_angles(blind))
    for (side, kind), true in by_side(twin.events).items():
        assert nearest(found.times(side, kind), true) == pytest.approx(true, abs=0.020)
        assert found.times(side, kind).size == true.size


def test_walking_angles_alone_find_every_stride_within_twice_their_spread(shared):
    twin = walk_with_events(shared, "treadmill_events.c3d")
    found = foot_events(twin, hip_angles(twin), settings=Settings(events=EventSettings(method="angles")))
    truth = by_side(twin.events)
    for kind in KINDS:
        spread = found.expected[kind].spread_ms / 1000
        assert np.abs(errors(found, truth, kind)).max() < 2 * spread
