"""Simulated trials and tables as text files, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from kinematics.simulate.trials import MarkerTrial

ANGLE_DECIMALS, TIME_DECIMALS = 3, 3
MARKER_DECIMALS, FORCE_DECIMALS = 2, 2


def write_angles(path: Path | str, table: pd.DataFrame) -> None:
    """Write a tidy angle table (time_s, then angles in degrees) as CSV with three decimals."""
    decimals = [TIME_DECIMALS] + [ANGLE_DECIMALS] * (table.shape[1] - 1)
    _write(path, list(table.columns), table.to_numpy(), decimals, ",")


def write_markers(path: Path | str, time_s: np.ndarray, markers_mm: Mapping[str, np.ndarray]) -> None:
    """Write markers (3, n) in RBDS's layout: Time, `<marker>X`, `Y` (up), `Z` (right) in mm, tabs between, gaps NaN."""
    names = ["Time", *(f"{name}{axis}" for name in markers_mm for axis in "XYZ")]
    values = np.column_stack((time_s, *(path_mm.T for path_mm in markers_mm.values())))
    _write(path, names, values, [TIME_DECIMALS] + [MARKER_DECIMALS] * (values.shape[1] - 1), "\t")


def write_forces(path: Path | str, force: pd.DataFrame) -> None:
    """Write the force in RBDS's layout: Time (number of the sample), Fx, Fy, Fz, COPx, COPy, COPz, Ty, tabs between."""
    _write(path, list(force.columns), force.to_numpy(), [0] + [FORCE_DECIMALS] * (force.shape[1] - 1), "\t")


def write_marker_trial(folder: Path | str, trial: MarkerTrial, *, stem: str, static_stem: str) -> None:
    """Write `<stem>_markers.txt`, `<stem>_forces.txt` and `<static_stem>.txt` into a folder."""
    folder = Path(folder)
    write_markers(folder / f"{stem}_markers.txt", trial.time_s, trial.markers_mm)
    write_forces(folder / f"{stem}_forces.txt", trial.force)
    standing = next(iter(trial.static_mm.values()))
    write_markers(folder / f"{static_stem}.txt", trial.time_s[: standing.shape[1]], trial.static_mm)


def write_table(path: Path | str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write rows of words and numbers as CSV: None leaves the cell empty, numbers stand as Python prints them."""
    cells = pd.DataFrame(
        [["" if value is None else str(value) for value in row] for row in rows], columns=list(columns)
    )
    Path(path).write_text(cells.to_csv(index=False, lineterminator="\n"), encoding="utf-8", newline="\n")


def write_columns(path: Path | str, columns: Mapping[str, np.ndarray], decimals: int) -> None:
    """Write columns (n,) of numbers as CSV, each with the same decimals."""
    _write(path, list(columns), np.column_stack(list(columns.values())), [decimals] * len(columns), ",")


def _write(path: Path | str, names: list[str], values: np.ndarray, decimals: list[int], separator: str) -> None:
    rounded = np.column_stack([np.round(column, places) for column, places in zip(values.T, decimals, strict=True)])
    line = separator.join(f"%.{places}f" for places in decimals)
    rows = [line % tuple(row) for row in (rounded + 0.0).tolist()]  # + 0.0: no "-0.00"
    text = "\n".join([separator.join(names), *rows, ""]).replace("nan", "NaN")
    Path(path).write_text(text, encoding="utf-8", newline="\n")
