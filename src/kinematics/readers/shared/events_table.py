"""A user's own table of contacts and toe-offs: `side`, `event`, `time_s`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kinematics.conventions import SIDES
from kinematics.tables import Row, read_table

COLUMNS = ("side", "event", "time_s")
EVENTS = {"contact": "contact", "toe_off": "toe_off", "foot_strike": "contact", "foot_off": "toe_off"}


def read_events(path: Path | str) -> pd.DataFrame:
    """
    Events from a table with the columns side, event and time_s.

    Parameters
    ----------
    path : Path or str
        side: left, right; event: contact (foot strike), toe_off (foot off); time_s: on the motion file's clock. [s]

    Returns
    -------
    DataFrame
        side, kind, time_s; sorted by time.

    Raises
    ------
    DataError
        With row and column, where a word or number is not known.
    """
    table = read_table(Path(path), required=COLUMNS)
    events = [_event(row) for row in table.rows]
    if table.errors:
        raise table.errors[0]
    return pd.DataFrame(events, columns=["side", "kind", "time_s"]).sort_values(["time_s", "side"], ignore_index=True)


def _event(row: Row) -> tuple[str, str, float]:
    for name in COLUMNS:
        row.required(name)
    kind = EVENTS.get(row.word("event", EVENTS), "")
    return row.word("side", SIDES), kind, row.number("time_s", remedy="Write a time in seconds.")
