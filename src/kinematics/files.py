"""Files as bytes: read with one sentence where that fails, told by encoding, written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from kinematics.conventions import DataError

if TYPE_CHECKING:
    from concurrent.futures import Future

#: Ending of the names of files that are being written.
PART = ".part"
#: A text whose first newline lies beyond this has other ends of lines. [bytes]
FIRST_LINE_BYTES = 65_536
_DEFINED_IN_CP1252 = bytes.maketrans(b"\x81\x8d\x8f\x90\x9d", b"?????")


def read_bytes(path: Path, *, largest: int | None = None) -> bytes:
    """
    A file's bytes; with `largest`, of a file that has no more of them.

    Raises
    ------
    DataError
        Where the file is not there or cannot be opened.
    """
    try:
        with open_bytes(path) as file:
            size = os.fstat(file.fileno()).st_size
            if largest is not None and size > largest:
                problem = f"this file has {size / 1e6:.0f} MB, more than a table of a study ({largest / 1e6:.0f} MB)."
                raise DataError(problem, file=path.name, remedy="Keep recordings in files of their own.")
            return file.readall()
    except OSError as error:
        raise unreadable(error, path) from None


def open_bytes(path: Path) -> io.FileIO:
    """
    A file opened for reading its bytes.

    Raises
    ------
    DataError
        As `read_bytes`.
    """
    try:
        kind = os.stat(path).st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # opening a pipe would wait, reading a device never end
            raise DataError("this is a device or a pipe, not a file.", file=path.name, remedy="Name the file itself.")
        return io.FileIO(path)
    except DataError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable(error, path) from None


def unreadable(error: OSError | ValueError, path: Path) -> DataError:
    """The error for a file that the system does not open or read."""
    if isinstance(error, FileNotFoundError):
        return DataError("this file does not exist.", file=path.name, remedy="Check its name and folder.")
    reason = getattr(error, "strerror", None) or "not a usable name"
    return DataError(f"this file cannot be read ({reason}).", file=path.name)


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


def plain_lines(data: bytes) -> tuple[bytes, str]:
    """
    A text file's bytes as `decode` gives them, in lines that end in a newline, and their encoding.

    Five bytes that Windows-1252 leaves undefined, and that decoders refuse, become question marks.
    """
    data, encoding = decode(data)
    if encoding == "cp1252":
        data = data.translate(_DEFINED_IN_CP1252)
    if b"\n" not in data[:FIRST_LINE_BYTES] and b"\r" in data[:FIRST_LINE_BYTES]:
        data = data.replace(b"\r", b"\n")
    return data, encoding


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """
    A temporary name beside `path`, to be written within the block; it becomes `path` when the block ends well.

    What was written is on the disk before the name changes, so that a power cut leaves the old file or the new one.
    Where the block fails, the temporary file is removed and `path` stays as it was; an OSError names `path`.
    """
    with _beside(path) as part:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())


def write_whole(path: Path | str, content: bytes) -> Path:
    """Writes a file whole or not at all, its folder too where it is missing, and returns its path."""
    path = Path(path)
    with replacing(path) as part:
        part.write_bytes(content)
    return path


def write_unforced(path: Path, content: bytes) -> None:
    """
    As `write_whole`, without waiting for the disk: for files that a later run checks by their hash.

    Whoever reads the file finds it whole or not at all; after a power cut it may be there and hold something else.
    """
    with _beside(path) as part:
        part.write_bytes(content)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PART}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what a run that was cut off left half written in `folder`."""
    for part in folder.glob(f".*{PART}"):
        if not part.is_dir():
            part.unlink(missing_ok=True)


#: Hashes of the files that are read in this context, where somebody wants to know them.
_NOTED: ContextVar[dict[str, Future[str]] | None] = ContextVar("noted", default=None)


@contextmanager
def noting_hashes() -> Iterator[dict[str, Future[str]]]:
    """Collects the SHA-256 of every file that is read within the block, by its path as it was given to the reader."""
    noted: dict[str, Future[str]] = {}
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


def note_hash(path: Path, sha256: Future[str]) -> None:
    """Says that a file is being read and where its SHA-256 will be found, for whoever wants to know."""
    noted = _NOTED.get()
    if noted is not None:
        noted[str(path)] = sha256
