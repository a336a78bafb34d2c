"""Whole curves compared by permutation of the maximum statistic: NumPy kernels, people in rows."""

from __future__ import annotations

import numpy as np

#: Permutations worked on at once: bounds the memory.
BLOCK = 2000


def paired_t(differences: np.ndarray) -> np.ndarray:
    """
    Student's t of the mean difference at each point, shape (k,); NaN where fewer than two people have the point.

    Parameters
    ----------
    differences : array, shape (n_people, k)
        One row per person.
    """
    values, seen = _filled(differences)
    return _t_of_sums(values.sum(axis=0), (values**2).sum(axis=0), seen.sum(axis=0))


def sign_flip_maxima(
    differences: np.ndarray, *, n_permutations: int, random: np.random.Generator
) -> tuple[np.ndarray, bool]:
    """
    Largest ``|t|`` over the curve under sign flips of whole people, and whether all flips were gone through.

    Under the null a person's difference is as likely as its negative. A flip leaves the sum of squares as it is, so t
    follows from the sums alone, a product of signs and differences. With few people all ``2**(n - 1)`` flips that
    differ in ``|t|`` are gone through. The unflipped data are the first row.

    Parameters
    ----------
    differences : array, shape (n_people, k)
        NaN where a person lacks a point.
    n_permutations : int
    random : Generator

    Returns
    -------
    maxima : array, shape (n,)
    exact : bool
    """
    values, seen = _filled(differences)
    people = len(values)
    exact = 2 ** (people - 1) <= n_permutations
    squares, count = (values**2).sum(axis=0), seen.sum(axis=0)
    if exact:
        bits = np.arange(2 ** (people - 1))[:, None] >> np.arange(people) & 1
        signs = 1.0 - 2.0 * bits
    else:
        signs = random.choice([-1.0, 1.0], size=(n_permutations, people))
        signs[0] = 1.0
    parts = [
        _largest(_t_of_sums(signs[begin : begin + BLOCK] @ values, squares, count))
        for begin in range(0, len(signs), BLOCK)
    ]
    return np.concatenate(parts), exact


def unpaired_t(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Welch's t of second minus first at each point, shape (k,). Rows are people."""
    values, seen = _filled(np.concatenate([first, second]))
    label = np.zeros((1, len(values)))
    label[0, len(first) :] = 1.0
    return _welch(label, values - _centre(values, seen), seen)[0]


def label_maxima(
    first: np.ndarray, second: np.ndarray, *, n_permutations: int, random: np.random.Generator
) -> np.ndarray:
    """
    Largest ``|t|`` (Welch) over the curve under exchange of people between two groups, shape (n_permutations,).

    Under the null a person could as well have been in the other group. The unchanged labels are the first row.

    Parameters
    ----------
    first, second : array, shape (n_people, k)
        NaN where a person lacks a point.
    n_permutations : int
    random : Generator
    """
    values, seen = _filled(np.concatenate([first, second]))
    values = np.where(seen, values - _centre(values, seen), 0.0)
    labels = np.zeros((n_permutations, len(values)))
    labels[:, len(first) :] = 1.0
    labels[1:] = random.permuted(labels[1:], axis=1)
    parts = [_largest(_welch(labels[b : b + BLOCK], values, seen)) for b in range(0, n_permutations, BLOCK)]
    return np.concatenate(parts)


def threshold(maxima: np.ndarray, *, probability: float) -> float:
    """The value that the maxima pass with no more than `1 - probability`: their upper order statistic."""
    ordered = np.sort(maxima)
    return float(ordered[min(len(ordered) - 1, int(np.ceil(probability * len(ordered))) - 1)])


def p_value(maxima: np.ndarray, statistic: float) -> float:
    """Share of the permutations, the data as they are among them, whose maximum reaches the statistic."""
    return float(np.mean(maxima >= statistic - 1e-9))


def _filled(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values = np.asarray(values, float)
    seen = np.isfinite(values)
    return np.where(seen, values, 0.0), seen


def _centre(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Mean over all people: taken off, so that sums of squares lose no digits."""
    return np.where(seen, values, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)


def _t_of_sums(sums: np.ndarray, squares: np.ndarray, count: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / count
        variance = (squares - count * mean**2) / (count - 1)
        return np.where(variance > 0, mean / np.sqrt(np.maximum(variance, 0.0) / count), np.nan)


def _welch(labels: np.ndarray, values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    values = np.where(seen, values, 0.0)
    counted, squared = seen.astype(float), values**2
    n2, s2, q2 = labels @ counted, labels @ values, labels @ squared
    n1, s1, q1 = counted.sum(axis=0) - n2, values.sum(axis=0) - s2, squared.sum(axis=0) - q2
    with np.errstate(invalid="ignore", divide="ignore"):
        error1 = (q1 - s1**2 / n1) / (n1 - 1) / n1
        error2 = (q2 - s2**2 / n2) / (n2 - 1) / n2
        error = error1 + error2
        return np.where(error > 0, (s2 / n2 - s1 / n1) / np.sqrt(np.maximum(error, 0.0)), np.nan)


def _largest(t: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(t), np.abs(t), 0.0).max(axis=1)
