"""Options to consider, grouped by category; what a whole group shares is said once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from kinematics.report.frames import rows_of
from kinematics.report.visit import Visit
from kinematics.report.wording import compact, finite, parts, plain

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
    blocks = _blocks([_group(run, text) for run in _runs(visit.options.records)], text)
    lead = text["lead_default"] if options.status == "default" else text["lead"]
    return Choices(
        lead=text["withheld_now"] if visit.withheld else lead,
        messages=() if visit.withheld else tuple(options.messages),
        blocks=blocks,
        withheld=tuple(
            (plain(row["what"]), plain(row["sentence"]), plain(row["rule"]))
            for row in rows_of(options.withheld).records
        ),
        any_draft=any(choice.draft for block in blocks for group in block.groups for choice in group.choices),
        version=options.version,
    )


def _runs(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Neighbouring rows of one category, in their order."""
    ordered = sorted(rows, key=itemgetter("order"))
    return [list(run) for _, run in groupby(ordered, key=itemgetter("category"))]


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


def _group(records: list[dict[str, Any]], text: dict[str, Any]) -> ChoiceGroup:
    shared = [column for column in SHARED if _same(records, column)]
    own = [column for column in SHARED if column not in shared]
    one_trace = _same(records, "sources") and _same(records, "rules")
    return ChoiceGroup(
        name=plain(records[0]["category_name"]),
        shared=_labelled(records[0], shared, text),
        choices=tuple(_choice(row, own, text, traced=not one_trace) for row in records),
        trace=_trace(records[0], text) if one_trace else "",
    )


def _same(records: list[dict[str, Any]], column: str) -> bool:
    return len({plain(row[column]) for row in records}) == 1


def _choice(row: dict[str, Any], own: list[str], text: dict[str, Any], *, traced: bool) -> Choice:
    level = compact(row["level"]) if finite(row["level"]) else plain(row["level"])
    return Choice(
        name=plain(row["name"]),
        level=text["level"].format(level=level) if level else "",
        dose=plain(row["dose"]),
        caution=plain(row["caution"]),
        draft=plain(row["review"]) == "draft",
        own=_labelled(row, own, text),
        trace=_trace(row, text) if traced else "",
    )


def _trace(row: dict[str, Any], text: dict[str, Any]) -> str:
    """Sources and rules in a line."""
    said = [
        text[f"trace_{name}"].format(**{name: "; ".join(parts(row[name]))})
        for name in ("sources", "rules")
        if "; ".join(parts(row[name]))
    ]
    return " ".join(said)


def _labelled(row: dict[str, Any], columns: list[str], text: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = ((text[column], plain(row[column])) for column in columns)
    return tuple((label, value) for label, value in pairs if value)
