"""Attacks, each with the sentence that answers it: paths, links, bombs, huge files, numbers, formulas, markup."""

from __future__ import annotations

import io
import json
import math
import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mocap_files import mvn_truth, mvnx_text, write_workbook
from test_readers_c3d import marker_points, write_c3d
from test_store import some_curves, stride_rows
from written_files import MAPPING, WRITTEN

from kinematics import DataError
from kinematics.exercises.entry import load
from kinematics.export import export_csv, export_excel
from kinematics.norms import read_norms
from kinematics.pipeline import run_study
from kinematics.readers import read_trial
from kinematics.readers.shared.limits import LARGEST_ANGLE, LARGEST_POSITION, check_rows
from kinematics.settings import LimitSettings, Settings, read_settings
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles
from kinematics.spreadsheets import csv_text, plain, unquoted
from kinematics.store import TABLES, arrow_table, curve_table, table_schema, write_table
from kinematics.store.database import ask
from kinematics.study import read_study

HEADER = "time_s,hip_flexion_l,hip_flexion_r,pelvis_anterior_tilt"
posix_only = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links of POSIX systems")


def rows(n: int = 200) -> list[str]:
    """Rows of a walk at 100 Hz."""
    phase = np.arange(n) / 100 * 2 * np.pi
    hips = np.column_stack(
        [np.arange(n) / 100, 15 + 25 * np.cos(phase), 15 - 25 * np.cos(phase), 12 + np.cos(2 * phase)]
    )
    return [",".join(f"{value:.4f}" for value in row) for row in hips]


def table(path: Path, lines: list[str] | None = None, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *(rows() if lines is None else lines)]) + "\n", encoding="utf-8")
    return path


def limited(**limits: int) -> Settings:
    return Settings(limits=LimitSettings(**limits))


def refusal(path: Path | str, **options: object) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(DataError) as refused:
        read_trial(path, **{"task": "walk", **options})
    return str(refused.value)


