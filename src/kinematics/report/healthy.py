"""What healthy runners show: the spread of their side difference, and how often they would get a label."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from kinematics.ledger.terms import terms
from kinematics.report.wording import finite

#: Outside these speeds the nearest is held for the rounding of a treadmill's display, as in the reference. [m/s]
SPEED_TOLERANCE_M_S = 0.05
#: Columns of the ledger behind a label of the `reference` comparison.
_NEEDED = ("se_deg", "reference_mean_deg", "reference_sd_deg", "low_below_deg", "reference_n")
#: Places of a normal distribution, each standing for the same share of people.
N_PLACES = 80


def side_spread_deg(task: str, speed_m_s: float) -> float:
    """
    Standard deviation of the side difference in peak hip extension between healthy runners; NaN where not known.

    The figures are the ledger's (ledger/terms.yaml), interpolated between their speeds. [deg]

    >>> side_spread_deg("run", 3.0), side_spread_deg("walk", 1.3)
    (1.7, nan)
    """
    facts = terms()["sides"]["healthy_difference"]
    speeds = facts["speeds_m_s"]
    slowest, fastest = speeds[0] - SPEED_TOLERANCE_M_S, speeds[-1] + SPEED_TOLERANCE_M_S
    if task != "run" or not finite(speed_m_s) or not slowest <= speed_m_s <= fastest:
        return math.nan
    return round(float(np.interp(speed_m_s, speeds, facts["extension"]["sd_deg"])), 3)


def label_frequency(row: dict[str, Any], threshold: float) -> float:
    """
    Share of the reference people who, measured with this row's errors, would get this row's class.

    Use and test are drawn independently from their references' normal curves (whose spread holds the error of
    measurement already), and each pair is judged as the ledger judges.

    Parameters
    ----------
    row : mapping
        A ledger row of the `reference` comparison.
    threshold : float
        Probability from which a label is given. [1]

    Returns
    -------
    float
        0 to 1; NaN where a reference is missing or the test ended early.
    """
    from kinematics.ledger import class_probabilities, low_limit, probability_low
    from kinematics.ledger.limits import QUADRANTS

    kinds = {kind: [row[f"{kind}_{name}"] for name in _NEEDED] for kind in ("used", "available")}
    known = all(finite(value) for values in kinds.values() for value in values)
    if not known or row["available_is_lower_bound"] is True:
        return math.nan
    low = {}
    for kind, (error, mean, spread, limit, people) in kinds.items():
        stated = row.get(f"{kind}_low_below_se_deg", math.nan)
        limit_error = stated if finite(stated) else low_limit(mean, spread, people)[1]
        low[kind] = probability_low(mean + spread * _normal_places(), error, limit, limit_error)
    used, available = np.repeat(low["used"], N_PLACES), np.tile(low["available"], N_PLACES)
    reached = class_probabilities(used, available, np.zeros(used.size, bool)) >= threshold
    shares = dict(zip(QUADRANTS, reached.mean(axis=0).tolist(), strict=True))
    return shares.get(row["class"], 1 - sum(shares.values()))


@lru_cache
def _normal_places() -> np.ndarray:
    """Middles of `N_PLACES` slices of the standard normal curve that hold the same share each."""
    from scipy.special import ndtri

    return ndtri((np.arange(N_PLACES) + 0.5) / N_PLACES)
