"""An assessment's part of each table, of the index and of the manifest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kinematics.assessment import Assessment, TrialResult
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS
from kinematics.report import IndexRow
from kinematics.store import arrow_table, curve_table, table_schema
from kinematics.strides import Strides
from kinematics.study import TrialEntry

if TYPE_CHECKING:
    import pyarrow as pa

#: Reason in the table of exclusions for a trial that gave no strides because of an error.
TRIAL_FAILED = "trial_failed"
#: Status of the options, and the index's word, where safety comes first.
WITHHELD = "withheld"
#: Number of the stride in rows that are about a whole trial.
NO_STRIDE = -1


def tables(assessment: Assessment) -> dict[str, pa.Table]:
    """The session's rows of every table of `store.TABLES`."""
    strides = [trial.strides for trial in assessment.trials if trial.strides is not None and len(trial.strides.table)]
    rows = _joined([part.table for part in strides])
    excluded = [trial.strides.excluded for trial in assessment.trials if trial.strides is not None]
    failed = [_failed_row(trial) for trial in assessment.trials if trial.error]
    return {
        "strides": _table("strides", rows),
        "curves": curve_table(rows, _joined_curves(strides)) if strides else table_schema("curves").empty_table(),
        "ledger": _table("ledger", assessment.ledger),
        "options": _table("options", assessment.options.table),
        "excluded": _table("excluded", _joined([*excluded, *failed])),
    }


def _table(name: str, rows: pd.DataFrame) -> pa.Table:
    return arrow_table(name, rows) if len(rows) else table_schema(name).empty_table()


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The frames below each other; an empty one where all are empty."""
    filled = [frame for frame in frames if len(frame)]
    if len(filled) == 1:
        return filled[0]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _joined_curves(strides: Sequence[Strides]) -> dict[str, np.ndarray]:
    """Curves of trials below each other; NaN where a trial lacks an angle that another has."""
    if len(strides) == 1:
        return dict(strides[0].curves)
    names = [name for name in CURVE_NAMES if any(name in part.curves for part in strides)]
    return {name: np.concatenate([_curve(part, name) for part in strides]) for name in names}


def _curve(strides: Strides, name: str) -> np.ndarray:
    return strides.curves.get(name, np.full((len(strides.table), CURVE_POINTS), np.nan))


def _failed_row(trial: TrialResult) -> pd.DataFrame:
    entry = trial.entry
    keys = {"participant": entry.participant, "session": entry.session, "trial": entry.trial, "task": entry.task}
    empty = {"side": "", "stride": NO_STRIDE, "start_s": math.nan, "end_s": math.nan, "value": math.nan}
    return pd.DataFrame([{**keys, "speed_m_s": entry.speed_m_s, **empty, "reason": TRIAL_FAILED}])


def index_row(assessment: Assessment, report: str) -> IndexRow:
    """The session's line in the index; `report` is empty where there is none."""
    session = assessment.session
    return IndexRow(
        session.participant.participant,
        session.session,
        report,
        ", ".join(_in_words(trial.entry) for trial in assessment.trials),
        _reading(assessment, "left"),
        _reading(assessment, "right"),
        sum(int(trial.strides.table["valid"].sum()) for trial in assessment.trials if trial.strides is not None),
        tuple(dict.fromkeys(assessment.errors)),
    )


def _in_words(entry: TrialEntry) -> str:
    return entry.task if math.isnan(entry.speed_m_s) else f"{entry.task} {entry.speed_m_s:g} m/s"


def _reading(assessment: Assessment, side: str) -> str:
    """The side's class, or "withheld" where an open safety question keeps the report from giving one."""
    found = _headline_class(assessment.ledger, side)
    return WITHHELD if found and assessment.options.status == WITHHELD else found


def _headline_class(ledger: pd.DataFrame, side: str) -> str:
    leading = ledger["headline"].fillna(False).astype(bool)
    rows = ledger[leading & (ledger["side"] == side) & (ledger["direction"] == "extension")]
    return str(rows["class"].iloc[0]) if len(rows) else ""


def about(assessment: Assessment) -> dict[str, Any]:
    """What the manifest says of the session: each trial with its passport or its error, the options' version."""
    return {
        "trials": [
            {
                "trial": trial.entry.trial,
                "file": trial.entry.file,
                "passport": trial.strides.passport.as_dict() if trial.strides is not None else None,
                "error": trial.error,
            }
            for trial in assessment.trials
        ],
        "options_version": assessment.options.version,
        "row": asdict(index_row(assessment, "")),
    }
