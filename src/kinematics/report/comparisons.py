"""The comparisons side by side, and the one axis that used and available share where their zero is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kinematics.conventions import SIDES
from kinematics.report.glance import reserve_words
from kinematics.report.lanes import TICK_DEG, Axis
from kinematics.report.sayings import how_sure, task_word, verdict_sentence
from kinematics.report.visit import Visit
from kinematics.report.wording import Z_95, degrees, extension, finite

#: The order in which comparisons are told.
ORDER = ("direct", "sides", "reference")


@dataclass(frozen=True)
class ComparisonRow:
    """One comparison of one side: its own number, its reading, how sure."""

    side: str
    title: str
    name: str
    estimate: str
    reading: str
    sure: str
    leads: bool


@dataclass(frozen=True)
class CommonAxis:
    """Used and available of one side on one axis, because both were measured with the same zero."""

    side: str
    title: str
    axis: Axis
    used: float
    available: float
    used_bar: tuple[float, float] | None
    available_bar: tuple[float, float] | None
    used_text: str
    available_text: str
    reserve: str
    description: str


def comparison_rows(visit: Visit) -> tuple[ComparisonRow, ...]:
    """All comparisons of the leading recording, side by side; empty where only one kind was made."""
    found = [
        (side, kind, row)
        for side in SIDES
        if side in visit.headline
        for kind in ORDER
        if (row := visit.beside(visit.headline[side], kind)) is not None
    ]
    if len({kind for _, kind, _ in found}) < 2:
        return ()
    return tuple(_row(visit, side, kind, row) for side, kind, row in found)


def _row(visit: Visit, side: str, kind: str, row: dict[str, Any]) -> ComparisonRow:
    text, told = visit.text, not visit.withheld
    return ComparisonRow(
        side=side,
        title=text["sides"][side],
        name=text["comparisons"][kind],
        estimate=_estimate(visit, kind, row),
        reading=verdict_sentence(row, text) if told else text["safety"]["verdict"],
        sure=how_sure(row, text, task_word(visit)) if told else "",
        leads=row["comparison"] == visit.headline[side]["comparison"],
    )


def _estimate(visit: Visit, kind: str, row: dict[str, Any]) -> str:
    text = visit.text
    if kind == "direct":
        return reserve_words(visit, row) or "–"
    value, error = row["estimate_deg"], row["estimate_se_deg"]
    if not finite(value):
        return "–"
    template = text["comparisons"]["less" if round(value) < 0 else "more"]
    return template.format(value=degrees(abs(value), text, error), than=text["comparisons"][f"than_{kind}"])


def common_axes(visit: Visit) -> tuple[CommonAxis, ...]:
    """A common axis for each side whose `direct` comparison holds both numbers."""
    rows = {side: visit.beside(row, "direct") for side, row in visit.headline.items()}
    known = {side: row for side, row in rows.items() if row and _both(row)}
    if not known:
        return ()
    marks = [0.0]
    for row in known.values():
        for kind in ("used", "available"):
            half = Z_95 * row[f"{kind}_se_deg"] if finite(row[f"{kind}_se_deg"]) else 0.0
            marks += [row[f"{kind}_deg"] - half, row[f"{kind}_deg"] + half]
    low, high = min(marks) - 2, max(marks) + 2
    axis = Axis(low, max(high, low + 3 * TICK_DEG))
    return tuple(_common(visit, side, row, axis) for side, row in known.items())


def _both(row: dict[str, Any]) -> bool:
    return finite(row["used_deg"]) and finite(row["available_deg"])


def _common(visit: Visit, side: str, row: dict[str, Any], axis: Axis) -> CommonAxis:
    text = visit.text
    said = {kind: extension(row[f"{kind}_deg"], text, row[f"{kind}_se_deg"]) for kind in ("used", "available")}
    reserve = reserve_words(visit, row)
    return CommonAxis(
        side=side,
        title=text["sides"][side],
        axis=axis,
        used=axis.place(row["used_deg"]),
        available=axis.place(row["available_deg"]),
        used_bar=_bar(row, "used", axis),
        available_bar=_bar(row, "available", axis),
        used_text=said["used"],
        available_text=said["available"],
        reserve=reserve,
        description=text["lanes"]["common_desc"].format(side=text["sides"][side], reserve=reserve, **said),
    )


def _bar(row: dict[str, Any], kind: str, axis: Axis) -> tuple[float, float] | None:
    error = row[f"{kind}_se_deg"]
    if not finite(error):
        return None
    value = row[f"{kind}_deg"]
    return axis.place(value - Z_95 * error), axis.place(value + Z_95 * error)
