"""Peaks told from turning points, against `scipy.signal`; moments of events against their table."""

from dataclasses import replace

import numpy as np
import pytest
from moving_feet import gait, no_angles
from scipy.signal import find_peaks

from kinematics import DataError, foot_events
from kinematics.events import Events
from kinematics.events.found import within
from kinematics.events.peaks import peaks_of, turns_of
from kinematics.signals import lowpass

RNG = np.random.default_rng(11)
SMOOTH = 20 * np.sin(np.arange(3000) / 12) + lowpass(RNG.normal(0, 12, (1, 3000)), 10.0, 200.0)[0]
SIGNALS = {
    "smooth": SMOOTH,
    "noisy": RNG.normal(size=2000).cumsum(),
    "flat tops": np.round(SMOOTH),
    "equal tops": np.tile([0.0, 3.0, 1.0, 3.0, 0.0, -1.0], 40),
    "rising": np.arange(50.0),
    "constant": np.zeros(50),
}


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(
    "asked",
    [{"prominence": 15.0, "distance": 60}, {"prominence": 2.0, "distance": 7}, {"prominence": 4.0, "height": 1.0}, {}],
)
def test_peaks_and_troughs_are_those_of_scipy(name, asked):
    turns, full = turns_of(SIGNALS[name]), {"prominence": 0.0} | asked
    for sign, side in ((1, turns), (-1, turns.upside_down())):
        assert np.array_equal(peaks_of(side, **asked), find_peaks(sign * SIGNALS[name], **full)[0])


def test_a_peak_that_stands_out_gives_way_to_a_higher_one_that_does_not():
    signal = np.interp(np.arange(60), [0, 10, 20, 30, 59], [9.0, 10.0, 0.0, 8.0, 0.0])  # 10 is 1 above the first sample
    assert find_peaks(signal, prominence=5.0)[0].tolist() == [30]
    assert peaks_of(turns_of(signal), 5.0, distance=15).tolist() == [30]
    assert peaks_of(turns_of(signal), 5.0, distance=25).tolist() == []


def test_moments_and_table_of_events_are_one():
    made = gait("run")
    found = foot_events(made.trial, no_angles(made.trial))
    moments = found.moments()
    by_hand = Events(found.table, "file", "by hand")
    assert found.table["time_s"].is_monotonic_increasing
    assert len(found.table) == sum(times.size for times in moments.values())
    for key, times in moments.items():
        assert np.array_equal(by_hand.times(*key), times)


def test_a_table_that_is_changed_by_hand_is_the_one_that_counts():
    times = {(side, kind): np.arange(3.0) for side in ("left", "right") for kind in ("contact", "toe_off")}
    events = Events(within(times), "angles", "")
    events.table["time_s"] += 0.5
    assert events.times("left", "contact")[0] == 0.5
    later = replace(events, table=events.table.assign(time_s=events.table["time_s"] + 1.0))
    assert later.times("right", "toe_off")[0] == 1.5


def test_moments_outside_of_the_trial_are_left_out_and_the_others_sorted():
    times = {("left", "contact"): np.array([3.0, 1.0, -1.0, np.nan, 9.0])}
    assert within(times, 0.0, 5.0)["left", "contact"].tolist() == [1.0, 3.0]


def test_a_trial_of_one_sample_is_refused_in_a_sentence():
    trial = gait("run").trial
    one = replace(trial, time_s=trial.time_s[:1], markers={name: at[:, :1] for name, at in trial.markers.items()})
    with pytest.raises(DataError, match="no foot contact was found"):
        foot_events(one, no_angles(one))
