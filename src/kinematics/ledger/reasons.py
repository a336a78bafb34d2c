"""Why a row is inconclusive, and the cheapest measurement that would decide it."""

from __future__ import annotations

import numpy as np

from kinematics.exam.columns import Columns, as_text, rows_of
from kinematics.exam.registry import facts
from kinematics.ledger.available import best_sem_of
from kinematics.ledger.limits import class_probabilities, decided, probability_low
from kinematics.ledger.terms import terms, used_term
from kinematics.ledger.used import TERMS, total_se
from kinematics.norms import GaitNorms

REASONS = tuple(terms()["reasons"])
#: Reasons that lie in the size of the errors: what would decide is worked out.
NEAR_LIMIT = ("used_near_limit", "available_near_limit", "both_near_limit")


def not_comparable(table: Columns) -> np.ndarray:
    """The first reason for which use has no probability, else ""; shape (n,)."""
    n = table["n_strides"]
    return np.select(
        [n == 0, n < used_term("fewest_strides"), table["zero"] == "unknown", table["refusal"] != ""],
        ["no_strides", "too_few_strides", "zero_unknown", "no_reference"],
        "",
    ).astype(object)


def reasons(table: Columns, threshold: float) -> np.ndarray:
    """
    Why each row is inconclusive, a word of `REASONS`; "" where a class is given. Shape (n,).

    Parameters
    ----------
    table : Columns
        class, not_comparable, test, available_reference_sd_deg, lower_bound and the two probabilities to be low.
    threshold : float
        Probability from which a label is given.
    """
    used, available = table["probability_used_low"], table["probability_available_low"]
    used_sure = np.maximum(used, 1 - used)
    # of a lower bound only 'not low' can be known
    available_sure = np.where(table["lower_bound"], 1 - available, np.maximum(available, 1 - available))
    both_open = (used_sure < threshold) & (available_sure < threshold)
    test_open = available_sure < used_sure
    return np.select(
        [
            table["class"] != "inconclusive",
            table["not_comparable"] != "",
            table["test"] == "",
            np.isnan(table["available_reference_sd_deg"]),
            table["lower_bound"] & (both_open | test_open),
            both_open,
            test_open,
        ],
        [
            *("", table["not_comparable"], "no_exam", "no_reference_available", "lower_bound_only"),
            *("both_near_limit", "available_near_limit"),
        ],
        "used_near_limit",
    ).astype(object)


def limit_reasons(use_open: np.ndarray, test_open: np.ndarray) -> np.ndarray:
    """Which of the two lies too close to its limit for its error; shape (n,)."""
    return np.where(
        use_open & test_open, "both_near_limit", np.where(test_open, "available_near_limit", "used_near_limit")
    )


def next_measurements(table: Columns, threshold: float, norms: GaitNorms) -> np.ndarray:
    """The cheapest measurement that would decide each inconclusive row, a sentence; "" for the others. Shape (n,)."""
    sentence, near = plain_sentences(table, table["direction"], norms), near_limit(table)
    if near.any():
        sentence[near] = _deciding_steps(rows_of(table, near), threshold)
    return sentence


def near_limit(table: Columns) -> np.ndarray:
    """Where the reason lies in the size of the errors, shape (n,)."""
    return np.array([reason in NEAR_LIMIT for reason in table["reason"].tolist()], dtype=bool)


def plain_sentences(table: Columns, direction: np.ndarray, norms: GaitNorms) -> np.ndarray:
    """The sentence that belongs to each row's reason alone; "" where there is none or it has to be worked out."""
    cases = list(zip(table["reason"].tolist(), table["refusal"].tolist(), direction.tolist(), strict=True))
    said = {case: _next_sentence(*case, norms) for case in set(cases)}
    return as_text([said[case] for case in cases])


def step_sentences(would: dict[str, np.ndarray]) -> np.ndarray:
    """Sentence of the first step of `would` (step -> whether it decides) that decides; shape (n,)."""
    said = terms()["steps"]
    sentences = {step: text.format(repetitions=terms()["better_exam"]["repetitions"]) for step, text in said.items()}
    return np.select(list(would.values()), [sentences[step] for step in would], sentences["none"]).astype(object)


def _next_sentence(reason: str, refusal: str, direction: str, norms: GaitNorms) -> str:
    if reason in ("", *NEAR_LIMIT):
        return ""
    entry = terms()["reasons"][reason]
    template = entry["next"] if direction == "extension" else entry.get("next_other", entry["next"])
    slowest, fastest = norms.speeds_m_s[0], norms.speeds_m_s[-1]
    fewest = used_term("fewest_strides")
    return template.format(refusal=refusal, fewest_strides=fewest, slowest=slowest, fastest=fastest)


def _deciding_steps(table: Columns, threshold: float) -> np.ndarray:
    """Sentence of the first step that, at the present values, would bring a class to the threshold."""
    better_exam, better_run = _exam_se_after(table), _run_se_after(table)
    errors = {
        "exam": (table["used_se_deg"], better_exam),
        "run": (better_run, table["available_se_deg"]),
        "both": (better_run, better_exam),
    }
    return step_sentences(
        {step: decided(_probabilities(table, *pair), threshold) != "inconclusive" for step, pair in errors.items()}
    )


def _probabilities(table: Columns, used_se, available_se) -> np.ndarray:
    used = probability_low(table["used_deg"], used_se, table["used_low_below_deg"], table["used_low_below_se_deg"])
    available = probability_low(
        table["available_deg"], available_se, table["available_low_below_deg"], table["available_low_below_se_deg"]
    )
    return class_probabilities(used, available, table["lower_bound"])


def _exam_se_after(table: Columns) -> np.ndarray:
    """Error of the test if it were done and described well, several times; never more than it is now. [deg]"""
    share, repetitions = facts()["within_visit_share"]["value"], terms()["better_exam"]["repetitions"]
    after = best_sem_of(table) * np.sqrt(share / repetitions + 1 - share)
    return np.fmin(after, table["available_se_deg"])


def _run_se_after(table: Columns) -> np.ndarray:
    """Error of use over several visits: their own terms shrink, the hip centre's stays. [deg]"""
    visits = np.sqrt(terms()["better_run"]["visits"])
    shrinking = ("used_se_visit_deg", "used_se_strides_deg")
    return total_se(table | {name: table[name] / visits for name in shrinking}, TERMS)
