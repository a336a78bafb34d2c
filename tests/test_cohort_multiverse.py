"""One result under many choices: each row is what the chosen settings give, and rows that cannot be made say so."""

from __future__ import annotations

import numpy as np
import pytest

import kinematics as kin
from kinematics import DataError
from kinematics.cohort import multiverse, recordings, standing_zero
from kinematics.settings import FilterSettings

PEAK = "peak_hip_extension_deg"
ONE = {"filter_hz": (10.0,), "hip_centre": ("harrington",), "zero": ("file",), "events": ("auto",)}


@pytest.fixture(scope="module")
def study(root):
    return kin.read_study(root / "data/raw/demo")


@pytest.fixture(scope="module")
def people(study):
    """Two runners without and two with the diagnosis, files of angles."""
    return [recordings(study.session(name, "1"))[0] for name in ("P04", "P05", "P02", "P03")]


@pytest.fixture(scope="module")
def lab(study):
    """The runner with markers, force and a static trial."""
    return recordings(study.session("P01", "1"))


def test_the_result_of_a_group_is_the_mean_of_its_peoples_truths(people):
    row = multiverse(people, PEAK, **ONE).iloc[0]
    assert row["result"] == pytest.approx(np.mean([13, 2, -6, -7]), abs=0.3)  # truth.csv
    assert row["n_people"] == 4


def test_the_result_of_two_groups_is_the_second_minus_the_first_with_welchs_interval(people):
    row = multiverse(people, PEAK, groups=("no diagnosis", "FAI"), **ONE).iloc[0]
    assert row["result"] == pytest.approx(-6.5 - 7.5, abs=0.4)
    assert row["low"] < row["result"] < row["high"]


def test_each_combination_of_choices_is_a_row_and_is_told_from_the_first(people):
    table = multiverse(
        people, "pelvis_tilt_excursion_deg", **{**ONE, "filter_hz": (10.0, 6.0), "events": ("auto", "angles")}
    )
    assert len(table) == 4
    assert table["from_reference"].iat[0] == 0
    assert (table.loc[table["filter_hz"] == 6.0, "from_reference"] < 0).all()  # a lower cut-off flattens


def test_a_row_is_what_the_stations_give_with_that_setting(people):
    settings = kin.Settings(filter=FilterSettings(cutoff_hz=6.0))
    angles = kin.hip_angles(people[0].trial, settings=settings)
    strides = kin.segment_strides(angles, kin.foot_events(people[0].trial, angles, settings=settings))
    by_hand = strides.valid.groupby("side")["pelvis_tilt_excursion_deg"].median().mean()
    table = multiverse(people[:1], "pelvis_tilt_excursion_deg", **{**ONE, "filter_hz": (6.0,)})
    assert table["result"].iat[0] == pytest.approx(by_hand)


def test_a_choice_that_a_recording_does_not_have_leaves_it_out(people, lab):
    table = multiverse(
        [*people, *lab], PEAK, **{**ONE, "zero": ("file", "standing"), "hip_centre": ("harrington", "bell")}
    )
    assert dict(zip(zip(table["hip_centre"], table["zero"], strict=True), table["n_people"], strict=True)) == {
        ("harrington", "file"): 5,
        ("harrington", "standing"): 1,
        ("bell", "file"): 1,
        ("bell", "standing"): 1,
    }


def test_told_from_standing_the_hip_is_at_zero_where_the_person_stands(lab):
    static = lab[0].static
    standing = standing_zero(kin.hip_angles(static, static), static, kin.Settings())
    means = standing.table[["hip_flexion_left_deg", "pelvis_anterior_tilt_deg"]].mean()
    assert means.abs().max() < 1e-9
    assert standing.passport.zero == "standing"


def test_two_visits_of_a_person_are_refused(study):
    visits = [recordings(study.session("P07", session))[0] for session in ("1", "2")]
    with pytest.raises(DataError, match="P07 has several sessions"):
        multiverse(visits, PEAK, **ONE)
