"""The `sides` comparison: the symptomatic side against the other one, where zero and pelvis are shared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.exam import best_sem
from kinematics.exam.registry import facts
from kinematics.ledger.available import SIDE_KEYS, same_test_other_side
from kinematics.ledger.limits import QUADRANTS, decided
from kinematics.ledger.reasons import limit_reasons, plain_sentences, step_sentences
from kinematics.ledger.terms import terms, used_term
from kinematics.ledger.used import RUN_KEYS
from kinematics.norms import GaitNorms

OTHER_SIDE = {"left": "right", "right": "left"}
Z_95 = 1.96


def by_sides(
    table: pd.DataFrame, exam: pd.DataFrame, direction: str, threshold: float, norms: GaitNorms
) -> pd.DataFrame:
    """
    Rows of the `sides` comparison, a row per side; only the symptomatic side's gets a class.

    The deficit of use is other minus own; it is one where it passes the healthy spread (1.96 SD between the sides of
    healthy runners) and, as observed, the smallest detectable difference. The tests count as equal within the margin of
    equivalence (two one-sided tests), as low where the deficit passes it. Both errors: docs/used-and-available.md.

    Parameters
    ----------
    table : DataFrame
        From `base_table`.
    exam : DataFrame
        As from `read_exam`.
    direction, threshold, norms
        As in `by_reference`.
    """
    table = _paired(table, exam, direction).assign(comparison="sides")
    table["estimate_deg"] = table["used_deg"] - table["other_used_deg"]
    table["estimate_se_deg"] = use_difference_se(table)
    table["mdc95_deg"] = Z_95 * table["estimate_se_deg"]
    table["available_estimate_deg"] = table["available_deg"] - table["other_available_deg"]
    table["available_estimate_se_deg"] = test_difference_se(table)
    table["limit_deg"], table["limit_se_deg"] = healthy_limit(table, direction)
    symptomatic = (table["symptomatic_side"] == table["side"]) & (_not_comparable(table) == "")
    chances = _chances(table, table["estimate_se_deg"], table["available_estimate_se_deg"])
    table = table.assign(**{name: values.where(symptomatic) for name, values in chances.items()})
    classes = _classes(table, chances)
    classes[~symptomatic.to_numpy()] = np.nan
    sure = decided(classes, threshold)
    below_mdc = np.isin(sure, ["available_unused", "low_both"]) & (-table["estimate_deg"] <= table["mdc95_deg"])
    table["class"] = np.where(symptomatic & ~below_mdc, sure, "inconclusive")
    table["reason"] = _reasons(table, chances, threshold)
    table["next_measurement"] = plain_sentences(table, direction, norms)
    near = table["reason"].isin(["used_near_limit", "available_near_limit", "both_near_limit"]).to_numpy()
    if near.any():
        table.loc[near, "next_measurement"] = step_sentences(_would_decide(table[near], direction, threshold))
    table[[f"probability_{name}" for name in QUADRANTS]] = classes
    lower_bound = table["lower_bound"] | table["other_lower_bound"]
    table["probability_available_low"] = table["probability_available_low"].mask(lower_bound)
    return table


def use_difference_se(table: pd.DataFrame, visits: float = 1.0) -> pd.Series:
    """Standard error of the sides' difference in use: own markers of each, the laboratory's bias, strides. [deg]"""
    own = 2 * _value("within_visit_deg") ** 2
    strides = table["used_se_strides_deg"] ** 2 + table["other_used_se_strides_deg"] ** 2
    return np.sqrt((own + strides) / visits + _value("bias_deg") ** 2)


def test_difference_se(table: pd.DataFrame) -> pd.Series:
    """
    Standard error of the sides' difference on a test. [deg]

    Each side's part of the visit counts in full. Of the lasting part the share `shared_by_sides` cancels where rater
    and instrument are named and the same, and the pelvis was held alike.
    """
    alike = table["rater"].ne("") & table["instrument"].ne("")
    for name in ("rater", "instrument", "pelvis_controlled"):
        alike &= table[name] == table[f"other_{name}"]
    visit = table["available_se_visit_deg"] ** 2 + table["other_available_se_visit_deg"] ** 2
    here, there = table["available_se_lasting_deg"], table["other_available_se_lasting_deg"]
    shared = np.where(alike, _value("shared_by_sides"), 0.0)
    return np.sqrt(visit + (1 - shared) * (here**2 + there**2) + shared * (here - there) ** 2)


def healthy_limit(table: pd.DataFrame, direction: str) -> tuple[np.ndarray, np.ndarray]:
    """Side difference beyond which 5 of 100 healthy runners lie, and its standard error (n people). [deg]"""
    facts_of = terms()["sides"]["healthy_difference"]
    sd = np.interp(table["speed_m_s"], facts_of["speeds_m_s"], facts_of[direction]["sd_deg"])
    runs = (table["task"] == "run") & table["speed_m_s"].notna()
    limit = _value("spread_z") * np.where(runs, sd, facts_of["walk_sd_deg"]["value"])
    return limit, limit / np.sqrt(2 * (facts_of[direction]["n_people"] - 1))


def _value(name: str) -> float:
    return terms()["sides"][name]["value"]


def _paired(table: pd.DataFrame, exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Each row with the other side's use in the same run and its result on the same test."""
    names = ["used_deg", "used_se_strides_deg", "n_strides"]
    other = table[[*RUN_KEYS, "side", *names]].rename(columns={name: f"other_{name}" for name in names})
    other["side"] = other["side"].map(OTHER_SIDE)
    table = table.merge(other, on=[*RUN_KEYS, "side"], how="left")
    table = table.merge(same_test_other_side(exam, direction), on=[*SIDE_KEYS, "test"], how="left")
    words = ["other_pelvis_controlled", "other_instrument", "other_rater"]
    table[words] = table[words].fillna("")
    table["other_lower_bound"] = table["other_lower_bound"].eq(True)
    return table


