"""Clocks, gaps, filters and interpolation, each against a signal whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator
from scipy.signal import butter, find_peaks, sosfiltfilt

from kinematics.signals import crossings, fill_gaps, interpolate, lowpass, prominent_peaks, put_lowpass, sampling_rate

RATE = 150.0


def sine(frequency_hz: float, seconds: float = 20.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(0, seconds, 1 / RATE))[None]


def test_the_double_pass_halves_the_power_at_the_stated_cut_off():
    passed = lowpass(sine(10.0), 10.0, RATE)[0, 300:-300]
    assert passed.std() / sine(10.0)[0, 300:-300].std() == pytest.approx(1 / np.sqrt(2), abs=0.0005)


def test_twice_the_cut_off_is_damped_as_two_second_order_butterworths_do():
    passed = lowpass(sine(20.0), 10.0, RATE)[0, 300:-300]
    ratio = np.tan(np.pi * 20 / RATE) / (1.2465 * np.tan(np.pi * 10 / RATE))
    assert passed.std() * np.sqrt(2) == pytest.approx(1 / (1 + ratio**4), rel=0.01)


def test_the_filter_has_no_lag():
    slow = sine(2.0)
    assert np.abs(lowpass(slow, 10.0, RATE) - slow)[0, 150:-150].max() < 0.005


@pytest.mark.parametrize(("channels", "samples"), [(1, 400), (2, 30), (7, 400), (45, 9000)])
def test_channels_that_share_a_pass_come_out_as_scipy_filters_each_of_them(channels, samples):
    signals = np.random.default_rng(channels).normal(size=(channels, samples)).cumsum(axis=1)
    share = 2 / np.pi * np.arctan((np.sqrt(2) - 1) ** -0.25 * np.tan(np.pi * 10 / RATE))
    theirs = sosfiltfilt(butter(2, share, output="sos"), signals, padlen=min(samples - 1, 45))
    assert np.abs(lowpass(signals, 10.0, RATE) - theirs).max() < 1e-12


def test_an_infinite_sample_stays_in_its_own_channel():
    signals = np.vstack((sine(2.0), sine(3.0)))
    signals[0, 50] = np.inf
    passed = lowpass(signals, 10.0, RATE)
    assert np.flatnonzero(np.isnan(passed[0])).tolist() == [50]
    assert np.array_equal(passed[1:], lowpass(signals[1:], 10.0, RATE))


def test_gaps_stay_gaps_in_the_filter_and_do_not_spread():
    signal = sine(1.5)
    signal[0, 1000:1080] = np.nan
    passed = lowpass(signal, 10.0, RATE)
    assert np.array_equal(np.isnan(passed), np.isnan(signal))


def test_channels_that_are_not_one_array_are_filled_and_filtered_as_one_array_is():
    signals = np.concatenate((sine(1.0), sine(3.0), sine(7.0)))
    signals[1, 50:53] = signals[2, :4] = np.nan
    whole, count = fill_gaps(signals, 5)
    filled, again = fill_gaps(list(signals), 5)
    rows = [np.zeros(signals.shape[1]) for _ in signals]
    put_lowpass(list(filled), 6.0, RATE, into=rows)
    assert count == again == 3
    np.testing.assert_array_equal(rows, lowpass(whole, 6.0, RATE))


def test_a_cut_off_beyond_nyquist_leaves_the_signal_alone():
    assert np.array_equal(lowpass(sine(3.0), 80.0, RATE), sine(3.0))


def test_short_gaps_are_filled_and_counted_and_long_ones_are_left():
    signal = np.linspace(0, 10, 101)[None].copy()
    signal[0, 20:25] = signal[0, 50:70] = np.nan
    filled, count = fill_gaps(signal, 10)
    assert count == 5
    assert filled[0, 20:25] == pytest.approx(np.linspace(0, 10, 101)[20:25])
    assert np.isnan(filled[0, 50:70]).all()


def test_a_filled_gap_is_the_curve_through_all_of_its_channel():
    signals = np.random.default_rng(4).normal(size=(5, 300)).cumsum(axis=1)
    whole = signals.copy()
    signals[:3, [1, 2, 40, 41, 42, 44, 298]] = signals[4, 100:104] = np.nan
    filled, count = fill_gaps(signals, 5)
    for row, before in zip(filled, signals, strict=True):
        seen = np.flatnonzero(np.isfinite(before))
        assert row == pytest.approx(PchipInterpolator(seen, before[seen])(np.arange(300)), abs=1e-12)
    assert count == 25 and np.array_equal(filled[3], whole[3])


def test_nothing_is_filled_beyond_the_ends_of_a_signal():
    signal = np.array([[np.nan, np.nan, 1.0, 2.0, 3.0, np.nan]])
    assert fill_gaps(signal, 5)[1] == 0


def test_filling_does_not_change_what_it_was_given():
    signal = np.array([[0.0, np.nan, 2.0]])
    fill_gaps(signal, 3)
    assert np.isnan(signal[0, 1])


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.floats(0, 9))
def test_interpolation_is_exact_on_cubics(coefficients, position):
    cubic = np.polynomial.Polynomial(coefficients)
    value = interpolate(cubic(np.arange(10.0))[None], np.array([position]))[0, 0]
    assert value == pytest.approx(cubic(position), abs=1e-8)


def test_interpolation_says_nothing_beside_a_missing_sample():
    signal = np.arange(10.0)
    signal[6] = np.nan
    assert np.isnan(interpolate(signal[None], np.array([2.5, 4.5, 7.5, 8.0]))).tolist() == [[False, True, True, True]]


def test_crossings_lie_between_the_samples():
    rising, falling = crossings(np.array([0.0, 10.0, 30.0, 30.0, 10.0]), 20.0)
    assert rising.tolist() == [1.5] and falling.tolist() == [3.5]


@pytest.mark.parametrize(("rate", "digits"), [(150.0, 3), (60.0, 3), (119.88012, 3), (1000 / 9, 2)])
def test_the_rate_comes_from_end_to_end_of_rounded_times(rate, digits):
    time_s = np.round(np.arange(4500) / rate, digits)
    assert sampling_rate(time_s, resolution_s=10.0**-digits) == pytest.approx(rate, rel=2e-4)


def test_rates_are_snapped_to_whole_or_declared_numbers_where_rounding_allows():
    assert sampling_rate(np.round(np.arange(4500) / 150, 3), resolution_s=1e-3) == 150.0
    time_s = np.round(np.arange(3000) / 119.88, 3)
    assert sampling_rate(time_s, resolution_s=1e-3, declared_hz=119.88) == 119.88


def test_a_rate_that_is_not_whole_is_not_snapped():
    time_s = np.arange(6000) / 148.148
    assert sampling_rate(time_s, resolution_s=1e-6) == pytest.approx(148.148, rel=1e-6)


@pytest.mark.parametrize("options", [{"distance": 80}, {"height": 0.5}, {}])
def test_the_window_of_a_peak_decides_on_speed_only(options):
    random = np.random.default_rng(3)
    signal = np.sin(np.arange(6000) / 25) * random.uniform(0.2, 3.0, 6000 // 50).repeat(50) + random.normal(
        0, 0.1, 6000
    )
    theirs, _ = find_peaks(signal, prominence=1.0, **options)
    assert theirs.size > 20
    for window in (3, 90, 400):
        assert np.array_equal(prominent_peaks(signal, 1.0, window=window, **options), theirs)
