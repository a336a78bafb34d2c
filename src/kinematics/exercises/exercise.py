"""What an exercise of the library is, and the closed vocabularies that describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinematics.conventions import DataError
from kinematics.exercises.folders import Shelf
from kinematics.intake import fields

LEVELS = (1, 3)
#: The unit that is not printed: '3 x 8'.
PLAIN_UNIT = "reps"
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
    """Closed vocabularies (vocab.yaml), keys of the literature (sources.yaml), printed words (text/<language>)."""

    data: Mapping[str, Any]
    sources: tuple[str, ...]
    printed: Mapping[str, Any]

    def words(self, name: str) -> list[str]:
        """The words of one vocabulary."""
        return list(self.data[name])

    def family(self, category: str) -> str:
        """The line of the session that a category belongs to (HF1, HF2 and HF3 are one)."""
        return self.data["categories"][category]

    @property
    def families(self) -> tuple[str, ...]:
        """Families in the order of the library."""
        return tuple(dict.fromkeys(self.data["categories"].values()))

    def category_name(self, category: str) -> str:
        """The printed name of a category or family."""
        return self.printed["categories"][category]

    def phrase(self, phrase: str, /, **places: object) -> str:
        """A printed phrase with its places filled."""
        return self.printed["phrases"][phrase].format(**places)


def load_vocabulary(shelf: Shelf, faults: list[DataError]) -> Vocabulary:
    """The vocabularies, source keys and printed words of a shelf; what is wrong with them is added to `faults`."""
    vocab = shelf.layers("vocab.yaml", faults)
    if len(vocab) != 1:
        where = vocab[-1].name if vocab else "vocab.yaml"
        problem = "the closed vocabularies belong to the package." if vocab else "the closed vocabularies are missing."
        raise DataError(problem, file=where, remedy="Leave vocab.yaml to the package; add exercises, rules and texts.")
    keys: list[str] = []
    for layer in shelf.layers("sources.yaml", faults):
        for key in layer.names():
            source = layer.part(key)
            source.text("reference"), source.text("read"), source.text("locator", "")
            source.close()
            keys.append(key)
    entry = vocab[0]
    named = set(entry.get("equipment")) - set(entry.get("always_at_hand"))
    for word in sorted(named ^ set(fields()["equipment"].values)):
        entry.fault(f"'{word}' stands in only one of vocab.yaml and the intake's fields.", "equipment")
    return Vocabulary(entry.data, tuple(dict.fromkeys(keys)), _printed(shelf, entry.data, faults))


def _printed(shelf: Shelf, vocab: Mapping[str, Any], faults: list[DataError]) -> dict[str, Any]:
    """The printed words, section by section, a later folder's over an earlier's; every word of vocab.yaml has one."""
    name = f"text/{shelf.language}/words.yaml"
    layers = shelf.layers(name, faults)
    if not layers:
        languages = sorted({path.split("/")[1] for path in shelf.found("text/*/words.yaml")})
        raise DataError(f"there is no text in '{shelf.language}'.", file=name, remedy=f"Known: {', '.join(languages)}.")
    printed: dict[str, Any] = {}
    for layer in layers:
        for section in layer.names():
            part = layer.part(section)
            printed.setdefault(section, {}).update({key: part.text(key) for key in part.names()})
    for section in ("categories", "units", "equipment", "confidence"):
        for word in vocab[section]:
            if word not in printed.get(section, {}) and word != PLAIN_UNIT:
                layers[0].fault(f"'{word}' of vocab.yaml has no printed word.", section, "Add it.")
    return printed
