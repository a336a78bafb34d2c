"""The parts of an Excel workbook (ECMA-376, SpreadsheetML): sheet names, shared texts, and a sheet's rows as lines."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from xml.parsers import expat

from kinematics.readers.shared.xml_stream import XmlError, check_depth, feed

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SHARED = "xl/sharedStrings.xml"
MOST_ROWS = 1_048_576  # of the format itself
MOST_COLUMNS = 16_384
LONGEST_SHORT_NUMBER = 15  # digits that a double always keeps: such a text needs no rounding
_BREAKS = re.compile(r"[\t\r\n]+")


class SheetError(Exception):
    """A part that is no SpreadsheetML, or too large."""


class TooManyError(SheetError):
    """More cells or texts than the limit allows."""


def sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Parts of the archive that hold the sheets of numbers, by the sheet's name, in the workbook's order."""
    targets = {entry.get("Id", ""): entry for entry in _attributes(book, RELATIONS, "Relationship")}
    parts = {}
    for sheet in _attributes(book, WORKBOOK, "sheet"):
        identity = next((value for key, value in sheet.items() if key.rpartition(":")[2] == "id"), "")
        entry = targets.get(identity, {})
        if entry.get("Type", "").endswith("/worksheet"):
            parts[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", entry.get("Target", "")))[1:]
    return parts


def sheet_lines(book: zipfile.ZipFile, part: str, *, most_cells: int) -> list[str]:
    """
    Rows of a sheet between tabs, line n being row n, all of the widest one's width; empty ones at the end are missing.

    Raises
    ------
    SheetError
        Where the sheet has more cells than `most_cells` (TooManyError), or rows and columns that no sheet has.
    """
    shared = _shared_texts(book, most_cells)
    lines: list[str] = []
    cells: list[str] = []
    columns: dict[str, int] = {}
    text: list[str] = []
    count = depth = 0
    kind = ""
    inside = False  # of an element that holds a cell's value

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal kind, inside, depth
        tag = tag.rpartition(":")[2]
        check_depth(depth := depth + 1)
        if tag == "c":
            kind = attributes.get("t", "n")
            letters = attributes.get("r", "").rstrip("0123456789")
            column = _column(letters, columns) if letters else len(cells)
            cells.extend([""] * (column - len(cells)))
            del cells[column:]
            text.clear()
        elif tag == "row":
            row = int(attributes.get("r", len(lines) + 1))
            if not len(lines) < row <= MOST_ROWS:
                raise SheetError(f"row {row}")
            lines.extend([""] * (row - 1 - len(lines)))
            cells.clear()
        elif tag in ("v", "t"):
            inside = True

    def end(tag: str) -> None:
        nonlocal count, inside, depth
        tag = tag.rpartition(":")[2]
        depth -= 1
        if tag in ("v", "t"):
            inside = False
        elif tag == "c":
            cells.append(_value(kind, "".join(text), shared))
            if len(cells) > MOST_COLUMNS:
                raise SheetError(f"more than {MOST_COLUMNS} columns")
        elif tag == "row":
            lines.append("\t".join(cells).rstrip("\t"))
            count += len(cells)  # empty ones before the last count: they take their place
            if count > most_cells:
                raise TooManyError(f"more than {most_cells} cells")

    def characters(data: str) -> None:
        if inside:
            text.append(data)

    _parse(book, part, start, end, characters)
    while lines and not lines[-1]:
        lines.pop()
    width = max((line.count("\t") for line in lines), default=0) + 1
    if width * len(lines) > most_cells:
        raise TooManyError(f"more than {most_cells} cells")
    return [line + "\t" * (width - 1 - line.count("\t")) for line in lines]


def _value(kind: str, text: str, shared: list[str]) -> str:
    """A cell as text: numbers with as many digits as they need, whole ones without a point."""
    if kind == "n":
        if len(text) <= LONGEST_SHORT_NUMBER and "E" not in text and "e" not in text:
            return text
        number = float(text)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if kind == "s":
        return shared[int(text)]
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    return _BREAKS.sub(" ", text)


def _column(letters: str, known: dict[str, int]) -> int:
    """Column from 0 of its letters."""
    if letters not in known:
        number = 0
        for letter in letters[:4].upper():
            number = 26 * number + ord(letter) - ord("A") + 1
        if not 1 <= number <= MOST_COLUMNS:
            raise SheetError(f"column {letters[:8]}")
        known[letters] = number - 1
    return known[letters]


def _shared_texts(book: zipfile.ZipFile, most: int) -> list[str]:
    """The texts that cells refer to by number, without phonetic hints."""
    if SHARED not in book.namelist():
        return []
    texts: list[str] = []
    parts: list[str] = []
    path: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        path.append(tag.rpartition(":")[2])
        check_depth(len(path))
        if len(texts) > most:
            raise TooManyError(f"more than {most} texts")

    def end(tag: str) -> None:
        path.pop()
        if tag.rpartition(":")[2] == "si":
            texts.append(_BREAKS.sub(" ", "".join(parts)))
            parts.clear()

    def characters(data: str) -> None:
        if path[-1] == "t" and "rPh" not in path:
            parts.append(data)

    _parse(book, SHARED, start, end, characters)
    return texts


def _attributes(book: zipfile.ZipFile, part: str, name: str) -> list[dict[str, str]]:
    """Attributes of every element of a name."""
    found: list[dict[str, str]] = []
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        check_depth(depth := depth + 1)
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    _parse(book, part, start, end, _ignore)
    return found


def _ignore(_: str) -> None:
    return


def _parse(
    book: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
) -> None:
    """One pass over an XML part, unpacked piece by piece."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    with book.open(part) as file:
        try:
            feed(parser, file.read)
        except XmlError as error:
            raise SheetError(str(error)) from None
