"""Assessment: everything that is known about one participant's visit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kinematics.exercises import Options
from kinematics.strides import Strides
from kinematics.study import Session, TrialEntry


@dataclass(frozen=True)
class TrialResult:
    """
    One motion trial of the visit: its strides, or the sentence that says why there are none.

    Attributes
    ----------
    entry : TrialEntry
        The row of trials.csv.
    strides : Strides or None
    standing_deg : mapping of str to float
        Mean angles of the static trial, named as sample columns; empty without one. [deg]
    error : str
        Empty where all went well.
    """

    entry: TrialEntry
    strides: Strides | None
    standing_deg: dict[str, float]
    error: str = ""


@dataclass(frozen=True)
class Assessment:
    """
    What a report is made of.

    Attributes
    ----------
    session : Session
        What the user brought.
    trials : tuple of TrialResult
    ledger : DataFrame
        Columns of `conventions.LEDGER_COLUMNS`.
    options : Options
    version : str
        Of the package.
    """

    session: Session
    trials: tuple[TrialResult, ...]
    ledger: pd.DataFrame
    options: Options
    version: str

    @property
    def errors(self) -> tuple[str, ...]:
        """One sentence for each thing that went wrong: the session's own, then its trials'."""
        return self.session.errors + tuple(trial.error for trial in self.trials if trial.error)

    @property
    def name(self) -> str:
        """`<participant>_<session>`, the stem of the report's file."""
        return f"{self.session.participant.participant}_{self.session.session}"
