"""A study folder as people keep it: read right, or one sentence for whom it harms."""

from __future__ import annotations

import math
import pickle
import sys
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from kinematics.conventions import DataError
from kinematics.study import read_study

TRIALS = "participant,session,task,speed_m_s,file\n"


@pytest.fixture
def study(tmp_path: Path):
    """Writes the given tables as a study folder `clinic` and reads it."""

    def write(trials: str | bytes = TRIALS + "P01,1,run,3.5,a.csv\n", **tables: str | bytes):
        folder = tmp_path / "clinic"
        folder.mkdir(exist_ok=True)
        for name, text in {"trials": trials, **tables}.items():
            ending = "toml" if name == "study" else "csv"
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{name}.{ending}").write_bytes(content)
        return read_study(folder)

    return write


def test_a_trial_row_becomes_an_entry_with_every_column(study):
    read = study(
        "participant,session,task,speed_m_s,file,static_file,forces_file,rate_hz,zero,pain_0_10,grade_percent,footwear\n"
        "P01,1,run,3.5,sub/run.txt,still.txt,force.txt,150,anatomical,4,-2,spikes\n"
    )
    entry = read.session("P01", "1").trials[0]
    assert (entry.trial, entry.task, entry.speed_m_s, entry.file) == ("run", "run", 3.5, "sub/run.txt")
    assert entry.files == ("sub/run.txt", "still.txt", "force.txt")
    assert (entry.rate_hz, entry.zero, entry.pain_0_10, entry.grade_percent) == (150, "anatomical", 4, -2)
    assert (entry.events_file, entry.surface, entry.footwear) == ("", "", "spikes")
    assert read.session("P01", "1").errors == ()


def test_sessions_are_ordered_by_participant_and_visit_and_trials_by_name(study):
    read = study(TRIALS + "P02,1,run,3,b.csv\nP01,2,run,3,c.csv\nP01,1,run,3,z.csv\nP01,1,run,3,d.csv\n")
    assert [session.name for session in read.sessions] == ["P01_1", "P01_2", "P02_1"]
    assert [entry.trial for entry in read.sessions[0].trials] == ["d", "z"]


def test_a_table_from_a_spreadsheet_is_read(study):
    saved = "participant;session;task;speed_m_s;file;surface\r\nP01;1;RUN;3,5;a.csv;Boden weiß\r\n".encode("cp1252")
    entry = study(saved).session("P01", "1").trials[0]
    assert (entry.task, entry.speed_m_s, entry.surface) == ("run", 3.5, "Boden weiß")


def test_a_decimal_comma_between_commas_is_told_by_the_width_and_harms_its_session_alone(study):
    read = study(TRIALS + "P01,1,run,3,5,a.csv\nP02,1,run,3.5,b.csv\n")
    assert read.session("P01", "1").errors == (
        "trials.csv: row 2: 6 cells were found where the header has 5. A text with the delimiter in it needs quotation "
        "marks; a decimal comma needs ';' between the cells.",
    )
    assert read.session("P01", "1").trials == ()
    assert read.session("P02", "1").errors == ()


def test_a_text_in_a_numbers_place_is_named_with_row_and_column_and_only_that_trial_is_left_out(study):
    session = study(TRIALS + "P01,1,run,3.5,a.csv\n\nP01,1,run,fast,b.csv\n").session("P01", "1")
    assert session.errors == (
        "trials.csv: row 4, column 'speed_m_s': 'fast' is not a number. Leave a gap empty, or write NaN.",
    )
    assert [entry.trial for entry in session.trials] == ["a"]


def test_a_descriptive_number_that_cannot_be_used_leaves_the_trial_in(study):
    session = study("participant,session,task,speed_m_s,file,pain_0_10\nP01,1,run,3.5,a.csv,11\n").session("P01", "1")
    assert math.isnan(session.trials[0].pain_0_10)
    assert session.errors == (
        "trials.csv: row 2, column 'pain_0_10': 11 lies outside 0 to 10. Check the value and its unit.",
    )


