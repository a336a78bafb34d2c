"""The command line: what it says, where, and the exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import kinematics
from kinematics.cli import main
from kinematics.conventions import CLASSES
from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles


@pytest.fixture(scope="session")
def trial_csv(tmp_path_factory) -> str:
    """A simulated angle trial of 8 s as text."""
    path = tmp_path_factory.mktemp("trial") / "run.csv"
    write_angles(path, simulate_angles(simulate_gait(Runner(speed_m_s=3.5), duration_s=8.0, seed=1), seed=1).table)
    return path.read_text()


@pytest.fixture
def study(tmp_path, trial_csv, monkeypatch) -> Path:
    """A study of one trial in the folder `clinic` of the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = Path("clinic")
    folder.mkdir()
    (folder / "run.csv").write_text(trial_csv)
    header = "participant,session,task,speed_m_s,file,zero\n"
    (folder / "trials.csv").write_text(header + "P01,1,run,3.5,run.csv,anatomical\n")
    return folder


def call(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_a_run_says_what_it_made_and_where_and_ends_with_zero(study):
    result = call("run", "clinic", "--jobs", "1")
    assert result.exit_code == 0
    assert result.stdout.startswith("Study clinic: 1 session; ")
    assert "Tables:  data/processed/clinic\n" in result.stdout
    assert "Reports: reports/clinic/index.html\n" in result.stdout
    assert Path("reports/clinic/index.html").is_file()
    assert "1/1" in result.stderr  # the progress bar


def test_folders_of_ones_own_are_used_and_named_as_they_were_given(study):
    result = call("run", "clinic", "--processed", "t", "--reports", "../" + Path.cwd().name + "/r")
    assert "Tables:  t/clinic\n" in result.stdout
    assert f"Reports: ../{Path.cwd().name}/r/clinic/index.html\n" in result.stdout
    assert Path("r/clinic/P01_1.html").is_file()


def test_a_missing_file_is_said_in_a_sentence_and_ends_with_one(study):
    with (study / "trials.csv").open("a") as table:
        table.write("P02,1,run,3.5,gone.csv,anatomical\n")
    result = call("run", "clinic")
    assert result.exit_code == 1
    assert "1 error:\n  gone.csv: there is no such file in the study folder." in result.stdout
    assert "Traceback" not in result.output


def test_a_study_of_which_nothing_can_be_done_ends_with_two(study):
    (study / "run.csv").unlink()
    assert call("run", "clinic").exit_code == 2


@pytest.mark.parametrize(
    "folder, said", [("nowhere", "there is no folder 'nowhere'"), (".", "trials.csv: this file does not exist")]
)
def test_a_folder_that_is_no_study_is_one_sentence_on_the_error_stream_and_ends_with_two(study, folder, said):
    result = call("run", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {said}")
    assert result.stdout == ""
    assert not Path("reports").exists()


def test_outputs_that_cannot_be_written_are_one_sentence(study):
    Path("reports").mkdir()
    Path("reports/clinic").write_text("a file where a folder should be")
    result = call("run", "clinic")
    assert result.exit_code == 2
    assert result.stderr == "Error: reports/clinic: a file of that name is in the way of the folder.\n"


def test_a_column_that_is_not_used_is_noted(study):
    (study / "trials.csv").write_text("participant,session,task,speed_m_s,file,coach\nP01,1,run,3.5,run.csv,B\n")
    assert "Note: trials.csv: column 'coach' is not used.\n" in call("run", "clinic").stdout


def test_the_version_is_the_packages():
    assert call("--version").stdout == f"kinematics {kinematics.__version__}\n"


def test_help_names_the_commands_and_that_this_is_no_medical_device():
    text = call("--help").stdout
    assert "run " in text
    assert "simulate " in text
    assert "not a medical device" in text


def test_an_option_that_does_not_exist_ends_with_two():
    assert call("run", "clinic", "--job", "2").exit_code == 2


def test_help_loads_neither_pandas_nor_scipy_nor_plotly_nor_pyarrow():
    code = (
        "import sys; from kinematics.cli import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'pandas', 'scipy', 'plotly', 'pyarrow', 'tqdm') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_can_be_called_by_name(study):
    done = subprocess.run(
        [sys.executable, "-m", "kinematics.cli", "run", "clinic"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[0][:14]) == (0, "Study clinic: ")


def test_a_simulated_study_goes_the_whole_way_and_every_class_comes_back_as_designed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    simulated = call("simulate", "demo", "--seed", "5")
    assert "Next: kinematics run demo" in simulated.stdout
    assert call("run", "demo").exit_code == 0
    truth = pd.read_csv("demo/truth.csv", dtype={"session": str})
    rows = pd.read_csv("demo/trials.csv", dtype={"session": str})
    speeds = rows.assign(trial=rows["file"].map(lambda name: Path(name).stem))[["trial", "speed_m_s"]]
    ledger = pd.read_parquet("data/processed/demo/ledger.parquet").query(
        "direction == 'extension' and comparison == 'reference'"
    )
    both = truth.merge(speeds, on="trial").merge(ledger, on=["participant", "session", "side", "speed_m_s"])
    assert len(both) == len(truth) == 2 * (rows["task"] == "run").sum()
    assert both["class"].tolist() == both["designed_class"].tolist()
    assert set(both["class"]) == set(CLASSES)
