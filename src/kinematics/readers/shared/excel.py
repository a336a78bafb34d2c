"""Workbooks (.xlsx): each sheet becomes the text table that it would have been, so that every reader knows it."""

from __future__ import annotations

import io
import zipfile

from kinematics.conventions import DataError
from kinematics.readers.shared.excel_sheet import RELATIONS, WORKBOOK, SheetError, sheet_lines, sheet_parts
from kinematics.readers.shared.source import Source

ZIP_START = b"PK\x03\x04"
#: Start of the compound files of Excel before 2007, and of workbooks with a password.
OLD_START = b"\xd0\xcf\x11\xe0"
#: Largest parts of a workbook, unpacked; more is no measurement (or a zip bomb). [bytes]
LARGEST_SHEET = 400_000_000
LARGEST_OTHER_PART = 64_000_000
#: Ten minutes of 70 columns at 100 Hz are 4.2 million cells.
MOST_CELLS = 5_000_000
MOST_SHEETS = 8
DAMAGED = "Save the workbook again, or export it as CSV."


def is_workbook(source: Source) -> bool:
    """Whether the file is a workbook of this or the old kind."""
    return source.data.startswith((ZIP_START, OLD_START))


def sheet_names(source: Source) -> tuple[str, ...]:
    """Names of a workbook's sheets, in its order; empty for any other file. Cheap: no sheet is opened."""
    if not source.data.startswith(ZIP_START):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            if max(book.getinfo(part).file_size for part in (WORKBOOK, RELATIONS)) > LARGEST_OTHER_PART:
                return ()
            return tuple(sheet_parts(book))
    except Exception:  # whatever a damaged archive raises: it has no sheets
        return ()


def as_text(source: Source) -> list[Source]:
    """
    What a file holds as text: itself, or each filled sheet of a workbook, once between tabs and once between commas.

    Every row has the cells of the widest one, numbers have all their digits, empty cells are empty; line n is row n.
    The hash stays the file's own.

    Raises
    ------
    DataError
        Where the file is an old or protected workbook, no workbook, damaged or too large.
    """
    if not is_workbook(source):
        return [source]
    _check_parts(source)
    texts = [text for name in sheet_names(source)[:MOST_SHEETS] if (text := sheet_text(source, name)) is not None]
    if not texts:
        raise DataError("no sheet of this workbook holds a table.", file=source.file, remedy=DAMAGED)
    return texts + [_between_commas(text) for text in texts]


def sheet_text(source: Source, name: str) -> Source | None:
    """
    One sheet as text between tabs; None where it is empty.

    Raises
    ------
    DataError
        As `as_text`.
    """
    _check_parts(source)
    lines = _lines(source, name)
    if not lines:
        return None
    data = ("\n".join(lines) + "\n").encode("utf-8", errors="replace")
    return Source(source.file, data, source.hashed, source.path)


def _check_parts(source: Source) -> None:
    """Refuse what is no readable workbook, before anything is unpacked."""
    if source.data.startswith(OLD_START):
        raise DataError(
            "this is a workbook of Excel before 2007, or one with a password.",
            file=source.file,
            remedy="Save it as .xlsx without a password, or export it as CSV.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            sizes = {part.filename: part.file_size for part in book.infolist()}
    except Exception:  # whatever a damaged archive raises
        raise DataError("this archive is damaged.", file=source.file, remedy=DAMAGED) from None
    if WORKBOOK not in sizes:
        raise DataError(
            "this is an archive, but no Excel workbook.", file=source.file, remedy="Unpack it and name the file in it."
        )
    for part, size in sizes.items():
        if size > (LARGEST_SHEET if part.startswith("xl/worksheets/") else LARGEST_OTHER_PART):
            raise DataError(
                f"this workbook unpacks to more than {size / 1e6:.0f} MB.", file=source.file, remedy="Export it as CSV."
            )


def _lines(source: Source, name: str) -> list[str]:
    """The rows of a sheet as lines between tabs."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            return sheet_lines(book, sheet_parts(book)[name], most_cells=MOST_CELLS)
    except SheetError as error:
        problem = f"sheet '{name[:31]}' has {error}, which no table of measurements needs."
    except Exception:  # whatever a damaged archive, its XML or its numbers raise
        problem = f"sheet '{name[:31]}' of this workbook is damaged."
    raise DataError(problem, file=source.file, remedy=DAMAGED)


def _between_commas(source: Source) -> Source:
    """The same text between commas, cells that hold one in quotes."""
    lines = source.data.decode("utf-8").split("\n")
    joined = [
        ",".join(f'"{cell}"' if "," in cell else cell for cell in line.split("\t"))
        if "," in line
        else line.replace("\t", ",")
        for line in lines
    ]
    return Source(source.file, "\n".join(joined).encode("utf-8"), source.hashed, source.path)
