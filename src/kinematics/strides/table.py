"""The strides of one trial as a value: table, curves, exclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

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

    @classmethod
    def of_columns(
        cls,
        columns: Mapping[str, np.ndarray],
        curves: Mapping[str, np.ndarray],
        excluded: Mapping[str, np.ndarray],
        passport: Passport,
    ) -> Strides:
        """Strides from the columns of `table` and `excluded`: frames are only made of them when somebody asks."""
        made = object.__new__(cls)
        vars(made).update(_later={"table": columns, "excluded": excluded}, curves=curves, passport=passport)
        return made

    def __getattr__(self, name: str) -> pd.DataFrame:
        later = vars(self).get("_later", {})
        if name not in later:
            raise AttributeError(f"'Strides' object has no attribute {name!r}")
        frame = _frame(later[name])
        vars(self).update({name: frame}, _later={other: later[other] for other in later if other != name})
        return frame

    @property
    def columns(self) -> Mapping[str, np.ndarray]:
        """Columns of `table` as arrays, shape (n_strides,) each, words as objects: quicker to read than a frame."""
        made = vars(self)  # a table that was handed out counts, as somebody may have written into it
        return _Columns(self.table) if "table" in made else made["_later"]["table"]

    def noting(self, *sentences: str) -> Strides:
        """The same strides with sentences added to the notes of their passport."""
        made = object.__new__(type(self))
        vars(made).update(vars(self), passport=self.passport.noting(*sentences))
        return made

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


class _Columns(Mapping[str, np.ndarray]):
    """Columns of a frame as arrays, each read when it is asked for."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    def __getitem__(self, name: str) -> np.ndarray:
        values = self._table[name]
        return values.to_numpy() if values.dtype.kind in "biuf" else values.to_numpy(object)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return self._table.shape[1]


def stride_columns(
    keys: Sequence[str], speed_m_s: float, rows: Mapping[str, slice], columns: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """
    Columns of the table of one trial's strides, in their order, shape (n,) each.

    Parameters
    ----------
    keys : participant, session, trial, task
    speed_m_s : float
    rows : mapping of side to slice
        Which rows are whose.
    columns : mapping of str to array, shape (n,)
        The rest of `conventions.STRIDE_KEYS`, and the metrics.
    """
    count = columns["start_s"].size
    side = np.empty(count, dtype=object)
    for name, mine in rows.items():
        side[mine] = name
    text = {name: np.full(count, word, dtype=object) for name, word in zip(_TEXT, keys, strict=True)}
    given = {**text, "speed_m_s": np.full(count, speed_m_s), "side": side, **columns}
    return {name: given[name] for name in _COLUMNS}


def _frame(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """A frame whose numbers stand in one block from the start: a sixth of the time that putting them there takes."""
    count = next(iter(columns.values())).size
    try:
        from pandas.api.internals import create_dataframe_from_blocks
    except ImportError:  # before pandas 3
        return pd.DataFrame(dict(columns), index=pd.RangeIndex(count))
    numbers = [place for place, values in enumerate(columns.values()) if values.dtype == np.float64]
    blocks = [(np.array([values for values in columns.values() if values.dtype == np.float64]), np.array(numbers))]
    for place, values in enumerate(columns.values()):
        if values.dtype != np.float64:
            own = pd.array(values, dtype=_text()) if values.dtype == object else values[None].copy()
            blocks.append((own, np.array([place])))
    return create_dataframe_from_blocks(blocks, pd.RangeIndex(count), _index(tuple(columns)).view())


@cache
def _text() -> pd.api.extensions.ExtensionDtype:
    """Pandas' own kind of text."""
    return pd.Series([""]).dtype


@cache
def _index(names: tuple[str, ...]) -> pd.Index:
    return pd.Index(names)


def excluded_columns(columns: Mapping[str, np.ndarray], reason: np.ndarray, value: np.ndarray) -> dict[str, np.ndarray]:
    """Of the strides with a reason (n,) against them, '' where there is none: their columns, reason and value (n,)."""
    out = np.flatnonzero(reason != "")
    given = {**columns, "reason": reason, "value": value}
    return {name: given[name][out] for name in _EXCLUDED}


def no_strides(keys: Sequence[str], speed_m_s: float) -> dict[str, np.ndarray]:
    """Columns of the one row that says of a trial that no stride could be cut from it."""
    row = dict(zip(_TEXT, keys, strict=True)) | {"side": "", "reason": "no_strides"}
    text = {name: np.array([word], dtype=object) for name, word in row.items()}
    numbers = {"speed_m_s": speed_m_s, "stride": -1, "start_s": np.nan, "end_s": np.nan, "value": 0.0}
    given = text | {name: np.array([number]) for name, number in numbers.items()}
    return {name: given[name] for name in _EXCLUDED}
