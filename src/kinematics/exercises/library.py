"""The library of exercises: one YAML file each, facts apart from text, checked on loading."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.exercises.checks import check_library
from kinematics.exercises.entry import Entry, load
from kinematics.exercises.exercise import (
    DATA,
    LANGUAGE,
    LEVELS,
    WARM_UP_REPS,
    WARM_UP_SETS,
    Demand,
    Dose,
    Exercise,
    Vocabulary,
    load_vocabulary,
)

HASH_LENGTH = 12


@dataclass(frozen=True)
class Library:
    """Exercises by id, their vocabulary, and the hash of every file that was read."""

    exercises: Mapping[str, Exercise]
    vocabulary: Vocabulary
    version: str
    digest: str


@cache
def load_library(folder: Path = DATA) -> Library:
    """
    The library of a folder, checked; read once per process.

    Raises
    ------
    DataError
        The first thing that is wrong, with file, line and the nearest valid word.
    """
    vocabulary = load_vocabulary(folder)
    paths = sorted((folder / "exercises").glob("*.yaml"))
    if not paths:
        raise DataError("no exercises were found.", file="exercises", remedy="Put one YAML file per exercise there.")
    texts = {path.stem for path in (folder / "text" / LANGUAGE).glob("*.yaml")}
    for stem in sorted(texts - {path.stem for path in paths}):
        raise DataError(
            "this text has no exercise.", file=f"text/{LANGUAGE}/{stem}.yaml", remedy="Rename it, or add the exercise."
        )
    entries = {path.stem: load(path, folder) for path in paths}
    exercises = {stem: _exercise(entry, _text(folder, stem), vocabulary) for stem, entry in entries.items()}
    check_library(exercises, entries, vocabulary)
    return Library(exercises, vocabulary, vocabulary.data["library_version"], _digest(folder))


def _text(folder: Path, stem: str) -> Entry:
    return load(folder / "text" / LANGUAGE / f"{stem}.yaml", folder)


def _digest(folder: Path) -> str:
    """Hash over names and contents of all YAML files, line ends aside."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml"), key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:HASH_LENGTH]


def _exercise(entry: Entry, text: Entry, vocabulary: Vocabulary) -> Exercise:
    words = vocabulary.words
    movement, equipment, load_ = entry.part("movement"), entry.part("equipment"), entry.part("load")
    dose, links, origin = entry.part("dose"), entry.part("links"), entry.part("provenance")
    review = entry.part("review")
    exercise = Exercise(
        id=entry.word("id", [entry.path.stem]),
        category=entry.word("category", words("categories")),
        level=entry.whole("level", *LEVELS),
        stage=entry.whole("stage", 0, 9) if entry.has("stage") else None,
        plane=movement.word("plane", words("planes")),
        directions=movement.words("direction", words("directions")),
        contractions=movement.words("contraction", words("contractions")),
        side=movement.word("side", words("sides")),
        chain=movement.word("chain", words("chains")),
        required=tuple(_alternatives(equipment, words("equipment"))),
        optional=equipment.words("optional", words("equipment")),
        demand=_demand(entry.part("demand"), vocabulary),
        load=load_.word("class", words("loads")),
        load_up_to=load_.word("up_to", words("loads")) if load_.has("up_to") else load_.get("class"),
        evidence=tuple(_evidence(item, vocabulary) for item in load_.parts("evidence")),
        dose=_dose(dose.part("start"), vocabulary),
        cap=_cap(dose, vocabulary),
        regress=links.text("regress", "") or None,
        progress=links.text("progress", "") or None,
        tags=entry.words("tags", words("tags")),
        gate=entry.word("gate", words("gates")) if entry.has("gate") else None,
        provenance=origin.word("name", words("provenances")),
        source=origin.word("source", vocabulary.sources) if origin.has("source") else "",
        review=review.word("status", words("review_statuses")),
        name=text.text("name"),
        also=tuple(text.get("also")) if text.has("also") else (),
        how=text.text("how"),
        caution=text.text("caution", ""),
    )
    text.known(text.text("id"), [exercise.id], "id")
    entry.has("external"), review.has("by"), review.has("date"), review.has("due")
    for part in (entry, text, movement, equipment, load_, dose, links, origin, review):
        part.close()
    return exercise


def _alternatives(equipment: Entry, words: list[str]) -> list[tuple[str, ...]]:
    groups = equipment.get("required")
    if not isinstance(groups, list) or not all(isinstance(group, list) and group for group in groups):
        raise equipment.error(
            "a list of lists was expected.", "required", "Write [[bench, chair]]: one of them is enough."
        )
    return [tuple(equipment.known(word, words, "required") for word in group) for group in groups]


def _demand(entry: Entry, vocabulary: Vocabulary) -> Demand:
    words, degrees = vocabulary.words, entry.part("hip_flexion_deg")
    demand = Demand(
        flexion_deg=(degrees.number("min"), degrees.number("max")),
        basis=degrees.word("basis", [*words("bases"), *vocabulary.sources]),
        band=entry.word("hip_flexion_band", words("bands")),
        opposite_band=entry.word("opposite_hip_flexion_band", words("bands")),
        rotation=entry.word("rotation", words("rotations")),
        pelvis=entry.word("pelvis", words("pelvis")),
        weight_bearing=entry.word("weight_bearing", words("weight_bearing")),
    )
    degrees.close()
    entry.close()
    return demand


def _evidence(item: Entry, vocabulary: Vocabulary) -> dict[str, str]:
    found = {
        "measure": item.word("measure", vocabulary.words("measures")),
        "value": item.text("value"),
        "unit": item.text("unit", ""),
        "condition": item.text("condition", ""),
        "source": item.word("source", vocabulary.sources),
    }
    item.close()
    return found


def _dose(entry: Entry, vocabulary: Vocabulary) -> Dose:
    extra = ("effort_percent", "rpe", "rest_s", "days_per_week")
    dose = Dose(
        sets=entry.span("sets"),
        amount=entry.span("amount"),
        unit=entry.word("unit", vocabulary.words("units")),
        per_side=entry.truth("per_side"),
        basis=entry.word("basis", ["proposal", *vocabulary.sources]),
        **{name: entry.span(name) for name in extra if entry.has(name)},
    )
    entry.close()
    return dose


def _cap(dose: Entry, vocabulary: Vocabulary) -> tuple[int, int] | None:
    if not dose.has("cap"):
        return None
    cap = dose.part("cap")
    cap.word("basis", ["proposal", *vocabulary.sources])
    found = cap.whole("sets", 1, WARM_UP_SETS), cap.whole("amount", 1, WARM_UP_REPS)
    cap.close()
    return found
