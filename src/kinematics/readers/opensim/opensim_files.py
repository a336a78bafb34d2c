"""The text files of OpenSim (.mot, .sto): header up to `endheader`, then a row of labels and the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from kinematics.conventions import DataError
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block

END = "endheader"
HEADER_LINES = 40
#: What Excel pads header lines with when it saves them as a table.
PADDING = ' \t,;"'


@dataclass(frozen=True)
class Storage:
    """
    One file of that kind.

    Attributes
    ----------
    header : mapping of str to str
        ``key=value`` lines, keys in lower case.
    lines : tuple of str
        All header lines, without padding.
    table : Block
    """

    header: dict[str, str]
    lines: tuple[str, ...]
    table: Block


def end_of_header(source: Source) -> int | None:
    """0-based line of `endheader`, None where the first 40 lines have none."""
    stripped = (line.strip(PADDING).lower() for line in source.head[:HEADER_LINES])
    return next((number for number, line in enumerate(stripped) if line == END), None)


def header_of(source: Source) -> tuple[dict[str, str], tuple[str, ...]]:
    """The ``key=value`` lines above `endheader` by lower-case key, and all lines without padding."""
    end = end_of_header(source)
    lines = tuple(line.strip(PADDING) for line in source.head[:end])
    pairs = (line.partition("=") for line in lines if re.match(r"\w+\s*=", line))
    return {key.strip().lower(): value.strip(PADDING) for key, _, value in pairs}, lines


def read_storage(source: Source) -> Storage:
    """
    Header and table of a file with an `endheader`.

    Raises
    ------
    DataError
        Where no row of labels and numbers follows.
    """
    header, lines = header_of(source)
    first = _label_line(source)
    if not re.search(r"[\t,;]", source.head[first].strip()):
        source = source.cleaned(_with_tabs)
    label = source.head[first]
    separator = next((mark for mark in "\t;," if mark in label), "\t")
    names = [cell.strip().strip('"') for cell in label.rstrip(PADDING).split(separator)]
    block = Block(source, tuple(names), separator, ".", first + 1)
    if not block.has_rows:
        raise DataError("there is no row of numbers below the labels.", file=source.file, remedy="Export it again.")
    if block.has_decimal_comma:
        block = replace(block, decimal=",")
    return Storage(header, lines, block)


def _label_line(source: Source) -> int:
    end = end_of_header(source)
    assert end is not None
    for number in range(end + 1, len(source.head)):
        if source.head[number].strip(PADDING):
            return number
    raise DataError("the file ends with its header.", file=source.file, remedy="Export it again.")


def _with_tabs(text: bytes) -> bytes:
    """Lines with one tab between cells instead of blanks, and none at their ends."""
    return b"\n".join([b"\t".join(line.split()) for line in text.split(b"\n")])
