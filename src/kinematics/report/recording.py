"""A trial with strides, read once for all sections: curves, their summaries, medians, and what was left out."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kinematics.conventions import CURVE_NAMES, SIDES
from kinematics.figures import complete_rows, drawn_lines, label_places, mean_and_sd
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
        valid, sides = self.strides.columns["valid"].astype(bool), self.strides.columns["side"]
        return {side: valid & (sides == side) for side in SIDES}

    @cached_property
    def n_valid(self) -> dict[str, int]:
        """Side -> number of valid strides."""
        return {side: int(np.count_nonzero(mask)) for side, mask in self.masks.items()}

    @cached_property
    def curves(self) -> dict[str, dict[str, np.ndarray]]:
        """Angle -> side -> (n, 101) curves of the valid strides that have the angle throughout. [deg]"""
        return self._summarised[0]

    @cached_property
    def lines(self) -> dict[str, dict[str, np.ndarray]]:
        """Angle -> side -> upper edge, lower edge and mean of `curves`, shape (3, 101). [deg]"""
        return self._summarised[1]

    @cached_property
    def _summarised(self) -> tuple[dict[str, dict[str, np.ndarray]], dict[str, dict[str, np.ndarray]]]:
        """`curves` and `lines`: one look at each, as a gap in any stride is also one in the mean."""
        chosen = {side: _as_slice(mask) for side, mask in self.masks.items() if self.n_valid[side]}
        keys = [(name, side) for name in CURVE_NAMES if name in self.strides.curves for side in chosen]
        rows = [np.asarray(self.strides.curves[name], float)[chosen[side]] for name, side in keys]
        lines = drawn_lines(np.stack([mean_and_sd(one) for one in rows])) if rows else np.empty((0, 3, 0))
        for place in np.flatnonzero(np.isnan(lines).any(axis=(1, 2))).tolist():
            rows[place] = complete_rows(rows[place], slice(None))
            if len(rows[place]):
                lines[place] = drawn_lines(mean_and_sd(rows[place]))
        curves: dict[str, dict[str, np.ndarray]] = {}
        drawn: dict[str, dict[str, np.ndarray]] = {}
        for (name, side), own, its_lines in zip(keys, rows, lines, strict=True):
            if len(own):
                curves.setdefault(name, {})[side] = own
                drawn.setdefault(name, {})[side] = its_lines
        return curves, drawn

    @cached_property
    def places(self) -> dict[str, dict[str, tuple[int, str]]]:
        """Angle -> side -> where its name stands beside its mean (`figures.label_places`)."""
        return {
            name: label_places({side: lines[2] for side, lines in sides.items()}) for name, sides in self.lines.items()
        }

    @cached_property
    def medians(self) -> dict[str, dict[str, float]]:
        """Side -> metric -> median over the valid strides, NaN without a value; a side without strides is left out."""
        columns = self.strides.columns
        names = [name for name in METRIC_NAMES if name in columns]
        values = np.array([columns[name] for name in names], float).reshape(len(names), len(columns["valid"]))
        found = {side: row_medians(values[:, mask]) for side, mask in self.masks.items() if self.n_valid[side]}
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
        if not len(excluded):
            return {side: {} for side in SIDES}
        counted = Counter(zip(excluded["side"].tolist(), excluded["reason"].tolist(), strict=True))
        return {side: dict(sorted((why, n) for (whose, why), n in counted.items() if whose == side)) for side in SIDES}

    def median(self, metric: str, side: str) -> float:
        """Median of a metric over the valid strides of a side; NaN without them."""
        return self.medians.get(side, {}).get(metric, math.nan)

    @cached_property
    def reference_lines(self) -> dict[str, np.ndarray]:
        """Angle -> upper edge, lower edge and mean of its reference, shape (3, 101), where there is one. [deg]"""
        known = [name for name in self.curves if name in self.reference.curves] if self.has_reference else []
        found = [np.asarray(self.reference.curves[name], float) for name in known]
        return dict(zip(known, drawn_lines(np.stack(found)), strict=True)) if found else {}


def _as_slice(mask: np.ndarray) -> np.ndarray | slice:
    """The mask, or a slice where it chooses neighbours: then nothing needs to be copied."""
    chosen = np.flatnonzero(mask)
    together = chosen.size and chosen[-1] - chosen[0] + 1 == chosen.size
    return slice(int(chosen[0]), int(chosen[-1]) + 1) if together else mask


def row_medians(values: np.ndarray) -> np.ndarray:
    """
    Median of each row without its NaN; NaN where a row has nothing else.

    >>> row_medians(np.array([[1.0, 4.0, 2.0], [np.nan, 7.0, np.nan]])).tolist()
    [2.0, 7.0]
    """
    ordered = np.sort(values, axis=1)
    known = values.shape[1] - np.isnan(ordered).sum(axis=1)
    rows = np.arange(len(values))
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    return (ordered[rows, low] + ordered[rows, high]) / 2