def test_a_mistyped_task_is_answered_with_the_nearest_word(study):
    (sentence,) = study(TRIALS + "P01,1,runn,3.5,a.csv\n").session("P01", "1").errors
    assert sentence == "trials.csv: row 2, column 'task': 'runn' is not known here. Did you mean 'run'?"


def test_a_mistyped_column_is_answered_with_the_nearest_name(study):
    with pytest.raises(DataError, match=r"trials.csv: row 1, column 'speed': .* Did you mean 'speed_m_s'\?"):
        study("participant,session,task,speed,file\nP01,1,run,3.5,a.csv\n")


def test_a_column_of_the_users_own_is_noted_and_no_error(study):
    read = study("participant,session,task,speed_m_s,file,coach\nP01,1,run,3.5,a.csv,B\n")
    assert read.notes == ("trials.csv: column 'coach' is not used.",)
    assert (read.errors, read.sessions[0].errors) == ((), ())


@pytest.mark.parametrize(
    "table, sentence",
    [
        ("", "trials.csv: this file is empty"),
        (TRIALS, "trials.csv: the table has a header and no trial"),
        ("participant,session,task,file\nP01,1,run,a\n", "column 'speed_m_s' is missing; found: participant"),
        ("participant,session,task,task,speed_m_s,file\n", "column 'task': the column occurs twice"),
    ],
)
def test_a_trials_table_that_says_nothing_is_refused(study, table, sentence):
    with pytest.raises(DataError, match=sentence):
        study(table)


def test_a_folder_that_is_not_there_and_one_without_trials_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no folder"):
        read_study(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"trials.csv: this file does not exist"):
        read_study(tmp_path)


def test_a_setting_that_is_not_known_is_refused(study):
    with pytest.raises(DataError, match=r"study.toml: setting 'filter.cutof_hz'"):
        study(study="[filter]\ncutof_hz = 6\n")


def test_settings_reach_every_session(study):
    assert study(study="[filter]\ncutoff_hz = 6\n").sessions[0].settings.filter.cutoff_hz == 6


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "../P01", "a/b", ".P", "P.", "P 01", "", "x" * 65, "P\x0001", "=1+1"]
)
def test_an_id_that_could_be_anything_else_makes_one_sentence_and_no_session(study, name):
    rows = f'"{name}",1,run,3.5,a.csv\n' * 2
    read = study(TRIALS + rows + "P02,1,run,3.5,b.csv\n", participants=f'participant,sex\n"{name}",F\nP02,M\n')
    assert [session.name for session in read.sessions] == ["P02_1"]
    assert all("An id has letters, digits" in sentence for sentence in read.errors)
    assert len(read.errors) == (1 if name else 2)  # an empty cell is named in each table


def test_an_id_is_named_once_wherever_it_stands(study):
    bad = "<script>alert(1)</script>"
    read = study(TRIALS + f"{bad},1,run,3,a.csv\nP02,1,run,3,b.csv\n", participants=f"participant,sex\n{bad},F\n")
    assert len(read.errors) == 1
    assert read.errors[0].startswith("trials.csv: row 2, column 'participant': '<script>alert(1)</script>' cannot")


@pytest.mark.parametrize(
    "file", ["/etc/hosts", "../other/a.csv", "a/../../b.csv", r"C:\data\a.csv", r"..\a.csv", "~/../../x"]
)
def test_a_file_outside_the_study_folder_is_refused(study, file):
    session = study(TRIALS + f"P01,1,run,3.5,{file}\n").session("P01", "1")
    assert session.trials == ()
    assert "leads out of the study folder" in session.errors[0]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leaves_the_study_folder_is_refused_and_one_within_it_is_not(study, tmp_path):
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "out.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "clinic" / "in.csv").symlink_to(tmp_path / "clinic" / "trials.csv")
    session = study(TRIALS + "P01,1,run,3.5,out.csv\nP01,1,run,3.5,in.csv\n").session("P01", "1")
    assert [entry.trial for entry in session.trials] == ["in"]
    assert len(session.errors) == 1


def test_a_backslash_between_folders_is_read_as_a_slash(study):
    assert study(TRIALS + "P01,1,run,3.5,visit 1\\a.csv\n").sessions[0].trials[0].file == "visit 1/a.csv"


