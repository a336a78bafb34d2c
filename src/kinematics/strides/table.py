"""The strides of one trial as a value: table, curves, exclusions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kinematics.conventions import CURVE_POINTS
from kinematics.metrics import METRIC_NAMES
from kinematics.trial import Passport


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
