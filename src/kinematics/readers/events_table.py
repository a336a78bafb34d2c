"""A user's own table of contacts and toe-offs: `side`, `event`, `time_s`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.readers.source import read_source
from kinematics.readers.text import is_number

EVENTS = {
    "contact": "contact",
    "foot strike": "contact",
    "toe_off": "toe_off",
    "toe-off": "toe_off",
    "foot off": "toe_off",
}


def read_events(path: Path | str) -> pd.DataFrame:
    """
    Events from a CSV with columns side (left, right), event (contact, toe_off) and time_s (on the motion file's clock).

    Returns
    -------
    DataFrame
        side, kind, time_s; sorted by time.

    Raises
    ------
    DataError
        With row and column, where a word or number is not known.
    """
    path = Path(path)
    text = bytes(read_source(path).text).decode("utf-8", errors="replace")
    separator = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, restval="")
    missing = [name for name in ("side", "event", "time_s") if name not in (reader.fieldnames or [])]
    if missing:
        raise DataError(
            f"column '{missing[0]}' is missing.", file=path.name, remedy="An event table has side, event and time_s."
        )
    rows = []
    for row in reader:
        side, event, time = ((row[name] or "").strip().lower() for name in ("side", "event", "time_s"))
        if not side and not event and not time:
            continue
        _require(side in SIDES, row["side"], "left or right", path, reader.line_num, "side")
        _require(event in EVENTS, row["event"], "contact or toe_off", path, reader.line_num, "event")
        _require(is_number(time), row["time_s"], "a time in seconds", path, reader.line_num, "time_s")
        rows.append((side, EVENTS[event], float(time.replace(",", "."))))
    return pd.DataFrame(rows, columns=["side", "kind", "time_s"]).sort_values(["time_s", "side"], ignore_index=True)


def _require(good: bool, found: str | None, expected: str, path: Path, row: int, column: str) -> None:
    if not good:
        raise DataError(
            f"'{found}' is not {expected}.", file=path.name, row=row, column=column, remedy="Correct this cell."
        )
