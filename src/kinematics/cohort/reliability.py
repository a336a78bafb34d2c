"""Repeated sessions -> ICC, standard error of measurement, smallest detectable change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import DataError

#: Two measurements, 95 %: 1.96 times the square root of two.
MDC95_PER_SEM = 1.96 * np.sqrt(2.0)
FEWEST_PEOPLE, CONFIDENCE = 3, 0.95


@dataclass(frozen=True)
class Reliability:
    """
    Agreement of repeated sessions of the same people.

    Attributes
    ----------
    icc_1_1, icc_2_1, icc_3_1 : float
        Intraclass correlations of one session (Shrout and Fleiss 1979, doi:10.1037/0033-2909.86.2.420): sessions of
        each person's own, agreement, consistency.
    icc_2_1_low, icc_2_1_high, icc_3_1_low, icc_3_1_high : float
        95 % intervals.
    sem_agreement, sem_consistency : float
        Standard error of measurement with and without the sessions' mean differences, in the value's unit.
    mdc95_agreement, mdc95_consistency : float
        ``1.96 sqrt(2) SEM``: a change of one person that is more than measurement error.
    session_means : dict
        Session -> mean.
    n_people, n_sessions : int
    left_out : tuple of str
        People who lack a session.
    """

    icc_1_1: float
    icc_2_1: float
    icc_3_1: float
    icc_2_1_low: float
    icc_2_1_high: float
    icc_3_1_low: float
    icc_3_1_high: float
    sem_agreement: float
    sem_consistency: float
    mdc95_agreement: float
    mdc95_consistency: float
    session_means: dict[str, float]
    n_people: int
    n_sessions: int
    left_out: tuple[str, ...]

    def _repr_html_(self) -> str:
        rows = {
            "agreement, ICC(2,1)": [
                self.icc_2_1, self.icc_2_1_low, self.icc_2_1_high, self.sem_agreement, self.mdc95_agreement,
            ],
            "consistency, ICC(3,1)": [
                self.icc_3_1, self.icc_3_1_low, self.icc_3_1_high, self.sem_consistency, self.mdc95_consistency,
            ],
        }  # fmt: skip
        table = pd.DataFrame(rows, index=["ICC", "95 % low", "95 % high", "SEM", "MDC95"]).T.round(3)
        return f"<p>{self.n_people} people, {self.n_sessions} sessions</p>" + table.to_html()


def reliability(values: pd.DataFrame, value: str, *, session: str = "session") -> Reliability:
    """
    ICC, SEM and smallest detectable change from repeated sessions, by two-way analysis of variance.

    Parameters
    ----------
    values : DataFrame
        participant, the session's column and the value: one row per person and session, as from
        `person_values`. People who lack a session are left out.
    value : str
        Column of the value.
    session : str
        Column that tells the repetitions apart.

    Returns
    -------
    Reliability

    Raises
    ------
    DataError
        Where a person has several rows for one session (strides are not sessions), or fewer than 3 people or
        2 sessions are left.

    Examples
    --------
    ``reliability(person_values(strides, "peak_hip_extension_deg"), "peak_hip_extension_deg")``
    """
    rows = values[["participant", session, value]].dropna()
    repeated = rows[rows.duplicated(["participant", session], keep=False)]
    if len(repeated):
        person, visit = repeated.iloc[0][["participant", session]]
        count = int(((repeated["participant"] == person) & (repeated[session] == visit)).sum())
        raise DataError(
            f"participant {person} has {count} rows in {session} {visit}; strides, legs and speeds are not sessions.",
            remedy="Take person_values first and choose one task and speed.",
        )
    wide = rows.pivot(index="participant", columns=session, values=value)
    complete = wide.dropna()
    if len(complete) < FEWEST_PEOPLE or complete.shape[1] < 2:
        raise DataError(
            f"{len(complete)} people have all of {complete.shape[1]} sessions; {FEWEST_PEOPLE} people and 2 sessions "
            "are the fewest."
        )
    left_out = tuple(str(name) for name in wide.index.difference(complete.index))
    means = {str(name): float(mean) for name, mean in complete.mean().items()}
    return Reliability(**_figures(complete.to_numpy(float)), session_means=means, left_out=left_out)


def _figures(table: np.ndarray) -> dict:
    """Everything that follows from the mean squares of a table of people x sessions."""
    people, sessions = table.shape
    between, session, error, within = _mean_squares(table)
    icc3 = (between - error) / (between + (sessions - 1) * error)
    spread = between + (sessions - 1) * error + sessions * (session - error) / people
    icc2 = (between - error) / spread
    icc1 = (between - within) / (between + (sessions - 1) * within)
    sem = np.sqrt(error)
    sem_agreement = np.sqrt(max(session - error, 0.0) / people + error)
    low3, high3 = _consistency_interval(between / error, people, sessions)
    low2, high2 = _agreement_interval(between, session, error, icc2, people, sessions)
    named = {
        "icc_1_1": icc1, "icc_2_1": icc2, "icc_3_1": icc3,
        "icc_2_1_low": low2, "icc_2_1_high": high2, "icc_3_1_low": low3, "icc_3_1_high": high3,
        "sem_agreement": sem_agreement, "sem_consistency": sem,
        "mdc95_agreement": MDC95_PER_SEM * sem_agreement, "mdc95_consistency": MDC95_PER_SEM * sem,
    }  # fmt: skip
    return {name: float(number) for name, number in named.items()} | {"n_people": people, "n_sessions": sessions}


def _mean_squares(table: np.ndarray) -> tuple[float, float, float, float]:
    """Between people, between sessions, error, within people."""
    people, sessions = table.shape
    grand = table.mean()
    between = sessions * ((table.mean(axis=1) - grand) ** 2).sum() / (people - 1)
    session = people * ((table.mean(axis=0) - grand) ** 2).sum() / (sessions - 1)
    within = ((table - table.mean(axis=1, keepdims=True)) ** 2).sum() / (people * (sessions - 1))
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + grand
    return between, session, (rest**2).sum() / ((people - 1) * (sessions - 1)), within


def _consistency_interval(ratio: float, people: int, sessions: int) -> tuple[float, float]:
    from scipy.stats import f

    df1, df2 = people - 1, (people - 1) * (sessions - 1)
    upper = 1 - (1 - CONFIDENCE) / 2
    low, high = ratio / f.ppf(upper, df1, df2), ratio * f.ppf(upper, df2, df1)
    return (low - 1) / (low + sessions - 1), (high - 1) / (high + sessions - 1)


def _agreement_interval(
    between: float, session: float, error: float, icc: float, people: int, sessions: int
) -> tuple[float, float]:
    """Shrout and Fleiss 1979, with Satterthwaite's degrees of freedom."""
    from scipy.stats import f

    ratio = session / error
    top = (
        (people - 1)
        * (sessions - 1)
        * (sessions * icc * ratio + people * (1 + (sessions - 1) * icc) - sessions * icc) ** 2
    )
    bottom = (people - 1) * sessions**2 * icc**2 * ratio**2 + (
        people * (1 + (sessions - 1) * icc) - sessions * icc
    ) ** 2
    df, upper = top / bottom, 1 - (1 - CONFIDENCE) / 2
    a, b = f.ppf(upper, people - 1, df), f.ppf(upper, df, people - 1)
    rest = sessions * session + (sessions * people - sessions - people) * error
    low = people * (between - a * error) / (a * rest + people * between)
    high = people * (b * between - error) / (rest + people * b * between)
    return low, high