def _chances(table: pd.DataFrame, use_se: pd.Series, test_se: pd.Series) -> dict[str, pd.Series]:
    """Probabilities: use lower than the other side's, test lower, and test not lower (equal)."""
    from scipy.special import ndtr

    use = ndtr((-table["estimate_deg"] - table["limit_deg"]) / np.hypot(use_se, table["limit_se_deg"]))
    margin = _value("equal_within_deg")
    lower = ndtr((-table["available_estimate_deg"] - margin) / test_se)
    higher = ndtr((table["available_estimate_deg"] - margin) / test_se)
    # of a test that ended early only 'not lower' can be known; beside the other side's early end nothing can
    equal = (1 - lower - higher.where(~table["lower_bound"], 0.0)).mask(table["other_lower_bound"])
    known = ~(table["lower_bound"] | table["other_lower_bound"])
    return {
        "probability_used_low": pd.Series(use, index=table.index),
        "probability_available_low": lower.where(known),
        "probability_available_equal": equal,
    }


def _classes(table: pd.DataFrame, chances: dict[str, pd.Series]) -> np.ndarray:
    """Probability of each class, shape (n, 4), in the order of `QUADRANTS`."""
    use, low, equal = chances.values()
    return np.stack(
        [
            (use if use_low else 1 - use) * (low if test_low else equal)
            for use_low, test_low in QUADRANTS.values()
        ],
        axis=1,
    )  # fmt: skip


def _not_comparable(table: pd.DataFrame) -> np.ndarray:
    """Why the sides cannot be compared at all, else ""; shape (n,)."""
    fewest = used_term("fewest_strides")
    n, other = table["n_strides"], table["other_n_strides"]
    return np.select(
        [n == 0, (n < fewest) | (other < fewest)], ["no_strides", "sides_not_both"], ""
    ).astype(object)  # fmt: skip


def _reasons(table: pd.DataFrame, chances: dict[str, pd.Series], threshold: float) -> np.ndarray:
    use, _, equal = chances.values()
    margin_passed = -table["available_estimate_deg"] >= 0
    use_open = np.maximum(use, 1 - use) < threshold
    test_open = np.maximum(equal, chances["probability_available_low"].fillna(0.0)) < threshold
    return np.select(
        [
            table["class"] != "inconclusive",
            _not_comparable(table) != "",
            ~table["symptomatic_side"].isin(["left", "right"]),
            table["symptomatic_side"] != table["side"],
            table["available_estimate_deg"].isna(),
            (table["lower_bound"] & test_open & margin_passed) | table["other_lower_bound"],
            table["available_estimate_deg"] - Z_95 * table["available_estimate_se_deg"] > _value("equal_within_deg"),
        ],
        [
            *("", _not_comparable(table), "difference_only", "yardstick_side", "no_exam_both_sides"),
            *("lower_bound_only", "other_side_shorter"),
        ],
        limit_reasons(use_open, test_open),
    ).astype(object)


def _would_decide(table: pd.DataFrame, direction: str, threshold: float) -> dict[str, np.ndarray]:
    """For each step, whether it would bring a class to the threshold at the present values."""
    best = table["test"].map(best_sem().xs(direction, level="direction")).astype("float64")
    share, repetitions = facts()["within_visit_share"]["value"], terms()["better_exam"]["repetitions"]
    lasting = (1 - share) * (1 - _value("shared_by_sides"))
    after_test = np.fmin(best * np.sqrt(2 * (share / repetitions + lasting)), table["available_estimate_se_deg"])
    after_run = use_difference_se(table, terms()["better_run"]["visits"])
    errors = {
        "exam": (table["estimate_se_deg"], after_test),
        "run": (after_run, table["available_estimate_se_deg"]),
        "both": (after_run, after_test),
    }
    return {
        step: decided(_classes(table, _chances(table, *pair)), threshold) != "inconclusive"
        for step, pair in errors.items()
    }
