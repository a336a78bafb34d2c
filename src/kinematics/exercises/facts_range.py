"""Facts that follow from the ledger: classes, reasons and test descriptors of headline rows, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from kinematics.conventions import CLASSES, DIRECTIONS, SIDES

#: Columns that have to be there, and those that a ledger may lack.
NEEDED = ("headline", "direction", "side", "class", "task", "next_measurement")
OPTIONAL = (
    "comparison",
    "reason",
    "used_deg",
    "available_deg",
    "estimate_se_deg",
    "n_repetitions",
    "pelvis_controlled",
    "limited_by",
)
#: Ends of a test that are neither bony nor painful; an end that is not stated is none of them.
HARMLESS_ENDS = ("firm", "soft")
LOW_USE = ("available_unused", "low_both")
TWO_SIDED_95 = 1.96
DIRECT, SIDES_COMPARED = "direct", "sides"


#: A DataFrame, or its columns as arrays.
Table: TypeAlias = pd.DataFrame | Mapping[str, np.ndarray]


@dataclass(frozen=True)
class HeadlineRow:
    """What the rules read of a row of the ledger; `reserve_deg` is 0 but in a direct comparison. [deg]"""

    headline: bool
    direction: str
    kind: str
    comparison: str
    reason: str
    task: str
    next_measurement: str
    n_repetitions: float
    pelvis_controlled: str
    limited_by: str
    reserve_deg: int


def headline_rows(ledger: Table) -> dict[str, list[HeadlineRow]]:
    """Headline rows of each side, and its rows of direct and side comparisons; columns beyond the needed may lack."""
    rows: dict[str, list[HeadlineRow]] = {side: [] for side in SIDES}
    if not n_rows(ledger):
        return rows
    table = dict(zip(ledger, ledger.to_numpy(object).T, strict=True)) if isinstance(ledger, pd.DataFrame) else ledger
    columns = {name: table[name].tolist() for name in (*NEEDED, *OPTIONAL) if name in table}
    for i, side in enumerate(columns["side"]):
        row = {name: values[i] for name, values in columns.items()}
        headline, comparison = bool(row["headline"]), _text(row.get("comparison"))
        if side in rows and (headline or comparison in (DIRECT, SIDES_COMPARED)):
            rows[side].append(_row(row, headline, comparison))
    return rows


def n_rows(table: Table) -> int:
    """How many rows there are; none where there is no column."""
    return len(table["side"]) if "side" in table else 0


def _row(row: Mapping[str, object], headline: bool, comparison: str) -> HeadlineRow:
    kind = _text(row["class"])
    reserve = _reserve(row) if comparison == DIRECT and kind == "available_unused" else 0
    return HeadlineRow(
        headline=headline,
        direction=_text(row["direction"]),
        kind=kind if kind in CLASSES else "inconclusive",
        comparison=comparison,
        reason=_text(row.get("reason")),
        task=_text(row["task"]),
        next_measurement=_text(row["next_measurement"]),
        n_repetitions=_number(row.get("n_repetitions")),
        pelvis_controlled=_text(row.get("pelvis_controlled")),
        limited_by=_text(row.get("limited_by")),
        reserve_deg=reserve,
    )


def _reserve(row: Mapping[str, object]) -> int:
    """Whole degrees available and not used at least: lower end of a direct row's 95 % interval, 0 where below 1."""
    gap = _number(row.get("available_deg")) - _number(row.get("used_deg"))
    low = gap - TWO_SIDED_95 * _number(row.get("estimate_se_deg"))
    return math.floor(low) if low >= 1 else 0  # False for NaN


def range_values(rows: list[HeadlineRow], limits: Mapping[str, float]) -> dict[str, str]:
    """Facts of one side."""
    heads = {
        direction: [row for row in rows if row.headline and row.direction == direction] for direction in DIRECTIONS
    }
    extension = [row for row in rows if row.direction == "extension"]
    reasons = {row.reason for row in heads["extension"]}
    reason = reasons.pop() if len(reasons) == 1 else ""
    shorter = any(row.comparison == SIDES_COMPARED and row.kind in LOW_USE for row in extension)
    classes = {f"{direction}_class": _agreed(found) for direction, found in heads.items()}
    unused = classes["extension_class"] == "available_unused"
    return {
        **classes,
        "extension_reason": reason or "none",
        "direct_reserve": _yes(unused and any(row.reserve_deg for row in extension)),
        "less_than_other_side": _yes(shorter),
        "extension_gate": _gate(heads["extension"], limits),
        "flexion_gate": _gate(heads["flexion"], limits),
    }


def _agreed(rows: list[HeadlineRow]) -> str:
    classes = {row.kind for row in rows}
    return "none" if not classes else classes.pop() if len(classes) == 1 else "inconclusive"


def _gate(rows: list[HeadlineRow], limits: Mapping[str, float]) -> str:
    """Open where every headline row says so: pelvis held, enough repetitions, an end that is stated and harmless."""
    good = [
        row.pelvis_controlled == "yes"
        and row.n_repetitions >= limits["gate_repetitions"]
        and bool(ends := [end for end in row.limited_by.split(";") if end])
        and all(end in HARMLESS_ENDS for end in ends)
        for row in rows
    ]
    return "open" if good and all(good) else "closed"


def task_of(rows: list[HeadlineRow]) -> str:
    """The task of the side's headline row for extension; 'run' without one."""
    return next((row.task for row in rows if row.headline and row.direction == "extension"), "run")


def next_measurement(rows: list[HeadlineRow]) -> str:
    """What would decide the headline row for extension, without its full stop; '' where that is not said."""
    wanted = (row.next_measurement for row in rows if row.headline and row.direction == "extension")
    return next((text.rstrip(".") for text in wanted if text), "")


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _number(value: object) -> float:
    try:
        return math.nan if value is None or value == "" else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
