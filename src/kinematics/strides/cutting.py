"""Angles and events -> `Strides`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, EXCLUDED_COLUMNS, SIDED_ANGLES, SIDES, STRIDE_KEYS, sided
from kinematics.events import Events
from kinematics.metrics import METRIC_NAMES, stride_metrics
from kinematics.signals import interpolate
from kinematics.strides import judging
from kinematics.strides.heading import against, pelvis_heading, stride_headings, thigh_against, unwrapped
from kinematics.strides.table import Strides

#: How long before and after a stride a leaping marker still bends its angles: half a period of the 10 Hz filter. [s]
FILTER_REACH_S = 0.05
#: Strides read at once: their curves fit into a processor's cache.
BLOCK = 64
_OWN_SIDE = ("pelvis_obliquity_deg", "pelvis_rotation_deg")  # right side's in the samples, own side's in curves
_EXCLUDED = [column.name for column in EXCLUDED_COLUMNS]
_COLUMNS = [column.name for column in STRIDE_KEYS] + list(METRIC_NAMES)


def segment_strides(angles: Angles, events: Events, *, participant: str = "", session: str = "") -> Strides:
    """
    Strides of one trial: from each contact to the next contact of the same foot.

    Curves are read at 0, 1 ... 100 % by a cubic through the four nearest samples. Thigh flexion and pelvic rotation
    are told against the direction of progress of each stride (`strides.heading`). Strides that do not count stay in
    the table with `valid` False, and stand in `excluded` with their reason (`strides.REASONS`) and its value;
    `Strides.with_excluded` counts them again.

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
    time_s, rate = angles.table["time_s"].to_numpy(), angles.passport.rate_hz
    found = _event_times(events)
    cuts = {side: _cut(found, side, time_s[0], time_s[-1]) for side in SIDES}
    lines = stride_headings(angles, {side: (cut.start, cut.toe_off, cut.end) for side, cut in cuts.items()})
    hips = np.stack([angles.table[sided("hip_flexion_deg", side)].to_numpy() for side in SIDES])
    still = judging.still_s(hips, rate)
    parts = [_side_strides(angles, found, cuts[side], lines.get(side), still) for side in SIDES]
    curves = {name: np.concatenate([part[1][name] for part in parts]) for name in CURVE_NAMES}
    keys = {
        "participant": participant,
        "session": session,
        "trial": angles.name,
        "task": angles.task,
        "speed_m_s": float(angles.speed_m_s),
    }
    columns = {name: np.concatenate([part[0][name] for part in parts]) for name in parts[0][0]}
    rows = pd.DataFrame(keys | {"side": np.repeat(SIDES, [cut.start.size for cut in cuts.values()])} | columns)
    table = rows[_COLUMNS]
    excluded = rows.loc[~columns["valid"], _EXCLUDED].reset_index(drop=True)
    if table.empty:
        excluded = pd.DataFrame([keys | {"side": "", "stride": -1, "reason": "no_strides", "value": 0.0}])
        excluded = excluded.reindex(columns=_EXCLUDED)
    passport = angles.passport.with_(event_method=events.description).noting(*events.notes)
    return Strides(table, curves, excluded, passport)


@dataclass(frozen=True)
class _Cut:
    """Where the strides of a side begin, leave the ground and end [s]; the toe-off is NaN unless there is just one."""

    side: str
    start: np.ndarray
    toe_off: np.ndarray
    end: np.ndarray
    n_toe_offs: np.ndarray


def _event_times(events: Events) -> dict[tuple[str, str], np.ndarray]:
    """Times of each kind of event on each side, ascending. [s]"""
    side, kind = (events.table[name].to_numpy(object) for name in ("side", "kind"))
    time_s = events.table["time_s"].to_numpy(float)
    return {(s, k): time_s[(side == s) & (kind == k)] for s in SIDES for k in ("contact", "toe_off")}


def _cut(found: dict[tuple[str, str], np.ndarray], side: str, first_s: float, last_s: float) -> _Cut:
    contact, toe_off = found[side, "contact"], found[side, "toe_off"]
    contact = contact[(contact >= first_s) & (contact <= last_s)]
    start, end = contact[:-1], contact[1:]
    first = np.searchsorted(toe_off, start)
    n_toe_offs = np.searchsorted(toe_off, end) - first
    toe = np.where(n_toe_offs == 1, np.append(toe_off, np.nan)[first], np.nan)
    return _Cut(side, start, toe, end, n_toe_offs)


