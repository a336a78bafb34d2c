"""
Two sensors on either side of a joint feel one acceleration at the joint's centre.

In (forward, up, right) the centre's specific force is ``A (a + K r)`` with the sensor's rotation A, its specific force
a, ``K = [omega]^2 + [alpha]`` and the lever arm r from the sensor to the centre. That it is the same from both sides
tells, without magnetometers, whether two sensors face the same way, where the joint lies, by how much their clocks
differ, and whether they belong together at all (after Weygers and Kok 2020, doi:10.1109/JSEN.2020.2982459).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinematics.models.inertial.alignment import Aligned, in_progress
from kinematics.signals import lowpass

#: What is faster than this is soft tissue and the landing. [Hz]
CUTOFF_HZ = 6.0
#: Rate at which two records are compared: several times the cut-off. [Hz]
COMPARED_HZ = 50.0
#: Lever arms are held near zero with this spread, so that a quiet recording does not make them up. [m]
LEVER_SPREAD_M = 0.3
#: Disagreement of two good records, against which that spread is weighed. [m/s2]
USUAL_DISAGREEMENT_M_S2 = 1.0
#: Two records are compared over this time at least. [s]
SHORTEST_OVERLAP_S = 5.0
#: Up to so many lags are worked out one by one, which is faster then.
FEW_LAGS = 64
COLUMNS = 4  # the specific force, and what each component of the lever arm adds


@dataclass(frozen=True)
class Record:
    """
    What one sensor says of forces at points near it.

    Attributes
    ----------
    columns : array, shape (4, 3, n)
        Specific force without gravity at the sensor, and its change per metre along each of the sensor's axes,
        (forward, up, right), low-passed, at `COMPARED_HZ`. [m/s2, 1/s2]
    start_s : float
        Time of the first sample on the sensor's clock. [s]
    """

    columns: np.ndarray
    start_s: float


@dataclass(frozen=True)
class Shared:
    """
    What two records say of their common joint.

    Attributes
    ----------
    lag_s : float
        Added to the second clock, it gives times on the first. [s]
    first_lever_m, second_lever_m : array, shape (3,)
        From each sensor to the joint, in the sensor's axes. [m]
    unexplained : float
        Part of the joint's acceleration on which the two disagree: 0 the same, 1 nothing in common.
    runner_up : float
        `unexplained` of the next best lag or, where none was looked for, of facing the other way.
    """

    lag_s: float
    first_lever_m: np.ndarray
    second_lever_m: np.ndarray
    unexplained: float
    runner_up: float


def record(aligned: Aligned) -> Record:
    """Forces near one sensor, in the direction of progress."""
    rate_hz = aligned.signals.rate_hz
    omega = lowpass(aligned.rate_rad_s, 4 * CUTOFF_HZ, rate_hz)
    alpha = np.gradient(omega, axis=1) * rate_hz
    lever = np.einsum("in,jn->ijn", omega, omega)
    lever[range(3), range(3)] -= (omega**2).sum(axis=0)
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        lever[i, j] -= alpha[k]
        lever[j, i] += alpha[k]
    sensor = np.concatenate((aligned.signals.acceleration_m_s2[None], lever.transpose(1, 0, 2)))
    rows = in_progress(np.einsum("ijn,kjn->kin", aligned.rotations, sensor), aligned.facing_rad)
    rows[0] -= np.median(rows[0], axis=1, keepdims=True)
    rows = rows * _trusted(aligned)
    smooth = lowpass(rows.reshape(3 * COLUMNS, -1), CUTOFF_HZ, rate_hz)
    at = np.arange(0.0, smooth.shape[1] - 1, rate_hz / COMPARED_HZ)
    before, part = at.astype(np.intp), at % 1.0
    columns = smooth[:, before] * (1 - part) + smooth[:, before + 1] * part
    return Record(columns.reshape(COLUMNS, 3, -1), aligned.signals.start_s)


def compare(first: Record, second: Record) -> tuple[Shared, bool]:
    """Agreement of two records on one clock, and whether they face the same way."""
    shift = round((second.start_s - first.start_s) * COMPARED_HZ)
    alike, against = (_at_lag(first.columns, turned, shift) for turned in (second.columns, _about(second.columns)))
    same = alike[0] <= against[0]
    (unexplained, lever), other = (alike, against[0]) if same else (against, alike[0])
    return Shared(0.0, lever[1:COLUMNS], lever[COLUMNS + 1 :], unexplained, other), same


def search_lag(first: Record, second: Record, *, longest_s: float = np.inf) -> tuple[Shared, bool]:
    """
    The lag between two clocks at which the records agree best, and whether they then face the same way.

    Parameters
    ----------
    first, second : Record
    longest_s : float
        Largest lag looked at, either way, beside what the clocks say; all without it. [s]
    """
    apart = (second.start_s - first.start_s) * COMPARED_HZ
    n, m = first.columns.shape[2], second.columns.shape[2]
    low, high = apart - longest_s * COMPARED_HZ, apart + longest_s * COMPARED_HZ
    bounds = int(np.clip(np.ceil(low), 1 - m, n - 1)), int(np.clip(np.floor(high), 1 - m, n - 1))
    shifts, curves = _lags(first.columns, second.columns, *bounds)
    lowest = [int(np.argmin(curve)) for curve in curves]
    same = bool(curves[0][lowest[0]] <= curves[1][lowest[1]])
    curve, at = (curves[0], lowest[0]) if same else (curves[1], lowest[1])
    _, lever = _at_lag(first.columns, second.columns if same else _about(second.columns), int(shifts[at]))
    far = np.abs(np.arange(curve.size) - at) > 0.15 * COMPARED_HZ
    runner_up = min(float(np.min(one[far], initial=np.inf)) for one in curves)
    fine = shifts[at] + _vertex(curve, at)
    lag_s = float(fine / COMPARED_HZ + first.start_s - second.start_s)
    return Shared(lag_s, lever[1:COLUMNS], lever[COLUMNS + 1 :], float(curve[at]), runner_up), same


def _trusted(aligned: Aligned) -> np.ndarray:
    return aligned.signals.trusted.astype(float)


def _about(columns: np.ndarray) -> np.ndarray:
    """The same record, facing the other way."""
    return columns * np.array([-1.0, 1.0, -1.0])[:, None]


def _at_lag(first: np.ndarray, second: np.ndarray, shift: int) -> tuple[float, np.ndarray]:
    """Disagreement and lever arms where the second's sample 0 lies at the first's sample `shift`."""
    begin, end = max(0, shift), min(first.shape[2], second.shape[2] + shift)
    if end - begin < SHORTEST_OVERLAP_S * COMPARED_HZ:
        return np.inf, np.zeros(2 * COLUMNS)
    p, q = first[:, :, begin:end].reshape(COLUMNS, -1), second[:, :, begin - shift : end - shift].reshape(COLUMNS, -1)
    unexplained, lever = _solved((p @ p.T)[None], (q @ q.T)[None], (p @ q.T)[None])
    return float(unexplained[0]), lever[0]


def _lags(first: np.ndarray, second: np.ndarray, low: int, high: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """
    Shifts of the second's sample 0 on the first's between two bounds, and the disagreement at each.

    That is once as the second faces, once with it facing the other way, which changes the sign of what is level.
    """
    n, m = first.shape[2], second.shape[2]
    shifts = np.arange(low, high + 1)
    begin, end = np.maximum(0, shifts), np.minimum(n, m + shifts)
    pp = _gram(first, begin, end)
    qq = _gram(second, begin - shifts, end - shifts)
    products = _shifted if shifts.size <= FEW_LAGS else _transformed
    level, upright = (products(first[:, axes], second[:, axes], shifts) for axes in ([0, 2], [1]))
    long = end - begin >= SHORTEST_OVERLAP_S * COMPARED_HZ
    return shifts, [np.where(long, _solved(pp, qq, upright + way * level)[0], np.inf) for way in (1.0, -1.0)]


def _gram(columns: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Sums (k, 4, 4) of the products of columns (4, c, n) over samples [begin, end)."""
    total = np.zeros((COLUMNS, COLUMNS, columns.shape[2] + 1))
    np.cumsum(np.einsum("acn,bcn->abn", columns, columns), axis=2, out=total[:, :, 1:])
    return (total[:, :, end] - total[:, :, begin]).transpose(2, 0, 1)


