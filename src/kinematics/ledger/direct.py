"""The `direct` comparison: use against a functional trial of the same visit, markers and zero."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from kinematics.exam.columns import Columns, key_rows, matched, numbers, rows_of, text
from kinematics.ledger.limits import class_columns, decided
from kinematics.ledger.reasons import limit_reasons, near_limit, not_comparable, plain_sentences, step_sentences
from kinematics.ledger.terms import terms
from kinematics.norms import GaitNorms

KEYS = ["participant", "session", "side", "direction", "zero", "hip_centre"]
FUNCTIONAL_TEST = "rom"
#: Whose sentences a functional trial's rows have, whatever their direction.
MAIN_DIRECTION = "extension"
#: Probabilities of a reserve, of none, and of use beyond the test.
Chances: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
TEXTS, NUMBERS = (*KEYS, "limited_by", "pelvis_controlled", "notes"), ("available_deg", "available_se_deg")
#: Reasons of the `reference` comparison that leave unknown whether use is low.
OPEN_USE = ("no_strides", "too_few_strides", "zero_unknown", "no_reference", "tilt_or_zero")


def by_direct(reference: Columns, sides: Columns, functional: Columns, threshold: float, norms: GaitNorms) -> Columns:
    """
    Rows of the `direct` comparison: the reserve (available minus used) of each side that has a functional trial.

    A reserve is no finding by itself: `available_unused` needs use that is low against the reference or the other side;
    otherwise the row is `typical`, with the reserve stated. No reserve and low use is `low_both`. More use than the
    trial reached is `inconclusive` (exceeds_test).

    Parameters
    ----------
    reference, sides : Columns
        Rows of the other two comparisons, the same runs and sides in the same order.
    functional : Columns
        From `one_trial_each`, a row per visit, side, direction, zero and hip centre.
    threshold, norms
        As in `by_reference`.
    """
    table = _beside_trial(reference, sides, functional)
    n = len(table["side"])
    table["estimate_deg"] = table["available_deg"] - table["used_deg"]
    table["estimate_se_deg"] = reserve_se(table)
    table |= {"limit_deg": np.full(n, float(_value("margin_deg"))), "limit_se_deg": np.zeros(n)}
    chances = _reserve_chances(table, table["estimate_se_deg"])
    classes = _classes(table, chances)
    table["class"] = np.where(_open_strides(table), "inconclusive", decided(classes, threshold))
    table["reason"] = _reasons(table, chances, threshold)
    table["next_measurement"] = plain_sentences(table, np.full(n, MAIN_DIRECTION, dtype=object), norms)
    near = near_limit(table)
    if near.any():
        table["next_measurement"][near] = step_sentences(_would_decide(rows_of(table, near), threshold))
    return table | class_columns(classes)


def either(by_norm: np.ndarray, by_side: np.ndarray) -> np.ndarray:
    """Probability that use is low by one of the two at least, as if independent (their errors hardly overlap)."""
    joined = 1 - (1 - np.nan_to_num(by_norm)) * (1 - np.nan_to_num(by_side))
    return np.where(np.isnan(by_norm) & np.isnan(by_side), np.nan, joined)


def reserve_se(table: Columns, visits: float = 1.0) -> np.ndarray:
    """Standard error of the reserve: both within the visit, the bridge between the tasks, strides and swings. [deg]"""
    own = 2 * _value("within_visit_deg") ** 2 + table["used_se_strides_deg"] ** 2 + table["available_se_deg"] ** 2
    own = own + table["used_se_sensors_deg"] ** 2  # twice, of which half, the calibration, is shared
    return np.sqrt(own / visits + _value("bridge_deg") ** 2)


def one_trial_each(functional: pd.DataFrame | None) -> Columns:
    """Functional ranges, one per key: of several trials the one that reached furthest; lower bounds come last."""
    if functional is None or functional.empty:
        kinds = dict.fromkeys(TEXTS, object) | dict.fromkeys((*NUMBERS, "n_repetitions"), float) | {"lower_bound": bool}
        return {name: np.empty(0, dtype=kind) for name, kind in kinds.items()}
    columns = {name: text(functional[name]) for name in TEXTS}
    columns |= {name: numbers(functional[name]) for name in NUMBERS}
    columns["n_repetitions"] = np.asarray(functional["n_repetitions"])
    columns["lower_bound"] = np.asarray(functional["lower_bound"]).astype(bool)
    ranked = np.lexsort((-columns["available_deg"], columns["lower_bound"])).tolist()
    keys = list(key_rows([columns[name] for name in KEYS]))
    best = {keys[row]: row for row in reversed(ranked)}
    return rows_of(columns, np.array(list(best.values())))


def _beside_trial(reference: Columns, sides: Columns, functional: Columns) -> Columns:
    """The rows that have a functional trial, its range in the place of the test's, and whether use is low by either."""
    places = matched(*([rows[name] for name in KEYS] for rows in (reference, functional)))
    there = places >= 0
    # not comparable, or not under both zeros: then the reference does not say whether use is low
    unknown = np.array([reason in OPEN_USE for reason in reference["reason"].tolist()], dtype=bool)
    low = either(np.where(unknown, np.nan, reference["probability_used_low"]), sides["probability_used_low"])
    table, n = rows_of(reference | {"probability_used_low": low}, there), np.count_nonzero(there)
    emptied = [name for name in table if name.startswith(("available_reference_", "available_low_"))]
    emptied += ["available_estimate_deg", "available_estimate_se_deg", "probability_available_low"]
    words = {"comparison": "direct", "test": FUNCTIONAL_TEST, "available_reference": "", "other_tests": ""}
    table |= rows_of({name: values for name, values in functional.items() if name not in KEYS}, places[there])
    table |= dict.fromkeys(emptied, np.full(n, np.nan))
    return table | {name: np.full(n, word, dtype=object) for name, word in words.items()}


