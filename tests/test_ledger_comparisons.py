"""The comparisons of sides and with a functional trial, the zeros, whom the reference holds, and which row leads."""

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_tables import as_strides, exam_of, exam_rows, stride_rows

from kinematics.angles import Angles
from kinematics.conventions import SAMPLE_COLUMNS, DataError
from kinematics.exam import empty_exam
from kinematics.ledger import (
    REASONS,
    beyond_test,
    change_between,
    compare_range,
    four_frames,
    functional_range,
    standing_table,
    tilt_coupling,
)
from kinematics.report.wording import catalogue
from kinematics.trial import Passport

RIGHT = {"symptomatic_side": "right"}
few = hypothesis.settings(max_examples=6)
degrees = st.floats(-20, 25).map(lambda value: round(value, 1))


def both(left, right, tests=(14.0, 14.0), repetitions=3, **cells):
    """Strides of a left and a right side, and their tests."""
    strides = as_strides(stride_rows(left, side="left"), stride_rows(right))
    sided = zip(("left", "right"), tests, strict=True)
    exam = [exam_rows(*[value] * repetitions, side=side, **cells) for side, value in sided]
    return strides, exam_of(*exam)


def row_of(ledger, comparison, side="right", direction="extension"):
    rows = ledger.query(f"comparison == '{comparison}' and side == '{side}' and direction == '{direction}'")
    return rows.iloc[0]


def sides_row(*arguments, about=RIGHT, **cells):
    return row_of(compare_range(*both(*arguments, **cells), about=about), "sides")


def reserve(deg, *, lower_bound=False, se=1.0, side="right", direction="extension", **keys):
    """A functional trial of the right side."""
    row = {"participant": "P01", "session": "1", "side": side, "direction": direction, "zero": "anatomical"}
    row |= {"hip_centre": "harrington", "available_deg": deg, "available_se_deg": se, "n_repetitions": 4}
    row |= {"lower_bound": lower_bound, "limited_by": "firm", "pelvis_controlled": "yes", "notes": ""}
    return pd.DataFrame([row | keys])


def direct_row(used, available, *, lower_bound=False, **about):
    strides, _ = both(used, used)
    trial = reserve(available, lower_bound=lower_bound)
    return row_of(compare_range(strides, empty_exam(), functional=trial, about=about), "direct")


@pytest.mark.parametrize(
    ("used", "tests", "expected"),
    [
        ((9.0, -4.0), (14.0, 14.0), "available_unused"),
        ((9.0, -4.0), (14.0, -2.0), "low_both"),
        ((9.0, 9.0), (14.0, -2.0), "low_test_only"),
        ((9.0, 9.0), (14.0, 14.0), "typical"),
    ],
)
def test_the_symptomatic_side_against_the_other_gives_the_class(used, tests, expected):
    assert sides_row(*used, tests)["class"] == expected


def test_the_error_of_the_sides_difference_is_markers_bias_and_strides():
    # sqrt(2 * 1.0**2 + 2 * 0.207**2 + 1.0**2)
    assert sides_row(9.0, -4.0)["estimate_se_deg"] == pytest.approx(1.7564, abs=1e-3)


def test_the_healthy_difference_of_the_sides_is_196_sd():
    assert sides_row(9.0, -4.0)["limit_deg"] == pytest.approx(1.96 * 1.9)


def test_a_test_of_the_same_rater_has_a_smaller_difference_error_than_one_of_two_raters():
    # 3 deg, 3 repetitions: visit 9 * 0.5 / 3 each; lasting 9 * 0.5 each, three quarters of it shared
    row = sides_row(9.0, -4.0)
    assert row["available_estimate_se_deg"] == pytest.approx(np.sqrt(2 * (1.5 + 4.5 * 0.25)))
    assert sides_row(9.0, -4.0, rater="")["available_estimate_se_deg"] == pytest.approx(np.sqrt(2 * (1.5 + 4.5)))


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("difference_only", lambda: sides_row(9.0, -4.0, about={"symptomatic_side": "both"})),
        ("yardstick_side", lambda: sides_row(9.0, -4.0, about={"symptomatic_side": "left"})),
        ("no_exam_both_sides", lambda: sides_row(9.0, -4.0, about=RIGHT, test="prone_extension").pipe(_only_right)),
        ("lower_bound_only", lambda: sides_row(9.0, -4.0, (14.0, 4.0), limited_by="pain")),
        ("other_side_shorter", lambda: sides_row(9.0, -4.0, (2.0, 16.0))),
        ("used_near_limit", lambda: sides_row(9.0, 5.0)),
        ("available_near_limit", lambda: sides_row(9.0, -4.0, (14.0, 9.0))),
        ("exceeds_test", lambda: direct_row(12.0, 0.0)),
        ("lower_bound_only", lambda: direct_row(-6.0, -4.0, lower_bound=True)),
        ("use_low_unknown", lambda: _walk_direct()),
    ],
)
def test_an_inconclusive_row_says_why_and_what_next(reason, row):
    found = row()
    assert (found["class"], found["reason"]) == ("inconclusive", reason)
    assert found["next_measurement"].endswith(".")


