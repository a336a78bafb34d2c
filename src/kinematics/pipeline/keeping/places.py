"""Where a run writes; that nobody else writes there meanwhile; and whose results lie there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinematics.conventions import DataError
from kinematics.files import write_whole

try:
    import fcntl
except ImportError:  # a system without locks of this kind: names are changed at once there too
    fcntl = None  # type: ignore[assignment]

#: Folder below the study's tables in which each visit's results are kept for the next run.
KEPT = ".sessions"
MANIFEST = "manifest.json"
LOCK, OWNER = ".lock", ".study"
#: Files of an earlier run that are compared to tell whether a study of another place is the same study.
FILES_COMPARED = 20


@dataclass(frozen=True)
class Places:
    """
    Folders of one run.

    Attributes
    ----------
    tables, reports : Path
        The study's own folders.
    debug : bool
        Whether the trace of an internal error is shown.
    shared_script : str
        The script that its reports share; empty where each holds its own.
    """

    tables: Path
    reports: Path
    debug: bool
    shared_script: str = ""

    @property
    def kept(self) -> Path:
        """Where each visit's results are kept for the next run."""
        return self.tables / KEPT


@contextmanager
def locked(places: Places, *, shared: bool) -> Iterator[None]:
    """
    Holds the study's outputs: alone, or with other shards of the same study.

    Raises
    ------
    DataError
        Where another run holds them.
    """
    places.kept.mkdir(parents=True, exist_ok=True)
    with (places.kept / LOCK).open("ab") as file:
        if fcntl is not None:
            _take(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, places)
        yield


def _take(file: Any, kind: int, places: Places) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        remedy = "Wait for its end; the same command then takes over what it has done."
        raise DataError("another run is writing this study's outputs.", file=_shown(places), remedy=remedy) from None
    except OSError:  # a file system without locks
        return


def claim(places: Places, identity: str, sha256_there: Callable[[str], str]) -> None:
    """
    Makes the output folders this study's, known again by a hash of where it lies.

    A study that was moved or copied is known by its files: one that is as it was will do.

    Raises
    ------
    DataError
        Where they hold the results of another study of the same name.
    """
    mark = hashlib.sha256(identity.encode()).hexdigest().encode() + b"\n"
    for place in (places.tables, places.reports):
        owner = place / OWNER
        known = owner.read_bytes() if owner.is_file() else mark
        if known != mark and not _same_files(places, sha256_there):
            remedy = "Give folders of its own with --processed and --reports, or another name to the study's folder."
            raise DataError("these are the results of another study of this name.", file=_shown(places), remedy=remedy)
    for place in (places.tables, places.reports):
        if not (place / OWNER).is_file() or (place / OWNER).read_bytes() != mark:
            write_whole(place / OWNER, mark)


def _same_files(places: Places, sha256_there: Callable[[str], str]) -> bool:
    """Whether one of the motion files of the last run lies in the study unchanged; also where there was none."""
    from kinematics.study.folder import TABLES

    inputs: dict[str, str] = {}
    with suppress(OSError, ValueError, KeyError, TypeError):
        inputs = json.loads((places.tables / MANIFEST).read_bytes())["inputs"]
    found = [(name, sha) for name, sha in sorted(inputs.items()) if name not in TABLES][:FILES_COMPARED]
    return not found or any(sha256_there(name) == sha for name, sha in found)


def _shown(places: Places) -> str:
    return places.tables.as_posix()
