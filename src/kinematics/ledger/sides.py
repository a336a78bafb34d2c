"""The `sides` comparison: the symptomatic side against the other one, where zero and pelvis are shared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinematics.exam.columns import Columns, matched, rows_of, taken
from kinematics.exam.registry import facts
from kinematics.ledger.available import TEST_KEYS, best_sem_of, same_test_other_side
from kinematics.ledger.limits import QUADRANTS, class_columns, decided
from kinematics.ledger.reasons import limit_reasons, near_limit, plain_sentences, step_sentences
from kinematics.ledger.terms import terms, used_term
from kinematics.norms import GaitNorms

Z_95 = 1.96


def by_sides(table: Columns, available: Columns, threshold: float, norms: GaitNorms) -> Columns:
    """
    Rows of the `sides` comparison, a row per side; only the symptomatic side's gets a class.

    The deficit of use is other minus own; it is one where it passes the healthy spread (1.96 SD between the sides of
    healthy runners) and, as observed, the smallest detectable difference. The tests count as equal within the margin of
    equivalence (two one-sided tests), as low where the deficit passes it. Both errors: docs/used-and-available.md.

    Parameters
    ----------
    table : Columns
        From `base_table`: of each run the left row, then the right one.
    available : Columns
        As from `exam.available.available_columns`.
    threshold, norms
        As in `by_reference`.
    """
    table = _paired(table, available)
    table["comparison"] = np.full(len(table["side"]), "sides", dtype=object)
    table["estimate_deg"] = table["used_deg"] - table["other_used_deg"]
    table["estimate_se_deg"] = use_difference_se(table)
    table["mdc95_deg"] = Z_95 * table["estimate_se_deg"]
    table["available_estimate_deg"] = table["available_deg"] - table["other_available_deg"]
    table["available_estimate_se_deg"] = test_difference_se(table)
    table["limit_deg"], table["limit_se_deg"] = healthy_limit(table)
    symptomatic = (table["symptomatic_side"] == table["side"]) & (_not_comparable(table) == "")
    chances = _chances(table, table["estimate_se_deg"], table["available_estimate_se_deg"])
    table |= {name: np.where(symptomatic, values, np.nan) for name, values in chances.items()}
    classes = np.where(symptomatic[:, None], _classes(chances), np.nan)
    sure = decided(classes, threshold)
    lowered = (sure == "available_unused") | (sure == "low_both")
    below_mdc = lowered & (-table["estimate_deg"] <= table["mdc95_deg"])
    table["class"] = np.where(symptomatic & ~below_mdc, sure, "inconclusive")
    table["reason"] = _reasons(table, chances, threshold)
    table["next_measurement"] = plain_sentences(table, table["direction"], norms)
    near = near_limit(table)
    if near.any():
        table["next_measurement"][near] = step_sentences(_would_decide(rows_of(table, near), threshold))
    lower_bound = table["lower_bound"] | table["other_lower_bound"]
    table["probability_available_low"] = np.where(lower_bound, np.nan, table["probability_available_low"])
    return table | class_columns(classes)


def use_difference_se(table: Columns, visits: float = 1.0) -> np.ndarray:
    """Standard error of the sides' difference in use: own markers of each, the laboratory's bias, strides. [deg]"""
    own = 2 * _value("within_visit_deg") ** 2 + table["used_se_sensors_deg"] ** 2  # twice, half of it the pelvis's
    strides = table["used_se_strides_deg"] ** 2 + table["other_used_se_strides_deg"] ** 2
    return np.sqrt((own + strides) / visits + _value("bias_deg") ** 2)


def test_difference_se(table: Columns) -> np.ndarray:
    """
    Standard error of the sides' difference on a test. [deg]

    Each side's part of the visit counts in full. Of the lasting part the share `shared_by_sides` cancels where rater
    and instrument are named and the same, and the pelvis was held alike.
    """
    alike = (table["rater"] != "") & (table["instrument"] != "")
    for name in ("rater", "instrument", "pelvis_controlled"):
        alike &= table[name] == table[f"other_{name}"]
    visit = table["available_se_visit_deg"] ** 2 + table["other_available_se_visit_deg"] ** 2
    here, there = table["available_se_lasting_deg"], table["other_available_se_lasting_deg"]
    shared = np.where(alike, _value("shared_by_sides"), 0.0)
    return np.sqrt(visit + (1 - shared) * (here**2 + there**2) + shared * (here - there) ** 2)


def healthy_limit(table: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Side difference beyond which 5 of 100 healthy runners lie, and its standard error (n people). [deg]"""
    facts_of, speed = terms()["sides"]["healthy_difference"], table["speed_m_s"]
    runs = (table["task"] == "run") & ~np.isnan(speed)
    limit, people = np.full(len(speed), np.nan), np.full(len(speed), np.nan)
    for direction in set(table["direction"]):
        here = table["direction"] == direction
        sd = np.interp(speed[here], facts_of["speeds_m_s"], facts_of[direction]["sd_deg"])
        limit[here] = _value("spread_z") * np.where(runs[here], sd, facts_of["walk_sd_deg"]["value"])
        people[here] = facts_of[direction]["n_people"]
    return limit, limit / np.sqrt(2 * (people - 1))


