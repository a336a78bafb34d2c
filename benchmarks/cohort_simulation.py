"""
False-positive rate, power and speed of the curve comparisons, on simulated smooth noise.

Prints the table of docs/cohort.md (5,000 runs per row; about two minutes)::

    python benchmarks/cohort_simulation.py [RUNS]
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import nct, t

from kinematics.cohort import permutation

PEOPLE, POINTS, PERMUTATIONS, RUNS = 20, 101, 500, 5000
#: Smoothness of the noise, in per cent of the stride, as a full width at half maximum. A 10 Hz curve has about 15.
WIDTHS = (5.0, 15.0, 40.0)
SEED = 7
ALPHA = 0.05


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    random = np.random.default_rng(SEED)
    print("| what | people | noise FWHM | runs | rejected | expected |")
    print("|---|---|---|---|---|---|")
    for width in WIDTHS:
        rate = np.mean([paired_p(noise(random, PEOPLE, width), random) <= ALPHA for _ in range(runs)])
        print(f"| paired, no effect | {PEOPLE} | {width:g} % | {runs} | {rate:.4f} | 0.05 |")
    for sizes, spread in (((10, 10), 1.0), ((8, 20), 1.0)):
        rate = np.mean([unpaired_p(random, sizes, spread) <= ALPHA for _ in range(runs)])
        print(f"| two groups, no effect | {sizes[0]} and {sizes[1]} | 15 % | {runs} | {rate:.4f} | 0.05 |")
    for effect in (0.5, 0.75, 1.0):
        rate = np.mean([flat_p(random, effect) <= ALPHA for _ in range(runs)])
        print(
            f"| paired, flat effect of {effect:g} SD | {PEOPLE} | all one | {runs} | {rate:.4f} "
            f"| {theory(effect):.4f} |"
        )
    print(f"\n{timed():.1f} ms: 1,000 sign flips of 30 people x 101 points, median of 21.")


def noise(random: np.random.Generator, people: int, width: float) -> np.ndarray:
    """Smooth Gaussian noise of unit variance, shape (people, 101); periodic, as a stride is."""
    raw = gaussian_filter1d(random.normal(size=(people, POINTS)), width / 2.3548, axis=1, mode="wrap")
    kernel = gaussian_filter1d(np.eye(POINTS)[POINTS // 2], width / 2.3548, mode="wrap")
    return raw / np.sqrt((kernel**2).sum())


def paired_p(differences: np.ndarray, random: np.random.Generator) -> float:
    """p of the whole curve."""
    maxima, _ = permutation.sign_flip_maxima(differences, n_permutations=PERMUTATIONS, random=random)
    return permutation.p_value(maxima, maxima[0])


def unpaired_p(random: np.random.Generator, sizes: tuple[int, int], spread: float) -> float:
    """p of the whole curve of two groups."""
    first, second = noise(random, sizes[0], 15.0), spread * noise(random, sizes[1], 15.0)
    maxima = permutation.label_maxima(first, second, n_permutations=PERMUTATIONS, random=random)
    return permutation.p_value(maxima, maxima[0])


def flat_p(random: np.random.Generator, effect: float) -> float:
    """p where every point of a curve is the same number: then theory is Student's t."""
    return paired_p(np.repeat(random.normal(effect, 1.0, (PEOPLE, 1)), 3, axis=1), random)


def theory(effect: float) -> float:
    """Power of the two-sided one-sample t test."""
    limit = t.ppf(1 - ALPHA / 2, PEOPLE - 1)
    centre = effect * np.sqrt(PEOPLE)
    return float(nct.sf(limit, PEOPLE - 1, centre) + nct.cdf(-limit, PEOPLE - 1, centre))


def timed() -> float:
    """Milliseconds for 1,000 permutations of 30 people."""
    random, took = np.random.default_rng(SEED), []
    differences = noise(random, 30, 15.0)
    for _ in range(21):
        begin = time.perf_counter()
        permutation.sign_flip_maxima(differences, n_permutations=1000, random=random)
        took.append(1000 * (time.perf_counter() - begin))
    return float(np.median(took))


if __name__ == "__main__":
    main()
