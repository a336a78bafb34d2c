import math

import numpy as np
import pandas as pd
import pytest
from ledger_tables import exam_of, exam_rows

from kinematics.conventions import DIRECTIONS, DataError
from kinematics.exam import (
    EXAM_COLUMNS,
    available_range,
    empty_exam,
    exam_tests,
    read_exam,
    read_exam_rows,
    sem_table,
)
from kinematics.exam.columns import Groups, frame, grouped

HEADER = ",".join(EXAM_COLUMNS)
GOOD = "P01,1,left,extension,prone_extension,12.5,inclinometer,yes,no,1,A,firm,"


@pytest.fixture
def written(tmp_path):
    """Writes an exam table and returns its path."""

    def write(*lines, header=HEADER, encoding="utf-8", newline="\n"):
        path = tmp_path / "exam.csv"
        path.write_bytes((newline.join((header, *lines)) + newline).encode(encoding))
        return path

    return write


def sentence_of(path, **settings):
    with pytest.raises(DataError) as caught:
        read_exam(path, **settings)
    return str(caught.value)


def test_a_row_is_read_with_every_column(written):
    table = read_exam(written(GOOD))
    assert tuple(table.columns) == EXAM_COLUMNS
    assert table.loc[0, "value_deg"] == 12.5
    assert math.isnan(table.loc[0, "sem_deg"])


def test_optional_columns_may_be_missing(written):
    path = written("P01,1,left,extension,prone_extension,8", header=",".join(EXAM_COLUMNS[:6]))
    assert read_exam(path).loc[0, "instrument"] == ""


def test_semicolons_with_decimal_commas_are_read(written):
    path = written(GOOD.replace(",", ";").replace("12.5", "12,5"), header=HEADER.replace(",", ";"))
    assert read_exam(path).loc[0, "value_deg"] == 12.5


def test_thomas_below_keeps_the_sign_and_above_turns_it(written):
    path = written(GOOD.replace("prone_extension", "modified_thomas"))
    assert read_exam(path, thomas_positive="below").loc[0, "value_deg"] == 12.5
    assert read_exam(path, thomas_positive="above").loc[0, "value_deg"] == -12.5


def test_thomas_rows_without_the_setting_are_refused_with_the_line_to_write(written):
    assert 'thomas_positive = "below"' in sentence_of(written(GOOD.replace("prone_extension", "modified_thomas")))


def test_the_setting_turns_no_other_test(written):
    assert read_exam(written(GOOD), thomas_positive="above").loc[0, "value_deg"] == 12.5


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "extension,prone",
            "extention,prone",
            "row 2, column 'direction': 'extention' is not known here. Did you mean 'extension'?",
        ),
        (",left,", ",L,", "column 'side': 'L' is not known here. Expected one of: left, right."),
        ("prone_extension", "prone_extensions", "Did you mean 'prone_extension'?"),
        ("extension,prone", "flexion,prone", "test 'prone_extension' measures extension, not flexion."),
        (",12.5,", ",,", "column 'value_deg': the cell is empty. Write degrees as a plain number"),
        (",12.5,", ",125,", "'125' lies outside -60 to 60 deg."),
        (",inclinometer,", ",inclinomter,", "Did you mean 'inclinometer'?"),
        (",yes,no,", ",maybe,no,", "column 'pelvis_controlled': 'maybe' is not known here."),
        (",firm,", ",hurts,", "column 'limited_by'"),
        (",firm,", ",firm,-2", "column 'sem_deg': a standard error is above 0 deg."),
        ("P01,", ",", "column 'participant': the cell is empty."),
        (",firm,", ",firm,,,x", "15 cells were found where the header has 13."),
    ],
)
def test_each_bad_cell_has_its_sentence(written, old, new, words):
    assert words in sentence_of(written(GOOD.replace(old, new, 1)))


def test_the_same_numbered_repetition_stands_once(written):
    assert "row 3, column 'repetition': repetition 1 of this test stands already in row 2." in sentence_of(
        written(GOOD, GOOD)
    )


def test_repetitions_without_a_number_may_follow_each_other(written):
    row = GOOD.replace(",no,1,", ",no,,")
    assert len(read_exam(written(row, row))) == 2


