"""Files that a row of trials.csv names: below the study folder, one file, a list or a folder of sensor files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from kinematics.conventions import DataError
from kinematics.tables import Row, shown

#: Ends the name of a folder that holds one recording.
FOLDER = "/"
#: Between the names of a list, as `readers.recording` has it; the readers are loaded only where there is one.
SEPARATOR = ";"


def file_inside(folder: Path, row: Row, column: str) -> str:
    """The cell as a path below the study folder, with '/'; a fault and an empty text where it leaves the folder."""
    return _inside(folder, row, column, row.text(column))


def recording_inside(folder: Path, row: Row, column: str) -> str:
    """
    As `file_inside`, of a cell that may name one recording of several sensor files.

    A folder keeps a '/' at its end; a list becomes 'folder/a.csv;b.csv', ordered by name: its files share a folder.
    """
    names = _listed(row.text(column))
    inside = [_inside(folder, row, column, name) for name in names]
    if not names or not all(inside):
        return ""
    first, *others = map(PurePosixPath, inside)
    if any(other.parent not in (first.parent, PurePosixPath()) for other in others):
        problem = f"{shown(row.text(column))} names files of different folders as one recording."
        row.fault(column, problem, "Put the sensor files of one recording into one folder.")
        return ""
    if others:
        return (first.parent / SEPARATOR.join(sorted(path.name for path in (first, *others)))).as_posix()
    if not (folder / first).is_dir():
        return first.as_posix()
    if any(not _resolves_inside(folder, PurePosixPath(name)) for name in present_files(folder, f"{first}{FOLDER}")):
        row.fault(column, f"a file in {shown(inside[0])} leads out of the study folder.", "Copy it into the folder.")
        return ""
    return f"{first.as_posix()}{FOLDER}"


def trial_name(file: str) -> str:
    """Name of the trial of a motion file: its stem; the folder's name; what the stems of a list begin with."""
    if SEPARATOR in file:
        from kinematics.readers.recording import list_name

        return list_name(named_files(file))
    return PurePosixPath(file).name if file.endswith(FOLDER) else PurePosixPath(file).stem


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


def _inside(folder: Path, row: Row, column: str, text: str) -> str:
    text = text.replace("\\", "/")
    if not text:
        return ""
    if not text.isprintable():
        row.fault(column, f"{shown(text)} cannot be the name of a file.")
        return ""
    path = PurePosixPath(text)
    anchored = path.is_absolute() or PureWindowsPath(text).drive or ".." in path.parts
    if anchored or not _resolves_inside(folder, path):
        problem = f"{shown(row.text(column))} leads out of the study folder."
        row.fault(column, problem, "Copy the file into the study folder and name it from there.")
        return ""
    return path.as_posix()


def _resolves_inside(folder: Path, path: PurePosixPath) -> bool:
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of links, a name too long
        return False