def _only_right(_):
    strides, exam = both(9.0, -4.0)
    return row_of(compare_range(strides, exam[exam["side"] == "right"], about=RIGHT), "sides")


def _walk_direct():
    strides = as_strides(stride_rows(-6.0, task="walk", speed_m_s=1.3))
    return row_of(compare_range(strides, empty_exam(), functional=reserve(12.0)), "direct")


def test_every_reason_has_its_words_in_the_reports():
    assert set(REASONS) <= set(catalogue("en")["reason"])


def test_walking_is_compared_by_sides_without_any_reference():
    strides = as_strides(
        *(stride_rows(v, side=s, task="walk", speed_m_s=1.3) for s, v in (("left", 9.0), ("right", -4.0)))
    )
    _, exam = both(9.0, -4.0)
    assert row_of(compare_range(strides, exam, about=RIGHT), "sides")["class"] == "available_unused"


@pytest.mark.parametrize(("used", "available", "expected"), [(-6, 12, "available_unused"), (-6, -6, "low_both")])
def test_low_use_with_and_without_a_reserve(used, available, expected):
    assert direct_row(used, available)["class"] == expected


def test_a_reserve_alone_is_typical_and_stated():
    row = direct_row(13.0, 28.0)
    assert (row["class"], row["estimate_deg"]) == ("typical", pytest.approx(15.0))


def test_a_functional_trial_that_ended_early_supports_a_reserve_but_never_low_both():
    assert direct_row(-6.0, 12.0, lower_bound=True)["class"] == "available_unused"
    assert np.isnan(direct_row(-6.0, 12.0, lower_bound=True)["probability_low_both"])


def test_a_functional_trial_of_another_zero_gives_no_direct_row():
    strides, exam = both(-6.0, -6.0)
    ledger = compare_range(strides, exam, functional=reserve(12.0, zero="standing"))
    assert "direct" not in set(ledger["comparison"])


def test_a_class_that_one_zero_alone_supports_is_tilt_or_zero():
    strides, exam = both(-6.0, -6.0)
    # from standing: -6 + 12 = 6 against a limit of 12.0 - 1.2816 * 4.4 = 6.4
    ledger = compare_range(strides, exam, about={"standing_hip_flexion_deg": 12.0})
    assert row_of(ledger, "reference")["reason"] == "tilt_or_zero"
    ledger = compare_range(strides, exam, about={"standing_hip_flexion_deg": 4.0})
    assert row_of(ledger, "reference")["class"] == "available_unused"


def test_low_use_is_split_into_thigh_and_tilt_and_the_parts_sum_to_the_whole():
    table = stride_rows(-2.0).assign(pelvis_anterior_tilt_at_peak_hip_extension_deg=24.0)
    row = row_of(compare_range(as_strides(table), empty_exam()), "reference")
    assert row["used_thigh_deg"] == pytest.approx(22.0)
    assert row["from_thigh_deg"] + row["from_tilt_deg"] == pytest.approx(row["estimate_deg"])


def test_who_is_not_in_the_reference_widens_its_limit_and_is_named():
    strides, exam = both(-6.0, -6.0)
    about = {"sex": "F", "surface": "trail", "grade_percent": 0.0}
    row = row_of(compare_range(strides, exam, about=about), "reference")
    assert (row["not_represented"], row["not_stated"]) == ("sex; surface", "level")
    # 1.157 of 28 runners, and 2 deg for each of the two
    assert row["used_low_below_se_deg"] == pytest.approx(np.sqrt(1.157**2 + 8), abs=1e-3)