def test_two_motion_files_of_a_visit_with_the_same_stem_are_told(study):
    session = study(TRIALS + "P01,1,run,3.5,x/a.csv\nP01,1,run,3.5,y/a.txt\n").session("P01", "1")
    assert [entry.file for entry in session.trials] == ["x/a.csv"]
    assert session.errors[0].startswith("trials.csv: row 3, column 'file': the visit has a trial 'a' already.")


def test_two_visits_whose_reports_would_have_the_same_name_are_told(study):
    read = study(TRIALS + "P01,1_b,run,3,a.csv\nP01_1,b,run,3,a.csv\np01,1_B,run,3,a.csv\n")
    assert [session.name for session in read.sessions] == ["P01_1_b"]
    assert len(read.errors) == 2
    assert "would be named like that of P01 1_b" in read.errors[0]


def test_a_participants_row_is_read_and_what_is_missing_is_unknown(study):
    read = study(participants="participant,sex,age_years,height_cm,mass_kg,symptomatic_side\nP01,f,31,172.5,,right\n")
    person = read.sessions[0].participant
    assert (person.sex, person.age_years, person.height_cm, person.symptomatic_side) == ("F", 31, 172.5, "right")
    assert math.isnan(person.mass_kg)
    assert person.diagnosis == ""


def test_without_a_participants_table_participants_are_those_of_the_trials(study):
    person = study().sessions[0].participant
    assert person.participant == "P01"
    assert math.isnan(person.age_years)


def test_a_bad_participants_row_harms_that_participants_sessions_alone(study):
    trials = TRIALS + "P01,1,run,3,a.csv\nP01,2,run,3,a.csv\nP02,1,run,3,a.csv\n"
    read = study(trials, participants="participant,sex,height_cm\nP01,female,1.72\nP02,M,180\n")
    first, second, other = (session.errors for session in read.sessions)
    assert first == second
    assert len(first) == 2
    assert "'female' is not known here" in first[0]
    assert "1.72 lies outside 60 to 250" in first[1]
    assert other == ()


def test_a_participants_table_that_cannot_be_read_is_an_error_of_the_study(study):
    read = study(participants="name,sex\nP01,F\n")
    assert read.sessions[0].participant.sex == ""
    assert read.errors[0].startswith("participants.csv: row 1: column 'participant' is missing")


def test_a_participant_without_a_trial_is_noted(study):
    assert study(participants="participant\nP01\nP09\n").notes == ("participants.csv: 'P09' has no row in trials.csv.",)


EXAM = "participant,session,side,direction,test,value_deg\n"


def test_exam_rows_go_to_their_visit_with_the_sign_the_study_sets(study):
    read = study(
        TRIALS + "P01,1,run,3,a.csv\nP02,1,run,3,a.csv\n",
        exam=EXAM + "P01,1,left,extension,modified_thomas,12\nP02,1,left,extension,prone_extension,20\n",
        study='[exam]\nthomas_positive = "above"\n',
    )
    assert read.session("P01", "1").exam["value_deg"].tolist() == [-12]
    assert read.session("P02", "1").exam["value_deg"].tolist() == [20]


def test_a_bad_exam_row_harms_its_visit_alone_and_the_good_rows_stay(study):
    read = study(
        TRIALS + "P01,1,run,3,a.csv\nP02,1,run,3,a.csv\n",
        exam=EXAM + "P01,1,left,extension,prone_extension,twelve\nP01,1,right,extension,prone_extension,20\n"
        "P02,1,left,extension,prone_extension,20\n",
    )
    assert len(read.session("P01", "1").exam) == 1
    assert (
        read.session("P01", "1").errors[0].startswith("exam.csv: row 2, column 'value_deg': 'twelve' is not a number")
    )
    assert (read.session("P02", "1").errors, read.errors) == ((), ())


def test_rows_with_the_same_fault_make_one_sentence(study):
    rows = "".join(
        f"P01,1,{side},extension,modified_thomas,{value}\n" for side in ("left", "right") for value in (8, 9)
    )
    (sentence,) = study(exam=EXAM + rows).sessions[0].errors
    assert sentence.startswith("exam.csv: row 2")
    assert sentence.endswith("The same in 3 more rows.")


