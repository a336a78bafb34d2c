"""Files -> Trial. Formats are told apart by their content, one module each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.conventions import TASKS, ZEROS, DataError
from kinematics.readers import rbds, tidy
from kinematics.readers.events_table import read_events
from kinematics.readers.text import open_table
from kinematics.settings import Settings
from kinematics.trial import Trial

FORMATS = {"rbds": rbds, "tidy": tidy}

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
    path, settings = Path(path), settings or Settings()
    _check_words(path.name, task, zero, format)
    table = open_table(path)
    told = format or next((name for name, module in FORMATS.items() if module.recognises(table)), None)
    common: dict[str, Any] = {"name": path.stem, "task": task, "speed_m_s": float(speed_m_s), "rate_hz": rate_hz}
    trial = None
    if told == "rbds":
        trial = rbds.read(table, **common, forces=None if forces is None else Path(forces), settings=settings)
    elif told == "tidy" or mapping is not None:
        trial = tidy.read(table, **common, zero=zero, mapping=None if mapping is None else Path(mapping))
    if trial is not None:
        return trial if events is None else replace(trial, events=read_events(events))
    raise DataError(
        f"columns '{table.names[0][:30]}', '{table.names[1][:30]}' ... are of no known format.",
        file=path.name,
        remedy="Known are marker files (Time, R.ASISX, ...) and tables of angles (time_s, hip_flexion_l, ...).",
    )


def _check_words(file: str, task: str, zero: str | None, format: str | None) -> None:
    for word, known, what in ((task, TASKS, "task"), (zero, ZEROS, "zero"), (format, tuple(FORMATS), "format")):
        if word is not None and word not in known:
            raise DataError(f"{what} '{word}' is not known.", file=file, remedy=f"Use one of: {', '.join(known)}.")
