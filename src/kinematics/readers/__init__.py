"""Files -> Trial. Formats are told apart by their content, one module each."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.conventions import TASKS, ZEROS, DataError
from kinematics.readers.datasets import bids, rbds, rbds_forces
from kinematics.readers.inertial import (
    apdm,
    blue_trident,
    delsys,
    generic_imu,
    phyphox,
    sensor_logger,
    shimmer,
    step_metrics,
    xio,
    xsens_dot,
    xsens_mt,
)
from kinematics.readers.opensim import bodykin, ground_force, opensense, opensim, trc
from kinematics.readers.optical import c3d, c3d_csv, motive, pycgm, qtm, vicon_nexus, vicon_workstation
from kinematics.readers.recording import read_recording
from kinematics.readers.shared.events_table import read_events
from kinematics.readers.shared.excel import as_text, is_workbook
from kinematics.readers.shared.limits import checked
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source, read_source
from kinematics.readers.shared.text import find_block
from kinematics.readers.suits import mvn, mvnx, noraxon
from kinematics.readers.tables import curves, tidy, visual3d
from kinematics.settings import LimitSettings, Settings
from kinematics.trial import Trial

#: In the order in which they are asked whether the content is theirs.
FORMATS = {
    module.NAME: module
    for module in (
        c3d,
        mvnx,
        visual3d,
        curves,
        trc,
        opensense,
        opensim,
        vicon_nexus,
        vicon_workstation,
        qtm,
        motive,
        xsens_mt,
        shimmer,
        xsens_dot,
        apdm,
        blue_trident,
        delsys,
        xio,
        phyphox,
        sensor_logger,
        step_metrics,
        rbds,
        rbds_forces,
        bids,
        mvn,
        noraxon,
        bodykin,
        pycgm,
        c3d_csv,
        generic_imu,
        tidy,
    )
}

#: Tables without marks of their own: read as such where the user says so.
PLAIN = (tidy.NAME, generic_imu.NAME)

__all__ = ["FORMATS", "holds_forces", "read_events", "read_trial", "recognised"]


def read_trial(
    path: Path | str,
    *,
    task: str,
    speed_m_s: float = np.nan,
    forces: Path | str | None = None,
    events: Path | str | None = None,
    format: str | None = None,
    rate_hz: float | None = None,
    zero: str | None = None,
    mapping: Path | str | None = None,
    settings: Settings | None = None,
) -> Trial:
    """
    A recording in the project's axes, units and signs, whatever wrote it.

    Parameters
    ----------
    path : path
        Motion file of any format in `FORMATS` (docs/formats.md); for one recording in several sensor files their
        folder, or their names with ';' between.
    task : {"run", "walk", "static", "rom"}
        What was done.
    speed_m_s : float, optional
        Speed of the treadmill or walkway. [m/s]
    forces : path, optional
        Ground reaction force of the same recording.
    events : path, optional
        Table of contacts and toe-offs (side, event, time_s); it overrides what would be found.
    format : str, optional
        A key of `FORMATS`, only where the content does not tell.
    rate_hz : float, optional
        Sampling rate, checked against the time column. [Hz]
    zero : {"anatomical", "standing", "model", "unknown"}, optional
        What 0 deg means in a table of angles.
    mapping : path, optional
        TOML file that says which column is which angle.
    settings : Settings, optional

    Raises
    ------
    DataError
        One sentence with file, row and column, what was found and expected, and what to do.
    """
    path = Path(path)
    _check_words(path.name, task, zero, format)
    request = Request(
        task=task,
        speed_m_s=float(speed_m_s),
        forces=None if forces is None else Path(forces),
        rate_hz=rate_hz,
        zero=zero,
        mapping=None if mapping is None else Path(mapping),
        settings=settings or Settings(),
    )
    if os.path.isdir(path) or ";" in str(path):
        trial = read_recording(path, lambda file: _read_file(file, format, request))
    else:
        trial = _read_file(path, format, request)
    return trial if events is None else replace(trial, events=read_events(events))


def _read_file(path: Path, format: str | None, request: Request) -> Trial:
    limits = request.settings.limits
    source = read_source(path, limits)
    module, source = recognised(source, format=format, mapping=request.mapping, limits=limits)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is infinite, and refused
        trial = module.read(source, request)
    return checked(trial, limits)


def holds_forces(source: Source) -> bool:
    """Whether a source is a table of ground reaction forces, which goes beside a file of markers."""
    return rbds_forces.recognises(source) or ground_force.recognises(source)


def recognised(
    source: Source, *, format: str | None = None, mapping: Path | None = None, limits: LimitSettings | None = None
) -> tuple[Any, Source]:
    """
    The module of `FORMATS` that reads a source, and the text it is given: the source, or a sheet of a workbook.

    It is the one that `format` names, else the first that knows the content, else with a mapping the plain table.

    Raises
    ------
    DataError
        Where no format knows the content, or the named one does not.
    """
    packed = not source.is_text and is_workbook(source)
    texts = as_text(source, limits or LimitSettings()) if packed and not source.knows(mvn) else [source]
    for module in [FORMATS[format]] if format else FORMATS.values():
        for text in texts:  # modules outside: a sheet that only looks like a plain table has to wait
            if text.knows(module):
                return module, text
    if format in PLAIN or (format is None and mapping is not None):
        return FORMATS[format or tidy.NAME], texts[0]
    if format is not None:
        raise DataError(
            f"this file has none of the marks of {FORMATS[format].FORMAT}.",
            file=source.file,
            remedy="Leave the format empty; kinematics inspect says what the file is.",
        )
    raise DataError(
        f"this table is of no known format; its first numbers stand under {len(find_block(texts[0]).names)} names.",
        file=source.file,
        remedy="docs/formats.md lists the formats; a table of angles needs time_s and hip_flexion_l or _r.",
    )


def _check_words(file: str, task: str, zero: str | None, format: str | None) -> None:
    for word, known, what in ((task, TASKS, "task"), (zero, ZEROS, "zero"), (format, tuple(FORMATS), "format")):
        if word is not None and word not in known:
            raise DataError(f"{what} '{word}' is not known.", file=file, remedy=f"Use one of: {', '.join(known)}.")
