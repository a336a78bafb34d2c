"""All strides of a study at once: for a laboratory's own reference and errors, and for the table of frames."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kinematics.conventions import DataError
from kinematics.ledger import beyond_test, four_frames
from kinematics.pipeline.beside import beside
from kinematics.pipeline.visit import assess
from kinematics.strides import Strides
from kinematics.study import read_study

DECIMALS = 2


def study_strides(folder: Path | str, *, task: str) -> list[Strides]:
    """
    Strides of every trial of one task in a study folder.

    Raises
    ------
    DataError
        Where the study has none.
    """
    assessed = [assess(session) for session in read_study(folder).sessions]
    found = [trial.strides for one in assessed for trial in one.trials if trial.strides is not None]
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
    for session in read_study(folder).sessions:
        trials = assess(session).trials
        strides = [trial.strides for trial in trials if trial.strides is not None]
        table = four_frames(strides, about=beside(session, trials))
        tables.append(beyond_test(table, session.exam, across_zeros=across_zeros) if subtract else table)
    return pd.concat(tables, ignore_index=True).round(DECIMALS)
