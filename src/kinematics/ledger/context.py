"""What the ledger is told beside strides and exam: who runs, on what, how they stand; and whom the reference holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.exam.columns import Columns, as_text, key_rows, matched, numbers, text, words_set
from kinematics.ledger.terms import terms
from kinematics.norms import GaitNorms

KEYS = ("participant", "session", "task", "speed_m_s", "side")
WORDS = ("symptomatic_side", "sex", "level", "surface")
NUMBERS = ("grade_percent", "standing_hip_flexion_deg", "standing_tilt_deg", "used_se_zero_deg")
#: A table (a DataFrame, or plain columns with some of `KEYS`), or a mapping without them that holds for all rows.
Part: TypeAlias = pd.DataFrame | Mapping[str, Any]
About: TypeAlias = Part | Sequence[Part] | None


def with_context(table: Columns, about: About) -> Columns:
    """
    The table with the columns `WORDS` and `NUMBERS`: "" and NaN where nothing was told.

    Parameters
    ----------
    table : Columns
        With the columns `KEYS`.
    about : DataFrame or mapping, several of them, or None
        A table is joined by those of `KEYS` that it has; a mapping without any holds for every row.

    Raises
    ------
    DataError
        Where a table has no key, or two rows of one key.
    """
    n = len(table["side"])
    told = {name: np.full(n, None, dtype=object) for name in (*WORDS, *NUMBERS)}
    for part in [about] if isinstance(about, pd.DataFrame | Mapping) else list(about or ()):
        everywhere = isinstance(part, Mapping) and not any(name in part for name in KEYS)
        told |= _held(part, n) if everywhere else _joined(table, part, told)
    words = {name: text(told[name]) for name in WORDS}
    return table | words | {name: numbers(told[name]) for name in NUMBERS}


def _held(part: Part, n: int) -> Columns:
    """A mapping's values, the same for every row."""
    return {name: np.full(n, part[name], dtype=object) for name in (*WORDS, *NUMBERS) if name in part}


def _joined(table: Columns, part: Part, told: Columns) -> Columns:
    """A table's values where its keys are a row's and it says something, else what was told before."""
    keys = [name for name in KEYS if name in part]
    theirs = [numbers(part[name]) if name == "speed_m_s" else text(part[name]) for name in keys]
    if not keys or len(set(key_rows(theirs))) < len(theirs[0]):
        raise DataError(
            f"a table beside the strides has {'two rows of one key' if keys else 'no column to join it by'}.",
            remedy=f"Give one row per key; keys are {', '.join(KEYS)}.",
        )
    places = matched([table[name] for name in keys], theirs)
    found: Columns = {}
    for name in (*WORDS, *NUMBERS):
        if name in part:
            values = as_text([*part[name].tolist(), None])[places]
            found[name] = np.where([value is None or value != value for value in values], told[name], values)
    return found


def representation(table: Columns, norms: GaitNorms) -> Columns:
    """
    In what each row's runner is not among the reference people, and what that adds to the limit's error.

    Parameters
    ----------
    table : Columns
        With the columns of `with_context`.
    norms : GaitNorms
        `represented` says whom they hold.

    Returns
    -------
    Columns, rows as in `table`
        not_represented and not_stated (words joined by '; '), representation_se_deg: `term_deg` for each word of the
        first, in quadrature. What is not stated is named and adds nothing. [deg]
    """
    known, n = norms.represented, len(table["side"])
    other, unknown = {}, {}
    for name in ("sex", "level", "surface"):
        if name in known:
            other[name], unknown[name] = _strangers(table[name].tolist(), str(known[name]).lower())
    if "grade_percent" in known:
        other["grade"] = np.abs(table["grade_percent"]) > float(str(known["grade_percent"]))
        unknown["grade"] = np.isnan(table["grade_percent"])
    count = sum((flag.astype(int) for flag in other.values()), np.zeros(n, dtype=int))
    return {
        "not_represented": words_set(other, n, "; "),
        "not_stated": words_set(unknown, n, "; "),
        "representation_se_deg": terms()["representation"]["term_deg"]["value"] * np.sqrt(count),
    }


def _strangers(words: list[str], pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a word is stated that the pattern does not know, and where none is stated; shape (n,) each."""
    plain = {word: word.strip().lower() for word in set(words)}
    strange = {word: one != "" and re.search(pattern, one) is None for word, one in plain.items()}
    return (
        np.array([strange[word] for word in words], dtype=bool),
        np.array([plain[word] == "" for word in words], dtype=bool),
    )