def _value(name: str) -> float:
    return terms()["sides"][name]["value"]


def _paired(table: Columns, available: Columns) -> Columns:
    """Each row with the other side's use in the same run and its result on the same test."""
    there = np.arange(len(table["side"])) ^ 1  # left and right take turns
    names = ("used_deg", "used_se_strides_deg", "n_strides")
    table = table | {f"other_{name}": table[name][there] for name in names}
    tests, keys = same_test_other_side(available), (*TEST_KEYS, "test")
    places = matched(*([rows[name] for name in keys] for rows in (table, tests)))
    return table | taken({name: values for name, values in tests.items() if name not in keys}, places)


def _chances(table: Columns, use_se: np.ndarray, test_se: np.ndarray) -> Columns:
    """Probabilities: use lower than the other side's, test lower, and test not lower (equal)."""
    from scipy.special import ndtr

    margin, gap = _value("equal_within_deg"), table["available_estimate_deg"]
    lower, higher = ndtr((-gap - margin) / test_se), ndtr((gap - margin) / test_se)
    # of a test that ended early only 'not lower' can be known; beside the other side's early end nothing can
    equal = 1 - lower - np.where(table["lower_bound"], 0.0, higher)
    return {
        "probability_used_low": ndtr(
            (-table["estimate_deg"] - table["limit_deg"]) / np.hypot(use_se, table["limit_se_deg"])
        ),
        "probability_available_low": np.where(table["lower_bound"] | table["other_lower_bound"], np.nan, lower),
        "probability_available_equal": np.where(table["other_lower_bound"], np.nan, equal),
    }


def _classes(chances: Columns) -> np.ndarray:
    """Probability of each class, shape (n, 4), in the order of `QUADRANTS`."""
    use, low, equal = chances.values()
    return np.stack(
        [
            (use if use_low else 1 - use) * (low if test_low else equal)
            for use_low, test_low in QUADRANTS.values()
        ],
        axis=1,
    )  # fmt: skip


def _not_comparable(table: Columns) -> np.ndarray:
    """Why the sides cannot be compared at all, else ""; shape (n,)."""
    fewest = used_term("fewest_strides")
    n, other = table["n_strides"], table["other_n_strides"]
    return np.select(
        [n == 0, (n < fewest) | (other < fewest)], ["no_strides", "sides_not_both"], ""
    ).astype(object)  # fmt: skip


def _reasons(table: Columns, chances: Columns, threshold: float) -> np.ndarray:
    use, low, equal = chances.values()
    gap, side, not_comparable = table["available_estimate_deg"], table["symptomatic_side"], _not_comparable(table)
    use_open = np.maximum(use, 1 - use) < threshold
    test_open = np.maximum(equal, np.nan_to_num(low)) < threshold
    return np.select(
        [
            table["class"] != "inconclusive",
            not_comparable != "",
            (side != "left") & (side != "right"),
            side != table["side"],
            np.isnan(gap),
            (table["lower_bound"] & test_open & (-gap >= 0)) | table["other_lower_bound"],
            gap - Z_95 * table["available_estimate_se_deg"] > _value("equal_within_deg"),
        ],
        [
            *("", not_comparable, "difference_only", "yardstick_side", "no_exam_both_sides"),
            *("lower_bound_only", "other_side_shorter"),
        ],
        limit_reasons(use_open, test_open),
    ).astype(object)


def _would_decide(table: Columns, threshold: float) -> dict[str, np.ndarray]:
    """For each step, whether it would bring a class to the threshold at the present values."""
    best = best_sem_of(table)
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
        step: decided(_classes(_chances(table, *pair)), threshold) != "inconclusive" for step, pair in errors.items()
    }
