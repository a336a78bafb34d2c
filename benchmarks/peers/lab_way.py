"""
The job as a careful laboratory script does it with pandas and SciPy: angle files to a table of strides and curves.

    python lab_way.py OUTPUT.csv CURVES.parquet|CURVES.csv FILE...

Prints the seconds it took, imports not counted, and the files, as JSON.
"""

import json
import sys
import time
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.signal import butter, filtfilt, find_peaks

COLUMNS = [
    "time_s", "hip_flexion_l", "hip_flexion_r", "hip_adduction_l", "hip_adduction_r", "hip_rotation_l",
    "hip_rotation_r", "pelvis_anterior_tilt", "pelvis_obliquity", "pelvis_rotation",
]  # fmt: skip
CUTOFF_HZ = 10.0
DOUBLE_PASS = 0.802  # two passes of a second-order filter: its cutoff is raised by 1/0.802
CONTACT_AFTER_PEAK_FLEXION = 0.185
TOE_OFF_BEFORE_PEAK_EXTENSION_S = 0.0328
POINTS = 101


def filtered(table: pd.DataFrame, rate: float) -> pd.DataFrame:
    b, a = butter(2, CUTOFF_HZ / DOUBLE_PASS / (rate / 2))
    smooth = table.copy()
    for name in table.columns[1:]:
        smooth[name] = filtfilt(b, a, table[name])
    return smooth


def contacts_and_toe_offs(hip: np.ndarray, rate: float):
    flexed, _ = find_peaks(hip, prominence=15, distance=int(0.4 * rate))
    extended, _ = find_peaks(-hip, prominence=15, distance=int(0.4 * rate))
    period = np.diff(flexed)
    contact = flexed[:-1] + CONTACT_AFTER_PEAK_FLEXION * period
    return np.round(contact).astype(int), np.round(extended - TOE_OFF_BEFORE_PEAK_EXTENSION_S * rate).astype(int)


def strides_of(trial: str, table: pd.DataFrame, side: str, rate: float):
    hip, tilt = table[f"hip_flexion_{side}"].to_numpy(), table["pelvis_anterior_tilt"].to_numpy()
    thigh = hip - tilt
    contacts, toe_offs = contacts_and_toe_offs(hip, rate)
    grid = np.linspace(0, 100, POINTS)
    rows, curves = [], []
    for number, (start, end) in enumerate(pairwise(contacts)):
        piece = slice(start, end + 1)
        percent = np.linspace(0, 100, end - start + 1)
        curve = {name: np.interp(grid, percent, table[name].to_numpy()[piece]) for name in table.columns[1:]}
        curve["thigh_flexion"] = np.interp(grid, percent, thigh[piece])
        inside = toe_offs[(toe_offs > start) & (toe_offs < end)]
        peak = start + int(np.argmin(hip[piece]))
        rows.append(
            {
                "trial": trial,
                "side": side,
                "stride": number,
                "start_s": table["time_s"].iloc[start],
                "end_s": table["time_s"].iloc[end],
                "peak_s": table["time_s"].iloc[peak],
                "peak_hip_extension_deg": -hip[peak],
                "peak_hip_flexion_deg": hip[piece].max(),
                "hip_excursion_deg": hip[piece].max() - hip[peak],
                "mean_pelvis_anterior_tilt_deg": tilt[start:end].mean(),
                "pelvis_anterior_tilt_at_peak_hip_extension_deg": tilt[peak],
                "pelvis_tilt_excursion_deg": tilt[piece].max() - tilt[piece].min(),
                "peak_thigh_extension_deg": -thigh[piece].min(),
                "contact_time_s": (inside[0] - start) / rate if inside.size else np.nan,
                "stride_time_s": (end - start) / rate,
            }
        )
        curves.append({"trial": trial, "side": side, "stride": number, **curve})
    return rows, curves


def main(output: str, curves_output: str, files: list[str]) -> None:
    begun = time.perf_counter()
    rows, curves = [], []
    for file in files:
        table = pd.read_csv(file, usecols=COLUMNS)
        rate = (len(table) - 1) / (table["time_s"].iloc[-1] - table["time_s"].iloc[0])
        table = filtered(table, rate)
        for side in "lr":
            found, shapes = strides_of(file, table, side, rate)
            rows += found
            curves += shapes
    pd.DataFrame(rows).to_csv(output, index=False)
    table = pd.DataFrame(curves)
    if curves_output.endswith(".csv"):
        shapes = [name for name in table.columns if name not in ("trial", "side", "stride")]
        table.explode(shapes).to_csv(curves_output, index=False)
    else:
        table.to_parquet(curves_output, index=False)
    print(json.dumps({"seconds": time.perf_counter() - begun, "files": len(files)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