def _value(name: str) -> float:
    return terms()["direct"][name]["value"]


def _reserve_chances(table: Columns, se: np.ndarray) -> Chances:
    """Probabilities: a reserve, none (equal within the margin), beyond the test."""
    from scipy.special import ndtr

    margin = _value("margin_deg")
    reserve = ndtr((table["estimate_deg"] - margin) / se)
    beyond = ndtr((-margin - table["estimate_deg"]) / se)
    # a functional trial that ended early shows a reserve at most too small: of the rest nothing is known
    return reserve, np.where(table["lower_bound"], np.nan, 1 - reserve - beyond), beyond


def _classes(table: Columns, chances: Chances) -> np.ndarray:
    """Probability of each class, shape (n, 4), in the order of `QUADRANTS`; low_test_only is no answer here."""
    low, (reserve, equal, _) = table["probability_used_low"], chances
    typical = (1 - low) * (reserve + np.nan_to_num(equal))
    return np.stack([low * reserve, low * equal, np.zeros(low.size), typical], axis=1)


def _open_strides(table: Columns) -> np.ndarray:
    """Where there are no strides, or too few, for any answer."""
    strides = not_comparable(table)
    return (strides == "no_strides") | (strides == "too_few_strides")


def _reasons(table: Columns, chances: Chances, threshold: float) -> np.ndarray:
    reserve, equal, beyond = chances
    low, early = table["probability_used_low"], table["lower_bound"]
    test_open = np.maximum(reserve, np.nan_to_num(equal)) < threshold
    return np.select(
        [
            table["class"] != "inconclusive",
            _open_strides(table),
            (beyond >= threshold) & ~early,
            np.isnan(low),
            early & test_open,
        ],
        ["", not_comparable(table), "exceeds_test", "use_low_unknown", "lower_bound_only"],
        limit_reasons(np.maximum(low, 1 - low) < threshold, test_open),
    ).astype(object)


def _would_decide(table: Columns, threshold: float) -> dict[str, np.ndarray]:
    """Whether a second day of running and swinging would decide at the present values."""
    after = reserve_se(table, terms()["better_run"]["visits"])
    decides = decided(_classes(table, _reserve_chances(table, after)), threshold) != "inconclusive"
    return {"run": decides}
