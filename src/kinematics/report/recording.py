"""A trial with strides, read once for all sections: curves, their summaries, medians, and what was left out."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from kinematics.conventions import CURVE_NAMES, SIDES
from kinematics.figures import complete_rows, mean_and_sd
from kinematics.metrics import METRIC_NAMES
from kinematics.strides import Strides
from kinematics.study import TrialEntry


@dataclass(frozen=True)
class Recording:
    """A trial of the visit with its strides, beside its reference (or the reason why there is none)."""

    entry: TrialEntry
    strides: Strides
    reference: Any

    @property
    def has_reference(self) -> bool:
        return hasattr(self.reference, "curves")

    @cached_property
    def masks(self) -> dict[str, np.ndarray]:
        """Side -> which rows are its valid strides, shape (n_strides,)."""
        table = self.strides.table
        valid, sides = table["valid"].to_numpy(bool), table["side"].to_numpy(object)
        return {side: valid & (sides == side) for side in SIDES}

    @cached_property
    def n_valid(self) -> dict[str, int]:
        """Side -> number of valid strides."""
        return {side: int(np.count_nonzero(mask)) for side, mask in self.masks.items()}

    @cached_property
    def curves(self) -> dict[str, dict[str, np.ndarray]]:
        """Angle -> side -> (n, 101) curves of the valid strides that have the angle throughout. [deg]"""
        known = {name: self.strides.curves[name] for name in CURVE_NAMES if name in self.strides.curves}
        chosen = {side: _as_slice(mask) for side, mask in self.masks.items()}
        found = {
            name: {side: complete_rows(curves, rows) for side, rows in chosen.items()} for name, curves in known.items()
        }
        with_any = {name: {side: rows for side, rows in sides.items() if len(rows)} for name, sides in found.items()}
        return {name: sides for name, sides in with_any.items() if sides}

    @cached_property
    def summaries(self) -> dict[str, dict[str, np.ndarray]]:
        """Angle -> side -> mean and spread of `curves`, shape (101, 2). [deg]"""
        return {name: {side: mean_and_sd(rows) for side, rows in sides.items()} for name, sides in self.curves.items()}

    @cached_property
    def medians(self) -> dict[str, dict[str, float]]:
        """Side -> metric -> median over the valid strides, NaN without a value; a side without strides is left out."""
        columns = self.strides.table.columns.tolist()
        names = [name for name in METRIC_NAMES if name in columns]
        values = _neighbours(self.strides.table, columns, names).to_numpy(float)
        found = {side: column_medians(values[mask]) for side, mask in self.masks.items() if self.n_valid[side]}
        return {side: dict(zip(names, medians.tolist(), strict=True)) for side, medians in found.items()}

    @cached_property
    def toe_off(self) -> dict[str, float]:
        """Median toe-off by side, where there is one. [% of the stride]"""
        found = {side: medians.get("toe_off_percent", math.nan) for side, medians in self.medians.items()}
        return {side: percent for side, percent in found.items() if math.isfinite(percent)}

    @cached_property
    def left_out(self) -> dict[str, dict[str, int]]:
        """Side -> reason -> number of strides left out for it, by the reasons' names."""
        excluded = self.strides.excluded
        counted = Counter(zip(excluded["side"].tolist(), excluded["reason"].tolist(), strict=True))
        return {side: dict(sorted((why, n) for (whose, why), n in counted.items() if whose == side)) for side in SIDES}

    def median(self, metric: str, side: str) -> float:
        """Median of a metric over the valid strides of a side; NaN without them."""
        return self.medians.get(side, {}).get(metric, math.nan)

    def reference_curve(self, name: str) -> np.ndarray | None:
        """Mean and spread of the reference for an angle, shape (101, 2), or None. [deg]"""
        known = self.has_reference and name in self.reference.curves
        return np.asarray(self.reference.curves[name], float) if known else None


def _as_slice(mask: np.ndarray) -> np.ndarray | slice:
    """The mask, or a slice where it chooses neighbours: then nothing needs to be copied."""
    chosen = np.flatnonzero(mask)
    together = chosen.size and chosen[-1] - chosen[0] + 1 == chosen.size
    return slice(int(chosen[0]), int(chosen[-1]) + 1) if together else mask


def _neighbours(table: pd.DataFrame, columns: list[str], names: list[str]) -> pd.DataFrame:
    """The columns `names`; where they stand beside each other, as they do in a stride table, without copying."""
    first = columns.index(names[0]) if names else 0
    last = first + len(names)
    return table.iloc[:, first:last] if columns[first:last] == names else table[names]


def column_medians(values: np.ndarray) -> np.ndarray:
    """
    Median of each column without its NaN; NaN where a column has nothing else.

    >>> column_medians(np.array([[1.0, np.nan], [4.0, 7.0], [2.0, np.nan]])).tolist()
    [2.0, 7.0]
    """
    ordered = np.sort(values, axis=0)
    known = len(values) - np.isnan(ordered).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    return (ordered[low, columns] + ordered[high, columns]) / 2
