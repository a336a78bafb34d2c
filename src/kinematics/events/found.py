"""`Events`: contacts and toe-offs, and how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from kinematics.conventions import SIDES

KINDS = ("contact", "toe_off")


@dataclass(frozen=True)
class Expected:
    """
    Error to expect of an event, against a 20 N threshold of the vertical force low-passed at 50 Hz.

    Attributes
    ----------
    bias_ms, spread_ms : float
        Mean, and standard deviation over people and strides; positive is late; NaN where not known. [ms]
    """

    bias_ms: float
    spread_ms: float

    def __str__(self) -> str:
        return f"{self.bias_ms:+.0f} +- {self.spread_ms:.0f} ms" if np.isfinite(self.spread_ms) else "not known"


UNKNOWN = {kind: Expected(np.nan, np.nan) for kind in KINDS}


@dataclass(frozen=True)
class Events:
    """
    Contacts and toe-offs of one trial.

    Attributes
    ----------
    table : DataFrame
        side (left, right), kind (contact, toe_off), time_s (on the motion file's clock); sorted by time.
    method : str
        file, force, markers or angles.
    description : str
        How they were found, in one line.
    notes : tuple of str
        What a reader of the result must know: what was left out, and where the trial lies outside of what the method
        was tested on.
    expected : mapping of str to Expected
        Bias and spread to expect of contacts and toe-offs (keys contact, toe_off).
    tested : str
        The range of tasks, speeds and rates that `expected` was measured in.
    """

    table: pd.DataFrame
    method: str
    description: str
    notes: tuple[str, ...] = ()
    expected: Mapping[str, Expected] = field(default_factory=lambda: dict(UNKNOWN))
    tested: str = ""

    def times(self, side: str, kind: str) -> np.ndarray:
        """Times of one kind on one side, ascending. [s]"""
        chosen = (self.table["side"].to_numpy() == side) & (self.table["kind"].to_numpy() == kind)
        return self.table["time_s"].to_numpy()[chosen]


def event_table(times: Mapping[tuple[str, str], np.ndarray], first_s: float, last_s: float) -> pd.DataFrame:
    """Table of events from times by (side, kind); those outside of the trial are left out."""
    time_s = np.concatenate([np.asarray(found, dtype=float) for found in times.values()])
    which = np.repeat(np.arange(len(times)), [np.size(found) for found in times.values()])
    side, kind = (np.array([words.index(key[i]) for key in times])[which] for i, words in ((0, SIDES), (1, KINDS)))
    order = np.lexsort((side, time_s))
    order = order[(time_s[order] >= first_s) & (time_s[order] <= last_s)]
    sides, kinds = _words()
    return pd.DataFrame({"side": sides.take(side[order]), "kind": kinds.take(kind[order]), "time_s": time_s[order]})


def by_side(table: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """Times of a table by (side, kind), every combination present. [s]"""
    side, kind, time_s = (table[name].to_numpy() for name in ("side", "kind", "time_s"))
    return {(one, what): time_s[(side == one) & (kind == what)] for one in SIDES for what in KINDS}


def nearest(times: np.ndarray, to: np.ndarray) -> np.ndarray:
    """For every entry of `to`, the entry of ascending `times` that is nearest; NaN where there is none."""
    if not times.size:
        return np.full(to.shape, np.nan)
    after = np.clip(np.searchsorted(times, to), 0, times.size - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(times[before] - to) <= np.abs(times[after] - to), times[before], times[after])


@lru_cache(maxsize=1)
def _words() -> tuple[ExtensionArray, ExtensionArray]:
    """Sides and kinds as pandas holds words: events take theirs from them."""
    sides, kinds = (pd.Series(words, dtype="str").array for words in (SIDES, KINDS))
    return sides, kinds
