"""A file as it lies on disk: its bytes, hash, encoding and lines, read as far as they are needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kinematics.conventions import DataError
from kinematics.files import note_hash, open_bytes, plain_lines, unreadable
from kinematics.readers.shared.limits import check_rows, check_start
from kinematics.readers.shared.passing import FileBytes, FileHash, Passage, begin_hash
from kinematics.settings import LimitSettings

#: So much of a file is read at once: all of a small one, of a large one what tells its format and its first rows.
START_BYTES = 1 << 17
#: Where the rows are so long that fewer than these stand in it, more of it is read.
START_LINES, MORE_BYTES = 140, 1 << 20
#: A file up to this is held while it is parsed: nothing is handed from thread to thread then. [bytes]
WHOLE_BYTES = 1 << 24
HEAD_BYTES = 65_536
HEAD_LINES = 80
NEAR_LINES = 200  # found by walking from the start, without a pass over the whole file
FEWEST_HEAD_LINES = 5  # even where they are longer than HEAD_BYTES
_NEWLINE = 10
BLANK = b" \t\r\n\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
DEFAULT = LimitSettings()


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
    hashed : Future of str
        Its SHA-256, worked out on another thread while the numbers are parsed.
    path : Path
        Where it lies; for readers that need neighbouring files or a library that opens files itself.
    found : dict
        What was worked out once and is asked for by many readers.
    """

    file: str
    data: bytes = field(repr=False)
    hashed: Future[str]
    path: Path
    found: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def start(self) -> bytes:
        """The first bytes as on disk."""
        return self.data[:START_BYTES]

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
        return b"\0" not in self._opening[0][:HEAD_BYTES]

    @property
    def encoding(self) -> str:
        """Of `text`: utf8 or cp1252, in Arrow's spelling."""
        return self._decoded[1]

    @property
    def text(self) -> bytes:
        """The text without byte order mark, every line ending in a newline."""
        return self._decoded[0]

    @property
    def opening(self) -> bytes:
        """The text as far as it has been read: at least its first lines."""
        return self._opening[0]

    @cached_property
    def head(self) -> list[str]:
        """The first lines, whole ones, without their ends; empty for binary files."""
        if not self.is_text:
            return []
        text, whole = self._opening
        lines = start = 0
        while lines < HEAD_LINES and (start < HEAD_BYTES or lines < FEWEST_HEAD_LINES):
            if start >= len(text) and not whole:  # lines longer than what was read
                text, whole = self.text, True
            if start >= len(text):
                break
            start = text.find(b"\n", start) + 1 or len(text)
            lines += 1
        return self._strings(text[:start])

    def rows(self, first_line: int, stop_line: int | None = None) -> memoryview:
        """Bytes of the 0-based lines [first_line, stop_line); to the end without `stop_line`."""
        stop = None if stop_line is None else self._start_of(stop_line)
        return memoryview(self.text)[self._start_of(first_line) : stop]

    def lines(self, first_line: int, stop_line: int | None = None) -> list[str]:
        """The 0-based lines [first_line, stop_line) without their ends."""
        near = None if stop_line is None else self._near(first_line, stop_line)
        return self._strings(bytes(self.rows(first_line, stop_line)) if near is None else near)

    def passage(self, first_line: int) -> Passage | None:
        """All bytes from a 0-based line on as an open file, where they are not to be held; else None: see `rows`."""
        return None

    def check_rows(self, longest: int) -> None:
        """Refuse a file on disk with a line longer than `longest` bytes; what was made from a file is let pass."""

    def cleaned(self, clean: Callable[[bytes], bytes]) -> Source:
        """The same file, its text changed by `clean`, which is given whole lines and keeps their number."""
        return Source(self.file, clean(self.text), self.hashed, self.path)

    def knows(self, module: Any) -> bool:
        """Whether a module of a format recognises the source; it is asked once."""
        if module.NAME not in self.found:
            self.found[module.NAME] = module.recognises(self)
        return self.found[module.NAME]

    @cached_property
    def line_starts(self) -> np.ndarray:
        """Byte at which each line begins, and one beyond the last. Needs one pass over the file."""
        ends = np.flatnonzero(np.frombuffer(self.text, np.uint8) == _NEWLINE) + 1
        starts = np.concatenate(([0], ends))
        return starts if starts[-1] == len(self.text) else np.append(starts, len(self.text))

    def _start_of(self, line: int) -> int:
        if "line_starts" not in self.__dict__ and line <= NEAR_LINES:
            return _line_start(self.text, line)
        return int(self.line_starts[min(line, self.line_starts.size - 1)])

    def _near(self, first_line: int, stop_line: int) -> bytes | None:
        """The bytes of some lines, where they lie within the opening."""
        text, whole = self._opening
        if whole or stop_line > NEAR_LINES:
            return None
        start, stop = _line_start(text, first_line), _line_start(text, stop_line)
        return text[start:stop] if stop < len(text) else None

    def _strings(self, text: bytes) -> list[str]:
        encoding = "utf-8" if self._spelling == "utf8" else self._spelling
        lines = text.decode(encoding, errors="replace").split("\n")
        return [line.rstrip("\r") for line in (lines[:-1] if not lines[-1] else lines)]

    @property
    def _spelling(self) -> str:
        """The encoding as far as it is known."""
        return self._decoded[1]

    @property
    def _opening(self) -> tuple[bytes, bool]:
        """The text as far as it has been read, in whole lines; whether that is all of it."""
        return self._decoded[0], True

    @cached_property
    def _decoded(self) -> tuple[bytes, str]:
        return plain_lines(self.data)


