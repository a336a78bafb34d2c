"""How the lines of a figure over the stride look, each look made once, and the figure's layout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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
from kinematics.settings import ReportSettings

#: What plotly is told of a trace beside its points; `draws` is line (one row), band (upper and lower edge) or strides.
#: Looks are made once and shared by all figures: whoever hands one out copies it.
Look = dict[str, Any]
LOOKS_KEPT = 64
_MARK_SIZES = [7 if percent in MARK_PERCENT else 0 for percent in range(CURVE_POINTS)]
_MEANINGS = {column.name: column for column in CURVE_COLUMNS}


@lru_cache(maxsize=LOOKS_KEPT)
def reference_looks(name: str) -> tuple[Look, Look]:
    """How the reference's band and mean are drawn."""
    return _band(REFERENCE_FILL, "reference"), _line("reference", name, {"color": REFERENCE_LINE, "width": 1})


@lru_cache(maxsize=LOOKS_KEPT)
def side_looks(side: str, colour: str, name: str) -> tuple[Look, Look, Look]:
    """How a side's spread, its single strides (hidden until asked for) and its mean are drawn."""
    mean = _line("mean", name, {"color": colour, "width": 2.2, "dash": DASHES[side]})
    return _band(transparent(colour, BAND_OPACITY), "spread"), _strides(side, colour), mean


@lru_cache(maxsize=LOOKS_KEPT)
def earlier_look(side: str, age: int, colour: str, name: str) -> Look:
    """How a side's mean at an earlier visit is drawn: fainter by age, with a mark at every fifth of the way."""
    faint = transparent(colour, EARLIER_OPACITIES[age])
    return {
        **_line("earlier", name, {"color": faint, "width": 1.6, "dash": DASHES[side]}),
        "mode": "lines+markers",
        "marker": {"symbol": EARLIER_SYMBOLS[age], "color": faint, "size": _MARK_SIZES},
    }


def layout(
    name: str,
    report: ReportSettings,
    annotations: list[dict[str, Any]],
    toe_off: Mapping[str, float],
    words: Mapping[str, str],
) -> dict[str, Any]:
    """Layout of a figure over the stride: axes, the sides' names beside their means (`side_name`), and toe-offs."""
    return {
        **_fixed_layout(words["axis"]),
        "annotations": annotations,
        "shapes": [_toe_off_line(percent, side_colour(report, side)) for side, percent in toe_off.items()],
        "meta": {"angle": name, "unit": _MEANINGS[name].unit, "positive": _MEANINGS[name].positive},
    }


@lru_cache(maxsize=LOOKS_KEPT)
def _fixed_layout(axis_word: str) -> dict[str, Any]:
    """What the layouts of all angles have."""
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "color": INK, "ticks": ""}
    return {
        **plain_layout(),
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,
        "margin": {"l": 38, "r": 14, "t": 8, "b": 38},
        "height": 250,
        "xaxis": {**axis, "range": [0, 100], "dtick": 25, "title": {"text": axis_word, "standoff": 6}},
        "yaxis": {**axis, "zeroline": True, "zerolinecolor": REFERENCE_LINE, "zerolinewidth": 1, "nticks": 6},
    }


def _line(meta: str, name: str, line: dict[str, Any]) -> Look:
    looks = {"meta": meta, "name": name, "line": line}
    return {"type": "scatter", "mode": "lines", "draws": "line", "hovertemplate": "%{y:.0f}", **looks}


def _band(fill: str, meta: str) -> Look:
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": meta,
        "draws": "band",
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _strides(side: str, colour: str) -> Look:
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": "stride",
        "name": side,
        "visible": False,
        "draws": "strides",
        "line": {"color": transparent(colour, STRIDE_OPACITY), "width": 0.8},
        "hoverinfo": "skip",
    }


def side_name(name: str, colour: str, mean: np.ndarray, place: tuple[int, str]) -> dict[str, Any]:
    """A side's name beside its mean of shape (101,), at a place as of `label_places`. [deg]"""
    percent, where = place
    return {
        "x": percent,
        "y": round(float(mean[percent]), DRAWN_DECIMALS),
        "text": name,
        "bgcolor": LABEL_GROUND,
        "showarrow": False,
        "yshift": 12 if where == "above" else -12,
        "font": {"color": colour, "size": 12},
    }


def _toe_off_line(percent: float, colour: str) -> dict[str, Any]:
    place = round(percent, DRAWN_DECIMALS)
    line = {"color": colour, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.6, "line": line}
