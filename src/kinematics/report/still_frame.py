"""Degrees and per cent of the stride to places of a still picture, and curves to the paths of its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import CURVE_POINTS
from kinematics.report.wording import number

#: A still picture's own coordinates, and every how many per cent it has a point.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, STILL_STEP = 300.0, 190.0, 32.0, 6.0, 8.0, 22.0, 2
#: Steps of the axis of degrees, and most ticks on it. [deg]
TICK_STEPS, MOST_TICKS = (1, 2, 5, 10, 20, 50, 100), 5


def across(percent: float) -> float:
    """
    Place of a per cent of the stride, from the left.

    >>> across(0), across(50)
    (32.0, 163.0)
    """
    return round(LEFT + percent / 100 * (WIDTH - LEFT - RIGHT), 1)


#: Every place of a picture in tenths, written; and a curve's places across, as a path has them, there and back.
_TENTHS = tuple(f"{tenth / 10:.1f}" for tenth in range(round(10 * HEIGHT) + 1))
_THERE = tuple(
    f"{LEFT + percent / 100 * (WIDTH - LEFT - RIGHT):.1f}," for percent in range(0, CURVE_POINTS, STILL_STEP)
)
_BACK = _THERE[::-1]


@dataclass(frozen=True)
class Frame:
    """The degrees between which a picture lies."""

    low: float
    high: float

    def y(self, value: float) -> float:
        """Place of an angle, from the top."""
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def paths(self, summaries: np.ndarray) -> list[tuple[str, str]]:
        """Path of the mean and path of the band around it, for each mean and spread of shape (n, 101, 2)."""
        mean, spread = summaries[:, ::STILL_STEP, 0], summaries[:, ::STILL_STEP, 1]
        drawn = np.stack([mean, mean + spread, (mean - spread)[:, ::-1]], axis=1)
        down = TOP + (self.high - drawn) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
        return [
            (f"M{_points(_THERE, middle)}", f"M{_points(_THERE, top)} {_points(_BACK, bottom)}Z")
            for middle, top, bottom in np.rint(10 * down).astype(int).tolist()
        ]

    def label(self, value: float, percent: int, where: str) -> tuple[float, float]:
        """Where a side's name stands beside its mean, inside the picture."""
        height = self.y(value) + (-7 if where == "above" else 14)
        height = min(max(height, TOP + 8), HEIGHT - BOTTOM - 3)
        return min(max(across(percent), LEFT + 18), WIDTH - RIGHT - 18), round(height, 1)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Places and numbers of the axis of degrees."""
        step = next(step for step in TICK_STEPS if (self.high - self.low) / step <= MOST_TICKS)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return tuple((self.y(value * step), number(value * step)) for value in range(first, last + 1))


def frame_of(summaries: np.ndarray) -> Frame:
    """The frame that holds every mean with its spread; `summaries` has shape (n, 101, 2). [deg]"""
    mean, spread = summaries[..., 0], summaries[..., 1]
    low, high = float((mean - spread).min()), float((mean + spread).max())
    margin = max(0.08 * (high - low), 1.0)
    return Frame(low - margin, high + margin)


def _points(places: tuple[str, ...], tenths: list[int]) -> str:
    return " ".join([x + _TENTHS[tenth] for x, tenth in zip(places, tenths, strict=True)])
