"""Degrees and per cent of the stride to places of a still picture, and curves to the paths of its lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def _words(texts: Sequence[str]) -> np.ndarray:
    """Texts of at most eight bytes as one number each, whose bytes they are: so they are copied like numbers."""
    return np.array(texts, "S8").view(np.uint64)


#: Every place of a picture in tenths, written.
_TENTHS = _words([f"{tenth / 10:.1f}" for tenth in range(round(10 * HEIGHT) + 1)])
#: What a curve's two paths hold beside their places down: the mean's path, then that of the band around it.
_ACROSS = [f"{across(percent)}," for percent in range(0, CURVE_POINTS, STILL_STEP)]
_THERE = [f"M{_ACROSS[0]}", *(f" {x}" for x in _ACROSS[1:])]
_SKELETON = _words([*_THERE, "\n", *_THERE, *(f" {x}" for x in _ACROSS[::-1]), "Z\n"])
_MEAN, _UPPER, _LOWER = (slice(first, first + len(_ACROSS)) for first in (0, len(_THERE) + 1, 2 * len(_THERE) + 1))


@dataclass(frozen=True)
class Frame:
    """The degrees between which a picture lies."""

    low: float
    high: float

    def y(self, value: float) -> float:
        """Place of an angle, from the top."""
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

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


def frames_of(lines: np.ndarray, starts: Sequence[int]) -> list[Frame]:
    """
    Frames of several pictures, each of which holds its curves with their spread.

    Parameters
    ----------
    lines : array, shape (n, 3, 101)
        Upper edge, lower edge and mean of every curve, picture by picture. [deg]
    starts : sequence of int
        Each picture's first curve.
    """
    high = np.maximum.reduceat(lines[:, 0].max(axis=1), starts)
    low = np.minimum.reduceat(lines[:, 1].min(axis=1), starts)
    margin = np.maximum(0.08 * (high - low), 1.0)
    return [Frame(*ends) for ends in zip((low - margin).tolist(), (high + margin).tolist(), strict=True)]


def paths_of(lines: np.ndarray, frames: Sequence[Frame]) -> list[tuple[str, str]]:
    """
    Path of the mean and path of the band around it, of each curve.

    All are written at once: the places down are looked up as text and laid into a skeleton that holds the rest.

    Parameters
    ----------
    lines : array, shape (n, 3, 101)
        Upper edge, lower edge and mean. [deg]
    frames : sequence of Frame
        The frame in which each curve is drawn.
    """
    low, high = np.array([(one.low, one.high) for one in frames]).T[..., np.newaxis, np.newaxis]
    down = TOP + (high - lines[:, :, ::STILL_STEP]) / (high - low) * (HEIGHT - TOP - BOTTOM)
    places = _TENTHS[np.rint(10 * down).astype(np.intp)]
    written = np.zeros((len(lines), len(_SKELETON), 2), np.uint64)
    written[..., 0] = _SKELETON
    written[:, _UPPER, 1], written[:, _LOWER, 1], written[:, _MEAN, 1] = places[:, 0], places[:, 1, ::-1], places[:, 2]
    paths = written.tobytes().translate(None, b"\0").decode("ascii").split("\n")
    return list(zip(paths[:-1:2], paths[1::2], strict=True))
