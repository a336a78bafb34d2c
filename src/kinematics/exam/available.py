"""Exam rows -> available range: one mean with its standard error per side, direction and test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.exam.registry import facts, sem_table

KEYS = ["participant", "session", "side", "direction", "test"]
AVAILABLE_COLUMNS = (
    *KEYS,
    *("available_deg", "available_se_deg", "available_se_visit_deg", "available_se_lasting_deg", "n_repetitions"),
    *("lower_bound", "pelvis_controlled", "instrument", "rater", "limited_by", "notes"),
)
FUNCTIONAL = "rom"
#: Descriptors without which the value is worth less, and what the notes say of them.
DESCRIPTORS = {
    "instrument": "instrument not stated (error widened)",
    "pelvis_controlled": "control of the pelvis not stated (error widened)",
    "active": "active or passive not stated (taken as passive)",
    "limited_by": "what ended the movement is not stated",
    "rater": "rater not stated",
}


def available_range(exam: pd.DataFrame) -> pd.DataFrame:
    """
    Available range of every side, direction and test: the mean of its repetitions, with its standard error.

    Different tests are never merged. The error of one repetition is the rater's own `sem_deg` where given, else that of
    the registry for the test, the pelvis's control and the instrument. Of its variance the share
    `within_visit_share` is averaged out by repetitions; the rest is not:

        se = sqrt(share * sum(sem_i**2) / k**2  +  (1 - share) * (1 - h + h / raters) * mean(sem_i)**2)

    where h is the raters' share of what lasts; raters that are not named count as one.

    Parameters
    ----------
    exam : DataFrame
        As from `read_exam`.

    Returns
    -------
    DataFrame
        One row per participant, session, side, direction and test, in this order:

        - available_deg, available_se_deg: mean over the repetitions and its standard error, towards `direction`. [deg]
        - available_se_visit_deg, available_se_lasting_deg: the two terms of the error. [deg]
        - n_repetitions
        - lower_bound: True where pain, apprehension or effort ended a repetition, or the movement was active.
        - pelvis_controlled: yes (every repetition), no (any), empty (not stated).
        - instrument, rater: the one that was used throughout, else empty.
        - limited_by: what ended the movement, words joined by ';'.
        - notes: descriptors that are missing, joined by '; '.
    """
    rows = exam[KEYS].copy()
    sem = _sem_deg(exam)
    rows[["available_deg", "instrument", "rater"]] = exam[["value_deg", "instrument", "rater"]]
    rows["sem_deg"], rows["variance"] = sem, sem**2
    rows["n_repetitions"] = 1
    limits = facts()["limits"]
    flags = pd.DataFrame(
        {"ended": exam["limited_by"].isin(facts()["ended_early"]) | _active(exam)}
        | {("pelvis", word): exam["pelvis_controlled"] == word for word in ("no", "")}
        | {("limit", word): exam["limited_by"] == word for word in limits}
        | {("missing", name): exam[name] == "" for name in DESCRIPTORS},
        index=exam.index,
    )
    rows = pd.concat([rows, flags], axis=1)
    grouped = rows.groupby(KEYS, sort=True, observed=True)
    table = grouped.agg({"available_deg": "mean", "sem_deg": "mean", "variance": "sum", "n_repetitions": "sum"})
    anyhow = grouped[list(flags.columns)].any()
    share = facts()["within_visit_share"]["value"]
    table["available_se_visit_deg"] = np.sqrt(share * table["variance"]) / table["n_repetitions"]
    # the raters' own habits, half of what lasts, are averaged over those who are named
    habit, raters = (
        facts()["rater_share"]["value"],
        exam["rater"]
        .where(exam["rater"] != "")
        .groupby([exam[name] for name in KEYS], sort=True, observed=True)
        .nunique(),
    )
    kept = 1 - habit + habit / np.maximum(raters, 1)
    table["available_se_lasting_deg"] = np.sqrt((1 - share) * kept) * table["sem_deg"]
    table["available_se_deg"] = np.hypot(table["available_se_visit_deg"], table["available_se_lasting_deg"])
    table["lower_bound"] = anyhow["ended"]
    table["pelvis_controlled"] = np.select([anyhow["pelvis", "no"], anyhow["pelvis", ""]], ["no", ""], "yes")
    for name in ("instrument", "rater"):
        alike = grouped[name].nunique() == 1
        table[name] = grouped[name].first().where(alike, "")
    table["limited_by"] = _joined({word: anyhow["limit", word] for word in limits}, ";")
    table["notes"] = _joined({text: anyhow["missing", name] for name, text in DESCRIPTORS.items()}, "; ")
    return table.reset_index()[list(AVAILABLE_COLUMNS)]


def _active(exam: pd.DataFrame) -> pd.Series:
    """Whether the person moved the leg; a functional trial counts as active unless it is said to be passive."""
    return (exam["active"] == "yes") | ((exam["test"] == FUNCTIONAL) & (exam["active"] != "no"))


def _sem_deg(exam: pd.DataFrame) -> pd.Series:
    """Standard error of one repetition, for every row. [deg]"""
    registry = sem_table()
    keys = pd.MultiIndex.from_frame(exam[list(registry.index.names)])
    return exam["sem_deg"].fillna(pd.Series(registry.reindex(keys).to_numpy(), index=exam.index))


def _joined(parts: dict[str, pd.Series], separator: str) -> pd.Series:
    """The words whose flag is set, joined, for every row."""
    index = next(iter(parts.values())).index
    text = pd.Series("", index=index, dtype="str")
    for word, flag in parts.items():
        text = text + pd.Series(np.where(flag.to_numpy(dtype=bool), separator + word, ""), index=index, dtype="str")
    return text.str.removeprefix(separator)
