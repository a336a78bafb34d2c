"""Angles and events -> `Strides`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import CURVE_NAMES, SIDES
from kinematics.events import Events
from kinematics.metrics import stride_metrics
from kinematics.strides import judging
from kinematics.strides.heading import against, pelvis_heading, stride_headings, thigh_against
from kinematics.strides.reading import opposite_hip_at, read_curves, read_samples
from kinematics.strides.table import Strides, excluded_columns, no_strides, stride_columns

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
    cut = _cut(events.moments(), begin_s, last_s)
    lean = None if angles.body is None else angles.body.thigh_lean_deg
    places = ((cut.start - begin_s) * rate, (cut.end - begin_s) * rate, cut.rows)
    read = read_curves(samples, lean, *places)
    curves = dict(read.values)
    checks = _checks(angles, samples, cut) | {"turn": judging.turn_check(curves["pelvis_rotation_deg"])}
    progress = stride_headings(angles, begin_s, cut.rows, cut.start, cut.toe_off, cut.end)
    _face_forward(curves, read.lean, cut.rows, progress)
    checks |= judging.curve_checks(curves, read.measured, cut.end - cut.start)
    reason, value = judging.judge(checks, curves, cut.rows)
    columns = {"stride": cut.numbers(), "start_s": cut.start, "end_s": cut.end, "valid": reason == ""}
    columns |= stride_metrics(curves, partial(opposite_hip_at, samples, *places), cut.start, cut.toe_off, cut.end)
    keys = (participant, session, angles.name, angles.task)
    columns = stride_columns(keys, float(angles.speed_m_s), cut.rows, columns)
    notes = angles.passport.notes + tuple(events.notes)
    passport = angles.passport.with_(event_method=events.description, notes=notes)
    excluded = excluded_columns(columns, reason, value) if value.size else no_strides(keys, float(angles.speed_m_s))
    return Strides.of_columns(columns, {name: curves[name] for name in CURVE_NAMES}, excluded, passport)


@dataclass(frozen=True)
class _Cut:
    """
    Where the strides begin, leave the ground and end [s], left ones first; the toe-off is NaN unless there is just one.

    `rows` says which are whose; `landing` and `leaving` are the other foot's first contact after the start and its
    first toe-off after that. [s]
    """

    rows: dict[str, slice]
    start: np.ndarray
    toe_off: np.ndarray
    end: np.ndarray
    n_toe_offs: np.ndarray
    landing: np.ndarray
    leaving: np.ndarray

    def numbers(self) -> np.ndarray:
        """Number of each stride within its side."""
        return np.concatenate([np.arange(rows.stop - rows.start) for rows in self.rows.values()])


def _cut(found: _Times, first_s: float, last_s: float) -> _Cut:
    parts = [_cut_side(found, *pair, first_s, last_s) for pair in (SIDES, SIDES[::-1])]
    middle = parts[0][0].size
    rows = dict(zip(SIDES, (slice(0, middle), slice(middle, middle + parts[1][0].size)), strict=True))
    return _Cut(rows, *(np.concatenate(pair) for pair in zip(*parts, strict=True)))


def _cut_side(found: _Times, side: str, other: str, first_s: float, last_s: float) -> tuple[np.ndarray, ...]:
    """What a `_Cut` holds of the strides of one side."""
    contact, toe_off = found[side, "contact"], found[side, "toe_off"]
    contact = contact[(contact >= first_s) & (contact <= last_s)]
    start, end = contact[:-1], contact[1:]
    first = np.searchsorted(toe_off, start)
    n_toe_offs = np.searchsorted(toe_off, end) - first
    landing = _first_after(found[other, "contact"], start)
    leaving = _first_after(found[other, "toe_off"], landing)
    return start, np.where(n_toe_offs == 1, _at(toe_off, first), np.nan), end, n_toe_offs, landing, leaving


def _first_after(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """The first of the ascending times after each moment; NaN where there is none."""
    return _at(times, np.searchsorted(times, moments, side="right"))


def _at(times: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Times by their place; NaN beyond the last."""
    if not times.size:
        return np.full(place.shape, np.nan)
    return np.where(place < times.size, times.take(place, mode="clip"), np.nan)


def _face_forward(
    curves: dict[str, np.ndarray], lean: np.ndarray | None, rows: Mapping[str, slice], progress: np.ndarray | None
) -> None:
    """Turn thigh and pelvis into the strides' direction of progress, obliquity and rotation into the own side's."""
    rotation = curves["pelvis_rotation_deg"]
    heading = np.concatenate(
        [pelvis_heading(rotation[mine], None if progress is None else progress[mine]) for mine in rows.values()]
    )
    curves["pelvis_rotation_deg"] = against(rotation, heading)
    if lean is not None:
        curves["thigh_flexion_deg"] = thigh_against(curves["thigh_flexion_deg"], lean, heading)
    for name in _OWN_SIDE:
        left = curves[name][rows["left"]]
        np.negative(left, out=left)


def _checks(angles: Angles, samples: Mapping[str, np.ndarray], cut: _Cut) -> dict[str, judging.Check]:
    """Whatever is told of strides without looking at their curves."""
    checks = judging.duration_checks(cut.end - cut.start, cut.n_toe_offs, cut.rows, angles.task)
    checks["event_order"] = judging.order_check(angles.task, cut.toe_off, cut.end, cut.landing, cut.leaving)
    start, end = (moment - samples["time_s"][0] for moment in (cut.start, cut.end))
    hips = [samples[f"hip_flexion_{side}_deg"] for side in SIDES]
    if judging.may_stand_still(hips, angles.passport.rate_hz):
        checks["stop"] = _stop_check(hips, angles.passport.rate_hz, start, end)
    return checks | _marker_checks(angles, cut, start, end)


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
        if all(values[segment].max() <= limit for segment in ("pelvis", *SIDES)):
            continue
        largest = np.concatenate(
            [
                judging.greatest_within(np.maximum(values["pelvis"], values[side]), first[rows], last[rows])
                for side, rows in cut.rows.items()
            ]
        )
        checks[name] = (largest > limit, largest)
    return checks
