"""One angle over the stride: each side's mean, spread and single strides over the reference band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kinematics.conventions import CURVE_POINTS, SIDES
from kinematics.figures.style import WORDS, config, listed, side_colour
from kinematics.figures.summaries import mean_and_sd, side_curves, toe_off_percent
from kinematics.figures.traces import earlier_trace, layout, reference_traces, side_traces
from kinematics.settings import ReportSettings
from kinematics.strides import Strides

#: Single strides are drawn at every second per cent: 10 Hz curves have nothing in between.
STRIDE_THINNING = 2
PERCENT = np.arange(CURVE_POINTS)


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
    drawing = sides_drawing(
        name,
        {side: mean_and_sd(rows) for side, rows in curves.items()},
        toe_off,
        singles={side: thinned(rows, every) for side, rows in curves.items()} if every else {},
        reference=reference,
        report=report,
        earlier=earlier,
        words=words,
        div_id=div_id,
    )
    return {**drawing, "data": [_with_points(trace) for trace in drawing["data"]]}


def thinned(rows: np.ndarray, every: int) -> np.ndarray:
    """Every n-th stride at every second per cent, as single strides are drawn; shape (m, 51)."""
    return rows[::every, ::STRIDE_THINNING]


def sides_drawing(
    name: str,
    summaries: Mapping[str, np.ndarray],
    toe_off: Mapping[str, float],
    *,
    singles: Mapping[str, np.ndarray],
    reference: np.ndarray | None = None,
    report: ReportSettings | None = None,
    earlier: Sequence[Mapping[str, np.ndarray]] = (),
    words: Mapping[str, str] = WORDS,
    div_id: str | None = None,
) -> dict[str, Any]:
    """
    The figure of `sides_figure` before its points are written out: a trace has `draws` and `rows` for x and y.

    Parameters
    ----------
    summaries : mapping of side to array, shape (101, 2)
        Mean and spread, as of `mean_and_sd`. [deg]
    singles : mapping of side to array, shape (m, 51)
        Single strides, as of `thinned`; a side that is not there has none. [deg]
    name, toe_off, reference, report, earlier, words, div_id
        As in `sides_figure`.

    Returns
    -------
    dict
        As of `sides_figure`; in each trace `draws` is line (one row), band (upper and lower edge) or strides (a row
        each), and `rows` are the degrees over the whole stride, evenly spaced.
    """
    report = report or ReportSettings()
    data = [] if reference is None else reference_traces(reference, words["reference"])
    for side, summary in summaries.items():
        data += side_traces(summary, singles.get(side), side, colour=side_colour(report, side), name=words[side])
    for age, means in enumerate(earlier):
        data += [earlier_trace(mean, side, age, side_colour(report, side), words) for side, mean in means.items()]
    return {
        "div_id": div_id or f"curve-{name.replace('_', '-')}",
        "data": data,
        "layout": layout({side: summary[:, 0] for side, summary in summaries.items()}, name, report, toe_off, words),
        "config": config(),
    }


def _with_points(trace: dict[str, Any]) -> dict[str, Any]:
    """The trace with x and y as plotly takes them; strides are one line with breaks: a hundred traces are not cheap."""
    rows, percent = listed(trace["rows"]), PERCENT.tolist()
    x: list[int | None] = [*percent]
    y: list[float | None] = [*rows[0]] if rows else []
    if trace["draws"] == "band":
        x += percent[::-1]
        y += rows[1][::-1]
    elif trace["draws"] == "strides":
        x = [*percent[::STRIDE_THINNING], None] * len(rows)
        y = [value for row in rows for value in (*row, None)]
    return {**{key: value for key, value in trace.items() if key not in ("draws", "rows")}, "x": x, "y": y}
