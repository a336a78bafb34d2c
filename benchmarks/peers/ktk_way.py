"""
The same job as a user of Kinetics Toolkit writes it from its tutorials: TimeSeries, filter, cycles, time normalising.

    python ktk_way.py OUTPUT.csv CURVES.csv FILE...

Runs in an environment of its own (requirements.lock beside this file). Prints the seconds it took, imports not counted.
"""

import json
import sys
import time

import kineticstoolkit as ktk
import numpy as np
import pandas as pd

COLUMNS = [
    "time_s", "hip_flexion_l", "hip_flexion_r", "hip_adduction_l", "hip_adduction_r", "hip_rotation_l",
    "hip_rotation_r", "pelvis_anterior_tilt", "pelvis_obliquity", "pelvis_rotation",
]  # fmt: skip
CUTOFF_HZ = 10.0
DOUBLE_PASS = 0.802


def loaded(file: str) -> ktk.TimeSeries:
    table = pd.read_csv(file, usecols=COLUMNS)
    series = ktk.TimeSeries(time=table["time_s"].to_numpy())
    for name in COLUMNS[1:]:
        series = series.add_data(name, table[name].to_numpy())
    return series


def strides_of(trial: str, series: ktk.TimeSeries, side: str):
    hip = f"hip_flexion_{side}"
    low, high = np.percentile(series.data[hip], [30, 70])
    cycles = ktk.cycles.detect_cycles(
        series, hip, event_names=("flexing", "extending"), thresholds=(high, low), directions=("rising", "falling")
    )
    normal = ktk.cycles.time_normalize(cycles, "flexing", "_", n_points=101)
    data = ktk.cycles.stack(normal, n_points=101)
    starts = [event.time for event in cycles.events if event.name == "flexing"]
    rows = []
    for number in range(data[hip].shape[0]):
        start, end = starts[number], starts[number + 1] if number + 1 < len(starts) else np.nan
        stride = (
            cycles.get_ts_between_events("flexing", "flexing", number, number + 1, inclusive=True)
            if end == end
            else None
        )
        if stride is None:
            continue
        flexion, tilt = stride.data[hip], stride.data["pelvis_anterior_tilt"]
        peak = int(np.argmin(flexion))
        thigh = flexion - tilt
        rows.append(
            {
                "trial": trial,
                "side": side,
                "stride": number,
                "start_s": start,
                "end_s": end,
                "peak_s": stride.time[peak],
                "peak_hip_extension_deg": -flexion[peak],
                "peak_hip_flexion_deg": flexion.max(),
                "hip_excursion_deg": flexion.max() - flexion[peak],
                "mean_pelvis_anterior_tilt_deg": tilt.mean(),
                "pelvis_anterior_tilt_at_peak_hip_extension_deg": tilt[peak],
                "pelvis_tilt_excursion_deg": tilt.max() - tilt.min(),
                "peak_thigh_extension_deg": -thigh.min(),
                "stride_time_s": end - start,
            }
        )
    curves = pd.concat(
        [
            pd.DataFrame(
                {"trial": trial, "side": side, "stride": number, **{name: data[name][number] for name in data}}
            )
            for number in range(data[hip].shape[0])
        ]
    )
    return rows, curves


def main(output: str, curves_output: str, files: list[str]) -> None:
    begun = time.perf_counter()
    rows, curves = [], []
    for file in files:
        series = ktk.filters.butter(loaded(file), fc=CUTOFF_HZ / DOUBLE_PASS, order=2)
        for side in "lr":
            found, shapes = strides_of(file, series, side)
            rows += found
            curves.append(shapes)
    pd.DataFrame(rows).to_csv(output, index=False)
    pd.concat(curves).to_csv(curves_output, index=False)
    print(json.dumps({"seconds": time.perf_counter() - begun, "files": len(files)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
