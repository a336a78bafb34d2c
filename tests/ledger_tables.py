"""Small tables from which the ledger's tests are built."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.exam import EXAM_COLUMNS
from kinematics.strides import Strides
from kinematics.trial import Passport

N_STRIDES = 30


def peaks(median: float, n: int = N_STRIDES, sd: float = 0.8) -> np.ndarray:
    """n values with exactly this median and sample standard deviation."""
    shape = np.linspace(-1, 1, n)
    return median + sd * shape / shape.std(ddof=1) if n > 1 else np.array([median])


def stride_rows(
    median: float, *, side: str = "right", participant: str = "P01", session: str = "1", n: int = N_STRIDES, **keys
) -> pd.DataFrame:
    """n strides of one side whose peak hip extension has this median."""
    columns = {"trial": "run35", "task": "run", "speed_m_s": 3.5, "valid": True} | keys
    table = pd.DataFrame({"participant": participant, "session": session, "side": side}, index=range(n))
    return table.assign(peak_hip_extension_deg=peaks(median, n), **columns)


def as_strides(*tables: pd.DataFrame, zero: str = "anatomical", hip_centre: str = "harrington") -> Strides:
    """Strides of one convention."""
    table = pd.concat(tables, ignore_index=True)
    return Strides(table, {}, pd.DataFrame(), Passport(zero=zero, hip_centre=hip_centre))  # type: ignore[arg-type]


def exam_rows(
    *values: float, side: str = "right", participant: str = "P01", session: str = "1", **cells
) -> pd.DataFrame:
    """One row per repetition of a modified Thomas test, done and described well."""
    described = {
        "direction": "extension",
        "test": "modified_thomas",
        "instrument": "inclinometer",
        "pelvis_controlled": "yes",
        "active": "no",
        "repetition": np.nan,
        "rater": "A",
        "limited_by": "firm",
        "sem_deg": np.nan,
    } | cells
    table = pd.DataFrame({"value_deg": values}).assign(participant=participant, session=session, side=side, **described)
    return table[list(EXAM_COLUMNS)]


def exam_of(*tables: pd.DataFrame) -> pd.DataFrame:
    """Exam rows of several sides or people."""
    return pd.concat(tables, ignore_index=True)
