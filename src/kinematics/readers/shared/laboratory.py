"""What optical systems' text files share: laboratory axes, frame numbers as a clock, names of gait events."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.marker_sets import MarkerNames, recognise
from kinematics.readers.shared.axes import REMEDY, Axes, find_axes
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.text import Block, decimals
from kinematics.settings import AxesSettings

#: Metres in a file's unit of length, by its name in lower case.
METRES = {
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metres": 1.0,
    "cm": 1e-2,
    "centimeters": 1e-2,
    "centimetres": 1e-2,
    "mm": 1e-3,
    "millimeters": 1e-3,
    "millimetres": 1e-3,
    "in": 0.0254,
    "inches": 0.0254,
    "ft": 0.3048,
    "feet": 0.3048,
}
#: A header's rate and the times may differ by this much. [1]
RATE_TOLERANCE = 0.005
SIDE_WORDS = {"left": "left", "l": "left", "right": "right", "r": "right"}
#: Names of gait events without their side, letters only: Vicon's, Visual3D's and Qualisys's.
EVENT_WORDS = {
    "contact": ("contact", "hs", "fs", "ic", "on", "heelstrike", "footstrike", "footcontact", "initialcontact"),
    "toe_off": ("toeoff", "to", "fo", "off", "footoff"),
}


def wanted_labels(labels: Iterable[str], axes: AxesSettings, file: str) -> tuple[list[str], MarkerNames | None]:
    """
    Labels worth reading and the marker set they belong to.

    With a known pelvis, the labels the set knows; else, where the settings state the axes, all of them (set None).

    Raises
    ------
    DataError
        Where no label of the pelvis is known and the settings do not state the axes.
    """
    labels = list(labels)
    names = recognise(labels)
    if names is not None and all(names.of("asis", side) for side in ("left", "right")):
        known = {label for found in names.labels.values() for label in found}
        return [label for label in labels if label in known], names
    if "auto" in (axes.forward, axes.up):
        shown = ", ".join(f"'{label}'" for label in labels[:4]) + (" ..." if len(labels) > 4 else "")
        raise DataError(
            f"no marker is known as an anterior superior iliac spine of both sides ({len(labels)} labels: "
            f"{shown or 'none'}), so forward and up cannot be told.",
            file=file,
            remedy="Label the markers as a known set does (LASI, RASI, LPSI, RPSI ...). Or: " + REMEDY,
        )
    return labels, None


def to_laboratory(
    raw: Mapping[str, np.ndarray], names: MarkerNames | None, axes: AxesSettings, file: str
) -> tuple[dict[str, np.ndarray], str]:
    """Positions (3, n) in file axes -> (forward, up, right), and how the axes were told; `names` as found above."""
    found = _stated(axes, file) if names is None else find_axes(dict(raw), names, axes, file)
    return {label: found.convert(position) for label, position in raw.items()}, found.description


def without_zero_triplets(positions: np.ndarray) -> tuple[np.ndarray, int]:
    """Positions (3, n) with NaN where all three numbers are exactly 0, as exports mark a lost marker; how many."""
    lost = (positions == 0.0).all(axis=0)
    return np.where(lost, np.nan, positions), int(lost.sum())


def frame_clock(frames: np.ndarray, rate_hz: float, file: str, column: str) -> Clock:
    """Clock of a file that numbers its frames: the first is at 0 s, missing numbers are gaps."""
    finite = np.isfinite(frames)
    start = frames[finite][0] if finite.any() else 0.0
    return even_clock((frames - start) / rate_hz, resolution_s=1e-9, declared_hz=rate_hz, file=file, column=column)


def timed_clock(
    table: Block, position: int, time_s: np.ndarray, *, header_hz: float | None, declared_hz: float | None
) -> Clock:
    """
    Clock of a time column whose file states its rate as well.

    Raises
    ------
    DataError
        Where the header's rate and the times differ by more than 0.5 %.
    """
    digits = decimals(table.first_cells(position))
    usual = float(np.nanmedian(np.diff(time_s))) if time_s.size > 1 else np.nan
    if header_hz is not None and abs(usual * header_hz - 1.0) > RATE_TOLERANCE + 10.0**-digits * header_hz:
        raise DataError(
            f"the header states {header_hz:g} Hz, but the times are {usual:g} s apart.",
            file=table.file,
            column=table.names[position],
            remedy="Export the whole recording again.",
        )
    return even_clock(
        time_s,
        resolution_s=10.0**-digits,
        declared_hz=header_hz if declared_hz is None else declared_hz,
        file=table.file,
        column=table.names[position],
    )


def named_events(events: Iterable[tuple[str, float]]) -> pd.DataFrame | None:
    """
    Contacts and toe-offs among a file's named events (name, time in s): side, kind, time_s; None where there is none.

    >>> named_events([("LHS", 0.5), ("Right Foot Off", 0.25), ("Start", 0.0)])["kind"].tolist()
    ['toe_off', 'contact']
    """
    rows = [(*known, time) for name, time in events if (known := _event(name)) is not None and np.isfinite(time)]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["side", "kind", "time_s"])
    return table.sort_values(["time_s", "side"], ignore_index=True)


def contact_events(contacts: Mapping[str, np.ndarray], time_s: np.ndarray) -> pd.DataFrame | None:
    """
    Contacts and toe-offs where a foot's contact flag (n,) rises and falls; None where it never changes.

    The event is at the first sample of the new state. A lost flag keeps the state before it.
    """
    tables = []
    for side, flags in contacts.items():
        held = pd.Series(flags).ffill().fillna(0.0).to_numpy()
        change = np.diff((held > 0.5 * max(float(held.max(initial=0.0)), 1e-12)).astype(np.int8))
        for kind, direction in (("contact", 1), ("toe_off", -1)):
            times = time_s[np.flatnonzero(change == direction) + 1]
            tables.append(pd.DataFrame({"side": side, "kind": kind, "time_s": times}))
    joined = pd.concat(tables) if tables else pd.DataFrame()
    return joined.sort_values(["time_s", "side"], ignore_index=True) if len(joined) else None


def cells_of(line: str, separator: str) -> list[str]:
    """Cells of one line, stripped, quotes undone; a quote that is never closed ends with the line."""
    try:
        row = next(csv.reader([line.replace("\r", " ")], delimiter=separator), [])
    except csv.Error:
        row = line.split(separator)
    return [cell.strip() for cell in row]


def _event(name: str) -> tuple[str, str] | None:
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name))]
    key = "".join(words)
    for side_word, side in SIDE_WORDS.items():
        for kind, endings in EVENT_WORDS.items():
            if any(key == side_word + ending for ending in endings):
                return side, kind
    return None


def _stated(axes: AxesSettings, file: str) -> Axes:
    forward, up = _vector(axes.forward), _vector(axes.up)
    matrix = np.stack((forward, up, np.cross(forward, up)))
    if round(float(np.linalg.det(matrix))) != 1:
        raise DataError("forward and up are the same axis.", file=file, remedy=REMEDY)
    return Axes(matrix, f"file {axes.forward} forward, {axes.up} up; as the settings say, not checked by markers")


def _vector(axis: str) -> np.ndarray:
    vector = np.zeros(3)
    vector["XYZ".index(axis[1])] = 1.0 if axis[0] == "+" else -1.0
    return vector
