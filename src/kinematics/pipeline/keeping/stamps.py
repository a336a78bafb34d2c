"""What is known of files without reading them: size and time of change, trusted only where they cannot deceive."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinematics.files import write_whole

INDEX = ".index.json"
#: A file changed less than this before it is looked at may change again within the same tick of a coarse clock.
CLEARLY_OLDER_NS = 2_000_000_000
_STAMP_BYTES = 8


def stamp(path: Path | str) -> str:
    """
    A short hash of a file's size and time of change; empty where there is no such file.

    Empty too where it changed just now: another change might leave the same stamp.
    """
    return _stamp(path, CLEARLY_OLDER_NS)


def own_stamp(path: Path | str) -> str:
    """As `stamp`, of a file that only this run writes while it holds the folder: it may have changed just now."""
    return _stamp(path, 0)


def _stamp(path: Path | str, older_ns: int) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ""
    if not stat.S_ISREG(status.st_mode) or time.time_ns() - status.st_mtime_ns < older_ns:
        return ""
    text = f"{status.st_size} {status.st_mtime_ns}"
    return hashlib.blake2b(text.encode(), digest_size=_STAMP_BYTES).hexdigest()


@dataclass
class Index:
    """
    Stamps and hashes of a finished run.

    Attributes
    ----------
    inputs, outputs : dict
        Name of a file -> its stamp and its SHA-256; outputs also of what is kept, by `Path.name`.
    made_from : str
        Hash of all that the study's own tables and pages were made from.
    """

    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    outputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    made_from: str = ""

    def known_input(self, name: str, now: str) -> str:
        """The file's SHA-256 where its stamp `now` is the one it had; else empty."""
        return _known(self.inputs, name, now)

    def known_output(self, name: str, path: Path) -> str:
        """As `known_input`, of a file that a run wrote."""
        return _known(self.outputs, name, own_stamp(path)) if name in self.outputs else ""


def _known(found: dict[str, tuple[str, str]], name: str, now: str) -> str:
    then, sha256 = found.get(name, ("", ""))
    return sha256 if now and now == then else ""


def read_index(folder: Path) -> Index:
    """The index that the last finished run left in `folder`; an empty one where there is none that can be used."""
    try:
        found = json.loads((folder / INDEX).read_bytes())
        return Index(_pairs(found["inputs"]), _pairs(found["outputs"]), str(found["made_from"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Index()


def _pairs(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {str(name): (str(then), str(sha256)) for name, (then, sha256) in found.items()}


def write_index(folder: Path, index: Index) -> None:
    """Leaves the index for the next run, after all that it speaks of is on the disk."""
    flush()
    content = {"inputs": index.inputs, "outputs": index.outputs, "made_from": index.made_from}
    write_whole(folder / INDEX, json.dumps(content, sort_keys=True).encode())


def flush() -> None:
    """Waits until all that was written is on the disk, where the system can say so."""
    if hasattr(os, "sync"):
        os.sync()
