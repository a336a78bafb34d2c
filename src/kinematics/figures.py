"""Tables -> figures: plain dictionaries that plotly draws, with every number a rounded list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import CURVE_COLUMNS, CURVE_POINTS, SIDES, sided
from kinematics.events import Events
from kinematics.settings import ReportSettings
from kinematics.strides import Strides

#: Decimals of a drawn degree: a tenth is finer than any screen shows and than any marker supports.
DRAWN_DECIMALS = 1
#: Single strides are drawn at every second per cent: 10 Hz curves have nothing in between.
STRIDE_THINNING = 2
#: Opacity of the band of one side, and of one stride's line.
BAND_OPACITY, STRIDE_OPACITY = 0.16, 0.35
REFERENCE_FILL, REFERENCE_LINE, INK, GRID = "#e3e5e8", "#8a9099", "#33383f", "#eceef0"
#: Behind a side's name, so that it keeps its contrast over band and spread.
LABEL_GROUND = "rgba(255,255,255,0.85)"
#: Earlier visits, the newest first: opacity and mark; the mark stands at these per cents of the stride.
EARLIER_OPACITIES, EARLIER_SYMBOLS, MARK_PERCENT = (
    (0.65, 0.5, 0.4),
    ("circle", "square", "triangle-up"),
    (10, 30, 50, 70, 90),
)
#: The words of a figure; another language brings its own.
WORDS = {
    "left": "left",
    "right": "right",
    "reference": "reference",
    "axis": "% of stride",
    "earlier": "{side}, visits back: {n}",
}
#: Most samples of a trial that are drawn, and decimals of their times: 3000 over 30 s are 100 a second.
TRIAL_POINTS, TIME_DECIMALS = 3000, 3
EVENT_SYMBOLS = {"contact": "triangle-down", "toe_off": "triangle-up-open"}
DASHES = {"left": "solid", "right": "dash"}
PERCENT = np.arange(CURVE_POINTS)
_MEANINGS = {column.name: column for column in CURVE_COLUMNS}


def curve_figure(
    strides: Strides,
    name: str,
    *,
    reference: np.ndarray | None = None,
    report: ReportSettings | None = None,
    every: int = 1,
    div_id: str | None = None,
) -> dict[str, Any]:
    """
    Figure of one angle over the stride: each side's mean and spread over the reference band.

    Parameters
    ----------
    strides : Strides
        Only its valid strides are drawn.
    name : str
        One of `conventions.CURVE_NAMES`.
    reference : array, shape (101, 2), optional
        Mean and standard deviation between people. [deg]
    report : ReportSettings, optional
        Colours of the sides.
    every : int
        Draw every n-th single stride (hidden until asked for); 0 draws none.
    div_id : str, optional
        Name of the element that holds the figure; by default made from `name`.

    Returns
    -------
    dict
        `data`, `layout`, `config` as plotly takes them, and `div_id`. Text in it is the project's own.
        Traces carry `meta`: reference, spread, mean or stride.

    Examples
    --------
    ``plotly.graph_objects.Figure(figure["data"], figure["layout"])`` shows it in a notebook.
    """
    curves = {side: side_curves(strides, name, side) for side in SIDES}
    return sides_figure(
        name,
        {side: rows for side, rows in curves.items() if rows.shape[0]},
        toe_off_percent(strides),
        reference=reference,
        report=report,
        every=every,
        div_id=div_id,
    )


def sides_figure(
    name: str,
    curves: Mapping[str, np.ndarray],
    toe_off: Mapping[str, float],
    *,
    reference: np.ndarray | None = None,
    report: ReportSettings | None = None,
    every: int = 1,
    earlier: Sequence[Mapping[str, np.ndarray]] = (),
    words: Mapping[str, str] = WORDS,
    div_id: str | None = None,
) -> dict[str, Any]:
    """
    The figure of `curve_figure` from the sides' curves, each of shape (n, 101) [deg], and their toe-offs [%].

    Parameters
    ----------
    name : str
        One of `conventions.CURVE_NAMES`.
    curves, toe_off : mapping of side
        As `side_curves` and `toe_off_percent` give them; a side without curves is left out.
    reference, report, every, div_id
        As in `curve_figure`.
    earlier : sequence of mapping of side to array, shape (101,)
        Mean curves of earlier visits, the newest first; the fainter the older, each with its own mark. [deg]
    words : mapping of str to str
        The words that are drawn, as `WORDS`.
    """
    report = report or ReportSettings()
    data = [] if reference is None else _reference_traces(reference, words["reference"])
    for side, rows in curves.items():
        data += _side_traces(rows, side, colour=_colour(report, side), every=every, name=words[side])
    for age, means in enumerate(earlier):
        data += [_earlier_trace(mean, side, age, _colour(report, side), words) for side, mean in means.items()]
    return {
        "div_id": div_id or f"curve-{name.replace('_', '-')}",
        "data": data,
        "layout": _layout(curves, name, report, toe_off, words),
        "config": {"displayModeBar": False, "responsive": True},
    }


def trial_figure(
    angles: Angles,
    events: Events,
    strides: Strides,
    *,
    report: ReportSettings | None = None,
    div_id: str = "trial",
) -> dict[str, Any]:
    """
    Figure of a whole trial: hip flexion and pelvic tilt over time, contacts and toe-offs, strides left out shaded.

    Parameters
    ----------
    angles : Angles
    events : Events
    strides : Strides
        Cut from both; its exclusions are shaded in their side's colour and named by reason and value when pointed at.
    report : ReportSettings, optional
        Colours of the sides.
    div_id : str
        Name of the element that holds the figure.

    Returns
    -------
    dict
        As of `curve_figure`. Traces carry `meta`: signal, contact, toe_off or excluded.
    """
    report = report or ReportSettings()
    time_s = angles.table["time_s"].to_numpy()
    drawn = _thinned_to(time_s.size, TRIAL_POINTS)
    tilt = angles.table["pelvis_anterior_tilt_deg"].to_numpy()
    data = [_signal_trace(time_s[drawn], tilt[drawn], "anterior pelvic tilt", INK, "solid")]
    shapes = []
    for side in SIDES:
        hip, colour = angles.table[sided("hip_flexion_deg", side)].to_numpy(), _colour(report, side)
        data.append(_signal_trace(time_s[drawn], hip[drawn], f"{side} hip flexion", colour, DASHES[side]))
        for kind, symbol in EVENT_SYMBOLS.items():
            data.append(_event_trace(events.times(side, kind), time_s, hip, (side, kind, symbol, colour)))
        left_out = strides.excluded[(strides.excluded["side"] == side) & (strides.excluded["stride"] >= 0)]
        data.append(_excluded_trace(left_out, hip, side, colour))
        shapes += [
            _shade(start, end, _transparent(colour, BAND_OPACITY))
            for start, end in left_out[["start_s", "end_s"]].to_numpy()
        ]
    axis = {"gridcolor": GRID, "zeroline": False, "color": INK, "ticks": ""}
    layout = {
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12},
        "hovermode": "closest",
        "margin": {"l": 44, "r": 14, "t": 30, "b": 38},
        "height": 320,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": INK},
        "xaxis": {**axis, "title": {"text": "time [s]", "standoff": 6}, "rangeslider": {"visible": True}},
        "yaxis": {**axis, "fixedrange": True, "title": {"text": "deg", "standoff": 4}},
        "shapes": shapes,
    }
    return {"div_id": div_id, "data": data, "layout": layout, "config": {"displayModeBar": False, "responsive": True}}


def _thinned_to(size: int, most: int) -> slice:
    """Every n-th sample, so that at most `most` are drawn."""
    return slice(None, None, max(1, -(-size // most)))


def _gaps_as_none(values: np.ndarray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in _listed(values)]


def _signal_trace(time_s: np.ndarray, value: np.ndarray, name: str, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": "signal",
        "name": name,
        "x": np.round(time_s, TIME_DECIMALS).tolist(),
        "y": _gaps_as_none(value),
        "line": {"color": colour, "width": 1.4, "dash": dash},
        "hoverinfo": "skip",
    }


def _event_trace(
    at_s: np.ndarray, time_s: np.ndarray, hip: np.ndarray, looks: tuple[str, str, str, str]
) -> dict[str, Any]:
    side, kind, symbol, colour = looks
    words = kind.replace("_", "-")
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": kind,
        "name": f"{side} {words}",
        "showlegend": False,
        "x": np.round(at_s, TIME_DECIMALS).tolist(),
        "y": _gaps_as_none(np.interp(at_s, time_s, hip)),
        "marker": {"symbol": symbol, "size": 6, "color": colour},
        "hovertemplate": f"{side} {words} %{{x:.3f}} s<extra></extra>",
    }


def _excluded_trace(left_out: pd.DataFrame, hip: np.ndarray, side: str, colour: str) -> dict[str, Any]:
    middle = left_out[["start_s", "end_s"]].mean(axis=1).to_numpy(float)
    top = float(np.nanmax(hip)) if np.isfinite(hip).any() else 0.0
    words = [
        f"{side} stride {stride} left out: {reason.replace('_', ' ')} ({value:.3g})"
        for stride, reason, value in left_out[["stride", "reason", "value"]].itertuples(index=False)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": "excluded",
        "name": f"{side}: left out",
        "showlegend": False,
        "x": np.round(middle, TIME_DECIMALS).tolist(),
        "y": [round(top, DRAWN_DECIMALS)] * middle.size,
        "text": words,
        "marker": {"symbol": "x", "size": 7, "color": colour},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _shade(start_s: float, end_s: float, fill: str) -> dict[str, Any]:
    place = {"x0": round(float(start_s), TIME_DECIMALS), "x1": round(float(end_s), TIME_DECIMALS), "y0": 0, "y1": 1}
    return {"type": "rect", "yref": "paper", **place, "fillcolor": fill, "line": {"width": 0}, "layer": "below"}


def side_curves(strides: Strides, name: str, side: str) -> np.ndarray:
    """Curves of a side's valid strides that have this angle throughout, shape (n, 101). [deg]"""
    if name not in strides.curves:
        return np.empty((0, CURVE_POINTS))
    return complete_rows(strides.curves[name], valid_side(strides, side))