def test_the_first_comparison_that_decides_leads():
    ledger = compare_range(*both(9.0, -6.0), about=RIGHT)
    assert ledger[ledger["headline"]].set_index("side")["comparison"].to_dict() == {
        "left": "reference",
        "right": "sides",
    }


def test_opposite_classes_lead_to_comparisons_disagree():
    ledger = compare_range(*both(-6.0, -6.0), about=RIGHT)
    assert row_of(ledger, "reference")["class"] == "available_unused"
    lead = ledger[ledger["headline"] & (ledger["side"] == "right")].iloc[0]
    assert (lead["comparison"], lead["class"], lead["reason"]) == ("sides", "inconclusive", "comparisons_disagree")


@few
@given(left=degrees, right=degrees, left_test=degrees, right_test=degrees)
def test_every_side_and_direction_has_one_headline(left, right, left_test, right_test):
    strides, exam = both(left, right, (left_test, right_test))
    exam = exam_of(exam, exam_rows(30.0, test="ir_90", direction="internal_rotation"))
    ledger = compare_range(strides, exam, about=RIGHT, functional=reserve(right_test))
    counts = ledger[ledger["headline"]].groupby(["side", "direction"]).size()
    assert set(counts) == {1} and len(counts) == 4


@few
@given(left=degrees, right=degrees, left_test=degrees, right_test=degrees, more=st.floats(0, 6))
def test_more_error_never_gives_the_sides_a_label_that_less_did_not(left, right, left_test, right_test, more):
    sure, unsure = (sides_row(left, right, (left_test, right_test), sem_deg=sem)["class"] for sem in (1.0, 1.0 + more))
    assert unsure in (sure, "inconclusive")


def test_directions_that_running_cannot_tell_say_so():
    strides, exam = both(9.0, 9.0)
    exam = exam_of(exam, exam_rows(30.0, test="ir_90", direction="internal_rotation"))
    row = row_of(compare_range(strides, exam), "reference", direction="internal_rotation")
    assert (row["reason"], row["available_deg"], row["headline"]) == ("direction_not_told", 30.0, True)


def test_flexion_is_compared_where_the_exam_speaks_of_it():
    table = pd.concat([stride_rows(9.0, side=side).assign(peak_hip_flexion_deg=50.0) for side in ("left", "right")])
    exam = exam_rows(115.0, test="supine_flexion", direction="flexion")
    row = row_of(compare_range(as_strides(table), exam), "reference", direction="flexion")
    assert (row["used_deg"], row["reason"]) == (pytest.approx(50.0), "no_reference_available")


def test_centiles_of_use_stand_beside_the_median():
    row = row_of(compare_range(as_strides(stride_rows(5.0)), empty_exam()), "reference")
    # evenly spread values: 5th and 95th centile lie 0.9 half-widths from the middle
    assert (row["used_p95_deg"] + row["used_p05_deg"]) / 2 == pytest.approx(5.0)
    assert row["used_p95_deg"] > 5.0


def test_a_table_with_two_rows_of_one_key_is_refused():
    twice = pd.DataFrame({"participant": ["P01", "P01"], "sex": ["F", "M"]})
    with pytest.raises(DataError, match="two rows of one key"):
        compare_range(as_strides(stride_rows(5.0)), empty_exam(), about=twice)


def swings(extension_deg, flexion_deg, n=4):
    """Angles of a trial in which the right hip swings n times and the left rests."""
    time_s = np.arange(0, 2.0 * n + 0.5, 0.01)  # ends in flexion, so that each swing back is whole
    middle, half = (flexion_deg - extension_deg) / 2, (flexion_deg + extension_deg) / 2
    table = pd.DataFrame(0.0, index=range(time_s.size), columns=[column.name for column in SAMPLE_COLUMNS])
    table = table.assign(time_s=time_s, hip_flexion_right_deg=middle + half * np.sin(np.pi * time_s))
    return Angles("rom", "rom", np.nan, table, Passport(zero="anatomical", hip_centre="harrington", rate_hz=100.0))


def test_a_functional_trial_gives_the_mean_peak_of_its_swings():
    table = functional_range(swings(15.0, 90.0)).set_index("direction")
    assert table.loc["extension", ["side", "n_repetitions"]].tolist() == ["right", 4]
    assert table.loc["extension", "available_deg"] == pytest.approx(15.0, abs=0.01)
    assert table.loc["flexion", "available_deg"] == pytest.approx(90.0, abs=0.01)


