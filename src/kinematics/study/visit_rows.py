"""exam.csv and intake.csv: the good rows for their visits, every other row a fault of the visit it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from kinematics.conventions import DataError
from kinematics.exam.reading import EXAM_COLUMNS, OPTIONAL, REQUIRED, usable_tests
from kinematics.exam.reading import NUMBERS as EXAM_NUMBERS
from kinematics.intake import COLUMNS
from kinematics.intake.reading import usable_answers
from kinematics.settings import Settings
from kinematics.study.rows import Arranged
from kinematics.study.trials import Faults, Visit
from kinematics.tables import Table, read_table, shown

#: Column -> whether it holds numbers.
EXAM = {name: name in EXAM_NUMBERS for name in EXAM_COLUMNS}
INTAKE = dict.fromkeys(COLUMNS, False)


def exam_of_visits(folder: Path, visits: set[Visit], faults: Faults, settings: Settings) -> Arranged:
    """Rows of exam.csv that can be used; none where there is no such file or it cannot be read."""
    read = partial(read_table, folder / "exam.csv", required=REQUIRED, optional=OPTIONAL)
    sort = partial(usable_tests, thomas_positive=settings.exam.thomas_positive)
    return Arranged.of(_usable(folder / "exam.csv", read, sort, visits, faults), EXAM)


def intake_of_visits(folder: Path, visits: set[Visit], faults: Faults) -> Arranged:
    """Rows of intake.csv that can be used; none where there is no such file or it cannot be read."""
    read = partial(read_table, folder / "intake.csv", required=COLUMNS)
    return Arranged.of(_usable(folder / "intake.csv", read, usable_answers, visits, faults), INTAKE)


def _usable(
    path: Path,
    read: Callable[[], Table],
    sort: Callable[[Table], Sequence[tuple[Any, ...]]],
    visits: set[Visit],
    faults: Faults,
) -> Sequence[tuple[Any, ...]]:
    if not path.is_file():
        return ()
    try:
        rows = read()
        usable = sort(rows)
    except DataError as error:
        faults.study.append(error)
        return ()
    _assign(rows, visits, faults)
    return usable


def _assign(rows: Table, visits: set[Visit], faults: Faults) -> None:
    """Gives each error to its visit, and names the rows of visits that trials.csv does not have."""
    whose = rows.texts(("participant", "session"))
    of_line: dict[int, tuple[str, ...]] = {}
    for error in rows.errors:
        of_line = of_line or dict(zip(rows.lines, whose, strict=True))
        visit = of_line.get(error.row or 0, ("", ""))
        (faults.visit[visit] if visit in visits else faults.study).append(error)
    strange = set(whose) - visits
    for place in [place for place, visit in enumerate(whose) if visit in strange] if strange else ():
        row = rows.row(place)
        ids = faults.usable_id(row, "participant"), faults.usable_id(row, "session")
        if all(ids):
            problem = f"trials.csv has no visit {shown(ids[1])} of {shown(ids[0])}, so the row is not used."
            faults.study.append(DataError(problem, file=row.file, row=row.line))
