"""Mixed models and reliability against published examples; people, not strides, as the unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kinematics import DataError
from kinematics.cohort import mixed_model, person_curves, person_values, reliability
from kinematics.cohort.mixed import fit_nested

#: Strength of paste from three casks of ten batches, two tests each (Davies and Goldsmith 1972; `Pastes` of R's lme4).
PASTES = """
62.8 62.6 60.1 62.3 62.7 63.1 60.0 61.4 57.5 56.9 61.1 58.9 58.7 57.5 63.9 63.1 65.4 63.7 57.1 56.4
56.9 58.6 64.7 64.5 55.1 55.1 54.7 54.2 58.8 57.5 63.4 64.9 59.3 58.1 60.5 60.0 62.5 62.6 61.0 58.7
56.9 57.7 59.2 59.4 65.2 66.0 64.8 64.1 54.8 54.8 64.0 64.0 57.7 56.8 58.3 59.3 59.2 59.2 58.9 56.6"""
#: Effort to rise from four types of stool, nine people (Pinheiro and Bates 2000, section 1.2; `ergoStool` of R's nlme).
STOOLS = "12 15 12 10 10 14 13 12 7 14 13 9 7 11 10 9 8 11 8 7 9 11 11 10 8 12 12 11 7 11 8 7 9 13 10 8"
#: Six people, four judges (Shrout and Fleiss 1979, table 2).
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.fixture(scope="module")
def pastes():
    rows = pd.DataFrame({"strength": np.array(PASTES.split(), float), "batch": np.repeat(list("ABCDEFGHIJ"), 6)})
    return fit_nested(
        rows.assign(cask=np.tile(np.repeat(list("abc"), 2), 10)), "strength", "1", person="batch", levels=["cask"]
    )


def test_nested_random_effects_are_those_that_lme4_gives_for_pastes(pastes):
    # lmer(strength ~ 1 + (1 | batch/cask)), REML: 1.2874, 2.9041, 0.8234; criterion 246.9907 (Bates 2010, section 2.2).
    assert pastes.spread["sd"].round(4).to_dict() == {"batch": 1.2874, "cask": 2.9041, "residual": 0.8234}
    assert -2 * pastes.log_likelihood == pytest.approx(246.9907, abs=1e-4)


def test_the_fixed_effect_and_its_error_are_those_that_lme4_gives_for_pastes(pastes):
    assert pastes.table.loc["Intercept", ["estimate", "se"]].round(4).tolist() == [60.0533, 0.6769]


def test_a_factor_within_people_is_that_of_pinheiro_and_bates():
    rows = pd.DataFrame({"effort": np.array(STOOLS.split(), float), "type": ["T1", "T2", "T3", "T4"] * 9})
    fit = fit_nested(rows.assign(who=np.repeat(range(9), 4)), "effort", "type", person="who")
    assert fit.table["estimate"].round(4).tolist() == [8.5556, 3.8889, 2.2222, 0.6667]
    assert fit.table["se"].round(4).tolist() == [0.5760, 0.5187, 0.5187, 0.5187]
    assert fit.spread["sd"].round(4).tolist() == [1.3325, 1.1003]


def test_with_a_slope_for_each_person_the_error_is_that_of_the_peoples_own_slopes():
    random = np.random.default_rng(3)
    rows = strides_of_people(random, people=12, slope_sd=1.5)
    model = mixed_model(rows, "peak_hip_extension_deg", fixed="speed_m_s")
    slopes = rows.groupby("participant")[["speed_m_s", "peak_hip_extension_deg"]].apply(
        lambda part: np.polyfit(part["speed_m_s"], part["peak_hip_extension_deg"], 1)[0]
    )
    found = model.table.loc["speed_m_s"]
    assert found["estimate"] == pytest.approx(slopes.mean(), abs=1e-3)
    assert found["se"] == pytest.approx(slopes.std() / np.sqrt(12), rel=0.01)
    assert found["df"] == 11


def strides_of_people(random, *, people: int, slope_sd: float = 0.0, group_deg: float = 0.0) -> pd.DataFrame:
    """Three speeds, two legs, six strides each; 8 deg at 3.0 m/s, 4 deg more per m/s."""
    rows = pd.DataFrame({"participant": [f"S{n:02d}" for n in range(people)]})
    rows["group"] = ["a", "b"] * (people // 2)
    rows["own"] = 8.0 + random.normal(0, 2, people) + group_deg * (rows["group"] == "b")
    rows["slope"] = 4.0 + random.normal(0, slope_sd, people)
    for name, values in (("side", ["left", "right"]), ("speed_m_s", [2.5, 3.0, 3.5]), ("stride", range(6))):
        rows = rows.merge(pd.DataFrame({name: values}), how="cross")
    peak = rows["own"] + rows["slope"] * (rows["speed_m_s"] - 3.0) + random.normal(0, 0.8, len(rows))
    return rows.assign(
        session="1", task="run", trial="t" + rows["speed_m_s"].astype(str), valid=True, peak_hip_extension_deg=peak
    )


def test_a_group_difference_is_judged_by_people_not_by_strides():
    rows = strides_of_people(np.random.default_rng(5), people=16, group_deg=-3.0)
    model = mixed_model(
        rows.drop(columns="group"),
        "peak_hip_extension_deg",
        fixed="group * speed_m_s",
        about=rows[["participant", "group"]].drop_duplicates(),
        speed_at_m_s=3.0,
    )
    means = rows.groupby(["participant", "group"])["peak_hip_extension_deg"].mean().groupby("group")
    found = model.table.loc["group[T.b]"]
    assert found["estimate"] == pytest.approx(means.mean().diff().iloc[-1], abs=1e-3)
    assert found["se"] == pytest.approx(np.sqrt((means.var().mean()) * 2 / 8), rel=1e-3)  # Student's, 8 and 8 people
    assert found["df"] == 14
    assert (model.n_people, model.n_legs, model.n_strides) == (16, 32, 576)


def test_an_effect_size_is_the_estimate_over_the_spread_between_legs_of_people():
    model = mixed_model(
        strides_of_people(np.random.default_rng(5), people=16, group_deg=-3.0), "peak_hip_extension_deg", fixed="group"
    )
    between = np.sqrt((model.spread.loc[["participant", "side"], "sd"] ** 2).sum())
    row = model.table.loc["group[T.b]"]
    assert row["effect_size"] == pytest.approx(row["estimate"] / between)
    assert row["effect_low"] < row["effect_size"] < row["effect_high"]


def test_four_people_are_too_few_however_many_strides_they_make():
    rows = strides_of_people(np.random.default_rng(1), people=4)
    with pytest.raises(DataError, match=r"4 people.*strides do not make up for people"):
        mixed_model(rows, "peak_hip_extension_deg", fixed="group")


def test_a_column_that_does_not_exist_in_the_formula_is_named():
    with pytest.raises(DataError, match="height"):
        mixed_model(strides_of_people(np.random.default_rng(1), people=6), "peak_hip_extension_deg", fixed="height")


def ratings(table) -> pd.DataFrame:
    people, sessions = np.indices(np.shape(table))
    return pd.DataFrame({"participant": people.ravel(), "session": sessions.ravel(), "value": np.ravel(table)})


def test_the_icc_and_its_intervals_are_those_of_shrout_and_fleiss():
    # R, irr::icc and psych::ICC: 0.1657; 0.2898 (0.0188 to 0.7611); 0.7148 (0.3425 to 0.9459).
    found = reliability(ratings(SHROUT_FLEISS), "value")
    assert [round(x, 4) for x in (found.icc_1_1, found.icc_2_1, found.icc_3_1)] == [0.1657, 0.2898, 0.7148]
    assert [round(x, 4) for x in (found.icc_2_1_low, found.icc_2_1_high)] == [0.0188, 0.7611]
    assert [round(x, 4) for x in (found.icc_3_1_low, found.icc_3_1_high)] == [0.3425, 0.9459]


def test_the_standard_error_of_measurement_is_the_root_of_the_error_mean_square():
    found = reliability(ratings(SHROUT_FLEISS), "value")
    assert found.sem_consistency == pytest.approx(np.sqrt(1.0194), abs=1e-4)  # EMS 1.02 in their table 3
    assert found.mdc95_consistency == pytest.approx(1.96 * np.sqrt(2) * np.sqrt(1.0194), abs=1e-3)


def test_a_constant_between_visits_counts_against_agreement_and_not_against_consistency():
    table = np.add.outer(np.arange(8.0), [0.0, 3.0]) + np.random.default_rng(2).normal(0, 0.1, (8, 2))
    found = reliability(ratings(table), "value")
    assert found.icc_3_1 > 0.99 > 0.7 > found.icc_2_1


def test_several_rows_of_a_person_in_a_visit_are_refused_as_sessions():
    with pytest.raises(DataError, match="participant 0 has 2 rows in session 0"):
        reliability(pd.concat([ratings(SHROUT_FLEISS)] * 2), "value")


def test_who_lacks_a_session_is_left_out_and_named():
    found = reliability(ratings(SHROUT_FLEISS).iloc[:-1], "value")
    assert (found.left_out, found.n_people) == (("5",), 5)


def test_a_person_is_the_mean_of_the_legs_however_many_strides_each_has():
    rows = pd.DataFrame(
        {
            "participant": "P",
            "session": "1",
            "task": "run",
            "speed_m_s": 3.0,
            "trial": "t",
            "valid": [True] * 4 + [False],
        }
        | {"side": ["left", "left", "left", "right", "right"], "peak_hip_extension_deg": [1.0, 2.0, 9.0, 6.0, 99.0]}
    )
    found = person_values(rows, "peak_hip_extension_deg").iloc[0]
    assert found["peak_hip_extension_deg"] == 4.0  # median 2 on the left, 6 on the right
    assert found["n_strides"] == 4


def curve_rows(participants, speeds=(3.0,)) -> pd.DataFrame:
    rows = pd.DataFrame(
        [(p, s, side) for p in participants for s in speeds for side in ("left", "right")],
        columns=["participant", "speed_m_s", "side"],
    )
    level = np.where(rows["side"] == "left", 10.0, 20.0)
    return rows.assign(
        session="1", task="run", trial="t", valid=True, hip_flexion_deg=[np.full(101, value) for value in level]
    )


def test_a_persons_curve_is_the_mean_of_the_legs():
    curves = person_curves(curve_rows(["A", "B"]), "hip_flexion_deg")
    assert curves.shape == (2, 101)
    assert (curves.to_numpy() == 15.0).all()


def test_curves_of_several_speeds_are_not_averaged_into_one_person():
    with pytest.raises(DataError, match="several values of 'speed_m_s'"):
        person_curves(curve_rows(["A"], speeds=(2.5, 3.5)), "hip_flexion_deg")


def test_strides_that_do_not_say_whose_they_are_cannot_be_people():
    with pytest.raises(DataError, match="whose they are"):
        person_curves(curve_rows([""]), "hip_flexion_deg")
