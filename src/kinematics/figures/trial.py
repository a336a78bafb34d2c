"""A whole trial over time: signals, events and what was left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import SIDES, sided
from kinematics.events import Events
from kinematics.figures.style import (
    BAND_OPACITY,
    DASHES,
    DRAWN_DECIMALS,
    GRID,
    INK,
    config,
    listed,
    plain_layout,
    side_colour,
    transparent,
)
from kinematics.settings import ReportSettings
from kinematics.strides import Strides

#: Most samples of a trial that are drawn, and decimals of their times: 3000 over 30 s are 100 a second.
TRIAL_POINTS, TIME_DECIMALS = 3000, 3
EVENT_SYMBOLS = {"contact": "triangle-down", "toe_off": "triangle-up-open"}


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
        hip, colour = angles.table[sided("hip_flexion_deg", side)].to_numpy(), side_colour(report, side)
        data.append(_signal_trace(time_s[drawn], hip[drawn], f"{side} hip flexion", colour, DASHES[side]))
        for kind, symbol in EVENT_SYMBOLS.items():
            data.append(_event_trace(events.times(side, kind), time_s, hip, (side, kind, symbol, colour)))
        left_out = strides.excluded[(strides.excluded["side"] == side) & (strides.excluded["stride"] >= 0)]
        data.append(_excluded_trace(left_out, hip, side, colour))
        shapes += [
            _shade(start, end, transparent(colour, BAND_OPACITY))
            for start, end in left_out[["start_s", "end_s"]].to_numpy()
        ]
    return {"div_id": div_id, "data": data, "layout": {**_layout(), "shapes": shapes}, "config": config()}


def _layout() -> dict[str, Any]:
    axis = {"gridcolor": GRID, "zeroline": False, "color": INK, "ticks": ""}
    return {
        **plain_layout(),
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.12},
        "hovermode": "closest",
        "margin": {"l": 44, "r": 14, "t": 30, "b": 38},
        "height": 320,
        "xaxis": {**axis, "title": {"text": "time [s]", "standoff": 6}, "rangeslider": {"visible": True}},
        "yaxis": {**axis, "fixedrange": True, "title": {"text": "deg", "standoff": 4}},
    }


def _thinned_to(size: int, most: int) -> slice:
    """Every n-th sample, so that at most `most` are drawn."""
    return slice(None, None, max(1, -(-size // most)))


def _gaps_as_none(values: np.ndarray) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in listed(values)]


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