def complete_rows(curves: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The chosen rows that have no gap."""
    rows = np.asarray(curves, float)[chosen]
    return rows[np.isfinite(rows).all(axis=1)]


def valid_side(strides: Strides, side: str) -> np.ndarray:
    """Which rows are valid strides of a side, shape (n_strides,)."""
    return strides.table["valid"].to_numpy(bool) & (strides.table["side"].to_numpy(object) == side)


def mean_and_sd(rows: np.ndarray) -> np.ndarray:
    """
    Mean and standard deviation (n - 1) over strides, shape (101, 2); the deviation of one stride is 0.

    >>> mean_and_sd(np.array([[1.0], [3.0]])).round(2).tolist()
    [[2.0, 1.41]]
    """
    spread = rows.std(axis=0, ddof=1) if rows.shape[0] > 1 else np.zeros(rows.shape[1])
    return np.column_stack([rows.mean(axis=0), spread])


def toe_off_percent(strides: Strides) -> dict[str, float]:
    """Median toe-off of each side's valid strides, in per cent of the stride; a side without any is left out."""
    if "toe_off_percent" not in strides.table:
        return {}
    percent = strides.table["toe_off_percent"].to_numpy(float)
    known = {side: percent[valid_side(strides, side) & np.isfinite(percent)] for side in SIDES}
    return {side: float(np.median(values)) for side, values in known.items() if values.size}


def label_places(means: Mapping[str, np.ndarray]) -> dict[str, tuple[int, str]]:
    """
    Where to write the sides' names: the per cent at which they lie farthest apart, and "above" or "below" the line.

    >>> label_places({"left": np.array([0.0, 5.0, 1.0]), "right": np.array([0.0, 2.0, 0.0])})
    {'left': (1, 'above'), 'right': (1, 'below')}
    """
    if len(means) < 2:
        return {side: (int(np.argmax(mean)), "above") for side, mean in means.items()}
    left, right = means["left"], means["right"]
    inside = slice(CURVE_POINTS // 20, -(CURVE_POINTS // 20)) if left.size == CURVE_POINTS else slice(None)
    place = (inside.start or 0) + int(np.argmax(np.abs(left - right)[inside]))
    high, low = ("left", "right") if left[place] >= right[place] else ("right", "left")
    return dict(sorted({high: (place, "above"), low: (place, "below")}.items()))


def _colour(report: ReportSettings, side: str) -> str:
    return report.colour_left if side == "left" else report.colour_right


def _listed(values: np.ndarray) -> list[float]:
    return np.round(values, DRAWN_DECIMALS).tolist()


def _band(reference: np.ndarray, fill: str, meta: str) -> dict[str, Any]:
    mean, spread = reference[:, 0], reference[:, 1]
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": meta,
        "x": [*PERCENT.tolist(), *PERCENT[::-1].tolist()],
        "y": [*_listed(mean + spread), *_listed((mean - spread)[::-1])],
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _reference_traces(reference: np.ndarray, name: str) -> list[dict[str, Any]]:
    mean = {
        "type": "scatter",
        "mode": "lines",
        "meta": "reference",
        "name": name,
        "x": PERCENT.tolist(),
        "y": _listed(reference[:, 0]),
        "line": {"color": REFERENCE_LINE, "width": 1},
        "hovertemplate": "%{y:.0f}",
    }
    return [_band(reference, REFERENCE_FILL, "reference"), mean]


def _side_traces(rows: np.ndarray, side: str, *, colour: str, every: int, name: str) -> list[dict[str, Any]]:
    summary = mean_and_sd(rows)
    mean = {
        "type": "scatter",
        "mode": "lines",
        "meta": "mean",
        "name": name,
        "x": PERCENT.tolist(),
        "y": _listed(summary[:, 0]),
        "line": {"color": colour, "width": 2.2, "dash": DASHES[side]},
        "hovertemplate": "%{y:.0f}",
    }
    strides = [_stride_trace(rows[::every], side, colour)] if every else []
    return [_band(summary, _transparent(colour, BAND_OPACITY), "spread"), *strides, mean]


def _earlier_trace(mean: np.ndarray, side: str, age: int, colour: str, words: Mapping[str, str]) -> dict[str, Any]:
    """A side's mean at an earlier visit: its colour and dash, fainter by age, with a mark at every fifth of the way."""
    faint = _transparent(colour, EARLIER_OPACITIES[age])
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "meta": "earlier",
        "name": words["earlier"].format(side=words[side], n=age + 1),
        "x": PERCENT.tolist(),
        "y": _listed(mean),
        "line": {"color": faint, "width": 1.6, "dash": DASHES[side]},
        "marker": {
            "symbol": EARLIER_SYMBOLS[age],
            "color": faint,
            "size": [7 if percent in MARK_PERCENT else 0 for percent in PERCENT.tolist()],
        },
        "hovertemplate": "%{y:.0f}",
    }


def _stride_trace(rows: np.ndarray, side: str, colour: str) -> dict[str, Any]:
    """All strides as one line with breaks: one trace is cheap, a hundred are not."""
    thin = np.round(rows[:, ::STRIDE_THINNING], DRAWN_DECIMALS)
    broken = [[*row, None] for row in thin.tolist()]
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": "stride",
        "name": side,
        "visible": False,
        "x": [*PERCENT[::STRIDE_THINNING].tolist(), None] * len(broken),
        "y": [value for row in broken for value in row],
        "line": {"color": _transparent(colour, STRIDE_OPACITY), "width": 0.8},
        "hoverinfo": "skip",
    }


