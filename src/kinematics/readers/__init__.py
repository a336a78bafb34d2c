"""Files -> Trial. Formats are told apart by their content, one module each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.conventions import TASKS, ZEROS, DataError
from kinematics.readers import (
    apdm,
    bids,
    blue_trident,
    bodykin,
    c3d,
    c3d_csv,
    curves,
    delsys,
    generic_imu,
    motive,
    mvn,
    mvnx,
    noraxon,
    opensense,
    opensim,
    phyphox,
    pycgm,
    qtm,
    rbds,
    rbds_forces,
    sensor_logger,
    shimmer,
    step_metrics,
    tidy,
    trc,
    vicon_nexus,
    vicon_workstation,
    visual3d,
    xio,
    xsens_dot,
    xsens_mt,
)
from kinematics.readers.events_table import read_events
from kinematics.readers.excel import as_text, is_workbook
from kinematics.readers.request import Request
from kinematics.readers.source import Source, read_source
from kinematics.readers.text import find_block
from kinematics.settings import Settings
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

__all__ = ["FORMATS", "read_events", "read_trial"]


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
        Motion file: markers in the RBDS layout, or a tidy table of angles (`time_s`, `hip_flexion_l` ...).
    task : {"run", "walk", "static", "rom"}
        What was done.
    speed_m_s : float, optional
        Speed of the treadmill or walkway. [m/s]
    forces : path, optional
        Ground reaction force of the same recording.
    events : path, optional
        Table of contacts and toe-offs (side, event, time_s); it overrides what would be found.
    format : {"rbds", "tidy"}, optional
        Only where the content does not tell.
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
    module, source = _recognised(read_source(path), format, request)
    trial = module.read(source, request)
    return trial if events is None else replace(trial, events=read_events(events))


def _recognised(source: Source, named: str | None, request: Request) -> tuple[Any, Source]:
    """The module that reads a source (the one named, else the first that knows the content), and what it is given."""
    texts = as_text(source) if is_workbook(source) and not mvn.recognises(source) else [source]
    for module in [FORMATS[named]] if named else FORMATS.values():
        for text in texts:  # modules outside: a sheet that only looks like a plain table has to wait
            if module.recognises(text):
                return module, text
    if named is not None or request.mapping is not None:
        return FORMATS[named or "tidy"], texts[0]
    find_block(texts[0])  # says why it is no table
    raise DataError(
        f"this table is of no known format; its first line is '{texts[0].head[0].strip()[:60]}'.",
        file=source.file,
        remedy="docs/formats.md lists the formats; a table of angles needs time_s and hip_flexion_l or _r.",
    )


def _check_words(file: str, task: str, zero: str | None, format: str | None) -> None:
    for word, known, what in ((task, TASKS, "task"), (zero, ZEROS, "zero"), (format, tuple(FORMATS), "format")):
        if word is not None and word not in known:
            raise DataError(f"{what} '{word}' is not known.", file=file, remedy=f"Use one of: {', '.join(known)}.")
