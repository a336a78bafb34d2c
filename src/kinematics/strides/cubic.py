"""Values between samples, for the strides of both sides at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Samples that the left and the right strides are read from, shape (n_samples,) each; the same ones for the pelvis.
Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Cubic:
    """The first of the four samples about each of many points (n, k), and the weights of all four."""

    start: np.ndarray
    weights: tuple[np.ndarray, ...]
    scratch: np.ndarray

    @classmethod
    def at(cls, positions: np.ndarray, n_samples: int) -> Cubic:
        """For positions in samples, shape (n, k), which are used up."""
        start = positions.astype(np.intp)
        start -= 1
        np.minimum(np.maximum(start, 0, out=start), n_samples - 4, out=start)
        t = np.subtract(positions, start, out=positions)  # 1 <= t <= 2 away from the ends
        one, two, three = t - 1.0, t - 2.0, t - 3.0
        early = t * one
        fourth = early * two / 6.0
        third = _times(early, three, -0.5)
        second = _times(t, two, three, 0.5)
        first = _times(one, two, three)
        first /= -6.0
        return cls(start, (first, second, third, fourth), scratch=two)

    def read(self, pair: Pair, middle: int, out: np.ndarray) -> np.ndarray:
        """A signal at the points, of the left for rows before `middle`, else of the right; NaN beside a gap."""
        np.multiply(self._samples(pair, middle, 0, out), self.weights[0], out=out)
        for place, weight in enumerate(self.weights[1:], start=1):
            found = self._samples(pair, middle, place, self.scratch)
            np.add(out, np.multiply(found, weight, out=found), out=out)
        return out

    def _samples(self, pair: Pair, middle: int, place: int, out: np.ndarray) -> np.ndarray:
        """The sample at `place` of the four about each point."""
        left, right = pair
        if left is right:
            return left[place:].take(self.start, mode="clip", out=out)
        left[place:].take(self.start[:middle], mode="clip", out=out[:middle])
        right[place:].take(self.start[middle:], mode="clip", out=out[middle:])
        return out


def _times(values: np.ndarray, *factors: np.ndarray | float) -> np.ndarray:
    """The product, in the place of the values: fewer arrays stay in the processor's cache."""
    for factor in factors:
        values *= factor
    return values
