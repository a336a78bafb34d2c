"""What each step from a file to its tables costs, beside merely parsing the same columns with pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from inputs import NEEDED, SPEED_M_S
from pyarrow import csv
from timing import in_turns

import kinematics as kin
from kinematics.store import stride_tables

TURNS = 5


def parse(path: Path, wanted: tuple[str, ...], delimiter: str = ",") -> dict:
    """Columns of a file as float64 arrays by pyarrow on one thread: the yardstick of every ratio."""
    table = csv.read_csv(
        path,
        csv.ReadOptions(use_threads=False),
        csv.ParseOptions(delimiter=delimiter),
        csv.ConvertOptions(include_columns=list(wanted), column_types={name: pa.float64() for name in wanted}),
    )
    return {name: table.column(name).to_numpy() for name in wanted}


def marker_columns(path: Path) -> tuple[str, ...]:
    """The columns of a marker file that the reader keeps: all of them, as tracking uses every marker of a cluster."""
    with path.open() as file:
        return tuple(file.readline().rstrip("\n").split("\t"))


def angle_steps(files: list[Path]) -> list[dict[str, float]]:
    """Seconds of each step for angle files. [one dict per file]"""
    return [_steps(path, None, lambda path=path: parse(path, NEEDED), zero="anatomical") for path in files]


def marker_steps(files: list[Path]) -> list[dict[str, float]]:
    """Seconds of each step for marker files with cluster tracking; the static trial is read once before."""
    static = kin.read_trial(files[0].with_name(files[0].name.replace("_markers", "_static")), task="static")
    wanted = marker_columns(files[0])
    return [_steps(path, static, lambda path=path: parse(path, wanted, "\t")) for path in files]


def _steps(path: Path, static, parsed: Callable[[], object], **about) -> dict[str, float]:
    trial = kin.read_trial(path, task="run", speed_m_s=SPEED_M_S, **about)
    angles = kin.hip_angles(trial, static)
    events = kin.foot_events(trial, angles)
    strides = kin.segment_strides(angles, events)
    calls: dict[str, Callable[[], object]] = {
        "parse by pyarrow": parsed,
        "read_trial": lambda: kin.read_trial(path, task="run", speed_m_s=SPEED_M_S, **about),
        "hip_angles": lambda: kin.hip_angles(trial, static),
        "foot_events": lambda: kin.foot_events(trial, angles),
        "segment_strides": lambda: kin.segment_strides(angles, events),
        "stride_tables": lambda: stride_tables([strides]),
    }
    return in_turns(calls, TURNS)
