"""All legs of a study beside their reference: a strip per task and speed, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from kinematics.conventions import SIDES
from kinematics.report.glance import task_at_speed
from kinematics.report.index_page import class_words
from kinematics.report.lanes import MARGIN, WIDTH, Axis
from kinematics.report.page import render
from kinematics.report.wording import Z_95, Text, catalogue, extension, finite, number
from kinematics.settings import ReportSettings

#: Height of one leg's row and of the axis below, in the picture's own units.
ROW_HEIGHT, AXIS_HEIGHT, TOP = 14.0, 34.0, 8.0
#: Columns of the table of numbers, by their words in the catalogue.
HEADS = ("participant", "session", "side", "used", "available", "reading", "strides")


@dataclass(frozen=True)
class LegMark:
    """One leg in a strip."""

    side: str
    x: float
    y: float
    bar: tuple[float, float] | None
    title: str


@dataclass(frozen=True)
class Strip:
    """All legs of one task and speed."""

    title: str
    reference: str
    description: str
    width: float
    height: float
    axis: Axis
    band: tuple[float, float, float] | None
    limit: float | None
    marks: tuple[LegMark, ...]
    rows: tuple[tuple[str, ...], ...]


def render_cohort(name: str, ledger: pd.DataFrame, *, report: ReportSettings | None = None) -> str:
    """
    Every leg's used extension beside its reference, by task and speed, as one HTML file without scripts.

    Parameters
    ----------
    name : str
        The study's name.
    ledger : DataFrame
        Columns of `conventions.LEDGER_COLUMNS`; extension rows of the `reference` comparison are shown.
    report : ReportSettings, optional
    """
    report = report or ReportSettings()
    text = catalogue(report.language)
    shown = ledger[(ledger["direction"] == "extension") & (ledger["comparison"] == "reference")]
    shown = shown[pd.to_numeric(shown["used_deg"], errors="coerce").notna()]
    ordered = shown.sort_values(["task", "speed_m_s", "participant", "session", "side"], kind="stable")
    axis = _axis(ordered.to_dict("records"))
    groups = ordered.groupby(["task", "speed_m_s", "used_reference"], sort=True, dropna=False)
    strips = tuple(_strip(rows.to_dict("records"), axis, text) for _, rows in groups)
    heads = [text["cohort"][head] for head in HEADS]
    return render("cohort.html.j2", report=report, t=text, name=name, strips=strips, heads=heads, margin=MARGIN)


def _strip(rows: list[dict[str, Any]], axis: Axis, text: Text) -> Strip:
    first = rows[0]
    mean, spread, limit = (first[f"used_{key}"] for key in ("reference_mean_deg", "reference_sd_deg", "low_below_deg"))
    compared = finite(mean) and finite(spread)
    marks = tuple(_mark(row, place, axis, text) for place, row in enumerate(rows))
    return Strip(
        title=task_at_speed(first["task"], first["speed_m_s"], text),
        reference=_reference(first, text),
        description=text["cohort"]["desc"].format(n=number(len(rows))),
        width=WIDTH,
        height=TOP + ROW_HEIGHT * len(rows) + AXIS_HEIGHT,
        axis=axis,
        band=(axis.place(mean - spread), axis.place(mean + spread), axis.place(mean)) if compared else None,
        limit=axis.place(limit) if finite(limit) else None,
        marks=marks,
        rows=tuple(_cells(row, text) for row in rows),
    )


def _reference(row: dict[str, Any], text: Text) -> str:
    name = row["used_reference"]
    known = isinstance(name, str) and name
    return text["cohort"]["reference"].format(name=name) if known else text["cohort"]["no_reference"]


def _axis(rows: list[dict[str, Any]]) -> Axis:
    """One axis for all strips, so that speeds can be compared by eye."""
    marks = [0.0]
    for row in rows:
        half = Z_95 * row["used_se_deg"]
        mean, spread = row["used_reference_mean_deg"], row["used_reference_sd_deg"]
        marks += [row["used_deg"], row["used_deg"] - half, row["used_deg"] + half, mean - spread, mean + spread]
        marks.append(row["used_low_below_deg"])
    known = [float(mark) for mark in marks if finite(mark)]
    return Axis(min(known) - 2, max(known) + 2)


def _mark(row: dict[str, Any], place: int, axis: Axis, text: Text) -> LegMark:
    half = Z_95 * row["used_se_deg"]
    bar = (axis.place(row["used_deg"] - half), axis.place(row["used_deg"] + half)) if finite(half) else None
    who = f"{row['participant']} {row['session']}, {text['sides'][row['side']].lower()}"
    said = f"{who}: {extension(row['used_deg'], text, row['used_se_deg'])}"
    side = row["side"] if row["side"] in SIDES else SIDES[0]
    return LegMark(side, axis.place(row["used_deg"]), TOP + ROW_HEIGHT * (place + 0.5), bar, said)


def _cells(row: dict[str, Any], text: Text) -> tuple[str, ...]:
    available = row["available_deg"]
    return (
        str(row["participant"]),
        str(row["session"]),
        text["sides"][row["side"]],
        extension(row["used_deg"], text, row["used_se_deg"]),
        extension(available, text, row["available_se_deg"]) if finite(available) else "–",
        class_words(row["class"], text),
        number(row["n_strides"]) if finite(row["n_strides"]) else "–",
    )
