"""The whole way on small studies: what is left behind, what a fault costs, what a second run costs."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path

import pandas as pd
import pytest

from kinematics.pipeline import RunResult, assess, run_study
from kinematics.pipeline.visits.visit import assess_despite
from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)
from kinematics.store import TABLES
from kinematics.study import read_study

SECONDS = 9.0
TRUE_EXTENSION_DEG = {"P01": 14.0, "P02": -6.0}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="session")
def simulated(tmp_path_factory) -> Path:
    """A study of three: P01 and P02 from angles (true extension 14 and -6 deg), P03 from markers and force."""
    folder = tmp_path_factory.mktemp("simulated") / "clinic"
    folder.mkdir()
    for seed, (name, extension) in enumerate(TRUE_EXTENSION_DEG.items()):
        runner = Runner(speed_m_s=3.5, peak_hip_extension_left_deg=extension, peak_hip_extension_right_deg=extension)
        gait = simulate_gait(runner, duration_s=SECONDS, seed=seed)
        write_angles(folder / f"{name}_run.csv", simulate_angles(gait, seed=seed).table)
    gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=SECONDS, seed=7)
    write_marker_trial(folder, simulate_markers(gait, seed=7), stem="P03_run", static_stem="P03_static")
    write(
        folder,
        trials="participant,session,task,speed_m_s,file,static_file,forces_file,zero\n"
        "P01,1,run,3.5,P01_run.csv,,,anatomical\nP02,1,run,3.5,P02_run.csv,,,anatomical\n"
        "P03,1,run,3.5,P03_run_markers.txt,P03_static.txt,P03_run_forces.txt,\n",
        exam="participant,session,side,direction,test,value_deg\n"
        "P02,1,left,extension,modified_thomas,14\nP02,1,right,extension,modified_thomas,14\n",
    )
    (folder / "study.toml").write_text('[exam]\nthomas_positive = "below"\n')
    return folder


def write(folder: Path, **tables: str) -> None:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)


@pytest.fixture
def study(simulated, tmp_path) -> Path:
    """A copy of the study that a test may damage."""
    return Path(shutil.copytree(simulated, tmp_path / "clinic"))


@pytest.fixture
def run(tmp_path):
    """Runs a study into the test's own folders."""

    def run(folder: Path, **options) -> RunResult:
        places = {"processed": tmp_path / "processed", "reports": tmp_path / "reports"}
        return run_study(folder, **{**places, "progress": False, **options})

    return run


def outputs(result: RunResult) -> dict[str, bytes]:
    """Every file of a run by its name, but for what is kept for the next run."""
    files = [*result.processed.glob("[!.]*.*"), *result.reports.glob("[!.]*.*")]
    return {path.name: path.read_bytes() for path in files if path.is_file()}


def test_a_run_leaves_the_declared_files_and_says_what_it_made(study, run):
    result = run(study)
    names = {f"{name}.parquet" for name in TABLES} | {"manifest.json", "index.html", "cohort.html"}
    assert set(outputs(result)) == names | {"P01_1.html", "P02_1.html", "P03_1.html"}
    assert (result.name, result.n_sessions, result.failed, result.exit_code) == ("clinic", 3, (), 0)
    strides = pd.read_parquet(result.processed / "strides.parquet")
    assert result.n_strides == strides["valid"].sum() > 60
    assert f"3 sessions; {result.n_strides} strides" in str(result)


def test_the_truth_of_simulated_runners_arrives_in_the_table(study, run):
    strides = pd.read_parquet(run(study).processed / "strides.parquet").query("valid")
    medians = strides.groupby("participant")["peak_hip_extension_deg"].median()
    for name, truth in TRUE_EXTENSION_DEG.items():
        assert medians[name] == pytest.approx(truth, abs=0.5)


def test_curves_have_the_strides_rows_in_the_strides_order(study, run):
    folder = run(study).processed
    strides, curves = (pd.read_parquet(folder / f"{name}.parquet") for name in ("strides", "curves"))
    keys = ["participant", "session", "trial", "side", "stride"]
    assert strides[keys].equals(curves[keys])
    assert strides[keys].equals(strides[keys].sort_values(keys, ignore_index=True))
    lowest = -curves["hip_flexion_deg"].map(min)
    assert (strides["peak_hip_extension_deg"] - lowest)[strides["valid"]].abs().max() < 0.2


