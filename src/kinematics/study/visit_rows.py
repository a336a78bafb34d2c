"""exam.csv and intake.csv: the good rows for their visits, every other row a fault of the visit it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pandas as pd

from kinematics.conventions import DataError
from kinematics.exam import empty_exam, read_exam_rows
from kinematics.intake import empty_intake, read_intake_rows
from kinematics.settings import Settings
from kinematics.study.trials import Faults, Visit
from kinematics.tables import Table, read_table, shown

Reader = Callable[[Path], tuple[pd.DataFrame, list[DataError]]]


def exam_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults, settings: Settings) -> pd.DataFrame:
    """Rows of exam.csv that can be used; empty where there is no such file or it cannot be read."""
    read = partial(read_exam_rows, thomas_positive=settings.exam.thomas_positive)
    return _usable(folder / "exam.csv", read, empty_exam(), set(visits), faults)


def intake_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults) -> pd.DataFrame:
    """Rows of intake.csv that can be used; empty where there is no such file or it cannot be read."""
    return _usable(folder / "intake.csv", read_intake_rows, empty_intake(), set(visits), faults)


def _usable(path: Path, read: Reader, empty: pd.DataFrame, visits: set[Visit], faults: Faults) -> pd.DataFrame:
    if not path.is_file():
        return empty
    try:
        usable, errors = read(path)
        rows = read_table(path, required=("participant", "session"))
    except DataError as error:
        faults.study.append(error)
        return empty
    _assign(rows, errors, visits, faults)
    return usable


def _assign(rows: Table, errors: Iterable[DataError], visits: set[Visit], faults: Faults) -> None:
    """Gives each error to its visit, and names the rows of visits that trials.csv does not have."""
    whose = {row.line: (row.text("participant"), row.text("session")) for row in rows.rows}
    for error in errors:
        visit = whose.get(error.row or 0, ("", ""))
        (faults.visit[visit] if visit in visits else faults.study).append(error)
    for row in rows.rows:
        ids = faults.usable_id(row, "participant"), faults.usable_id(row, "session")
        if all(ids) and ids not in visits:
            problem = f"trials.csv has no visit {shown(ids[1])} of {shown(ids[0])}, so the row is not used."
            faults.study.append(DataError(problem, file=row.file, row=row.line))
