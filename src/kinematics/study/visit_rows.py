"""exam.csv and intake.csv: the good rows for their visits, every other row a fault of the visit it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pandas as pd

from kinematics.conventions import DataError
from kinematics.exam import empty_exam
from kinematics.exam.reading import OPTIONAL, REQUIRED, usable_tests
from kinematics.intake import COLUMNS, empty_intake
from kinematics.intake.reading import usable_answers
from kinematics.settings import Settings
from kinematics.study.trials import Faults, Visit
from kinematics.tables import Table, read_table, shown

Reader = Callable[[Path], Table]
Sorter = Callable[[Table], tuple[pd.DataFrame, list[DataError]]]


def exam_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults, settings: Settings) -> pd.DataFrame:
    """Rows of exam.csv that can be used; empty where there is no such file or it cannot be read."""
    read = partial(read_table, required=REQUIRED, optional=OPTIONAL)
    sort = partial(usable_tests, thomas_positive=settings.exam.thomas_positive)
    return _usable(folder / "exam.csv", read, sort, set(visits), faults, empty_exam())


def intake_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults) -> pd.DataFrame:
    """Rows of intake.csv that can be used; empty where there is no such file or it cannot be read."""
    read = partial(read_table, required=COLUMNS)
    return _usable(folder / "intake.csv", read, usable_answers, set(visits), faults, empty_intake())


def _usable(
    path: Path, read: Reader, sort: Sorter, visits: set[Visit], faults: Faults, empty: pd.DataFrame
) -> pd.DataFrame:
    if not path.is_file():
        return empty
    try:
        rows = read(path)
        usable, errors = sort(rows)
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
