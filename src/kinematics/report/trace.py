"""Which rules and which basis the options rest on, options of the same basis together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from kinematics.report.visit import Visit
from kinematics.report.wording import parts, plain


@dataclass(frozen=True)
class BasisTrace:
    """Options that rest on the same basis: each exercise with the rules of its own, the basis, all their sources."""

    exercises: str
    basis: str
    sources: str


@dataclass(frozen=True)
class OptionTrace:
    """The rules behind all options, and what stands behind each."""

    rules: str
    bases: tuple[BasisTrace, ...]


def option_trace(visit: Visit) -> OptionTrace | None:
    """Rules, basis and sources behind the options, in the options' order; None where none is offered."""
    rows = sorted(visit.options.records, key=lambda row: row["order"])
    if not rows:
        return None
    common = [rule for rule in parts(rows[0]["rules"]) if all(rule in parts(row["rules"]) for row in rows)]
    by_basis: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_basis[plain(row["basis"])].append(row)
    return OptionTrace("; ".join(common), tuple(_basis(basis, same, common) for basis, same in by_basis.items()))


def _basis(basis: str, rows: list[dict[str, Any]], common: list[str]) -> BasisTrace:
    sources = dict.fromkeys(source for row in rows for source in parts(row["sources"]))
    return BasisTrace("; ".join(_exercise(row, common) for row in rows), basis, "; ".join(sources))


def _exercise(row: dict[str, Any], common: list[str]) -> str:
    own = [rule for rule in parts(row["rules"]) if rule not in common]
    return f"{plain(row['name'])} ({', '.join(own)})" if own else plain(row["name"])
