"""The stride table as text, for the terminal and for a spreadsheet."""

from __future__ import annotations

import pandas as pd

from kinematics.conventions import SIDES
from kinematics.spreadsheets import csv_text
from kinematics.strides.table import Strides

#: Columns of the short table: heading, column, decimals that the markers support.
SHORT = (
    ("start [s]", "start_s", 2),
    ("time [s]", "stride_time_s", 2),
    ("contact [s]", "contact_time_s", 3),
    ("extension [deg]", "peak_hip_extension_deg", 1),
    ("flexion [deg]", "peak_hip_flexion_deg", 1),
    ("tilt [deg]", "mean_pelvis_anterior_tilt_deg", 1),
    ("thigh behind [deg]", "peak_thigh_extension_deg", 1),
    ("share of pelvis", "pelvic_share", 2),
)
COUNTS = "yes"


def stride_text(strides: Strides) -> str:
    """
    Short table for reading: a line per stride with its main metrics, whether it counts, and if not, why.

    Below it the mean and standard deviation of each side's strides that count, and how the events were found.
    """
    table = _with_reasons(strides)
    rows = pd.DataFrame({"side": table["side"], "stride": table["stride"].astype(str)})
    for heading, column, decimals in SHORT:
        rows[heading] = _written(table[column], decimals)
    rows["counts"] = table["reason"].where(table["reason"] != "", COUNTS)
    lines = [rows.to_string(index=False)] if len(rows) else ["No stride could be cut from this trial."]
    lines += [line for side in SIDES for line in _summary(strides, side)]
    return "\n".join([*lines, f"Events: {strides.passport.event_method}", ""])


def stride_csv(strides: Strides) -> str:
    """Every column of the stride table in full, then `reason` and `value`, separated by commas."""
    return csv_text(_with_reasons(strides))


def _with_reasons(strides: Strides) -> pd.DataFrame:
    reasons = strides.excluded[["side", "stride", "reason", "value"]]
    table = strides.table.merge(reasons, on=["side", "stride"], how="left")
    return table.assign(reason=table["reason"].fillna("").astype(str))


def _summary(strides: Strides, side: str) -> list[str]:
    own = strides.valid[strides.valid["side"] == side]
    total = int((strides.table["side"] == side).sum())
    if own.empty:
        return [f"{side}: {total} strides, none counts"] if total else []
    parts = [
        f"{heading} {own[column].mean():.{decimals}f} +- {own[column].std(ddof=min(1, len(own) - 1)):.{decimals}f}"
        for heading, column, decimals in SHORT[3:]
        if own[column].notna().any()
    ]
    return [f"{side}: {len(own)} of {total} strides count; " + ", ".join(parts)]


def _written(values: pd.Series, decimals: int) -> list[str]:
    return ["" if pd.isna(value) else f"{value:.{decimals}f}" for value in values]
