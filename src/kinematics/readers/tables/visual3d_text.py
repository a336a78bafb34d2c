"""The three text shapes in which Visual3D writes signals: ASCII export, signal listing, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PureWindowsPath

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.shared.limits import check_values
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import NULLS, Block, read_positions
from kinematics.settings import LimitSettings

#: Cells with these padded forms say 'missing' too: listings align their columns with blanks.
PADDED_NULLS = (*NULLS, " ", " NaN", "NaN ", " nan")
HEADER_ROWS = 5
ITEM = "ITEM"
FRAMES = "FRAME_NUMBERS"
_LISTED = re.compile(r"\s*([A-Z_0-9]+)::([^:]+)::([^:\t]+?)\s*")
_FILE_ROW = re.compile(rb"^(?![ \t]*-[ ]*\t)[ ]*([^\t\n]*\S)[ ]*\t[ ]*\d+[ ]*\t", re.MULTILINE)
_COMPONENTS = {"0": "X", "1": "Y", "2": "Z"}


@dataclass
class Export:
    """
    Signals of an export, by trial; numbers are parsed when they are asked for.

    Attributes
    ----------
    columns : dict of str to dict of str to callable
        Trial (name of the motion file, without its folder) -> 'SIGNAL X' -> its values.
    times : dict of str to callable
        Trial -> its time column in s, where it was exported.
    """

    columns: dict[str, dict[str, Callable[[], np.ndarray]]] = field(default_factory=dict)
    times: dict[str, Callable[[], np.ndarray]] = field(default_factory=dict)

    def add(self, trial: str, kind: str, name: str, component: str, load: Callable[[], np.ndarray], file: str) -> None:
        """Note one component of a signal."""
        trial = PureWindowsPath(trial.strip()).name
        if kind.strip().upper() == FRAMES:
            if name.strip().upper() == "TIME":
                self.times[trial] = load
            return
        component = _COMPONENTS.get(component.strip(), component.strip())
        key = f"{name.strip()} {component}".strip()
        if key in self.columns.setdefault(trial, {}):
            raise DataError(f"signal '{key}' occurs more than once.", file=file, remedy="Export it once per trial.")
        self.columns[trial][key] = load


def shape_of(source: Source) -> str:
    """'ascii', 'listing', 'json', or '' for what is none of them."""
    lines = source.head
    filled = list(islice((line for line in lines if line.strip()), 2))
    if filled and filled[0].lstrip().startswith("{") and '"Visual3D"' in "\n".join(lines[:20]).lstrip()[:200]:
        return "json"
    if len(lines) >= HEADER_ROWS and lines[HEADER_ROWS - 1].partition("\t")[0].strip() == ITEM:
        return "ascii"
    if len(filled) == 2 and _LISTED.fullmatch(filled[0]) and re.match(r"\s*File\b.*\bFrame\b", filled[1]):
        return "listing"
    return ""


def read_export(source: Source, limits: LimitSettings) -> Export:
    """
    The signals of any of the three shapes.

    Raises
    ------
    DataError
        Where its header is incomplete, a signal occurs twice, or there are more values than `limits` allow.
    """
    shape = shape_of(source)
    if shape == "json":
        check_values(source.text, source.file, limits)
    return {"json": _read_json, "ascii": _read_ascii, "listing": _read_listing}[shape](source)


def _read_ascii(source: Source) -> Export:
    rows = [line.split("\t") for line in source.head[:HEADER_ROWS]]
    width = max(column for column, cell in enumerate(rows[1]) if cell.strip() or not column) + 1
    if any(len(row) < width for row in rows) or width < 2:
        raise DataError(
            f"its {HEADER_ROWS} header rows have different numbers of cells.",
            file=source.file,
            remedy="Export file, signal, type, folder and component of every column.",
        )
    names = tuple(f"{rows[1][n].strip()} {rows[4][n].strip()}".strip() for n in range(width))
    block = Block(source, names, "\t", ".", HEADER_ROWS, nulls=PADDED_NULLS)
    export = Export()
    for column in range(1, width):
        trial, name, kind, _, component = (row[column] for row in rows)
        export.add(trial, kind, name, component, _loader(block, column), source.file)
    return export


def _read_listing(source: Source) -> Export:
    export = Export()
    lines = source.text.split(b"\n")
    heads = [n for n, line in enumerate(lines) if b"::" in line]
    for head, stop in zip(heads, [*heads[1:], len(lines)], strict=True):
        found = _LISTED.fullmatch(lines[head].decode("utf-8", errors="replace").strip("\r"))
        first = next((n for n in range(head + 1, stop) if lines[n].strip()), stop)
        if not found or first >= stop:
            raise DataError("a signal has no rows.", file=source.file, row=head + 1, remedy="Export it again.")
        names = tuple(cell.strip() for cell in lines[first].decode("utf-8", errors="replace").split("\t"))
        _list_signal(export, source, found, names, first + 1, stop)
    return export


def _list_signal(
    export: Export, source: Source, found: re.Match, names: tuple[str, ...], first: int, stop: int
) -> None:
    """One signal of a listing: a run of rows per motion file, whose name stands in its first row only."""
    data = source.rows(first, stop).tobytes()
    starts = [(data.count(b"\n", 0, match.start()) + first, match[1]) for match in _FILE_ROW.finditer(data)]
    if not starts or len(names) < 3:
        raise DataError(
            "the rows name no motion file and frame between tabs.",
            file=source.file,
            row=first + 1,
            remedy="Export the listing with its File and Frame columns, tab-separated.",
        )
    for (begin, trial), end in zip(starts, [line for line, _ in starts[1:]] + [stop], strict=True):
        block = Block(source, names, "\t", ".", begin, end, PADDED_NULLS)
        for column, component in enumerate(names):
            if component in ("X", "Y", "Z", "0", "1", "2"):
                name = trial.decode("utf-8", errors="replace")
                export.add(name, found[1], found[3], component, _loader(block, column), source.file)


def _read_json(source: Source) -> Export:
    try:
        entries = json.loads(source.text)["Visual3D"]
        export = Export()
        for entry in entries:
            for part in entry["signal"]:
                load = _values(part["data"])
                trial, kind = str(entry["filename"]), str(entry["type"])
                export.add(trial, kind, str(entry["name"]), str(part["component"]), load, source.file)
    except DataError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else "it is damaged"
        raise DataError(
            f"this JSON export of Visual3D cannot be read ({what}).", file=source.file, remedy="Export it again."
        ) from None
    return export


def _loader(block: Block, column: int) -> Callable[[], np.ndarray]:
    return lambda: read_positions(block, [column])[0]


def _values(data: list) -> Callable[[], np.ndarray]:
    values = np.array([np.nan if value is None else value for value in data], dtype=float)
    return lambda: values
