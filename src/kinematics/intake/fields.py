"""The questions that intake.csv may answer, as declared in intake_fields.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kinematics import tables

#: Kinds whose answer may hold several words, and what stands between these.
SEVERAL = ("words", "ids")
SEPARATOR = ";"


@dataclass(frozen=True)
class Flag:
    """An answer that raises a safety rule: `value`, where the field `along` (if any) is answered yes."""

    rule: str
    value: str
    along: str = ""


@dataclass(frozen=True)
class Field:
    """
    One question of the intake, as declared in intake_fields.yaml.

    Attributes
    ----------
    name, group, meaning : str
    kind : str
        `word` (one of `values`), `words` (several of them), `number` (within `range`, ends included), `ids` (ids of
        exercises).
    values : tuple of str
    range : tuple of float or None
    unit : tuple of str
        The first is kept in the table; the others are read as the same. An empty one means that no unit is needed.
    side : str
        `none`, `required` or `optional`.
    flag : Flag or None
        The answer that raises a safety rule.
    """

    name: str
    group: str
    meaning: str
    kind: str
    values: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    unit: tuple[str, ...] = ("",)
    side: str = "none"
    flag: Flag | None = None


@cache
def fields() -> dict[str, Field]:
    """Every field that intake.csv may answer, by name, in the order of the form."""
    text = files("kinematics").joinpath("intake_fields.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {entry["name"]: _field(entry) for entry in yaml.load(text, Loader=loader)["fields"]}


def _field(entry: dict[str, Any]) -> Field:
    flag = entry.pop("flag", None)
    lists: dict[str, Any] = {key: tuple(entry.pop(key)) for key in ("values", "range", "unit") if key in entry}
    return Field(**entry, **lists, flag=Flag(flag["rule"], flag["value"], flag.get("with", "")) if flag else None)


def nearest(word: str, words: Sequence[str]) -> str:
    """A sentence that names the closest known word, or lists them where none is close."""
    close = tables.nearest(word, words)
    return f"The nearest known word is '{close}'." if close else f"Known words: {', '.join(words)}."
