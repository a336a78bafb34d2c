"""Groups' and visits' curves: where they differ over the whole stride, and bands that hold for whole curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.cohort import permutation
from kinematics.cohort.people import check_one_row_per_person
from kinematics.conventions import DataError

DEFAULT_PERMUTATIONS, DEFAULT_SEED = 10_000, 1
#: With fewer people per group the smallest p that permutation can give is above 0.05.
FEWEST_PEOPLE_PAIRED, FEWEST_PEOPLE_PER_GROUP = 6, 4


@dataclass(frozen=True)
class CurveComparison:
    """
    Two sets of curves compared over the whole stride.

    Attributes
    ----------
    difference : array, shape (101,)
        Second minus first, mean over people. [deg]
    low, high : array, shape (101,)
        Interval around it that holds for all points at once. [deg]
    t : array, shape (101,)
        Paired or Welch's t.
    threshold : float
        What the largest ``|t|`` passes by chance with `1 - probability`.
    p_value : float
        Of the whole curve: how often chance gives so large a maximum.
    regions : DataFrame
        from_percent, to_percent, p_value, largest_deg: each stretch where ``|t|`` passes the threshold.
    n_people : tuple of int
        One number for pairs, two for groups.
    probability : float
    notes : tuple of str
    """

    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    t: np.ndarray
    threshold: float
    p_value: float
    regions: pd.DataFrame
    n_people: tuple[int, ...]
    probability: float
    notes: tuple[str, ...]

    def _repr_html_(self) -> str:
        people = " and ".join(str(count) for count in self.n_people)
        head = f"<p>{people} people; whole curve p = {self.p_value:.4f}; |t| above {self.threshold:.2f}</p>"
        return head + self.regions.round(4).to_html(index=False) + "".join(f"<p>{note}</p>" for note in self.notes)


@dataclass(frozen=True)
class CurveBand:
    """Mean curve and the band around it, shape (101,) each; `factor` standard errors or deviations wide. [deg]"""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    factor: float
    n_people: int
    probability: float


def compare_curves(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    probability: float = 0.95,
    n_permutations: int = DEFAULT_PERMUTATIONS,
    seed: int = DEFAULT_SEED,
) -> CurveComparison:
    """
    Two groups of people compared over the whole stride, by permutation of the largest Welch t (Nichols and Holmes
    2002, doi:10.1002/hbm.1058).

    Parameters
    ----------
    first, second : DataFrame, shape (n_people, 101)
        As from `person_curves`: one row per person, nobody in both. NaN where a person lacks a point. [deg]
    probability : float
        One minus the error rate over the whole curve.
    n_permutations, seed : int

    Returns
    -------
    CurveComparison

    Raises
    ------
    DataError
        Where rows are not people, a person is in both groups, or a group has fewer than 4 people.
    """
    for curves, which in ((first, "first group"), (second, "second group")):
        check_one_row_per_person(curves.index, which)
        _check_enough(len(curves), FEWEST_PEOPLE_PER_GROUP, f"the {which}")
    both = first.index.intersection(second.index)
    if len(both):
        raise DataError(f"participant {both[0]} is in both groups.", remedy="Use compare_curves_paired for pairs.")
    a, b = first.to_numpy(float), second.to_numpy(float)
    random = np.random.default_rng(seed)
    maxima = permutation.label_maxima(a, b, n_permutations=n_permutations, random=random)
    difference = np.nanmean(b, axis=0) - np.nanmean(a, axis=0)
    return _comparison(difference, permutation.unpaired_t(a, b), maxima, (len(a), len(b)), probability, notes=())


def compare_curves_paired(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    probability: float = 0.95,
    n_permutations: int = DEFAULT_PERMUTATIONS,
    seed: int = DEFAULT_SEED,
) -> CurveComparison:
    """
    Two visits or conditions of the same people compared over the whole stride, by sign flips of whole people.

    Parameters
    ----------
    first, second : DataFrame, shape (n_people, 101)
        As from `person_curves`; joined by participant. Who is missing in one is left out and named in the notes. [deg]
    probability, n_permutations, seed
        As in `compare_curves`; with few people all sign flips are gone through.

    Returns
    -------
    CurveComparison

    Raises
    ------
    DataError
        Where rows are not people, or fewer than 6 are in both.
    """
    for curves, which in ((first, "first condition"), (second, "second condition")):
        check_one_row_per_person(curves.index, which)
    people = first.index.intersection(second.index).sort_values()
    alone = first.index.symmetric_difference(second.index)
    _check_enough(len(people), FEWEST_PEOPLE_PAIRED, "both conditions together")
    differences = second.loc[people].to_numpy(float) - first.loc[people].to_numpy(float)
    random = np.random.default_rng(seed)
    maxima, exact = permutation.sign_flip_maxima(differences, n_permutations=n_permutations, random=random)
    notes = [f"Left out, in one condition only: {', '.join(map(str, alone))}."] if len(alone) else []
    notes += ["All sign flips were gone through."] if exact else []
    t = permutation.paired_t(differences)
    return _comparison(np.nanmean(differences, axis=0), t, maxima, (len(people),), probability, notes=tuple(notes))


def confidence_band(
    curves: pd.DataFrame, *, probability: float = 0.95, n_bootstrap: int = 2000, seed: int = DEFAULT_SEED
) -> CurveBand:
    """
    Band that holds the whole mean curve of the population with this probability (bootstrap of the largest t).

    Parameters
    ----------
    curves : DataFrame, shape (n_people, 101)
        As from `person_curves`, without gaps. [deg]
    probability : float
    n_bootstrap, seed : int

    Returns
    -------
    CurveBand
        `factor` in standard errors of the mean.
    """
    values, mean, deviation = _people(curves)
    count = len(values)
    _, again, spread = _drawn_again(values - mean, n_bootstrap, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        largest = np.nanmax(np.abs(again) / (spread / np.sqrt(count)), axis=1)
    factor = float(np.quantile(largest[np.isfinite(largest)], probability))
    error = deviation / np.sqrt(count)
    return CurveBand(mean, mean - factor * error, mean + factor * error, factor, count, probability)


def prediction_band(
    curves: pd.DataFrame, *, probability: float = 0.95, n_bootstrap: int = 400, seed: int = DEFAULT_SEED
) -> CurveBand:
    """
    Band that holds the whole curve of one more person with this probability (Lenhoff 1999,
    doi:10.1016/S0966-6362(98)00043-5); two standard deviations at each point hold far fewer.

    Parameters
    ----------
    curves : DataFrame, shape (n_people, 101)
        As from `person_curves`, without gaps. [deg]
    probability : float
    n_bootstrap, seed : int

    Returns
    -------
    CurveBand
        `factor` in standard deviations between people.
    """
    values, mean, deviation = _people(curves)
    count, centred = len(values), values - mean
    weights, again, spread = _drawn_again(centred, n_bootstrap, seed)
    largest = [
        (np.abs(centred - one) / np.maximum(sd, 1e-12)).max(axis=1)[drawn == 0]
        for one, sd, drawn in zip(again, spread, weights, strict=True)
    ]
    factor = float(np.quantile(np.concatenate(largest), probability))
    return CurveBand(mean, mean - factor * deviation, mean + factor * deviation, factor, count, probability)


def _drawn_again(centred: np.ndarray, n_bootstrap: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often each person is drawn, and mean and standard deviation of the drawn curves, (n_bootstrap, ...) each."""
    count = len(centred)
    weights = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=n_bootstrap)
    again = weights @ centred / count
    return weights, again, np.sqrt(np.maximum(weights @ centred**2 / count - again**2, 0) * count / (count - 1))


