"""Figures of groups: plain dictionaries that plotly draws (`go.Figure(**figure)`), every number a rounded list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kinematics.cohort.curves import CurveBand, CurveComparison
from kinematics.conventions import CURVE_COLUMNS, CURVE_POINTS

DECIMALS = 2
#: Told apart without colour vision, and printed grey: blue, orange, green, dark grey (Okabe and Ito 2008).
COLOURS, DASHES = ("#0072b2", "#d55e00", "#009e73", "#4d4d4d"), ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "diamond", "square", "x")
GROUND, GRID, INK = "rgba(0,0,0,0)", "#eceef0", "#33383f"
PERCENT = list(range(CURVE_POINTS))
_ANGLES = {column.name: column for column in CURVE_COLUMNS}


def bands_figure(bands: Mapping[str, CurveBand], name: str, *, comparison: CurveComparison | None = None) -> dict:
    """
    Mean curves of groups or visits with their bands; where a comparison finds a difference is shaded.

    Parameters
    ----------
    bands : mapping of label to CurveBand
        At most four.
    name : str
        One of `conventions.CURVE_NAMES`.
    comparison : CurveComparison, optional
    """
    data: list[dict[str, Any]] = []
    for (label, band), colour, dash in zip(bands.items(), COLOURS, DASHES, strict=False):
        data.append(_ribbon(band.low, band.high, colour))
        data.append(_line(band.mean, label, colour, dash))
    column = _ANGLES[name]
    layout = _layout("% of stride", f"{name.removesuffix('_deg').replace('_', ' ')} [deg], {column.positive} +")
    layout["shapes"] = [] if comparison is None else [_region(row) for row in comparison.regions.to_dict("records")]
    return {"data": data, "layout": layout}


def difference_figure(comparison: CurveComparison, name: str) -> dict:
    """The difference of two sets of curves with the interval that holds for all points at once."""
    data = [_ribbon(comparison.low, comparison.high, COLOURS[0]), _line(comparison.difference, "difference", *_FIRST)]
    layout = _layout("% of stride", f"difference of {name.removesuffix('_deg').replace('_', ' ')} [deg]")
    layout["shapes"] = [_region(row) for row in comparison.regions.to_dict("records")]
    return {"data": data, "layout": layout | {"showlegend": False}}


def points_figure(
    table: pd.DataFrame, x: str, y: str, *, by: str | None = None, line: Sequence[tuple[float, float]] = ()
) -> dict:
    """
    Two columns against each other, groups told apart by colour and mark.

    Parameters
    ----------
    table : DataFrame
    x, y : str
        Columns.
    by : str, optional
        Column of the groups, at most four.
    line : sequence of (x, y), optional
        A line to compare with, such as that of identity.
    """
    parts = [("", table)] if by is None else list(table.groupby(by, sort=True))
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": str(label),
            "x": _listed(part[x]),
            "y": _listed(part[y]),
            "marker": {"color": colour, "symbol": symbol, "size": 8, "opacity": 0.8},
        }
        for (label, part), colour, symbol in zip(parts, COLOURS, SYMBOLS, strict=False)
    ]
    if line:
        xs, ys = zip(*line, strict=True)
        rule = {"color": INK, "width": 1, "dash": "dot"}
        data.append(
            {"type": "scatter", "mode": "lines", "x": list(xs), "y": list(ys), "line": rule, "showlegend": False}
        )
    return {"data": data, "layout": _layout(x, y) | {"showlegend": by is not None, "hovermode": "closest"}}


def intervals_figure(table: pd.DataFrame, label: str, *, unit: str, about: float = 0.0) -> dict:
    """
    One estimate with its interval per row (columns result, low, high), from the top down; a line at `about`.

    Parameters
    ----------
    table : DataFrame
    label : str
        Column of the rows' names.
    unit : str
        Beneath the axis.
    about : float
    """
    centre, low, high = (table[name].to_numpy(float) for name in ("result", "low", "high"))
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": _listed(centre),
        "y": [str(name) for name in table[label]],
        "error_x": {"array": _listed(high - centre), "arrayminus": _listed(centre - low), "color": COLOURS[0]},
        "marker": {"color": COLOURS[0], "size": 8},
    }
    layout = _layout(unit, "") | {"showlegend": False, "height": 120 + 24 * len(table), "hovermode": "closest"}
    layout["yaxis"] |= {"autorange": "reversed", "automargin": True}
    rule = {"color": INK, "width": 1, "dash": "dot"}
    layout["shapes"] = [{"type": "line", "x0": about, "x1": about, "yref": "paper", "y0": 0, "y1": 1, "line": rule}]
    return {"data": [trace], "layout": layout}


_FIRST = (COLOURS[0], DASHES[0])


def _listed(values) -> list[float]:
    return np.round(np.asarray(values, float), DECIMALS).tolist()


def _line(mean: np.ndarray, label: str, colour: str, dash: str) -> dict[str, Any]:
    style = {"color": colour, "width": 2.2, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": label, "x": PERCENT, "y": _listed(mean), "line": style}


def _ribbon(low: np.ndarray, high: np.ndarray, colour: str) -> dict[str, Any]:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*PERCENT, *PERCENT[::-1]],
        "y": [*_listed(high), *_listed(low[::-1])],
        "fill": "toself",
        "fillcolor": f"rgba({red},{green},{blue},0.18)",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _region(row: Mapping[str, Any]) -> dict[str, Any]:
    place = {"x0": row["from_percent"], "x1": row["to_percent"], "y0": 0, "y1": 1}
    style = {"fillcolor": "rgba(240,200,0,0.22)", "line": {"width": 0}, "layer": "below"}
    return {"type": "rect", "yref": "paper", **place, **style}


def _layout(x: str, y: str) -> dict[str, Any]:
    axis = {"gridcolor": GRID, "zeroline": False, "color": INK}
    return {
        "height": 340,
        "margin": {"l": 60, "r": 20, "t": 20, "b": 48},
        "paper_bgcolor": GROUND,
        "plot_bgcolor": GROUND,
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "hovermode": "x unified",
        "xaxis": {**axis, "title": {"text": x}},
        "yaxis": {**axis, "title": {"text": y}},
    }
