"""An assessment's part of each table, of the index and of the manifest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kinematics.assessment import Assessment, TrialResult
from kinematics.report import IndexRow
from kinematics.store import arrow_table, empty_table, stride_tables
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
_HEADLINE = ("headline", "side", "direction", "class")


def tables(assessment: Assessment) -> dict[str, pa.Table]:
    """The session's rows of every table of `store.TABLES`."""
    ledger, options = _table("ledger", assessment.ledger), _table("options", assessment.options.table)
    return stride_rows(assessment.trials) | {"ledger": ledger, "options": options}


def stride_rows(trials: Sequence[TrialResult]) -> dict[str, pa.Table]:
    """A session's rows of the tables that need its trials alone: strides, curves, excluded."""
    strides = [trial.strides for trial in trials if trial.strides is not None]
    failed = [_failed_row(trial) for trial in trials if trial.error]
    return stride_tables(strides) | {"excluded": _table("excluded", _joined([*_excluded(strides), *failed]))}


def _table(name: str, rows: pd.DataFrame) -> pa.Table:
    return arrow_table(name, rows) if len(rows) else empty_table(name)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The frames below each other; an empty one where there is none."""
    if len(frames) == 1:
        return frames[0]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _excluded(strides: Sequence[Strides]) -> list[pd.DataFrame]:
    return [one.excluded for one in strides if len(one.excluded)]


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
        sum(int(trial.strides.columns["valid"].sum()) for trial in assessment.trials if trial.strides is not None),
        tuple(dict.fromkeys(assessment.errors)),
    )


def _in_words(entry: TrialEntry) -> str:
    return entry.task if math.isnan(entry.speed_m_s) else f"{entry.task} {entry.speed_m_s:g} m/s"


def _reading(assessment: Assessment, side: str) -> str:
    """The side's class, or "withheld" where an open safety question keeps the report from giving one."""
    found = _headline_class(assessment.ledger, side)
    return WITHHELD if found and assessment.options.status == WITHHELD else found


def _headline_class(ledger: pd.DataFrame, side: str) -> str:
    """The class in the side's leading row of extension; empty where there is none."""
    rows = zip(*(ledger[name].tolist() for name in _HEADLINE), strict=True)
    return next((str(found) for leads, *where, found in rows if leads is True and where == [side, "extension"]), "")


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
        "row": dict(vars(index_row(assessment, ""))),
    }
