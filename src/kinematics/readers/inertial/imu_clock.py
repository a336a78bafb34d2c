"""Clocks of inertial sensors: counters with wraps, time stamps, lost packets, uneven steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.clock import LONGEST_STEP

SECONDS_PER_DAY = 86_400.0
#: Times beyond this many seconds count from a calendar epoch (1970), not from a device's start.
EPOCH_FROM_S = 1e8
#: Share of the steps that have to lie near a whole number of usual steps for a clock to count as even.
EVEN_SHARE = 0.9
#: How near. [share of a usual step]
EVEN_WITHIN = 0.25
#: A declared rate may differ this much from the counted one.
LARGEST_RATE_ERROR = 0.005
#: Rates at which body-worn sensors are sampled, for telling the unit of a time column. [Hz]
LIKELY_RATES_HZ = (10.0, 5000.0)
FEWEST_ROWS = 2


@dataclass(frozen=True)
class DeviceClock:
    """
    When each row of a sensor's file was measured.

    Attributes
    ----------
    time_s : array, shape (n,)
        On the device's own clock, wraps undone. [s]
    rate_hz : float
        Packets per second, lost ones counted. [Hz]
    notes : tuple of str
    """

    time_s: np.ndarray
    rate_hz: float
    notes: tuple[str, ...] = ()


def unwrap(counter: np.ndarray, *, modulus: float, file: str, column: str) -> np.ndarray:
    """
    A counter that restarts at `modulus`, as one that only grows.

    Raises
    ------
    DataError
        Where it is missing, repeats, goes back, or leaps by more than half the modulus.
    """
    _check_finite(counter, file, column)
    steps = np.diff(counter)
    grown = counter + modulus * np.concatenate(([0.0], np.cumsum(steps < -0.5 * modulus)))
    bad = np.flatnonzero((np.diff(grown) <= 0) | (np.diff(grown) > 0.5 * modulus))
    if bad.size:
        at = int(bad[0])
        raise DataError(
            f"the counter goes from {counter[at]:.0f} to {counter[at + 1]:.0f} between samples {at + 1} and {at + 2}.",
            file=file,
            column=column,
            remedy="Rows are doubled, swapped or cut out; export the recording again.",
        )
    return grown


def counted_clock(packets: np.ndarray, *, rate_hz: float) -> DeviceClock:
    """Clock of unwrapped packet numbers at a known, positive rate."""
    return DeviceClock(packets / rate_hz, float(rate_hz), _lost(np.diff(packets)))


def row_clock(rows: int, *, rate_hz: float | None, file: str) -> DeviceClock:
    """
    Clock of rows that carry neither time nor counter.

    Raises
    ------
    DataError
        Where the rate is not declared.
    """
    if rate_hz is None or not rate_hz > 0:
        raise DataError(
            "neither the columns nor the header tell the sampling rate.",
            file=file,
            remedy="State rate_hz (in trials.csv, or as an argument).",
        )
    note = "The file has no time and no counter: rows were taken as even, lost ones cannot be seen."
    return DeviceClock(np.arange(rows) / rate_hz, float(rate_hz), (note,))


def stamped_clock(
    ticks: np.ndarray,
    *,
    tick_s: float,
    declared_hz: float | None,
    file: str,
    column: str,
    modulus: float | None = None,
    packets: np.ndarray | None = None,
    resolution_s: float | None = None,
) -> DeviceClock:
    """
    Clock of a column of time stamps; they are kept, however uneven.

    Parameters
    ----------
    ticks : array, shape (n,)
        As the file has them.
    tick_s : float
        Seconds per tick.
    declared_hz : float or None
        Rate that the header or the user states; checked within 0.5 %. [Hz]
    file, column : str
        For the errors.
    modulus : float, optional
        Ticks after which the device's counter restarts.
    packets : array, shape (n,), optional
        Unwrapped packet numbers: they say how many were lost.
    resolution_s : float, optional
        Unit of the last decimal, where the stamps are no whole ticks. [s]

    Returns
    -------
    DeviceClock
        Stamps of a calendar clock count from the midnight (UTC) before the first sample.

    Raises
    ------
    DataError
        Where a stamp is missing or goes back, or the rate contradicts the declared one.
    """
    _check_finite(ticks, file, column)
    grown = ticks if modulus is None else unwrap(ticks, modulus=modulus, file=file, column=column)
    grown, calendar = _since_midnight(grown, tick_s)
    steps = np.diff(grown)
    _check_order(steps, ticks, file, column)
    notes = ["Times count from midnight UTC on the device's clock."] if calendar else []
    duration = float(grown[-1] - grown[0]) * tick_s
    slots, uneven = _slots(steps) if packets is None else (np.diff(packets), False)
    rate = float(slots.sum()) / duration
    if uneven:
        low, high = np.percentile(steps, (5, 95)) * tick_s * 1000.0
        repeats = int((steps == 0).sum())
        notes.append(f"The time stamps are uneven: steps of {low:.3g} to {high:.3g} ms, {repeats} of them zero.")
    else:
        rate = _snapped(rate, tick_s if resolution_s is None else resolution_s, duration / slots.sum())
        notes.extend(_lost(slots))
    check_rate(rate, declared_hz, file)
    return DeviceClock(grown * tick_s, rate, tuple(notes))


def likely_tick(step: float) -> float | None:
    """Seconds per tick (1, 1e-3, 1e-6 or 1e-9) at which a usual step gives a likely sampling rate; None where none."""
    for tick_s in (1.0, 1e-3, 1e-6, 1e-9):
        if step > 0 and LIKELY_RATES_HZ[0] <= 1.0 / (step * tick_s) <= LIKELY_RATES_HZ[1]:
            return tick_s
    return None


def check_rate(rate_hz: float, declared_hz: float | None, file: str) -> None:
    """
    Nothing, where a counted rate agrees with the declared one.

    Raises
    ------
    DataError
        Where they differ by more than 0.5 %.
    """
    if declared_hz and abs(rate_hz / declared_hz - 1.0) > LARGEST_RATE_ERROR:
        raise DataError(
            f"the time stamps run at {rate_hz:.6g} Hz, but {declared_hz:g} Hz are declared.",
            file=file,
            remedy="State the right one as rate_hz (in trials.csv, or as an argument).",
        )


def onto(time_s: np.ndarray, other_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    """
    Values (k, m) of a neighbouring clock at the times of this one, by straight lines.

    NaN outside the other's times and inside its gaps of more than 1.5 usual steps.
    """
    if other_s.size == time_s.size and np.array_equal(other_s, time_s):
        return values
    after = np.clip(np.searchsorted(other_s, time_s), 1, other_s.size - 1)
    steps = np.diff(other_s)
    wide = steps > LONGEST_STEP * float(np.median(steps))
    lost = (time_s < other_s[0]) | (time_s > other_s[-1]) | wide[after - 1]
    out = np.stack([np.interp(time_s, other_s, row) for row in values])
    out[:, lost] = np.nan
    return out


def _check_finite(values: np.ndarray, file: str, column: str) -> None:
    if values.size < FEWEST_ROWS:
        raise DataError(f"there are only {values.size} rows of numbers.", file=file, remedy="Export the whole trial.")
    missing = np.flatnonzero(~np.isfinite(values))
    if missing.size:
        raise DataError(
            f"the time or counter of sample {int(missing[0]) + 1} is missing.",
            file=file,
            column=column,
            remedy="Every row needs its own; export the recording again.",
        )


def _check_order(steps: np.ndarray, ticks: np.ndarray, file: str, column: str) -> None:
    back = np.flatnonzero(steps < 0)
    if back.size:
        at = int(back[0])
        raise DataError(
            f"time goes back from sample {at + 1} to {at + 2}, by {-steps[at]:.6g} of the file's units.",
            file=file,
            column=column,
            remedy="Keep one recording per file, its rows in order.",
        )
    if steps.sum() <= 0:
        raise DataError("all time stamps are the same.", file=file, column=column, remedy="Export it again.")


def _since_midnight(ticks: np.ndarray, tick_s: float) -> tuple[np.ndarray, bool]:
    """Ticks of a calendar clock from the midnight before the first: the date of a person's visit is left behind."""
    if ticks[0] * tick_s < EPOCH_FROM_S:
        return ticks, False
    day = np.round(SECONDS_PER_DAY / tick_s)
    return ticks - np.floor(ticks[0] / day) * day, True


def _lost(slots: np.ndarray) -> tuple[str, ...]:
    """A sentence on lost packets, told by the whole intervals (n - 1,) between them; none where none was lost."""
    lost = int(slots.sum()) - slots.size
    if lost <= 0:
        return ()
    return (f"{lost} of {lost + slots.size + 1} packets are lost, at most {int(slots.max()) - 1} in a row.",)


def _slots(steps: np.ndarray) -> tuple[np.ndarray, bool]:
    """Whole sampling intervals in each step, and whether the steps are too uneven for that to be known."""
    usual = float(np.median(steps))
    if usual > 0:
        off = steps / usual
        slots = np.rint(off)
        np.maximum(slots, 1.0, out=slots)
        np.subtract(off, slots, out=off)
        if (np.abs(off, out=off) <= EVEN_WITHIN).mean() >= EVEN_SHARE:
            return slots, False
    return np.ones_like(steps), True


def _snapped(rate_hz: float, resolution_s: float, step_s: float) -> float:
    """The whole rate that the rounding of the stamps cannot tell from the counted one."""
    whole = float(np.round(rate_hz))
    return whole if whole and abs(rate_hz / whole - 1.0) <= 0.5 * resolution_s / step_s else rate_hz
