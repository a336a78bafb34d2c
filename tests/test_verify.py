"""`kinematics verify`: what it proves, and what it finds where something was changed behind the manifest's back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_study import VISITS, write_study

from kinematics.cli import main
from kinematics.conventions import DataError
from kinematics.pipeline import run_study, verify_study


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A study `clinic` with its outputs in `p` and `r` beside it."""
    home = tmp_path_factory.mktemp("finished")
    write_study(home / "clinic")
    run_study(home / "clinic", processed=home / "p", reports=home / "r", progress=False)
    return home


@pytest.fixture
def home(finished, tmp_path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(finished, tmp_path / "home"))


def findings(home: Path, **options) -> tuple[str, ...]:
    return verify_study(home / "clinic", processed=home / "p", reports=home / "r", **options).findings


def called(home: Path, *options: str):
    places = ["--processed", str(home / "p"), "--reports", str(home / "r")]
    return CliRunner().invoke(main, ["verify", str(home / "clinic"), *places, *options])


def test_outputs_that_nobody_touched_are_proven_and_made_anew_are_the_same_bytes(home):
    done = called(home, "--recompute", "--jobs", "1")
    n_inputs, n_outputs = len(VISITS) + 1, len(VISITS) + 7
    said = f"Study clinic: proven. {n_inputs} inputs and {n_outputs} outputs are those of the manifest"
    assert done.exit_code == 0
    assert said in done.stdout
    assert "made anew, every byte is the same" in done.stdout


def test_each_change_is_one_line_and_the_exit_code_is_one(home):
    with (home / "clinic" / "P02_1_run.csv").open("a") as file:
        file.write("\n")
    (home / "clinic" / "P03_1_run.csv").unlink()
    (home / "clinic" / "study.toml").write_text("[filter]\ncutoff_hz = 9\n")
    with (home / "p" / "clinic" / "strides.parquet").open("ab") as file:
        file.write(b"x")
    (home / "r" / "clinic" / "P01_1.html").unlink()
    (home / "r" / "clinic" / "P09_1.html").write_text("not ours")
    (home / "r" / "clinic" / "P01_1_patient.html").write_text("the runner's own page stays")
    done = called(home)
    starts = [line.strip()[:40] for line in done.stdout.splitlines()[1:]]
    assert done.exit_code == 1
    assert done.stdout.startswith("Study clinic: 7 findings.")
    assert sorted(line.split(":")[0] for line in starts) == [
        *("P01_1.html", "P02_1_run.csv", "P03_1_run.csv", "P09_1.html", "settings", "strides.parquet", "study.toml")
    ]


def test_a_forged_manifest_is_found_by_making_everything_anew(home):
    page, manifest = home / "r" / "clinic" / "P01_1.html", home / "p" / "clinic" / "manifest.json"
    page.write_text(page.read_text().replace("deg", "DEG", 1))
    forged = json.loads(manifest.read_bytes())
    from kinematics.pipeline.keeping.cache import sha256_of

    forged["outputs"]["P01_1.html"] = sha256_of(page)
    manifest.write_text(json.dumps(forged))
    assert findings(home) == ()
    assert {line.split(":")[0] for line in findings(home, recompute=True)} == {"manifest.json", "P01_1.html"}


def test_other_versions_and_visits_that_came_or_went_are_named(home):
    manifest = home / "p" / "clinic" / "manifest.json"
    found = json.loads(manifest.read_bytes())
    found["versions"]["numpy"], found["package"] = "0.1", "another"
    manifest.write_text(json.dumps(found))
    rows = (home / "clinic" / "trials.csv").read_text().replace("P04,1", "P05,1")
    (home / "clinic" / "trials.csv").write_text(rows)
    said = " ".join(findings(home))
    assert "numpy is" in said
    assert "the run used 0.1" in said
    assert "the files of the package" in said
    assert "P05_1: this visit of the study is not in the manifest." in said
    assert "P04_1: this visit of the manifest is not in the study." in said


def test_without_a_finished_run_nothing_can_be_proven(home):
    (home / "p" / "clinic" / "manifest.json").write_text("{")
    with pytest.raises(DataError, match="there is no manifest of a finished run"):
        findings(home)
    assert called(home).exit_code == 2
