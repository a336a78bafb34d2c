"""Angles and events -> `Strides`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, SIDES
from kinematics.events import Events
from kinematics.metrics import stride_metrics
from kinematics.strides import judging
from kinematics.strides.heading import against, pelvis_heading, stride_headings, thigh_against
from kinematics.strides.reading import LEAN, OPPOSITE, read_curves, read_samples
from kinematics.strides.table import Strides, excluded_table, no_strides, stride_table

#: How long before and after a stride a leaping marker still bends its angles: half a period of the 10 Hz filter. [s]
FILTER_REACH_S = 0.05
_OWN_SIDE = ("pelvis_obliquity_deg", "pelvis_rotation_deg")  # right side's in the samples, own side's in curves

_Times = Mapping[tuple[str, str], np.ndarray]


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
    samples, rate = read_samples(angles), angles.passport.rate_hz
    begin_s, last_s = samples["time_s"][[0, -1]]
    found = _event_times(events)
    cut = _cut(found, begin_s, last_s)
    lean = None if angles.body is None else angles.body.thigh_lean_deg
    read = read_curves(samples, lean, (cut.start - begin_s) * rate, (cut.end - begin_s) * rate, cut.rows)
    curves = dict(read.values)
    opposite = curves.pop(OPPOSITE)
    checks = _checks(angles, samples, cut, found) | {"turn": judging.turn_check(curves["pelvis_rotation_deg"])}
    _face_forward(curves, cut, stride_headings(angles, cut.moments()))
    checks |= judging.curve_checks(curves, read.measured, cut.end - cut.start)
    reason, value = judging.judge(checks, curves, cut.rows)
    columns = {"stride": cut.numbers(), "start_s": cut.start, "end_s": cut.end, "valid": reason == ""}
    columns |= stride_metrics(curves, opposite, cut.start, cut.toe_off, cut.end)
    keys = (participant, session, angles.name, angles.task)
    table = stride_table(keys, float(angles.speed_m_s), cut.rows, columns)
    passport = angles.passport.with_(event_method=events.description).noting(*events.notes)
    excluded = excluded_table(table, reason, value) if len(table) else no_strides(keys, float(angles.speed_m_s))
    return Strides(table, {name: curves[name] for name in CURVE_NAMES}, excluded, passport)


@dataclass(frozen=True)
class _Cut:
    """
    Where the strides begin, leave the ground and end [s], left ones first; the toe-off is NaN unless there is just one.

    `rows` says which are whose.
    """

    rows: dict[str, slice]
    start: np.ndarray
    toe_off: np.ndarray
    end: np.ndarray
    n_toe_offs: np.ndarray

    def numbers(self) -> np.ndarray:
        """Number of each stride within its side."""
        return np.concatenate([np.arange(rows.stop - rows.start) for rows in self.rows.values()])

    def moments(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Start, toe-off and end by side. [s]"""
        return {side: (self.start[rows], self.toe_off[rows], self.end[rows]) for side, rows in self.rows.items()}


def _event_times(events: Events) -> dict[tuple[str, str], np.ndarray]:
    """Times of each kind of event on each side, ascending. [s]"""
    side, kind = (events.table[name].to_numpy(object) for name in ("side", "kind"))
    time_s = events.table["time_s"].to_numpy(float)
    of_side, of_kind = {s: side == s for s in SIDES}, {k: kind == k for k in ("contact", "toe_off")}
    return {(s, k): time_s[here & this] for s, here in of_side.items() for k, this in of_kind.items()}


def _cut(found: _Times, first_s: float, last_s: float) -> _Cut:
    parts = [_cut_side(found[side, "contact"], found[side, "toe_off"], first_s, last_s) for side in SIDES]
    middle = parts[0][0].size
    rows = dict(zip(SIDES, (slice(0, middle), slice(middle, middle + parts[1][0].size)), strict=True))
    return _Cut(rows, *(np.concatenate(pair) for pair in zip(*parts, strict=True)))