class LargeSource(Source):
    """
    A large text file of which only the beginning was read; `data` and what is made of it read all when asked for.

    Parameters
    ----------
    content : FileBytes
        The file; its first bytes end a line.
    clean : callable, optional
        What its text is changed by, as `cleaned` says.
    """

    content: FileBytes
    clean: Callable[[bytes], bytes] | None

    def __init__(self, content: FileBytes, clean: Callable[[bytes], bytes] | None = None) -> None:
        values = {"file": content.path.name, "hashed": content.hashed, "path": content.path, "found": {}}
        self.__dict__.update(values, content=content, clean=clean)

    @cached_property
    def data(self) -> bytes:  # type: ignore[override]
        """As on disk."""
        return self.content.whole()

    @property
    def start(self) -> bytes:
        """The first bytes as on disk."""
        return self.content.start

    def passage(self, first_line: int) -> Passage | None:
        """All bytes from a 0-based line on, as an open file; None for few, or where the beginning ends before them."""
        skip = None if self.content.size <= WHOLE_BYTES else self._place(first_line)
        return None if skip is None else Passage(self.content, skip, self.clean)

    def rows(self, first_line: int, stop_line: int | None = None) -> memoryview:
        """As `Source.rows`; to the end of the file as on disk."""
        skip = self._place(first_line) if stop_line is None and self.clean is None else None
        return super().rows(first_line, stop_line) if skip is None else memoryview(self.data)[skip:]

    def _place(self, line: int) -> int | None:
        """Byte on disk at which a 0-based line begins; None where the beginning does not reach so far."""
        text = plain_lines(self.start)[0]  # lines keep their number, not their length, when they are cleaned
        first = _line_start(text, line)
        return None if "_decoded" in self.__dict__ or first >= len(text) else len(self.start) - len(text) + first

    def check_rows(self, longest: int) -> None:
        """As `Source.check_rows`."""
        check_rows(self.path, longest)

    def cleaned(self, clean: Callable[[bytes], bytes]) -> Source:
        """As `Source.cleaned`; the text is changed as it passes."""
        return LargeSource(self.content, clean) if self.clean is None else super().cleaned(clean)

    @property
    def _spelling(self) -> str:
        return self._decoded[1] if "_decoded" in self.__dict__ else self._first_lines[1]

    @property
    def _opening(self) -> tuple[bytes, bool]:
        return (self._decoded[0], True) if "_decoded" in self.__dict__ else (self._first_lines[0], False)

    @cached_property
    def _first_lines(self) -> tuple[bytes, str]:
        return self._changed(*plain_lines(self.start))

    @cached_property
    def _decoded(self) -> tuple[bytes, str]:
        return self._changed(*plain_lines(self.data))

    def _changed(self, text: bytes, encoding: str) -> tuple[bytes, str]:
        return (text if self.clean is None else self.clean(text)), encoding


def read_source(path: Path, limits: LimitSettings = DEFAULT) -> Source:
    """
    A file, read as far as it takes to tell its format; a small one, a binary one and UTF-16 are read whole.

    Raises
    ------
    DataError
        Where the file cannot be opened, is empty, or asks for more than the limits allow.
    """
    try:
        with open_bytes(path) as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(START_BYTES) or b""
            check_start(path, start, size, limits)
            if _is_large_text(start, size):
                if start.count(b"\n") < START_LINES:
                    start += file.read(MORE_BYTES) or b""
                content = FileBytes(path, start[: start.rfind(b"\n") + 1], size, FileHash(path))
                note_hash(path, content.hashed)
                return LargeSource(content)
            data = start + file.readall()
    except OSError as error:
        raise unreadable(error, path) from None
    if not data.strip(BLANK):
        raise DataError("this file is empty.", file=path.name, remedy="Export it again.")
    hashed = begin_hash(path, data)
    note_hash(path, hashed)
    return Source(path.name, data, hashed, path)


def _is_large_text(start: bytes, size: int) -> bool:
    """Whether more follows, and it is text in lines whose bytes can be taken as they are."""
    head = start[:HEAD_BYTES]
    plain = b"\n" in head and b"\0" not in head and not head.startswith(_UTF16)
    return plain and size > len(start) == START_BYTES and bool(start.strip(BLANK))


def _line_start(text: bytes, line: int) -> int:
    """Byte at which a 0-based line begins; the end of the text where there are fewer."""
    start = 0
    for _ in range(line):
        end = text.find(b"\n", start)
        if end < 0:
            return len(text)
        start = end + 1
    return start