def test_bad_rows_cost_only_themselves(written):
    table, errors = read_exam_rows(written(GOOD, GOOD.replace("12.5", "x"), GOOD.replace("left", "right")))
    assert table["side"].tolist() == ["left", "right"]
    assert [(error.file, error.row, error.column) for error in errors] == [("exam.csv", 3, "value_deg")]


def test_a_refused_row_does_not_stand_in_the_way_of_its_correction(written):
    table, errors = read_exam_rows(written(GOOD.replace("12.5", "125"), GOOD))
    assert (table["value_deg"].tolist(), [error.row for error in errors]) == ([12.5], [2])


def test_every_bad_cell_of_a_row_is_told(written):
    _, errors = read_exam_rows(written(GOOD.replace("left", "lft").replace("firm", "hurts")))
    assert [(error.row, error.column) for error in errors] == [(2, "side"), (2, "limited_by")]


def test_a_table_with_no_rows_is_no_error(written):
    assert len(read_exam(written())) == 0


def test_one_good_thomas_repetition_has_a_standard_error_of_3_deg():
    assert available_range(exam_rows(12.0))["available_se_deg"].tolist() == pytest.approx([3.0])


def test_repetitions_reduce_only_half_of_the_variance():
    # 9 * (0.5 / 4 + 0.5) = 5.625
    row = available_range(exam_rows(10, 11, 13, 14)).iloc[0]
    assert (row["available_deg"], row["n_repetitions"]) == (12.0, 4)
    assert row["available_se_deg"] == pytest.approx(math.sqrt(5.625))


def test_an_uncontrolled_pelvis_doubles_the_error():
    assert available_range(exam_rows(12.0, pelvis_controlled="no"))["available_se_deg"].tolist() == pytest.approx([6.0])


def test_a_missing_instrument_widens_the_error_and_is_named():
    row = available_range(exam_rows(12.0, instrument="")).iloc[0]
    assert row["available_se_deg"] == pytest.approx(math.sqrt(9 + 1.6**2))
    assert "instrument not stated" in row["notes"]


def test_a_raters_own_error_replaces_the_registrys():
    assert available_range(exam_rows(12.0, sem_deg=1.5))["available_se_deg"].tolist() == pytest.approx([1.5])


def test_repetitions_of_unequal_error_keep_the_mean_of_their_lasting_parts():
    exam = exam_of(exam_rows(10.0, sem_deg=2.0), exam_rows(12.0, sem_deg=4.0))
    # 0.5 * (4 + 16) / 4 + 0.5 * 3**2 = 2.5 + 4.5
    assert available_range(exam)["available_se_deg"].tolist() == pytest.approx([math.sqrt(7.0)])


@pytest.mark.parametrize(
    "cells", [{"limited_by": "pain"}, {"limited_by": "apprehension"}, {"limited_by": "not_reached"}, {"active": "yes"}]
)
def test_what_ends_early_is_a_lower_bound(cells):
    assert available_range(exam_rows(12.0, **cells))["lower_bound"].tolist() == [True]


def test_a_firm_end_is_no_lower_bound():
    assert available_range(exam_rows(12.0, 13.0))["lower_bound"].tolist() == [False]


def test_different_tests_are_never_merged():
    table = available_range(exam_of(exam_rows(12.0), exam_rows(4.0, test="prone_extension")))
    assert dict(zip(table["test"], table["available_deg"], strict=True)) == {
        "modified_thomas": 12.0,
        "prone_extension": 4.0,
    }


def test_what_ended_the_movement_and_the_pelvis_are_told():
    row = available_range(exam_of(exam_rows(10.0), exam_rows(11.0, limited_by="pain", pelvis_controlled="no"))).iloc[0]
    assert (row["limited_by"], row["pelvis_controlled"]) == ("firm;pain", "no")


def test_the_order_of_rows_changes_nothing():
    exam = exam_of(exam_rows(12.0, 9.0), exam_rows(4.0, side="left"), exam_rows(7.0, participant="P02"))
    shuffled = exam.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(available_range(exam), available_range(shuffled))


def test_an_exam_without_rows_gives_a_table_without_rows():
    assert len(available_range(empty_exam())) == 0


def test_every_test_has_a_procedure_a_sign_and_known_directions():
    for test in exam_tests().values():
        assert test.procedure.endswith(".")
        assert test.positive
        assert set(test.directions) <= set(DIRECTIONS)