def _people(curves: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values, mean and standard deviation of people's curves, checked."""
    check_one_row_per_person(curves.index, "curves")
    values = curves.to_numpy(float)
    values = values[np.isfinite(values).all(axis=1)]
    _check_enough(len(values), FEWEST_PEOPLE_PAIRED, "the band (curves without gaps)")
    return values, values.mean(axis=0), values.std(axis=0, ddof=1)


def _comparison(
    difference: np.ndarray,
    t: np.ndarray,
    maxima: np.ndarray,
    n_people: tuple[int, ...],
    probability: float,
    *,
    notes: tuple[str, ...],
) -> CurveComparison:
    limit = permutation.threshold(maxima, probability=probability)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.abs(difference / t)
    half = limit * error
    largest = float(np.nanmax(np.abs(t)))
    return CurveComparison(
        difference,
        difference - half,
        difference + half,
        t,
        limit,
        permutation.p_value(maxima, largest),
        _regions(difference, t, limit, maxima),
        n_people,
        probability,
        notes,
    )


def _regions(difference: np.ndarray, t: np.ndarray, limit: float, maxima: np.ndarray) -> pd.DataFrame:
    above = np.concatenate([[False], np.nan_to_num(np.abs(t)) > limit, [False]])
    edges = np.flatnonzero(np.diff(above.astype(int)))
    rows = [
        {
            "from_percent": int(begin),
            "to_percent": int(end - 1),
            "p_value": permutation.p_value(maxima, float(np.abs(t[begin:end]).max())),
            "largest_deg": float(difference[begin:end][np.argmax(np.abs(difference[begin:end]))]),
        }
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return pd.DataFrame(rows, columns=["from_percent", "to_percent", "p_value", "largest_deg"])


def _check_enough(count: int, fewest: int, which: str) -> None:
    if count < fewest:
        raise DataError(
            f"{which}: {count} people; with fewer than {fewest} a permutation cannot reach p = 0.05.",
            remedy="Show the curves themselves instead.",
        )
