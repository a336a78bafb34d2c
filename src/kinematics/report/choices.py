"""Options to consider, grouped by category; what a whole group shares is said once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from kinematics.report.visit import Visit
from kinematics.report.wording import compact, finite

#: Columns that may be said once for a category; `word` is the catalogue's.
SHARED = ("reason", "basis", "counter_signs")
#: Of these, what neighbouring categories have in common is said once for all of them.
BLOCK_SHARED = ("reason", "basis")


@dataclass(frozen=True)
class Choice:
    """One exercise to consider."""

    name: str
    level: str
    dose: str
    caution: str
    draft: bool
    own: tuple[tuple[str, str], ...]
    trace: str


@dataclass(frozen=True)
class ChoiceGroup:
    """The exercises of one category, and what holds for all of them."""

    name: str
    shared: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    trace: str


@dataclass(frozen=True)
class ChoiceBlock:
    """Neighbouring categories that rest on the same reason and basis, and what is said once for all of them."""

    shared: tuple[tuple[str, str], ...]
    groups: tuple[ChoiceGroup, ...]


@dataclass(frozen=True)
class Choices:
    """The section on options."""

    lead: str
    messages: tuple[str, ...]
    blocks: tuple[ChoiceBlock, ...]
    withheld: tuple[tuple[str, str, str], ...]
    any_draft: bool
    version: str


def choices(visit: Visit) -> Choices:
    """The options of a visit; none while a safety question is open."""
    options, text = visit.assessment.options, visit.text["options"]
    table = options.table if not visit.withheld else options.table.iloc[:0]
    blocks = _blocks([_group(rows, text) for rows in _runs(table)], text)
    lead = text["lead_default"] if options.status == "default" else text["lead"]
    return Choices(
        lead=text["withheld_now"] if visit.withheld else lead,
        messages=() if visit.withheld else tuple(options.messages),
        blocks=blocks,
        withheld=tuple(
            (_written(row["what"]), _written(row["sentence"]), _written(row["rule"]))
            for row in options.withheld.to_dict("records")
        ),
        any_draft=any(choice.draft for block in blocks for group in block.groups for choice in group.choices),
        version=options.version,
    )


def _runs(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Neighbouring rows of one category, in the table's order."""
    if table.empty:
        return []
    ordered = table.sort_values("order", kind="stable")
    change = (ordered["category"] != ordered["category"].shift()).cumsum()
    return [rows for _, rows in ordered.groupby(change.to_numpy(), sort=True)]


def _blocks(groups: list[ChoiceGroup], text: dict[str, Any]) -> tuple[ChoiceBlock, ...]:
    """Groups in order; what a run of neighbours shares of reason and basis moves to their block."""
    labels = {text[column] for column in BLOCK_SHARED}
    blocks: list[ChoiceBlock] = []
    for group in groups:
        common = tuple(pair for pair in group.shared if pair[0] in labels)
        own = replace(group, shared=tuple(pair for pair in group.shared if pair[0] not in labels))
        if blocks and common and blocks[-1].shared == common:
            blocks[-1] = replace(blocks[-1], groups=(*blocks[-1].groups, own))
        else:
            blocks.append(ChoiceBlock(common, (own,)))
    return tuple(blocks)


def _group(rows: pd.DataFrame, text: dict[str, Any]) -> ChoiceGroup:
    records = rows.to_dict("records")
    shared = [column for column in SHARED if _same(records, column)]
    own = [column for column in SHARED if column not in shared]
    one_trace = _same(records, "sources") and _same(records, "rules")
    return ChoiceGroup(
        name=_written(records[0]["category_name"]),
        shared=_labelled(records[0], shared, text),
        choices=tuple(_choice(row, own, text, traced=not one_trace) for row in records),
        trace=_trace(records[0], text) if one_trace else "",
    )


def _same(records: list[dict[str, Any]], column: str) -> bool:
    return len({_written(row[column]) for row in records}) == 1


def _choice(row: dict[str, Any], own: list[str], text: dict[str, Any], *, traced: bool) -> Choice:
    level = compact(row["level"]) if finite(row["level"]) else _written(row["level"])
    return Choice(
        name=_written(row["name"]),
        level=text["level"].format(level=level) if level else "",
        dose=_written(row["dose"]),
        caution=_written(row["caution"]),
        draft=_written(row["review"]) == "draft",
        own=_labelled(row, own, text),
        trace=_trace(row, text) if traced else "",
    )


def _trace(row: dict[str, Any], text: dict[str, Any]) -> str:
    """Sources and rules in a line."""
    said = [
        text[f"trace_{name}"].format(**{name: _spaced(row[name])})
        for name in ("sources", "rules")
        if _spaced(row[name])
    ]
    return " ".join(said)


def _labelled(row: dict[str, Any], columns: list[str], text: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = ((text[column], _written(row[column])) for column in columns)
    return tuple((label, value) for label, value in pairs if value)


def _spaced(joined: object) -> str:
    return "; ".join(part.strip() for part in _written(joined).split(";") if part.strip())


def _written(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()
