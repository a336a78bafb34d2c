"""exam.csv and intake.csv: the good rows for their visits, every other row a fault of the visit it belongs to."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from kinematics.conventions import DataError
from kinematics.exam import EXAM_COLUMNS, empty_exam, read_exam_rows
from kinematics.intake import COLUMNS as INTAKE_COLUMNS
from kinematics.intake import read_intake
from kinematics.settings import Settings
from kinematics.study.texttable import TextTable, plain_number, read_text_table, shown
from kinematics.study.trials import Faults, Visit

EXAM, INTAKE = "exam.csv", "intake.csv"
INTAKE_OPTIONAL = ("side", "unit")
#: So many bad rows make the intake table unusable as a whole.
MOST_BAD_ROWS = 100


def exam_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults, settings: Settings) -> pd.DataFrame:
    """Rows of exam.csv that can be used; empty where there is no such file or it cannot be read."""
    path = folder / EXAM
    if not path.is_file():
        return empty_exam()
    try:
        rows = read_text_table(path, required=EXAM_COLUMNS[:2], optional=EXAM_COLUMNS[2:])
        table, errors = read_exam_rows(path, thomas_positive=settings.exam.thomas_positive)
    except DataError as error:
        faults.study.append(error)
        return empty_exam()
    _assign(rows, errors, set(visits), faults)
    return table


def intake_of_visits(folder: Path, visits: Iterable[Visit], faults: Faults) -> pd.DataFrame:
    """Rows of intake.csv that can be used; empty where there is no such file or it cannot be read."""
    path = folder / INTAKE
    empty = pd.DataFrame(columns=list(INTAKE_COLUMNS), dtype="str")
    if not path.is_file():
        return empty
    try:
        required = tuple(name for name in INTAKE_COLUMNS if name not in INTAKE_OPTIONAL)
        rows = read_text_table(path, required=required, optional=INTAKE_OPTIONAL)
        table, errors = _intake_rows(rows)
    except DataError as error:
        faults.study.append(error)
        return empty
    _assign(rows, errors, set(visits), faults)
    return table


def _intake_rows(table: TextTable) -> tuple[pd.DataFrame, list[DataError]]:
    """The answers that can be used, and one error for each other row; raises where nearly all are bad."""
    errors = [error for row in table.rows for error in row.errors]
    left_out = {row.line for row in table.rows if row.errors}
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / INTAKE
        for _ in range(MOST_BAD_ROWS):
            copy.write_text(_plain_copy(table, left_out), encoding="utf-8", newline="")
            try:
                return read_intake(copy), errors
            except DataError as error:
                if error.row is None or error.row in left_out:
                    raise
                left_out.add(error.row)
                errors.append(error)
    raise DataError(f"more than {MOST_BAD_ROWS} rows cannot be used; the first: {errors[0]}", file=table.file)


def _plain_copy(table: TextTable, left_out: set[int]) -> str:
    """The table in UTF-8 with commas and decimal points, each row on the line where it was, rows left out blank."""
    lines = {row.line: row for row in table.rows if row.line not in left_out}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(INTAKE_COLUMNS)
    for line in range(2, max(lines, default=1) + 1):
        row = lines.get(line)
        cells = [row.text(name) for name in INTAKE_COLUMNS] if row else []
        value = INTAKE_COLUMNS.index("value")
        if row and row.decimal_comma:
            cells[value] = plain_number(cells[value])
        writer.writerow([" ".join(cell.split()) for cell in cells])
    return out.getvalue()


def _assign(rows: TextTable, errors: Iterable[DataError], known: set[Visit], faults: Faults) -> None:
    """Gives each error to its visit, and names the rows of visits that trials.csv does not have."""
    whose = {row.line: (row.text("participant"), row.text("session")) for row in rows.rows}
    for error in errors:
        visit = whose.get(error.row or 0, ("", ""))
        (faults.visit[visit] if visit in known else faults.study).append(error)
    for row in rows.rows:
        ids = faults.usable_id(row, "participant"), faults.usable_id(row, "session")
        if all(ids) and ids not in known:
            problem = f"trials.csv has no visit {shown(ids[1])} of {shown(ids[0])}, so the row is not used."
            faults.study.append(DataError(problem, file=row.file, row=row.line))