def test_an_exam_row_of_a_visit_without_trials_is_an_error_of_the_study(study):
    read = study(exam=EXAM + "P01,7,left,extension,prone_extension,20\n")
    assert read.errors == ("exam.csv: row 2: trials.csv has no visit '7' of 'P01', so the row is not used.",)


INTAKE = "participant,session,field,side,value,unit\n"


def test_intake_answers_go_to_their_visit_from_a_spreadsheets_file_too(study):
    table = "participant;session;field;side;value;unit\nP01;1;pain_now;left;2,5;0-10\nP01;1;pain_now;right;3;0-10\n"
    read = study(intake=table.encode("utf-16"))
    assert read.sessions[0].errors == ()
    assert read.sessions[0].intake["value"].tolist() == ["2.5", "3"]


def test_a_bad_answer_harms_its_visit_alone_with_its_own_row(study):
    read = study(
        TRIALS + "P01,1,run,3,a.csv\nP02,1,run,3,a.csv\n",
        intake=INTAKE + "\nP01,1,pain_now,left,12,0-10\nP02,1,pain_now,left,2,0-10\n\nP01,1,pain_nwo,left,2,0-10\n",
    )
    first, second = read.session("P01", "1").errors
    assert first.startswith("intake.csv: row 3, column 'value'")
    assert second.startswith("intake.csv: row 6, column 'field'")
    assert read.session("P01", "1").intake.empty
    assert read.session("P02", "1").intake["value"].tolist() == ["2"]


def test_a_visit_that_is_not_there_is_asked_for_in_words(study):
    with pytest.raises(DataError, match=r"study 'clinic' has no visit '2' of 'P01'. Visits of P01: 1."):
        study().session("P01", "2")


def test_a_study_prints_what_it_holds_and_escapes_it(study):
    read = study(TRIALS + "P01,1,run,3,<b>.csv\n<i>,1,run,3,a.csv\n")
    assert repr(read) == "<Study clinic: 1 participants, 1 sessions, 1 trials, 1 errors>"
    assert "<b>" not in read._repr_html_()
    assert "<i>" not in read._repr_html_()
    assert "&lt;b&gt;" in read.sessions[0]._repr_html_()


def test_a_session_travels_to_another_process_with_its_own_rows_alone(study):
    people = [f"P{number:03d}" for number in range(100)]
    sent = study(
        TRIALS + "".join(f"{name},1,run,3.5,{name}.csv\n" for name in people),
        exam=EXAM + "".join(f"{name},1,left,extension,prone_extension,{name[1:]}\n" for name in people[:30]),
        intake=INTAKE + "".join(f"\n{name},1,pain_now,left,3,0-10" for name in people),
    ).sessions
    for session in (sent[20], sent[50]):
        packed = pickle.dumps(session)
        got = pickle.loads(packed)
        assert repr((got.participant, got.trials)) == repr((session.participant, session.trials))
        assert_frame_equal(got.exam, session.exam)
        assert_frame_equal(got.intake, session.intake)
        assert b"P021" not in packed
    assert (sent[20].exam["value_deg"].tolist(), len(sent[50].exam)) == ([20.0], 0)


def test_rows_that_are_alike_have_their_own_faults(study):
    rows = ["P01,1,pain_now,left,3,0-10", ",1,pain_now,left,3,0-10", "P02,1,pain_now,left,3,0-10,more"]
    read = study(TRIALS + "P01,1,run,3,a.csv\nP02,1,run,3,b.csv\n", intake=INTAKE + "\n".join(rows))
    assert [len(session.intake) for session in read.sessions] == [1, 0]
    assert read.sessions[1].errors[0].startswith("intake.csv: row 4: 7 cells were found")
    assert read.errors[0].startswith("intake.csv: row 3, column 'participant': the cell is empty")


def test_a_name_too_long_for_a_file_harms_no_other_trial(study):
    (session,) = study(TRIALS + f"P01,1,run,3,{'x' * 300}.csv\nP01,1,run,3,a.csv\n").sessions
    assert session.trials[0].file == "a.csv"
