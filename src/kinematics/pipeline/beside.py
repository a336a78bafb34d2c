"""What a session tells the ledger beside strides and exam: person, ground, standing, a laboratory's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kinematics.assessment import TrialResult
from kinematics.ledger import standing_table
from kinematics.norms import read_norms, read_sem
from kinematics.study import Session

RUN = ["participant", "session", "task", "speed_m_s"]


def beside(session: Session, trials: Sequence[TrialResult]) -> list[pd.DataFrame]:
    """Tables for `compare_range(about=...)`: the person, the ground of each run, the standing angles of each side."""
    person = session.participant
    words = {"symptomatic_side": person.symptomatic_side, "sex": person.sex}
    tables = [pd.DataFrame([{"participant": person.participant, **words}])]
    moving = [trial for trial in trials if trial.strides is not None]
    if not moving:
        return tables
    entries = [trial.entry for trial in moving]
    ground = [[getattr(entry, name) for name in (*RUN, "surface", "grade_percent")] for entry in entries]
    tables.append(pd.DataFrame(ground, columns=[*RUN, "surface", "grade_percent"]).drop_duplicates(RUN))
    standing = [
        standing_table(trial.standing_deg, **{name: getattr(trial.entry, name) for name in RUN}) for trial in moving
    ]
    tables.append(pd.concat(standing, ignore_index=True).drop_duplicates([*RUN, "side"]))
    return tables


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """The tables below each other; None where there is none with a row."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else None


def own_figures(session: Session) -> dict[str, Any]:
    """A laboratory's own reference and errors, where study.toml names their files."""
    names = session.settings.ledger
    found: dict[str, Any] = {}
    if names.norms:
        found["used_reference"] = read_norms(session.folder / names.norms)
    if names.sem:
        sem = read_sem(session.folder / names.sem)
        found["between_visits_deg"] = sem.get("peak_hip_extension_deg")
    return found
