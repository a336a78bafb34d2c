"""Marker and force text files in the layout of the RBDS running data (Fukuchi 2017, doi:10.7717/peerj.3298)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.marker_sets import MarkerNames, expected, recognise
from kinematics.readers.shared.axes import Axes, find_axes
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import Block, decimals, find_block, position_of, read_columns, read_groups
from kinematics.trial import Force, Passport, Trial

NAME = "rbds"
FORMAT = "RBDS markers"
TIME = "Time"
#: The format's unit, checked by the size of a pelvis.
MM_PER_M = 1000.0
PELVIS_WIDTH_M = (0.12, 0.45)
REQUIRED_ROLES = ("asis", "psis")
_TRIPLE = re.compile(r"(.+)([XYZ])")


def recognises(source: Source) -> bool:
    """Whether the first row of names is `Time`, then `<marker>X`, `<marker>Y`, `<marker>Z`, between tabs."""
    names = tuple(source.head[0].split("\t")) if source.head else ("",)
    labels = _labels(names)
    return names[0] == TIME and len(labels) > 3 and recognise(labels) is not None


def read(source: Source, request: Request) -> Trial:
    """
    A marker trial with its force, in metres and (forward, up, right).

    Raises
    ------
    DataError
        Where a needed marker's column is missing, a cell is no number, the pelvis has no plausible size, or the
        axes cannot be told.
    """
    table = find_block(source)
    labels = _labels(table.names)
    names = recognise(labels)
    assert names is not None
    _require(names, table.file)
    needed = sorted({label for known in names.labels.values() for label in known}, key=labels.index)
    groups = [[TIME], *([f"{label}{axis}" for axis in "XYZ"] for label in needed)]
    time_s, *positions = read_groups(table, [[position_of(table, name) for name in group] for group in groups])
    clock = _clock(time_s[0], table, request.rate_hz)
    raw = {label: clock.spread(position) for label, position in zip(needed, positions, strict=True)}
    _check_size(raw, names, table.file)
    axes = find_axes(raw, names, request.settings.axes, table.file)
    markers = {label: axes.convert(np.divide(position, MM_PER_M, out=position)) for label, position in raw.items()}
    force, force_sources = (None, ()) if request.forces is None else _read_force(request.forces, clock, axes)
    passport = Passport(
        sources=(("motion", source.file, source.sha256), *force_sources),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=axes.description,
        notes=clock.notes,
    )
    return Trial(
        source.stem,
        "markers",
        request.task,
        request.speed_m_s,
        clock.time_s,
        passport,
        markers=markers,
        force=force,
    )


def _labels(names: tuple[str, ...]) -> list[str]:
    """Markers that have all three of their columns, or at least one, in file order."""
    found = [match.group(1) for cell in names[1:] if (match := _TRIPLE.fullmatch(cell))]
    return list(dict.fromkeys(found))


def _require(names: MarkerNames, file: str) -> None:
    for role in REQUIRED_ROLES:
        for side in ("right", "left"):
            if not names.of(role, side):
                label = expected(role, side, names.marker_set)
                raise DataError(
                    f"the columns of marker {label} ({label}X, {label}Y, {label}Z) are missing; the "
                    f"pelvis needs both ASIS and both PSIS.",
                    file=file,
                    remedy=(
                        "Export the trial with all pelvis markers; a lost marker keeps its columns, with empty cells."
                    ),
                )


def _clock(time_s: np.ndarray, table: Block, rate_hz: float | None) -> Clock:
    digits = decimals(table.first_cells(table.names.index(TIME)))
    return even_clock(time_s, resolution_s=10.0**-digits, declared_hz=rate_hz, file=table.file, column=TIME)


def _check_size(markers: dict[str, np.ndarray], names: MarkerNames, file: str) -> None:
    right, left = (markers[names.of("asis", side)[0]] for side in ("right", "left"))
    apart = np.linalg.norm(right - left, axis=0)
    seen = apart[np.isfinite(apart)]
    if not seen.size:
        return
    width = float(np.median(seen))
    if not PELVIS_WIDTH_M[0] <= width / MM_PER_M <= PELVIS_WIDTH_M[1]:
        raise DataError(
            f"the ASIS are {width:.4g} file units apart, which is no pelvis in millimetres.",
            file=file,
            remedy="Export marker positions in mm, and check the labels.",
        )


def _read_force(path: Path, clock: Clock, axes: Axes) -> tuple[Force, tuple[tuple[str, str, str], ...]]:
    """Force of one belt on the motion file's clock; its `Time` column may be a sample number."""
    table = find_block(read_source(path))
    needed = [f"{kind}{axis}" for kind in ("F", "COP") for axis in "xyz"]
    columns = read_columns(table, needed)
    force = axes.matrix @ np.stack([columns[f"F{axis}"] for axis in "xyz"])
    centre = axes.matrix @ np.stack([columns[f"COP{axis}"] for axis in "xyz"]) / MM_PER_M
    ratio = force.shape[1] / clock.time_s.size
    if ratio < 0.99 or abs(ratio - round(ratio)) > 0.01 * ratio:
        raise DataError(
            f"{force.shape[1]} rows of force do not fit {clock.time_s.size} rows of markers.",
            file=table.file,
            remedy="Both files have to cover the same time, the force at a whole multiple of the marker rate.",
        )
    value = Force(clock.rate_hz * round(ratio), force[None, 1], centre[None, [0, 2]])
    return value, (("forces", table.file, table.source.sha256),)
