"""Workbooks become the text that they would have been, with all digits; broken or huge ones are refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from mocap_files import NEW, motive_lines, noraxon_lines, qtm_lines, six_d_lines, write, write_workbook

from kinematics import DataError
from kinematics.readers.optical import motive, qtm
from kinematics.readers.shared.excel import as_text, is_workbook, sheet_names
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import is_number
from kinematics.readers.suits import noraxon
from kinematics.trial import Trial

pytest.importorskip("openpyxl")
WALK = Request("walk")


def as_cells(lines: list[str], separator: str) -> list[list]:
    """Lines as Excel takes them in: numbers become numbers, empty cells nothing."""
    return [
        [float(cell) if is_number(cell) else cell.strip('"') or None for cell in line.split(separator)]
        for line in lines
    ]


def read(module, path: Path) -> Trial:
    return next(module.read(text, WALK) for text in as_text(read_source(path)) if module.recognises(text))


def contents(trial: Trial) -> dict[str, np.ndarray]:
    return {**trial.channels, **trial.markers, **trial.orientations}


@pytest.mark.parametrize(
    ("module", "lines", "separator"),
    [
        (qtm, qtm_lines(), "\t"),
        (qtm, six_d_lines(), "\t"),
        (motive, motive_lines(), ","),
        (motive, motive_lines(body=True), ","),
        (noraxon, noraxon_lines(NEW, contact=True), ","),
    ],
    ids=["qtm", "qtm-6D", "motive", "motive-bodies", "noraxon"],
)
def test_a_format_saved_as_a_workbook_gives_the_same_numbers(tmp_path, module, lines, separator):
    text = module.read(read_source(write(tmp_path / "a.txt", lines)), WALK)
    book = read(module, write_workbook(tmp_path / "a.xlsx", {"Sheet1": as_cells(lines, separator)}))
    assert book.rate_hz == text.rate_hz
    assert contents(book).keys() == contents(text).keys()
    for name, values in contents(text).items():
        assert np.array_equal(contents(book)[name], values, equal_nan=True)


def test_the_text_has_all_digits_empty_cells_and_one_width(tmp_path):
    rows = [["name", None, "b"], [1 / 3, None, 2.0], ["x"], [], [None, True, 1e-9]]
    text = as_text(read_source(write_workbook(tmp_path / "a.xlsx", {"s": rows})))[0]
    assert text.data.decode() == "name\t\tb\n0.3333333333333333\t\t2\nx\t\t\n\t\t\n\tTRUE\t1e-09\n"


def test_cells_with_commas_are_quoted_between_commas(tmp_path):
    rows = [["time,s", "Hip Flexion LT,deg"], [0.0, 1.5]]
    between_commas = as_text(read_source(write_workbook(tmp_path / "a.xlsx", {"s": rows})))[1]
    assert between_commas.data.decode() == '"time,s","Hip Flexion LT,deg"\n0,1.5\n'


def test_each_filled_sheet_is_a_candidate_and_keeps_the_files_hash(tmp_path):
    source = read_source(write_workbook(tmp_path / "a.xlsx", {"notes": [[]], "b": [["p", 1]], "c": [["q", 2]]}))
    texts = as_text(source)
    assert [text.data for text in texts] == [b"p\t1\n", b"q\t2\n", b"p,1\n", b"q,2\n"]
    assert {text.sha256 for text in texts} == {source.sha256}
    assert sheet_names(source) == ("notes", "b", "c")


def test_an_error_names_the_row_that_excel_shows(tmp_path):
    rows = as_cells(qtm_lines(), "\t")
    rows[19][2] = "lost"
    with pytest.raises(DataError, match=r"a\.xlsx: row 20, column 'R\.ASIS X': 'lost' is not a number"):
        read(qtm, write_workbook(tmp_path / "a.xlsx", {"Sheet1": rows}))


def test_a_text_file_stays_what_it_is(tmp_path):
    source = read_source(write(tmp_path / "a.txt", qtm_lines()))
    assert not is_workbook(source)
    assert as_text(source) == [source]


def test_old_and_protected_workbooks_say_so(tmp_path):
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(DataError, match=r"old\.xls: this is a workbook of Excel before 2007, or one with a password"):
        as_text(read_source(path))


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def test_another_archive_says_so(tmp_path):
    with pytest.raises(DataError, match="an archive, but no Excel workbook"):
        as_text(read_source(archive(tmp_path / "a.zip", {"Accelerometer.csv": b"t,x\n"})))


def test_a_workbook_without_a_table_says_so(tmp_path):
    with pytest.raises(DataError, match="no sheet of this workbook holds a table"):
        as_text(read_source(write_workbook(tmp_path / "a.xlsx", {"empty": [[]]})))


def rewritten(source: Path, target: Path, part: str, change) -> Path:
    """A workbook with one part changed."""
    with zipfile.ZipFile(source) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts[part] = change(parts[part])
    return archive(target, parts)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    plain = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1]]})
    bomb = rewritten(plain, tmp_path / "b.xlsx", "xl/styles.xml", lambda data: data + b" " * 70_000_000)
    assert bomb.stat().st_size < 200_000
    with pytest.raises(DataError, match="unpacks to more than 70 MB"):
        as_text(read_source(bomb))


def test_a_row_that_no_sheet_has_is_refused(tmp_path):
    plain = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1], [2, 3]]})
    far = rewritten(
        plain,
        tmp_path / "b.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b'r="2"', b'r="99999999999"').replace(b'"A2"', b'"A99999999999"'),
    )
    with pytest.raises(DataError, match="sheet 's' has row 99999999999"):
        as_text(read_source(far))


def test_a_few_cells_in_the_last_column_of_many_rows_are_refused_before_they_are_filled_up(tmp_path):
    rows = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(2, 1000))
    data = f'<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>{rows}</sheetData></worksheet>'
    plain = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1]]})
    path = rewritten(plain, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", lambda _: data.encode())
    with pytest.raises(DataError, match=r"sheet 's' has more than 5000000 cells.*raise .limits. max_cells"):
        as_text(read_source(path))


SHEET = (
    '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
    '<x:row><x:c t="inlineStr"><x:is><x:t>time</x:t></x:is></x:c><x:c t="str"><x:f>A1</x:f><x:v>hip</x:v></x:c></x:row>'
    '<x:row r="3"><x:c r="B3"><x:v>7.0000000000000001E-3</x:v></x:c><x:c r="AA3"><x:v>0.1</x:v></x:c></x:row>'
    '<x:row r="4"><x:c r="A4" t="e"><x:v>#N/A</x:v></x:c><x:c r="B4" t="b"><x:v>1</x:v></x:c></x:row>'
    "</x:sheetData></x:worksheet>"
)


def test_prefixes_formulas_sparse_cells_and_long_numbers_are_read(tmp_path):
    plain = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1]]})
    path = rewritten(plain, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", lambda _: SHEET.encode())
    lines = as_text(read_source(path))[0].lines(0)
    assert [line.rstrip("\t") for line in lines] == ["time\thip", "", "\t0.007" + "\t" * 25 + "0.1", "#N/A\tTRUE"]


def test_entities_in_a_sheet_are_refused(tmp_path):
    plain = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1]]})
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SHEET.encode()
    path = rewritten(plain, tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml", lambda _: bomb)
    with pytest.raises(DataError, match="sheet 's' has entities"):
        as_text(read_source(path))


def test_every_cell_is_what_another_library_reads(tmp_path):
    import openpyxl

    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(40, 30)) * 10.0 ** rng.integers(-12, 12, size=(40, 30))
    rows = [[f"column {i}, ü <&>" for i in range(30)], *numbers.tolist(), *rng.integers(-99, 99, (5, 30)).tolist()]
    path = write_workbook(tmp_path / "a.xlsx", {"s": rows})
    theirs = list(openpyxl.load_workbook(path)["s"].iter_rows(values_only=True))
    ours = [line.split("\t") for line in as_text(read_source(path))[0].lines(0)]
    assert ours[0] == list(theirs[0])
    assert [[float(cell) for cell in row] for row in ours[1:]] == [[float(cell) for cell in row] for row in theirs[1:]]


def test_sheet_names_never_raise(tmp_path):
    data = write_workbook(tmp_path / "a.xlsx", {"s": [["p", 1]]}).read_bytes()
    whole = read_source(tmp_path / "a.xlsx")
    for cut in range(4, len(data), 97):
        assert sheet_names(Source("a.xlsx", data[:cut], whole.hashed, whole.path)) == ()
