"""Trials read ahead: on another thread, in whatever order they are asked for, each with its own outcome."""

import threading
from dataclasses import replace

import pytest

from kinematics.conventions import DataError
from kinematics.files import note_hash, noting_hashes
from kinematics.pipeline import run_study
from kinematics.pipeline.visits.ahead import LARGEST_AHEAD, reading_ahead, trial_of
from kinematics.pipeline.visits.visit import read_entry
from kinematics.pipeline.workers.cores import shared_out
from kinematics.study import read_study

STUDY = "data/raw/demo"


@pytest.fixture(scope="module")
def sessions():
    return read_study(STUDY).sessions[:4]


def threads_of(sessions, asked, read):
    """What `read` gave for the rows that are asked for, in that order."""
    with reading_ahead(sessions, read) as reader:
        return [reader.run(trial_of, session, entry, read) for session, entry in asked]


def rows(sessions):
    return [(session, entry) for session in sessions for entry in session.trials]


def on_which_thread(session, entry):
    return entry.file, threading.current_thread().name.split("_")[0]


def test_every_trial_but_the_first_comes_from_the_other_thread(sessions):
    found = threads_of(sessions, rows(sessions), on_which_thread)
    assert [file for file, _ in found] == [entry.file for _, entry in rows(sessions)]
    assert [name for _, name in found] == ["MainThread"] + ["ahead"] * (len(found) - 1)


def test_rows_out_of_turn_or_unknown_are_still_their_own(sessions):
    asked = rows(sessions)[::-1]
    session, entry = asked[0]
    asked.insert(1, (session, replace(entry, file="another.csv")))
    found = threads_of(sessions, asked, on_which_thread)
    assert [file for file, _ in found] == [entry.file for _, entry in asked]


def test_a_file_that_cannot_be_read_has_its_sentence_and_only_its_own(sessions):
    asked = rows(sessions)
    bad = asked[2][1]

    def read(session, entry):
        if entry is bad:
            raise DataError("broken", file=entry.file)
        return entry.file

    with reading_ahead(sessions, read) as reader:
        for session, entry in asked:
            if entry is bad:
                with pytest.raises(DataError, match="broken"):
                    reader.run(trial_of, session, entry, read)
            else:
                assert reader.run(trial_of, session, entry, read) == entry.file


def test_hashes_are_noted_for_whoever_asks_for_the_trial(sessions):
    def read(session, entry):
        note_hash(session.folder / entry.file, entry.file)
        return entry.file

    with reading_ahead(sessions, read) as reader:
        for session, entry in rows(sessions):
            with noting_hashes() as noted:
                reader.run(trial_of, session, entry, read)
            assert noted == {str(session.folder / entry.file): entry.file}


def test_large_files_are_read_when_they_are_asked_for(sessions, monkeypatch):
    monkeypatch.setattr("kinematics.pipeline.visits.ahead.LARGEST_AHEAD", 1000)
    assert LARGEST_AHEAD > 1000
    found = threads_of(sessions, rows(sessions), on_which_thread)
    assert {name for _, name in found} == {"MainThread"}


@pytest.mark.parametrize(("jobs", "beside"), [(1, set()), (2, {"ahead"}), (None, {"ahead"})])
def test_one_job_reads_on_the_thread_that_works_and_more_cores_read_ahead(jobs, beside, tmp_path, monkeypatch):
    threads = set()

    def noting(session, entry):
        threads.add(threading.current_thread().name.split("_")[0])
        return read_entry(session, entry)

    monkeypatch.setattr("kinematics.pipeline.visits.visit.read_entry", noting)
    where = {"processed": tmp_path / "p", "reports": tmp_path / "r", "progress": False}
    run_study(STUDY, **where, jobs=jobs, shard="1/3")
    assert threads == {"MainThread"} | beside


@pytest.mark.parametrize(
    ("cores", "visits", "shares"),
    [(1, 1000, (1, 0)), (2, 1000, (2, 0)), (8, 1000, (8, 0)), (8, 60, (4, 1)), (2, 20, (1, 1)), (None, 1000, (1, 1))],
)
def test_processes_are_as_many_as_are_worth_it_and_read_ahead_where_cores_are_left(cores, visits, shares):
    assert shared_out(cores, visits) == shares
