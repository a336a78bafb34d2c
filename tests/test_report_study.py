"""Reports of a study's visits: which earlier visits stand in one, when it is made anew, what is refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from conftest import ROOT

from kinematics.cli import main
from kinematics.pipeline.keeping.cache import report_key
from kinematics.report import earlier_visits, plotly_file
from kinematics.study import read_study

DEMO = ROOT / "data" / "raw" / "demo"


def visit(participant: str, session: str) -> SimpleNamespace:
    return SimpleNamespace(participant=SimpleNamespace(participant=participant), session=session)


def test_the_last_three_visits_of_the_same_person_stand_in_a_report_oldest_first():
    visits = [visit("P01", label) for label in "52143"] + [visit("P02", "1")]
    assert [one.session for one in earlier_visits(visits, visits[0])] == ["2", "3", "4"]


def test_a_report_is_made_anew_when_an_earlier_visit_changes():
    assert report_key("own", ["before"], "") != report_key("own", ["changed"], "")


def test_a_report_without_earlier_visits_keeps_the_key_of_its_session():
    assert report_key("own", [], "") == "own"


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """What the commands say and leave for the demo's second visit of P07, and for the runner's page of P01."""
    folder = tmp_path_factory.mktemp("reports")
    places = ["--study", str(DEMO), "--reports", str(folder)]
    one = CliRunner().invoke(main, ["report", "P07", "2", *places])
    refused = CliRunner().invoke(main, ["patient-page", "P01", "1", "--approved-by", "A. Clinician", *places])
    return folder, one, refused


def test_the_report_of_a_second_visit_holds_the_change_since_the_first(reports):
    folder, done, _ = reports
    page = (folder / "demo" / "P07_2.html").read_text(encoding="utf-8")
    assert (done.exit_code, "Change since earlier visits" in page, "changed" in page) == (0, True, True)


def test_a_runners_page_of_the_demo_is_refused_as_no_exercise_has_been_reviewed(reports):
    folder, _, refused = reports
    assert (refused.exit_code, "not reviewed yet" in refused.output) == (2, True)
    assert not (folder / "demo" / "P01_1_patient.html").exists()


def test_linked_reports_share_one_script_beside_them(tmp_path):
    from kinematics.pipeline.run import run_study

    study = tmp_path / "study"
    study.mkdir()
    for name in ("participants.csv", "trials.csv", "exam.csv", "intake.csv"):
        lines = (DEMO / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if line.startswith("P02,")]
        (study / name).write_text("".join([lines[0], *kept]), encoding="utf-8")
    (study / "study.toml").write_bytes((DEMO / "study.toml").read_bytes())
    for name in {name for entry in read_study(study).sessions[0].trials for name in entry.files}:
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_bytes((DEMO / name).read_bytes())
    run_study(study, processed=tmp_path / "p", reports=tmp_path / "r", progress=False, linked=True)
    page = tmp_path / "r" / "study" / "P02_1.html"
    assert page.stat().st_size <= 400_000 and (page.parent / plotly_file()).exists()