def _transparent(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _layout(
    curves: Mapping[str, np.ndarray],
    name: str,
    report: ReportSettings,
    toe_off: Mapping[str, float],
    words: Mapping[str, str],
) -> dict[str, Any]:
    means = {side: rows.mean(axis=0) for side, rows in curves.items()}
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "color": INK, "ticks": ""}
    return {
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,
        "margin": {"l": 38, "r": 14, "t": 8, "b": 38},
        "height": 250,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": INK},
        "xaxis": {**axis, "range": [0, 100], "dtick": 25, "title": {"text": words["axis"], "standoff": 6}},
        "yaxis": {**axis, "zeroline": True, "zerolinecolor": REFERENCE_LINE, "zerolinewidth": 1, "nticks": 6},
        "annotations": _annotations(means, report, words),
        "shapes": [_toe_off_line(percent, side, report) for side, percent in toe_off.items() if side in means],
        "meta": {"angle": name, "unit": _MEANINGS[name].unit, "positive": _MEANINGS[name].positive},
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
            "font": {"color": _colour(report, side), "size": 12},
        }
        for side, (place, where) in label_places(means).items()
    ]


def _toe_off_line(percent: float, side: str, report: ReportSettings) -> dict[str, Any]:
    place = round(percent, DRAWN_DECIMALS)
    line = {"color": _colour(report, side), "width": 1, "dash": "dot"}
    return {"type": "line", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.6, "line": line}
