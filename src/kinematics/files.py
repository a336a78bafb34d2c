"""Files as bytes: read with one sentence where that fails, told by encoding, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kinematics.conventions import DataError

#: Ending of the names of files that are being written.
PART = ".part"


def read_bytes(path: Path) -> bytes:
    """
    A file's bytes.

    Raises
    ------
    DataError
        Where the file is not there or cannot be opened.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError("this file does not exist.", file=path.name, remedy="Check its name and folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable name"
        raise DataError(f"this file cannot be read ({reason}).", file=path.name) from None


def decode(data: bytes) -> tuple[bytes, str]:
    """
    A text file's bytes without byte order mark, and their encoding: utf8 or cp1252.

    UTF-16 is told by its mark and turned into UTF-8; bytes that are no UTF-8 are taken for Windows-1252. The names
    are those that both Arrow and Python know.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").encode("utf-8"), "utf8"
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.isascii():
        return data, "utf8"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data, "cp1252"
    return data, "utf8"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    A temporary name beside `path`, to be written within the block; it becomes `path` when the block ends well.

    Where it does not, the temporary file is removed and `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path | str, content: bytes) -> Path:
    """Writes a file whole or not at all, its folder too where it is missing, and returns its path."""
    path = Path(path)
    with replacing(path) as part:
        part.write_bytes(content)
    return path


def sweep(folder: Path) -> None:
    """Removes what a run that was cut off left half written in `folder`."""
    for part in folder.glob(f".*{PART}"):
        part.unlink(missing_ok=True)
