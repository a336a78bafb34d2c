"""intake.csv: what is accepted, what is refused and in which words, and what the safety questions say."""

from __future__ import annotations

import pandas as pd
import pytest

from kinematics.conventions import DataError
from kinematics.intake import COLUMNS, Answers, answers, fields, read_intake, read_intake_rows, safety

HEADER = "participant,session,field,side,value,unit\n"


@pytest.fixture
def write(tmp_path):
    def _write(*rows: str, header: str = HEADER):
        path = tmp_path / "intake.csv"
        path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path

    return _write


def visit(**given: str) -> pd.DataFrame:
    """A visit whose safety questions are all answered no, but for what is given; None leaves a question open."""
    words = {name: "no" for name, field in fields().items() if field.group == "safety"} | given
    rows = [("P01", "1", name, "", value, "") for name, value in words.items() if value is not None]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def error_of(path) -> DataError:
    with pytest.raises(DataError) as caught:
        read_intake(path)
    return caught.value


def test_answers_come_back_in_the_package_s_spelling(write):
    table = read_intake(write("P01,1,pain_now,, 3.0 ,0-10", "P01,1,strength_adduction,Left,1.10,Nm/kg"))
    assert table.to_numpy().tolist() == [
        ["P01", "1", "pain_now", "", "3", ""],
        ["P01", "1", "strength_adduction", "left", "1.1", "N.m/kg"],
    ]


def test_a_file_with_a_header_only_is_an_empty_table(write):
    assert read_intake(write()).columns.tolist() == list(COLUMNS)


def test_other_columns_and_blank_lines_are_left_aside(write):
    path = write("P01,1,pain_now,,3,,said so", "", header="participant,session,field,side,value,unit,note\n")
    assert len(read_intake(path)) == 1


def test_several_words_are_kept_in_the_order_of_the_form(write):
    table = read_intake(write("P01,1,equipment,,step; mini_band;step,"))
    assert answers(table)["equipment", ""] == ("mini_band", "step")


def test_ids_of_exercises_are_kept_in_the_order_given(write):
    table = read_intake(write("P01,1,options_struck,,hf_aslr; add_band;hf_aslr,"))
    assert answers(table)["options_struck", ""] == ("hf_aslr", "add_band")


def test_an_exact_repeat_is_dropped(write):
    assert len(read_intake(write("P01,1,pain_now,,3,", "P01,1,pain_now,,3.0,"))) == 1


def test_two_answers_to_one_question_are_refused_with_both_rows(write):
    error = error_of(write("P01,1,pain_now,,3,", "P01,1,pain_now,,4,"))
    assert "answered '3' in row 2" in str(error) and error.row == 3


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("P01,1,pain_nwo,,3,", "field", "Did you mean 'pain_now'?"),
        ("P01,1,pain_now,,11,", "value", "11 lies outside 0 to 10. Correct the value of 'pain_now'"),
        ("P01,1,pain_now,,nan,", "value", "'nan' is no value. Leave out the whole row"),
        ("P01,1,pain_now,,much,", "value", "'much' is not a number"),
        ("P01,1,pain_now,,'3,5',", None, "7 cells were found where the header has 6"),
        ('P01,1,pain_now,,"3,5",', "value", "with a point for the decimals"),
        ("P01,1,irritability,,hihg,", "value", "The nearest known word is 'high'"),
        ("P01,1,equipment,,miniband;step,", "value", "The nearest known word is 'mini_band'"),
        ("P01,1,settle_time,,3,min", "unit", "Write h."),
        ("P01,1,strength_flexion,left,1.5,", "unit", "Write N.m/kg."),
        ("P01,1,strength_flexion,,1.5,N.m/kg", "side", "Write left or right, a row for each"),
        ("P01,1,stage,left,load,", "side", "Leave the side empty"),
        ("P01,1,pain_now,both,3,", "side", "Write left or right, or leave it empty"),
        ("P01,1,pain_now,,,", "value", "Leave out the whole row"),
        ("P01,1,options_struck,,hf-aslr,", "value", "is no id of an exercise for 'options_struck'"),
        (",1,pain_now,,3,", "participant", "the cell is empty"),
    ],
)
def test_a_mistake_is_named_with_its_row_its_column_and_the_remedy(write, row, column, said):
    error = error_of(write("P01,1,goal,,race,", row))
    assert (error.file, error.row, error.column) == ("intake.csv", 3, column)
    assert said in str(error)


