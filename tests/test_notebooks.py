"""Notebooks are committed executed, in order, and give the same results again."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

from kinematics import DataError
from kinematics.notebook import write_notebook

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_S = 20  # a notebook takes no longer; on a busy machine three times that
BUSY = 3

NONE_YET = pytest.param(None, id="none", marks=pytest.mark.skip(reason="notebooks/ holds no notebook"))

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS or [NONE_YET], ids=lambda path: path.stem)


def flaws(notebook: nbformat.NotebookNode) -> list[str]:
    """What makes a notebook unfit for the repository, one phrase each."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = []
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("not executed from top to bottom")
    if any("execution" in cell.metadata for cell in code):
        found.append("holds timing metadata")
    if any(output.output_type == "error" for cell in code for output in cell.outputs):
        found.append("holds an error")
    if any(_defines(cell.source) for cell in code):
        found.append("defines functions or classes, which belong into src")
    return found


def _defines(source: str) -> bool:
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(ast.parse(plain)))


def run_nbval(*paths: Path) -> subprocess.CompletedProcess:
    """Execute the notebooks again and compare every output with the stored one; one process for all."""
    names = [str(path) for path in paths]
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", *names]
    environment = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1", "NO_COLOR": "1"}
    longest = BUSY * LONGEST_S * len(paths)
    return subprocess.run(
        command, cwd=paths[0].parent, capture_output=True, text=True, env=environment, timeout=longest
    )


@each_notebook
def test_a_notebook_is_stored_executed_and_clean(path):
    assert flaws(nbformat.read(path, as_version=4)) == []


@pytest.mark.skipif(not NOTEBOOKS, reason="notebooks/ holds no notebook")
def test_the_notebooks_give_their_stored_outputs_again():
    done = run_nbval(*NOTEBOOKS)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]


def test_there_are_seven_notebooks_in_their_order():
    names = ["tour", "angles", "strides", "used_and_available", "options", "cohort", "validation"]
    assert [path.stem for path in NOTEBOOKS] == [f"{place:02d}_{name}" for place, name in enumerate(names, start=1)]


def test_the_notebook_of_a_study_runs_from_top_to_bottom(root, tmp_path):
    study = tmp_path / "my study"
    study.mkdir()
    for name in ("P06_1_run32.csv", "exam.csv", "intake.csv", "participants.csv", "study.toml"):
        (study / name).write_bytes((root / "data/raw/demo" / name).read_bytes())
    rows = (root / "data/raw/demo/trials.csv").read_text().splitlines()
    (study / "trials.csv").write_text("\n".join([rows[0], *(row for row in rows if row.startswith("P06"))]) + "\n")
    notebook = nbformat.read(write_notebook(study, tmp_path / "mine.ipynb"), as_version=4)
    nbclient.NotebookClient(notebook, timeout=BUSY * LONGEST_S, resources={"metadata": {"path": tmp_path}}).execute()
    assert "Study my study: 1 session" in str(notebook.cells)
    assert (tmp_path / "reports" / "my study" / "P06_1.html").is_file()


def test_a_notebook_that_is_there_is_not_written_over(root, tmp_path):
    first = write_notebook(root / "data/raw/demo", tmp_path / "mine.ipynb")
    with pytest.raises(DataError, match=r"mine.ipynb: a file of this name is there already"):
        write_notebook(root / "data/raw/demo", first)


def test_a_folder_that_is_no_study_gets_no_notebook(tmp_path):
    with pytest.raises(DataError, match="kinematics init writes one"):
        write_notebook(tmp_path, tmp_path / "mine.ipynb")


def executed(source: str, result: str, *, count: int | None = 1) -> nbformat.NotebookNode:
    """A notebook of one cell with its stored result."""
    data = {"text/plain": result}
    output = nbformat.v4.new_output("execute_result", data=data, execution_count=count)
    cell = nbformat.v4.new_code_cell(source, execution_count=count, outputs=[output], id="only")
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.parametrize(("stored", "code"), [("42", 0), ("43", 1)])
def test_one_changed_number_in_a_stored_output_is_found(tmp_path, stored, code):
    path = tmp_path / "sum.ipynb"
    nbformat.write(executed("40 + 2", stored), path)
    assert run_nbval(path).returncode == code


@pytest.mark.parametrize(
    ("notebook", "flaw"),
    [
        (executed("1 + 1", "2", count=None), ["not executed from top to bottom"]),
        (executed("1 + 1", "2", count=7), ["not executed from top to bottom"]),
        (executed("def share():\n    return 1", ""), ["defines functions or classes, which belong into src"]),
        (executed("%time 1 + 1", "2"), []),
    ],
    ids=["stripped", "out of order", "with a function", "clean"],
)
def test_a_flawed_notebook_is_told_from_a_clean_one(notebook, flaw):
    assert flaws(notebook) == flaw
