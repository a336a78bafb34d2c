"""A functional trial -> available range with the run's own markers and zero; standing angles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kinematics.angles import Angles
from kinematics.conventions import SIDES, sided
from kinematics.exam import empty_exam
from kinematics.exam.registry import facts
from kinematics.ledger.terms import terms

#: Directions that a functional trial is read for, and the sign that makes hip flexion positive towards them.
SIGNS = {"extension": -1.0, "flexion": 1.0}
TEST = "rom"
#: A leg that stays within this range was not the one that was moved. [deg]
SMALLEST_RANGE_DEG = 20.0
FUNCTIONAL_COLUMNS = (
    *("participant", "session", "trial", "side", "direction", "zero", "hip_centre", "available_deg"),
    *("available_se_deg", "n_repetitions", "lower_bound", "limited_by", "pelvis_controlled", "notes"),
)
NOT_DESCRIBED = "the exam has no 'rom' row that says it was passive and what ended it (taken as active)"


def functional_range(
    angles: Angles, exam: pd.DataFrame | None = None, *, participant: str = "", session: str = ""
) -> pd.DataFrame:
    """
    Available range of each side from a functional trial: the mean of the peaks of its swings, in the run's own zero.

    A swing is a peak of hip flexion or extension that rises by half of the side's whole range. Its scatter gives the
    standard error. Unless the exam's 'rom' rows of that side and direction say that the movement was passive and
    reached its end, the value is a lower bound: the hip can go at least so far.

    Parameters
    ----------
    angles : Angles
        Of the functional trial, with the model, markers and zero of the run.
    exam : DataFrame, optional
        As from `read_exam`, the rows of this visit: 'rom' rows describe the trial (active, limited_by,
        pelvis_controlled); their own value is not used here.
    participant, session : str
        Keys for the table.

    Returns
    -------
    DataFrame
        One row per side that moved by 20 deg or more and direction (extension, flexion): `FUNCTIONAL_COLUMNS`;
        available_deg and available_se_deg towards the direction. [deg]
    """
    exam = empty_exam() if exam is None else exam
    rows = []
    for side in SIDES:
        flexion = angles.table[sided("hip_flexion_deg", side)].to_numpy()
        if not np.isfinite(flexion).any() or np.nanmax(flexion) - np.nanmin(flexion) < SMALLEST_RANGE_DEG:
            continue
        for direction, sign in SIGNS.items():
            peaks = swing_peaks(sign * flexion)
            described = exam[(exam["test"] == TEST) & (exam["side"] == side) & (exam["direction"] == direction)]
            rows.append(
                {"participant": participant, "session": session, "trial": angles.name, "side": side}
                | {"direction": direction, "zero": angles.passport.zero, "hip_centre": angles.passport.hip_centre}
                | {"available_deg": peaks.mean(), "available_se_deg": _peak_se(peaks), "n_repetitions": peaks.size}
                | _description(described)
            )
    return pd.DataFrame(rows, columns=list(FUNCTIONAL_COLUMNS))


def swing_peaks(angle_deg: np.ndarray) -> np.ndarray:
    """
    Heights of the peaks of repeated swings, at least one. [deg]

    Parameters
    ----------
    angle_deg : array, shape (n,)
        Positive towards the direction; gaps are NaN.
    """
    from scipy.signal import find_peaks

    known = angle_deg[np.isfinite(angle_deg)]
    least = terms()["direct"]["smallest_swing_share"]["value"] * np.ptp(known)
    places, _ = find_peaks(known, prominence=least)
    return known[places] if places.size else known.max(keepdims=True)


def standing_table(
    standing_deg: Mapping[str, float], *, participant: str = "", session: str = "", **keys: object
) -> pd.DataFrame:
    """
    Standing angles of one static trial, as `compare_range` takes them in `about`.

    Parameters
    ----------
    standing_deg : mapping
        From `angles.standing_deg`; may be empty. [deg]
    participant, session : str
    **keys
        Further key columns, such as task and speed_m_s.

    Returns
    -------
    DataFrame
        A row per side: the keys, side, standing_hip_flexion_deg, standing_tilt_deg (anterior positive). [deg]
    """
    tilt = standing_deg.get("pelvis_anterior_tilt_deg", np.nan)
    hips = [standing_deg.get(sided("hip_flexion_deg", side), np.nan) for side in SIDES]
    table = pd.DataFrame({"side": SIDES, "standing_hip_flexion_deg": hips, "standing_tilt_deg": tilt})
    return table.assign(participant=participant, session=session, **keys)


def _peak_se(peaks: np.ndarray) -> float:
    """Standard error of the mean of the swings' peaks. [deg]"""
    scatter = peaks.std(ddof=1) if peaks.size > 1 else terms()["direct"]["repetition_sd_deg"]["value"]
    return float(scatter / np.sqrt(peaks.size))


def _description(rows: pd.DataFrame) -> dict[str, object]:
    """What the exam says of how the trial was done; without a word it counts as active."""
    early = rows["limited_by"].isin(facts()["ended_early"]).any()
    passive = len(rows) > 0 and (rows["active"] == "no").all()
    words = [word for word in facts()["limits"] if (rows["limited_by"] == word).any()]
    held = "yes" if len(rows) and (rows["pelvis_controlled"] == "yes").all() else ""
    return {
        "lower_bound": bool(early or not passive),
        "limited_by": ";".join(words),
        "pelvis_controlled": held,
        "notes": "" if len(rows) else NOT_DESCRIBED,
    }
