"""One recording of several sensors that wrote a file each: a folder of them, or names joined by ';'."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np

from kinematics.conventions import DataError
from kinematics.trial import Passport, Sensor, Trial, spoken

SEPARATOR = ";"
#: Files that lie beside recordings and are none.
IGNORED = (".xml", ".toml", ".json", ".md", ".pdf", ".png", ".jpg", ".log", ".yaml", ".yml")
#: More files than a body has segments are another kind of folder.
MOST_FILES = 40
#: Words that say which sensor a file is of, not which recording.
SEGMENT_WORDS = frozenset(("pelvis", "sacrum", "thigh", "femur", "shank", "tibia", "foot", "left", "right", "l", "r"))
_BETWEEN = re.compile(r"[\s_\-.]+")


def recording_files(path: Path) -> list[Path]:
    """
    Files of one recording, ordered by name: those of a folder, or those whose names are joined by ';'. One for a file.

    Later names of a list lie in the folder of the first, unless they say another.

    Raises
    ------
    DataError
        Where the folder holds no file, or far too many.
    """
    if path.is_dir():
        return _folder_files(path)
    if path.is_file() or SEPARATOR not in str(path):
        return [path]
    if SEPARATOR in path.name and path.parent.is_dir():
        return sorted(path.parent / part for part in listed(path.name))
    first, *others = listed(str(path))
    folder = Path(first).parent
    return sorted([Path(first), *(Path(o) if Path(o).parent != Path() else folder / o for o in others)])


def recording_name(path: Path) -> str:
    """Name of the trial: the folder's, or what the listed files' stems begin with; of a file its stem."""
    if path.is_dir():
        return path.name
    if path.is_file() or SEPARATOR not in str(path):
        return path.stem
    return list_name(file.name for file in recording_files(path))


def listed(names: str) -> list[str]:
    """Names joined by ';'."""
    return [part.strip() for part in names.split(SEPARATOR) if part.strip()]


def list_name(names: Iterable[str]) -> str:
    """
    What the stems of several files begin with; the first one's stem where they have nothing in common.

    >>> list_name(["run35_pelvis.csv", "run35_thigh_l.csv"])
    'run35'
    """
    stems = sorted(PurePath(name).stem for name in names)
    shared = next((n for n in range(min(map(len, stems)), 0, -1) if len({stem[:n] for stem in stems}) == 1), 0)
    return stems[0][:shared].rstrip(" _-.") or stems[0]


def recordings_among(files: Iterable[PurePath]) -> list[list[PurePath]]:
    """
    Sensor files that belong together: those of a folder whose names begin, or end, alike.

    Several recordings of a folder have the same sensors each: run_pelvis, run_thigh_l, rest_pelvis, rest_thigh_l.
    A folder whose names do not part like this holds one recording.
    """
    folders: dict[PurePath, list[PurePath]] = {}
    for file in sorted(files):
        folders.setdefault(file.parent, []).append(file)
    return [group for members in folders.values() for group in _parted(members)]


def _parted(files: list[PurePath]) -> list[list[PurePath]]:
    words = {file: tuple(word for word in _BETWEEN.split(file.stem.lower()) if word) for file in files}
    longest = max(map(len, words.values()))
    for at_end in (False, True):
        for count in range(longest - 1, 0, -1):
            groups: dict[tuple[str, ...], list[PurePath]] = {}
            sensors: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
            for file, said in words.items():
                key, rest = (said[-count:], said[:-count]) if at_end else (said[:count], said[count:])
                groups.setdefault(key, []).append(file)
                sensors.setdefault(key, set()).add(rest)
            first = next(iter(sensors.values()))
            alike = all(rests == first for rests in sensors.values()) and () not in first
            if alike and len(first) > 1 and not SEGMENT_WORDS & set().union(*groups):
                return list(groups.values())
    return [files]


def read_recording(path: Path, read_one: Callable[[Path], Trial]) -> Trial:
    """
    One trial of all sensors' files.

    Parameters
    ----------
    path : Path
        A folder, or names joined by ';'. A single file, whatever it holds, is read as it is.
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
    if path.is_file():
        return trials[0]
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
        passport = _passport(trials, first.rate_hz, path)
        return replace(trials[0], name=name, time_s=first.time_s, sensors=sensors, passport=passport)
    return _orientations(trials, path)


def _folder_files(folder: Path) -> list[Path]:
    files = sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and file.suffix.lower() not in IGNORED and not file.name.startswith(".")
    )
    if not 1 <= len(files) <= MOST_FILES:
        raise DataError(
            f"this folder holds {len(files)} files; a recording has one for each sensor, at most {MOST_FILES}.",
            file=folder.name,
            remedy="Keep one recording per folder, and name the folder as file in trials.csv.",
        )
    return files


def _unique(found: Iterable[tuple[Trial, str, Sensor]]) -> dict[str, Sensor]:
    sensors: dict[str, Sensor] = {}
    for trial, key, sensor in found:
        if key in sensors:
            raise DataError(
                f"two files name their sensor '{spoken(key)}'.",
                file=trial.passport.sources[0][1],
                remedy="Tell them apart in the mapping, [sensors]: the file's stem, or how it ends, and its segment.",
            )
        sensors[key] = sensor
    return sensors


def _orientations(trials: list[Trial], path: Path) -> Trial:
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
    passport = _passport(trials, rate_hz, path)
    return replace(trials[0], name=recording_name(path), time_s=time_s, orientations=joined, passport=passport)


def _passport(trials: list[Trial], rate_hz: float, path: Path) -> Passport:
    """What all files have in common; the folder stands before the names of its files, which others may share."""
    found = [source for trial in trials for source in trial.passport.sources]
    if path.is_dir():
        found = [(role, f"{path.name}/{name}", content) for role, name, content in found]
    sources = tuple(dict.fromkeys(found))
    notes: Mapping[str, None] = dict.fromkeys(note for trial in trials for note in trial.passport.notes)
    changes = tuple(dict.fromkeys(change for trial in trials for change in trial.passport.sign_changes))
    return trials[0].passport.with_(sources=sources, rate_hz=rate_hz, notes=tuple(notes), sign_changes=changes)
