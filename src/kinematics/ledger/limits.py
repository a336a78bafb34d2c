"""Limits of 'low', probabilities to lie below them, and the 2 x 2 that follows."""

from __future__ import annotations

import numpy as np

from kinematics.ledger.terms import terms

#: class -> (use is low, test is low)
QUADRANTS = {
    "available_unused": (True, False),
    "low_both": (True, True),
    "low_test_only": (False, True),
    "typical": (False, False),
}


def low_limit(mean, sd, n_people) -> tuple[np.ndarray, np.ndarray]:
    """
    Value below which use or availability counts as low, and the standard error that its reference leaves.

    The limit is a centile of a normal distribution, ``q = mean + z sd``; by the delta method
    ``se(q)**2 = sd**2 / n + z**2 sd**2 / (2 (n - 1))``.

    Parameters
    ----------
    mean, sd : array-like
        Of the reference, between people. [deg]
    n_people : array-like
        People in the reference.

    Returns
    -------
    limit, standard error : array
        NaN where the reference has no sd. [deg]

    Examples
    --------
    >>> limit, error = low_limit(7.9, 4.5, 28)
    >>> round(float(limit), 2), round(float(error), 2)
    (2.13, 1.16)
    """
    from scipy.special import ndtri

    z = ndtri(terms()["low_centile"]["value"])
    mean, sd, n = (np.asarray(values, dtype=float) for values in (mean, sd, n_people))
    return mean + z * sd, sd * np.sqrt(1 / n + z**2 / (2 * (n - 1)))


def probability_low(value, value_se, limit, limit_se) -> np.ndarray:
    """
    Probability that the true value lies below the true limit, both normal: ``Phi((limit - value) / se)``.

    Examples
    --------
    >>> round(float(probability_low(2.13, 2.6, 2.13, 1.16)), 2)
    0.5
    """
    from scipy.special import ndtr

    values = (np.asarray(part, dtype=float) for part in (value, value_se, limit, limit_se))
    value, value_se, limit, limit_se = values
    return ndtr((limit - value) / np.hypot(value_se, limit_se))


def class_probabilities(used_low, available_low, lower_bound) -> np.ndarray:
    """
    Probability of each class: products, as use and test are measured independently.

    Parameters
    ----------
    used_low, available_low : array, shape (n,)
        Probabilities to be low; NaN where not known.
    lower_bound : array of bool, shape (n,)
        True where the test ended before the range did. `available_low` is then an upper bound: the classes in which the
        test is not low keep their product (a lower bound), the other two are NaN.

    Returns
    -------
    array, shape (n, 4)
        In the order of `QUADRANTS`: available_unused, low_both, low_test_only, typical.

    Examples
    --------
    >>> class_probabilities([0.9], [0.2], [False]).round(2).tolist()
    [[0.72, 0.18, 0.02, 0.08]]
    """
    used, available = np.asarray(used_low, dtype=float), np.asarray(available_low, dtype=float)
    full_test = np.where(np.asarray(lower_bound, dtype=bool), np.nan, available)
    return np.stack(
        [
            (used if use_is_low else 1 - used) * (full_test if test_is_low else 1 - available)
            for use_is_low, test_is_low in QUADRANTS.values()
        ],
        axis=1,
    )


def decided(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """The class whose probability (n, 4) reaches the threshold (at least 0.5), else 'inconclusive'; shape (n,)."""
    known = np.nan_to_num(probabilities, nan=-1.0)
    names = np.array(list(QUADRANTS), dtype=object)
    return np.where(known.max(axis=1) >= threshold, names[known.argmax(axis=1)], "inconclusive")


def class_columns(probabilities: np.ndarray) -> dict[str, np.ndarray]:
    """Probabilities (n, 4) as the ledger's columns `probability_<class>`."""
    return {f"probability_{name}": values for name, values in zip(QUADRANTS, probabilities.T, strict=True)}
