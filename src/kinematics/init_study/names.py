"""What a file's name and folder say: who, which visit, what was done, how fast."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

#: Words of a name -> task. A word counts where it stands alone or before digits: run35, static2.
TASK_WORDS = {
    "static": ("static", "standing", "stand", "stance", "npose", "tpose", "calibration", "calib", "cal", "anatomical"),
    "rom": ("rom", "functional", "range", "swinger"),
    "run": ("run", "running", "jog", "jogging", "sprint"),
    "walk": ("walk", "walking", "gait"),
}
#: Words that say what is in a file, not which trial it is.
CONTENT_WORDS = frozenset(
    ("markers", "marker", "mkr", "mocap", "capture", "trajectories", "motion", "points", "kinematics", "angles", "ik")
).union(("raw", "forces", "force", "grf", "analog", "devices", "plates", "events", "processed"))
#: Folders that say how files are sorted, not whose they are.
PLAIN_FOLDERS = CONTENT_WORDS | {"data", "lab", "trials", "files", "export", "exports", "c3d", "csv", "trc", "motion"}
#: Speeds that somebody walks or runs at; a number beyond them is a count. [m/s]
SPEEDS_M_S = (0.3, 9.0)
KM_H = 3.6
FIRST_SESSION = "1"
_SPLIT = re.compile(r"[\s_\-.]+|(?<=[a-z])(?=[A-Z])|(?<=\d)(?=[A-Za-z])")
_VISIT = re.compile(r"(?:ses|session|visit|day|v|s|t)?[-_]?(\d{1,3}|\d{4}-?\d{2}(?:-?\d{2})?)", re.IGNORECASE)
_PERSON = re.compile(r"([A-Za-z]{0,12}[-_]?\d{1,5})(?![0-9])")
_BIDS = re.compile(r"(?:^|[_/])(sub|ses)-([A-Za-z0-9]+)")
_UNIT_SPEED = re.compile(r"(\d+(?:[.,p]\d+)?)[ _-]?(m_?s|mps|ms|km_?h|kmh|kph)(?![a-z])", re.IGNORECASE)
_TENTHS = re.compile(r"(?:run|walk|gait|T|V)[_-]?(\d{2})(?!\d)", re.IGNORECASE)
_UNUSABLE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Told:
    """
    What the name of a file says; empty or NaN where it says nothing.

    Attributes
    ----------
    participant, session, task : str
    speed_m_s : float
        [m/s]
    key : str
        What the files of one recording share: folder and stem without words for their content.
    """

    participant: str
    session: str
    task: str
    speed_m_s: float
    key: str


def read_name(path: PurePosixPath) -> Told:
    """
    What a path below the study folder says.

    >>> told = read_name(PurePosixPath("P01_2_run35_markers.txt"))
    >>> told.participant, told.session, told.task, told.speed_m_s
    ('P01', '2', 'run', 3.5)
    """
    words = [word for word in _SPLIT.split(path.stem) if word]
    participant, session = _who(path)
    kept = [word.lower() for word in words if word.lower() not in CONTENT_WORDS]
    key = "/".join((path.parent.as_posix(), "_".join(kept)))
    return Told(participant, session, _task(words), _speed(path.stem), key)


def _who(path: PurePosixPath) -> tuple[str, str]:
    """Participant and session: BIDS labels, else the beginning of the name, else the folders."""
    labels = dict(_BIDS.findall(path.as_posix()))
    if "sub" in labels:
        return labels["sub"], labels.get("ses", FIRST_SESSION)
    person = _PERSON.match(path.stem)
    folders = [part for part in path.parts[:-1] if part.lower() not in PLAIN_FOLDERS]
    if person and _task_of(_SPLIT.split(person[1])[0]) == "":
        after = [word for word in re.split(r"[_\s]", path.stem[person.end() :]) if word]
        visit = _VISIT.fullmatch(after[0]) if after and path.stem[person.end()] in "_ -" else None
        return person[1], visit[1] if visit else _visit_of(folders[1:] or folders)
    return (_id(folders[0]) if folders else ""), _visit_of(folders[1:])


def _visit_of(folders: list[str]) -> str:
    found = _VISIT.fullmatch(folders[0]) if folders else None
    return found[1] if found else FIRST_SESSION


def _id(text: str) -> str:
    return _UNUSABLE.sub("-", text).strip("-._")[:64]


def _task(words: list[str]) -> str:
    return next(filter(None, map(_task_of, words)), "")


def _task_of(word: str) -> str:
    plain = word.lower().rstrip("0123456789")
    return next((task for task, names in TASK_WORDS.items() if plain in names), "")


def _speed(stem: str) -> float:
    """Speed with its unit, else two digits behind run, walk, T or V as tenths of m/s; NaN without either."""
    if found := _UNIT_SPEED.search(stem):
        number = float(re.sub("[,p]", ".", found[1]))
        return _possible(number / KM_H if found[2].lower().startswith("k") else number)
    found = _TENTHS.search(stem)
    return _possible(float(found[1]) / 10.0) if found else float("nan")


def _possible(speed_m_s: float) -> float:
    low, high = SPEEDS_M_S
    return round(speed_m_s, 3) if low <= speed_m_s <= high else float("nan")
