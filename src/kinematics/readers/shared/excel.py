"""Workbooks (.xlsx): each sheet becomes the text table that it would have been, so that every reader knows it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence

from kinematics.conventions import DataError
from kinematics.readers.shared.excel_sheet import (
    RELATIONS,
    WORKBOOK,
    SheetError,
    TooManyError,
    sheet_lines,
    sheet_parts,
)
from kinematics.readers.shared.source import Source
from kinematics.settings import LimitSettings
from kinematics.tables import shown

ZIP_START = b"PK\x03\x04"
#: Start of the compound files of Excel before 2007, and of workbooks with a password.
OLD_START = b"\xd0\xcf\x11\xe0"
#: Where the archive's list begins each of its parts.
ENTRY_START = b"PK\x01\x02"
#: Largest parts of a workbook beside its sheets, and list of its sheets, unpacked. [bytes]
LARGEST_OTHER_PART, LARGEST_LIST = 64_000_000, 4_000_000
#: All parts together may be so many times the largest sheet: an MVN export has 15 sheets.
MOST_LARGE_SHEETS = 20
#: Parts below this size may be packed as tightly as they like. [bytes]
SMALL_PART = 4_000_000
MOST_SHEETS = 8
DEFAULT = LimitSettings()
DAMAGED = "Save the workbook again, or export it as CSV."
_INSIDE = re.compile(r"[^/\\:\x00-\x1f][^\\:\x00-\x1f]*")


def is_workbook(source: Source) -> bool:
    """Whether the file is a workbook of this or the old kind."""
    return source.data.startswith((ZIP_START, OLD_START))


def sheet_names(source: Source) -> tuple[str, ...]:
    """Names of a workbook's sheets, in its order; empty for any other file. Cheap: no sheet is opened."""
    if not source.data.startswith(ZIP_START) or source.data.count(ENTRY_START) > DEFAULT.max_archive_entries:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            if max(book.getinfo(part).file_size for part in (WORKBOOK, RELATIONS)) > LARGEST_LIST:
                return ()
            return tuple(sheet_parts(book))
    except Exception:  # whatever a damaged archive raises: it has no sheets
        return ()


def as_text(source: Source, limits: LimitSettings = DEFAULT) -> list[Source]:
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
    _check_parts(source, limits)
    names = sheet_names(source)[:MOST_SHEETS]
    texts = [text for name in names if (text := sheet_text(source, name, limits)) is not None]
    if not texts:
        raise DataError("no sheet of this workbook holds a table.", file=source.file, remedy=DAMAGED)
    return texts + [_between_commas(text) for text in texts]


def sheet_text(source: Source, name: str, limits: LimitSettings = DEFAULT) -> Source | None:
    """
    One sheet as text between tabs; None where it is empty.

    Raises
    ------
    DataError
        As `as_text`.
    """
    _check_parts(source, limits)
    lines = _lines(source, name, limits.max_cells)
    if not lines:
        return None
    data = ("\n".join(lines) + "\n").encode("utf-8", errors="replace")
    return Source(source.file, data, source.hashed, source.path)


def _check_parts(source: Source, limits: LimitSettings) -> None:
    """Refuse what is no readable workbook, before anything is unpacked."""
    if source.data.startswith(OLD_START):
        raise DataError(
            "this is a workbook of Excel before 2007, or one with a password.",
            file=source.file,
            remedy="Save it as .xlsx without a password, or export it as CSV.",
        )
    if source.data.count(ENTRY_START) > limits.max_archive_entries:
        raise DataError(
            f"this archive has more than {limits.max_archive_entries} parts.",
            file=source.file,
            remedy="Export it as CSV, or raise [limits] max_archive_entries.",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            parts = book.infolist()
    except Exception:  # whatever a damaged archive raises
        raise DataError("this archive is damaged.", file=source.file, remedy=DAMAGED) from None
    if WORKBOOK not in (part.filename for part in parts):
        raise DataError(
            "this is an archive, but no Excel workbook.", file=source.file, remedy="Unpack it and name the file in it."
        )
    problem = _problem(parts, limits)
    if problem:
        raise DataError(problem[0], file=source.file, remedy=problem[1])


def _problem(parts: Sequence[zipfile.ZipInfo], limits: LimitSettings) -> tuple[str, str] | None:
    """What is wrong with the list of parts of a workbook, none of which was unpacked, and what to do."""
    sheet = limits.max_unpacked_mb * 1_000_000
    names = [part.filename for part in parts]
    astray = next((name for name in names if not _INSIDE.fullmatch(name) or ".." in name.split("/")), None)
    if astray is not None:
        return f"this workbook has a part {shown(astray)}, whose name leads out of it.", DAMAGED
    if len(set(names)) < len(names):
        return "this workbook has two parts of one name.", DAMAGED
    for part in parts:
        is_sheet = part.filename.startswith("xl/worksheets/")
        if part.file_size > (sheet if is_sheet else LARGEST_OTHER_PART):
            problem = f"this workbook unpacks to more than {part.file_size / 1e6:.0f} MB."
            return problem, "Export it as CSV, or raise [limits] max_unpacked_mb." if is_sheet else "Export it as CSV."
        if part.file_size > max(SMALL_PART, limits.max_archive_ratio * part.compress_size):
            problem = f"a part of this workbook unpacks to more than {limits.max_archive_ratio} times its size."
            return problem, "Export it as CSV, or raise [limits] max_archive_ratio."
    if sum(part.file_size for part in parts) > MOST_LARGE_SHEETS * sheet:
        problem = f"this workbook unpacks to more than {MOST_LARGE_SHEETS * limits.max_unpacked_mb} MB."
        return problem, "Export it as CSV, or raise [limits] max_unpacked_mb."
    return None


def _lines(source: Source, name: str, most_cells: int) -> list[str]:
    """The rows of a sheet as lines between tabs."""
    remedy = DAMAGED
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as book:
            return sheet_lines(book, sheet_parts(book)[name], most_cells=most_cells)
    except TooManyError as error:
        problem = f"sheet {shown(name[:31])} has {error}."
        remedy = "Export it as CSV, or raise [limits] max_cells."
    except SheetError as error:
        problem = f"sheet {shown(name[:31])} has {error}, which no table of measurements needs."
    except Exception:  # whatever a damaged archive, its XML or its numbers raise
        problem = f"sheet {shown(name[:31])} of this workbook is damaged."
    raise DataError(problem, file=source.file, remedy=remedy)


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
