"""Curves over the stride: still pictures for print and figures for the screen, of every recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinematics.figures import MARK_PERCENT, PERCENT, STRIDE_THINNING, label_places, mean_and_sd, sides_figure
from kinematics.report.change import matching
from kinematics.report.glance import task_at_speed
from kinematics.report.visit import Recording, Visit
from kinematics.report.wording import Text, degrees, number, phrase, sentence

#: Angles that every recording shows first; the other planes follow on demand.
MAIN_ANGLES = ("hip_flexion_deg", "thigh_flexion_deg", "pelvis_anterior_tilt_deg")
#: What all figures of a file may weigh, what one weighs without its single strides, what one packed value does. [bytes]
#: With plotly.js (4.8 MB) and the words, a file so stays below 5.3 MB.
FIGURES_BYTES, FIGURE_BYTES, VALUE_BYTES = 340_000, 11_000, 3.4
#: The same where the reports of a study share plotly.js: a file so stays below 400 kB.
LINKED_FIGURES_BYTES = 200_000
#: Single-stride values that are drawn however many figures there are.
FEWEST_VALUES = 10_000
#: Single strides travel as differences between neighbours, in tenths of a degree.
PACKED_PER_DEG = 10
#: A still picture's own coordinates, and every how many per cent it has a point.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM, STILL_STEP = 300.0, 190.0, 32.0, 6.0, 8.0, 22.0, 2


@dataclass(frozen=True)
class EarlierLine:
    """A side's mean at an earlier visit: how many visits ago, its path, and where its marks stand."""

    age: int
    mean: str
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class StillLine:
    """One side in a still picture: its mean and spread as paths, and where its name stands."""

    side: str
    name: str
    mean: str
    spread: str
    label: tuple[float, float]
    toe_off: float | None
    earlier: tuple[EarlierLine, ...]


@dataclass(frozen=True)
class Still:
    """A still picture of one angle."""

    angle: str
    heading: str
    description: str
    reference: str
    reference_mean: str
    lines: tuple[StillLine, ...]
    y_ticks: tuple[tuple[float, str], ...]
    x_ticks: tuple[tuple[float, str], ...]
    zero: float | None


@dataclass(frozen=True)
class CurveSet:
    """The curves of one recording."""

    key: str
    title: str
    trial: str
    reference: str
    earlier: str
    stills: tuple[Still, ...]
    more: tuple[Still, ...]
    figures: tuple[dict[str, Any], ...]
    every: int


def curve_sets(visit: Visit, *, room: int = FIGURES_BYTES) -> tuple[CurveSet, ...]:
    """Curves of every recording of the visit, the leading one first; all figures together weigh about `room` bytes."""
    lead = visit.lead
    ordered = sorted(visit.recordings, key=lambda recording: recording is not lead)
    every = stride_step(ordered, room)
    return tuple(_curve_set(recording, visit, f"r{place}", every) for place, recording in enumerate(ordered))


def stride_step(recordings: list[Recording], room: int = FIGURES_BYTES) -> int:
    """Every how many strides are embedded, so that a file of many trials stays small."""
    points = len(PERCENT[::STRIDE_THINNING])
    rows = [len(curves) for recording in recordings for sides in recording.curves.values() for curves in sides.values()]
    values = (room - FIGURE_BYTES * sum(len(recording.curves) for recording in recordings)) / VALUE_BYTES
    return max(1, math.ceil(points * sum(rows) / max(values, FEWEST_VALUES)))


def _curve_set(recording: Recording, visit: Visit, key: str, every: int) -> CurveSet:
    entry, text = recording.entry, visit.text
    angles = tuple(recording.curves)
    before = [matching(one, recording) for one in reversed(visit.earlier)]
    stills = {name: still(recording, visit, name, before) for name in angles}
    figures = [_packed(_figure(recording, visit, name, key, every, before)) for name in angles]
    return CurveSet(
        key=key,
        title=task_at_speed(entry.task, entry.speed_m_s, text),
        trial=entry.trial,
        reference=_reference_sentence(recording, visit),
        earlier=_earlier_sentence(before, text),
        stills=tuple(stills[name] for name in angles if name in MAIN_ANGLES),
        more=tuple(stills[name] for name in angles if name not in MAIN_ANGLES),
        figures=tuple(figures),
        every=every,
    )


def _earlier_sentence(before: Sequence[Recording | None], text: Text) -> str:
    """Which earlier visits are drawn, and by which mark."""
    words = text["curves"]
    said = [
        words["earlier_visit"].format(visit=one.entry.session, mark=words["marks"][age])
        for age, one in enumerate(before)
        if one is not None
    ]
    return words["earlier"].format(visits="; ".join(said)) if said else ""


def _reference_sentence(recording: Recording, visit: Visit) -> str:
    reference, text = recording.reference, visit.text
    if not recording.has_reference:
        reason = phrase(sentence(reference.reason), visit.settings.report.language)
        return text["curves"]["no_reference"].format(reason=reason)
    return text["curves"]["reference"].format(name=reference.name, n=number(reference.n_people))


def _figure(
    recording: Recording, visit: Visit, name: str, key: str, every: int, before: Sequence[Recording | None]
) -> dict[str, Any]:
    earlier = [one.curves.get(name, {}) if one is not None else {} for one in before]
    return sides_figure(
        name,
        recording.curves[name],
        recording.toe_off,
        reference=recording.reference_curve(name),
        report=visit.settings.report,
        every=every,
        earlier=[{side: rows.mean(axis=0) for side, rows in sides.items()} for sides in earlier],
        words=visit.text["figures"],
        div_id=f"{key}-{name.replace('_', '-')}",
    )


