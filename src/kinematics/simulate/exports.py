"""Simulated trials in the formats of laboratories: OpenSim, TRC, Vicon Nexus, Qualisys, C3D."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

MOT_DECIMALS, NEXUS_DIGITS, MARKER_DECIMALS, TIME_DECIMALS = 6, 6, 3, 5
#: OpenSim's coordinate -> column of the tidy table and sign: OpenSim tilts and lists the other way.
MOT_COLUMNS = {
    "pelvis_tilt": ("pelvis_anterior_tilt", -1.0),
    "pelvis_list": ("pelvis_obliquity", -1.0),
    "pelvis_rotation": ("pelvis_rotation", 1.0),
    **{
        f"hip_{angle}_{side}": (f"hip_{angle}_{side}", 1.0)
        for side in "rl"
        for angle in ("flexion", "adduction", "rotation")
    },
}
#: Plug-in Gait's output -> three columns of the tidy table with their signs; the left pelvis is mirrored.
NEXUS_COLUMNS = {
    **{
        f"{side.upper()}HipAngles": tuple(
            (f"hip_{angle}_{side}", 1.0) for angle in ("flexion", "adduction", "rotation")
        )
        for side in "lr"
    },
    "LPelvisAngles": (("pelvis_anterior_tilt", 1.0), ("pelvis_obliquity", -1.0), ("pelvis_rotation", -1.0)),
    "RPelvisAngles": (("pelvis_anterior_tilt", 1.0), ("pelvis_obliquity", 1.0), ("pelvis_rotation", 1.0)),
}
SUBJECT = "synthetic"


def write_mot(path: Path | str, table: pd.DataFrame) -> None:
    """Write a tidy angle table as OpenSim coordinates in degrees, six decimals; tilt and list in OpenSim's signs."""
    columns = {name: sign * table[column].to_numpy() for name, (column, sign) in MOT_COLUMNS.items()}
    header = ["Coordinates", "version=1", f"nRows={len(table)}", f"nColumns={len(columns) + 1}", "inDegrees=yes"]
    names = "\t".join(["time", *columns])
    values = np.column_stack((table["time_s"], *columns.values()))
    rows = _rows(values, [f"%.{MOT_DECIMALS}f"] * values.shape[1], "\t")
    _write(path, [*header, "", "endheader", names, *rows])


def write_nexus(path: Path | str, table: pd.DataFrame, *, rate_hz: float) -> None:
    """Write a tidy angle table as Model Outputs of Vicon Nexus (Plug-in Gait's signs), six digits, gaps empty."""
    labels = "," + "".join(f",{SUBJECT}:{name},," for name in NEXUS_COLUMNS)
    count = 3 * len(NEXUS_COLUMNS)
    chosen = [(column, sign) for triplet in NEXUS_COLUMNS.values() for column, sign in triplet]
    values = np.column_stack([sign * table[column].to_numpy() for column, sign in chosen])
    frames = np.arange(1, len(table) + 1)
    numbers = _rows(values, [f"%.{NEXUS_DIGITS}g"] * count, ",")
    rows = [f"{frame},0,{row}" for frame, row in zip(frames.tolist(), numbers, strict=True)]
    axes = "Frame,Sub Frame," + ",".join("XYZ" * len(NEXUS_COLUMNS))
    units = ",," + ",".join(["deg"] * count)
    _write(path, ["Model Outputs", f"{rate_hz:g}", labels, axes, units, *(row.replace("nan", "") for row in rows), ""])


def write_trc(path: Path | str, time_s: np.ndarray, markers_mm: Mapping[str, np.ndarray], *, rate_hz: float) -> None:
    """Write markers (forward, up, right) as .trc in mm, x forward, y up, z right, three decimals; gaps empty."""
    labels, n = list(markers_mm), time_s.size
    header = [
        f"PathFileType\t4\t(X/Y/Z)\t{Path(path).name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz:.2f}\t{rate_hz:.2f}\t{n}\t{len(labels)}\tmm\t{rate_hz:.2f}\t1\t{n}",
        "Frame#\tTime\t" + "\t\t\t".join(labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, len(labels) + 1) for axis in "XYZ"),
        "",
    ]
    _write(path, [*header, *_marker_rows(time_s, list(markers_mm.values()), gap="")])


def write_qtm(path: Path | str, time_s: np.ndarray, markers_mm: Mapping[str, np.ndarray], *, rate_hz: float) -> None:
    """Write markers (forward, up, right) as Qualisys' TSV, x forward, y left, z up, in mm, three decimals."""
    labels = list(markers_mm)
    header = [
        f"NO_OF_FRAMES\t{time_s.size}",
        "NO_OF_CAMERAS\t8",
        f"NO_OF_MARKERS\t{len(labels)}",
        f"FREQUENCY\t{rate_hz:g}",
        "DATA_INCLUDED\t3D",
        "MARKER_NAMES\t" + "\t".join(labels),
        "\t".join(["Frame", "Time", *(f"{label} {axis}" for label in labels for axis in "XYZ")]),
    ]
    _write(path, [*header, *_marker_rows(time_s, [_z_up(path_mm) for path_mm in markers_mm.values()], gap="")])


def write_c3d(path: Path | str, markers_mm: Mapping[str, np.ndarray], *, rate_hz: float) -> None:
    """Write markers (forward, up, right) as C3D in mm, x forward, y left, z up, in single precision; gaps flagged."""
    import ezc3d

    file = ezc3d.c3d()
    points = file["parameters"]["POINT"]
    points["RATE"]["value"], points["UNITS"]["value"] = [float(rate_hz)], ["mm"]
    points["LABELS"]["value"] = list(markers_mm)
    places = np.stack([_z_up(path_mm) for path_mm in markers_mm.values()], axis=1)
    file["data"]["points"] = np.concatenate((places, np.ones((1, *places.shape[1:]))))
    file.write(str(path))


def _z_up(path_mm: np.ndarray) -> np.ndarray:
    """(forward, up, right) as (forward, left, up)."""
    return path_mm[[0, 2, 1]] * np.array([[1.0], [-1.0], [1.0]])


def _marker_rows(time_s: np.ndarray, paths_mm: Sequence[np.ndarray], *, gap: str) -> list[str]:
    values = np.column_stack((time_s, *(path_mm.T for path_mm in paths_mm)))
    numbers = _rows(values, [f"%.{TIME_DECIMALS}f"] + [f"%.{MARKER_DECIMALS}f"] * (values.shape[1] - 1), "\t")
    return [f"{frame}\t{row.replace('nan', gap)}" for frame, row in enumerate(numbers, start=1)]


def _rows(values: np.ndarray, formats: Sequence[str], separator: str) -> list[str]:
    line = separator.join(formats)
    return [line % tuple(row) for row in values.tolist()]


def _write(path: Path | str, lines: Sequence[str]) -> None:
    Path(path).write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
