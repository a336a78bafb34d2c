"""The bytes of a file that is not held in memory: its first at once, all of them as they pass, hashed on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from kinematics.conventions import DataError
from kinematics.files import open_bytes, unreadable

if TYPE_CHECKING:
    from pyarrow import Buffer, OSFile

_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sha256")
#: What hashes: SHA-256.
new_digest = hashlib.sha256


class FileHash(Future[str]):
    """
    The SHA-256 of a file: known when its bytes have passed once; where nobody reads them, they are read for it.

    Parameters
    ----------
    path : Path
        The file, also named in the error where its bytes are others the next time that they pass.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._running: Future[str] | None = None
        self._settling = Lock()

    def result(self, timeout: float | None = None) -> str:
        """Hexadecimal digits; waits for a hash that is being worked out."""
        if not self.done():
            self.settle(_of_file(self.path) if self._running is None else self._running.result(timeout))
        return super().result()

    def begin(self, data: bytes) -> None:
        """Hash all of the file's bytes on another thread; at once where they have passed before."""
        if self.done():
            self.settle(_of_bytes(data))
        else:
            self._running = _THREADS.submit(_of_bytes, data)

    def settle(self, digest: str) -> None:
        """
        Say what the bytes that passed hash to.

        Raises
        ------
        DataError
            Where it is not what they hashed to before.
        """
        with self._settling:
            if not self.done():
                self.set_result(digest)
        if super().result() != digest:
            raise changed(self.path)


@dataclass(frozen=True)
class FileBytes:
    """
    A file whose first bytes are known.

    Attributes
    ----------
    path : Path
    start : bytes
        The first bytes.
    size : int
        Of the file when they were read. [bytes]
    hashed : FileHash
    """

    path: Path
    start: bytes
    size: int
    hashed: FileHash

    def whole(self) -> bytes:
        """All bytes at once; their hash is worked out on another thread."""
        try:
            with open_bytes(self.path) as file:
                data = file.readall()
        except OSError as error:
            raise unreadable(error, self.path) from None
        if not data.startswith(self.start):
            raise changed(self.path)
        self.hashed.begin(data)
        return data


class Passage:
    """
    A file open for one pass from beginning to end, as Arrow reads it; numbers and hash come from the same bytes.

    Used in a ``with`` block: where it ends well, the rest of the file passes too and the hash is settled.

    Parameters
    ----------
    source : FileBytes
    skip : int
        First bytes that are hashed and not given; they lie within the file's `start`. [bytes]
    clean : callable, optional
        What the bytes are changed by before they are given, whole lines at a time.
    """

    closed = False

    def __init__(self, source: FileBytes, skip: int, clean: Callable[[bytes], bytes] | None = None) -> None:
        import pyarrow as pa

        self._source, self._clean, self._cut = source, clean, b""
        self._file = _arrow_file(source.path)
        #: Bytes that it will give, as far as the system says. [bytes]
        self.size = self._file.size() - skip
        self._digest = new_digest(source.start)
        self._next = source.start[skip:]
        if not self._read(len(source.start)).equals(pa.py_buffer(source.start)):
            self.close()
            raise changed(source.path)

    def read(self, size: int) -> bytes | Buffer:
        """The next bytes, about `size` at most; none at the end."""
        if self._clean is None:
            return self._piece(size)
        lines = [self._cut]
        while piece := bytes(self._piece(size)):
            whole = piece.rfind(b"\n") + 1
            lines.append(piece[:whole] if whole else piece)
            if whole:
                self._cut = piece[whole:]
                break
        else:
            self._cut = b""
        return self._clean(b"".join(lines))

    def _piece(self, size: int) -> bytes | Buffer:
        if self._next:
            chunk, self._next = self._next[:size], self._next[size:]
            return chunk
        chunk = self._read(size)
        self._digest.update(chunk)
        return chunk

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self.closed = True

    def __enter__(self) -> Passage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                while len(self._piece(len(self._source.start))):
                    pass
                self._source.hashed.settle(self._digest.hexdigest())
        finally:
            self.close()

    def _read(self, size: int) -> Buffer:
        try:
            return self._file.read_buffer(size)
        except OSError as error:
            raise unreadable(error, self._source.path) from None


def _arrow_file(path: Path) -> OSFile:
    """The file, read into memory that Arrow keeps and uses again."""
    import pyarrow as pa

    try:
        return pa.OSFile(str(path))
    except OSError as error:
        raise unreadable(error, path) from None


def begin_hash(path: Path, data: bytes) -> FileHash:
    """The hash of a file whose bytes are all there, being worked out on another thread."""
    hashed = FileHash(path)
    hashed.begin(data)
    return hashed


def changed(path: Path) -> DataError:
    """The error for a file that is not what it was when its first bytes were read."""
    return DataError(
        "this file was changed while it was read.", file=path.name, remedy="Read it again when it has been written."
    )


def _of_bytes(data: bytes) -> str:
    return new_digest(data).hexdigest()


def _of_file(path: Path) -> str:
    try:
        with open_bytes(path) as file:
            return hashlib.file_digest(file, new_digest).hexdigest()
    except OSError as error:
        raise unreadable(error, path) from None
