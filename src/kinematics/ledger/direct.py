"""The `direct` comparison: use against a functional trial of the same visit, markers and zero."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.ledger.limits import QUADRANTS, decided
from kinematics.ledger.reasons import limit_reasons, not_comparable, plain_sentences, step_sentences
from kinematics.ledger.terms import terms
from kinematics.norms import GaitNorms

KEYS = ["participant", "session", "side", "direction", "zero", "hip_centre"]
FUNCTIONAL_TEST = "rom"
#: Reasons of the `reference` comparison that leave unknown whether use is low.
OPEN_USE = ("no_strides", "too_few_strides", "zero_unknown", "no_reference", "tilt_or_zero")


def by_direct(
    reference: pd.DataFrame, sides: pd.DataFrame, functional: pd.DataFrame, threshold: float, norms: GaitNorms
) -> pd.DataFrame:
    """
    Rows of the `direct` comparison: the reserve (available minus used) of each side that has a functional trial.

    A reserve is no finding by itself: `available_unused` needs use that is low against the reference or the other side;
    otherwise the row is `typical`, with the reserve stated. No reserve and low use is `low_both`. More use than the
    trial reached is `inconclusive` (exceeds_test).

    Parameters
    ----------
    reference, sides : DataFrame
        Rows of the other two comparisons, the same runs and sides in the same order.
    functional : DataFrame
        From `functional_range`, a row per visit, side, direction, zero and hip centre.
    threshold, norms
        As in `by_reference`.
    """
    names = ["available_deg", "available_se_deg", "n_repetitions", "lower_bound", "limited_by", "pelvis_controlled"]
    # not comparable, or not under both zeros: then the reference does not say whether use is low
    by_norm = reference["probability_used_low"].mask(reference["reason"].isin(OPEN_USE))
    table = reference.drop(columns=[*names, "test", "notes"]).assign(comparison="direct")
    table["probability_used_low"] = either(by_norm, sides["probability_used_low"])
    trials = functional[[*KEYS, *names, "notes"]].assign(test=FUNCTIONAL_TEST)
    table = table.merge(trials, on=KEYS, how="inner")
    table[[name for name in table if name.startswith(("available_reference_", "available_low_"))]] = np.nan
    empty = {"available_estimate_deg": np.nan, "available_estimate_se_deg": np.nan, "available_reference": ""}
    table = table.assign(other_tests="", probability_available_low=np.nan, **empty)
    table["estimate_deg"] = table["available_deg"] - table["used_deg"]
    table["estimate_se_deg"] = reserve_se(table)
    table["limit_deg"], table["limit_se_deg"] = _value("margin_deg"), 0.0
    chances = _reserve_chances(table, table["estimate_se_deg"])
    classes = _classes(table, chances)
    open_strides = np.isin(not_comparable(table), ["no_strides", "too_few_strides"])
    sure = np.where(open_strides, "inconclusive", decided(classes, threshold))
    table["class"] = sure
    table["reason"] = _reasons(table, chances, threshold)
    table["next_measurement"] = plain_sentences(table, "", norms)
    near = table["reason"].isin(["used_near_limit", "available_near_limit", "both_near_limit"]).to_numpy()
    if near.any():
        table.loc[near, "next_measurement"] = step_sentences(_would_decide(table[near], threshold))
    table[[f"probability_{name}" for name in QUADRANTS]] = classes
    return table


def either(by_norm: pd.Series, by_side: pd.Series) -> pd.Series:
    """Probability that use is low by one of the two at least, as if independent (their errors hardly overlap)."""
    one, other = by_norm.to_numpy(float), by_side.to_numpy(float)
    joined = 1 - (1 - np.nan_to_num(one)) * (1 - np.nan_to_num(other))
    return pd.Series(np.where(np.isnan(one) & np.isnan(other), np.nan, joined), index=by_norm.index)


def reserve_se(table: pd.DataFrame, visits: float = 1.0) -> pd.Series:
    """Standard error of the reserve: both within the visit, the bridge between the tasks, strides and swings. [deg]"""
    own = 2 * _value("within_visit_deg") ** 2 + table["used_se_strides_deg"] ** 2 + table["available_se_deg"] ** 2
    return np.sqrt(own / visits + _value("bridge_deg") ** 2)


def one_trial_each(functional: pd.DataFrame | None) -> pd.DataFrame:
    """Functional ranges, one per key: of several trials the one that reached furthest; lower bounds come last."""
    columns = [*KEYS, "available_deg", "available_se_deg", "n_repetitions", "lower_bound", "limited_by"]
    columns += ["pelvis_controlled", "notes"]
    if functional is None or functional.empty:
        return pd.DataFrame(columns=columns)
    ranked = functional.sort_values([*KEYS, "lower_bound", "available_deg"], ascending=[True] * 7 + [False])
    return ranked.drop_duplicates(KEYS)[columns]


def _value(name: str) -> float:
    return terms()["direct"][name]["value"]


def _reserve_chances(table: pd.DataFrame, se: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Probabilities: a reserve, none (equal within the margin), beyond the test."""
    from scipy.special import ndtr

    margin = _value("margin_deg")
    reserve = pd.Series(ndtr((table["estimate_deg"] - margin) / se), index=table.index)
    beyond = pd.Series(ndtr((-margin - table["estimate_deg"]) / se), index=table.index)
    # a functional trial that ended early shows a reserve at most too small: of the rest nothing is known
    equal = (1 - reserve - beyond).mask(table["lower_bound"].eq(True))
    return reserve, equal, beyond


def _classes(table: pd.DataFrame, chances: tuple[pd.Series, pd.Series, pd.Series]) -> np.ndarray:
    """Probability of each class, shape (n, 4), in the order of `QUADRANTS`; low_test_only is no answer here."""
    low, (reserve, equal, _) = table["probability_used_low"], chances
    typical = (1 - low) * (reserve + equal.fillna(0.0))
    return np.stack([low * reserve, low * equal, np.zeros(len(table)), typical], axis=1)


def _reasons(table: pd.DataFrame, chances: tuple[pd.Series, pd.Series, pd.Series], threshold: float) -> np.ndarray:
    reserve, equal, beyond = chances
    low = table["probability_used_low"]
    test_open = np.maximum(reserve, equal.fillna(0.0)) < threshold
    strides = not_comparable(table)
    return np.select(
        [
            table["class"] != "inconclusive",
            np.isin(strides, ["no_strides", "too_few_strides"]),
            (beyond >= threshold) & ~table["lower_bound"].eq(True),
            low.isna(),
            table["lower_bound"].eq(True) & test_open,
        ],
        ["", strides, "exceeds_test", "use_low_unknown", "lower_bound_only"],
        limit_reasons(np.maximum(low, 1 - low) < threshold, test_open),
    ).astype(object)


def _would_decide(table: pd.DataFrame, threshold: float) -> dict[str, np.ndarray]:
    """Whether a second day of running and swinging would decide at the present values."""
    after = reserve_se(table, terms()["better_run"]["visits"])
    decides = decided(_classes(table, _reserve_chances(table, after)), threshold) != "inconclusive"
    return {"run": decides}
