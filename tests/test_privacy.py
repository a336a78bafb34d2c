"""What stands in a file's header stays there: names, dates, serial numbers, comments reach no output of any kind."""

from __future__ import annotations

import getpass
import json
import socket
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from planted import ALL, CANARIES, NAME, OPERATOR, SERIAL, planted
from written_files import MAPPING

from kinematics import DataError
from kinematics.cli import main
from kinematics.export import export_bids, export_csv, export_excel, export_mot
from kinematics.pipeline import RunResult, run_study
from kinematics.readers import read_trial
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles

#: What a run may never say of the machine that it ran on.
OWN = tuple(word for word in (str(Path.home()), f"/{getpass.getuser()}/", socket.gethostname()) if len(word) > 4)


def contents(path: Path) -> Iterable[tuple[str, bytes]]:
    """What a file holds as bytes, unpacked: each part of an archive, each text of a Parquet file with its metadata."""
    data = path.read_bytes()
    yield path.name, data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from ((f"{path.name}:{name}", archive.read(name)) for name in archive.namelist())
    elif path.suffix == ".parquet":
        table = pq.read_table(path)
        texts = [column.to_pylist() for column in table.columns if not pa.types.is_fixed_size_list(column.type)]
        yield f"{path.name}:texts", repr(texts).encode()
        yield f"{path.name}:schema", repr((table.schema.metadata, [field.metadata for field in table.schema])).encode()


