"""Notebooks are committed executed, in order, and give the same results again."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_S = 120  # a notebook that hangs fails instead of waiting for ever

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


def run_nbval(path: Path) -> subprocess.CompletedProcess:
    """Execute the notebook again and compare every output with the stored one."""
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", str(path)]
    environment = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True, env=environment, timeout=LONGEST_S)


@each_notebook
def test_a_notebook_is_stored_executed_and_clean(path):
    assert flaws(nbformat.read(path, as_version=4)) == []


@each_notebook
def test_a_notebook_gives_its_stored_outputs_again(path):
    done = run_nbval(path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


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
