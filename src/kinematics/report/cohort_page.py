"""All legs of a study beside their reference: a strip per task and speed, and the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from kinematics.conventions import SIDES
from kinematics.report.frames import Rows, rows_of
from kinematics.report.index_page import class_words
from kinematics.report.lanes import MARGIN, WIDTH, Axis
from kinematics.report.page import render
from kinematics.report.sayings import task_at_speed
from kinematics.report.wording import Z_95, Text, catalogue, extension, finite, number
from kinematics.settings import ReportSettings

#: Height of one leg's row and of the axis below, in the picture's own units.
ROW_HEIGHT, AXIS_HEIGHT, TOP = 14.0, 34.0, 8.0
#: How far a leg's mark reaches from its middle.
MARK_RADIUS = 3.4
#: A strip holds the legs that agree in these columns of the ledger; its axis reaches over these numbers.
GROUPED = ("task", "speed_m_s", "used_reference")
MARKED = ("used_deg", "used_se_deg", "used_reference_mean_deg", "used_reference_sd_deg", "used_low_below_deg")
#: All columns that the page speaks of.
SHOWN = (*GROUPED, *MARKED, "participant", "session", "side", "available_deg", "available_se_deg", "class", "n_strides")


class Leg(NamedTuple):
    """One leg in the table of numbers."""

    participant: str
    session: str
    side: str
    used: str
    available: str
    reading: str
    strides: str


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
    marks: Markup
    rows: tuple[Leg, ...]


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
    rows = _rows(ledger)
    axis = _axis(rows)
    groups = groupby(rows.records, key=lambda row: tuple(map(_known, itemgetter(*GROUPED)(row))))
    strips = tuple(_strip(list(legs), axis, text) for _, legs in groups)
    return render("cohort.html.j2", report=report, name=name, strips=strips, margin=MARGIN)


def _rows(ledger: pd.DataFrame) -> Rows:
    """The legs that are shown, in their order; only the columns that the page speaks of."""
    shown = ledger.loc[(ledger["direction"] == "extension") & (ledger["comparison"] == "reference"), list(SHOWN)]
    shown = shown[pd.to_numeric(shown["used_deg"], errors="coerce").notna()]
    return rows_of(shown.sort_values([*GROUPED, "participant", "session", "side"], kind="stable"))


def _known(value: Any) -> Any:
    """The value, or None where it is NaN: two unknown speeds are one group."""
    return value if value == value else None


def _strip(rows: list[dict[str, Any]], axis: Axis, text: Text) -> Strip:
    first = rows[0]
    mean, spread, limit = (first[f"used_{key}"] for key in ("reference_mean_deg", "reference_sd_deg", "low_below_deg"))
    compared = finite(mean) and finite(spread)
    legs = tuple(_leg(row, text) for row in rows)
    marks = (
        _mark(row, leg, TOP + ROW_HEIGHT * (place + 0.5), axis)
        for place, (row, leg) in enumerate(zip(rows, legs, strict=True))
    )
    return Strip(
        title=task_at_speed(first["task"], first["speed_m_s"], text),
        reference=_reference(first, text),
        description=text["cohort"]["desc"].format(n=number(len(rows))),
        width=WIDTH,
        height=TOP + ROW_HEIGHT * len(rows) + AXIS_HEIGHT,
        axis=axis,
        band=(axis.place(mean - spread), axis.place(mean + spread), axis.place(mean)) if compared else None,
        limit=axis.place(limit) if finite(limit) else None,
        marks=Markup("".join(marks)),
        rows=legs,
    )


def _reference(row: dict[str, Any], text: Text) -> str:
    name = row["used_reference"]
    known = isinstance(name, str) and name
    return text["cohort"]["reference"].format(name=name) if known else text["cohort"]["no_reference"]


def _axis(rows: Rows) -> Axis:
    """One axis for all strips, so that speeds can be compared by eye."""
    table = np.array([[row[rows.names.index(name)] for name in MARKED] for row in rows.rows], float)
    used, error, mean, spread, limit = table.reshape(-1, len(MARKED)).T
    half = Z_95 * error
    marks = np.concatenate([[0.0], used, used - half, used + half, mean - spread, mean + spread, limit])
    known = marks[np.isfinite(marks)]
    return Axis(float(known.min()) - 2, float(known.max()) + 2)


def _leg(row: dict[str, Any], text: Text) -> Leg:
    available, strides = row["available_deg"], row["n_strides"]
    return Leg(
        str(row["participant"]),
        str(row["session"]),
        text["sides"][row["side"]],
        extension(row["used_deg"], text, row["used_se_deg"]),
        extension(available, text, row["available_se_deg"]) if finite(available) else "–",
        class_words(row["class"], text),
        number(strides) if finite(strides) else "–",
    )


def _mark(row: dict[str, Any], leg: Leg, y: float, axis: Axis) -> str:
    """A leg in its strip as SVG: its error, and a filled circle for a left leg, an open square for a right one."""
    used, half = row["used_deg"], Z_95 * row["used_se_deg"]
    x, side = axis.place(used), row["side"] if row["side"] in SIDES else SIDES[0]
    title = escape(f"{leg.participant} {leg.session}, {leg.side.lower()}: {leg.used}")
    bar, point = "", f'<circle class="point" cx="{x}" cy="{y}" r="3.6"/>'
    if finite(half):
        ends = f'x1="{axis.place(used - half)}" x2="{axis.place(used + half)}"'
        bar = f'<line class="error" {ends} y1="{y}" y2="{y}"/>\n'
    if side != "left":
        corner, width = f'x="{x - MARK_RADIUS:.1f}" y="{y - MARK_RADIUS:.1f}"', 2 * MARK_RADIUS
        point = f'<rect class="point open" {corner} width="{width}" height="{width}"/>'
    return f'<g class="{side}"><title>{title}</title>\n{bar}{point}\n</g>\n'
