"""The files around a Motion-BIDS recording: `_channels.tsv` says what each column is, `_motion.json` the rate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.laboratory import cells_of
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import NULLS, Block, is_number

ENDING = "_motion.tsv"
REQUIRED = ("name", "component", "type", "tracked_point", "units")
DEGREES = {"deg": 1.0, "°": 1.0, "degree": 1.0, "degrees": 1.0, "rad": np.degrees(1.0), "radian": np.degrees(1.0)}
METRES_PER_S2 = {"m/s^2": 1.0, "m/s2": 1.0, "m/s²": 1.0, "g": 9.80665, "mg": 9.80665e-3}
RADIANS_PER_S = {"rad/s": 1.0, "deg/s": np.radians(1.0), "°/s": np.radians(1.0), "dps": np.radians(1.0)}


@dataclass(frozen=True)
class Channel:
    """One row of `_channels.tsv` and the column it describes."""

    name: str
    component: str
    type: str
    point: str
    units: str
    column: int


def beside(source: Source, ending: str) -> Path:
    """The neighbour of a `_motion.tsv` with another ending."""
    return source.path.with_name(source.path.name[: -len(ENDING)] + ending)


def open_table(source: Source) -> tuple[Block, list[Channel]]:
    """
    The table of a `_motion.tsv`, with its row of names or without, and the channels that its neighbour describes.

    Raises
    ------
    DataError
        Where `_channels.tsv` lacks a column, or does not fit the table.
    """
    sidecar = read_source(beside(source, "_channels.tsv"))
    rows = [cells_of(line, "\t") for line in sidecar.lines(0)]
    missing = [name for name in REQUIRED if not rows or name not in rows[0]]
    if missing:
        raise DataError(
            f"column '{missing[0]}' is missing.",
            file=sidecar.file,
            remedy=f"A table of channels has {', '.join(REQUIRED)}.",
        )
    at = [rows[0].index(name) for name in REQUIRED]
    described = [row for row in rows[1:] if any(row)]
    short = next((i for i, row in enumerate(described) if len(row) <= max(at)), None)
    if short is not None:
        raise DataError("this row is too short.", file=sidecar.file, row=short + 2, remedy="Fill every column.")
    first = cells_of(source.head[0], "\t")
    numeric = all(is_number(cell) or cell in NULLS for cell in first)
    cells = [tuple(row[i] for i in at) for row in described]
    names = tuple(name for name, *_ in cells)
    if len(first) < len(names) or (not numeric and any(name not in first for name in names)):
        raise DataError(
            f"{len(first)} columns do not fit the {len(names)} channels that {sidecar.file} names.",
            file=source.file,
            remedy="Both files have to name the same channels.",
        )
    columns = range(len(names)) if numeric else [first.index(name) for name in names]
    titles = names + ("",) * (len(first) - len(names)) if numeric else tuple(first)
    table = Block(source, titles, "\t", ".", 0 if numeric else 1)
    channels = [
        Channel(name, component.lower(), kind.upper(), point, units, column)
        for (name, component, kind, point, units), column in zip(cells, columns, strict=True)
    ]
    return table, channels


def stated_rate(source: Source) -> float:
    """
    Sampling frequency of `_motion.json`, the effective one where it stands. [Hz]

    Raises
    ------
    DataError
        Where neither is there.
    """
    path = beside(source, "_motion.json")
    try:
        entry = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        entry = {}
    rate = entry.get("SamplingFrequencyEffective", entry.get("SamplingFrequency")) if isinstance(entry, dict) else None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < 1e6:
        raise DataError(
            f"no sampling frequency stands in {path.name}.", file=source.file, remedy="Give rate_hz in trials.csv."
        )
    return float(rate)


def factor_of(channel: Channel, known: dict[str, float], table: Block) -> float:
    """
    What a channel's numbers are multiplied by, by its unit.

    Raises
    ------
    DataError
        Where the unit is not among the known ones.
    """
    if channel.units.strip().lower() not in known:
        raise DataError(
            f"unit '{channel.units[:20]}' of a {channel.type} channel is not known.",
            file=beside(table.source, "_channels.tsv").name,
            column=channel.name,
            remedy=f"Known are {', '.join(known)}.",
        )
    return known[channel.units.strip().lower()]


def points_of(channels: list[Channel], components: tuple[str, ...]) -> dict[str, list[Channel]]:
    """Channels of each tracked point in the order of the components, where it has them all."""
    found: dict[str, dict[str, Channel]] = {}
    for channel in channels:
        found.setdefault(channel.point, {})[channel.component] = channel
    return {point: [of[c] for c in components] for point, of in found.items() if set(components) <= set(of)}
