"""One result under many defensible choices: filter, hip centre, zero and event method, in one table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from kinematics.angles import Angles, hip_angles, standing_deg
from kinematics.cohort.people import person_values
from kinematics.cohort.recordings import Recording
from kinematics.conventions import SIDES, DataError, sided
from kinematics.events import foot_events
from kinematics.settings import Settings
from kinematics.strides import Strides, segment_strides
from kinematics.trial import Trial

CHOICES = ("filter_hz", "hip_centre", "zero", "events")
CONFIDENCE = 0.95


def multiverse(
    recordings: Sequence[Recording],
    metric: str,
    *,
    filter_hz: Sequence[float] = (10.0, 8.0, 15.0),
    hip_centre: Sequence[str] = ("harrington", "hara", "bell", "davis"),
    zero: Sequence[str] = ("file", "standing"),
    events: Sequence[str] = ("auto", "markers", "angles"),
    groups: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """
    A result under every combination of choices that a laboratory could defend, the first of each being the reference.

    Choices that a recording does not have (another hip centre for a file of angles, a standing zero without a
    static trial, events from markers without markers) leave it out of that row; `n_people` says so.

    Parameters
    ----------
    recordings : sequence of Recording
        As from `recordings`, of one session and speed per person.
    metric : str
        A column of the stride table.
    filter_hz : sequence of float
        Cut-off of markers and angles. [Hz]
    hip_centre : sequence of str
    zero : sequence of str
        "file", as the trial brings it; "standing", the static trial's hip angle and tilt taken off.
    events : sequence of str
        As the setting `events.method`.
    groups : pair of str, optional
        Two groups: the result is then the second's mean minus the first's.

    Returns
    -------
    DataFrame
        One row per combination: the choices, `n_people`, `result`, `low`, `high` (95 %, Student or Welch over people),
        `sd_between` people, `from_reference` (result minus that of the first row). In the metric's unit.

    Raises
    ------
    DataError
        Where the metric is unknown or nobody is left in the reference row.
    """
    grid = list(product(filter_hz, hip_centre, zero, events))
    rows = [_universe(recordings, metric, choice, groups) for choice in grid]
    table = pd.DataFrame(rows)
    if not table["n_people"].iat[0]:
        raise DataError("no recording has what the first choice of each kind needs.", remedy="Begin with another.")
    return table.assign(from_reference=table["result"] - table["result"].iat[0])


def _universe(recordings: Sequence[Recording], metric: str, choice: tuple, groups: tuple[str, str] | None) -> dict:
    named = dict(zip(CHOICES, choice, strict=True))
    strides = [found for one in recordings if (found := _strides(one, **named)) is not None]
    people = person_values(strides, metric) if strides else pd.DataFrame({"participant": [], metric: []})
    repeated = people["participant"].duplicated()
    if repeated.any():
        raise DataError(
            f"participant {people.loc[repeated, 'participant'].iat[0]} has several sessions or speeds.",
            remedy="Choose one recording per person.",
        )
    group = {one.participant: one.group for one in recordings}
    return named | _result(people.set_index("participant")[metric], group, groups)


def _result(values: pd.Series, group: dict[str, str], groups: tuple[str, str] | None) -> dict:
    if groups is None:
        return _of_one(values.to_numpy(float))
    label = values.index.map(group)
    first, second = (values[label == name].to_numpy(float) for name in groups)
    return _of_two(first, second)


def _of_one(values: np.ndarray) -> dict:
    from scipy.stats import t as student

    count = values.size
    spread = float(values.std(ddof=1)) if count > 1 else math.nan
    half = float(student.ppf(0.5 + CONFIDENCE / 2, count - 1)) * spread / math.sqrt(count) if count > 1 else math.nan
    mean = float(values.mean()) if count else math.nan
    return {"n_people": count, "result": mean, "low": mean - half, "high": mean + half, "sd_between": spread}


def _of_two(first: np.ndarray, second: np.ndarray) -> dict:
    from scipy.stats import t as student

    counts = first.size, second.size
    if min(counts) < 2:
        return {"n_people": sum(counts)} | dict.fromkeys(("result", "low", "high", "sd_between"), math.nan)
    errors = first.var(ddof=1) / counts[0], second.var(ddof=1) / counts[1]
    error = sum(errors)
    degrees = error**2 / sum(part**2 / (count - 1) for part, count in zip(errors, counts, strict=True))
    difference = float(second.mean() - first.mean())
    half = float(student.ppf(0.5 + CONFIDENCE / 2, degrees) * math.sqrt(error))
    pooled = math.sqrt((first.var(ddof=1) * (counts[0] - 1) + second.var(ddof=1) * (counts[1] - 1)) / (sum(counts) - 2))
    return {
        "n_people": sum(counts),
        "result": difference,
        "low": difference - half,
        "high": difference + half,
        "sd_between": pooled,
    }


def _strides(one: Recording, *, filter_hz: float, hip_centre: str, zero: str, events: str) -> Strides | None:
    """Strides of a recording under one choice of each kind; None where it does not have what a choice needs."""
    from_markers = one.trial.kind == "markers"
    if not from_markers and hip_centre != one.settings.model.hip_centre:
        return None
    settings = _chosen(one.settings, filter_hz, hip_centre, events)
    try:
        angles = hip_angles(one.trial, one.static, settings=settings)
        if zero == "standing":
            angles = standing_zero(angles, one.static, settings)
        found = foot_events(one.trial, angles, settings=settings)
    except DataError:
        return None
    return segment_strides(angles, found, participant=one.participant, session=one.session)


def standing_zero(angles: Angles, static: Trial | None, settings: Settings) -> Angles:
    """
    The same angles told from quiet standing: the static trial's mean hip flexion and pelvic tilt taken off.

    Raises
    ------
    DataError
        Where there is no static trial.
    """
    if static is None:
        raise DataError("a standing zero needs a static trial.", remedy="Leave this recording out, or keep its zero.")
    standing = standing_deg(static, settings=settings)
    names = ["pelvis_anterior_tilt_deg", *(sided("hip_flexion_deg", side) for side in SIDES)]
    table = angles.table.assign(**{name: angles.table[name] - standing[name] for name in names})
    return replace(angles, table=table, passport=angles.passport.with_(zero="standing"))


def _chosen(settings: Settings, filter_hz: float, hip_centre: str, events: str) -> Settings:
    return Settings.model_validate(
        settings.model_dump()
        | {
            "filter": {"cutoff_hz": filter_hz},
            "model": settings.model.model_dump() | {"hip_centre": hip_centre},
            "events": settings.events.model_dump() | {"method": events},
        }
    )
