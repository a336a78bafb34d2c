"""The files of a study folder, read so that a fault harms no more than it touches."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.settings import Settings, read_settings
from kinematics.study.sessions import Participant, Session, Study
from kinematics.study.trials import (
    PARTICIPANT_COLUMNS,
    PARTICIPANT_EXTRAS,
    TRIAL_COLUMNS,
    TRIAL_EXTRAS,
    Faults,
    participants,
    trials_by_visit,
    without_clashes,
)
from kinematics.study.visit_rows import exam_of_visits, intake_of_visits
from kinematics.tables import Table, read_table, shown

TABLES = ("participants.csv", "trials.csv", "exam.csv", "intake.csv", "study.toml")


def read_study(folder: Path | str) -> Study:
    """
    The sessions of a study folder.

    trials.csv is needed; participants.csv, exam.csv, intake.csv and study.toml are read where they are. A row that
    cannot be used is left out, and its sentence goes to the session it belongs to, or to the study.

    Parameters
    ----------
    folder : Path or str
        Layout: docs/study-folder.md.

    Returns
    -------
    Study
        Sessions ordered by participant, then visit.

    Raises
    ------
    DataError
        Where there is no such folder, or trials.csv or study.toml cannot be used.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"there is no folder {shown(str(folder))}.", remedy="Give the folder that holds trials.csv.")
    settings = read_settings(folder / "study.toml") if (folder / "study.toml").exists() else Settings()
    _check_own_files(folder, settings)
    faults = Faults()
    trial_rows = _trial_rows(folder)
    visits = trials_by_visit(trial_rows, folder, faults)
    person_rows = _person_rows(folder, faults)
    people = participants(person_rows, faults)
    exam = exam_of_visits(folder, set(visits), faults, settings)
    intake = intake_of_visits(folder, set(visits), faults)
    sessions = tuple(
        Session(
            people.get(visit[0], Participant(visit[0])),
            visit[1],
            tuple(visits[visit]),
            exam.rows(visit),
            intake.rows(visit),
            settings,
            folder,
            sentences(faults.of(visit)),
        )
        for visit in without_clashes(visits, faults)
    )
    without_trial = sorted(people.keys() - {visit[0] for visit in visits})
    notes = trial_rows.notes + person_rows.notes
    notes += tuple(f"participants.csv: {shown(name)} has no row in trials.csv." for name in without_trial)
    inputs = tuple(name for name in TABLES if (folder / name).is_file())
    return Study(_name(folder), folder, sessions, settings, sentences(faults.study), notes=notes, inputs=inputs)


def _name(folder: Path) -> str:
    return folder.name if folder.name not in ("", "..") else folder.resolve().name


def _check_own_files(folder: Path, settings: Settings) -> None:
    """Refuse a laboratory's own norms, errors or rules that a link takes from outside the study folder."""
    home, overlay = os.path.realpath(folder), settings.exercises.overlay
    names = [name for name in (settings.ledger.norms, settings.ledger.sem, overlay) if name]
    paths = [folder / name for name in names] + ([*(folder / overlay).rglob("*")] if overlay else [])
    for path in paths:
        if not Path(os.path.realpath(path)).is_relative_to(home):
            problem = f"{shown(path.relative_to(folder).as_posix())} leads out of the study folder."
            raise DataError(problem, file="study.toml", remedy="Copy it into the study folder.")


def _trial_rows(folder: Path) -> Table:
    table = read_table(folder / "trials.csv", required=TRIAL_COLUMNS, optional=TRIAL_EXTRAS)
    if not table.cells:
        raise DataError("the table has a header and no trial.", file=table.file, remedy="Write one row for each trial.")
    return table


def _person_rows(folder: Path, faults: Faults) -> Table:
    """Rows of participants.csv; none, with a fault of the study, where the file cannot be read."""
    path = folder / "participants.csv"
    if not path.is_file():
        return Table(path.name)
    try:
        return read_table(path, required=PARTICIPANT_COLUMNS[:1], optional=PARTICIPANT_COLUMNS[1:] + PARTICIPANT_EXTRAS)
    except DataError as error:
        faults.study.append(error)
        return Table(path.name)


def sentences(errors: Iterable[DataError]) -> tuple[str, ...]:
    """One sentence per fault; where rows of a file share a fault, the first row's stands for all."""
    alike: dict[tuple, list[DataError]] = defaultdict(list)
    for error in errors:
        alike[error.file, error.column, error.problem, error.remedy].append(error)
    return tuple(f"{group[0]}{_and_more(len(group) - 1)}" for group in alike.values())


def _and_more(count: int) -> str:
    return f" The same in {count} more row{'s' if count > 1 else ''}." if count else ""
