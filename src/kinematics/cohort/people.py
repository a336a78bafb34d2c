"""Strides -> people: one value or one curve of a person, and the refusal of anything else as a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import CURVE_POINTS, DataError
from kinematics.strides import Strides

#: What a person's strides may differ in and still be averaged: nothing of these.
CONDITIONS = ("session", "task", "speed_m_s")


def person_values(
    strides: Strides | Sequence[Strides] | pd.DataFrame,
    metric: str,
    *,
    by: Sequence[str] = CONDITIONS,
) -> pd.DataFrame:
    """
    One value per person and condition: the median over a leg's valid strides, then the mean over recordings and legs.

    Parameters
    ----------
    strides : Strides, sequence of Strides, or DataFrame
        Or rows as in strides.parquet.
    metric : str
        A column of the stride table, such as ``"peak_hip_extension_deg"``.
    by : sequence of str
        What tells conditions apart beside the person; add ``"side"`` to keep the legs apart.

    Returns
    -------
    DataFrame
        participant, the columns of `by`, the metric, `n_strides`; sorted. NaN strides are left out.

    Raises
    ------
    DataError
        Where the metric or the person is missing.
    """
    rows = stride_rows(strides, metric)
    keys = ["participant", *by]
    legs = list(dict.fromkeys([*keys, "trial", "side"]))
    measured = rows[[*legs, metric]].dropna(subset=[metric])
    per_leg = measured.groupby(legs, as_index=False, dropna=False)[metric].agg(value="median", n_strides="size")
    per_side = per_leg.groupby(list(dict.fromkeys([*keys, "side"])), as_index=False, dropna=False).agg(
        value=("value", "mean"), n_strides=("n_strides", "sum")
    )
    people = per_side.groupby(keys, as_index=False, dropna=False).agg(
        value=("value", "mean"), n_strides=("n_strides", "sum")
    )
    return people.rename(columns={"value": metric})


def person_curves(strides: Strides | Sequence[Strides] | pd.DataFrame, name: str) -> pd.DataFrame:
    """
    One curve per person: the mean over a leg's valid strides, then over the legs.

    Parameters
    ----------
    strides : Strides, sequence of Strides, or DataFrame
        Or rows as in curves.parquet. All of one session per person, one task and one speed: choose first.
    name : str
        One of `conventions.CURVE_NAMES`.

    Returns
    -------
    DataFrame, shape (n_people, 101)
        Indexed by participant; columns 0 to 100 % of the stride. NaN where no stride of a leg has the point. [deg]

    Raises
    ------
    DataError
        Where the curve or the person is missing, or conditions are mixed.
    """
    keys, curves = _curve_rows(strides, name)
    _check_people(keys)
    _check_one_condition(keys)
    frame = pd.DataFrame(curves, columns=range(CURVE_POINTS))
    legs = frame.groupby([keys["participant"], keys["side"]]).mean()
    return legs.groupby(level="participant").mean()


def stride_rows(strides: Strides | Sequence[Strides] | pd.DataFrame, metric: str) -> pd.DataFrame:
    """Rows of valid strides that have the metric's column and a participant each."""
    rows = _table(strides)
    if metric not in rows:
        raise DataError(f"the strides have no column '{metric}'.", remedy="The metrics stand in kinematics.metrics.")
    rows = rows[rows["valid"].astype(bool)] if "valid" in rows else rows
    _check_people(rows)
    return rows


def check_one_row_per_person(participants: pd.Index, what: str) -> None:
    """
    Refuses rows that are not one per person.

    Raises
    ------
    DataError
        Where a participant occurs more than once: strides or legs are not people.
    """
    repeated = participants[participants.duplicated()]
    if len(repeated):
        count = int((participants == repeated[0]).sum())
        raise DataError(
            f"{what}: participant {repeated[0]} has {count} rows; strides, legs and visits are not people.",
            remedy="Take person_curves or person_values of one condition first.",
        )


def _table(strides: Strides | Sequence[Strides] | pd.DataFrame) -> pd.DataFrame:
    if isinstance(strides, pd.DataFrame):
        return strides
    parts = [strides] if isinstance(strides, Strides) else list(strides)
    return pd.concat([part.table for part in parts], ignore_index=True) if parts else pd.DataFrame({"valid": []})


def _curve_rows(strides: Strides | Sequence[Strides] | pd.DataFrame, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Keys of the valid strides and their curves (n, 101)."""
    rows = _table(strides).reset_index(drop=True)
    if isinstance(strides, pd.DataFrame):
        if name not in rows:
            raise DataError(f"the curves have no column '{name}'.", remedy="Give rows of curves.parquet.")
        known = rows[name].notna().to_numpy()
        curves = np.full((len(rows), CURVE_POINTS), np.nan)
        if known.any():
            curves[known] = np.stack(rows.loc[known, name].to_list())
    else:
        parts = [strides] if isinstance(strides, Strides) else list(strides)
        curves = np.concatenate([part.curves[name] for part in parts])
    valid = rows["valid"].to_numpy(bool)
    return rows[valid].reset_index(drop=True), curves[valid]


def _check_people(rows: pd.DataFrame) -> None:
    if "participant" not in rows or not len(rows):
        raise DataError("there are no strides that say whose they are.", remedy="Give strides with a participant.")
    if (rows["participant"].isna() | (rows["participant"] == "")).any():
        raise DataError(
            "some strides do not say whose they are.",
            column="participant",
            remedy="Give segment_strides the participant, or read the strides from the store.",
        )


def _check_one_condition(keys: pd.DataFrame) -> None:
    for name in CONDITIONS:
        mixed = keys.groupby("participant")[name].nunique(dropna=False) if name in keys else pd.Series([1])
        if mixed.max() > 1:
            raise DataError(
                f"strides of several values of '{name}' are mixed in one person.", remedy="Choose one of them first."
            )
    if keys["task"].nunique() > 1:
        raise DataError("strides of several tasks are mixed.", remedy="Choose one task first.")
