"""Visual3D exports (ASCII, signal listing, JSON): names and signs are the laboratory's, so a mapping is asked for."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import CURVE_POINTS, DataError
from kinematics.readers.shared.clock import Clock, even_clock
from kinematics.readers.shared.joint_angles import angle_trial, unwrapped, without_constant
from kinematics.readers.shared.mapping import EXAMPLE, check_mapped, described, mapped_trial, read_mapping, turned
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.tables.visual3d_text import Export, read_export, shape_of
from kinematics.trial import Base, Trial

NAME = "visual3d"
FORMAT = "Visual3D export"
PROVISIONAL = True
SAMPLE_REQUEST = "Please send a sample if this export is read wrong."
#: Visual3D prints its time column with this resolution or finer. [s]
TIME_RESOLUTION_S = 1e-3
#: Signals shown in a message.
MOST_SHOWN = 6


def recognises(source: Source) -> bool:
    """Whether it is an ASCII export (`ITEM` in row 5), a signal listing (`TYPE::FOLDER::NAME`) or Visual3D's JSON."""
    return shape_of(source) != ""


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial by the user's mapping: ``hip_flexion_left_deg = {column = "LT_HIP_ANGLE X", sign = 1}``.

    With several motion files in one export, ``trial = "run35.c3d"`` in the mapping says which. The rate comes from an
    exported TIME, else from the user; 101 rows without either are a mean curve over a stride.

    Raises
    ------
    DataError
        Where mapping, trial or rate are missing (the message shows what the signals look like), or a cell is no number.
    """
    try:
        return _read(source, request)
    except DataError as error:
        remedy = f"{error.remedy} {SAMPLE_REQUEST}" if error.remedy else SAMPLE_REQUEST
        raise DataError(error.problem, file=error.file, row=error.row, column=error.column, remedy=remedy) from None


def _read(source: Source, request: Request) -> Trial:
    export = read_export(source, request.settings.limits)
    name = _trial_name(export, request, source.file)
    signals = export.columns[name]
    if request.mapping is None:
        raise DataError(
            f"names and signs of Visual3D signals are the laboratory's own; a mapping is needed. {_hint(export, name)}",
            file=source.file,
            remedy=EXAMPLE,
        )
    mapped = read_mapping(request.mapping, tuple(signals), source.file)
    check_mapped(mapped, source.file)
    columns = [signals[entry.column]() for entry in mapped]
    size = max(column.size for column in columns)
    if any(column.size != size for column in columns):
        raise DataError("the signals have different numbers of frames.", file=source.file, remedy="Export them again.")
    filled = np.flatnonzero(np.any([np.isfinite(column) for column in columns], axis=0))
    size = int(filled[-1]) + 1 if filled.size else 0
    clock, base = _clock(export, name, size, request, source.file)
    channels = {
        entry.target: clock.spread(column[:size] * entry.factor) for entry, column in zip(mapped, columns, strict=True)
    }
    channels, still = without_constant(channels, source.file)
    channels, wraps = unwrapped(channels)
    about = dict(
        format=FORMAT,
        axes="angles as the file has them, signs by the mapping",
        zero="unknown",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*still, *wraps, "The layout was read from its description (provisional)."),
    )
    return angle_trial(source, request, clock, channels, about, base=base)


def _trial_name(export: Export, request: Request, file: str) -> str:
    named = mapped_trial(request.mapping) if request.mapping is not None else ""
    trials = tuple(export.columns)
    if not trials:
        raise DataError("there are no signals in it.", file=file, remedy="Export joint angles of hip and pelvis.")
    if named in trials:
        return named
    if named or len(trials) > 1:
        raise DataError(
            f"it holds {len(trials)} recordings ({', '.join(trials[:MOST_SHOWN])}), "
            f"{f'and {named!r} is none of them' if named else 'and none is chosen'}.",
            file=file,
            remedy=f'Write trial = "{trials[0]}" at the top of a mapping file. {EXAMPLE}',
        )
    return trials[0]


def _clock(export: Export, name: str, size: int, request: Request, file: str) -> tuple[Clock, Base]:
    time = next((load for trial, load in export.times.items() if trial in (name, "", "GLOBAL")), None)
    if time is not None:
        values = time()[:size]
        clock = even_clock(
            values, resolution_s=TIME_RESOLUTION_S, declared_hz=request.rate_hz, file=file, column="TIME"
        )
        return clock, "time"
    if request.rate_hz is not None and size > 0:
        return Clock(request.rate_hz, np.arange(size) / request.rate_hz, np.arange(size)), "time"
    if size == CURVE_POINTS:
        note = "101 rows without a time: taken as a mean curve over a stride."
        return Clock(np.nan, np.linspace(0.0, 1.0, size), np.arange(size), (note,)), "cycle"
    raise DataError(
        f"it has {size} frames and no time: the sampling rate is not known.",
        file=file,
        remedy="State rate_hz in trials.csv, or export FRAME_NUMBERS::ORIGINAL::TIME too.",
    )


def _hint(export: Export, name: str) -> str:
    """What the signals of hip and pelvis look like; a suggestion to check, never an assumption."""
    signals = export.columns[name]
    wanted = [key for key in signals if ("hip" in key.lower() or "pelvi" in key.lower()) and key.endswith(" X")]
    if not wanted:
        shown = ", ".join(f"'{key}'" for key in list(signals)[:MOST_SHOWN])
        return f"No signal is named after hip or pelvis; there are {shown}."
    return " ".join(_suggestion(key, signals[key]()) for key in wanted[:MOST_SHOWN])


def _suggestion(key: str, values: np.ndarray) -> str:
    if not np.isfinite(values).any():
        return f"'{key}' is empty."
    low, high, mean = float(np.nanmin(values)), float(np.nanmax(values)), float(np.nanmean(values))
    if "pelvi" in key.lower():
        return (
            f"'{key}' averages {mean:.1f}; in an unturned Visual3D pelvis angle posterior tilt is positive "
            f"(sign = -1), many laboratories turn it."
        )
    looks = "flexion looks positive (sign = 1)" if high > -low else "flexion looks negative (sign = -1)"
    return f"'{key}' runs from {low:.0f} to {high:.0f}: {looks}."
