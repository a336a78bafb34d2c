"""Which run of a visit its report leads with, and which comparison."""

from __future__ import annotations

import math

import numpy as np

from kinematics.conventions import COMPARISONS, DIRECTIONS, SIDES
from kinematics.exam.columns import Columns, key_rows, rows_of
from kinematics.ledger.terms import terms
from kinematics.ledger.used import RUN_KEYS

MAIN_DIRECTION = "extension"
#: Classes by what they say: (use is low, test is low). A test that reads short while use does not is no opposite of
#: 'typical': both say that use is not low.
MEANINGS = {"available_unused": 1, "low_both": 2, "typical": 4, "low_test_only": 4}


def leading_runs(table: Columns) -> set[int]:
    """
    The one run of each visit that leads: both sides' rows of the same recording.

    Runs come before walks. Among them, recordings that can be compared on both sides (strides, zero and reference
    allow it) come before those that can on one, or on none; of the best kind the middle speed is taken, the slower of
    two middle ones. The choice does not look at the values.

    Parameters
    ----------
    table : Columns
        One row per run and side, with `RUN_KEYS`, `run` and `comparable` (bool).

    Returns
    -------
    set of int
        Numbers of the column `run`.
    """
    comparable = np.bincount(table["run"], weights=table["comparable"]).tolist() if len(table["run"]) else []
    visits: dict[tuple, dict[tuple, int]] = {}
    different, first = np.unique(table["run"], return_index=True)
    for key, run in zip(key_rows([table[name][first] for name in RUN_KEYS]), different.tolist(), strict=True):
        visits.setdefault(key[:2], {})[key] = run
    return {_middle_run(runs, comparable) for runs in visits.values()}


def _middle_run(runs: dict[tuple, int], comparable: list[float]) -> int:
    if len(runs) == 1:
        return next(iter(runs.values()))
    kind = {key: (key[2] != "run", -comparable[run]) for key, run in runs.items()}
    best = min(kind.values())
    chosen = sorted((key for key in runs if kind[key] == best), key=_by_speed)
    return runs[chosen[(len(chosen) - 1) // 2]]


def _by_speed(key: tuple) -> tuple:
    """Task, speed (an unknown one last), zero and hip centre."""
    task, speed, *convention = key[2:]
    return task, math.inf if speed is None else speed, *convention


def leading(table: Columns) -> Columns:
    """
    The table with `headline`: per visit, side and direction one row, of the run that `leading_runs` chooses.

    The first comparison that decides leads (direct, sides, reference); where none decides, the `reference` row. Where
    another one of the same run, side and direction gives an opposite class - low use against not low, or, both
    low, test low against not low - the leading row turns `inconclusive` (comparisons_disagree).

    Parameters
    ----------
    table : Columns
        Rows of all comparisons and directions.
    """
    main = (table["comparison"] == "reference") & (table["direction"] == MAIN_DIRECTION)
    names = (*RUN_KEYS, "run", "not_comparable")
    runs = rows_of({name: table[name] for name in names}, main)
    chosen = leading_runs(runs | {"comparable": runs["not_comparable"] == ""})
    given, groups = table["class"] != "inconclusive", _groups(table)
    places = {name: place for place, name in enumerate(COMPARISONS)}
    rank = np.array([places[name] for name in table["comparison"].tolist()], dtype=int)
    rank = np.where(given, rank, len(COMPARISONS) + (table["comparison"] != "reference"))
    first = rank == _least(rank, groups)
    in_chosen = np.array([run in chosen for run in table["run"].tolist()], dtype=bool)
    opposite = first & in_chosen & given & _torn(table["class"], groups)
    return table | {
        "headline": first & in_chosen,
        "class": np.where(opposite, "inconclusive", table["class"]),
        "reason": np.where(opposite, "comparisons_disagree", table["reason"]),
        "next_measurement": np.where(
            opposite, terms()["reasons"]["comparisons_disagree"]["next"], table["next_measurement"]
        ),
    }


def _groups(table: Columns) -> np.ndarray:
    """A number for each run, side and direction, shape (n,)."""
    sides = {name: place for place, name in enumerate(SIDES)}
    directions = {name: place * len(SIDES) for place, name in enumerate(DIRECTIONS)}
    cells = zip(table["side"].tolist(), table["direction"].tolist(), strict=True)
    within = np.array([sides[side] + directions[direction] for side, direction in cells], dtype=int)
    return table["run"] * (len(SIDES) * len(DIRECTIONS)) + within


def _least(rank: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The lowest rank in each row's group."""
    least = np.full(groups.max(initial=0) + 1, rank.max(initial=0))
    np.minimum.at(least, groups, rank)
    return least[groups]


def _torn(classes: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Whether the classes given in each row's group say different things."""
    said = np.zeros(groups.max(initial=0) + 1, dtype=int)
    np.bitwise_or.at(said, groups, np.array([MEANINGS.get(name, 0) for name in classes.tolist()], dtype=int))
    return (said & (said - 1) > 0)[groups]
