"""What every reader of joint angles checks before it hands them on: units, wraps, joints that were not measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.clock import Clock
from kinematics.readers.shared.mapping import HIP_FLEXIONS
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Passport, Trial

#: A hip that never leaves +- this many units in a moving trial is in radians: walking takes it 30 to 50 deg.
LARGEST_RADIANS = 2.5
#: Movement that every moving trial has in the hip, in radians; less tells nothing about the unit. [rad]
SMALLEST_MOVEMENT = 0.2
#: A step between samples larger than this is a wrap of the file's angle, not a movement. [deg]
WRAP_DEG = 180.0


def looks_like_radians(values: np.ndarray) -> bool:
    """Whether hip angles of a moving trial, in the file's unit, are small enough to be radians."""
    if not np.isfinite(values).any():
        return False
    low, high = _ends(values)
    return max(-low, high) < LARGEST_RADIANS and high - low > SMALLEST_MOVEMENT


def check_degrees(channels: dict[str, np.ndarray], *, file: str, task: str) -> None:
    """
    Refuse hip angles without a unit that cannot be degrees in a moving trial.

    Raises
    ------
    DataError
        Where every hip of a walking or running trial stays within 2.5.
    """
    hips = [channels[name] for name in HIP_FLEXIONS if name in channels]
    if task in ("run", "walk") and hips and all(looks_like_radians(hip) for hip in hips):
        largest = max(float(np.nanmax(np.abs(hip))) for hip in hips)
        raise DataError(
            f"the hip never passes {largest:.3g} while moving: these are radians rather than degrees, and the file "
            f"does not say.",
            file=file,
            remedy='Write the unit into the column\'s name (hip_flexion_l_rad), or give a mapping with unit = "rad".',
        )


def without_constant(channels: dict[str, np.ndarray], file: str) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """
    Channels that change, and a sentence for each hip that does not.

    A joint that a suit or a model did not measure is written as a constant, most often 0.

    Raises
    ------
    DataError
        Where no hip changes.
    """
    still = {
        name: float(values[np.isfinite(values)][0]) + 0.0
        for name, values in channels.items()
        if "hip" in name and _is_still(values)
    }
    kept = {name: values for name, values in channels.items() if name not in still}
    gone = [name for name in HIP_FLEXIONS if name in still]
    if gone and not set(HIP_FLEXIONS) & set(kept):
        raise DataError(
            f"hip flexion is {still[gone[0]]:g} in every row: this hip was not measured (an upper-body configuration, "
            f"or a locked joint).",
            file=file,
            remedy="Record with the legs, and export the hip's own angle.",
        )
    return kept, tuple(f"{name} is {value:g} in every row and was left out." for name, value in still.items())


def unwrapped(channels: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Channels without jumps of 360 deg, and a sentence for each that had one."""
    out, notes = dict(channels), []
    for name, values in channels.items():
        low, high = _ends(values)
        if high - low > WRAP_DEG and (np.abs(np.diff(values[np.isfinite(values)])) > WRAP_DEG).any():
            out[name] = unwrap_deg(values)
            notes.append(f"{name} jumped by 360 deg; the jumps were taken out.")
    return out, tuple(notes)


def unwrap_deg(values: np.ndarray) -> np.ndarray:
    """Angles without jumps of 360 deg; gaps stay gaps. [deg]"""
    seen = np.isfinite(values)
    out = np.full(values.shape, np.nan)
    out[seen] = np.unwrap(values[seen], period=360.0)
    return out


def _is_still(values: np.ndarray) -> bool:
    low, high = _ends(values)
    return low == high and np.isfinite(values).sum() > 1


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Smallest and largest value, gaps passed over; NaN where there is nothing else."""
    if not values.size:
        return np.nan, np.nan
    low, high = values.min(), values.max()
    if np.isnan(low):
        low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    return float(low), float(high)


def without_empty_end(columns: list[np.ndarray]) -> list[np.ndarray]:
    """Columns without the rows at the end in which every cell is empty."""
    if any(np.isfinite(values[-1:]).any() for values in columns):
        return columns
    filled = np.flatnonzero(np.any([np.isfinite(values) for values in columns], axis=0))
    stop = int(filled[-1]) + 1 if filled.size else 0
    return [values[:stop] for values in columns]


def angle_trial(
    source: Source, request: Request, clock: Clock, channels: dict[str, np.ndarray], about: dict[str, Any], **also: Any
) -> Trial:
    """
    A trial of kind angles whose model is the file's own.

    Parameters
    ----------
    channels : dict of str to array (n,)
        On the clock's samples, in the project's names and signs. [deg]
    about : dict
        What the passport says beside file, rate and model: format, axes, zero (where the study states none), columns,
        sign_changes, notes (the clock's come first).
    **also
        Further fields of the trial: events, base.
    """
    of_file = {
        "sources": (("motion", source.file, source.sha256),),
        "rate_hz": clock.rate_hz,
        "model": "as in the file",
    }
    stated = {"zero": request.zero or about["zero"], "notes": (*clock.notes, *about["notes"])}
    passport = Passport(**{**about, **of_file, **stated})
    return Trial(
        source.stem, "angles", request.task, request.speed_m_s, clock.time_s, passport, channels=channels, **also
    )
