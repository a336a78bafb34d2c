"""Contacts and toe-offs from the vertical ground reaction force: treadmills, split belts, walkway plates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kinematics.conventions import SIDES
from kinematics.feet import Foot, mean_seen
from kinematics.settings import ForceSettings
from kinematics.signals import crossings, lowpass
from kinematics.trial import Force

#: A contact counts where the force also passes this many times the threshold (hysteresis against noise in flight).
CONFIRMATION = 5.0
#: Contacts shorter or longer than this are none of a running or walking foot. [s]
CONTACT_TIMES_S = (0.05, 1.5)
#: The zero of a plate is looked for in pieces of this length, and taken as a straight line between them. [s]
DRIFT_WINDOW_S = 10.0
#: An unloaded plate reads within this of its zero; a zero further off than the second is a load. [N]
UNLOADED_BAND_N, LARGEST_ZERO_N = 30.0, 150.0
#: A piece is unloaded for this part of its samples at least, else its zero is not known.
UNLOADED_SHARE = 0.05
#: So many samples of a piece tell its zero.
ZERO_SAMPLES = 1000
#: A zero closer to 0 than this is left as it is: the threshold does not feel it. [N]
SMALLEST_ZERO_N = 5.0


def without_drift(force: Force) -> tuple[np.ndarray, np.ndarray]:
    """
    Vertical force with the unloaded plates at zero, and the zero that was taken off.

    The zero of a piece of 10 s is the median of the samples in which the plate is unloaded. A plate that is never
    unloaded keeps its zero, and so does one whose zero stays within 5 N.

    Returns
    -------
    vertical_n : array, shape (n_plates, n_samples)
        [N]
    largest_zero_n : array, shape (n_plates,)
        The zero taken off where it was largest; 0 where none was. [N]
    """
    raw = np.nan_to_num(force.vertical_n)
    pieces = max(1, round(raw.shape[1] / (DRIFT_WINDOW_S * force.rate_hz)))
    edges = np.linspace(0, raw.shape[1], pieces + 1).astype(int)
    zeros = np.stack([_zero(raw[:, a:b]) for a, b in pairwise(edges)], axis=1)
    middle, samples = (edges[:-1] + edges[1:]) / 2, np.arange(raw.shape[1])
    corrected, largest = raw.copy(), np.zeros(len(raw))
    for plate, zero in enumerate(zeros):
        known = np.isfinite(zero)
        if known.any() and np.abs(zero[known]).max() > SMALLEST_ZERO_N:
            corrected[plate] -= np.interp(samples, middle[known], zero[known])
            largest[plate] = zero[known][np.argmax(np.abs(zero[known]))]
    return corrected, largest


def stances(vertical_n: np.ndarray, rate_hz: float, settings: ForceSettings) -> tuple[np.ndarray, np.ndarray]:
    """
    Times at which one vertical force rises and falls through the threshold.

    The force is low-passed (zero lag); a rise counts only if the force goes on to five times the threshold before
    it falls.

    Parameters
    ----------
    vertical_n : array, shape (n,)
        Of one plate, or the sum of several. [N]
    rate_hz : float
        [Hz]
    settings : ForceSettings

    Returns
    -------
    contact_s, toe_off_s : array, shape (k,)
        Pairs; a stance cut by the start or end of the file is left out. [s]
    """
    smooth = lowpass(vertical_n[None], settings.cutoff_hz, rate_hz)[0]
    rising, falling = crossings(np.nan_to_num(smooth), settings.threshold_n)
    falling = falling[falling > rising[0]] if rising.size else falling[:0]
    rising = rising[: falling.size]
    if not rising.size:
        return rising, falling
    first = np.ceil(rising).astype(np.intp)
    edges = np.stack((first, np.maximum(np.floor(falling).astype(np.intp) + 1, first + 1)), axis=1)
    highest = np.maximum.reduceat(np.append(smooth, -np.inf), edges.ravel())[::2]
    duration = (falling - rising) / rate_hz
    real = (
        (highest > CONFIRMATION * settings.threshold_n)
        & (duration >= CONTACT_TIMES_S[0])
        & (duration <= CONTACT_TIMES_S[1])
    )
    return rising[real] / rate_hz, falling[real] / rate_hz


def force_contacts(force: Force, settings: ForceSettings) -> tuple[np.ndarray, np.ndarray]:
    """
    Contacts and toe-offs of a runner, whose feet are never both on the ground: the plates' forces are added.

    A foot that lands on two plates or belts is one contact. Pairs as in `stances`. [s]
    """
    vertical, _ = without_drift(force)
    return stances(vertical.sum(axis=0), force.rate_hz, settings)


def plate_contacts(force: Force, settings: ForceSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Contacts and toe-offs on each plate by itself, for gaits with double support.

    Returns
    -------
    contact_s, toe_off_s : array, shape (k,)
        [s]
    cop_m : array, shape (k, 2)
        Mean place of the force during the stance (forward, right); NaN where the file has none. [m]
    """
    vertical, _ = without_drift(force)
    found = [stances(row, force.rate_hz, settings) for row in vertical]
    contact, toe_off = (np.concatenate([pair[i] for pair in found]) for i in (0, 1))
    plate = np.repeat(np.arange(len(found)), [len(pair[0]) for pair in found])
    middle = np.clip(((contact + toe_off) / 2 * force.rate_hz).round().astype(np.intp), 0, vertical.shape[1] - 1)
    return contact, toe_off, force.cop_m[plate, :, middle]


