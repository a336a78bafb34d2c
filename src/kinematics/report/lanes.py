"""Used and available, two lanes per side: places of every mark of the inline pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kinematics.conventions import SIDES
from kinematics.report.sayings import named_test, task_word
from kinematics.report.visit import Visit
from kinematics.report.wording import Z_95, Text, extension, finite, number

#: The picture's own coordinates.
WIDTH, MARGIN, TICK_DEG = 360.0, 14.0, 10.0
#: How far ticks reach below an axis, and where its numbers stand.
TICK_LENGTH, NUMBERS_BELOW = 4, 17
#: Part of the axis that stays free left of the limit, for its label.
ROOM_FOR_LIMIT = 0.24


@dataclass(frozen=True)
class Axis:
    """A lane's own axis: degrees to places."""

    low_deg: float
    high_deg: float

    def place(self, value: float) -> float:
        share = (value - self.low_deg) / (self.high_deg - self.low_deg)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        first, last = math.ceil(self.low_deg / TICK_DEG), math.floor(self.high_deg / TICK_DEG)
        return [(self.place(step * TICK_DEG), number(step * TICK_DEG)) for step in range(first, last + 1)]

    def scale(self, top: int, foot: int) -> Markup:
        """Ticks and numbers below an axis at the height `foot`, and the line of zero up to `top`, as SVG."""
        lines = []
        for x, words in self.ticks:
            zero = ' class="zero"' if words == "0" else ""
            lines.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{foot}" y2="{foot + TICK_LENGTH}"/>')
            lines.append(f'<text x="{x}" y="{foot + NUMBERS_BELOW}" text-anchor="middle"{zero}>{words}</text>')
            if zero:
                lines.append(f'<line{zero} x1="{x}" x2="{x}" y1="{top}" y2="{foot}"/>')
        return Markup("\n".join(lines))


@dataclass(frozen=True)
class Lane:
    """One measurement of one side beside its own reference; places are in the picture's units."""

    name: str
    heading: str
    value: str
    zero: str
    note: str
    axis: Axis
    point: float | None
    bar: tuple[float, float] | None
    band: tuple[float, float, float] | None
    limit: float | None
    limit_text: str
    mean_text: str
    title: str
    description: str

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw beside the axis."""
        return self.point is not None or self.band is not None


@dataclass(frozen=True)
class SideLanes:
    """The two lanes of a side."""

    side: str
    title: str
    lanes: tuple[Lane, ...]


def side_lanes(visit: Visit) -> tuple[SideLanes, ...]:
    """Both lanes of each side that has a ledger row; the same lane has the same axis on both sides."""
    rows = visit.measured
    axes = {kind: _axis(list(rows.values()), kind) for kind in ("used", "available")}
    return tuple(
        SideLanes(
            side,
            visit.text["sides"][side],
            tuple(_lane(visit, rows[side], kind, axes[kind]) for kind in ("used", "available")),
        )
        for side in SIDES
        if side in rows
    )


def _axis(rows: Sequence[dict[str, Any]], kind: str) -> Axis:
    marks = [0.0]
    for row in rows:
        value, error, mean, spread, limit = _figures(row, kind)
        marks += [value, value - Z_95 * error, value + Z_95 * error, mean - 1.5 * spread, mean + 1.5 * spread, limit]
    known = [mark for mark in marks if finite(mark)]
    low, high = min(known) - 2, max(known) + 2
    limits = [row[f"{kind}_low_below_deg"] for row in rows if finite(row[f"{kind}_low_below_deg"])]
    if limits:
        low = min(low, (min(limits) - ROOM_FOR_LIMIT * high) / (1 - ROOM_FOR_LIMIT))
    return Axis(low, max(high, low + 3 * TICK_DEG))


def _figures(row: dict[str, Any], kind: str) -> tuple[float, ...]:
    keys = ("deg", "se_deg", "reference_mean_deg", "reference_sd_deg", "low_below_deg")
    return tuple(float(row[f"{kind}_{key}"]) for key in keys)


def _lane(visit: Visit, row: dict[str, Any], kind: str, axis: Axis) -> Lane:
    text = visit.text["lanes"]
    value, error, mean, spread, limit = _figures(row, kind)
    measured, compared = finite(value), finite(mean) and finite(spread)
    heading = _heading(visit, row, kind)
    said = extension(value, visit.text, error) if measured else visit.text["glance"]["not_measured"]
    side = visit.text["sides"][row["side"]]
    return Lane(
        name=f"{row['side']}-{kind}",
        heading=heading,
        value=said,
        zero=_zero(row, kind, visit.text),
        note=_note(row, kind, measured, compared, text),
        axis=axis,
        point=axis.place(value) if measured else None,
        bar=_span(axis, value, Z_95 * error) if measured and finite(error) else None,
        band=(*_span(axis, mean, spread), axis.place(mean)) if compared else None,
        limit=axis.place(limit) if finite(limit) else None,
        limit_text=text["limit"].format(limit=number(limit)) if finite(limit) else "",
        mean_text=text["mean"].format(mean=number(mean)) if compared else "",
        title=text["title_svg"].format(side=side, lane=heading, value=said),
        description=_description(row, kind, visit.text),
    )


def _span(axis: Axis, middle: float, half: float) -> tuple[float, float]:
    return axis.place(middle - half), axis.place(middle + half)


def _heading(visit: Visit, row: dict[str, Any], kind: str) -> str:
    text, test = visit.text["lanes"], row["test"]
    if kind == "used":
        return text["used"].format(task=task_word(visit))
    if not isinstance(test, str) or not test:
        return text["available_untested"]
    return text["available"].format(test=named_test(test, visit.text))


def _zero(row: dict[str, Any], kind: str, text: Text) -> str:
    if not finite(row[f"{kind}_deg"]):
        return ""
    if kind == "used":
        return text["lanes"]["used_zero"].format(zero=text["zeros"].get(row["zero"], row["zero"]))
    meaning = text["test_zero"].get(row["test"], text["test_zero"]["other"])
    return text["lanes"]["available_zero"].format(meaning=meaning)


def _note(row: dict[str, Any], kind: str, measured: bool, compared: bool, text: Text) -> str:
    if not measured:
        return text[f"missing_{kind}"]
    if kind == "available" and row["available_is_lower_bound"] is True:
        return text["lower_bound"]
    return "" if compared else text["no_reference"]


def _description(row: dict[str, Any], kind: str, text: Text) -> str:
    words = text["lanes"]
    value, error, mean, spread, limit = _figures(row, kind)
    parts = []
    if finite(value) and finite(error):
        low, high = extension(value - Z_95 * error, text), extension(value + Z_95 * error, text)
        parts.append(words["desc_error"].format(low=low, high=high))
    if finite(mean) and finite(spread) and finite(limit):
        low, high = extension(mean - spread, text), extension(mean + spread, text)
        middle, lowest = extension(mean, text), extension(limit, text)
        parts.append(words["desc_reference"].format(low=low, high=high, mean=middle, limit=lowest))
    else:
        parts.append(words["desc_plain"])
    return " ".join(parts)
