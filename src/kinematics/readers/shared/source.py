"""A file as it lies on disk: its bytes, hash, encoding and lines."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.conventions import DataError
from kinematics.files import decode, read_bytes

HEAD_BYTES = 65_536
HEAD_LINES = 80
NEAR_LINES = 200  # found by walking from the start, without a pass over the whole file
FEWEST_HEAD_LINES = 5  # even where they are longer than HEAD_BYTES
_NEWLINE = 10
BLANK = b" \t\r\n\xef\xbb\xbf"
#: Five bytes that Windows-1252 leaves undefined, and that decoders refuse, become question marks.
_DEFINED_IN_CP1252 = bytes.maketrans(b"\x81\x8d\x8f\x90\x9d", b"?????")
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sha256")


@dataclass(frozen=True)
class Source:
    """
    A file that was read, whatever is in it.

    Attributes
    ----------
    file : str
        Its name without folder, for messages and passports.
    data : bytes
        As on disk.
    hashed : Future
        Its SHA-256, worked out on another thread while the numbers are parsed.
    path : Path
        Where it lies; for readers that need neighbouring files or a library that opens files itself.
    found : dict
        What was worked out once and is asked for by many readers.
    """

    file: str
    data: bytes
    hashed: Future
    path: Path
    found: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes on disk."""
        return self.hashed.result()

    @property
    def stem(self) -> str:
        """File name without its last ending."""
        return Path(self.file).stem

    @cached_property
    def is_text(self) -> bool:
        """Whether the file holds text."""
        return b"\0" not in self._decoded[0][:HEAD_BYTES]

    @property
    def encoding(self) -> str:
        """Of `text`: utf8 or cp1252, in Arrow's spelling."""
        return self._decoded[1]

    @property
    def text(self) -> bytes:
        """The text without byte order mark, every line ending in a newline."""
        return self._decoded[0]

    @cached_property
    def head(self) -> list[str]:
        """The first lines, whole ones, without their ends; empty for binary files."""
        if not self.is_text:
            return []
        lines: list[str] = []
        start = 0
        while len(lines) < HEAD_LINES and (start < HEAD_BYTES or len(lines) < FEWEST_HEAD_LINES):
            if start >= len(self.text):
                break
            end = self.text.find(b"\n", start)
            end = len(self.text) if end < 0 else end
            lines.append(self._string(self.text[start:end]))
            start = end + 1
        return lines

    def rows(self, first_line: int, stop_line: int | None = None) -> memoryview:
        """Bytes of the 0-based lines [first_line, stop_line); to the end without `stop_line`."""
        stop = None if stop_line is None else self._start_of(stop_line)
        return memoryview(self.text)[self._start_of(first_line) : stop]

    def lines(self, first_line: int, stop_line: int | None = None) -> list[str]:
        """The 0-based lines [first_line, stop_line) without their ends."""
        text = self._string(bytes(self.rows(first_line, stop_line)))
        lines = text.split("\n")
        return [line.rstrip("\r") for line in (lines[:-1] if lines and not lines[-1] else lines)]

    @cached_property
    def line_starts(self) -> np.ndarray:
        """Byte at which each line begins, and one beyond the last. Needs one pass over the file."""
        ends = np.flatnonzero(np.frombuffer(self.text, np.uint8) == _NEWLINE) + 1
        starts = np.concatenate(([0], ends))
        return starts if starts[-1] == len(self.text) else np.append(starts, len(self.text))

    def _start_of(self, line: int) -> int:
        if "line_starts" not in self.__dict__ and line <= NEAR_LINES:
            start = 0
            for _ in range(line):
                end = self.text.find(b"\n", start)
                start = len(self.text) if end < 0 else end + 1
            return start
        return int(self.line_starts[min(line, self.line_starts.size - 1)])

    def _string(self, data: bytes) -> str:
        encoding = "utf-8" if self.encoding == "utf8" else self.encoding
        return data.decode(encoding, errors="replace").rstrip("\r")

    @cached_property
    def _decoded(self) -> tuple[bytes, str]:
        data, encoding = decode(self.data)
        if encoding == "cp1252":
            data = data.translate(_DEFINED_IN_CP1252)
        if b"\n" not in data[:HEAD_BYTES] and b"\r" in data[:HEAD_BYTES]:
            data = data.replace(b"\r", b"\n")
        return data, encoding


def read_source(path: Path) -> Source:
    """
    A file's bytes; hashing begins at once on another thread.

    Raises
    ------
    DataError
        Where the file cannot be opened or is empty.
    """
    data = read_bytes(path)
    if not data[:HEAD_BYTES].strip(BLANK) and not data.strip(BLANK):
        raise DataError("this file is empty.", file=path.name, remedy="Export it again.")
    return Source(path.name, data, _THREADS.submit(_sha256, data), path)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
