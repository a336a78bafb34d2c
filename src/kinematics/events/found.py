"""`Events`: contacts and toe-offs, and how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from kinematics.conventions import SIDES

KINDS = ("contact", "toe_off")
#: Ascending times by side and kind, every combination present. [s]
Moments = Mapping[tuple[str, str], np.ndarray]


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


class _Table:
    """The table of `Events`, given as such or as moments: of those it is made when somebody asks for it."""

    def __set__(self, events: Events, given: pd.DataFrame | Moments) -> None:
        vars(events)["_given"] = given

    def __get__(self, events: Events | None, owner: type) -> pd.DataFrame:
        if events is None:
            raise AttributeError("table")  # there is no default
        given = vars(events)["_given"]
        if not isinstance(given, pd.DataFrame):
            given = vars(events)["_given"] = _table_of(given)
        return given


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

    table: _Table = _Table()
    method: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()
    expected: Mapping[str, Expected] = field(default_factory=lambda: dict(UNKNOWN))
    tested: str = ""

    def times(self, side: str, kind: str) -> np.ndarray:
        """Times of one kind on one side, ascending. [s]"""
        return self.moments()[side, kind]

    def moments(self) -> Moments:
        """Times by side and kind, every combination present. [s]"""
        given = vars(self)["_given"]
        return by_side(given) if isinstance(given, pd.DataFrame) else given

    def with_(self, **changes) -> Events:
        """The same moments with other entries."""
        changed = copy(self)
        vars(changed).update(changes)
        return changed


def within(times: Moments, first_s: float = -np.inf, last_s: float = np.inf) -> Moments:
    """Times in ascending order; those outside of the trial are left out. [s]"""
    return {key: np.sort(found[(found >= first_s) & (found <= last_s)]) for key, found in times.items()}


def by_side(table: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """Times of a table by (side, kind), every combination present. [s]"""
    side, kind, time_s = (table[name].to_numpy() for name in ("side", "kind", "time_s"))
    return {(one, what): time_s[(side == one) & (kind == what)] for one in SIDES for what in KINDS}


def nearest(times: np.ndarray, to: np.ndarray) -> np.ndarray:
    """For every entry of `to`, the entry of ascending `times` that is nearest; NaN where there is none."""
    if not times.size:
        return np.full(to.shape, np.nan)
    after = np.minimum(np.searchsorted(times, to), times.size - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(times[before] - to) <= np.abs(times[after] - to), times[before], times[after])


def _table_of(moments: Moments) -> pd.DataFrame:
    """Table of moments, sorted by time."""
    keys = [(side, kind) for side in SIDES for kind in KINDS]
    time_s = np.concatenate([moments[key] for key in keys])
    which = np.repeat(np.arange(len(keys)), [moments[key].size for key in keys])
    order = np.argsort(time_s, kind="stable")
    side, kind = np.divmod(which[order], len(KINDS))
    sides, kinds = _words()
    return pd.DataFrame({"side": sides.take(side), "kind": kinds.take(kind), "time_s": time_s[order]})


@cache
def _words() -> tuple[ExtensionArray, ExtensionArray]:
    """Sides and kinds as pandas holds words: events take theirs from them."""
    sides, kinds = (pd.Series(words, dtype="str").array for words in (SIDES, KINDS))
    return sides, kinds
