"""All strides of a study, without ledger and reports: for a laboratory's own reference, its frames, an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kinematics.assessment import TrialResult
from kinematics.conventions import DataError
from kinematics.ledger import beyond_test, four_frames
from kinematics.pipeline.keeping.streams import Files, writing
from kinematics.pipeline.visits.ahead import reading_ahead
from kinematics.pipeline.visits.beside import beside
from kinematics.pipeline.visits.parts import stride_rows
from kinematics.pipeline.visits.visit import read_entry, trial_results
from kinematics.strides import Strides
from kinematics.study import Session, Study, read_study

DECIMALS = 2
#: Tables that need a study's trials alone.
STRIDE_TABLES = ("strides", "curves", "excluded")


@dataclass(frozen=True)
class WrittenStrides:
    """
    What `write_strides` left.

    Attributes
    ----------
    strides, excluded : int
        Rows of the tables; curves have the strides' rows.
    errors : tuple of str
        One sentence for each row of the study's tables and each trial that could not be used.
    """

    strides: int
    excluded: int
    errors: tuple[str, ...]


def write_strides(folder: Path | str, to: Path | str) -> WrittenStrides:
    """
    Writes strides, curves and exclusions of every trial of a study as three Parquet files.

    For archives: the same tables, to the byte, as those of `run_study`, without ledger, options, reports and what a
    later run would go on from. Files are read, worked on and written at the same time, a visit after the other; no
    more than a few visits are held.

    Parameters
    ----------
    folder : Path or str
        The study folder.
    to : Path or str
        Folder for strides.parquet, curves.parquet and excluded.parquet, of which each is whole or as it was.

    Raises
    ------
    DataError
        Where the study cannot be read at all. A trial that cannot be used stands in the table of exclusions.
    """
    study, files = read_study(folder), Files(Path(to), STRIDE_TABLES)
    errors = list(study.errors)
    with writing(files) as behind:
        for session, trials in _trials(study):
            behind.do(files.add, stride_rows(trials))
            errors += [*session.errors, *(trial.error for trial in trials if trial.error)]
        behind.wait()
        rows = files.finish()
    return WrittenStrides(rows["strides"].count, rows["excluded"].count, tuple(errors))


def study_strides(folder: Path | str, *, task: str) -> list[Strides]:
    """
    Strides of every trial of one task in a study folder.

    Raises
    ------
    DataError
        Where the study has none.
    """
    found = [
        trial.strides for _, trials in _trials(read_study(folder)) for trial in trials if trial.strides is not None
    ]
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
    for session, trials in _trials(read_study(folder)):
        strides = [trial.strides for trial in trials if trial.strides is not None]
        table = four_frames(strides, about=beside(session, trials))
        tables.append(beyond_test(table, session.exam, across_zeros=across_zeros) if subtract else table)
    return pd.concat(tables, ignore_index=True).round(DECIMALS)


def _trials(study: Study) -> Iterator[tuple[Session, tuple[TrialResult, ...]]]:
    """Each visit of the study with what became of its trials."""
    with reading_ahead(study.sessions, read_entry) as reader:
        for session in study.sessions:
            yield session, reader.run(trial_results, session)