@pytest.fixture
def study(tmp_path) -> Path:
    """A folder with one walk, and something beside it that is nobody's business."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    table(folder / "walk.csv")
    table(tmp_path / "secret.csv")
    return folder


def errors(folder: Path, row: str, header: str = "participant,session,task,speed_m_s,file") -> str:
    """All sentences of a study whose trials.csv has this row."""
    (folder / "trials.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    found = read_study(folder)
    assert not any(session.trials for session in found.sessions)
    return " ".join([*found.errors, *(sentence for session in found.sessions for sentence in session.errors)])


# --- ids and paths -----------------------------------------------------------------------------------------------


#: Ways out, letters that look like others or do not show, names of devices, ends that a system drops, lengths.
IDS = ("..", "../P01", "/P01", "C:P01", "P\u202e01", "\u042001", "\uff3001", "P01\u200b", "e\u0301", "P\x00")
IDS += ("con", "NUL.x", "COM1", "P01.", "P 1", "-P01", "'=1+1", "x" * 65)


@pytest.mark.parametrize("name", IDS)
def test_an_id_that_is_no_plain_word_is_refused(study, name):
    assert "cannot be used as an id. An id has letters, digits" in errors(study, f'"{name}",1,walk,1.3,walk.csv')


PATHS = ("../secret.csv", "a/../../secret.csv", "/etc/hosts", r"\\server\share\a.csv", "//server/share/a.csv")
PATHS += (r"C:\data\a.csv", "C:a.csv", r"..\secret.csv", "link.csv", "folder/secret.csv", "loop.csv/a.csv")


@posix_only
@pytest.mark.parametrize("file", PATHS)
@pytest.mark.parametrize("column", ["file", "static_file", "forces_file", "mapping"])
def test_a_path_that_leaves_the_folder_is_refused_in_every_column(study, file, column):
    (study / "link.csv").symlink_to(study.parent / "secret.csv")
    (study / "folder").symlink_to(study.parent, target_is_directory=True)
    (study / "loop.csv").symlink_to(study / "loop.csv")
    header = "participant,session,task,speed_m_s,file" + ("" if column == "file" else f",{column}")
    row = f"P01,1,walk,1.3,{file}" if column == "file" else f"P01,1,walk,1.3,walk.csv,{file}"
    assert f"column '{column}'" in (said := errors(study, row, header))
    assert "leads out of the study folder. Copy the file into the study folder" in said


@pytest.mark.parametrize("file", ["a\x07.csv", "a\u202egpj.csv", "a\u2066.csv", "a\u200b.csv"])
def test_a_file_name_with_letters_that_do_not_show_is_refused(study, file):
    assert "cannot be the name of a file" in errors(study, f"P01,1,walk,1.3,{file}")


def test_two_ids_that_differ_in_their_case_never_share_a_report(study):
    for name in ("P01", "p01"):
        table(study / f"{name}.csv")
    (study / "trials.csv").write_text(
        "participant,session,task,speed_m_s,file\nP01,1,walk,1.3,P01.csv\np01,1,walk,1.3,p01.csv\n"
    )
    found = read_study(study)
    assert len(found.sessions) == 1
    assert "the report of visit 1 of p01 would be named like that of P01 1" in " ".join(found.errors)


@pytest.mark.parametrize("section, key", [("ledger", "norms"), ("ledger", "sem"), ("exercises", "overlay")])
@pytest.mark.parametrize("name", ["..", "../secret", "/etc", "a/b", r"a\\b", "C:a", "a."])
def test_a_setting_that_names_something_outside_the_folder_is_refused(tmp_path, section, key, name):
    (tmp_path / "study.toml").write_text(f'[{section}]\n{key} = "{name}"\n')
    with pytest.raises(DataError, match=rf"study\.toml: setting '{section}\.{key}' = "):
        read_settings(tmp_path / "study.toml")


@posix_only
@pytest.mark.parametrize("inside", ["rules", "rules/file.yaml"])
def test_a_clinics_own_rules_that_a_link_takes_from_elsewhere_are_refused(study, inside):
    (study.parent / "file.yaml").write_text("a: 1\n")
    link = study / inside
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(study.parent if inside == "rules" else study.parent / "file.yaml")
    (study / "study.toml").write_text('[exercises]\noverlay = "rules"\n')
    with pytest.raises(DataError, match=rf"study\.toml: '{inside}' leads out of the study folder"):
        read_study(study)


# --- links, devices, pipes ---------------------------------------------------------------------------------------


@posix_only
def test_pipes_and_devices_are_refused_before_they_are_opened(study):
    os.mkfifo(study / "pipe.csv")
    assert refusal("/dev/zero") == "zero: this is a device or a pipe, not a file. Name the file itself."
    assert refusal(study / "pipe.csv").startswith("pipe.csv: this is a device or a pipe")
    assert "this mapping cannot be read (it is not a file)" in refusal(study / "walk.csv", mapping=study / "pipe.csv")
    assert refusal(study / "walk.csv", events=study / "pipe.csv").startswith("pipe.csv: this is a device or a pipe")


@posix_only
@pytest.mark.parametrize("name", ["trials.csv", "participants.csv", "exam.csv", "intake.csv", "study.toml", "walk.csv"])
def test_a_pipe_in_a_files_place_never_makes_a_run_wait(study, name):
    (study / "trials.csv").write_text("participant,session,task,speed_m_s,file\nP01,1,walk,1.3,walk.csv\n")
    (study / name).unlink(missing_ok=True)
    os.mkfifo(study / name)
    places = {"processed": study.parent / "p", "reports": study.parent / "r"}
    try:
        said = str(run_study(study, **places, progress=False))
    except DataError as error:
        said = str(error)
    assert name in said or name in ("participants.csv", "exam.csv", "intake.csv")  # no file: these are optional


@posix_only
@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 5000, "loop.csv", "."])
def test_a_name_that_no_file_can_have_has_its_sentence(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert re.search(r"this file cannot be read|holds 0 files|holds \d+ file", refusal(name))


# --- archives, XML, YAML, TOML, JSON -----------------------------------------------------------------------------


def packed(path: Path, **changed: bytes) -> Path:
    """A workbook of one small sheet, with parts added or replaced."""
    write_workbook(path, {"s": [["time_s", "hip_flexion_l"], [0.0, 1.0]]})
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()} | changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
LAUGHS = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
OUTSIDE = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hosts">]><worksheet>&a;</worksheet>'
BOMBS = {
    "ratio": ({SHEET: b" " * 9_000_000}, "unpacks to more than 200 times its size.*raise [limits] max_archive_ratio"),
    "size": ({SHEET: b"<row/>" * 400_000}, "unpacks to more than 2 MB.*raise [limits] max_unpacked_mb"),
    "sum": (
        {f"xl/worksheets/s{i}.xml": os.urandom(700_000) for i in range(30)},
        "unpacks to more than 20 MB.*raise [limits] max_unpacked_mb",
    ),
    "parts": ({f"x{i}": b"" for i in range(50)}, "has more than 20 parts.*raise [limits] max_archive_entries"),
    "traversal": ({"../../evil": b""}, "has a part '../../evil', whose name leads out of it"),
    "absolute": ({"/etc/evil": b""}, "has a part '/etc/evil', whose name leads out of it"),
    "drive": ({r"C:\evil": b""}, "has a part 'C:"),
    "laughs": ({SHEET: LAUGHS}, "has entities, which no table of measurements needs"),
    "outside": ({SHEET: OUTSIDE}, "has entities, which no table of measurements needs"),
    "texts": ({SHARED: LAUGHS}, "has entities"),
    "nesting": ({SHEET: b"<a>" * 1000}, "has elements nested deeper than 64"),
    "nested texts": ({SHARED: b"<a>" * 1000}, "has elements nested deeper than 64"),
    "tag": ({SHEET: b"<worksheet a='" + os.urandom(1_500_000).hex().encode()}, "has a tag without an end"),
    "row": ({SHEET: b"<worksheet><row>" + b"<c/>" * 17_000}, "has more than 16384 columns"),
    "cells": (
        {SHEET: b"<worksheet>" + (b"<row>" + b"<c><v>1</v></c>" * 30 + b"</row>") * 40 + b"</worksheet>"},
        "has more than 1000 cells.*raise [limits] max_cells",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_asks_for_too_much_is_refused(tmp_path, name):
    changed, sentence = BOMBS[name]
    limits = {"size": {"max_unpacked_mb": 2}, "sum": {"max_unpacked_mb": 1}, "parts": {"max_archive_entries": 20}}
    if name in ("cells", "row"):
        limits = {name: {"max_cells": 1000}}
    said = refusal(packed(tmp_path / "b.xlsx", **changed), settings=limited(**limits.get(name, {})))
    assert re.search(re.escape(sentence).replace(r"\.\*", ".*"), said), said


def test_an_archive_in_an_archive_is_never_opened(tmp_path):
    inner = packed(tmp_path / "i.xlsx", **{SHEET: b" " * 3_900_000}).read_bytes()
    book = packed(tmp_path / "a.xlsx", **{"xl/embeddings/inner.xlsx": inner, "xl/media/x.zip": inner})
    assert "b.xlsx" not in refusal(book)  # the outer table is too short to be a walk, which is all that is said
    assert "this table" in refusal(book) or "row" in refusal(book)


MVNX_ATTACKS = {
    "laughs": ('<!DOCTYPE m [<!ENTITY a "1 1"><!ENTITY b "&a;&a;">]><mvnx>&b;</mvnx>', "the file has entities"),
    "outside": ('<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hosts">]><mvnx>&a;</mvnx>', "the file has entities"),
    "nesting": ("<mvnx>" + "<a>" * 100_000, "the file has elements nested deeper than 64"),
    "tag": ("<mvnx a='" + "x" * 3_000_000, "the file has a tag without an end"),
}


@pytest.mark.parametrize("name", MVNX_ATTACKS)
def test_an_mvnx_that_asks_for_too_much_is_refused(tmp_path, name):
    text, sentence = MVNX_ATTACKS[name]
    (tmp_path / "a.mvnx").write_text(text)
    assert sentence in refusal(tmp_path / "a.mvnx")


def test_a_document_type_from_elsewhere_is_not_fetched(tmp_path):
    (tmp_path / "a.mvnx").write_text(
        f"<!DOCTYPE mvnx SYSTEM 'file:///dev/zero'>{mvnx_text(mvn_truth()).partition('?>')[2]}"
    )
    assert read_trial(tmp_path / "a.mvnx", task="walk").kind == "angles"


YAML_ATTACKS = {
    "alias": ("a: &a [1, 1]\nb: [*a, *a]\n", r"line 2 repeats a part by '\*a'"),
    "flow": ("a: " + "[" * 100_000, "nested deeper than 50"),
    "block": ("- " * 100_000, "nested deeper than 50"),
    "python": ("a: !!python/object/apply:os.system ['true']\n", "not valid YAML|cannot be read"),
    "size": ("a: b\n" * 300_000, "larger than 1 MB|cannot be read"),
}


@pytest.mark.parametrize("name", YAML_ATTACKS)
def test_yaml_of_a_clinic_that_asks_for_too_much_is_refused(tmp_path, name):
    text, sentence = YAML_ATTACKS[name]
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(DataError, match=rf"rules\.yaml.*({sentence})"):
        load(tmp_path / "rules.yaml", tmp_path, [])
    with pytest.raises(DataError, match=r"rules\.yaml: this file cannot be read"):
        read_norms(tmp_path / "rules.yaml")


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("a = " + "[" * 100_000, "it is nested too deeply"),
        ("a = 1\n" * 300_000, "it is larger than 1 MB"),
        ("[columns]\na = 'b'\na = 'c'\n", "Cannot overwrite a value"),
        ("\ud800", "codec can't decode"),
    ],
)
def test_toml_that_asks_for_too_much_is_refused_in_settings_and_mappings(tmp_path, text, sentence):
    path = tmp_path / "m.toml"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    assert sentence in refusal(table(tmp_path / "a.csv", header="t,a,b,c"), mapping=path)
    with pytest.raises(DataError, match=rf"m\.toml: this is not valid TOML.*{sentence}"):
        read_settings(path)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ('{"Visual3D":' + "[" * 200_000, "cannot be read .it is damaged|values, more than the 1000"),
        ('{"Visual3D": [' + "[0]," * 2000 + "0]}", r"this file has 4\d\d\d values, more than the 1000 that are read"),
    ],
)
def test_json_that_asks_for_too_much_is_refused(tmp_path, text, sentence):
    (tmp_path / "a.json").write_text(text)
    assert re.search(sentence, refusal(tmp_path / "a.json", settings=limited(max_cells=1000)))


# --- headers that promise what the file has not -------------------------------------------------------------------


@pytest.mark.parametrize("place, size", [(2, 2), (4, 2), (2, 6), (16, 2), (8, 2), (6, 4)])
def test_a_c3d_header_beyond_the_file_makes_no_room_for_it(tmp_path, place, size):
    data = bytearray(write_c3d(tmp_path / "a.c3d", marker_points()).read_bytes())
    data[place : place + size] = b"\xff" * size
    (tmp_path / "a.c3d").write_bytes(data)
    try:
        trial = read_trial(tmp_path / "a.c3d", task="walk")
    except DataError as error:
        assert str(error).startswith("a.c3d: ")
    else:
        assert sum(values.nbytes for values in trial.markers.values()) < len(data) * 10


def test_rotations_that_end_early_never_reach_the_library(tmp_path):
    path = WRITTEN["c3d"][1](tmp_path / "theia")
    whole = path.read_bytes()
    assert read_trial(path, task="walk").time_s.size == 40
    path.write_bytes(whole[:-100])
    assert "its rotations need 40 frames of 2 segments, which the file has not: its end is missing" in refusal(path)


def test_a_mot_header_that_promises_a_billion_rows_makes_no_room_for_them(tmp_path):
    head = "a\nversion=1\nnRows=1000000000\nnColumns=1000000000\ninDegrees=yes\nendheader\n"
    names = "time\thip_flexion_r\thip_flexion_l\tpelvis_tilt"
    table(tmp_path / "a.mot", [row.replace(",", "\t") for row in rows()], header=head + names)
    assert read_trial(tmp_path / "a.mot", task="walk").time_s.size == 200


# --- size: of the file, a line, a row of names -------------------------------------------------------------------

LARGE = """
import resource, sys
from pathlib import Path
from kinematics.readers import read_trial
from kinematics import DataError
for name in sys.argv[1:]:
    try:
        read_trial(Path(name), task="walk")
    except DataError as error:
        print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << (20 if sys.platform == "darwin" else 10)))