def test_a_functional_trial_is_a_lower_bound_unless_the_exam_says_it_was_passive():
    described = exam_rows(15.0, test="rom", active="no", limited_by="firm")
    bounds = [functional_range(swings(15.0, 90.0), exam)["lower_bound"].iloc[0] for exam in (None, described)]
    assert bounds == [True, False]


def frames_of(used, **standing):
    table = stride_rows(used).assign(peak_thigh_extension_deg=20.0)
    return four_frames(as_strides(table), about=standing).query("side == 'right'")


def test_the_four_frames_add_the_standing_angles():
    row = frames_of(8.0, standing_hip_flexion_deg=4.0, standing_tilt_deg=10.0).iloc[0]
    assert row[["hip_deg", "plus_standing_tilt_deg", "from_standing_hip_deg", "thigh_deg"]].tolist() == pytest.approx(
        [8.0, 18.0, 12.0, 20.0]
    )


def test_a_subtraction_across_zeros_is_refused_unless_asked_for():
    frames = frames_of(8.0)
    with pytest.raises(DataError, match="across-zeros"):
        beyond_test(frames, exam_rows(11.0))
    assert beyond_test(frames, exam_rows(11.0), across_zeros=True)["hip_deg"].tolist() == pytest.approx([-3.0])


def visits(*values, zero="anatomical", speeds=(3.5, 3.5)):
    return [
        as_strides(stride_rows(value, session=str(number), speed_m_s=speed), zero=zero)
        for number, (value, speed) in enumerate(zip(values, speeds, strict=True), 1)
    ]


def reading(strides):
    table = change_between(strides)
    return table.loc[table["metric"] == "peak_hip_extension_deg", ["reading", "reason"]].iloc[0].tolist()


def test_a_change_counts_beyond_196_root_2_sem():
    # 1.96 * sqrt(2) * 2.5 = 6.93
    assert reading(visits(0.0, 6.9)) == ["not_detectable", ""]
    assert reading(visits(0.0, 7.0)) == ["changed", ""]


def test_visits_of_another_zero_or_speed_are_not_comparable():
    mixed = visits(0.0, 9.0)[:1] + visits(0.0, 9.0, zero="standing")[1:]
    assert reading(mixed) == ["not_comparable", "zero"]
    assert reading(visits(0.0, 9.0, speeds=(3.5, 3.0))) == ["not_comparable", "speed"]


def test_the_correlation_of_unrelated_thigh_and_pelvis_is_its_algebraic_null():
    random = np.random.default_rng(2)
    tilt, thigh = random.normal(16, 4, 4000), random.normal(-27, 3, 4000)
    coupling = tilt_coupling(tilt, -(thigh + tilt))
    assert (coupling.observed, coupling.algebraic) == pytest.approx((0.8, 0.8), abs=0.03)  # 4 / sqrt(16 + 9)
    assert coupling.shuffled[0] < coupling.observed < coupling.shuffled[1]


def test_standing_angles_become_a_row_per_side():
    table = standing_table({"hip_flexion_left_deg": 3.0, "pelvis_anterior_tilt_deg": 9.0})
    assert table["standing_hip_flexion_deg"].tolist()[0] == 3.0
    assert table["standing_tilt_deg"].tolist() == [9.0, 9.0]


def test_the_worked_runner_of_the_docs_comes_out_in_all_three_comparisons():
    strides = as_strides(stride_rows(9.0, side="left"), stride_rows(-2.0))
    exam = exam_of(exam_rows(13.0, 15.0, side="left"), exam_rows(11.0, 13.0))
    about = RIGHT | {"standing_hip_flexion_deg": 4.0}
    ledger = compare_range(strides, exam, about=about, functional=reserve(10.0))
    found = [row_of(ledger, name) for name in ("reference", "sides", "direct")]
    assert [row["class"] for row in found] == ["available_unused", "inconclusive", "available_unused"]
    assert [row["probability_available_unused"] for row in found] == pytest.approx([0.927, 0.872, 0.996], abs=1e-3)
    # 0.904 with a third repetition: what the row asks for
    more = exam_of(exam_rows(13.0, 15.0, 14.0, side="left"), exam_rows(11.0, 13.0, 12.0))
    third = row_of(compare_range(strides, more, about=about), "sides")["probability_available_unused"]
    assert third == pytest.approx(0.904, abs=1e-3)
