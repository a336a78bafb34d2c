"""The motion, force and event files of a folder, told apart by content and paired by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from kinematics.conventions import DataError
from kinematics.init_study.names import Told, read_name
from kinematics.inspecting import inspect_file
from kinematics.readers import holds_forces, read_events
from kinematics.readers.shared.source import read_source
from kinematics.study.folder import TABLES

#: Endings of files that hold no recording, and are not looked into.
NOT_LOOKED_AT = (
    ".toml",
    ".md",
    ".pdf",
    ".html",
    ".png",
    ".jpg",
    ".jpeg",
    ".mp4",
    ".avi",
    ".docx",
    ".osim",
    ".yaml",
    ".yml",
)
#: What a file that says no rate is tried with, to see whether the rate is all that it lacks. [Hz]
TRIED_RATE_HZ = 100.0
FIRST_PARTICIPANT = "P01"


@dataclass(frozen=True)
class Found:
    """
    One file and what it is.

    Attributes
    ----------
    path : PurePosixPath
        Below the study folder.
    told : Told
        By its name.
    role : str
        motion, forces, events, sensor (one of several that make a recording) or "" where it is of no use.
    kind, task : str
        Of a motion file: kind of trial; task by its name, else by its data.
    rate_missing : bool
        It can be read once its rate is stated.
    error : str
        Why it is of no use.
    """

    path: PurePosixPath
    told: Told
    role: str = ""
    kind: str = ""
    task: str = ""
    rate_missing: bool = False
    error: str = ""


def find_files(folder: Path) -> list[Found]:
    """Every file below a folder that may hold a recording, in the order of its path; hidden ones are left out."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and _is_candidate(path.relative_to(folder)))
    return [_look(folder, path.relative_to(folder)) for path in paths]


def _is_candidate(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    own = path.as_posix() in TABLES or path.suffix.lower() in NOT_LOOKED_AT
    return not hidden and not own


def _look(folder: Path, path: Path) -> Found:
    short = PurePosixPath(path.as_posix())
    told = read_name(short)
    found = Found(short, told if told.participant else replace(told, participant=FIRST_PARTICIPANT))
    try:
        if holds_forces(read_source(folder / path)):
            return replace(found, role="forces")
    except DataError as error:
        return replace(found, error=error.problem)
    if _holds_events(folder / path):
        return replace(found, role="events")
    return _motion(folder / path, found)


def _motion(path: Path, found: Found) -> Found:
    speed = found.told.speed_m_s
    one = inspect_file(path, speed_m_s=speed)
    missing = False
    if not one.readable:
        tried = inspect_file(path, speed_m_s=speed, rate_hz=TRIED_RATE_HZ)
        one, missing = (tried, True) if tried.readable else (one, False)
    if not one.readable:
        return replace(found, error=one.error.removeprefix(f"{one.file}: "))
    if one.kind == "curves":
        return replace(found, error="these are mean curves of a stride, not a recording.")
    role = "sensor" if one.kind in ("imu", "orientations") and len(one.columns) == 1 else "motion"
    return replace(found, role=role, kind=one.kind, task=found.told.task or one.task, rate_missing=missing)


def _holds_events(path: Path) -> bool:
    try:
        return len(read_events(path)) > 0
    except DataError:
        return False


def beside(motion: Found, others: Sequence[Found], role: str) -> str:
    """Path of the one file of a role that belongs to a motion file; empty where there is none or more than one."""
    same = [other for other in others if other.role == role and other.told.key == motion.told.key]
    return same[0].path.as_posix() if len(same) == 1 else ""


def static_of(motion: Found, others: Sequence[Found]) -> str:
    """Path of the visit's standing trial, of the same folder where there are several; empty where it is not plain."""
    visit = (motion.told.participant, motion.told.session)
    statics = [
        other
        for other in others
        if other.role == "motion"
        and other.task == "static"
        and other.kind == motion.kind
        and (other.told.participant, other.told.session) == visit
    ]
    near = [other for other in statics if other.path.parent == motion.path.parent]
    chosen = near or statics
    return chosen[0].path.as_posix() if len(chosen) == 1 else ""
