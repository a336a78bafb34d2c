"""Whole curves compared by permutation of people: by hand, against brute force, and on known effects."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kinematics import DataError
from kinematics.cohort import compare_curves, compare_curves_paired, confidence_band, permutation, prediction_band


def smooth(random, people: int) -> np.ndarray:
    """Smooth noise of unit variance, shape (people, 101)."""
    phase = 2 * np.pi * np.linspace(0, 1, 101)
    shapes = np.stack([f(k * phase) for k in range(1, 5) for f in (np.cos, np.sin)]) / 2
    return random.normal(size=(people, 8)) @ shapes


def frame(values: np.ndarray, first: int = 0) -> pd.DataFrame:
    return pd.DataFrame(values, index=[f"S{number:02d}" for number in range(first, first + len(values))])


def test_t_is_that_of_scipy_for_pairs_and_for_groups():
    random = np.random.default_rng(1)
    a, b = random.normal(size=(7, 5)), random.normal(size=(9, 5)) + 1
    assert permutation.paired_t(a) == pytest.approx(stats.ttest_1samp(a, 0).statistic)
    assert permutation.unpaired_t(a, b) == pytest.approx(stats.ttest_ind(b, a, equal_var=False).statistic)


def test_the_maxima_under_all_sign_flips_are_those_of_a_loop_over_them():
    differences = np.random.default_rng(2).normal(size=(6, 4)) + 0.5
    differences[2, 1] = np.nan
    found, exact = permutation.sign_flip_maxima(differences, n_permutations=1000, random=np.random.default_rng(0))
    loop = [
        np.nanmax(np.abs(stats.ttest_1samp(np.array(signs)[:, None] * differences, 0, nan_policy="omit").statistic))
        for signs in itertools.product([1, -1], repeat=6)
        if signs[5] == 1
    ]
    assert exact
    assert np.sort(found) == pytest.approx(np.sort(loop))


def test_people_who_lack_points_count_only_where_they_have_them():
    values = np.random.default_rng(3).normal(size=(10, 3))
    values[:4, 1] = np.nan
    assert permutation.paired_t(values)[1] == pytest.approx(stats.ttest_1samp(values[4:, 1], 0).statistic)


def test_the_p_value_counts_the_data_as_they_are_so_it_is_never_zero():
    random = np.random.default_rng(4)
    found = compare_curves_paired(frame(smooth(random, 20)), frame(smooth(random, 20) + 50), n_permutations=200)
    assert found.p_value == 1 / 200


def test_without_an_effect_about_one_in_twenty_comparisons_rejects():
    random = np.random.default_rng(5)  # the 5,000 runs are in benchmarks/cohort_simulation.py
    rejected = 0
    for _ in range(400):
        maxima, _ = permutation.sign_flip_maxima(smooth(random, 15), n_permutations=200, random=random)
        rejected += permutation.p_value(maxima, maxima[0]) <= 0.05
    assert 400 * 0.05 - 3 * np.sqrt(19) <= rejected <= 400 * 0.05 + 3 * np.sqrt(19)


def test_an_effect_of_one_region_is_found_there_and_nowhere_else():
    random = np.random.default_rng(6)
    bump = 4 * np.exp(-0.5 * ((np.arange(101) - 40) / 6) ** 2)
    found = compare_curves(frame(smooth(random, 15)), frame(smooth(random, 15) + bump, 15), n_permutations=2000)
    region = found.regions.iloc[0]
    assert len(found.regions) == 1
    assert 25 <= region["from_percent"] < 40 < region["to_percent"] <= 55
    assert region["largest_deg"] == pytest.approx(4, abs=1)


def test_the_interval_of_the_difference_leaves_zero_out_exactly_where_a_region_is():
    random = np.random.default_rng(6)
    bump = 4 * np.exp(-0.5 * ((np.arange(101) - 40) / 6) ** 2)
    found = compare_curves(frame(smooth(random, 15)), frame(smooth(random, 15) + bump, 15), n_permutations=2000)
    away = np.flatnonzero((found.low > 0) | (found.high < 0))
    assert [away[0], away[-1]] == found.regions.iloc[0][["from_percent", "to_percent"]].tolist()


def test_strides_are_refused_as_people():
    curves = pd.DataFrame(smooth(np.random.default_rng(8), 40), index=["S01"] * 20 + ["S02"] * 20)
    with pytest.raises(DataError, match="participant S01 has 20 rows; strides, legs and visits are not people"):
        compare_curves(curves, frame(smooth(np.random.default_rng(9), 10), 5))
    with pytest.raises(DataError, match="not people"):
        confidence_band(curves)


def test_a_person_cannot_be_in_both_groups():
    random = np.random.default_rng(10)
    with pytest.raises(DataError, match="participant S04 is in both groups"):
        compare_curves(frame(smooth(random, 5)), frame(smooth(random, 5), 4))


def test_three_people_are_too_few_for_any_permutation_to_reach_the_level():
    with pytest.raises(DataError, match="fewer than 4"):
        compare_curves(frame(np.zeros((3, 101))), frame(np.ones((8, 101)), 3))


def test_who_was_measured_once_is_left_out_of_the_pairs_and_named():
    random = np.random.default_rng(11)
    found = compare_curves_paired(frame(smooth(random, 8)), frame(smooth(random, 9)))
    assert found.n_people == (8,)
    assert found.notes == ("Left out, in one condition only: S08.", "All sign flips were gone through.")


def held(make, curve_of_truth) -> float:
    random = np.random.default_rng(12)
    inside = [curve_of_truth(random, make(frame(3 * smooth(random, 25)), n_bootstrap=200)) for _ in range(200)]
    return float(np.mean(inside))


def test_a_confidence_band_holds_the_whole_true_mean_as_often_as_it_says():
    share = held(confidence_band, lambda random, band: bool(np.all((band.low <= 0) & (band.high >= 0))))
    assert 0.90 <= share <= 0.99


def test_a_prediction_band_holds_a_new_persons_whole_curve_as_often_as_it_says():
    def new(random, band):
        curve = 3 * smooth(random, 1)[0]
        return bool(np.all((band.low <= curve) & (curve <= band.high)))

    assert 0.89 <= held(prediction_band, new) <= 0.99
