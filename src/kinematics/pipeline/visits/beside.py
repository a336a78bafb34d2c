"""What a session tells the ledger beside strides and exam: person, ground, standing, a laboratory's own figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kinematics.assessment import TrialResult
from kinematics.conventions import SIDES, sided
from kinematics.intake import standing_tilt
from kinematics.ledger.used import SENSORS
from kinematics.norms import read_norms, read_sem
from kinematics.study import Session
from kinematics.trial import Passport

RUN = ("participant", "session", "task", "speed_m_s")
TOLD = (*RUN, "side", "surface", "grade_percent", "standing_hip_flexion_deg", "standing_tilt_deg", "used_se_zero_deg")


def beside(session: Session, trials: Sequence[TrialResult]) -> list[dict[str, Any]]:
    """
    What `compare_range(about=...)` takes: the person, then columns of the ground and standing angles by run and side.

    Of several trials of one run the first speaks for it.
    """
    person = session.participant
    found: list[dict[str, Any]] = [{"symptomatic_side": person.symptomatic_side, "sex": person.sex}]
    runs: dict[tuple, list[tuple]] = {}
    for trial in trials:
        if trial.strides is not None:
            runs.setdefault(_run_key(trial), _told(trial, _zero_se(session, trial.strides.passport)))
    rows = [row for told in runs.values() for row in told]
    if rows:
        cells = (np.array(cell, dtype=object) for cell in zip(*rows, strict=True))
        found.append(dict(zip(TOLD, cells, strict=True)))
    return found


def _run_key(trial: TrialResult) -> tuple:
    """The run a trial belongs to; speeds that are not known are alike."""
    *names, speed = (getattr(trial.entry, name) for name in RUN)
    return *names, None if math.isnan(speed) else speed


def _zero_se(session: Session, passport: Passport) -> float:
    """Standard error of the hip's zero, where an entered standing tilt moved that of sensors; else NaN. [deg]"""
    tilt = standing_tilt(session.intake) if passport.model.startswith(SENSORS) else None
    return math.nan if tilt is None or passport.zero != "anatomical" else tilt.hip_se_deg


def _told(trial: TrialResult, zero_se_deg: float) -> list[tuple]:
    """A row per side, columns `TOLD`."""
    entry, standing = trial.entry, trial.standing_deg
    run = [getattr(entry, name) for name in RUN]
    ground, tilt = (entry.surface, entry.grade_percent), standing.get("pelvis_anterior_tilt_deg", math.nan)
    hips = {side: standing.get(sided("hip_flexion_deg", side), math.nan) for side in SIDES}
    return [(*run, side, *ground, hip, tilt, zero_se_deg) for side, hip in hips.items()]


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
