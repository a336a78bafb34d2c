"""Figures: their data, never their looks."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from report_examples import strides_of

from kinematics.figures import curve_figure, label_places, mean_and_sd, side_curves, sides_figure, toe_off_percent

PEAKS = {"left": -6.0, "right": 14.0}


@pytest.fixture(scope="module")
def strides():
    return strides_of(PEAKS, trial="P01_run35", n=10)


def traces(figure: dict, meta: str) -> list[dict]:
    return [trace for trace in figure["data"] if trace["meta"] == meta]


def test_mean_and_spread_over_strides_are_those_worked_out_by_hand():
    summary = mean_and_sd(np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 10.0]]))
    np.testing.assert_allclose(summary, [[2.0, 1.0], [10.0, 0.0]])


def test_a_single_stride_has_no_spread():
    np.testing.assert_array_equal(mean_and_sd(np.array([[4.0, 5.0]])), [[4.0, 0.0], [5.0, 0.0]])


def test_the_drawn_mean_is_the_mean_of_the_sides_strides(strides):
    figure = curve_figure(strides, "hip_flexion_deg")
    drawn = {trace["name"]: min(trace["y"]) for trace in traces(figure, "mean")}
    assert drawn == pytest.approx({"left": 6.0, "right": -14.0}, abs=1.0)


def test_a_stride_that_is_not_valid_is_not_drawn(strides):
    table = strides.table.assign(valid=strides.table["stride"] != 3)
    assert side_curves(replace(strides, table=table), "hip_flexion_deg", "left").shape == (9, 101)


def test_a_stride_with_a_gap_in_one_angle_is_left_out_of_that_angle_alone(strides):
    hip = strides.curves["hip_flexion_deg"].copy()
    hip[0, 50] = np.nan
    gapped = replace(strides, curves={**strides.curves, "hip_flexion_deg": hip})
    sizes = {name: len(side_curves(gapped, name, "left")) for name in ("hip_flexion_deg", "thigh_flexion_deg")}
    assert sizes == {"hip_flexion_deg": 9, "thigh_flexion_deg": 10}


def test_the_reference_band_runs_from_mean_minus_sd_to_mean_plus_sd(strides):
    reference = np.column_stack([np.linspace(0, 10, 101), np.full(101, 2.0)])
    band = traces(curve_figure(strides, "hip_flexion_deg", reference=reference), "reference")[0]
    assert (band["y"][0], band["y"][100], band["y"][101], band["y"][-1]) == (2.0, 12.0, 8.0, -2.0)


def test_all_strides_of_a_side_are_one_hidden_line_with_breaks(strides):
    (left, _) = traces(curve_figure(strides, "hip_flexion_deg"), "stride")
    assert (left["visible"], left["y"].count(None), len(left["x"]) == len(left["y"])) == (False, 10, True)


def test_every_third_stride_is_drawn_when_asked_for(strides):
    (left, _) = traces(curve_figure(strides, "hip_flexion_deg", every=3), "stride")
    assert left["y"].count(None) == 4


def test_a_figure_is_plain_json_with_one_decimal(strides):
    figure = curve_figure(strides, "pelvis_anterior_tilt_deg")
    again = json.loads(json.dumps(figure, allow_nan=False))
    values = [value for trace in again["data"] for value in trace["y"] if value is not None]
    assert all(round(value, 1) == value for value in values)


def test_a_figure_is_its_owners_to_change(strides):
    figure, again = curve_figure(strides, "hip_flexion_deg"), curve_figure(strides, "hip_flexion_deg")
    figure["layout"]["xaxis"]["title"]["text"] = "changed"
    for trace in figure["data"]:
        trace["line"]["width"] = 9
    assert curve_figure(strides, "hip_flexion_deg") == again


def test_plotly_accepts_the_figure(strides):
    from plotly.graph_objects import Figure

    figure = curve_figure(strides, "hip_flexion_deg")
    assert len(Figure(figure["data"], figure["layout"]).data) == len(figure["data"]) == 6


def test_an_angle_that_was_not_measured_gives_a_figure_without_sides(strides):
    assert curve_figure(strides, "hip_adduction_deg")["data"] == []


def test_left_is_solid_and_right_is_dashed(strides):
    lines = {trace["name"]: trace["line"]["dash"] for trace in traces(curve_figure(strides, "hip_flexion_deg"), "mean")}
    assert lines == {"left": "solid", "right": "dash"}


def test_names_stand_where_the_sides_lie_farthest_apart():
    low, high = np.zeros(101), np.zeros(101)
    high[38] = 20.0
    assert label_places({"left": low, "right": high}) == {"left": (38, "below"), "right": (38, "above")}


def test_toe_off_is_the_median_of_valid_strides(strides):
    table = strides.table.assign(toe_off_percent=np.where(strides.table["side"] == "left", 35.0, np.nan))
    assert toe_off_percent(replace(strides, table=table)) == {"left": 35.0}


def test_earlier_visits_grow_fainter_and_each_has_its_own_mark(strides):
    means = {"left": np.zeros(101), "right": np.ones(101)}
    figure = sides_figure("hip_flexion_deg", {}, {}, earlier=[means, means, means])
    older = [trace for trace in figure["data"] if trace["meta"] == "earlier" and "left" in trace["name"]]
    opacities = [float(trace["line"]["color"].split(",")[3].rstrip(")")) for trace in older]
    assert opacities == sorted(opacities, reverse=True) and len({trace["marker"]["symbol"] for trace in older}) == 3


def test_a_figure_speaks_the_language_it_is_given(strides):
    words = {"left": "links", "right": "rechts", "reference": "Vergleich", "axis": "%", "earlier": "{side} {n}"}
    curves = {side: np.zeros((2, 101)) for side in ("left", "right")}
    figure = sides_figure("hip_flexion_deg", curves, {}, words=words)
    assert {trace["name"] for trace in traces(figure, "mean")} == {"links", "rechts"}
