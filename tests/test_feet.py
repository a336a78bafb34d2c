"""The numerical helpers behind feet and events, against the usual ways to the same number."""

import numpy as np
import pytest

from kinematics.feet import derivative, median, percentiles, running_mean
from kinematics.task import period

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_medians_and_percentiles_are_those_of_numpy(size):
    values = RNG.normal(size=(3, size))
    assert np.array_equal(median(values), np.median(values, axis=1))
    for share, found in zip((99.0, 5, 50), percentiles(values, (99.0, 5, 50)), strict=True):
        assert found == pytest.approx(np.percentile(values, share, axis=1), rel=1e-14)


@pytest.mark.parametrize("size", [2, 3, 50])
def test_the_derivative_is_the_gradient(size):
    values = RNG.normal(size=(2, 3, size))
    assert np.array_equal(derivative(values, 150.0), np.gradient(values, axis=-1) * 150.0)


@pytest.mark.parametrize("width", [1, 4, 9, 200])
def test_a_running_mean_takes_fewer_samples_at_the_ends(width):
    signal = RNG.normal(size=40)
    half = width // 2
    by_hand = [signal[max(0, at - half) : at + half + 1].mean() for at in range(signal.size)]
    assert running_mean(signal[None], width)[0] == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 1000.0])
def test_the_period_is_the_lag_of_the_greatest_autocorrelation(rate_hz):
    time_s = np.arange(0, 8, 1 / rate_hz)
    signal = 20 * np.sin(2 * np.pi * time_s / 0.72) + 6 * np.sin(4 * np.pi * time_s / 0.72 + 1) + 5
    centred = signal - signal.mean()
    lags = np.arange(int(0.4 * rate_hz), int(1.6 * rate_hz))
    by_hand = lags[np.argmax([centred[lag:] @ centred[:-lag] for lag in lags])]
    assert period(signal, rate_hz, (0.4, 1.6)) == by_hand
    assert by_hand == pytest.approx(0.72 * rate_hz, abs=2)
