"""What an exercise of the library is, and the closed vocabularies that describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kinematics.exercises.entry import load
from kinematics.intake import fields

#: The library and rules that come with the package.
DATA = Path(__file__).parent / "data"
LANGUAGE = "en"
LEVELS = (1, 3)
#: The article's warm-up: two sets of five, never more (SEED2).
WARM_UP, WARM_UP_SETS, WARM_UP_REPS = "WU", 2, 5


@dataclass(frozen=True)
class Dose:
    """Sets times an amount in a unit (spans, ends included); effort and rest where stated; `basis` says whose it is."""

    sets: tuple[float, float]
    amount: tuple[float, float]
    unit: str
    per_side: bool
    basis: str
    effort_percent: tuple[float, float] | None = None
    rpe: tuple[float, float] | None = None
    rest_s: tuple[float, float] | None = None
    days_per_week: tuple[float, float] | None = None


@dataclass(frozen=True)
class Demand:
    """What the exercise asks of the hip; degrees are the working hip's, an estimate unless `basis` says so."""

    flexion_deg: tuple[float, float]
    basis: str
    band: str
    opposite_band: str
    rotation: str
    pelvis: str
    weight_bearing: str


@dataclass(frozen=True)
class Exercise:
    """One exercise: facts from exercises/<id>.yaml, sentences from text/<language>/<id>.yaml."""

    id: str
    category: str
    level: int
    stage: int | None
    plane: str
    directions: tuple[str, ...]
    contractions: tuple[str, ...]
    side: str
    chain: str
    required: tuple[tuple[str, ...], ...]  # of each group, one is enough
    optional: tuple[str, ...]
    demand: Demand
    load: str
    load_up_to: str
    evidence: tuple[Mapping[str, str], ...]
    dose: Dose
    cap: tuple[int, int] | None  # sets, amount
    regress: str | None
    progress: str | None
    tags: tuple[str, ...]
    gate: str | None
    provenance: str
    source: str
    review: str
    name: str
    also: tuple[str, ...]
    how: str
    caution: str

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the literature behind this entry, in order of first mention."""
        keys = [self.source, *(item["source"] for item in self.evidence)]
        return tuple(dict.fromkeys(key for key in keys if key))


@dataclass(frozen=True)
class Vocabulary:
    """Closed vocabularies (vocab.yaml) and the keys of the literature (sources.yaml)."""

    data: Mapping[str, Any]
    sources: tuple[str, ...]

    def words(self, name: str) -> list[str]:
        """The words of one vocabulary."""
        return list(self.data[name])

    def family(self, category: str) -> str:
        """The line of the session that a category belongs to (HF1, HF2 and HF3 are one)."""
        return self.data["categories"][category]["family"]

    @property
    def families(self) -> tuple[str, ...]:
        """Families in the order of the session."""
        return tuple(dict.fromkeys(entry["family"] for entry in self.data["categories"].values()))

    def category_name(self, category: str) -> str:
        """The printed name of a category or family."""
        entries = self.data["categories"]
        if category in entries:
            return entries[category]["name"]
        return next(entry["name"] for entry in entries.values() if entry["family"] == category).partition(",")[0]


@cache
def load_vocabulary(folder: Path) -> Vocabulary:
    """The closed vocabularies and source keys of a folder."""
    entry = load(folder / "vocab.yaml", folder)
    sources = load(folder / "sources.yaml", folder)
    for key in sources.names():
        sources.part(key).text("reference")
        sources.part(key).text("read")
    named = set(entry.get("equipment")) - set(entry.get("always_at_hand"))
    for word in sorted(named ^ set(fields()["equipment"].values)):
        raise entry.error(f"'{word}' stands in only one of vocab.yaml and the intake's fields.", "equipment")
    return Vocabulary(entry.data, tuple(sources.names()))