"""


def sparse(path: Path, size: int, start: str) -> Path:
    """A file that says to be so long and holds next to nothing; behind its start there are only NULs."""
    with path.open("wb") as file:
        file.write(start.encode())
        file.truncate(size)
    return path


@posix_only
def test_a_line_of_four_gigabytes_is_refused_without_being_read(tmp_path):
    whole = "\n".join([HEADER, *rows(20_000)])  # so long that it is parsed while it is read
    files = [
        sparse(tmp_path / "size.csv", 1 << 32, "time_s,a"),
        sparse(tmp_path / "line.csv", 3 << 30, "time_s," + "a" * 700_000),
        sparse(tmp_path / "below.csv", 3 << 30, whole),
        sparse(tmp_path / "nothing.csv", 3 << 30, ""),
    ]
    done = subprocess.run([sys.executable, "-c", LARGE, *map(str, files)], capture_output=True, text=True, check=True)
    *said, memory = done.stdout.splitlines()
    assert said[0].startswith("size.csv: this file has 4295 MB, more than the 4000 MB that are read.")
    assert "raise [limits] max_file_mb" in said[0]
    assert said[1].startswith("line.csv: row 1: this line has more than 2000 kB.")
    assert said[2].startswith("below.csv: row 20001: this line has more than 4 MB.")
    assert said[3].startswith("nothing.csv: this is not a text table (it holds binary data).")
    assert int(memory) < 1000


@pytest.mark.parametrize(
    "header, limits, sentence",
    [
        (f"{HEADER},{',' * 100_000}", {}, "row 1: this line has 100005 columns, more than the 20000.*max_columns"),
        (f"{HEADER}{'x' * 3_000_000}", {}, "row 1: this line has more than 2000 kB.*max_line_kb"),
        (f"{HEADER}{',x' * 30}", {"max_columns": 20}, "row 1: this line has 34 columns, more than the 20"),
        (f"{HEADER},{'x' * 30_000}", {"max_line_kb": 10}, "row 1: this line has more than 10 kB"),
    ],
)
@pytest.mark.parametrize("mark", ["\n", "\r"])
def test_a_row_of_names_without_end_is_refused_by_its_limit(tmp_path, header, limits, sentence, mark):
    path = tmp_path / "a.csv"
    path.write_bytes(mark.join([header, *rows()]).encode())
    assert re.search(sentence.replace(".*", r".*raise \[limits\] "), refusal(path, settings=limited(**limits)))


@pytest.mark.parametrize("fill", ["\n", "\r\n", "\0", " ", ",\n"])
@pytest.mark.parametrize("start", ["", f"{HEADER}\n"])
def test_a_file_of_nothing_has_its_sentence(tmp_path, fill, start):
    (tmp_path / "a.csv").write_text(start + fill * 300_000, newline="")
    assert re.search("empty|binary|no row of|not a table|more than 2000 kB", refusal(tmp_path / "a.csv"))


def test_a_long_row_is_found_across_the_pieces_in_which_a_file_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"1,2\n" * 3_000_000 + b"1" * 3_000_001 + b"\n" + b"1,2\n" * 10)
    with pytest.raises(DataError, match=r"a\.csv: row 3000001: this line has more than 3 MB"):
        check_rows(path, 3_000_000)
    check_rows(path, 3_000_001)


def test_more_samples_than_the_limit_are_refused(tmp_path):
    said = refusal(table(tmp_path / "a.csv", rows(1001)), settings=limited(max_frames=1000))
    assert (
        "this recording has 1001 samples, more than the 1000 that are read. Divide it, or raise [limits] max_frames."
        in said
    )


def test_a_table_of_a_study_is_no_place_for_a_recording(study):
    (study / "trials.csv").write_text("participant,session,task,speed_m_s,file" + ",x" * 600 + "\n")
    with pytest.raises(DataError, match=r"trials\.csv: row 1: the table has 605 columns, more than any table"):
        read_study(study)
    sparse(study / "trials.csv", 65_000_000, "participant,session")
    with pytest.raises(DataError, match=r"trials\.csv: this file has 65 MB, more than a table of a study \(64 MB\)"):
        read_study(study)


# --- numbers -----------------------------------------------------------------------------------------------------

NO_NUMBERS = ("nan", "inf", "-inf", "Infinity", "1e308", "-1e308", "1e999", "1e-320", "0x10", "1_000", "١٢", "1e5e5")


def finite(trial) -> bool:
    """Whether every number is a gap or of a size that a recording has."""
    angles, positions = [*trial.channels.values()], [*trial.markers.values()]
    signals = [a for s in trial.sensors.values() for a in (s.acceleration_m_s2, s.angular_rate_rad_s)]
    turns = [*trial.orientations.values()]
    limits = ((angles, LARGEST_ANGLE), (positions, LARGEST_POSITION), (signals, 1e7), (turns, 1.0 + 1e-6))
    return all(not (np.abs(one[~np.isnan(one)]) > most).any() for many, most in limits for one in many)


@pytest.mark.parametrize("name", [name for name in WRITTEN if name not in ("mvn", "c3d")])
def test_whatever_stands_in_a_number_s_place_ends_in_a_trial_of_numbers_or_a_sentence(tmp_path, name):
    for place, write in enumerate(WRITTEN[name]):
        path = write(tmp_path / str(place))
        whole = path.read_text(encoding="utf-8")
        mapping = {"mapping": path.with_name(MAPPING)} if path.with_name(MAPPING).exists() else {}
        cells = [*re.finditer(r"(?<=[,;\t ])-?\d+\.?\d*(?:[eE][-+]\d+)?(?=[,;\t\n ])", whole)]
        for number, word in enumerate(NO_NUMBERS):
            cell = cells[(number * 7919 + len(cells) // 2) % len(cells)]
            path.write_text(whole[: cell.start()] + word + whole[cell.end() :], encoding="utf-8")
            try:
                trial = read_trial(path, task="walk", **mapping)
            except DataError as error:
                assert str(error)
            else:
                assert finite(trial), (name, word)


@pytest.mark.parametrize(
    "times, sentence",
    [
        ("0*i", "time does not increase"),
        ("-i", "time does not increase"),
        ("(500-i)/100", "time does not increase"),
        ("i*1e300", "a rate of 1e-300 Hz is none of a recording"),
        ("i*1e-12", r"a rate of 1e\+12 Hz is none of a recording"),
        ("i/100 if i < 60 else 1e9+i", "time jumps from 0.59 s to 1e\\+09 s"),
        ("i/100 if i < 60 else float('nan')", "the time of sample 61 is missing"),
    ],
)
def test_a_clock_that_runs_wrong_is_told(tmp_path, times, sentence):
    lines = [f"{eval(times, {'i': i})!r},{row.partition(',')[2]}" for i, row in enumerate(rows())]
    assert re.search(sentence, refusal(table(tmp_path / "a.csv", lines)))


@pytest.mark.parametrize("rate", ["0", "-100", "inf", "1e308", "1e-9"])
def test_a_rate_that_is_none_never_reaches_a_trial(study, rate):
    header = "participant,session,task,speed_m_s,file,rate_hz"
    assert "column 'rate_hz'" in errors(study, f"P01,1,walk,1.3,walk.csv,{rate}", header)


@pytest.mark.parametrize("word", NO_NUMBERS)
def test_every_number_of_every_table_of_a_study_is_in_its_range_or_has_a_sentence(study, word):
    tables = {
        "trials": "participant,session,task,speed_m_s,file,pain_0_10,grade_percent\nP01,1,walk,1.3,walk.csv,W,W\n",
        "participants": "participant,sex,age_years,height_cm,mass_kg,diagnosed_year\nP01,F,W,W,W,W\n",
        "exam": "participant,session,side,direction,test,value_deg,sem_deg\nP01,1,left,flexion,supine_flexion,W,W\n",
        "intake": "participant,session,field,side,value,unit\nP01,1,pain_now,left,W,0-10\n",
    }
    for name, text in tables.items():
        (study / f"{name}.csv").write_text(text.replace("W", word), encoding="utf-8")
    session = read_study(study).sessions[0]
    person, trial = session.participant, session.trials[0]
    held = [person.age_years, person.height_cm, person.mass_kg, person.diagnosed_year]
    held += [trial.pain_0_10, trial.grade_percent, *session.exam["sem_deg"].tolist()]
    held += session.exam["value_deg"].tolist()
    assert all(math.isnan(value) or abs(value) <= 2100 for value in held)
    assert len(session.errors) >= {"nan": 0, "1e-320": 4}.get(word, 6)


# --- what others open: spreadsheets and pages --------------------------------------------------------------------

FORMULAS = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "＝1+1")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_calculate_is_written_as_text_and_read_back(text):
    frame = pd.DataFrame({"who": [text], "=name": [-1.5], "n": [None]})
    written = csv_text(frame)
    cells = pd.read_csv(io.StringIO(written), keep_default_na=False)
    assert unquoted(cells["who"][0]) == plain(text)
    assert not re.match(r"\s*[=+\-@＝]", cells["who"][0])
    assert cells["'=name"][0] == -1.5


def test_plain_texts_and_numbers_are_exported_as_they_are():
    frame = pd.DataFrame(
        {"trial": ["P01-run", "a=b", "x@y"], "value": [-1.5, 1e-9, np.nan], "side": ["left", None, "r"]}
    )
    assert csv_text(frame) == frame.to_csv(index=False, lineterminator="\n")


@pytest.fixture
def tables(tmp_path) -> Path:
    """The tables of a study whose trials are named like formulas."""
    folder = tmp_path / "processed" / "small"
    for name in TABLES:
        write_table(folder / f"{name}.parquet", name, [table_schema(name).empty_table()])
    named = stride_rows(len(FORMULAS)).assign(trial=list(FORMULAS))
    write_table(folder / "strides.parquet", "strides", [arrow_table("strides", named)])
    write_table(folder / "curves.parquet", "curves", [curve_table(named, some_curves(named))])
    return folder


def test_no_cell_of_an_export_begins_like_a_formula_and_every_number_is_the_same(tables, tmp_path):
    truth = pd.read_parquet(tables / "strides.parquet")
    for path in export_csv(tables, tmp_path / "csv"):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        assert not [cell for name in cells for cell in cells[name] if re.match(r"\s*[=+@\t\r]", cell)], path.name
    back = pd.read_csv(tmp_path / "csv" / "strides.csv")
    assert back["trial"].map(unquoted).tolist() == truth["trial"].map(plain).tolist()
    assert back["peak_hip_extension_deg"].tolist() == truth["peak_hip_extension_deg"].tolist()
    pytest.importorskip("openpyxl")
    book = pd.read_excel(export_excel(tables, tmp_path / "s.xlsx"), sheet_name="strides")
    assert book["trial"].tolist() == truth["trial"].map(plain).tolist()
    with zipfile.ZipFile(tmp_path / "s.xlsx") as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_an_answer_of_the_database_as_csv_is_harmless(tables):
    pytest.importorskip("duckdb")
    answer = ask("SELECT '=1+1' AS a, -1.5 AS b", processed=tables.parent, csv=True)
    assert answer == "a,b\n'=1+1,-1.5\n"


def test_sql_reaches_no_file_outside_the_folder_of_results(tables, tmp_path):
    pytest.importorskip("duckdb")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    assert ask("SELECT count(*) AS n FROM strides", processed=tables.parent, csv=True) == f"n\n{len(FORMULAS)}\n"
    for sql in (f"FROM '{tmp_path}/secret.csv'", f"COPY (SELECT 1) TO '{tmp_path}/out.csv'", "INSTALL httpfs"):
        with pytest.raises(DataError, match="this cannot be asked"):
            ask(sql, processed=tables.parent)
    assert not (tmp_path / "out.csv").exists()


MARKUP = "\"'><zyzzx onload=zyzzx(1)><!--</script></style></title></svg>]]>${zyzzx}{{zyzzx}}"


class Reading(HTMLParser):
    """Tags and attributes of a page that carry the mark, and its scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[tuple[str, object]] = []
        self.scripts: list[tuple[dict, str]] = []
        self.within: dict | None = None

    def handle_starttag(self, tag, attrs):
        self.bad += [(tag, attrs)] if "zyzzx" in tag or any("zyzzx" in name for name, _ in attrs) else []
        self.bad += [(tag, name) for name, value in attrs if name.startswith("on") and "zyzzx" in (value or "")]
        self.within = dict(attrs) if tag == "script" else None

    def handle_comment(self, data):
        self.bad += [("comment", data)] if "zyzzx" in data else []

    def handle_data(self, data):
        if self.within is not None and self.lasttag == "script":
            self.scripts.append((self.within, data))

    def handle_endtag(self, tag):
        self.within = None


