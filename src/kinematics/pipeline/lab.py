"""All strides of a study at once: for a laboratory's own reference and errors, and for the table of frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from kinematics.assessment import TrialResult
from kinematics.conventions import DataError
from kinematics.ledger import beyond_test, four_frames
from kinematics.pipeline.visits.ahead import reading_ahead
from kinematics.pipeline.visits.beside import beside
from kinematics.pipeline.visits.visit import read_entry, trial_results
from kinematics.strides import Strides
from kinematics.study import Session, read_study

DECIMALS = 2


def study_strides(folder: Path | str, *, task: str) -> list[Strides]:
    """
    Strides of every trial of one task in a study folder.

    Raises
    ------
    DataError
        Where the study has none.
    """
    found = [trial.strides for _, trials in _trials(folder) for trial in trials if trial.strides is not None]
    found = [one for one in found if len(one.table) and one.table["task"].iloc[0] == task]
    if not found:
        raise DataError(f"the study has no strides of task '{task}'.", file=Path(folder).name)
    return found


def study_frames(folder: Path | str, *, subtract: bool = False, across_zeros: bool = False) -> pd.DataFrame:
    """
    Used extension of every run and side of a study under four frames; with `subtract` less the modified Thomas test.

    Raises
    ------
    DataError
        For `subtract` without `across_zeros`.
    """
    if subtract and not across_zeros:
        beyond_test(pd.DataFrame(), pd.DataFrame())
    tables = []
    for session, trials in _trials(folder):
        strides = [trial.strides for trial in trials if trial.strides is not None]
        table = four_frames(strides, about=beside(session, trials))
        tables.append(beyond_test(table, session.exam, across_zeros=across_zeros) if subtract else table)
    return pd.concat(tables, ignore_index=True).round(DECIMALS)


def _trials(folder: Path | str) -> Iterator[tuple[Session, tuple[TrialResult, ...]]]:
    """Each visit of the study with what became of its trials."""
    sessions = read_study(folder).sessions
    with reading_ahead(sessions, read_entry) as reader:
        for session in sessions:
            yield session, reader.run(trial_results, session)
