import math

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_tables import as_strides, exam_of, exam_rows, stride_rows

from kinematics.conventions import CLASSES, LEDGER_COLUMNS, DataError
from kinematics.exam import empty_exam
from kinematics.ledger import compare_range, low_limit, probability_low, used_range
from kinematics.settings import LedgerSettings, Settings

CLASS_PROBABILITIES = [f"probability_{name}" for name in CLASSES if name != "inconclusive"]
GOOD_TEST, LOW_TEST = 14.0, -12.0
HIGH_USE, LOW_USE = 14.0, -7.0
degrees = st.floats(-25, 35).map(lambda value: round(value, 1))
#: Used and tested extension of some people at once: one ledger for all of them.
people = st.lists(st.tuples(degrees, degrees), min_size=5, max_size=30)
few = hypothesis.settings(max_examples=6)


def one_row(used_deg, *exam, zero="anatomical", hip_centre="harrington", settings=Settings(), **keys):  # noqa: B008
    """The ledger's row of the right side."""
    rows = exam_of(*exam) if exam else empty_exam()
    strides = as_strides(stride_rows(used_deg, **keys), zero=zero, hip_centre=hip_centre)
    ledger = compare_range(strides, rows, settings=settings)
    return ledger[(ledger["side"] == "right") & (ledger["comparison"] == "reference")].iloc[0]


def rows_of(pairs, *, repetitions=1, settings=Settings(), **cells):  # noqa: B008
    """The ledger's rows of the right sides of people with these pairs of used and tested extension."""
    named = [(f"P{number:02d}", used, value) for number, (used, value) in enumerate(pairs)]
    strides = as_strides(*(stride_rows(used, participant=name) for name, used, _ in named))
    exam = exam_of(*(exam_rows(*[value] * repetitions, participant=name, **cells) for name, _, value in named))
    ledger = compare_range(strides, exam, settings=settings)
    return ledger.query("side == 'right' and comparison == 'reference'").reset_index(drop=True)


def kept_or_open(after, before):
    """Whether each class is what it was, or inconclusive."""
    return ((after["class"] == before["class"]) | (after["class"] == "inconclusive")).all()


def test_the_ledger_has_the_declared_columns_in_order():
    ledger = compare_range(as_strides(stride_rows(5.0)), empty_exam())
    assert list(ledger.columns) == [column.name for column in LEDGER_COLUMNS]


def test_no_strides_at_all_give_a_ledger_without_rows():
    assert len(compare_range([], exam_rows(12.0))) == 0


def test_the_worked_example_of_the_docs_comes_out_number_by_number():
    row = one_row(-2.0, exam_rows(11.0, 13.0))
    # use: n_eff = 30 * 0.88 / 1.12 = 23.57; 1.2533 * 0.8 / sqrt(23.57) = 0.207; sqrt(2.5**2 + 0.7**2 + 0.207**2)
    assert row["used_se_deg"] == pytest.approx(2.604, abs=1e-3)
    # 7.9 - 1.2816 * 4.5
    assert row["used_low_below_deg"] == pytest.approx(2.133, abs=1e-3)
    # (2.133 + 2.0) / sqrt(2.604**2 + 1.157**2) = 1.450
    assert row["probability_used_low"] == pytest.approx(0.9265, abs=1e-3)
    # mean of 11 and 13; sqrt(9 * (0.5 / 2 + 0.5))
    assert (row["available_deg"], row["available_se_deg"]) == pytest.approx((12.0, 2.598), abs=1e-3)
    # 10.6 - 1.2816 * 9.6
    assert row["available_low_below_deg"] == pytest.approx(-1.703, abs=1e-3)
    assert row["probability_available_low"] < 1e-6
    assert row["probability_available_unused"] == pytest.approx(0.9265, abs=1e-3)
    assert (row["class"], row["reason"], row["next_measurement"]) == ("available_unused", "", "")
    # 2.0 short of neutral against 7.9 behind; sqrt(2.604**2 + 4.5**2 / 28)
    assert (row["estimate_deg"], row["estimate_se_deg"]) == pytest.approx((-9.9, 2.740), abs=1e-3)


