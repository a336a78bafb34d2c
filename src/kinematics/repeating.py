"""After how long a signal repeats itself."""

from __future__ import annotations

import numpy as np

#: In a long recording a signal is as much like itself two or three strides on, perhaps more where those fall nearer to
#: a sample: the part of the best likeness that makes one stride the answer. Half a stride on, a hip goes the other way.
AS_GOOD = 0.9


def repeats(signal: np.ndarray, shortest: float, longest: float) -> int:
    """The lag between two limits at which a signal (n,) repeats itself best, the first of its multiples. [samples]"""
    low = int(shortest)
    high = max(low + 1, min(int(longest) + 1, signal.size - 1))
    likeness = likeness_of(signal, low, high)
    best = int(np.argmax(likeness))
    for turns in (3, 2):
        first = round((low + best) / turns) - 1 - low
        near = likeness[max(0, first) : max(0, first + 3)]
        if near.size and near.max() >= AS_GOOD * likeness[best]:
            return low + max(0, first) + int(np.argmax(near))
    return low + best


def likeness_of(signal: np.ndarray, low: int, high: int) -> np.ndarray:
    """How much a signal (n,) is like itself `low` to `high` - 1 samples on: its autocovariance times n."""
    centred = np.zeros(signal.size + high)
    np.subtract(signal, signal.mean(), out=centred[: signal.size])
    return np.correlate(centred[low : signal.size + high - 1], centred[: signal.size])
