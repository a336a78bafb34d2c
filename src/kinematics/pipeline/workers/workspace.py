"""A folder for a while: gone with the block, and with the next one where a process was killed in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kinematics.pipeline.keeping.places import LOCK, fcntl

PREFIX = "kinematics-"


@contextmanager
def workspace() -> Iterator[Path]:
    """
    An empty folder in the system's place for temporary files.

    It is locked while it is in use; those that nobody holds any more, as their process was killed, are removed.
    """
    _remove_deserted()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with (folder / f"{LOCK}.new").open("wb") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
                (folder / f"{LOCK}.new").rename(folder / LOCK)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_deserted() -> None:
    if fcntl is None:
        return
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