def test_semicolons_with_decimal_commas_are_read(write):
    path = write("P01;1;pain_now;;2,5;", header=HEADER.replace(",", ";"))
    assert read_intake(path)["value"].tolist() == ["2.5"]


def test_a_missing_column_is_named(write):
    assert "column 'unit' is missing" in str(error_of(write(header="participant,session,field,side,value\n")))


def test_bad_rows_cost_only_themselves(write):
    table, errors = read_intake_rows(write("P01,1,pain_now,,much,", "P01,1,goal,,race,", "P01,1,pain_now,,3,"))
    assert table["field"].tolist() == ["goal", "pain_now"]
    assert [(error.file, error.row, error.column) for error in errors] == [("intake.csv", 2, "value")]


def test_of_two_different_answers_to_one_question_neither_is_used(write):
    table, errors = read_intake_rows(write("P01,1,safety_pregnancy,,no,", "P01,1,safety_pregnancy,,yes,"))
    assert (len(table), len(errors)) == (0, 1)


def test_answers_are_typed_by_their_field():
    given = answers(visit(pain_now="3", stage="load"))
    assert isinstance(given, Answers)
    assert (given.number("pain_now"), given.word("stage"), given.words("equipment")) == (3.0, "load", ())


def test_the_highest_pain_counts_whatever_the_side():
    table = pd.DataFrame(
        [("P", "1", "pain_now", "left", "2", ""), ("P", "1", "pain_now", "right", "5", "")], columns=list(COLUMNS)
    )
    assert answers(table).highest("pain_now", "pain_daily") == 5.0


def test_answers_of_two_visits_at_once_are_refused():
    both = pd.concat([visit(), visit().assign(session="2")])
    with pytest.raises(DataError, match="more than one visit"):
        answers(both)


def test_safety_is_clear_when_every_question_is_answered_and_none_raises_a_rule():
    assert safety(visit()).state == "clear"


@pytest.mark.parametrize("name", [name for name, field in fields().items() if field.group == "safety"])
def test_one_open_question_leaves_safety_unanswered(name):
    found = safety(visit(**{name: None}))
    assert (found.state, [field.name for field in found.unanswered]) == ("unanswered", [name])


@pytest.mark.parametrize("name", [name for name, field in fields().items() if field.flag])
def test_every_flag_can_be_raised(name):
    field = fields()[name]
    given = {name: field.flag.value} | ({field.flag.along: "yes"} if field.flag.along else {})
    found = safety(visit(**given))
    assert (found.state, [flagged.name for flagged in found.flagged]) == ("flagged", [name])


def test_groin_pain_alone_raises_nothing():
    assert safety(visit(safety_groin_pain_running="yes")).state == "clear"


def test_an_earlier_bone_stress_injury_raises_nothing_without_groin_pain():
    assert safety(visit(safety_bone_stress_history="yes")).state == "clear"


def test_a_raised_rule_outweighs_open_questions():
    assert safety(visit(safety_pregnancy="yes", safety_dysplasia=None)).state == "flagged"


def test_nothing_answered_leaves_every_safety_question_open():
    assert len(safety(visit().head(0)).unanswered) == sum(field.group == "safety" for field in fields().values())


def test_every_field_is_declared_completely():
    for field in fields().values():
        assert (
            field.meaning
            and field.kind in ("word", "words", "number", "ids")
            and field.side in ("none", "required", "optional")
        )
        assert {"number": field.range is not None, "ids": not field.values}.get(field.kind, len(field.values) > 1)
        assert not field.flag or (field.flag.value in field.values and field.flag.along in ("", *fields()))
