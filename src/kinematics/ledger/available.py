"""Exam -> the one test of a side and direction that the ledger compares, with the test's own reference."""

from __future__ import annotations

from functools import cache

import numpy as np

from kinematics.exam import best_sem, exam_tests
from kinematics.exam.columns import Columns, as_text, grouped, key_rows, rows_of

TEST_KEYS = ("participant", "session", "side", "direction")
#: What the comparison of sides needs of a test.
SIDE_BY_SIDE = (
    *("available_deg", "available_se_visit_deg", "available_se_lasting_deg", "n_repetitions"),
    *("lower_bound", "pelvis_controlled", "instrument", "rater"),
)
REFERENCE_COLUMNS = {
    "available_reference_mean_deg": "mean",
    "available_reference_sd_deg": "sd",
    "available_reference_n": "n_people",
}


def chosen_tests(available: Columns) -> Columns:
    """
    The test of each side and direction that speaks for it, and the reference it is held against.

    Tests are never merged. Where a side has several, the first is taken of those that have a reference with a spread,
    among them those that reached the end of the range, among them the order of the registry (modified_thomas,
    prone_extension, rom for extension). The order does not look at the values.

    Parameters
    ----------
    available : Columns
        As from `exam.available.available_columns`.

    Returns
    -------
    Columns
        One row per participant, session, side and direction: the columns of `available_range`, `other_tests` (those not
        taken, joined by ';') and the columns available_reference, available_reference_mean_deg, _sd_deg, _n.
    """
    references = [_reference_of(test) for test in available["test"].tolist()]
    table = available | _reference_columns(references)
    order = np.array([place for place, *_ in references], dtype=float)
    sides = grouped([table[name] for name in TEST_KEYS])
    without = np.isnan(table["available_reference_sd_deg"])
    ranked = np.lexsort((order, table["lower_bound"], without, sides.of))
    chosen = rows_of(table, ranked[sides.starts[:-1]])
    names = table["test"][ranked].tolist()
    ends = zip(sides.starts[:-1].tolist(), sides.starts[1:].tolist(), strict=True)
    return chosen | {"other_tests": as_text([";".join(names[begin + 1 : end]) for begin, end in ends])}


def same_test_other_side(available: Columns) -> Columns:
    """
    Every test, keyed by the side that is opposite to where it was done.

    Parameters
    ----------
    available : Columns
        As from `exam.available.available_columns`.

    Returns
    -------
    Columns
        participant, session, side (the opposite one), direction and test; the columns of `available_range` that a
        comparison of sides needs, with `other_` before the name.
    """
    opposite = np.select([available["side"] == "left", available["side"] == "right"], ["right", "left"], "")
    keys = {name: available[name] for name in (*TEST_KEYS, "test")} | {"side": opposite.astype(object)}
    return keys | {f"other_{name}": available[name] for name in SIDE_BY_SIDE}


def examined(table: Columns, available: Columns) -> np.ndarray:
    """Whether the exam of each row's visit speaks of the row's direction, shape (n,)."""
    keys = ("participant", "session", "direction")
    told = set(key_rows([available[name] for name in keys]))
    return np.array([key in told for key in key_rows([table[name] for name in keys])], dtype=bool)


def best_sem_of(table: Columns) -> np.ndarray:
    """Smallest standard error of one repetition of each row's test, done and described well, shape (n,). [deg]"""
    best = _best_sem()
    keys = zip(table["test"].tolist(), table["direction"].tolist(), strict=True)
    return np.array([best.get(key, np.nan) for key in keys], dtype=float)


@cache
def _best_sem() -> dict[tuple, float]:
    return best_sem().to_dict()  # type: ignore[return-value]


def _reference_columns(found: list[tuple[float, tuple[float, ...], str]]) -> Columns:
    """Each test's reference, NaN and "" where it has none with a spread."""
    numbers = np.array([figures for _, figures, _ in found], dtype=float).reshape(-1, len(REFERENCE_COLUMNS))
    names = as_text([name for *_, name in found])
    return dict(zip(REFERENCE_COLUMNS, numbers.T, strict=True)) | {"available_reference": names}


@cache
def _reference_of(test: str) -> tuple[float, tuple[float, ...], str]:
    """A test's place in the order of preference, its reference's figures, and the reference's name."""
    tests = exam_tests()
    if test not in tests:
        return np.nan, (np.nan,) * len(REFERENCE_COLUMNS), ""
    order, one = list(tests).index(test), tests[test].reference
    if one is None:
        return order, (np.nan,) * len(REFERENCE_COLUMNS), ""
    figures = tuple(float(getattr(one, name)) for name in REFERENCE_COLUMNS.values())
    return order, figures, f"{one.source}: {one.population}"