def right_is_lower(feet: dict[str, Foot], at_s: np.ndarray, rate_hz: float) -> np.ndarray:
    """Whether the right foot is the lower one at these times from the first sample, shape (k,)."""
    height = {side: foot_height(foot, at_s * rate_hz) for side, foot in feet.items()}
    return height["right"] < height["left"]


def nearer_foot(feet: dict[str, Foot], at_s: np.ndarray, cop_m: np.ndarray, rate_hz: float) -> np.ndarray:
    """The side whose foot is nearer to the place of the force, the lower one where that is not known, shape (k,)."""
    distance = {}
    for side, foot in feet.items():
        position = mean_seen(np.concatenate((foot.back_part, foot.front_part)))[[0, 2]]
        place = np.stack([_at(row, at_s * rate_hz) for row in position], axis=1)
        distance[side] = np.hypot(*(place - cop_m).T)
    known = np.isfinite(distance["right"]) & np.isfinite(distance["left"])
    right = np.where(known, distance["right"] < distance["left"], right_is_lower(feet, at_s, rate_hz))
    return np.where(right, "right", "left")


def foot_height(foot: Foot, positions: np.ndarray) -> np.ndarray:
    """Height of a foot at some samples, mean of its markers, shape (k,); a lost marker is bridged. [m]"""
    rows = np.concatenate((foot.rear, foot.fore) if len(foot.rear) or len(foot.fore) else (foot.ankle,))[:, 1]
    near = np.clip(np.rint(positions).astype(np.intp), 0, rows.shape[1] - 1)
    held = rows[:, near]
    for row in np.flatnonzero(np.isnan(held).any(axis=1)):
        held[row] = _at(rows[row], positions)
    return mean_seen(held)


def more_flexed_hip(flexion_deg: dict[str, np.ndarray], contact_s: np.ndarray, rate_hz: float) -> np.ndarray:
    """Side of a runner's contacts where no foot is seen: the hip that is more flexed at contact, shape (k,)."""
    at = {side: _at(flexion_deg[side], contact_s * rate_hz) for side in SIDES}
    return np.where(at["right"] > at["left"], "right", "left")


def _zero(piece: np.ndarray) -> np.ndarray:
    """Zero of every plate in one piece, shape (n_plates,); NaN where it is not known. [N]"""
    piece = piece[:, :: max(1, piece.shape[1] // ZERO_SAMPLES)]
    zero = np.percentile(piece, 100 * UNLOADED_SHARE / 2, axis=1)
    for _ in range(2):
        unloaded = np.abs(piece - zero[:, None]) < UNLOADED_BAND_N
        zero = np.array(
            [np.median(row[mask]) if mask.any() else np.nan for row, mask in zip(piece, unloaded, strict=True)]
        )
    known = (unloaded.mean(axis=1) >= UNLOADED_SHARE) & (np.abs(zero) <= LARGEST_ZERO_N)
    return np.where(known, zero, np.nan)


def _at(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    seen = np.isfinite(values)
    if not seen.any():
        return np.full(positions.shape, np.nan)
    return np.interp(positions, np.flatnonzero(seen), values[seen])
