"""Ground reaction force in OpenSim's .mot files: `ground_force_vx`, `ground_force_px` ... per plate."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.opensim.opensim_files import end_of_header, read_storage
from kinematics.readers.shared.axes import Axes
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import printed_resolution, read_columns
from kinematics.trial import Force

_COLUMN = re.compile(r"(?P<before>.*?)ground_force(?P<after>_?\w*?)_(?P<kind>[vp])(?P<axis>[xyz])", re.IGNORECASE)
#: A force file may begin this much after its motion file. [s]
LATEST_START_S = 0.02


def recognises(source: Source) -> bool:
    """Whether a source is a table of ground reaction forces."""
    if end_of_header(source) is None:
        return False
    try:
        return any(map(_COLUMN.fullmatch, read_storage(source).table.names))
    except DataError:
        return False


def read_ground_force(path: Path, clock: Clock, axes: Axes) -> tuple[Force, tuple[tuple[str, str, str], ...]]:
    """
    Force of every plate of a .mot file, from the motion file's first sample on, and the file as a passport's source.

    Parameters
    ----------
    path : Path
    clock : Clock
        Of the motion file.
    axes : Axes
        Of the motion file; the force has to be in the same laboratory axes.

    Raises
    ------
    DataError
        Where the file has no force columns, or begins after the motion.
    """
    source = read_source(path)
    if end_of_header(source) is None:
        raise DataError(
            "this is no force file of OpenSim's kind (no endheader).", file=source.file, remedy="Give a .mot file."
        )
    table = read_storage(source).table
    plates: dict[tuple[str, str], dict[str, str]] = {}
    for name in table.names:
        if found := _COLUMN.fullmatch(name):
            plate = plates.setdefault((found["before"], found["after"]), {})
            plate[(found["kind"] + found["axis"]).lower()] = name
    plates = {key: columns for key, columns in plates.items() if {"vx", "vy", "vz"} <= set(columns)}
    if not plates or "time" not in table.names:
        raise DataError(
            "there are no columns time and ground_force_vx, _vy, _vz.",
            file=source.file,
            remedy="Name the file of ground reaction forces.",
        )
    wanted = ["time", *(column for columns in plates.values() for column in columns.values())]
    values = read_columns(table, wanted)
    own = even_clock(
        values["time"],
        resolution_s=printed_resolution(table.first_cells(table.names.index("time"))),
        declared_hz=None,
        file=source.file,
        column="time",
    )
    first = round((clock.time_s[0] - own.time_s[0]) * own.rate_hz)
    if first < -LATEST_START_S * own.rate_hz or first >= own.time_s.size:
        raise DataError(
            f"the force runs from {own.time_s[0]:g} s to {own.time_s[-1]:g} s, the motion begins at "
            f"{clock.time_s[0]:g} s.",
            file=source.file,
            remedy="Both files have to cover the same time on the same clock.",
        )
    first = max(first, 0)
    vectors = [_vectors(values, columns, own, first) for columns in plates.values()]
    vertical = np.stack([(axes.matrix @ force)[1] for force, _ in vectors])
    centre = np.stack([(axes.matrix @ place)[[0, 2]] for _, place in vectors])
    return Force(own.rate_hz, vertical, centre), (("forces", source.file, source.sha256),)


def _vectors(values: dict[str, np.ndarray], columns: dict[str, str], clock: Clock, first: int):
    """Force and its place, shape (3, n) each, in file axes; the place NaN where the file has none."""
    force = np.stack([values[columns[f"v{axis}"]] for axis in "xyz"])
    if not {"px", "py", "pz"} <= set(columns):
        place = np.full_like(force, np.nan)
    else:
        place = np.stack([values[columns[f"p{axis}"]] for axis in "xyz"])
    return clock.spread(force)[:, first:], clock.spread(place)[:, first:]
