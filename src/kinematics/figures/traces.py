"""Traces and layout of a figure over the stride, before its points are written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kinematics.conventions import CURVE_COLUMNS, CURVE_POINTS
from kinematics.figures.style import (
    BAND_OPACITY,
    DASHES,
    DRAWN_DECIMALS,
    EARLIER_OPACITIES,
    EARLIER_SYMBOLS,
    GRID,
    INK,
    LABEL_GROUND,
    MARK_PERCENT,
    REFERENCE_FILL,
    REFERENCE_LINE,
    STRIDE_OPACITY,
    plain_layout,
    side_colour,
    transparent,
)
from kinematics.figures.summaries import label_places
from kinematics.settings import ReportSettings

_MARK_SIZES = [7 if percent in MARK_PERCENT else 0 for percent in range(CURVE_POINTS)]
_MEANINGS = {column.name: column for column in CURVE_COLUMNS}


def reference_traces(reference: np.ndarray, name: str) -> list[dict[str, Any]]:
    """The reference's band and mean; `reference` has shape (101, 2). [deg]"""
    mean = _line(reference[:, 0], meta="reference", name=name, line={"color": REFERENCE_LINE, "width": 1})
    return [_band(reference, REFERENCE_FILL, "reference"), mean]


def side_traces(
    summary: np.ndarray, singles: np.ndarray | None, side: str, *, colour: str, name: str
) -> list[dict[str, Any]]:
    """A side's spread, its single strides (hidden until asked for) and its mean."""
    mean = _line(summary[:, 0], meta="mean", name=name, line={"color": colour, "width": 2.2, "dash": DASHES[side]})
    strides = [] if singles is None else [_stride_trace(singles, side, colour)]
    return [_band(summary, transparent(colour, BAND_OPACITY), "spread"), *strides, mean]


def earlier_trace(mean: np.ndarray, side: str, age: int, colour: str, words: Mapping[str, str]) -> dict[str, Any]:
    """A side's mean at an earlier visit: its colour and dash, fainter by age, with a mark at every fifth of the way."""
    faint = transparent(colour, EARLIER_OPACITIES[age])
    return _line(
        mean,
        mode="lines+markers",
        meta="earlier",
        name=words["earlier"].format(side=words[side], n=age + 1),
        line={"color": faint, "width": 1.6, "dash": DASHES[side]},
        marker={"symbol": EARLIER_SYMBOLS[age], "color": faint, "size": list(_MARK_SIZES)},
    )


def layout(
    means: Mapping[str, np.ndarray],
    name: str,
    report: ReportSettings,
    toe_off: Mapping[str, float],
    words: Mapping[str, str],
) -> dict[str, Any]:
    """Layout of a figure over the stride: axes, the sides' names beside their means, and toe-offs."""
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "color": INK, "ticks": ""}
    return {
        **plain_layout(),
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,
        "margin": {"l": 38, "r": 14, "t": 8, "b": 38},
        "height": 250,
        "xaxis": {**axis, "range": [0, 100], "dtick": 25, "title": {"text": words["axis"], "standoff": 6}},
        "yaxis": {**axis, "zeroline": True, "zerolinecolor": REFERENCE_LINE, "zerolinewidth": 1, "nticks": 6},
        "annotations": _annotations(means, report, words),
        "shapes": [_toe_off_line(percent, side, report) for side, percent in toe_off.items() if side in means],
        "meta": {"angle": name, "unit": _MEANINGS[name].unit, "positive": _MEANINGS[name].positive},
    }


def _line(mean: np.ndarray, **looks: Any) -> dict[str, Any]:
    plain = {"type": "scatter", "mode": "lines", "draws": "line", "rows": mean[np.newaxis], "hovertemplate": "%{y:.0f}"}
    return {**plain, **looks}


def _band(summary: np.ndarray, fill: str, meta: str) -> dict[str, Any]:
    mean, spread = summary[:, 0], summary[:, 1]
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": meta,
        "draws": "band",
        "rows": np.stack([mean + spread, mean - spread]),
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _stride_trace(rows: np.ndarray, side: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": "stride",
        "name": side,
        "visible": False,
        "draws": "strides",
        "rows": rows,
        "line": {"color": transparent(colour, STRIDE_OPACITY), "width": 0.8},
        "hoverinfo": "skip",
    }


def _annotations(
    means: Mapping[str, np.ndarray], report: ReportSettings, words: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "x": place,
            "y": round(float(means[side][place]), DRAWN_DECIMALS),
            "text": words[side],
            "bgcolor": LABEL_GROUND,
            "showarrow": False,
            "yshift": 12 if where == "above" else -12,
            "font": {"color": side_colour(report, side), "size": 12},
        }
        for side, (place, where) in label_places(means).items()
    ]


def _toe_off_line(percent: float, side: str, report: ReportSettings) -> dict[str, Any]:
    place = round(percent, DRAWN_DECIMALS)
    line = {"color": side_colour(report, side), "width": 1, "dash": "dot"}
    return {"type": "line", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.6, "line": line}
