"""The `reference` comparison: use and test, each against the reference of its own protocol."""

from __future__ import annotations

import numpy as np

from kinematics.exam.columns import Columns
from kinematics.ledger.limits import QUADRANTS, class_columns, class_probabilities, decided, probability_low
from kinematics.ledger.reasons import next_measurements, not_comparable, reasons
from kinematics.norms import GaitNorms


def by_reference(table: Columns, threshold: float, norms: GaitNorms) -> Columns:
    """
    Rows of the `reference` comparison: each value against its own reference, the class as the product of two chances.

    Where use is also known from the standing angle, whether it is low has to be as sure under both zeros;
    otherwise the row is inconclusive (`tilt_or_zero`).

    Parameters
    ----------
    table : Columns
        From `base_table`.
    threshold : float
        Probability from which a label is given. [1]
    norms : GaitNorms
        For the sentence on what to measure next.
    """
    n = len(table["side"])
    table = table | {"comparison": np.full(n, "reference", dtype=object), "not_comparable": not_comparable(table)}
    table["estimate_deg"] = table["used_deg"] - table["used_reference_mean_deg"]
    mean_se = table["used_reference_sd_deg"] / np.sqrt(table["used_reference_n"])
    table["estimate_se_deg"] = np.hypot(table["used_se_deg"], np.hypot(mean_se, table["representation_se_deg"]))
    table["available_estimate_deg"] = table["available_deg"] - table["available_reference_mean_deg"]
    mean_se = table["available_reference_sd_deg"] / np.sqrt(table["available_reference_n"])
    table["available_estimate_se_deg"] = np.hypot(table["available_se_deg"], mean_se)
    used_low, available_low = chance_low(table, "used"), chance_low(table, "available")
    table |= {"probability_used_low": used_low, "probability_available_low": available_low}
    table["probability_used_low_standing"] = probability_low(
        *(table[name] for name in ("used_standing_deg", "used_se_deg")),
        *(table[name] for name in ("standing_low_below_deg", "standing_low_below_se_deg")),
    )
    classes = class_probabilities(used_low, available_low, table["lower_bound"])
    table["class"] = np.where(table["not_comparable"] != "", "inconclusive", decided(classes, threshold))
    moved = (table["class"] != "inconclusive") & ~holds_standing(table, threshold)
    table["class"] = np.where(moved, "inconclusive", table["class"])
    table["reason"] = np.where(moved, "tilt_or_zero", reasons(table, threshold))
    table["next_measurement"] = next_measurements(table, threshold, norms)
    table["probability_available_low"] = np.where(table["lower_bound"], np.nan, available_low)
    return table | class_columns(classes)


def chance_low(table: Columns, what: str) -> np.ndarray:
    """Probability that the true use or availability lies below its limit. [1]"""
    names = (f"{what}_deg", f"{what}_se_deg", f"{what}_low_below_deg", f"{what}_low_below_se_deg")
    return probability_low(*(table[name] for name in names))


def holds_standing(table: Columns, threshold: float) -> np.ndarray:
    """Whether use is low, or not low, as surely under the standing zero; True where there is no standing angle."""
    here, there = table["probability_used_low"], table["probability_used_low_standing"]
    same = ((here >= threshold) & (there >= threshold)) | ((here <= 1 - threshold) & (there <= 1 - threshold))
    return np.isnan(there) | same


def untold(table: Columns) -> Columns:
    """Rows of a direction that running does not tell: inconclusive, with the test beside it."""
    n = len(table["side"])
    empty = ["estimate_deg", "estimate_se_deg", "available_estimate_deg", "available_estimate_se_deg"]
    empty += ["probability_used_low", "probability_available_low", "probability_used_low_standing"]
    words = {"comparison": "reference", "class": "inconclusive", "reason": "direction_not_told"}
    table = table | dict.fromkeys(empty, np.full(n, np.nan)) | class_columns(np.full((n, len(QUADRANTS)), np.nan))
    return table | {name: np.full(n, word, dtype=object) for name, word in words.items()}