def _shifted(first: np.ndarray, second: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Sums (k, 4, 4) of the products of two records (4, c, n) at each shift, one shift after the other."""
    one, other = (np.ascontiguousarray(columns.transpose(1, 0, 2)) for columns in (first, second))
    n, m, made = first.shape[2], second.shape[2], np.empty((shifts.size, COLUMNS, COLUMNS))
    for place, shift in enumerate(shifts.tolist()):
        begin, end = max(0, shift), max(0, shift, min(n, m + shift))
        pairs = one[:, :, begin:end] @ other[:, :, begin - shift : end - shift].transpose(0, 2, 1)
        made[place] = pairs.sum(axis=0)
    return made


def _transformed(first: np.ndarray, second: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """As `_shifted`, all shifts at once by Fourier's transform."""
    size = 1 << int(np.ceil(np.log2(first.shape[2] + second.shape[2])))
    spectra = [np.fft.rfft(one, size, axis=2) for one in (first, second)]
    both = np.fft.irfft(np.einsum("acf,bcf->abf", spectra[0], spectra[1].conj()), size, axis=2)
    return both[:, :, shifts % size].transpose(2, 0, 1)


def _solved(pp: np.ndarray, qq: np.ndarray, pq: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Disagreement (k,) and best lever arms (k, 8), whose entries 0 and 4 are 1, of Gram matrices (k, 4, 4)."""
    whole = np.concatenate(
        (np.concatenate((pp, -pq), axis=2), np.concatenate((-pq.transpose(0, 2, 1), qq), axis=2)), axis=1
    )
    free, fixed = [1, 2, 3, 5, 6, 7], [0, COLUMNS]
    prior = (USUAL_DISAGREEMENT_M_S2 / LEVER_SPREAD_M) ** 2 * np.eye(6)
    normal = whole[:, free][:, :, free] + prior
    lever = np.ones((pp.shape[0], 2 * COLUMNS))
    lever[:, free] = np.linalg.solve(normal, -whole[:, free][:, :, fixed].sum(axis=2)[..., None])[..., 0]
    left = np.einsum("ka,kab,kb->k", lever, whole, lever)
    a, b = lever[:, :COLUMNS], lever[:, COLUMNS:]
    size = np.einsum("ka,kab,kb->k", a, pp, a) + np.einsum("ka,kab,kb->k", b, qq, b)
    return np.where(size > 0, left / np.where(size > 0, size, 1.0), 1.0), lever


def _vertex(curve: np.ndarray, at: int) -> float:
    if not 0 < at < curve.size - 1 or not np.isfinite(curve[at - 1 : at + 2]).all():
        return 0.0
    before, here, after = curve[at - 1 : at + 2]
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend > 0 else 0.0