def _packed(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with its single strides as small whole numbers; curves.js unpacks them."""
    return {**figure, "data": [_packed_trace(trace) for trace in figure["data"]]}


def _packed_trace(trace: dict[str, Any]) -> dict[str, Any]:
    if trace["meta"] != "stride":
        return trace
    points = trace["x"].index(None)
    rows = np.array([value for value in trace["y"] if value is not None], float).reshape(-1, points)
    whole = np.rint(rows * PACKED_PER_DEG).astype(int)
    steps = np.diff(whole, axis=1, prepend=0)
    packed = {"x": trace["x"][:points], "y": steps.tolist(), "per_deg": PACKED_PER_DEG}
    return {**{key: value for key, value in trace.items() if key not in ("x", "y")}, "packed": packed}


def still(recording: Recording, visit: Visit, name: str, before: Sequence[Recording | None] = ()) -> Still:
    """The still picture of one angle; `before` are the same recordings at earlier visits, newest first."""
    text, reference = visit.text, recording.reference_curve(name)
    summaries = {side: mean_and_sd(rows) for side, rows in recording.curves[name].items()}
    earlier = [one.curves.get(name, {}) if one is not None else {} for one in before]
    old = [mean_and_sd(rows) for sides in earlier for rows in sides.values()]
    low, high = _range([*summaries.values(), *old, *([] if reference is None else [reference])])
    frame = _Frame(low, high)
    places = label_places({side: summary[:, 0] for side, summary in summaries.items()})
    lines = tuple(
        replace(
            _line(frame, side, summary, places[side], recording.toe_off.get(side), text),
            earlier=_earlier_lines(frame, [sides.get(side) for sides in earlier]),
        )
        for side, summary in summaries.items()
    )
    return Still(
        angle=name,
        heading=text["angles"][name],
        description=_description(name, summaries, text),
        reference="" if reference is None else frame.band(reference),
        reference_mean="" if reference is None else frame.path(reference[:, 0]),
        lines=lines,
        y_ticks=frame.y_ticks,
        x_ticks=tuple((frame.x(percent), number(percent)) for percent in (0, 25, 50, 75, 100)),
        zero=frame.y(0.0) if low < 0 < high else None,
    )


def _range(summaries: list[np.ndarray]) -> tuple[float, float]:
    low = min(float((summary[:, 0] - summary[:, 1]).min()) for summary in summaries)
    high = max(float((summary[:, 0] + summary[:, 1]).max()) for summary in summaries)
    margin = max(0.08 * (high - low), 1.0)
    return low - margin, high + margin


@dataclass(frozen=True)
class _Frame:
    """Degrees and per cent to places of the still picture."""

    low: float
    high: float

    def x(self, percent: float) -> float:
        return round(LEFT + percent / 100 * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, curve: np.ndarray) -> str:
        return "M" + " ".join(self._points(curve))

    def band(self, summary: np.ndarray) -> str:
        mean, spread = summary[:, 0], summary[:, 1]
        return "M" + " ".join([*self._points(mean + spread), *self._points(mean - spread)[::-1]]) + "Z"

    def _points(self, curve: np.ndarray) -> list[str]:
        percents = np.linspace(0, 100, curve.size)[::STILL_STEP]
        values = curve[::STILL_STEP]
        across = LEFT + percents / 100 * (WIDTH - LEFT - RIGHT)
        down = TOP + (self.high - values) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
        return [f"{x:.1f},{y:.1f}" for x, y in zip(across.tolist(), down.tolist(), strict=True)]

    @property
    def y_ticks(self) -> tuple[tuple[float, str], ...]:
        step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (self.high - self.low) / step <= 5)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return tuple((self.y(value * step), number(value * step)) for value in range(first, last + 1))


def _line(
    frame: _Frame, side: str, summary: np.ndarray, place: tuple[int, str], toe_off: float | None, text: Text
) -> StillLine:
    percent, where = place
    height = frame.y(float(summary[percent, 0])) + (-7 if where == "above" else 14)
    height = min(max(height, TOP + 8), HEIGHT - BOTTOM - 3)
    across = min(max(frame.x(percent), LEFT + 18), WIDTH - RIGHT - 18)
    return StillLine(
        side=side,
        name=text["sides"][side].lower(),
        mean=frame.path(summary[:, 0]),
        spread=frame.band(summary),
        label=(across, round(height, 1)),
        toe_off=None if toe_off is None else frame.x(toe_off),
        earlier=(),
    )


def _earlier_lines(frame: _Frame, rows: Sequence[np.ndarray | None]) -> tuple[EarlierLine, ...]:
    """A side's means at earlier visits, newest first, those that lack it left out."""
    means = [(age, found.mean(axis=0)) for age, found in enumerate(rows, 1) if found is not None]
    return tuple(
        EarlierLine(
            age=age,
            mean=frame.path(mean),
            marks=tuple((frame.x(percent), frame.y(float(mean[percent]))) for percent in MARK_PERCENT),
        )
        for age, mean in means
    )


def _description(name: str, summaries: dict[str, np.ndarray], text: Text) -> str:
    words = text["curves"]
    sides = ", ".join(
        words["still_side"].format(
            side=text["sides"][side].lower(),
            low=degrees(float(summary[:, 0].min()), text),
            high=degrees(float(summary[:, 0].max()), text),
        )
        for side, summary in summaries.items()
    )
    return words["still"].format(angle=text["angles"][name], sides=sides)
