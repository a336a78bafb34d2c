"""Files that a row of trials.csv names: below the study folder, one file, a list or a folder of sensor files."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from kinematics.conventions import DataError
from kinematics.tables import Row, shown

#: Ends the name of a folder that holds one recording.
FOLDER = "/"
#: Between the names of a list, as `readers.recording` has it; the readers are loaded only where there is one.
SEPARATOR = ";"
#: Names that are written as they are meant: no root, drive, '.' or '..'.
PLAIN = re.compile(r"(?:\w[\w .+-]*/)*\w[\w .+-]*")


class Home:
    """A study folder as the place that nothing may lead out of."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._real = folder, folder.resolve()
        self._holds: dict[str, bool] = {}

    def path(self, name: str) -> str:
        """Where a name of a file leads, from the folder."""
        return f"{self.folder}/{name}"

    def holds(self, name: str) -> bool:
        """Whether a name without '..' leads to a place below the folder, whatever links it passes."""
        parent = name.rpartition("/")[0]
        if parent not in self._holds:  # folders are followed once, and of their files only those that are links
            self._holds[parent] = self._resolves(parent)
        return (self._holds[parent] and not os.path.islink(self.path(name))) or self._resolves(name)

    def _resolves(self, name: str) -> bool:
        try:
            return (self.folder / name).resolve().is_relative_to(self._real)
        except (OSError, RuntimeError):  # a loop of links, a name too long
            return False


def file_inside(home: Home, row: Row, column: str) -> str:
    """The cell as a path below the study folder, with '/'; a fault and an empty text where it leaves the folder."""
    return _inside(home, row, column, row.text(column))


def recording_inside(home: Home, row: Row, column: str) -> str:
    """
    As `file_inside`, of a cell that may name one recording of several sensor files.

    A folder keeps a '/' at its end; a list becomes 'folder/a.csv;b.csv', ordered by name: its files share a folder.
    """
    names = _listed(row.text(column))
    inside = [_inside(home, row, column, name) for name in names]
    if not names or not all(inside):
        return ""
    if len(inside) > 1:
        return _one_recording(row, column, inside)
    name = inside[0]
    if not os.path.isdir(home.path(name)):
        return name
    if any(not home.holds(file) for file in present_files(home.folder, f"{name}{FOLDER}")):
        row.fault(column, f"a file in {shown(name)} leads out of the study folder.", "Copy it into the folder.")
        return ""
    return f"{name}{FOLDER}"


def _one_recording(row: Row, column: str, names: list[str]) -> str:
    """Several files as one recording; a fault and an empty text where they lie in different folders."""
    first, *others = map(PurePosixPath, names)
    if any(other.parent not in (first.parent, PurePosixPath()) for other in others):
        problem = f"{shown(row.text(column))} names files of different folders as one recording."
        row.fault(column, problem, "Put the sensor files of one recording into one folder.")
        return ""
    return (first.parent / SEPARATOR.join(sorted(path.name for path in (first, *others)))).as_posix()


def trial_name(file: str) -> str:
    """Name of the trial of a motion file: its stem; the folder's name; what the stems of a list begin with."""
    if SEPARATOR in file:
        from kinematics.readers.recording import list_name

        return list_name(named_files(file))
    if file.endswith(FOLDER):
        return PurePosixPath(file).name
    name = file.rpartition("/")[2]
    dot = name.rfind(".")
    return name[:dot] if 0 < dot < len(name) - 1 else name


def named_files(name: str) -> tuple[str, ...]:
    """
    The files that one cell names, relative to the study folder; a folder stays one.

    >>> named_files("imu/pelvis.csv;thigh_l.csv")
    ('imu/pelvis.csv', 'imu/thigh_l.csv')
    """
    if SEPARATOR not in name:
        return (name,) if name else ()
    parent = PurePosixPath(name).parent
    return tuple((parent / part).as_posix() for part in _listed(PurePosixPath(name).name))


def present_files(folder: Path, name: str) -> tuple[str, ...]:
    """As `named_files`, a folder's files by their own names; the folder itself where it has none that can be used."""
    if not name.endswith(FOLDER):
        return named_files(name)
    from kinematics.readers.recording import recording_files

    try:
        return tuple(path.relative_to(folder).as_posix() for path in recording_files(folder / name))
    except (DataError, OSError):
        return (name,)


def _listed(text: str) -> list[str]:
    if SEPARATOR not in text:
        return [text] if text else []
    from kinematics.readers.recording import listed

    return listed(text)


def _inside(home: Home, row: Row, column: str, text: str) -> str:
    text = text.replace("\\", "/")
    if not text:
        return ""
    if not text.isprintable():
        row.fault(column, f"{shown(text)} cannot be the name of a file.")
        return ""
    name = text if PLAIN.fullmatch(text) else _unanchored(text)
    if not name or not home.holds(name):
        problem = f"{shown(row.text(column))} leads out of the study folder."
        row.fault(column, problem, "Copy the file into the study folder and name it from there.")
        return ""
    return name


def _unanchored(text: str) -> str:
    """The path without what does not lead anywhere; empty where it begins at a root or goes up."""
    path = PurePosixPath(text)
    anchored = path.is_absolute() or PureWindowsPath(text).drive or ".." in path.parts
    return "" if anchored else path.as_posix()
