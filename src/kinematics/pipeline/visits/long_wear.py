"""A recording that was worn for long: read sensor by sensor, its strides found bout by bout, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.readers import read_trial
from kinematics.readers.recording import read_recording, recording_files
from kinematics.settings import Settings
from kinematics.strides import Strides
from kinematics.trial import Trial

if TYPE_CHECKING:
    from kinematics.models.inertial import Calibration

#: Recordings beyond this are looked through for walking and running first. [s]
LONG_S = 1200.0
#: So many of the longest bouts are tried for the calibration before it is given up.
TRIED = 3
#: Cuts the strides of one bout, in the frame and zero of the calibration.
Cut: TypeAlias = "Callable[[Trial, Calibration], Strides]"


def worn_long(trial: Trial) -> bool:
    """Whether a walk or run of raw sensors is so long that it is mostly something else."""
    return trial.kind == "imu" and trial.task in ("run", "walk") and float(np.ptp(trial.time_s[[0, -1]])) > LONG_S


def read_worn(path: Path, **stated: Any) -> Trial:
    """
    A trial as `read_trial` gives it; of sensors worn for hours only what is near a walk or run.

    The files of a recording are read one after the other, thighs first: as soon as a thigh has told when somebody
    walks or runs, the rest of each sensor is let go. So no more is held than one sensor's recording and all the gait.

    Parameters
    ----------
    path : Path
    **stated
        As for `read_trial`.

    Raises
    ------
    DataError
        As for `read_trial`.
    """
    files = recording_files(path)
    if len(files) > 1:
        files.sort(key=lambda file: not _thighs([file.stem]))
    read: dict[Path, Trial] = {}
    told: list[np.ndarray] = []
    for file in files:
        read[file] = _around_gait(read_trial(file, **stated), told)
    return read_recording(path, lambda file: _around_gait(read.pop(file), told))


def _around_gait(trial: Trial, told: list[np.ndarray]) -> Trial:
    """What of one file's sensors is near gait, as its thighs tell, else the first thigh that has `told`."""
    from kinematics.models.inertial.bouts import around, gait_spans
    from kinematics.models.inertial.placement import role_of

    if not worn_long(trial):
        return trial
    thighs = _thighs(trial.sensors)
    if thighs or not any(map(role_of, trial.sensors)):
        spans = gait_spans(trial, thighs or tuple(trial.sensors))
        told.extend([spans] if thighs else [])
        return around(trial, spans)
    return around(trial, told[0]) if told else trial


def _thighs(names: Iterable[str]) -> tuple[str, ...]:
    from kinematics.models.inertial.placement import role_of

    return tuple(name for name in names if role_of(name).startswith("thigh"))


def strides_of_bouts(trial: Trial, static: Trial | None, cut: Cut, settings: Settings) -> Strides:
    """
    The strides of all bouts of one recording, numbered through.

    The sensors are calibrated by one of the longest bouts. A bout that does not hold what any walk or run has to (it
    may be cycling, or the sensors were taken off) is left out, and counted in the passport.

    Parameters
    ----------
    trial : Trial
    static : Trial or None
    cut : callable
        Bout and calibration -> strides.
    settings : Settings

    Raises
    ------
    DataError
        Where no standing trial belongs to it (the longest quiet stretch of a day is sleep), or nothing in it is gait.
    """
    from kinematics.models.inertial.bouts import SHORTEST_BOUT_S, gait_bouts

    file = trial.passport.sources[0][1]
    if static is None:
        raise DataError(
            f"a recording of {trial.time_s[-1] / 3600 - trial.time_s[0] / 3600:.1f} h needs a standing trial: what is "
            "quiet in it may be sitting or lying.",
            file=file,
            remedy="Name one as static_file in trials.csv.",
        )
    bouts = gait_bouts(trial, _thighs(trial.sensors) or tuple(trial.sensors))
    if not bouts:
        raise DataError(
            f"nothing in this recording moves like walking or running for {SHORTEST_BOUT_S:g} s.",
            file=file,
            remedy="Check which sensors were worn where, and their units.",
        )
    known = _calibration(bouts, static, settings)
    found: list[Strides] = []
    refused: list[DataError] = []
    for bout in bouts:
        try:
            found.append(_lean(cut(bout, known)))
        except DataError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return _joined(found, _notes(bouts, refused))


def _calibration(bouts: Sequence[Trial], static: Trial, settings: Settings) -> Calibration:
    from kinematics.models.inertial import calibrate_sensors

    longest = sorted(bouts, key=lambda bout: bout.time_s.size, reverse=True)[:TRIED]
    refused: list[DataError] = []
    for bout in longest:
        try:
            return calibrate_sensors(bout, static, settings=settings)
        except DataError as error:
            refused.append(error)
    raise refused[0]


def _notes(bouts: Sequence[Trial], refused: Sequence[DataError]) -> tuple[str, ...]:
    minutes = sum(float(bout.time_s[-1] - bout.time_s[0]) for bout in bouts) / 60
    notes = [f"{len(bouts)} stretches of walking or running were found, {minutes:.0f} minutes in all."]
    if refused:
        notes.append(f"{len(refused)} of them are left out; the first: {refused[0].problem}")
    return tuple(notes)


def _joined(parts: list[Strides], notes: tuple[str, ...]) -> Strides:
    """Strides below each other, each side's numbers going on where the part before ended."""
    next_of: dict[str, int] = {}
    tables, excluded = [], []
    for part in parts:
        tables.append(_numbered(part.table, next_of))
        excluded.append(_numbered(part.excluded, next_of))
        for side, count in part.table.groupby("side")["stride"].max().items():
            next_of[str(side)] = next_of.get(str(side), 0) + int(count) + 1
    kept = [dict(part.curves) for part in parts]
    names = [name for name in kept[0] if all(name in curves for curves in kept)]
    parts[:] = [replace(part, curves={}) for part in parts]  # so that each angle's pieces go as they are joined
    curves = {name: np.concatenate([own.pop(name) for own in kept]) for name in names}
    filled = [one for one in excluded if len(one)] or excluded[:1]
    said = tuple(note for note in notes if note not in parts[0].passport.notes)
    return replace(
        parts[0],
        table=pd.concat(tables, ignore_index=True),
        curves=curves,
        excluded=pd.concat(filled, ignore_index=True),
        passport=parts[0].passport.noting(*said),
    )


def _lean(part: Strides) -> Strides:
    """Curves as the tables keep them, in single precision: a day has tens of thousands of strides."""
    return replace(part, curves={name: values.astype(np.float32) for name, values in part.curves.items()})


def _numbered(table: pd.DataFrame, next_of: Mapping[str, int]) -> pd.DataFrame:
    before = table["side"].map(lambda side: next_of.get(side, 0)).astype(table["stride"].dtype)
    return table.assign(stride=table["stride"].where(table["stride"] < 0, table["stride"] + before))
