"""The `reference` comparison: use and test, each against the reference of its own protocol."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.ledger.limits import QUADRANTS, class_probabilities, decided, probability_low
from kinematics.ledger.reasons import next_measurements, not_comparable, reasons
from kinematics.norms import GaitNorms


def by_reference(table: pd.DataFrame, direction: str, threshold: float, norms: GaitNorms) -> pd.DataFrame:
    """
    Rows of the `reference` comparison: each value against its own reference, the class as the product of two chances.

    Where use is also known from the standing angle, whether it is low has to be as sure under both zeros;
    otherwise the row is inconclusive (`tilt_or_zero`).

    Parameters
    ----------
    table : DataFrame
        From `base_table`.
    direction : str
    threshold : float
        Probability from which a label is given. [1]
    norms : GaitNorms
        For the sentence on what to measure next.
    """
    table = table.assign(comparison="reference", not_comparable=not_comparable(table))
    table["estimate_deg"] = table["used_deg"] - table["used_reference_mean_deg"]
    mean_se = table["used_reference_sd_deg"] / np.sqrt(table["used_reference_n"])
    table["estimate_se_deg"] = np.hypot(table["used_se_deg"], np.hypot(mean_se, table["representation_se_deg"]))
    table["available_estimate_deg"] = table["available_deg"] - table["available_reference_mean_deg"]
    mean_se = table["available_reference_sd_deg"] / np.sqrt(table["available_reference_n"])
    table["available_estimate_se_deg"] = np.hypot(table["available_se_deg"], mean_se)
    table["probability_used_low"] = chance_low(table, "used")
    table["probability_available_low"] = chance_low(table, "available")
    standing = probability_low(
        *(table[name] for name in ("used_standing_deg", "used_se_deg")),
        *(table[name] for name in ("standing_low_below_deg", "standing_low_below_se_deg")),
    )
    table["probability_used_low_standing"] = standing
    classes = class_probabilities(
        table["probability_used_low"], table["probability_available_low"], table["lower_bound"]
    )
    sure = decided(classes, threshold)
    table["class"] = np.where((table["not_comparable"] == "") & (table["direction"] == direction), sure, "inconclusive")
    moved = (table["class"] != "inconclusive") & ~holds_standing(table, threshold)
    table["class"] = table["class"].mask(moved, "inconclusive")
    table["reason"] = pd.Series(reasons(table, threshold), index=table.index).mask(moved, "tilt_or_zero")
    table["next_measurement"] = next_measurements(table, direction, threshold, norms)
    table["probability_available_low"] = table["probability_available_low"].mask(table["lower_bound"])
    table[[f"probability_{name}" for name in QUADRANTS]] = classes
    return table


def chance_low(table: pd.DataFrame, what: str) -> pd.Series:
    """Probability that the true use or availability lies below its limit. [1]"""
    names = (f"{what}_deg", f"{what}_se_deg", f"{what}_low_below_deg", f"{what}_low_below_se_deg")
    return pd.Series(probability_low(*(table[name] for name in names)), index=table.index)


def holds_standing(table: pd.DataFrame, threshold: float) -> pd.Series:
    """Whether use is low, or not low, as surely under the standing zero; True where there is no standing angle."""
    here, there = table["probability_used_low"], table["probability_used_low_standing"]
    same = ((here >= threshold) & (there >= threshold)) | ((here <= 1 - threshold) & (there <= 1 - threshold))
    return there.isna() | same


def untold(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a direction that running does not tell: inconclusive, with the test beside it."""
    empty = ["estimate_deg", "estimate_se_deg", "available_estimate_deg", "available_estimate_se_deg"]
    empty += ["probability_used_low", "probability_available_low", "probability_used_low_standing"]
    empty += [f"probability_{name}" for name in QUADRANTS]
    words = {"comparison": "reference", "class": "inconclusive", "reason": "direction_not_told"}
    return table.assign(**dict.fromkeys(empty, np.nan), **words)
