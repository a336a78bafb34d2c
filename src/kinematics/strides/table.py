"""The strides of one trial as a value: table, curves, exclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from kinematics.conventions import CURVE_POINTS, EXCLUDED_COLUMNS, STRIDE_KEYS
from kinematics.metrics import METRIC_NAMES
from kinematics.trial import Passport

_TEXT = ("participant", "session", "trial", "task")
_EXCLUDED = [column.name for column in EXCLUDED_COLUMNS]
_COLUMNS = [column.name for column in STRIDE_KEYS] + list(METRIC_NAMES)


@dataclass(frozen=True)
class Strides:
    """
    All strides of one trial.

    Attributes
    ----------
    table : DataFrame
        One row per stride: `conventions.STRIDE_KEYS`, then the metrics (`metrics.METRICS`).
    curves : mapping of str to array, shape (n_strides, 101)
        Angles from contact (0 %) to the next contact of the same foot (100 %), rows as in `table`,
        named as in `conventions.CURVE_NAMES`; pelvic obliquity and rotation are the stride's own side's. [deg]
    excluded : DataFrame
        Strides left out, and why: `conventions.EXCLUDED_COLUMNS`; the words stand in `strides.REASONS`.
    passport : Passport
    """

    table: pd.DataFrame
    curves: Mapping[str, np.ndarray]
    excluded: pd.DataFrame
    passport: Passport

    @property
    def valid(self) -> pd.DataFrame:
        """Rows of `table` that count."""
        return self.table[self.table["valid"]]

    def with_excluded(self, *reasons: str) -> Strides:
        """
        The same strides, those left out for `reasons` counted as well; without any reason named, all of them.

        Whatever is computed from the result (metrics, curves, the ledger, figures) has them in it. A note in the
        passport says so.

        Examples
        --------
        ``compare_range(strides.with_excluded("outlier"), exam)``
        """
        back = self.excluded["reason"].isin(reasons) if reasons else self.excluded["reason"].notna()
        back &= self.excluded["stride"] >= 0
        keys = pd.MultiIndex.from_frame(self.excluded.loc[back, ["side", "stride"]])
        again = pd.MultiIndex.from_frame(self.table[["side", "stride"]]).isin(keys)
        table = self.table.assign(valid=self.table["valid"].to_numpy() | again)
        named = ", ".join(reasons) if reasons else "any reason"
        note = f"{int(back.sum())} strides that would be left out ({named}) are counted."
        kept = self.excluded[~back].reset_index(drop=True)
        return replace(self, table=table, excluded=kept, passport=self.passport.noting(note))

    def mean_curve(self, name: str, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation over the valid strides of one side, shape (101,) each. [deg]"""
        chosen = (self.table["valid"] & (self.table["side"] == side)).to_numpy()
        curves = self.curves[name][chosen]
        if not chosen.any():
            return np.full(CURVE_POINTS, np.nan), np.full(CURVE_POINTS, np.nan)
        return curves.mean(axis=0), curves.std(axis=0, ddof=min(1, len(curves) - 1))

    def _repr_html_(self) -> str:
        kept = self.table.groupby("side")["valid"].agg(["sum", "size"])
        sides = "; ".join(f"{side}: {row['sum']} of {row['size']} strides" for side, row in kept.iterrows())
        return f"<p>{sides}</p>" + self.valid.groupby("side")[list(METRIC_NAMES)].mean().T.round(2).to_html()


def stride_table(
    keys: Sequence[str], speed_m_s: float, rows: Mapping[str, slice], columns: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """
    One row per stride of one trial.

    Parameters
    ----------
    keys : participant, session, trial, task
    speed_m_s : float
    rows : mapping of side to slice
        Which rows are whose.
    columns : mapping of str to array, shape (n,)
        The rest of `conventions.STRIDE_KEYS`, and the metrics.
    """
    words = pd.Series([*keys, *rows]).array  # in pandas' own kind of text
    count = columns["start_s"].size
    text = {name: words.take(np.full(count, place)) for place, name in enumerate(_TEXT)}
    side = np.repeat(len(_TEXT) + np.arange(len(rows)), [mine.stop - mine.start for mine in rows.values()])
    given = {**text, "speed_m_s": np.full(count, speed_m_s), "side": words.take(side), **columns}
    return _frame({name: given[name] for name in _COLUMNS}, count)


def _frame(columns: Mapping[str, Any], count: int) -> pd.DataFrame:
    """A frame whose numbers stand in one block from the start: a sixth of the time that putting them there takes."""
    try:
        from pandas.api.internals import create_dataframe_from_blocks
    except ImportError:  # before pandas 3
        return pd.DataFrame(dict(columns), index=pd.RangeIndex(count))
    numbers = [place for place, values in enumerate(columns.values()) if values.dtype == np.float64]
    block = np.empty((len(numbers), count))
    blocks = [(block, np.array(numbers))]
    for place, values in enumerate(columns.values()):
        if values.dtype == np.float64:
            block[numbers.index(place)] = values
        else:
            own = values[None] if isinstance(values, np.ndarray) else values
            blocks.append((own, np.array([place])))
    return create_dataframe_from_blocks(blocks, pd.RangeIndex(count), pd.Index(list(columns)))


def excluded_table(table: pd.DataFrame, reason: np.ndarray, value: np.ndarray) -> pd.DataFrame:
    """Rows of `table` with a reason (n,) against them, '' where there is none, and its value (n,)."""
    out = np.flatnonzero(reason != "")
    if not out.size:
        return _nothing_excluded().copy(deep=False)
    words = pd.array(reason[out], dtype=table["side"].dtype)
    return table[_EXCLUDED[:-2]].iloc[out].assign(reason=words, value=value[out]).reset_index(drop=True)


@cache
def _nothing_excluded() -> pd.DataFrame:
    """No row, with the types that rows have."""
    numbers = {"speed_m_s": 0.0, "stride": 0, "start_s": 0.0, "end_s": 0.0, "value": 0.0}
    return pd.DataFrame([{name: numbers.get(name, "") for name in _EXCLUDED}]).iloc[:0].reset_index(drop=True)


def no_strides(keys: Sequence[str], speed_m_s: float) -> pd.DataFrame:
    """The row that says of a trial that no stride could be cut from it."""
    row = {**dict(zip(_TEXT, keys, strict=True)), "speed_m_s": speed_m_s, "side": "", "stride": -1}
    return pd.DataFrame([{**row, "reason": "no_strides", "value": 0.0}]).reindex(columns=_EXCLUDED)