def test_the_ledger_in_the_file_is_the_one_that_assess_gives(study, run):
    ledger = pd.read_parquet(run(study).processed / "ledger.parquet").query("participant == 'P02'")
    direct = assess(read_study(study).session("P02", "1")).ledger
    assert ledger["class"].tolist() == direct["class"].tolist()
    assert ledger["used_deg"].tolist() == direct["used_deg"].tolist()


def test_the_same_input_gives_the_same_bytes_with_one_process_or_two(study, run, tmp_path, monkeypatch):
    monkeypatch.setattr("kinematics.pipeline.workers.cores.VISITS_WORTH_A_PROCESS", 1)
    one = outputs(run(study, jobs=1))
    two = outputs(run(study, jobs=2, processed=tmp_path / "p", reports=tmp_path / "r"))
    assert one == two


def test_no_output_tells_where_it_was_made(study, run, tmp_path):
    for content in outputs(run(study)).values():
        assert str(tmp_path).encode() not in content


def test_an_unchanged_study_is_taken_over_and_a_changed_session_alone_is_done_again(study, run):
    first = run(study)
    before = outputs(first)
    assert run(study).n_kept == 3
    assert outputs(first) == before
    (study / "study.toml").write_text((study / "study.toml").read_text() + "\n# a remark\n")
    assert run(study).n_kept == 3
    (study / "P02_run.csv").write_text("\n".join((study / "P02_run.csv").read_text().splitlines()[:-20]) + "\n")
    again = run(study)
    assert again.n_kept == 2
    fresh = outputs(run(study, processed=study.parent / "fresh", reports=study.parent / "fresh_reports"))
    assert outputs(again) == fresh


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, participants="participant,sex\nP01,F\nP02,M\nP03,M\n"),
        lambda folder: (folder / "study.toml").write_text('[exam]\nthomas_positive = "above"\n'),
    ],
    ids=["participants", "settings"],
)
def test_a_change_of_people_or_settings_makes_every_session_new(study, run, change):
    run(study)
    change(study)
    assert run(study).n_kept == 0


def test_a_damaged_cache_or_report_is_made_again(study, run):
    first = run(study)
    before = outputs(first)
    (first.reports / "P01_1.html").write_text("cut off")
    kept = sorted((first.processed / ".sessions").glob("*.kept"))
    kept[0].write_bytes(kept[0].read_bytes()[:-1] + b"x")
    kept[1].write_text("{")
    run(study)
    assert outputs(first) == before


def test_what_belongs_to_a_session_that_is_gone_is_removed_and_nothing_else(study, run):
    first = run(study)
    (first.reports / "my notes.html").write_text("mine")
    rows = (study / "trials.csv").read_text().splitlines()
    write(study, trials="\n".join(row for row in rows if not row.startswith("P02")) + "\n", exam="")
    (study / "exam.csv").unlink()
    second = run(study)
    assert not (second.reports / "P02_1.html").exists()
    assert (second.reports / "my notes.html").read_text() == "mine"
    assert len(list((second.processed / ".sessions").glob("*.kept"))) == second.n_sessions == 2


def test_a_run_that_was_cut_off_leaves_no_half_file_behind(study, run):
    first = run(study)
    (first.reports / ".P01_1.html.99.part").write_text("half")
    (first.processed / ".sessions" / ".abc.99.part").mkdir()
    run(study)
    assert not [path for path in study.parent.rglob("*.part")]


def test_the_manifest_names_inputs_outputs_settings_versions_and_passports(study, run):
    result = run(study)
    manifest = json.loads((result.processed / "manifest.json").read_bytes())
    assert set(manifest["inputs"]) == {path.name for path in study.iterdir()}
    assert set(manifest["outputs"]) == set(outputs(result)) - {"manifest.json"}
    assert manifest["settings"]["exam"] == {"thomas_positive": "below"}
    assert manifest["versions"]["kinematics"]
    (trial,) = manifest["sessions"][2]["trials"]
    assert (trial["trial"], trial["passport"]["zero"]) == ("P03_run_markers", "anatomical")