@pytest.mark.parametrize(
    ("used_deg", "test_deg", "expected"),
    [
        (LOW_USE, GOOD_TEST, "available_unused"),
        (LOW_USE, LOW_TEST, "low_both"),
        (HIGH_USE, LOW_TEST, "low_test_only"),
        (HIGH_USE, GOOD_TEST, "typical"),
        (2.0, -2.0, "inconclusive"),
    ],
)
def test_the_two_by_two_of_low_and_not_low_gives_the_class(used_deg, test_deg, expected):
    assert one_row(used_deg, exam_rows(test_deg))["class"] == expected


def test_the_probabilities_of_the_four_classes_sum_to_one():
    assert one_row(3.0, exam_rows(2.0))[CLASS_PROBABILITIES].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("too_few_strides", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), n=9)),
        ("no_strides", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), valid=False)),
        ("zero_unknown", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), zero="unknown")),
        ("no_reference", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), zero="model")),
        ("no_reference", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), task="walk", speed_m_s=1.3)),
        ("no_reference", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST), speed_m_s=math.nan)),
        ("no_exam", lambda: one_row(LOW_USE)),
        ("no_exam", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST, side="left"))),
        ("no_reference_available", lambda: one_row(LOW_USE, exam_rows(GOOD_TEST, test="prone_extension"))),
        ("lower_bound_only", lambda: one_row(LOW_USE, exam_rows(LOW_TEST, limited_by="pain"))),
        ("used_near_limit", lambda: one_row(2.0, exam_rows(GOOD_TEST))),
        ("available_near_limit", lambda: one_row(LOW_USE, exam_rows(-2.0))),
        ("both_near_limit", lambda: one_row(2.0, exam_rows(-2.0))),
    ],
)
def test_an_inconclusive_row_says_why_and_what_next(reason, row):
    found = row()
    assert (found["class"], found["reason"]) == ("inconclusive", reason)
    assert found["next_measurement"].endswith(".")


def test_without_an_exam_the_probability_that_use_is_low_is_still_there():
    assert one_row(LOW_USE)["probability_used_low"] > 0.99


def test_a_lower_bound_can_support_available_but_unused():
    row = one_row(LOW_USE, exam_rows(GOOD_TEST, limited_by="pain"))
    assert (row["class"], bool(row["available_is_lower_bound"])) == ("available_unused", True)


@few
@given(pairs=people, limited_by=st.sampled_from(["pain", "apprehension", "not_reached"]))
def test_a_lower_bound_never_calls_the_test_low(pairs, limited_by):
    rows = rows_of(pairs, limited_by=limited_by)
    assert not rows["class"].isin(["low_both", "low_test_only"]).any()
    assert rows["probability_available_low"].isna().all()


def test_a_near_miss_of_an_undescribed_test_asks_for_a_better_one():
    row = one_row(LOW_USE, exam_rows(5.0, pelvis_controlled="", instrument=""))
    assert row["reason"] == "available_near_limit"
    assert row["next_measurement"].startswith("Repeat the test with the pelvis held")


def test_what_the_next_measurement_promises_is_kept():
    # the promised test: 3 repetitions, pelvis held, inclinometer, the same value
    assert one_row(LOW_USE, exam_rows(5.0, 5.0, 5.0))["class"] == "available_unused"


def test_a_value_on_its_limit_is_told_that_neither_would_decide():
    assert "neither" in one_row(2.1, exam_rows(GOOD_TEST))["next_measurement"]


def test_of_several_tests_the_one_with_a_reference_is_compared():
    row = one_row(LOW_USE, exam_rows(2.0, test="prone_extension"), exam_rows(GOOD_TEST))
    assert (row["test"], row["available_deg"]) == ("modified_thomas", GOOD_TEST)


def test_strides_that_are_not_valid_do_not_count():
    good, bad = stride_rows(LOW_USE), stride_rows(40.0, valid=False)
    table = used_range(as_strides(good, bad)).query("side == 'right'").iloc[0]
    assert (table["used_deg"], table["n_strides"]) == pytest.approx((LOW_USE, 30))


def test_two_trials_at_one_speed_are_taken_together():
    strides = [as_strides(stride_rows(4.0, trial="a")), as_strides(stride_rows(6.0, trial="b"))]
    table = used_range(strides).query("side == 'right'")
    assert table[["n_strides", "used_deg"]].to_numpy().tolist() == [[60, pytest.approx(5.0)]]


