"""Files: read with one sentence where that fails, and there whole or not at all."""

from __future__ import annotations

import os

import pytest

from kinematics.conventions import DataError
from kinematics.files import decode, read_bytes, replacing, sweep, write_whole


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "reports" / "index.html"
    with replacing(path) as part:
        part.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"
    assert write_whole(path, b"whole") == path
    assert path.read_bytes() == b"whole"


def test_a_file_that_fails_half_way_leaves_the_old_one_and_nothing_else(tmp_path):
    path = write_whole(str(tmp_path / "index.html"), b"old")
    with pytest.raises(OSError, match="disk full"), replacing(path) as part:
        part.write_text("half")
        raise OSError("disk full")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["index.html"]


def test_what_a_killed_run_left_half_written_is_swept_and_other_files_are_not(tmp_path):
    for name in (".strides.parquet.4711.part", "notes.part", ".hidden"):
        (tmp_path / name).write_text("x")
    sweep(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".hidden", "notes.part"]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf8"), ("utf-8-sig", "utf8"), ("utf-16", "utf8"), ("cp1252", "cp1252")],
)
def test_encodings_are_told_apart_and_marks_taken_off(encoding, found):
    data, name = decode("Jürgen".encode(encoding))
    assert (data.decode(name), name) == ("Jürgen", found)


def test_a_file_that_is_not_there_and_a_folder_have_their_sentence(tmp_path):
    with pytest.raises(DataError, match=r"^exam.csv: this file does not exist. Check its name and folder.$"):
        read_bytes(tmp_path / "exam.csv")
    with pytest.raises(DataError, match=r": this file cannot be read \(.+\)\.$"):
        read_bytes(tmp_path)
