"""Angles and events -> strides: one row each, 101-point curves, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, EXCLUDED_COLUMNS, SIDED_ANGLES, SIDES, STRIDE_KEYS, sided
from kinematics.events import Events
from kinematics.metrics import METRIC_NAMES, stride_metrics
from kinematics.signals import interpolate
from kinematics.trial import Passport

#: Strides outside these are no strides of the task, or a contact was missed. [s]
STRIDE_TIMES_S = {"run": (0.4, 1.2), "walk": (0.7, 2.5)}
#: Strides this much shorter or longer than the side's median miss a contact or have one too many.
LARGEST_DEVIATION = 0.35
#: A hip that moves further than this within a stride is a wrapped angle or a swapped marker. [deg]
LARGEST_HIP_RANGE_DEG = 90.0
REASONS = {
    "stride_time": "stride time out of range, or far from the side's median: a contact is missing or invented [s]",
    "no_toe_off": "not exactly one toe-off within the stride [count]",
    "gap": "an angle is missing for longer than is filled [s]",
    "hip_range": "the hip moves further than a hip does: a wrapped angle or swapped markers [deg]",
    "no_strides": "no stride could be cut from the trial [count]",
}
_OWN_SIDE = ("pelvis_obliquity_deg", "pelvis_rotation_deg")  # right side's in the samples, own side's in curves


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


def segment_strides(angles: Angles, events: Events, *, participant: str = "", session: str = "") -> Strides:
    """
    Strides of one trial: from each contact to the next contact of the same foot.

    Curves are read at 0, 1 ... 100 % by a cubic through the four nearest samples. Strides that do not count stay in the
    table with `valid` False, and stand in `excluded` with their reason.

    Parameters
    ----------
    angles : Angles
    events : Events
    participant, session : str
        Keys for the table.

    Returns
    -------
    Strides
    """
    parts = [_side_strides(angles, events, side) for side in SIDES]
    table = pd.concat([part[0] for part in parts], ignore_index=True)
    curves = {name: np.concatenate([part[1][name] for part in parts]) for name in CURVE_NAMES}
    keys = {
        "participant": participant,
        "session": session,
        "trial": angles.name,
        "task": angles.task,
        "speed_m_s": float(angles.speed_m_s),
    }
    table = table.assign(**keys)
    excluded = table.loc[~table["valid"], [column.name for column in EXCLUDED_COLUMNS]].reset_index(drop=True)
    if table.empty:
        excluded = pd.DataFrame([keys | {"side": "", "stride": -1, "reason": "no_strides", "value": 0.0}])
        excluded = excluded.reindex(columns=[column.name for column in EXCLUDED_COLUMNS])
    table = table[[column.name for column in STRIDE_KEYS] + list(METRIC_NAMES)]
    passport = angles.passport.with_(event_method=events.description)
    return Strides(table, curves, excluded, passport)


def _side_strides(angles: Angles, events: Events, side: str) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Rows and curves of one side, with reason and value beside `valid`."""
    time_s, rate = angles.table["time_s"].to_numpy(), angles.passport.rate_hz
    contact, toe_off = events.times(side, "contact"), events.times(side, "toe_off")
    contact = contact[(contact >= time_s[0]) & (contact <= time_s[-1])]
    start, end = contact[:-1], contact[1:]
    first = np.searchsorted(toe_off, start)
    n_toe_offs = np.searchsorted(toe_off, end) - first
    toe = np.where(n_toe_offs == 1, np.append(toe_off, np.nan)[first], np.nan)
    positions = ((start[:, None] + (end - start)[:, None] * np.linspace(0, 1, CURVE_POINTS)) - time_s[0]) * rate
    signals, names = _signals(angles, side)
    values = interpolate(signals, positions)
    curves = dict(zip(names, values, strict=True))
    opposite = curves.pop("opposite")
    metrics = stride_metrics(curves, opposite, start, toe, end)
    reason, value = _judge(curves, signals, end - start, n_toe_offs, metrics["hip_excursion_deg"], angles.task)
    table = pd.DataFrame(
        {"side": side, "stride": np.arange(start.size), "start_s": start, "end_s": end, "valid": reason == ""}
        | metrics
        | {"reason": reason, "value": value}
    )
    return table, curves


def _signals(angles: Angles, side: str) -> tuple[np.ndarray, list[str]]:
    """Sample rows (k, n) of one side as its curves are named, and the other hip's flexion."""
    other = SIDES[1 - SIDES.index(side)]
    mirror = {name: -1.0 if side == "left" else 1.0 for name in _OWN_SIDE}
    own = {column.name for column in SIDED_ANGLES}
    rows = [
        angles.table[sided(name, side) if name in own else name].to_numpy() * mirror.get(name, 1.0)
        for name in CURVE_NAMES
    ]
    rows.append(angles.table[sided("hip_flexion_deg", other)].to_numpy())
    return np.stack(rows), [*CURVE_NAMES, "opposite"]


def _judge(curves, signals, stride_s, n_toe_offs, hip_range, task: str) -> tuple[np.ndarray, np.ndarray]:
    """The first reason against each stride ('' where there is none) and its value."""
    low, high = STRIDE_TIMES_S.get(task, (0.0, np.inf))
    usual = np.median(stride_s) if stride_s.size else np.nan
    measured = [name for name, row in zip(CURVE_NAMES, signals, strict=False) if np.isfinite(row).any()]
    missing = np.zeros(stride_s.size)
    for name in measured:
        missing = np.maximum(missing, np.isnan(curves[name]).mean(axis=1))
    wrong_time = (stride_s < low) | (stride_s > high) | (np.abs(stride_s / usual - 1) > LARGEST_DEVIATION)
    checks = (
        ("stride_time", wrong_time, stride_s),
        ("no_toe_off", n_toe_offs != 1, n_toe_offs.astype(float)),
        ("gap", missing > 0, missing * stride_s),
        ("hip_range", hip_range > LARGEST_HIP_RANGE_DEG, hip_range),
    )
    reason = np.select([bad for _, bad, _ in checks], [name for name, _, _ in checks], default="")
    value = np.select([bad for _, bad, _ in checks], [number for _, _, number in checks], default=np.nan)
    return reason.astype(object), value
