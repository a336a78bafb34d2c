"""One angle over the stride: each side's mean, spread and single strides over the reference band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from kinematics.conventions import CURVE_POINTS, SIDES
from kinematics.figures.style import WORDS, config, listed, side_colour
from kinematics.figures.summaries import drawn_lines, label_places, mean_and_sd, side_curves, toe_off_percent
from kinematics.figures.traces import Look, earlier_look, layout, reference_looks, side_looks, side_name
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
    lines = {side: drawn_lines(mean_and_sd(rows)) for side, rows in curves.items()}
    drawing = sides_drawing(
        name,
        lines,
        toe_off,
        singles={side: thinned(rows, every) for side, rows in curves.items()} if every else {},
        reference=None if reference is None else drawn_lines(reference),
        report=report,
        earlier=earlier,
        places=label_places({side: own[2] for side, own in lines.items()}),
        words=words,
        div_id=div_id,
    )
    own = deepcopy({"layout": drawing["layout"], "config": drawing["config"]})
    data = [_with_points(look, rows) for look, rows in drawing["data"]]
    return {"div_id": drawing["div_id"], "data": data, **own}


def thinned(rows: np.ndarray, every: int) -> np.ndarray:
    """Every n-th stride at every second per cent, as single strides are drawn; shape (m, 51)."""
    return rows[::every, ::STRIDE_THINNING]


def sides_drawing(
    name: str,
    lines: Mapping[str, np.ndarray],
    toe_off: Mapping[str, float],
    *,
    singles: Mapping[str, np.ndarray],
    places: Mapping[str, tuple[int, str]],
    reference: np.ndarray | None = None,
    report: ReportSettings | None = None,
    earlier: Sequence[Mapping[str, np.ndarray]] = (),
    words: Mapping[str, str] = WORDS,
    div_id: str | None = None,
) -> dict[str, Any]:
    """
    The figure of `sides_figure` before its points are written out: in `data` each trace is its look and its rows.

    Parameters
    ----------
    lines : mapping of side to array, shape (3, 101)
        Upper edge, lower edge and mean, as of `drawn_lines`. [deg]
    singles : mapping of side to array, shape (m, 51)
        Single strides, as of `thinned`; a side that is not there has none. [deg]
    places : mapping of side to (int, str)
        Where the sides' names stand, as of `label_places`.
    reference : array, shape (3, 101), optional
        As `lines`. [deg]
    name, toe_off, report, earlier, words, div_id
        As in `sides_figure`.

    Returns
    -------
    dict
        As of `sides_figure`, but each trace is a pair: its look (`traces.Look`, shared: not to be changed), and the
        degrees that it draws over the whole stride, evenly spaced, in rows.
    """
    report = report or ReportSettings()
    data: list[tuple[Look, np.ndarray]] = []
    if reference is not None:
        data += zip(reference_looks(words["reference"]), (reference[:2], reference[2:]), strict=True)
    for side, own in lines.items():
        band, strides, mean = side_looks(side, side_colour(report, side), words[side])
        data += [(band, own[:2]), *([(strides, singles[side])] if side in singles else []), (mean, own[2:])]
    for age, means in enumerate(earlier):
        for side, before in means.items():
            named = words["earlier"].format(side=words[side], n=age + 1)
            data.append((earlier_look(side, age, side_colour(report, side), named), before[np.newaxis]))
    names = [side_name(words[side], side_colour(report, side), lines[side][2], place) for side, place in places.items()]
    return {
        "div_id": div_id or f"curve-{name.replace('_', '-')}",
        "data": data,
        "layout": layout(name, report, names, {side: toe_off[side] for side in toe_off if side in lines}, words),
        "config": config(),
    }


def _with_points(look: Look, drawn: np.ndarray) -> dict[str, Any]:
    """The trace with x and y as plotly takes them; strides are one line with breaks: a hundred traces are not cheap."""
    rows, percent = listed(drawn), PERCENT.tolist()
    x: list[int | None] = [*percent]
    y: list[float | None] = [*rows[0]] if rows else []
    if look["draws"] == "band":
        x += percent[::-1]
        y += rows[1][::-1]
    elif look["draws"] == "strides":
        x = [*percent[::STRIDE_THINNING], None] * len(rows)
        y = [value for row in rows for value in (*row, None)]
    return {**{key: deepcopy(value) for key, value in look.items() if key != "draws"}, "x": x, "y": y}
