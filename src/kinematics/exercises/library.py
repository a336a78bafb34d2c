"""The library of exercises: one YAML file each, facts apart from text, checked on loading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from kinematics.conventions import DataError
from kinematics.exercises.checks import check_library
from kinematics.exercises.entry import Entry
from kinematics.exercises.exercise import (
    LEVELS,
    WARM_UP_REPS,
    WARM_UP_SETS,
    Demand,
    Dose,
    Exercise,
    Vocabulary,
    load_vocabulary,
)
from kinematics.exercises.folders import Shelf, loaded


@dataclass(frozen=True)
class Places:
    """Where an exercise stands in the ordered vocabularies: deepest flexion of either hip, load, weight bearing."""

    band: int
    opposite_band: int
    load: int
    weight_bearing: int


@dataclass(frozen=True, eq=False)
class Library:
    """Exercises by id, their vocabulary, and the version and hash of what was read."""

    exercises: Mapping[str, Exercise]
    vocabulary: Vocabulary
    version: str
    digest: str
    by_family: Mapping[str, tuple[Exercise, ...]] = field(repr=False)
    places: Mapping[str, Places] = field(repr=False)


@cache
def load_library(shelf: Shelf = Shelf()) -> Library:  # noqa: B008 (frozen)
    """
    The library of a shelf, checked; read once per process.

    Raises
    ------
    DataError
        The first thing that is wrong, with file, line and the nearest valid word.
    """
    library, faults = read_library(shelf)
    if faults:
        raise faults[0]
    return library


def read_library(shelf: Shelf) -> tuple[Library, list[DataError]]:
    """The library of a shelf and everything that is wrong with it; exercises with a fault are left out of it."""
    faults: list[DataError] = []
    vocabulary = load_vocabulary(shelf, faults)
    files, folder = shelf.found("exercises/*.yaml"), f"text/{shelf.language}/exercises"
    if not files:
        faults.append(
            DataError("no exercises were found.", file="exercises", remedy="Put one YAML file per exercise there.")
        )
    stems = {path.stem for path, _ in files.values()}
    texts = {path.stem: (path, root) for path, root in shelf.found(f"{folder}/*.yaml").values()}
    for stem in sorted(set(texts) - stems):
        problem = DataError("this text has no exercise.", file=f"{folder}/{stem}.yaml", remedy="Rename or remove it.")
        faults.append(problem)
    exercises: dict[str, Exercise] = {}
    entries: dict[str, Entry] = {}
    for name, (path, root) in sorted(files.items(), key=lambda item: item[1][0].stem):
        if path.stem not in texts:
            faults.append(DataError(f"its text is missing, {folder}/{path.stem}.yaml.", file=name, remedy="Add it."))
            continue
        before = len(faults)
        entry, text = loaded(path, root, faults), loaded(*texts[path.stem], faults)
        if entry is None or text is None:
            continue
        exercise = _exercise(entry, text, vocabulary)
        if len(faults) == before:
            exercises[path.stem], entries[path.stem] = exercise, entry
    check_library(exercises, entries, vocabulary, known=stems)
    version = str(vocabulary.data["library_version"])
    places = {name: _places(one, vocabulary) for name, one in exercises.items()}
    families = _by_family(exercises, vocabulary)
    return Library(exercises, vocabulary, version, shelf.digest("library"), families, places), faults


def _places(exercise: Exercise, vocabulary: Vocabulary) -> Places:
    bands, demand = vocabulary.words("bands"), exercise.demand
    return Places(
        band=bands.index(demand.band),
        opposite_band=bands.index(demand.opposite_band),
        load=vocabulary.words("loads").index(exercise.load),
        weight_bearing=vocabulary.words("weight_bearing").index(demand.weight_bearing),
    )


def _by_family(exercises: Mapping[str, Exercise], vocabulary: Vocabulary) -> dict[str, tuple[Exercise, ...]]:
    """Exercises of each family that are in use, in order of their ids."""
    return {
        family: tuple(
            one
            for _, one in sorted(exercises.items())
            if vocabulary.family(one.category) == family and one.review != "retired"
        )
        for family in vocabulary.families
    }


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
        also=_also(text),
        how=text.text("how"),
        caution=text.text("caution", ""),
    )
    text.known(text.text("id"), [exercise.id], "id")
    if exercise.review == "reviewed" and not (review.has("by") and review.has("date")):
        review.fault("a reviewed entry needs who reviewed it and when.", "status", "Fill in 'by' and 'date'.")
    entry.has("external"), review.has("by"), review.has("date"), review.has("due")
    for part in (entry, text, movement, equipment, load_, dose, links, origin, review):
        part.close()
    return exercise


def _also(text: Entry) -> tuple[str, ...]:
    names = text.get("also") if text.has("also") else []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        text.fault("a list of names was expected.", "also", "Write [one name, other name].")
        return ()
    return tuple(names)


def _alternatives(equipment: Entry, words: list[str]) -> list[tuple[str, ...]]:
    groups = equipment.get("required")
    if not isinstance(groups, list) or not all(isinstance(group, list) and group for group in groups):
        remedy = "Write [[bench, chair]]: one of them is enough."
        equipment.fault("a list of lists was expected.", "required", remedy)
        return []
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
