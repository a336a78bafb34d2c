"""Exam -> the one test of a direction that the ledger compares, with the test's own reference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.exam import available_range, exam_tests

SIDE_KEYS = ["participant", "session", "side"]
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


def chosen_tests(exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """
    The test of each side that speaks for a direction, and the reference it is held against.

    Tests are never merged. Where a side has several, the first is taken of those that have a reference with a spread,
    among them those that reached the end of the range, among them the order of the registry (modified_thomas,
    prone_extension, rom for extension). The order does not look at the values.

    Parameters
    ----------
    exam : DataFrame
        As from `read_exam`.
    direction : str

    Returns
    -------
    DataFrame
        One row per participant, session and side: the columns of `available_range` without direction, `other_tests`
        (those not taken, joined by ';') and the columns available_reference, available_reference_mean_deg, _sd_deg, _n.
    """
    table = available_range(exam)
    table = table[table["direction"] == direction].drop(columns="direction")
    table = table.merge(_references(), on="test", how="left")
    table["without"] = table["available_reference_sd_deg"].isna()
    table = table.sort_values([*SIDE_KEYS, "without", "lower_bound", "order"], kind="stable", ignore_index=True)
    place = table.groupby(SIDE_KEYS, sort=False, observed=True).cumcount()
    chosen = table[place == 0].set_index(SIDE_KEYS)
    others = pd.Series("", index=chosen.index, dtype="str")
    for number in range(1, place.nunique()):
        further = table[place == number].set_index(SIDE_KEYS)["test"].reindex(chosen.index)
        others = others + (";" + further).fillna("")
    chosen["other_tests"] = others.str.removeprefix(";")
    return chosen.drop(columns=["without", "order"]).reset_index()


def same_test_other_side(exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """
    Every test of a direction, keyed by the side that is opposite to where it was done.

    Parameters
    ----------
    exam : DataFrame
        As from `read_exam`.
    direction : str

    Returns
    -------
    DataFrame
        participant, session, side (the opposite one) and test; the columns of `available_range` that a comparison of
        sides needs, with `other_` before the name.
    """
    table = available_range(exam)
    table = table[table["direction"] == direction].drop(columns="direction")
    table["side"] = table["side"].map({"left": "right", "right": "left"})
    names = {name: f"other_{name}" for name in SIDE_BY_SIDE}
    return table.rename(columns=names)[[*SIDE_KEYS, "test", *names.values()]]


def _references() -> pd.DataFrame:
    """Each test with its order of preference and its reference, NaN and "" where it has none with a spread."""
    tests = exam_tests()
    found = [test.reference for test in tests.values()]
    table = pd.DataFrame({"test": pd.Series(list(tests), dtype="str"), "order": np.arange(len(tests))})
    for column, name in REFERENCE_COLUMNS.items():
        table[column] = [np.nan if one is None else float(getattr(one, name)) for one in found]
    names = ["" if one is None else f"{one.source}: {one.population}" for one in found]
    table["available_reference"] = pd.Series(names, dtype="str")
    return table
