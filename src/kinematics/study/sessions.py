"""What a study folder says, as values: `Participant`, `TrialEntry`, `Session`, `Study`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal

from kinematics.conventions import DataError
from kinematics.settings import Settings
from kinematics.study.files import named_files, present_files, trial_name
from kinematics.study.rows import TableField, VisitRows


@dataclass(frozen=True)
class Participant:
    """
    One row of participants.csv; what is not known is empty or NaN.

    Attributes
    ----------
    participant : str
        Pseudonymous id.
    sex : str
        F, M or X.
    age_years, height_cm, mass_kg : float
    group : str
        Free label, for comparing groups.
    symptomatic_side : str
        left, right, both or none.
    diagnosis, diagnosed_by : str
        As a clinician wrote it down; repeated in reports, never judged.
    diagnosed_year : float
    notes : str
    """

    participant: str
    sex: str = ""
    age_years: float = math.nan
    height_cm: float = math.nan
    mass_kg: float = math.nan
    group: str = ""
    symptomatic_side: str = ""
    diagnosis: str = ""
    diagnosed_by: str = ""
    diagnosed_year: float = math.nan
    notes: str = ""


@dataclass(frozen=True)
class TrialEntry:
    """
    One row of trials.csv. Files are named relative to the study folder, with '/' between folders.

    Attributes
    ----------
    participant, session : str
    task : str
        run, walk, static or rom.
    speed_m_s : float
        NaN where not known. [m/s]
    file : str
        The motion file; of several sensor files their folder with '/' behind it, or 'folder/a.csv;b.csv'.
    static_file, forces_file, events_file : str
        Empty where there is none.
    format : str
        Name of a format; empty where the content tells it.
    rate_hz : float
        Sampling rate for files that do not say it; else NaN. [Hz]
    zero : str
        anatomical, standing, model or unknown; empty where the format tells it.
    mapping : str
        File that says which column is what; empty where names tell it.
    pain_0_10 : float
        Pain during the trial, 0 none to 10 worst.
    grade_percent : float
        Slope, uphill positive. [%]
    surface, footwear : str
    """

    participant: str
    session: str
    task: str
    speed_m_s: float
    file: str
    static_file: str = ""
    forces_file: str = ""
    events_file: str = ""
    format: str = ""
    rate_hz: float = math.nan
    zero: str = ""
    mapping: str = ""
    pain_0_10: float = math.nan
    grade_percent: float = math.nan
    surface: str = ""
    footwear: str = ""

    @property
    def trial(self) -> str:
        """The trial's name in every table: the motion file's stem, the folder's name, what listed stems begin with."""
        return trial_name(self.file)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that this row names; a folder of sensor files ends with '/'."""
        cells = (self.file, self.static_file, self.forces_file, self.events_file, self.mapping)
        return tuple(name for cell in cells for name in named_files(cell))


@dataclass(frozen=True, eq=False)
class Session:
    """
    One participant's visit.

    Attributes
    ----------
    participant : Participant
    session : str
        Label of the visit, sortable.
    trials : tuple of TrialEntry
        Ordered by trial name.
    exam : DataFrame
        This visit's rows of exam.csv; where the session came from a study's tables, made anew when asked for.
    intake : DataFrame
        This visit's rows of intake.csv; made likewise.
    settings : Settings
    folder : Path
        The study folder: files of `trials` are relative to it.
    errors : tuple of str
        A sentence for each row of the study's tables about this visit that could not be used.
    """

    participant: Participant
    session: str
    trials: tuple[TrialEntry, ...]
    exam: TableField = TableField()  # noqa: RUF009  (no default: what the field is read and written by)
    intake: TableField = TableField()  # noqa: RUF009
    settings: Settings  # type: ignore[misc]
    folder: Path  # type: ignore[misc]
    errors: tuple[str, ...] = ()

    def rows(self, table: Literal["exam", "intake"]) -> VisitRows:
        """The cells of `exam` or `intake`, without the cost of a DataFrame."""
        held = getattr(self, f"_{table}")
        return held if isinstance(held, VisitRows) else VisitRows.of(held)

    def noting(self, *errors: str) -> Session:
        """The same session with more sentences behind its own."""
        noted = copy(self)
        object.__setattr__(noted, "errors", (*self.errors, *errors))
        return noted

    @property
    def name(self) -> str:
        """`<participant>_<session>`, the stem of the report's file."""
        return f"{self.participant.participant}_{self.session}"

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the trials are read from, a folder's files by their names, ordered, without repeats."""
        names = (name for entry in self.trials for name in entry.files)
        return tuple(sorted({file for name in names for file in present_files(self.folder, name)}))

    def __repr__(self) -> str:
        trials = ", ".join(entry.trial for entry in self.trials) or "no trial"
        faults = f", {len(self.errors)} errors" if self.errors else ""
        return (
            f"<Session {self.participant.participant}, visit {self.session}: {trials}; "
            f"{len(self.rows('exam'))} exam rows, {len(self.rows('intake'))} intake answers{faults}>"
        )

    def _repr_html_(self) -> str:
        rows = [(entry.trial, entry.task, _number(entry.speed_m_s), entry.file) for entry in self.trials]
        return _html(repr(self), ("trial", "task", "speed_m_s", "file"), rows, self.errors)


@dataclass(frozen=True, eq=False)
class Study:
    """
    A study folder, read.

    Attributes
    ----------
    name : str
        Name of the folder.
    folder : Path
    sessions : tuple of Session
        Ordered by participant, then visit.
    settings : Settings
    errors : tuple of str
        A sentence for each row that belongs to no session.
    notes : tuple of str
        What was read and is not used.
    inputs : tuple of str
        The study's own tables that were found.
    """

    name: str
    folder: Path
    sessions: tuple[Session, ...]
    settings: Settings
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    inputs: tuple[str, ...] = field(default=(), kw_only=True)

    def session(self, participant: str, session: str) -> Session:
        """
        One visit of one participant.

        Raises
        ------
        DataError
            Where the study has no such visit; it names those that it has.
        """
        for found in self.sessions:
            if (found.participant.participant, found.session) == (str(participant), str(session)):
                return found
        of_person = [found.session for found in self.sessions if found.participant.participant == str(participant)]
        people = sorted({found.participant.participant for found in self.sessions})
        known = f"Visits of {participant}: {', '.join(of_person)}." if of_person else f"Known: {', '.join(people)}."
        raise DataError(f"study '{self.name}' has no visit '{session}' of '{participant}'.", remedy=known)

    def __repr__(self) -> str:
        people = len({session.participant.participant for session in self.sessions})
        trials = sum(len(session.trials) for session in self.sessions)
        faults = len(self.errors) + sum(len(session.errors) for session in self.sessions)
        return (
            f"<Study {self.name}: {people} participants, {len(self.sessions)} sessions, {trials} trials"
            f"{f', {faults} errors' if faults else ''}>"
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                session.participant.participant,
                session.session,
                ", ".join(entry.trial for entry in session.trials),
                str(len(session.rows("exam"))),
                str(len(session.rows("intake"))),
                " ".join(session.errors),
            )
            for session in self.sessions
        ]
        return _html(repr(self), ("participant", "session", "trials", "exam", "intake", "errors"), rows, self.errors)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:g}"


def _html(title: str, names: Iterable[str], rows: Iterable[Iterable[str]], errors: Iterable[str]) -> str:
    """A plain table for notebooks; every text escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    faults = "".join(f"<li>{escape(error)}</li>" for error in errors)
    return f"<p>{escape(title)}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" + (
        f"<ul>{faults}</ul>" if faults else ""
    )
