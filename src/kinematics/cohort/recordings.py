"""The gait trials of a visit, read, with what an analysis of them needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kinematics.readers import read_trial
from kinematics.settings import Settings
from kinematics.study import Session, TrialEntry
from kinematics.trial import Trial


@dataclass(frozen=True)
class Recording:
    """
    One gait trial, read, with all that an analysis of it needs.

    Attributes
    ----------
    participant, session, group : str
    trial : Trial
    static : Trial or None
    settings : Settings
        Of the study; the choices replace parts of it.
    """

    participant: str
    session: str
    group: str
    trial: Trial
    static: Trial | None
    settings: Settings


def recordings(session: Session) -> tuple[Recording, ...]:
    """
    The runs and walks of one visit, read.

    Parameters
    ----------
    session : Session
        From `read_study(folder).session(participant, session)`.

    Raises
    ------
    DataError
        Where a file of it cannot be read.
    """
    group = session.participant.group
    return tuple(
        Recording(
            entry.participant, entry.session, group, _read(session, entry), _static(session, entry), session.settings
        )
        for entry in session.trials
        if entry.task in ("run", "walk")
    )


def _static(session: Session, entry: TrialEntry) -> Trial | None:
    rows = [other for other in session.trials if other.task == "static"]
    if entry.static_file:
        rows = [replace(entry, task="static", file=entry.static_file, forces_file="", events_file="")]
    return _read(session, rows[0]) if len(rows) == 1 else None


def _read(session: Session, entry: TrialEntry) -> Trial:
    def path(name: str):
        return session.folder / name if name else None

    return read_trial(
        session.folder / entry.file,
        task=entry.task,
        speed_m_s=entry.speed_m_s,
        forces=path(entry.forces_file),
        events=path(entry.events_file),
        format=entry.format or None,
        rate_hz=None if math.isnan(entry.rate_hz) else entry.rate_hz,
        zero=entry.zero or None,
        mapping=path(entry.mapping),
        settings=session.settings,
    )
