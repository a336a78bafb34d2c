"""Files that are larger than what is read of them at first: held while parsed, or parsed as their bytes pass."""

import hashlib
from concurrent.futures import Future

import numpy as np
import pytest

from kinematics.conventions import DataError
from kinematics.readers import read_trial
from kinematics.readers.shared import numbers
from kinematics.readers.shared import source as sources
from kinematics.readers.shared.source import START_BYTES, LargeSource, read_source
from kinematics.readers.shared.text import find_block, read_columns, read_positions

ROWS = 12_000


def values():
    """Times at 100 Hz, two hips, a channel that nobody needs."""
    hips = 30 * np.sin(np.arange(ROWS) / 16) + np.array([[0.0], [3.0]])
    return np.round(np.vstack((np.arange(ROWS) / 100, hips, np.linspace(0, 1, ROWS))), 3)


def text(separator=","):
    rows = "\n".join(separator.join(f"{cell:.3f}" for cell in row) for row in values().T)
    return separator.join(("time_s", "hip_flexion_l", "hip_flexion_r", "other")) + f"\n{rows}\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text(text())
    assert path.stat().st_size > 2 * START_BYTES
    return path


@pytest.fixture
def passing(monkeypatch):
    monkeypatch.setattr(sources, "WHOLE_BYTES", START_BYTES)


def hips_of(path):
    columns = read_columns(find_block(read_source(path)), ["time_s", "hip_flexion_l", "hip_flexion_r"])
    return np.stack(list(columns.values()))


def test_numbers_and_hash_come_from_one_pass_that_does_not_hold_the_text(path, passing):
    source = read_source(path)
    columns = read_columns(find_block(source), ["hip_flexion_r"])
    assert isinstance(source, LargeSource)
    assert "data" not in source.__dict__
    assert source.hashed.done()
    np.testing.assert_array_equal(columns["hip_flexion_r"], values()[2])
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_held_gives_its_numbers_and_hash_from_one_reading(path):
    source = read_source(path)
    block = find_block(source)
    read_columns(block, ["hip_flexion_l"])
    data = path.read_bytes()
    path.write_bytes(data.replace(b"1", b"2"))
    np.testing.assert_array_equal(read_columns(block, ["hip_flexion_r"])["hip_flexion_r"], values()[2])
    assert source.sha256 == hashlib.sha256(data).hexdigest()


def test_the_hash_of_a_file_that_nobody_read_is_that_of_its_bytes(path):
    hashed = read_source(path).hashed
    assert isinstance(hashed, Future)
    assert hashed.result() == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("place", [100, -100])
def test_a_file_that_changes_between_two_readings_is_refused(path, place, passing):
    source = read_source(path)
    block = find_block(source)
    read_positions(block, [1])
    data = bytearray(path.read_bytes())
    data[place] = ord("7") if data[place] != ord("7") else ord("8")
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"run\.csv: this file was changed while it was read"):
        read_positions(block, [2])


@pytest.mark.parametrize("large", [True, False], ids=["piece by piece", "as one"])
@pytest.mark.parametrize("held", [True, False], ids=["held", "passing"])
def test_numbers_are_the_same_however_many_pieces_they_come_in(path, monkeypatch, large, held):
    monkeypatch.setattr(sources, "WHOLE_BYTES", 1 << 24 if held else START_BYTES)
    monkeypatch.setattr(numbers, "PIECE_BYTES", 5_000)
    monkeypatch.setattr(numbers, "LARGE_BYTES", 0 if large else 1 << 30)
    monkeypatch.setattr(numbers, "SPARE", 0.3)  # too little room at first: it has to grow
    np.testing.assert_array_equal(hips_of(path), values()[:3])


def test_rows_longer_than_a_piece_are_read(path, monkeypatch, passing):
    monkeypatch.setattr(numbers, "PIECE_BYTES", 16)
    np.testing.assert_array_equal(hips_of(path), values()[:3])


@pytest.mark.parametrize("held", [True, False], ids=["held", "passing"])
def test_a_wrong_cell_far_down_is_named_and_letters_of_windows_before_it_are_no_fault(path, monkeypatch, held):
    monkeypatch.setattr(sources, "WHOLE_BYTES", 1 << 24 if held else START_BYTES)
    lines = path.read_bytes().split(b"\n")
    lines[9_000] = lines[9_000].rpartition(b",")[0] + b",m\xfcde"  # in a column that is not needed
    path.write_bytes(b"\n".join(lines))
    np.testing.assert_array_equal(hips_of(path), values()[:3])
    lines[11_000] = lines[11_000].replace(b",", b",n.a.", 1)
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(DataError, match=r"run\.csv: row 11001, column 'hip_flexion_l': 'n\.a\..+' is not a number"):
        hips_of(path)


def test_blanks_between_the_cells_of_opensim_are_taken_out_as_they_pass(tmp_path, passing):
    head = "Coordinates\nversion=1\ninDegrees=yes\nendheader\n"
    names = "  time     pelvis_list  hip_flexion_l other"
    body = text("   \t ").split("\n", 1)[1].replace("\n", "  \r\n   ")
    path = tmp_path / "ik.mot"
    path.write_text(f"{head}{names}\n{body}")
    trial = read_trial(path, task="rom")
    np.testing.assert_array_equal(trial.channels["hip_flexion_left_deg"], values()[2])
    assert trial.passport.sources[0][2] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_format_is_asked_once_whether_a_source_is_its_own(path):
    asked = []

    class Format:
        NAME = "once"

        @staticmethod
        def recognises(source):
            asked.append(source)
            return True

    source = read_source(path)
    assert source.knows(Format) and source.knows(Format)
    assert len(asked) == 1