def _cut_side(contact: np.ndarray, toe_off: np.ndarray, first_s: float, last_s: float) -> tuple[np.ndarray, ...]:
    """Start, toe-off, end and number of toe-offs of the strides of one side."""
    contact = contact[(contact >= first_s) & (contact <= last_s)]
    start, end = contact[:-1], contact[1:]
    first = np.searchsorted(toe_off, start)
    n_toe_offs = np.searchsorted(toe_off, end) - first
    return start, np.where(n_toe_offs == 1, np.append(toe_off, np.nan)[first], np.nan), end, n_toe_offs


def _face_forward(curves: dict[str, np.ndarray], cut: _Cut, lines: Mapping[str, np.ndarray]) -> None:
    """Turn thigh and pelvis into the strides' direction of progress, obliquity and rotation into the own side's."""
    rotation, lean = curves["pelvis_rotation_deg"], curves.pop(LEAN, None)
    heading = np.concatenate([pelvis_heading(rotation[rows], lines.get(side)) for side, rows in cut.rows.items()])
    curves["pelvis_rotation_deg"] = against(rotation, heading)
    if lean is not None:
        curves["thigh_flexion_deg"] = thigh_against(curves["thigh_flexion_deg"], lean, heading)
    for name in _OWN_SIDE:
        left = curves[name][cut.rows["left"]]
        np.negative(left, out=left)


def _checks(angles: Angles, samples: Mapping[str, np.ndarray], cut: _Cut, found: _Times) -> dict[str, judging.Check]:
    """Whatever is told of strides without looking at their curves."""
    start, end = (moment - samples["time_s"][0] for moment in (cut.start, cut.end))
    left, right = (_side_checks(angles.task, cut, side, found) for side in SIDES)
    checks = {
        name: (np.append(left[name][0], right[name][0]), np.append(left[name][1], right[name][1])) for name in left
    }
    hips = [samples[f"hip_flexion_{side}_deg"] for side in SIDES]
    checks["stop"] = _stop_check(hips, angles.passport.rate_hz, start, end)
    return checks | _marker_checks(angles, cut, start, end)


def _side_checks(task: str, cut: _Cut, side: str, found: _Times) -> dict[str, judging.Check]:
    other = SIDES[1 - SIDES.index(side)]
    start, toe_off, end = cut.moments()[side]
    order = judging.order_check(task, start, toe_off, end, found[other, "contact"], found[other, "toe_off"])
    return judging.duration_checks(end - start, cut.n_toe_offs[cut.rows[side]], task) | {"event_order": order}


def _stop_check(hips: Sequence[np.ndarray], rate: float, start: np.ndarray, end: np.ndarray) -> judging.Check:
    still = judging.still_s(hips, rate)
    longest = judging.greatest_within(still, np.ceil(start * rate).astype(int), np.floor(end * rate).astype(int))
    return longest > judging.LONGEST_STILL_S, longest


def _marker_checks(angles: Angles, cut: _Cut, start: np.ndarray, end: np.ndarray) -> dict[str, judging.Check]:
    """Strides in which a marker of the pelvis or of the own thigh leaps or does not fit; none without markers."""
    if angles.body is None:
        return {}
    rate, body = angles.passport.rate_hz, angles.body
    first = np.floor((start - FILTER_REACH_S) * rate).astype(int)
    last = np.ceil((end + FILTER_REACH_S) * rate).astype(int)
    measures = {
        "marker_jump": (body.jump_mm, judging.largest_jump_mm(rate)),
        "marker_misfit": (body.misfit_mm, judging.LARGEST_MISFIT_MM),
    }
    checks = {}
    for name, (values, limit) in measures.items():
        largest = np.concatenate(
            [
                judging.greatest_within(np.maximum(values["pelvis"], values[side]), first[rows], last[rows])
                for side, rows in cut.rows.items()
            ]
        )
        checks[name] = (largest > limit, largest)
    return checks
