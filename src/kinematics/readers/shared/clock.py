"""From a file's time column to evenly spaced samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.signals import sampling_rate

#: A step this much longer than the usual one means rows are missing. [share of a step]
LONGEST_STEP = 1.5
#: Rows whose time is off the even grid by more than this are not evenly sampled. [share of a step]
LARGEST_JITTER = 0.25
#: An even grid with this many times more samples than the file has rows comes from a broken time.
LONGEST_GRID = 20


@dataclass(frozen=True)
class Clock:
    """
    Even sampling times and where the file's rows belong in them.

    Attributes
    ----------
    rate_hz : float
        [Hz]
    time_s : array, shape (n,)
        From the first row's time, evenly spaced. [s]
    place : array of int, shape (n_rows,)
        Sample of each row; samples without a row are gaps.
    notes : tuple of str
    """

    rate_hz: float
    time_s: np.ndarray
    place: np.ndarray
    notes: tuple[str, ...] = ()

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Row values (..., n_rows) on the even samples (..., n), NaN where a row is missing."""
        if values.shape[-1] == self.time_s.size:
            return values
        out = np.full((*values.shape[:-1], self.time_s.size), np.nan)
        out[..., self.place] = values
        return out


def even_clock(time_s: np.ndarray, *, resolution_s: float, declared_hz: float | None, file: str, column: str) -> Clock:
    """
    Even clock of a time column: its rate from end to end, rows put where their times say.

    Parameters
    ----------
    time_s : array, shape (n_rows,)
        [s]
    resolution_s : float
        Unit of the last decimal printed. [s]
    declared_hz : float or None
        Rate that the study or file states. [Hz]
    file, column : str
        For the errors.

    Raises
    ------
    DataError
        Where a time is missing, does not increase, differs from the declared rate by more than 0.5 %, or is uneven.
    """
    steps = np.diff(time_s)
    _check_increasing(time_s, steps, file, column)
    if steps.max() <= LONGEST_STEP * steps.min():  # then of the usual step too, whichever that is
        whole, regular = True, steps > 0
    else:
        regular = steps <= LONGEST_STEP * float(np.median(steps)) + resolution_s
        whole = bool(regular.all())
    if whole:
        rate = sampling_rate(time_s, resolution_s=resolution_s, declared_hz=declared_hz)
        place = np.arange(time_s.size)
    else:
        rate = _snap(1.0 / float(np.mean(steps[regular])), declared_hz)
        place = np.rint((time_s - time_s[0]) * rate).astype(np.intp)
    _check_rate(rate, declared_hz, file)
    _check_length(place, time_s, file, column)
    even = place / rate
    off = np.abs(time_s - time_s[0] - even)
    if off.max() > LARGEST_JITTER / rate + resolution_s or not (whole or (np.diff(place) >= 1).all()):
        row = int(np.argmax(off))
        raise DataError(
            f"the samples are not evenly spaced: {time_s[row]:g} s is {off[row] * 1000:.1f} ms off a "
            f"{rate:g} Hz clock.",
            file=file,
            column=column,
            remedy="Export at a constant rate.",
        )
    grid = time_s[0] + (even if whole else np.arange(place[-1] + 1) / rate)
    lost = grid.size - place.size
    notes = (f"{lost} of {grid.size} rows are missing in the file; they are treated as gaps.",) if lost else ()
    return Clock(rate, grid, place, notes)


def _check_increasing(time_s: np.ndarray, steps: np.ndarray, file: str, column: str) -> None:
    if time_s.size < 4:
        raise DataError(f"there are only {time_s.size} rows of numbers.", file=file, remedy="Export the whole trial.")
    if not np.isfinite(time_s).all():
        row = int(np.flatnonzero(~np.isfinite(time_s))[0])
        raise DataError(
            f"the time of sample {row + 1} is missing.", file=file, column=column, remedy="Every row needs its time."
        )
    back = np.flatnonzero(steps <= 0)
    if back.size:
        at = int(back[0])
        raise DataError(
            f"time does not increase from sample {at + 1} ({time_s[at]:g} s) to {at + 2} ({time_s[at + 1]:g} s).",
            file=file,
            column=column,
            remedy="Export one trial per file, with times of at least three decimals.",
        )


def _check_length(place: np.ndarray, time_s: np.ndarray, file: str, column: str) -> None:
    if place[-1] > LONGEST_GRID * place.size:
        at = int(np.argmax(np.diff(time_s)))
        raise DataError(
            f"time jumps from {time_s[at]:g} s to {time_s[at + 1]:g} s.",
            file=file,
            column=column,
            remedy="Export one recording per file, with its times in one unit.",
        )


def _check_rate(rate_hz: float, declared_hz: float | None, file: str) -> None:
    if declared_hz is not None and abs(rate_hz / declared_hz - 1) > 0.005:
        raise DataError(
            f"the time column runs at {rate_hz:.6g} Hz, but {declared_hz:g} Hz are declared.",
            file=file,
            remedy="Correct rate_hz in trials.csv, or leave it empty.",
        )


def _snap(rate_hz: float, declared_hz: float | None) -> float:
    for candidate in (declared_hz, float(np.round(rate_hz))):
        if candidate and abs(rate_hz / candidate - 1) < 0.002:
            return float(candidate)
    return rate_hz