def test_two_zeros_of_one_speed_stay_two_rows():
    strides = [as_strides(stride_rows(4.0)), as_strides(stride_rows(8.0), zero="standing")]
    ledger = compare_range(strides, empty_exam())
    rows = ledger[ledger["comparison"] == "reference"]
    assert rows["zero"].tolist() == ["anatomical", "standing", "anatomical", "standing"]


def test_a_single_stride_borrows_its_scatter_from_the_reference_runners():
    table = used_range(as_strides(stride_rows(4.0, n=1))).query("side == 'right'").iloc[0]
    assert table["used_se_strides_deg"] == pytest.approx(1.2533 * 0.8 / math.sqrt(0.88 / 1.12), abs=1e-3)


def test_a_side_without_strides_still_has_its_row():
    ledger = compare_range(as_strides(stride_rows(5.0, side="right")), empty_exam())
    assert ledger.loc[ledger["side"] == "left", "reason"].tolist() == ["no_strides", "no_strides"]


def test_standing_and_rom_trials_are_not_compared():
    strides = [as_strides(stride_rows(5.0, task=task)) for task in ("static", "rom")]
    assert len(compare_range(strides, empty_exam())) == 0


def test_the_standing_zero_is_held_against_the_standing_reference():
    # 12.0 - 1.2816 * 4.4
    row = one_row(5.0, exam_rows(GOOD_TEST), zero="standing")
    assert row["used_low_below_deg"] == pytest.approx(6.361, abs=1e-3)


def test_another_hip_centre_is_held_against_its_own_reference():
    # 8.9 - 1.2816 * sqrt(4.5**2 + 0.7**2)
    assert one_row(5.0, hip_centre="bell")["used_low_below_deg"] == pytest.approx(3.064, abs=1e-3)


def sides_at(*speeds, **keys):
    return [stride_rows(5.0, side=side, speed_m_s=speed, **keys) for speed in speeds for side in ("left", "right")]


def headline_speeds(*tables):
    ledger = compare_range(as_strides(*tables), empty_exam())
    return ledger.loc[ledger["headline"], ["side", "speed_m_s"]].to_numpy().tolist()


def test_the_headline_is_the_middle_speed_of_both_sides():
    assert headline_speeds(*sides_at(2.5, 3.5, 4.5)) == [["left", 3.5], ["right", 3.5]]


def test_of_two_speeds_the_slower_is_the_headline():
    assert headline_speeds(*sides_at(3.0, 4.0)) == [["left", 3.0], ["right", 3.0]]


def test_a_speed_that_cannot_be_compared_is_no_headline_beside_one_that_can():
    assert headline_speeds(*sides_at(2.0, 2.2, 3.0)) == [["left", 3.0], ["right", 3.0]]


def test_a_run_comes_before_a_walk():
    assert headline_speeds(*sides_at(1.3, task="walk"), *sides_at(5.5)) == [["left", 5.5], ["right", 5.5]]


@few
@given(
    speeds=st.lists(st.sampled_from([1.0, 2.5, 3.0, 3.5, math.nan]), min_size=1, max_size=4, unique_by=str),
    sides=st.sampled_from([("left",), ("right",), ("left", "right")]),
)
def test_every_visit_has_exactly_one_headline_per_side(speeds, sides):
    tables = [
        stride_rows(5.0, side=side, speed_m_s=speed, session=session)
        for speed in speeds
        for side in sides
        for session in ("1", "2")
    ]
    ledger = compare_range(as_strides(*tables), empty_exam())
    counts = ledger[ledger["headline"]].groupby(["session", "side"]).size()
    assert counts.to_dict() == {(session, side): 1 for session in ("1", "2") for side in ("left", "right")}


def test_nameless_strides_belong_to_the_one_visit_of_the_exam():
    row = one_row(LOW_USE, exam_rows(GOOD_TEST, participant="P07", session="2"), participant="", session="")
    assert (row["participant"], row["session"], row["class"]) == ("P07", "2", "available_unused")


