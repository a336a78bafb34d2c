"""`Inspection`: a file's format, content, gaps, doubts and what is missing, found without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.angles import hip_angles
from kinematics.conventions import SIDES, DataError
from kinematics.gates import gates
from kinematics.inspecting.content import Column, Gap, columns_of, gaps_of, sides_of
from kinematics.inspecting.needs import Need, needs_of
from kinematics.readers import read_trial, recognised
from kinematics.readers.inertial import generic_imu
from kinematics.readers.recording import SEPARATOR, recording_files
from kinematics.readers.shared.source import read_source
from kinematics.readers.tables import tidy
from kinematics.task import Told, contradictions, tell_task
from kinematics.trial import Trial

#: How a format was told, from the surest down.
BY_OWN_MARKS = "by marks that only this format has"
BY_COLUMN_NAMES = "by the names of its columns"
BY_USER = "named by the user"
#: A speed that no file of one recording asks for; a file of curves at several speeds says which it has.
DEFAULT_TASK = "walk"
SENSOR_KINDS = ("imu", "orientations")
NO_SAMPLE_SEEN = "No real file of this format was seen when its reader was written: compare one trial by eye."


@dataclass(frozen=True)
class Inspection:
    """
    What is known of a file.

    Attributes
    ----------
    file : str
        Name without folder.
    format, name : str
        In words, and as `read_trial(format=...)` takes it; empty where it is not known.
    told : str
        How sure the format is: by its own marks, by names of columns, or named by the user.
    provisional : bool
        No real file of this format was seen.
    error : str
        Why it cannot be read; then everything below is empty.
    kind : str
        angles, markers, orientations or imu; with "curves" before it where it is one mean stride.
    task, task_reason : str
        static, walk or run as the data show it, empty where they do not; and what it was told from.
    rate_hz, duration_s : float
        NaN for mean curves. [Hz, s]
    n_samples : int
    sides : tuple of str
    columns : tuple of Column
        What was mapped to what, with sign and unit.
    gaps : tuple of Gap
    axes, zero, model : str
    sign_changes : tuple of str
    gates : tuple of str
        Doubts; nothing was turned.
    needs : tuple of Need
        For each result, what is missing; nothing where it can be computed.
    notes : tuple of str
    """

    file: str
    format: str = ""
    name: str = ""
    told: str = ""
    provisional: bool = False
    error: str = ""
    kind: str = ""
    task: str = ""
    task_reason: str = ""
    rate_hz: float = np.nan
    duration_s: float = np.nan
    n_samples: int = 0
    sides: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    gaps: tuple[Gap, ...] = ()
    axes: str = ""
    zero: str = ""
    model: str = ""
    sign_changes: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    notes: tuple[str, ...] = ()
    trial: Trial | None = field(default=None, repr=False, compare=False)

    @property
    def readable(self) -> bool:
        """Whether it was read."""
        return not self.error


def inspect_files(paths: Sequence[Path | str], **given: Any) -> list[Inspection]:
    """
    Each file by itself, and where several hold a sensor each of one folder, the recording that they make.

    Parameters
    ----------
    paths : sequence of path
        Files, or folders of sensor files.
    given
        As `inspect_file` takes them.
    """
    found = [inspect_file(path, **given) for path in paths]
    alone: dict[Path, list[str]] = {}
    for path, one in zip(map(Path, paths), found, strict=True):
        if one.kind in SENSOR_KINDS and path.is_file():
            alone.setdefault(path.parent, []).append(path.name)
    lists = [folder / SEPARATOR.join(sorted(names)) for folder, names in alone.items() if len(names) > 1]
    return found + [inspect_file(path, **given) for path in lists]


def inspect_file(path: Path | str, *, task: str | None = None, format: str | None = None, **given: Any) -> Inspection:
    """
    What a file is, what was understood of it, and what is missing.

    Parameters
    ----------
    path : path
        A file; a folder of sensor files, or their names with ';' between, for one recording.
    task : {"run", "walk", "static", "rom"}, optional
        What was done; without it, it is told from the data where they show it.
    format : str, optional
        Where the content does not tell.
    given
        As `read_trial` takes them: `speed_m_s`, `rate_hz`, `mapping`, `zero`, `forces`, `events`, `settings`.

    Returns
    -------
    Inspection
        Where the file cannot be read, its sentence stands in `error`; nothing is raised.
    """
    path = Path(path)
    try:
        first = recording_files(path)[0]
        module, _ = recognised(read_source(first), format=format, mapping=given.get("mapping"))
    except DataError as error:
        return Inspection(path.name, error=str(error))
    known: dict[str, Any] = {
        "format": module.FORMAT,
        "name": module.NAME,
        "told": _told(module, format),
        "provisional": getattr(module, "PROVISIONAL", False),
    }
    try:
        trial = read_trial(path, task=task or DEFAULT_TASK, format=format, **given)
        found = _told_task(trial)
        if task is None and found.task not in ("", DEFAULT_TASK):
            trial = read_trial(path, task=found.task, format=format, **given)
    except DataError as error:
        return Inspection(path.name, error=str(error), **known)
    known |= {"format": trial.passport.format or module.FORMAT}
    return Inspection(path.name, **known, **_content(trial, found, task))


def _told(module: Any, named: str | None) -> str:
    if named is not None:
        return BY_USER
    return BY_COLUMN_NAMES if module in (tidy, generic_imu) else BY_OWN_MARKS


def _told_task(trial: Trial) -> Told:
    """What the data say was done; nothing for mean curves and sensors."""
    if trial.base == "cycle" or trial.kind not in ("angles", "markers"):
        return Told("", "")
    return tell_task(trial, _angles(trial))


def _angles(trial: Trial) -> Any:
    try:
        return hip_angles(trial) if trial.kind == "angles" else None
    except DataError:
        return None


def _content(trial: Trial, found: Told, task: str | None) -> dict[str, Any]:
    passport = trial.passport
    doubts = (task or found.task) and trial.kind == "angles"
    return {
        "kind": "curves" if trial.base == "cycle" else trial.kind,
        "task": found.task,
        "task_reason": found.reason if found.task else "",
        "rate_hz": trial.rate_hz,
        "duration_s": trial.duration_s,
        "n_samples": trial.time_s.size,
        "sides": tuple(side for side in SIDES if side in sides_of(trial)),
        "columns": columns_of(trial),
        "gaps": gaps_of(trial),
        "axes": passport.axes,
        "zero": passport.zero,
        "model": passport.model,
        "sign_changes": passport.sign_changes,
        "gates": (*(gates(trial) if doubts or trial.base == "cycle" else ()), *_contradictions(trial, task)),
        "needs": needs_of(trial, found.task or task or ""),
        "notes": passport.notes,
        "trial": trial,
    }


def _contradictions(trial: Trial, task: str | None) -> Sequence[str]:
    angles = _angles(trial)
    return contradictions(trial, angles) if task is not None and angles is not None else ()