@pytest.mark.skipif(os.name == "nt", reason="such names of files exist on POSIX systems only")
def test_markup_in_every_string_of_a_study_never_becomes_part_of_a_page(tmp_path):
    folder = tmp_path / f"clinic {MARKUP}".replace("/", "")
    folder.mkdir()
    stem = MARKUP.replace("/", "")
    gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=8.0, seed=1)
    write_angles(folder / "a.csv", simulate_angles(gait, seed=1).table)
    text = (folder / "a.csv").read_text().splitlines()
    left = next(name for name in text[0].split(",") if "hip_flexion" in name)
    (folder / f"{stem}.csv").write_text("\n".join([text[0].replace(left, f'"{MARKUP}"'.replace('"', "")), *text[1:]]))
    quoted = MARKUP.replace('"', '""')
    target = "hip_flexion_left_deg" if "_l" in left else "hip_flexion_right_deg"
    (folder / "map.toml").write_text(f"[columns]\n{target} = {json.dumps(MARKUP)}\n")
    (folder / "study.toml").write_text('[exam]\nthomas_positive = "below"\n')
    stem_cell = stem.replace('"', '""')
    (folder / "trials.csv").write_text(
        f'participant,session,task,speed_m_s,file,surface,footwear,zero,mapping,"{quoted}"\n'
        f'P01,1,run,3.5,a.csv,"{quoted}","{quoted}",anatomical,,"{quoted}"\n'
        f'P01,2,run,3.5,"{stem_cell}.csv","{quoted}","{quoted}",anatomical,map.toml,\n'
        f'P01,3,run,3.5,"{stem_cell}.csv",,,,,\n"{quoted}",1,run,3.5,a.csv,,,,,\n'
    )
    (folder / "participants.csv").write_text(
        "participant,sex,age_years,height_cm,mass_kg,group,symptomatic_side,diagnosis,diagnosed_by,notes\n"
        f'P01,F,30,170,60,"{quoted}",left,"{quoted}","{quoted}","{quoted}"\n'
    )
    (folder / "exam.csv").write_text(
        "participant,session,side,direction,test,value_deg,instrument,rater,limited_by\n"
        f'P01,1,left,extension,prone_extension,15,"{quoted}","{quoted}","{quoted}"\n'
        "P01,1,right,extension,prone_extension,15,goniometer,a,firm\n"
    )
    (folder / "intake.csv").write_text(
        f'participant,session,field,side,value,unit\nP01,1,goal,,"{quoted}",\nP01,1,"{quoted}",,"{quoted}","{quoted}"\n'
    )
    result = run_study(folder, processed=tmp_path / "processed", reports=tmp_path / "reports", progress=False)
    pages = [*result.reports.glob("*.html")]
    assert {"index.html", "cohort.html", "P01_1.html", "P01_2.html", "P01_3.html"} <= {page.name for page in pages}
    marked = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        marked += "zyzzx" in text
        reading = Reading()
        reading.feed(text)
        assert reading.bad == [], page.name
        for attributes, script in reading.scripts:
            if "zyzzx" in script:  # only as a string of data
                assert "<" not in script.partition("zyzzx")[0][-40:], page.name
                assert attributes.get("type") == "application/json" and json.loads(script), page.name
    assert marked >= 4


# --- the list of promises ----------------------------------------------------------------------------------------


def test_every_promise_names_a_test_that_is_there(root):
    named = re.findall(r"`tests/(\w+)\.py::(\w+)`", (root / "docs" / "promises.md").read_text(encoding="utf-8"))
    absent = [test for file, test in named if f"def {test}(" not in (root / "tests" / f"{file}.py").read_text("utf-8")]
    assert len(named) > 25
    assert absent == []