def leaks(folder: Path, words: Iterable[str]) -> list[tuple[str, str]]:
    """File and word, wherever a file below the folder holds a word or is named after it."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for name, data in contents(path):
            found += [(name, word) for word in words if word.encode() in data or word in name]
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A study of every format with canaries, and two runners whose files make strides."""
    study = tmp_path_factory.mktemp("private") / "clinic"
    rows = ["participant,session,task,speed_m_s,file,mapping,rate_hz,zero"]
    for number, (name, path) in enumerate(planted(study)):
        mapping = path.with_name(MAPPING)
        cell = mapping.relative_to(study).as_posix() if mapping.exists() else ""
        rate = "100" if name == "visual3d" else ""
        rows.append(f"P{number:02d},1,walk,1.3,{path.relative_to(study).as_posix()},{cell},{rate},")
    for name in ("R1", "R2"):
        gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=8.0, seed=len(name))
        path = write_angles(study / f"{name}.csv", simulate_angles(gait, seed=1).table) or study / f"{name}.csv"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([f"{lines[0]},patient", *(f"{line},{ALL}" for line in lines[1:])]) + "\n")
        rows.append(f"{name},1,run,3.5,{path.name},,,anatomical")
    (study / "trials.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    people = [f"{row.split(',')[0]},F,30,170,60,hip pain,{OPERATOR},{ALL}" for row in rows[1:]]
    head = "participant,sex,age_years,height_cm,mass_kg,diagnosis,diagnosed_by,notes"
    (study / "participants.csv").write_text("\n".join([head, *people]) + "\n", encoding="utf-8")
    exam = [
        "participant,session,side,direction,test,value_deg,rater",
        f"R1,1,left,extension,prone_extension,15,{OPERATOR}",
    ]
    (study / "exam.csv").write_text("\n".join(exam) + "\n", encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def result(folder) -> RunResult:
    places = {"processed": folder.parent / "processed", "reports": folder.parent / "reports"}
    return run_study(folder, **places, progress=False)


def test_the_canaries_are_in_the_files(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent != folder]
    singing = {path.parent.name for path in files if any(NAME.encode() in data for _, data in contents(path))}
    assert len(singing) == len({path.parent.name for path in files}) - 2  # Theia has no room; Shimmer for a serial only
    assert SERIAL.encode() in (folder / "shimmer0" / "shimmer.csv").read_bytes()


def test_no_table_manifest_or_kept_part_of_a_run_holds_a_canary(result):
    assert result.n_strides > 20
    assert leaks(result.processed, CANARIES) == []


def test_a_report_holds_what_the_user_wrote_of_its_person_and_nothing_of_a_header(folder, result):
    told = {(f"{name}_1.html", word) for name in ("R1", "P00") for word in CANARIES}
    pages = {path.name for path in result.reports.glob("*_1.html")}
    found = set(leaks(result.reports, CANARIES))
    assert told <= found  # notes and diagnosed_by of participants.csv, which is the user's own
    assert {name for name, _ in found} == pages  # no index, cohort or other page
    (folder / "participants.csv").rename(folder.parent / "participants.csv")
    try:
        again = run_study(folder, processed=folder.parent / "p2", reports=folder.parent / "r2", progress=False)
    finally:
        (folder.parent / "participants.csv").rename(folder / "participants.csv")
    assert leaks(again.reports, CANARIES) == []


def test_no_sentence_of_a_run_holds_a_canary(result):
    assert [word for word in CANARIES if word in str(result)] == []


def test_no_trial_or_passport_holds_a_canary(tmp_path):
    for name, path in planted(tmp_path):
        for options in ({}, {"format": name}, {"rate_hz": 77.0}, {"zero": "standing", "task": "static"}):
            try:
                trial = read_trial(path, **{"task": "walk", **options})
            except DataError as error:
                said = str(error)
            else:
                held = (
                    trial.name,
                    trial.passport,
                    [*trial.channels, *trial.markers, *trial.orientations],
                    trial.events,
                )
                said = repr((trial, held))
            assert [word for word in CANARIES if word in said] == [], (name, options, said[:300])


def test_exports_hold_no_canary(folder, result, tmp_path):
    export_csv(result.processed, tmp_path / "csv")
    export_excel(result.processed, tmp_path / "clinic.xlsx")
    alone = tmp_path / "two"
    alone.mkdir()
    for name in ("R1.csv", "R2.csv", "participants.csv"):
        (alone / name).write_bytes((folder / name).read_bytes())
    rows = (folder / "trials.csv").read_text().splitlines()
    (alone / "trials.csv").write_text("\n".join([rows[0], *rows[-2:]]) + "\n")
    (tmp_path / "out").mkdir()
    export_mot(alone, tmp_path / "out" / "mot")
    export_bids(alone, tmp_path / "out" / "bids")
    assert len(list((tmp_path / "out").rglob("*.tsv"))) > 4
    assert leaks(tmp_path / "out", CANARIES) == leaks(tmp_path / "csv", CANARIES) == []
    assert [
        leak
        for path in [tmp_path / "clinic.xlsx"]
        for leak in contents(path)
        if any(w.encode() in leak[1] for w in CANARIES)
    ] == []


def test_inspect_and_init_hold_no_canary(tmp_path):
    call = CliRunner().invoke
    for _, path in planted(tmp_path / "study"):
        said = call(main, ["inspect", "--json", str(path)]).output + call(main, ["inspect", str(path)]).output
        # Which sensor is which can be told in a mapping only by the names that the file gives them.
        allowed = {SERIAL} if path.name == "shimmer.csv" else set()
        assert len(said) > 100
        assert [word for word in {*CANARIES, str(tmp_path)} - allowed if word in said] == [], (path, said[:400])
    for mapping in tmp_path.rglob(MAPPING):
        mapping.unlink()
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    said = call(main, ["init", str(tmp_path / "study")]).output
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]
    assert {"trials.csv", "participants.csv"} <= {path.name for path in written}
    texts = [said.replace(str(tmp_path), ""), *(path.read_text(encoding="utf-8") for path in written)]
    assert [word for word in CANARIES for text in texts if word in text] == []


def test_nothing_written_names_the_machine_the_user_or_a_folder(folder, result):
    words = (*OWN, str(folder.parent))
    assert leaks(result.processed, words) == leaks(result.reports, words) == []


def test_the_demos_outputs_name_no_machine_and_no_folder(root, tmp_path):
    places = {"processed": tmp_path / "processed", "reports": tmp_path / "reports"}
    result = run_study(root / "data" / "raw" / "demo", **places, progress=False)
    words = (*OWN, str(root), str(tmp_path))
    assert json.loads((result.processed / "manifest.json").read_bytes())
    assert leaks(tmp_path, words) == []