@pytest.fixture
def faulty(study) -> Path:
    """One good session among a missing file, a lost column, a text for a number, an empty file, a hostile id."""
    lines = (study / "P03_run_markers.txt").read_text().splitlines()
    places = [place for place, name in enumerate(lines[0].split("\t")) if not name.startswith("R.ASIS")]
    assert len(places) < len(lines[0].split("\t"))
    cut = ["\t".join(line.split("\t")[place] for place in places) for line in lines]
    (study / "no_asis.txt").write_text("\n".join(cut) + "\n")
    rows = (study / "P01_run.csv").read_text().splitlines()
    rows[41] = rows[41].split(",")[0] + ",n.a." + rows[41][rows[41].index(",", rows[41].index(",") + 1) :]
    (study / "text.csv").write_text("\n".join(rows) + "\n")
    (study / "empty.csv").write_text("")
    write(
        study,
        trials="participant,session,task,speed_m_s,file,static_file,zero\nP01,1,run,3.5,P01_run.csv,,anatomical\n"
        "P02,1,run,3.5,gone.csv,,anatomical\nP03,1,run,3.5,no_asis.txt,P03_static.txt,\n"
        f"P04,1,run,3.5,text.csv,,anatomical\nP05,1,run,3.5,empty.csv,,\n{HOSTILE},1,run,3.5,P01_run.csv,,\n",
        exam="participant,session,side,direction,test,value_deg\n",
    )
    return study


def test_each_fault_makes_one_sentence_and_the_other_sessions_are_done(faulty, run):
    result = run(faulty)
    assert result.exit_code == 1
    assert result.failed == ("P02_1", "P03_1", "P04_1", "P05_1")
    assert len(result.errors) == 5
    hostile, gone, asis, text, empty = result.errors
    assert hostile.startswith(f"trials.csv: row 7, column 'participant': '{HOSTILE}' cannot be used as an id")
    assert gone.startswith("gone.csv: there is no such file in the study folder")
    assert "R.ASIS" in asis
    assert text.startswith("text.csv: row 42, column 'hip_flexion_l'")
    assert empty.startswith("empty.csv: ")


def test_faults_stand_in_reports_index_manifest_and_table_and_nothing_is_executed(faulty, run):
    result = run(faulty)
    files = outputs(result)
    assert {name for name in files if name.endswith(".html")} == {
        *("index.html", "cohort.html"),
        *(f"P0{number}_1.html" for number in range(1, 6)),
    }
    for name, content in files.items():
        assert name.endswith((".json", ".parquet")) or HOSTILE.encode() not in content
    index = files["index.html"].decode()
    for sentence in result.errors:
        assert escape(sentence, quote=False) in index.replace("&#39;", "'")
    assert "no such file in the study folder" in files["P02_1.html"].decode()
    manifest = json.loads(files["manifest.json"])
    assert manifest["errors"] == [result.errors[0]]
    assert manifest["inputs"]["gone.csv"] == "missing"
    excluded = pd.read_parquet(result.processed / "excluded.parquet").query("reason == 'trial_failed'")
    assert excluded["trial"].tolist() == ["gone", "no_asis", "text", "empty"]


def test_an_unforeseen_error_costs_its_trial_alone_and_is_tried_again(study, run, monkeypatch, capsys):
    def broken(*args, **options):
        raise TypeError(f"secret {study}")

    with monkeypatch.context() as patch:
        patch.setattr("kinematics.pipeline.visits.visit.foot_events", broken)
        result = run(study)
    assert result.exit_code == 2
    assert result.errors[0] == "P01_1: internal error (TypeError) while working on P01_run.csv; please report it."
    assert b"secret" not in b"".join(outputs(result).values())
    assert "secret" not in capsys.readouterr().err
    again = run(study)
    assert (again.n_kept, again.errors) == (0, ())


