"""What the ledger is told beside strides and exam: who runs, on what, how they stand; and whom the reference holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.ledger.terms import terms
from kinematics.norms import GaitNorms

KEYS = ("participant", "session", "task", "speed_m_s", "side")
WORDS = ("symptomatic_side", "sex", "level", "surface")
NUMBERS = ("grade_percent", "standing_hip_flexion_deg", "standing_tilt_deg")
#: One table, several, or a mapping that holds for all rows.
About: TypeAlias = pd.DataFrame | Mapping[str, object] | Sequence[pd.DataFrame] | None


def with_context(table: pd.DataFrame, about: About) -> pd.DataFrame:
    """
    The table with the columns `WORDS` and `NUMBERS`: "" and NaN where nothing was told.

    Parameters
    ----------
    table : DataFrame
        With the columns `KEYS`.
    about : DataFrame, sequence of DataFrames, mapping or None
        A table is joined by those of `KEYS` that it has; a mapping holds for every row.

    Raises
    ------
    DataError
        Where a table has no key, or two rows of one key.
    """
    parts = [about] if isinstance(about, pd.DataFrame | Mapping) else list(about or ())
    for part in parts:
        table = table.assign(**part) if isinstance(part, Mapping) else _joined(table, part)
    table = table.reindex(columns=[*table.columns, *(name for name in (*WORDS, *NUMBERS) if name not in table)])
    table[list(WORDS)] = table[list(WORDS)].astype(object).fillna("").astype("str")
    table[list(NUMBERS)] = table[list(NUMBERS)].astype("float64")
    return table


def _joined(table: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in KEYS if name in part]
    values = [name for name in (*WORDS, *NUMBERS) if name in part]
    if not keys or part.duplicated(keys).any():
        raise DataError(
            f"a table beside the strides has {'two rows of one key' if keys else 'no column to join it by'}.",
            remedy=f"Give one row per key; keys are {', '.join(KEYS)}.",
        )
    kinds = {name: "float64" if name == "speed_m_s" else "str" for name in keys}
    joined = table.drop(columns=values, errors="ignore").merge(part[keys + values].astype(kinds), on=keys, how="left")
    before = [name for name in values if name in table]
    return joined.assign(**{name: joined[name].where(joined[name].notna(), table[name]) for name in before})


def representation(table: pd.DataFrame, norms: GaitNorms) -> pd.DataFrame:
    """
    In what each row's runner is not among the reference people, and what that adds to the limit's error.

    Parameters
    ----------
    table : DataFrame
        With the columns of `with_context`.
    norms : GaitNorms
        `represented` says whom they hold.

    Returns
    -------
    DataFrame, rows as in `table`
        not_represented and not_stated (words joined by '; '), representation_se_deg: `term_deg` for each word of the
        first, in quadrature. What is not stated is named and adds nothing. [deg]
    """
    known = norms.represented
    other, unknown = {}, {}
    for name in ("sex", "level", "surface"):
        if name in known:
            words = table[name].str.strip().str.lower()
            other[name] = (words != "") & ~words.str.contains(str(known[name]).lower(), regex=True)
            unknown[name] = words == ""
    if "grade_percent" in known:
        other["grade"] = table["grade_percent"].abs() > float(str(known["grade_percent"]))
        unknown["grade"] = table["grade_percent"].isna()
    count = sum((flag.astype(int) for flag in other.values()), pd.Series(0, index=table.index))
    return pd.DataFrame(
        {
            "not_represented": _words(other, table.index),
            "not_stated": _words(unknown, table.index),
            "representation_se_deg": terms()["representation"]["term_deg"]["value"] * np.sqrt(count),
        },
        index=table.index,
    )


def _words(flags: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    text = pd.Series("", index=index, dtype="str")
    for word, flag in flags.items():
        text = text + pd.Series(np.where(flag, f"; {word}", ""), index=index, dtype="str")
    return text.str.removeprefix("; ")
