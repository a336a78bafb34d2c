"""The ledger's numbers and sentences (terms.yaml)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

FACTS_FILE = "terms.yaml"


@cache
def terms() -> dict:
    """All numbers and sentences of the ledger, as they stand in the file."""
    return yaml.safe_load(files("kinematics.ledger").joinpath(FACTS_FILE).read_text(encoding="utf-8"))


def used_term(name: str) -> float:
    """One number of the error of used range."""
    return terms()["used"][name]["value"]
