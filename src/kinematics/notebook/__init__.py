"""A notebook for a study: written from a template, for the researcher to go on with."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.files import write_whole

TEMPLATE = "study.ipynb"
#: What the template says in the place of the study's folder and name.
FOLDER_MARK, NAME_MARK = "@STUDY@", "@NAME@"


def write_notebook(study: Path | str, to: Path | str | None = None) -> Path:
    """
    Writes a notebook that reads the study, runs it, shows one visit and asks the tables of all; returns its path.

    Parameters
    ----------
    study : Path or str
        The study folder. The notebook names it relative to its own place where that can be done.
    to : Path or str, optional
        The notebook; by default `<study>.ipynb` in the working folder.

    Raises
    ------
    DataError
        Where the folder is no study folder, or a file of the notebook's name is there already: it may hold work.
    """
    study = Path(study)
    if not (study / "trials.csv").is_file():
        remedy = "kinematics init writes one from the files of a folder."
        raise DataError("there is no trials.csv in this folder.", file=study.name, remedy=remedy)
    name = study.resolve().name
    to = Path(f"{name}.ipynb") if to is None else Path(to)
    if to.exists():
        raise DataError("a file of this name is there already.", file=to.name, remedy="Give another name with --to.")
    template = json.loads(files("kinematics.notebook").joinpath(TEMPLATE).read_text(encoding="utf-8"))
    marks = {FOLDER_MARK: _beside(study, to.parent), NAME_MARK: name}
    for cell in template["cells"]:
        cell["source"] = [_filled(line, marks) for line in cell["source"]]
    return write_whole(to, (json.dumps(template, indent=1, ensure_ascii=False) + "\n").encode())


def _beside(study: Path, folder: Path) -> str:
    """The study's folder as seen from the notebook's; absolute only where both lie on different drives."""
    try:
        return Path(os.path.relpath(study.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return study.resolve().as_posix()


def _filled(line: str, marks: dict[str, str]) -> str:
    for mark, text in marks.items():
        line = line.replace(mark, text.replace("\\", "\\\\").replace('"', '\\"'))
    return line