def test_nameless_strides_beside_several_visits_are_refused():
    exam = (exam_rows(GOOD_TEST), exam_rows(GOOD_TEST, session="2"))
    with pytest.raises(DataError, match="the exam holds 2 visits"):
        one_row(LOW_USE, *exam, participant="", session="")


def test_the_exam_of_another_visit_is_not_used():
    assert one_row(LOW_USE, exam_rows(GOOD_TEST, session="2"))["reason"] == "no_exam"


def two_sided(left, right, left_test, right_test):
    strides = as_strides(stride_rows(left, side="left"), stride_rows(right, side="right"))
    return strides, exam_of(exam_rows(left_test, side="left"), exam_rows(right_test, side="right"))


@few
@given(left=degrees, right=degrees, left_test=degrees, right_test=degrees)
def test_swapping_the_sides_swaps_the_rows(left, right, left_test, right_test):
    one = compare_range(*two_sided(left, right, left_test, right_test), about={"symptomatic_side": "left"})
    other = compare_range(*two_sided(right, left, right_test, left_test), about={"symptomatic_side": "right"})
    other = other.assign(side=other["side"].map({"left": "right", "right": "left"})).sort_values(["side", "comparison"])
    one = one.sort_values(["side", "comparison"])
    names = one.columns.drop("symptomatic_side")
    pd.testing.assert_frame_equal(one[names].reset_index(drop=True), other[names].reset_index(drop=True))


@few
@given(seed=st.integers(0, 2**16))
def test_the_order_of_the_rows_changes_nothing(seed):
    strides, exam = two_sided(2.0, LOW_USE, 3.0, GOOD_TEST)
    mixed = as_strides(strides.table.sample(frac=1, random_state=seed))
    mixed_exam = exam.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(compare_range(strides, exam), compare_range(mixed, mixed_exam))


@few
@given(pairs=people)
def test_a_repetition_equal_to_the_mean_never_turns_the_evidence(pairs):
    once, twice = rows_of(pairs), rows_of(pairs, repetitions=2)
    before, after = (rows["probability_available_low"] - 0.5 for rows in (once, twice))
    assert (before * after >= 0).all()
    assert (after.abs() >= before.abs()).all()
    assert kept_or_open(once, twice)


@few
@given(pairs=people, sem=st.floats(0.5, 8), more=st.floats(0, 8))
def test_more_error_never_makes_a_label_more_certain(pairs, sem, more):
    sure, unsure = rows_of(pairs, sem_deg=sem), rows_of(pairs, sem_deg=sem + more)
    assert kept_or_open(unsure, sure)
    highest, before = (rows[CLASS_PROBABILITIES].max(axis=1) for rows in (unsure, sure))
    assert (highest <= before + 1e-12).all()


@few
@given(pairs=people)
def test_a_higher_threshold_only_takes_labels_away(pairs):
    strict = rows_of(pairs, settings=Settings(ledger=LedgerSettings(probability=0.99)))
    lenient = rows_of(pairs, settings=Settings(ledger=LedgerSettings(probability=0.6)))
    assert kept_or_open(strict, lenient)


def test_a_larger_reference_has_a_sharper_limit():
    # sd sqrt(1/n + z**2 / (2 (n - 1))) with z = -1.2816
    _, error = low_limit([10.0, 10.0], [5.0, 5.0], [28, 280])
    assert error.tolist() == pytest.approx([1.286, 0.404], abs=1e-3)


def test_a_value_one_standard_error_below_its_limit_is_low_with_84_percent():
    assert probability_low(0.0, 3.0, 5.0, 4.0) == pytest.approx(0.8413, abs=1e-4)


def test_what_is_known_beside_the_strides_may_come_as_plain_columns():
    strides, exam = as_strides(stride_rows(6.0)), exam_rows(12.0)
    told = {"participant": ["P01", "P01"], "side": ["left", "right"], "surface": ["track", "treadmill"]}
    columns = {name: np.array(words, dtype=object) for name, words in told.items()}
    ledgers = [compare_range(strides, exam, about=[{"sex": "F"}, part]) for part in (columns, pd.DataFrame(told))]
    pd.testing.assert_frame_equal(*ledgers)
    assert set(ledgers[0]["not_stated"]) == {"level; grade"}
