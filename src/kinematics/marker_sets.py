"""Which marker label stands for which anatomical point (marker_sets.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kinematics.conventions import SIDES


@dataclass(frozen=True)
class MarkerNames:
    """
    The labels of one file, by anatomical role and side.

    Attributes
    ----------
    marker_set : str
        Name of the set in marker_sets.yaml.
    labels : mapping of (role, side) to tuple of str
        Labels as the file writes them, in the order of preference.
    """

    marker_set: str
    labels: Mapping[tuple[str, str], tuple[str, ...]]

    def of(self, role: str, side: str) -> tuple[str, ...]:
        """All labels of a role; empty where the file has none."""
        return self.labels.get((role, side), ())

    def both(self, *roles: str) -> tuple[str, ...]:
        """All labels of several roles, right side first."""
        return tuple(label for role in roles for side in reversed(SIDES) for label in self.of(role, side))


def recognise(labels: Iterable[str]) -> MarkerNames | None:
    """
    Roles of the labels of a file, by the marker set that explains most of them.

    Returns
    -------
    MarkerNames or None
        None where no set knows any of the labels.
    """
    return _recognised(tuple(labels))


@lru_cache(maxsize=64)
def _recognised(labels: tuple[str, ...]) -> MarkerNames | None:
    """As `recognise`: a reader asks twice, and the files of a study have the same labels."""
    by_key = {_key(label): label for label in labels}
    found = [MarkerNames(name, _assign(patterns, by_key)) for name, patterns in _sets().items()]
    best = max(found, key=lambda names: sum(map(len, names.labels.values())), default=None)
    return best if best is not None and best.labels else None


def expected(role: str, side: str, marker_set: str) -> str:
    """The label that a set uses first for a role, for error messages."""
    return _sets()[marker_set][role][0].format(**_side_words(side))


def _assign(patterns: Mapping[str, list[str]], by_key: Mapping[str, str]) -> dict[tuple[str, str], tuple[str, ...]]:
    labels = {}
    for role, names in patterns.items():
        for side in SIDES:
            keys = [_key(name.format(**_side_words(side))) for name in names]
            known = tuple(by_key[key] for key in keys if key in by_key)
            if known:
                labels[role, side] = known
    return labels


def _side_words(side: str) -> dict[str, str]:
    return {"s": side[0].upper(), "S": side.capitalize()}


def _key(label: str) -> str:
    return re.sub(r"[\s._]", "", label).casefold()


@lru_cache(maxsize=1)
def _sets() -> dict[str, dict[str, list[str]]]:
    import yaml

    text = files("kinematics").joinpath("marker_sets.yaml").read_text(encoding="utf-8")
    sets = yaml.safe_load(text)["sets"]
    return {name: {role: names for role, names in entry.items() if role != "source"} for name, entry in sets.items()}
