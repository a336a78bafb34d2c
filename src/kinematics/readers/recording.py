"""One recording of several sensors that wrote a file each: a folder of them, or names joined by ';'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.trial import Passport, Sensor, Trial

SEPARATOR = ";"
#: Files that lie beside recordings and are none.
IGNORED = (".xml", ".toml", ".json", ".md", ".pdf", ".png", ".jpg", ".log", ".yaml", ".yml")
#: More files than a body has segments are another kind of folder.
MOST_FILES = 40


def recording_files(path: Path) -> list[Path]:
    """
    Files of one recording, ordered by name: those of a folder, or those whose names are joined by ';'. One for a file.

    Later names of a list lie in the folder of the first, unless they say another.

    Raises
    ------
    DataError
        Where the folder holds no file, or far too many.
    """
    if SEPARATOR in str(path):
        first, *others = (part.strip() for part in str(path).split(SEPARATOR) if part.strip())
        folder = Path(first).parent
        return sorted([Path(first), *(Path(o) if Path(o).parent != Path() else folder / o for o in others)])
    if not path.is_dir():
        return [path]
    files = sorted(
        file
        for file in path.iterdir()
        if file.is_file() and file.suffix.lower() not in IGNORED and not file.name.startswith(".")
    )
    if not 1 <= len(files) <= MOST_FILES:
        raise DataError(
            f"this folder holds {len(files)} files; a recording has one for each sensor, at most {MOST_FILES}.",
            file=path.name,
            remedy="Keep one recording per folder, and name the folder as file in trials.csv.",
        )
    return files


def recording_name(path: Path) -> str:
    """Name of the trial: the folder's, or what the listed files' stems begin with; of a file its stem."""
    if SEPARATOR not in str(path):
        return path.name if path.is_dir() else path.stem
    stems = [file.stem for file in recording_files(path)]
    shared = next((n for n in range(min(map(len, stems)), 0, -1) if len({stem[:n] for stem in stems}) == 1), 0)
    return stems[0][:shared].rstrip(" _-.") or stems[0]


def read_recording(path: Path, read_one: Callable[[Path], Trial]) -> Trial:
    """
    One trial of all sensors' files.

    Parameters
    ----------
    path : Path
        A folder, or names joined by ';'.
    read_one : callable
        Reads one file.

    Returns
    -------
    Trial
        Of kind "imu", each sensor on the clock of its own file, or "orientations" on their common clock.

    Raises
    ------
    DataError
        Where a file holds something else, two sensors share a name, or orientations have no common clock.
    """
    trials = [read_one(file) for file in recording_files(path)]
    kinds = {trial.kind for trial in trials}
    name = recording_name(path)
    if len(kinds) > 1 or not kinds <= {"imu", "orientations"}:
        odd = next(trial for trial in trials if trial.kind != "imu")
        raise DataError(
            f"this file holds {odd.kind}, other files of the recording something else: only sensors are joined.",
            file=odd.passport.sources[0][1],
            remedy="Keep only the sensors' files of one recording in the folder.",
        )
    if kinds == {"imu"}:
        sensors = _unique([(trial, key, sensor) for trial in trials for key, sensor in trial.sensors.items()])
        first = next(iter(sensors.values()))
        passport = _passport(trials, first.rate_hz)
        return replace(trials[0], name=name, time_s=first.time_s, sensors=sensors, passport=passport)
    return _orientations(trials, name)


def _unique(found: Iterable[tuple[Trial, str, Sensor]]) -> dict[str, Sensor]:
    sensors: dict[str, Sensor] = {}
    for trial, key, sensor in found:
        if key in sensors:
            raise DataError(
                f"two files name their sensor '{key}'.",
                file=trial.passport.sources[0][1],
                remedy="Tell them apart in the mapping, [sensors]: the file's stem, or how it ends, and its segment.",
            )
        sensors[key] = sensor
    return sensors


def _orientations(trials: list[Trial], name: str) -> Trial:
    """Orientations of several files over the time that all cover."""
    rate_hz = trials[0].rate_hz
    start, end = max(t.time_s[0] for t in trials), min(t.time_s[-1] for t in trials)
    n = round((end - start) * rate_hz) + 1
    if any(abs(trial.rate_hz / rate_hz - 1) > 1e-6 for trial in trials) or n < 2:
        raise DataError(
            "the orientations of these files have no common clock: their rates differ or their times do not overlap.",
            file=trials[0].passport.sources[0][1],
            remedy="Export acceleration and angular rate as well, or record on one clock.",
        )
    joined: dict[str, np.ndarray] = {}
    for trial in trials:
        first = round((start - trial.time_s[0]) * rate_hz)
        for key, values in trial.orientations.items():
            joined[key] = values[:, first : first + n]
    size = min(values.shape[1] for values in joined.values())
    joined = {key: values[:, :size] for key, values in joined.items()}
    time_s = start + np.arange(size) / rate_hz
    return replace(trials[0], name=name, time_s=time_s, orientations=joined, passport=_passport(trials, rate_hz))


def _passport(trials: list[Trial], rate_hz: float) -> Passport:
    sources = tuple(dict.fromkeys(source for trial in trials for source in trial.passport.sources))
    notes: Mapping[str, None] = dict.fromkeys(note for trial in trials for note in trial.passport.notes)
    changes = tuple(dict.fromkeys(change for trial in trials for change in trial.passport.sign_changes))
    return trials[0].passport.with_(sources=sources, rate_hz=rate_hz, notes=tuple(notes), sign_changes=changes)
