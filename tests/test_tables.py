"""Small tables as people and spreadsheets save them: read alike, or one sentence that names the place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinematics.conventions import DataError
from kinematics.tables import SHOWN_CHARACTERS, Row, nearest, read_table, shown

REQUIRED, OPTIONAL = ("participant", "task", "speed_m_s"), ("surface",)


@pytest.fixture
def read(tmp_path):
    """Writes a table and reads it."""

    def read_text(content: str | bytes):
        path = tmp_path / "trials.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, required=REQUIRED, optional=OPTIONAL)

    return read_text


def row_of(**cells: str) -> Row:
    """Row 7 of a table whose cells are parted by commas."""
    return Row("trials.csv", 7, cells)


@pytest.mark.parametrize(
    "saved",
    [
        "participant;task;speed_m_s;surface\r\nP01;run;3,5;Boden weiß\r\n".encode("cp1252"),
        "participant;task;speed_m_s;surface\nP01;run;3,5;Boden weiß\n".encode("utf-8-sig"),
        "participant\ttask\tspeed_m_s\tsurface\nP01\trun\t3.5\tBoden weiß\n".encode("utf-16"),
        "sep=;\nparticipant;task;speed_m_s;surface\nP01;run;3,5;Boden weiß\n".encode(),
        "\n\nParticipant, Task ,Speed_m_s,Surface,,\n\nP01,RUN,3.5,Boden weiß,,\n\n".encode(),
        'participant,task,speed_m_s,surface\n"P01","run","3.5","Boden weiß"'.encode(),
        "participant,task,speed_m_s,surface\rP01,run,3.5,Boden weiß\r".encode(),
        ",participant,task,speed_m_s,surface\n0,P01,run,3.5,Boden weiß\n".encode(),
    ],
    ids=[
        "cp1252, semicolons, CRLF",
        "UTF-8 with mark",
        "UTF-16, tabs",
        "sep line",
        "blank lines, capitals, empty ends",
        "quotes, no last line end",
        "CR alone",
        "a column of numbers without a name",
    ],
)
def test_what_spreadsheets_make_of_a_table_is_read_alike(read, saved):
    (row,) = read(saved).rows
    assert (row.text("participant"), row.word("task", ("run", "walk"))) == ("P01", "run")
    assert (row.number("speed_m_s", 0, 13), row.text("surface"), row.errors) == (3.5, "Boden weiß", [])


def test_rows_are_numbered_as_an_editor_shows_them(read):
    table = read('\r\nparticipant,task,speed_m_s,surface\r\n"P01",run,3,"grass\r\nwet"\r\n\r\nP02,run,3,\r\n')
    assert [row.line for row in table.rows] == [3, 6]


def test_the_line_that_names_the_delimiter_is_counted(read):
    assert [row.line for row in read("sep=;\nparticipant;task;speed_m_s\nP01;run;3\n").rows] == [3]


def test_a_quoted_cell_keeps_its_delimiter(read):
    assert read('participant,task,speed_m_s,surface\nP01,run,3,"grass, wet"\n').rows[0].text("surface") == "grass, wet"


def test_a_short_row_ends_in_empty_cells(read):
    (row,) = read("participant,task,speed_m_s,surface\nP01,run\n").rows
    assert (row.text("task"), row.text("surface"), row.errors) == ("run", "", [])
    assert math.isnan(row.number("speed_m_s"))


@pytest.mark.parametrize(
    ("header", "cells", "found"),
    [("", "P01,run,3,5", 4), ("", "P01,run,3,", 4), (",,", "P01,run,3,5,", 5)],
    ids=["a decimal comma", "an empty cell too many", "below cells of the header without a name"],
)
def test_a_row_longer_than_the_header_has_a_fault(read, header, cells, found):
    (row,) = read(f"participant,task,speed_m_s{header}\n{cells}\n").rows
    assert str(row.errors[0]).startswith(f"trials.csv: row 2: {found} cells were found where the header has 3. A text")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "trials.csv: this file is empty. Its first line is: participant,task,speed_m_s"),
        (" \n\n", "trials.csv: this file is empty. Its first line is: participant,task,speed_m_s"),
        (b"PK\x03\x04\0\0", "trials.csv: this is not a text table (it holds binary data). Save it as CSV."),
        (
            "participant,task\n",
            "trials.csv: row 1: column 'speed_m_s' is missing; found: participant, task. "
            "The table needs the columns participant, task, speed_m_s.",
        ),
        (
            "participant,task,speed\n",
            "trials.csv: row 1, column 'speed': the column is not known. Did you mean 'speed_m_s'?",
        ),
        (
            "participant,task,task,speed_m_s\n",
            "trials.csv: row 1, column 'task': the column occurs twice. Keep one of them.",
        ),
        (
            'participant,task,speed_m_s\nP01,run,3\nP02,"run,3\nP03,run,3\n',
            "trials.csv: row 3: this line cannot be split into cells (unexpected end of data). "
            "Close every quotation mark that opens.",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_sentence(read, content, sentence):
    with pytest.raises(DataError) as caught:
        read(content)
    assert str(caught.value) == sentence


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="this file does not exist"):
        read_table(tmp_path / "none.csv", required=REQUIRED)


def test_a_column_of_the_users_own_is_noted(read):
    assert read("participant,task,speed_m_s,coach\n").notes == ("trials.csv: column 'coach' is not used.",)


def test_the_errors_of_a_table_are_those_of_its_rows(read):
    table = read("participant,task,speed_m_s\nP01,run,fast\nP02,run,3\nP03,run,far\n")
    assert [row.number("speed_m_s") for row in table.rows][1] == 3
    assert [error.row for error in table.errors] == [2, 4]


@pytest.mark.parametrize("text", ["1_0", "inf", "0x3", "３", "3.5 m/s", "--3", "1e999", "1.234,5"])
def test_what_python_would_take_for_a_number_and_people_would_not_is_refused(text):
    row = row_of(speed_m_s=text)
    assert math.isnan(row.number("speed_m_s"))
    assert str(row.errors[0]) == (
        f"trials.csv: row 7, column 'speed_m_s': '{text}' is not a number. Leave a gap empty, or write NaN."
    )


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("-.5", -0.5), ("+3.", 3), ("1e2", 100)])
def test_plain_numbers_are_read(text, number):
    assert row_of(speed_m_s=text).number("speed_m_s") == number


def test_a_decimal_comma_between_commas_is_answered_with_the_point():
    row = row_of(speed_m_s="3,5")
    row.number("speed_m_s", remedy="Write metres per second.")
    assert str(row.errors[0]).endswith("'3,5' is not a number. Write it with a point for the decimals.")


@pytest.mark.parametrize("text", ["", "NaN", "nan"])
def test_a_gap_is_no_fault_but_where_a_value_is_required(text):
    row = row_of(speed_m_s=text)
    assert math.isnan(row.number("speed_m_s")) and not row.errors
    row.required("speed_m_s")
    assert str(row.errors[0]).endswith("Every row needs it.")


def test_a_number_outside_its_range_is_told_with_the_range():
    row = row_of(speed_m_s="35")
    assert math.isnan(row.number("speed_m_s", 0, 13))
    assert str(row.errors[0]).endswith("35 lies outside 0 to 13. Check the value and its unit.")


@pytest.mark.parametrize("text", ["foot_off", "Foot Off", "FOOT-OFF"])
def test_words_are_taken_without_regard_to_case_blanks_and_hyphens(text):
    assert row_of(event=text).word("event", ("foot_strike", "foot_off")) == "foot_off"


def test_a_word_comes_back_in_the_spelling_of_the_list():
    assert row_of(sex="f").word("sex", ("F", "M", "X")) == "F"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("runn", "Did you mean 'run'?"), ("swim", "Expected one of: run, walk."), ("", "")],
)
def test_an_unknown_word_is_answered_with_the_nearest_or_the_list(text, remedy):
    row = row_of(task=text)
    assert row.word("task", ("run", "walk")) == ""
    assert [error.remedy for error in row.errors] == ([remedy] if remedy else [])


def test_a_list_too_long_to_repeat_is_answered_with_where_it_stands():
    row = row_of(field="colour")
    row.word("field", ("pain_now", "goal"), "The fields are listed in the manual.")
    assert str(row.errors[0]).endswith("'colour' is not known here. The fields are listed in the manual.")


def test_the_nearest_word_knows_slips_beginnings_and_strangers():
    assert nearest("runing", ("run", "running")) == "running"
    assert nearest("Speed", ("speed_m_s",)) == "speed_m_s"
    assert nearest("surname", ("surface",)) == nearest("", ("side",)) == ""


def test_a_users_text_is_repeated_in_one_line_and_not_at_length():
    assert shown("a\nb") == "'a?b'"
    assert len(shown("x" * 1000)) == SHOWN_CHARACTERS + len("'...'")


@given(st.binary(max_size=200) | st.text(alphabet='b,;\t"\r\n\0ä', max_size=60).map(lambda text: f"a{text}".encode()))
def test_whatever_the_bytes_the_only_error_is_one_that_names_the_file(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        lines = [row.line for row in read_table(path, required=("a",), optional=("b",)).rows]
    except DataError as error:
        assert str(error).startswith("any.csv: ")
    else:
        assert lines == sorted(set(lines)) and 1 not in lines
