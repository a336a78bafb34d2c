"""Exam rows -> available range: one mean with its standard error per side, direction and test."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from kinematics.exam.columns import Columns, Groups, frame, grouped, numbers, rows_of, text, words_set
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
SEM_KEYS = ("test", "direction", "pelvis_controlled", "instrument")


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
    return frame(available_columns(exam))


def available_columns(exam: pd.DataFrame | Columns) -> Columns:
    """`available_range` as plain columns, of a table or of plain columns."""
    cells = {name: text(exam[name]) for name in (*KEYS, *DESCRIPTORS)}
    groups = grouped([cells[name] for name in KEYS])
    sem = _sem_deg(cells, numbers(exam["sem_deg"]))
    table = rows_of({name: cells[name] for name in KEYS}, groups.first)
    table["available_deg"] = groups.mean(numbers(exam["value_deg"]))
    return {**table, **_errors(groups, sem, cells["rater"]), "n_repetitions": groups.sizes, **_described(groups, cells)}


def _errors(groups: Groups, sem: np.ndarray, rater: np.ndarray) -> Columns:
    """The standard error of each mean and its two terms. [deg]"""
    share, habit = (facts()[name]["value"] for name in ("within_visit_share", "rater_share"))
    visit = np.sqrt(share * groups.total(sem**2)) / groups.sizes
    # the raters' own habits, half of what lasts, are averaged over those who are named
    unnamed = groups.any((rater == "")[:, None])[:, 0]
    kept = 1 - habit + habit / np.maximum(groups.distinct(rater) - unnamed, 1)
    lasting = np.sqrt((1 - share) * kept) * groups.mean(sem)
    return {
        "available_se_deg": np.hypot(visit, lasting),
        "available_se_visit_deg": visit,
        "available_se_lasting_deg": lasting,
    }


def _described(groups: Groups, cells: Columns) -> Columns:
    """How the repetitions were done, in words."""
    limits, pelvis = facts()["limits"], cells["pelvis_controlled"]
    early = facts()["ended_early"]
    ended = np.array([word in early for word in cells["limited_by"].tolist()], dtype=bool) | _active(cells)
    flags = [ended, pelvis == "no", pelvis == ""]
    flags += [cells["limited_by"] == word for word in limits] + [cells[name] == "" for name in DESCRIPTORS]
    any_ended, any_no, any_open, *words = groups.any(np.stack(flags, axis=1)).T
    held = np.select([any_no, any_open], ["no", ""], "yes").astype(object)
    told: Columns = {"lower_bound": any_ended, "pelvis_controlled": held}
    for name in ("instrument", "rater"):
        told[name] = np.where(groups.distinct(cells[name]) == 1, cells[name][groups.first], "")
    told["limited_by"] = words_set(dict(zip(limits, words, strict=False)), groups.n, ";")
    told["notes"] = words_set(dict(zip(DESCRIPTORS.values(), words[len(limits) :], strict=True)), groups.n, "; ")
    return told


def _active(cells: Columns) -> np.ndarray:
    """Whether the person moved the leg; a functional trial counts as active unless it is said to be passive."""
    return (cells["active"] == "yes") | ((cells["test"] == FUNCTIONAL) & (cells["active"] != "no"))


def _sem_deg(cells: Columns, own: np.ndarray) -> np.ndarray:
    """Standard error of one repetition, for every row: the rater's own, else the registry's. [deg]"""
    known = _registry()
    keys = zip(*(cells[name].tolist() for name in SEM_KEYS), strict=True)
    return np.where(np.isnan(own), np.array([known.get(key, np.nan) for key in keys], dtype=float), own)


@cache
def _registry() -> dict[tuple, float]:
    """Standard error of one repetition by test, direction, control of the pelvis and instrument. [deg]"""
    return sem_table().to_dict()  # type: ignore[return-value]
