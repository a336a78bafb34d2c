"""trials.csv and participants.csv: rows -> entries, ids and paths checked at the door."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kinematics.conventions import TASKS, ZEROS, DataError
from kinematics.study.files import Home, file_inside, recording_inside, trial_name
from kinematics.study.sessions import Participant, TrialEntry
from kinematics.tables import Row, Table, shown

#: Names of devices on some systems, whatever follows a dot, are none of files.
DEVICE = r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)"
ID = re.compile(rf"(?!{DEVICE})[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}(?<!\.)")
ID_REMEDY = "An id has letters, digits, '.', '_' or '-', at most 64, begins with a letter or digit, ends without a dot."
PARTICIPANT_COLUMNS = ("participant", "sex", "age_years", "height_cm", "mass_kg")
PARTICIPANT_EXTRAS = ("group", "symptomatic_side", "diagnosis", "diagnosed_by", "diagnosed_year", "notes")
TRIAL_COLUMNS = ("participant", "session", "task", "speed_m_s", "file")
TRIAL_FILES = ("file", "static_file", "forces_file", "events_file", "mapping")
#: Cells that may name several sensor files of one recording.
RECORDINGS = ("file", "static_file")
TRIAL_EXTRAS = (*TRIAL_FILES[1:], "format", "rate_hz", "zero", "pain_0_10", "grade_percent", "surface", "footwear")
#: A fault in one of these empties the cell; a fault elsewhere leaves the trial out.
DESCRIPTIVE = ("pain_0_10", "grade_percent", "surface", "footwear")
SEXES = ("F", "M", "X")
SYMPTOMATIC_SIDES = ("left", "right", "both", "none")
#: Plausible ranges: beyond them a unit or a column was mistaken.
AGE_YEARS, HEIGHT_CM, MASS_KG, YEAR = (3, 110), (60, 250), (10, 300), (1900, 2100)
SPEED_M_S, RATE_HZ, PAIN_0_10, GRADE_PERCENT = (0, 13), (5, 20_000), (0, 10), (-60, 60)

Visit = tuple[str, str]


@dataclass
class Faults:
    """
    Faults by whom they harm: a visit, a participant in all visits, or the study.

    An id that cannot be used is named once, wherever it stands.
    """

    study: list[DataError] = field(default_factory=list)
    participant: dict[str, list[DataError]] = field(default_factory=lambda: defaultdict(list))
    visit: dict[Visit, list[DataError]] = field(default_factory=lambda: defaultdict(list))
    refused: set[str] = field(default_factory=set)
    usable: dict[str, str] = field(default_factory=dict)

    def of(self, visit: Visit) -> list[DataError]:
        """What harms a visit."""
        return self.participant.get(visit[0], []) + self.visit.get(visit, [])

    def usable_id(self, row: Row, column: str) -> str:
        """The id in a cell; empty, with a fault of the study at its first occurrence, where it cannot be used."""
        text = row.text(column)
        if text in self.usable or ID.fullmatch(text):
            return self.usable.setdefault(text, text)
        if not text or text not in self.refused:
            self.refused.add(text)
            problem = f"{shown(text)} cannot be used as an id." if text else "the id is missing."
            self.study.append(DataError(problem, file=row.file, row=row.line, column=column, remedy=ID_REMEDY))
        return ""


def participants(table: Table, faults: Faults) -> dict[str, Participant]:
    """
    Participants by id, from the rows of participants.csv.

    A cell that cannot be used stays empty and a second row of the same person is left out; the sentence goes to all
    of the participant's visits.
    """
    people: dict[str, Participant] = {}
    for row in table.rows:
        name = faults.usable_id(row, "participant")
        if not name:
            continue
        if name in people:
            row.fault("participant", f"{shown(name)} has a row already.", "Keep one row for each participant.")
        else:
            people[name] = Participant(name) if row.errors else _participant(name, row)
        if row.errors:
            faults.participant[name] += row.errors
    return people


def _participant(name: str, row: Row) -> Participant:
    return Participant(
        name,
        row.word("sex", SEXES),
        row.number("age_years", *AGE_YEARS),
        row.number("height_cm", *HEIGHT_CM),
        row.number("mass_kg", *MASS_KG),
        row.text("group"),
        row.word("symptomatic_side", SYMPTOMATIC_SIDES),
        row.text("diagnosis"),
        row.text("diagnosed_by"),
        row.number("diagnosed_year", *YEAR),
        row.text("notes"),
    )


def trials_by_visit(table: Table, folder: Path, faults: Faults) -> dict[Visit, list[TrialEntry]]:
    """
    Trials of each visit, ordered by name, from the rows of trials.csv.

    A row that cannot be used is left out, and its sentence goes to the visit, which is there even if no trial is left.
    """
    visits: dict[Visit, dict[str, TrialEntry]] = {}
    home = Home(folder)
    for row in table.rows:
        participant, session = faults.usable_id(row, "participant"), faults.usable_id(row, "session")
        if not (participant and session):
            continue
        trials = visits.setdefault((participant, session), {})
        entry = _trial(participant, session, row, home, trials)
        if entry:
            trials[entry.trial] = entry
        if row.errors:
            faults.visit[participant, session] += row.errors
    return {visit: [trials[name] for name in sorted(trials)] for visit, trials in visits.items()}


def _trial(participant: str, session: str, row: Row, home: Home, taken: Collection[str]) -> TrialEntry | None:
    if row.errors:  # too many cells: nothing in them is sure
        return None
    row.required("task")
    files = {column: recording_inside(home, row, column) for column in RECORDINGS}
    files |= {column: file_inside(home, row, column) for column in TRIAL_FILES if column not in RECORDINGS}
    entry = TrialEntry(
        participant,
        session,
        row.word("task", TASKS),
        row.number("speed_m_s", *SPEED_M_S),
        **files,
        format=row.text("format"),
        rate_hz=row.number("rate_hz", *RATE_HZ),
        zero=row.word("zero", ZEROS),
        pain_0_10=row.number("pain_0_10", *PAIN_0_10),
        grade_percent=row.number("grade_percent", *GRADE_PERCENT),
        surface=row.text("surface"),
        footwear=row.text("footwear"),
    )
    row.required("file")
    name = trial_name(files["file"])
    if name in taken:
        remedy = "Files of one visit need names that differ before the ending."
        row.fault("file", f"the visit has a trial {shown(name)} already.", remedy)
    return None if any(error.column not in DESCRIPTIVE for error in row.errors) else entry


def without_clashes(visits: Iterable[Visit], faults: Faults) -> list[Visit]:
    """Visits in order, but for those whose report would have the name of another's on some file system."""
    kept: dict[str, Visit] = {}
    for visit in sorted(visits):
        name = "_".join(visit)
        other = kept.setdefault(name.casefold(), visit)
        if other != visit:
            problem = f"the report of visit {visit[1]} of {visit[0]} would be named like that of {' '.join(other)}."
            faults.study.append(DataError(problem, file="trials.csv", remedy="Give one of them another id."))
    return list(kept.values())