def _side_strides(
    angles: Angles,
    found: dict[tuple[str, str], np.ndarray],
    cut: _Cut,
    line: np.ndarray | None,
    still: np.ndarray,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Columns and curves of one side, with reason and value beside `valid`."""
    side, start, toe, end = cut.side, cut.start, cut.toe_off, cut.end
    rate, begin = angles.passport.rate_hz, angles.table["time_s"].iat[0]
    curves, measured = _curves(angles, side, (start - begin) * rate, (end - begin) * rate)
    opposite = curves.pop("opposite")
    checks = {"turn": judging.turn_check(curves["pelvis_rotation_deg"])}
    _face_forward(curves, side, line)
    other = SIDES[1 - SIDES.index(side)]
    checks["stop"] = _stop_check(still, start - begin, end - begin, rate)
    checks |= judging.duration_checks(end - start, cut.n_toe_offs, angles.task)
    checks["event_order"] = judging.order_check(
        angles.task, start, toe, end, found[other, "contact"], found[other, "toe_off"]
    )
    checks |= judging.curve_checks(curves, measured, end - start)
    checks |= _marker_checks(angles, side, start - begin, end - begin)
    reason, value = judging.judge(checks, curves)
    keys = {"stride": np.arange(start.size), "start_s": start, "end_s": end, "valid": reason == ""}
    metrics = stride_metrics(curves, opposite, start, toe, end)
    return keys | metrics | {"reason": reason, "value": value}, curves


def _curves(angles: Angles, side: str, first: np.ndarray, last: np.ndarray) -> tuple[dict[str, np.ndarray], list[str]]:
    """Curves (n, 101) of one side between positions in samples, and the names of those that the trial has."""
    other = SIDES[1 - SIDES.index(side)]
    own = {column.name for column in SIDED_ANGLES}
    columns = [sided(name, side) if name in own else name for name in CURVE_NAMES]
    names = [*CURVE_NAMES, "opposite"]
    rows = [angles.table[column].to_numpy() for column in [*columns, sided("hip_flexion_deg", other)]]
    turning = names.index("pelvis_rotation_deg")
    rows[turning] = unwrapped(rows[turning])
    if angles.body is not None:
        rows.append(angles.body.thigh_lean_deg[side])
        names.append("thigh_lean_deg")
    values = _read(np.stack(rows), first, last)
    measured = [name for name, row in zip(CURVE_NAMES, rows, strict=False) if np.isfinite(row).any()]
    return dict(zip(names, values, strict=True)), measured


def _read(signals: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Signals (k, n) at 101 points from each first to each last position, shape (k, n_strides, 101)."""
    share = np.linspace(0.0, 1.0, CURVE_POINTS)
    values = np.empty((len(signals), first.size, CURVE_POINTS))
    for begin in range(0, first.size, BLOCK):
        rows = slice(begin, begin + BLOCK)
        values[:, rows] = interpolate(signals, first[rows, None] + (last - first)[rows, None] * share)
    return values


def _face_forward(curves: dict[str, np.ndarray], side: str, line: np.ndarray | None) -> None:
    """Turn thigh and pelvis into the strides' direction of progress, obliquity and rotation into the own side's."""
    rotation, lean = curves["pelvis_rotation_deg"], curves.pop("thigh_lean_deg", None)
    heading = pelvis_heading(rotation, line)
    curves["pelvis_rotation_deg"] = against(rotation, heading)
    if lean is not None:
        curves["thigh_flexion_deg"] = thigh_against(curves["thigh_flexion_deg"], lean, heading)
    if side == "left":
        for name in _OWN_SIDE:
            curves[name] = -curves[name]


def _stop_check(still: np.ndarray, start: np.ndarray, end: np.ndarray, rate: float) -> judging.Check:
    longest = judging.greatest_within(still, np.ceil(start * rate).astype(int), np.floor(end * rate).astype(int))
    return longest > judging.LONGEST_STILL_S, longest


def _marker_checks(angles: Angles, side: str, start: np.ndarray, end: np.ndarray) -> dict[str, judging.Check]:
    """Strides in which a marker of the pelvis or of the own thigh leaps or does not fit; none without markers."""
    if angles.body is None:
        return {}
    rate, body = angles.passport.rate_hz, angles.body
    first = np.floor((start - FILTER_REACH_S) * rate).astype(int)
    last = np.ceil((end + FILTER_REACH_S) * rate).astype(int)
    largest = {
        name: judging.greatest_within(np.maximum(values["pelvis"], values[side]), first, last)
        for name, values in (("marker_jump", body.jump_mm), ("marker_misfit", body.misfit_mm))
    }
    limits = {"marker_jump": judging.largest_jump_mm(rate), "marker_misfit": judging.LARGEST_MISFIT_MM}
    return {name: (value > limits[name], value) for name, value in largest.items()}