def test_an_unforeseen_error_in_a_late_station_leaves_strides_and_a_report(study, run, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("kinematics.pipeline.visits.visit.session_options", broken)
    result = run(study)
    assert result.n_strides > 60
    assert result.errors[0] == "P01_1: internal error (ZeroDivisionError) while looking for options; please report it."
    assert (result.reports / "P01_1.html").is_file()


def test_a_report_that_cannot_be_made_is_an_error_in_the_index(study, run, monkeypatch):
    def broken(*args, **options):
        raise KeyError("x")

    monkeypatch.setattr("kinematics.report.render_report", broken)
    result = run(study)
    assert result.errors[0] == "P01_1: internal error (KeyError) while writing the report; please report it."
    assert not list(result.reports.glob("P0*.html"))
    assert "P01_1.html" not in (result.reports / "index.html").read_text()


def test_the_trace_of_an_internal_error_is_shown_on_demand(study, run, monkeypatch, capsys):
    def broken(*args, **options):
        raise TypeError("the cause")

    monkeypatch.setattr("kinematics.pipeline.visits.visit.ledger_columns", broken)
    run(study, debug=True)
    assert "TypeError: the cause" in capsys.readouterr().err


def test_a_notebook_sees_the_internal_error_itself(study, monkeypatch):
    def broken(*args, **options):
        raise TypeError("the cause")

    monkeypatch.setattr("kinematics.pipeline.visits.visit.ledger_columns", broken)
    with pytest.raises(TypeError, match="the cause"):
        assess(read_study(study).session("P01", "1"))


def test_a_file_that_is_only_an_empty_folder_is_told(study):
    (study / "P01_run.csv").unlink()
    (study / "P01_run.csv").mkdir()
    (result,) = assess(read_study(study).session("P01", "1")).trials
    assert result.error.startswith("P01_run.csv: this folder holds 0 files")


def test_a_fault_in_the_static_file_is_named_with_its_folder(study):
    (study / "still").mkdir()
    (study / "still" / "P03_static.txt").write_text("")
    write(study, trials=(study / "trials.csv").read_text().replace("P03_static.txt", "still/P03_static.txt"))
    (result,) = assess(read_study(study).session("P03", "1")).trials
    assert result.error.startswith("still/P03_static.txt: ")


def test_the_visits_own_static_trial_stands_in_where_no_static_file_is_named(study):
    named = assess(read_study(study).session("P03", "1"))
    rows = (study / "trials.csv").read_text().replace("P03_static.txt", "")
    write(study, trials=rows + "P03,1,static,,P03_static.txt,,,\n")
    moving, standing = assess(read_study(study).session("P03", "1")).trials
    assert moving.strides.table.equals(named.trials[0].strides.table)
    assert (standing.strides, standing.error) == (None, "")
    assert standing.standing_deg == moving.standing_deg
    assert "pelvis_anterior_tilt_deg" in standing.standing_deg


def test_a_session_without_a_usable_trial_is_assessed_all_the_same(study):
    (study / "P01_run.csv").unlink()
    assessment = assess_despite(read_study(study).session("P01", "1"), lambda error, doing: pytest.fail(doing))
    assert [trial.error for trial in assessment.trials] == list(assessment.errors)
    assert len(assessment.errors) == 1


@pytest.mark.real
def test_two_runners_of_rbds_go_the_whole_way(rbds, tmp_path, run):
    folder = tmp_path / "rbds"
    folder.mkdir()
    rows = ["participant,session,task,speed_m_s,file,static_file,forces_file"]
    for runner in ("RBDS001", "RBDS002"):
        names = [f"{runner}runT35markers.txt", f"{runner}static.txt", f"{runner}runT35forces.txt"]
        rows.append(",".join([runner, "1", "run", "3.5", *names]))
        for name in names:
            shutil.copy(rbds / name, folder / name)
    write(folder, trials="\n".join(rows) + "\n")
    result = run(folder)
    strides = pd.read_parquet(result.processed / "strides.parquet").query("valid")
    assert (result.exit_code, result.errors) == (0, ())
    assert strides.groupby(["participant", "side"]).size().min() >= 35  # 30 s at 0.7 s a stride
    assert strides["stride_time_s"].between(0.6, 0.85).all()


def test_a_changed_rule_of_the_clinics_own_makes_every_session_new(tmp_path):
    from kinematics.pipeline.keeping.cache import input_hashes

    study = shutil.copytree(Path(__file__).parents[1] / "data" / "raw" / "demo", tmp_path / "study")
    (study / "own").mkdir()
    (study / "own" / "profile.yaml").write_text("{}\n", encoding="utf-8")
    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[exercises]\noverlay = "own"\n')
    before = input_hashes(read_study(study).sessions[0])
    (study / "own" / "profile.yaml").write_text("# changed\n{}\n", encoding="utf-8")
    after = input_hashes(read_study(study).sessions[0])
    assert before["own/profile.yaml"] != after["own/profile.yaml"]
