"""Band-limited random functions of time: smooth, unbounded in time, asked at any instant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_COSINES = 24


@dataclass(frozen=True)
class Variation:
    """Band-limited random function: ``sum(amplitude * cos(2 pi frequency t + phase))``, arrays of shape (m,)."""

    amplitude: np.ndarray
    frequency_hz: np.ndarray
    phase_rad: np.ndarray

    def at(self, time_s: np.ndarray) -> np.ndarray:
        """Values at `time_s`, shape (n,)."""
        turns = 2.0 * np.pi * np.outer(time_s, self.frequency_hz) + self.phase_rad
        return np.cos(turns) @ self.amplitude


def random_variation(sd: float, band_hz: tuple[float, float], random: np.random.Generator) -> Variation:
    """A random function of the given standard deviation, its frequencies spread evenly over a band."""
    low, high = band_hz
    step = (high - low) / N_COSINES
    return Variation(
        amplitude=np.full(N_COSINES, sd * np.sqrt(2.0 / N_COSINES)),
        frequency_hz=low + step * (np.arange(N_COSINES) + random.uniform(size=N_COSINES)),
        phase_rad=random.uniform(0.0, 2.0 * np.pi, N_COSINES),
    )
