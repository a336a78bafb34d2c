"""Used extension under four frames, and what a subtraction across zeros would say: only where asked for by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.exam import available_range
from kinematics.exam.columns import frame, text
from kinematics.ledger.base import VISIT_KEYS, named_after
from kinematics.ledger.context import About, with_context
from kinematics.ledger.used import RUN_KEYS, runs_of, used_columns
from kinematics.strides import Strides

#: Frame -> what its 0 deg is.
FRAMES = {
    "hip_deg": "plane of ASIS and PSIS: the hip angle as it is",
    "plus_standing_tilt_deg": "pelvis levelled in standing: hip extension plus standing tilt",
    "from_standing_hip_deg": "hip as in standing: hip extension plus standing hip flexion",
    "thigh_deg": "the vertical: the thigh's own extension",
}


def four_frames(strides: Strides | Sequence[Strides], exam: pd.DataFrame | None = None, *, about: About = None):
    """
    Used hip extension of every run and side under four frames.

    Parameters
    ----------
    strides : Strides or sequence of Strides
    exam : DataFrame, optional
        As from `read_exam`; names strides that carry no participant.
    about : DataFrame, sequence of DataFrames or mapping, optional
        Standing angles as in `compare_range`; without them two frames are NaN.

    Returns
    -------
    DataFrame
        participant, session, task, speed_m_s, zero, hip_centre, side and the columns of `FRAMES`: medians over the
        valid strides, extension positive. Only angles with the anatomical zero have the first three. [deg]
    """
    strides = [strides] if isinstance(strides, Strides) else list(strides)
    columns = used_columns(runs_of(strides), ["extension"])
    thigh = _thigh(strides)
    columns["thigh_deg"] = frame(columns).merge(thigh, on=[*RUN_KEYS, "side"], how="left")["thigh_deg"].to_numpy()
    if exam is not None:
        columns = named_after(columns, {name: text(exam[name]) for name in VISIT_KEYS})
    table = frame(with_context(columns, about))
    hip = table["used_deg"].where(table["zero"] == "anatomical")
    table["hip_deg"] = hip
    table["plus_standing_tilt_deg"] = hip + table["standing_tilt_deg"]
    table["from_standing_hip_deg"] = hip + table["standing_hip_flexion_deg"]
    return table[[*RUN_KEYS, "side", *FRAMES]]


def beyond_test(frames: pd.DataFrame, exam: pd.DataFrame, *, test: str = "modified_thomas", across_zeros: bool = False):
    """
    Used minus tested extension under each frame: a number that changes with the zero that one picks.

    Parameters
    ----------
    frames : DataFrame
        From `four_frames`.
    exam : DataFrame
        As from `read_exam`.
    test : str
        The test whose value is taken off.
    across_zeros : bool
        Consent: the test and the run do not share a zero, so the result says more of the zeros than of the hip.

    Returns
    -------
    DataFrame
        The keys of `frames`, tested_deg, and each frame's used minus tested extension. [deg]

    Raises
    ------
    DataError
        Without the consent.
    """
    if not across_zeros:
        raise DataError(
            "used and tested extension have different zeros, so their difference is refused.",
            remedy="Compare each with its own reference, or ask for the difference by name: across_zeros "
            "(on the command line --across-zeros).",
        )
    tested = available_range(exam)
    tested = tested[(tested["direction"] == "extension") & (tested["test"] == test)]
    tested = tested[["participant", "session", "side", "available_deg"]]
    table = frames.merge(tested, on=["participant", "session", "side"], how="left")
    table = table.rename(columns={"available_deg": "tested_deg"})
    table[list(FRAMES)] = table[list(FRAMES)].sub(table["tested_deg"], axis=0)
    return table


def _thigh(strides: Sequence[Strides]) -> pd.DataFrame:
    """Median of the peak thigh extension, whatever the zero of the hip."""
    keys = [*RUN_KEYS, "side"]
    parts = [
        one.table.loc[one.table["valid"].astype(bool)]
        .reindex(columns=["participant", "session", "task", "speed_m_s", "side", "peak_thigh_extension_deg"])
        .assign(zero=one.passport.zero, hip_centre=one.passport.hip_centre)
        for one in strides
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*keys, "peak_thigh_extension_deg"])
    medians = rows.groupby(keys, dropna=False)["peak_thigh_extension_deg"].median().rename("thigh_deg").reset_index()
    text = dict.fromkeys([name for name in keys if name != "speed_m_s"], "str")
    return medians.astype(text | {"speed_m_s": "float64", "thigh_deg": "float64"}).replace({np.inf: np.nan})
