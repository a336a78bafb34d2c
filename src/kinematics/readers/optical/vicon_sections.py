"""Sections of a Vicon ASCII export: where each begins and ends, its rate, and which column is which."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.plug_in_gait import bare
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, is_number, read_positions

PADDING = ' ,;\t"'
SEPARATORS = (",", ";", "\t")
AXES = ("X", "Y", "Z")
REMEDY = "Export the trial again as ASCII."


@dataclass(frozen=True)
class Section:
    """
    One section of an export, not parsed yet.

    Attributes
    ----------
    name : str
        As the file writes it, in title case (`Model Outputs`).
    line : int
        0-based line of its name.
    rate_hz : float
        NaN where it states none.
    rows : tuple of tuple of str
        Its heading below the rate, cell by cell: names, components and, in newer exports, units.
    block : Block or None
        Its rows of numbers; None where it is no table of numbers (Events) or has none.
    """

    name: str
    line: int
    rate_hz: float
    rows: tuple[tuple[str, ...], ...]
    block: Block | None

    def triplets(self) -> dict[str, tuple[int, int, int]]:
        """Label as the file writes it -> its columns X, Y, Z; derivatives, magnitudes and bones are left out."""
        names, components = self.rows[0], self.rows[1]
        starts = [place for place, name in enumerate(names) if name]
        stops = [*starts[1:], max(len(components), starts[-1])] if starts else []
        found: dict[str, tuple[int, int, int]] = {}
        for start, stop in zip(starts, stops, strict=True):
            own = components[start:stop]
            if all(axis in own for axis in AXES) and not names[start].startswith("|"):
                x, y, z = (start + own.index(axis) for axis in AXES)
                found.setdefault(names[start], (x, y, z))
        return found

    def unit(self, column: int) -> str:
        """Unit of a column in lower case; empty where the export has none."""
        units = self.rows[2] if len(self.rows) > 2 else ()
        return units[column].lower() if column < len(units) else ""


def find_sections(source: Source, names: Sequence[str], *, heading_rows: int) -> dict[str, Section]:
    """
    Sections of an export by their name in title case.

    Parameters
    ----------
    source : Source
    names : sequence of str
        Names of sections as this export writes them.
    heading_rows : int
        Rows between the rate and the numbers.

    Raises
    ------
    DataError
        Where a section occurs twice, or ends before its numbers.
    """
    starts = _section_lines(source, names)
    ends: list[int | None] = [*starts[1:], None]
    sections: dict[str, Section] = {}
    for start, end in zip(starts, ends, strict=True):
        section = _section(source, start, end, heading_rows)
        if section.name in sections:
            raise DataError(
                f"section {section.name} occurs twice.",
                file=source.file,
                row=start + 1,
                remedy="Export one trial per file.",
            )
        sections[section.name] = section
    return sections


def read_triplets(
    section: Section, labels: Mapping[str, tuple[int, int, int]]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Frame number of each row, and numbers of some labels: name -> array, shape (3, n_rows); empty cells are NaN."""
    assert section.block is not None
    frames, *values = read_positions(section.block, [0, *(place for triple in labels.values() for place in triple)])
    return frames, {label: np.stack(values[3 * at : 3 * at + 3]) for at, label in enumerate(labels)}


def check_subjects(labels: Sequence[str], file: str) -> None:
    """
    That no label belongs to two subjects.

    Raises
    ------
    DataError
        Naming the label.
    """
    owner: dict[str, str] = {}
    for label in labels:
        subject = label.rpartition(":")[0]
        if owner.setdefault(bare(label), subject) != subject:
            raise DataError(f"{bare(label)} belongs to two subjects.", file=file, remedy="Export one person per file.")


def _section_lines(source: Source, names: Sequence[str]) -> list[int]:
    """0-based lines that hold nothing but a section's name and padding."""
    text, words = source.text, {name.encode() for name in names}
    found = set()
    # Numbers hold none of the names' last letters: a search for these skips whole blocks of them.
    for letter in {name[-1].encode() for name in names}:
        at = text.find(letter)
        while at >= 0:
            start, end = text.rfind(b"\n", 0, at) + 1, text.find(b"\n", at)
            end = len(text) if end < 0 else end
            if text[start:end].strip(PADDING.encode() + b"\r") in words:
                found.add(start)
            at = text.find(letter, end)
    lines, counted, line = [], 0, 0
    for start in sorted(found):
        line += text.count(b"\n", counted, start)
        counted = start
        lines.append(line)
    return lines


def _section(source: Source, start: int, end: int | None, heading_rows: int) -> Section:
    heading = source.lines(start, min(start + 2 + heading_rows, end or start + 2 + heading_rows))
    name = heading[0].strip(PADDING).title() if heading else ""
    rate = _rate(heading[1]) if len(heading) > 1 else np.nan
    if name == "Events":
        rows = tuple(_cells(line) for line in source.lines(start + 1, end))
        return Section(name, start, rate, rows, None)
    if len(heading) < 2 + heading_rows or not np.isfinite(rate):
        raise DataError(
            f"section {name} has no rate in Hz below its name, or ends there.",
            file=source.file,
            row=min(start + 2, source.line_starts.size - 1),
            remedy=REMEDY,
        )
    separator = _separator(heading[3])
    rows = tuple(_cells(line, separator) for line in heading[2:])
    return Section(name, start, rate, rows, _block(source, rows, separator, start + 2 + heading_rows, end))


def _block(
    source: Source, rows: tuple[tuple[str, ...], ...], separator: str, first: int, end: int | None
) -> Block | None:
    stop = _stop(source, first, end)
    if stop is not None and stop <= first:
        return None
    components = rows[1]
    while components and not components[-1]:
        components = components[:-1]
    block = Block(source, components, separator, ".", first, stop)
    return Block(source, components, separator, "," if _comma(block) else ".", first, stop)


def _stop(source: Source, first: int, end: int | None) -> int | None:
    """Line behind the last row, empty and padded lines left off; None where the rows go on to the end of the file."""
    if end is None and source.text[source.text.rfind(b"\n", 0, -1) + 1 :].strip(PADDING.encode() + b"\r\n"):
        return None if source.lines(first, first + 1) else first
    stop = source.line_starts.size - 1 if end is None else end
    while stop > first and not source.lines(stop - 1, stop)[0].strip(PADDING):
        stop -= 1
    return stop


def _comma(block: Block) -> bool:
    return block.has_decimal_comma


def _rate(line: str) -> float:
    cell = next((cell for cell in _cells(line) if cell), "")
    return float(cell.replace(",", ".")) if is_number(cell) and float(cell.replace(",", ".")) > 0 else np.nan


def _separator(line: str) -> str:
    return max(SEPARATORS, key=line.count)


def _cells(line: str, separator: str | None = None) -> tuple[str, ...]:
    try:
        row = next(csv.reader([line], delimiter=separator or _separator(line)), [])
    except csv.Error:
        row = line.split(separator or _separator(line))
    return tuple(cell.strip() for cell in row)