def test_every_number_of_the_registry_says_what_it_rests_on():
    references = [reference for test in exam_tests().values() for reference in test.references]
    assert references
    assert {reference.basis for reference in references} <= {"measured", "published", "derived", "assumed"}
    assert all(reference.source for reference in references)


def test_the_thomas_reference_is_that_of_300_athletes():
    reference = exam_tests()["modified_thomas"].reference
    assert (reference.mean, reference.sd, reference.n_people) == (10.6, 9.6, 300)


def test_a_test_without_a_published_spread_has_no_usable_reference():
    assert exam_tests()["prone_extension"].reference is None


def test_less_description_never_means_less_error():
    table = sem_table().unstack("pelvis_controlled")
    assert np.all(table["no"] >= table["yes"])
    assert np.all(table[""] >= table["yes"])


def test_two_raters_average_half_of_what_lasts():
    exam = exam_of(exam_rows(10.0), exam_rows(12.0, rater="B"))
    # 9 * 0.5 / 2 + 9 * 0.5 * (0.5 + 0.5 / 2)
    assert available_range(exam)["available_se_deg"].tolist() == pytest.approx([math.sqrt(2.25 + 3.375)])


def test_a_functional_trial_counts_as_active_unless_it_is_said_to_be_passive():
    exam = exam_of(exam_rows(12.0, test="rom", active=""), exam_rows(12.0, test="rom", active="no", side="left"))
    assert available_range(exam).set_index("side")["lower_bound"].to_dict() == {"left": False, "right": True}


KINDS = {"who": object, "speed": float, "value": float}


@pytest.mark.parametrize("in_order", [True, False])
def test_sums_centiles_and_order_of_groups_are_those_of_pandas_to_the_last_digit(in_order):
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"who": rng.choice(["b", "a", "c"], 60), "speed": rng.choice([2.5, np.nan, 1.1], 60)})
    table["value"] = np.where(rng.random(60) < 0.1, np.nan, rng.normal(0, 8, 60).round(1))
    table = table.sort_values(["who", "speed"], ignore_index=True) if in_order else table
    who, speed, value = (table[name].to_numpy(dtype=kind) for name, kind in KINDS.items())
    groups = grouped([who, speed])
    expected = table.groupby(["who", "speed"], dropna=False)["value"]
    counts, centiles = groups.centiles(value, (0.05, 0.5))
    assert list(zip(who[groups.first], speed[groups.first].astype(str), strict=True)) == [
        (name, str(number)) for name, number in expected.sum().index
    ]
    np.testing.assert_array_equal(counts, expected.count())
    np.testing.assert_array_equal(groups.mean(value), expected.mean())
    np.testing.assert_array_equal(centiles.T, [expected.quantile(0.05), expected.median()])


def test_centiles_of_one_large_group_among_small_ones_are_those_of_each():
    of = np.repeat([2, 0, 1, 2], [30, 1, 3, 40])
    values = np.random.default_rng(5).normal(0, 8, of.size)
    counts, (low, middle) = (found.T for found in Groups(np.arange(3), of).centiles(values, (0.05, 0.5)))
    np.testing.assert_array_equal(counts, [1, 3, 70])
    np.testing.assert_allclose(low, [np.quantile(values[of == group], 0.05) for group in range(3)], rtol=1e-12)
    np.testing.assert_array_equal(middle, [np.median(values[of == group]) for group in range(3)])


@pytest.mark.parametrize("n", [0, 3])
def test_a_frame_of_plain_columns_is_the_one_that_pandas_makes(n):
    words, flags = np.array(["a", "", "left"], dtype=object)[:n], np.array([True, False, True])[:n]
    columns = {"side": words, "x_deg": np.arange(n) / 3, "n": np.arange(n), "test": words[::-1], "low": flags}
    text_columns = ("side", "test")
    expected = pd.DataFrame(columns).astype(dict.fromkeys(text_columns, "str"))
    pd.testing.assert_frame_equal(frame(columns), expected, check_exact=True)
    assert frame(columns).assign(y_deg=1.0).drop(columns="side").columns.tolist() == [
        "x_deg",
        "n",
        "test",
        "low",
        "y_deg",
    ]
