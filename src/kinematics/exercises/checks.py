"""What no single entry can show: links, levels, bands, gates and the warm-up's cap over the whole library."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kinematics.exercises.entry import Entry
from kinematics.exercises.exercise import WARM_UP, WARM_UP_REPS, WARM_UP_SETS, Exercise, Vocabulary
from kinematics.intake import nearest


def check_library(
    exercises: Mapping[str, Exercise],
    entries: Mapping[str, Entry],
    vocabulary: Vocabulary,
    *,
    known: Collection[str] = (),
) -> None:
    """
    Adds a fault to the entries for everything that contradicts itself or the others.

    Checked: the band agrees with the degrees; gated categories name their gate; the warm-up
    stays within two sets of five; a provenance that names literature has its key; links lead to exercises that exist,
    never in a circle, and never to a lower level of the same category. `known` are ids that exist although their files
    have faults of their own.
    """
    for stem, exercise in exercises.items():
        entry = entries[stem]
        _check_band(exercise, entry, vocabulary)
        _check_gate(exercise, entry, vocabulary)
        _check_dose(exercise, entry)
        _check_provenance(exercise, entry)
        _check_links(exercise, exercises, entry, {*known, *exercises})
    _check_circles(exercises, entries)


def _check_band(exercise: Exercise, entry: Entry, vocabulary: Vocabulary) -> None:
    demand = exercise.demand
    low, high = demand.flexion_deg
    place = entry.part("demand")
    if low > high:
        place.fault(f"min {low:g} is above max {high:g}.", "hip_flexion_deg", "Exchange them.")
    moderate, large = vocabulary.data["band_limits_deg"]
    bands = vocabulary.words("bands")
    band = bands[0] if high < moderate else bands[1] if high <= large else bands[2]
    if demand.band != band:
        place.fault(
            f"'{demand.band}' does not agree with {high:g} deg, which is '{band}'.",
            "hip_flexion_band",
            "Correct the band or the degrees.",
        )


def _check_gate(exercise: Exercise, entry: Entry, vocabulary: Vocabulary) -> None:
    gate = vocabulary.data["gated_categories"].get(exercise.category)
    if exercise.gate != gate:
        remedy = f"Write 'gate: {gate or 'null'}'."
        entry.fault(f"category {exercise.category} does not go with gate '{exercise.gate}'.", "gate", remedy)


def _check_dose(exercise: Exercise, entry: Entry) -> None:
    if exercise.category != WARM_UP:
        return
    place = entry.part("dose")
    if exercise.cap is None:
        place.fault("a warm-up drill needs its cap.", remedy="Write 'cap: {sets: 2, amount: 5, basis: SEED2}'.")
        return
    sets, reps = exercise.dose.sets[1], exercise.dose.amount[1]
    if sets > exercise.cap[0] or reps > exercise.cap[1] or exercise.dose.unit != "reps":
        problem = f"{sets:g} x {reps:g} passes the warm-up's cap of {WARM_UP_SETS} x {WARM_UP_REPS}."
        place.fault(problem, "start", "Progress a warm-up by range and speed, not by volume.")


def _check_provenance(exercise: Exercise, entry: Entry) -> None:
    if exercise.provenance in ("seed", "series", "found") and not exercise.source:
        entry.fault(
            f"'{exercise.provenance}' needs the source it was found in.",
            "provenance",
            "Add 'source:' with a key of sources.yaml, or write 'recalled' or 'proposal'.",
        )


def _check_links(exercise: Exercise, exercises: Mapping[str, Exercise], entry: Entry, known: set[str]) -> None:
    for key, target in (("regress", exercise.regress), ("progress", exercise.progress)):
        if target is None:
            continue
        if target not in known:
            remedy = nearest(target, sorted(known))
            entry.part("links").fault(f"'{target}' is no exercise of the library.", key, remedy)
        if target not in exercises:
            continue
        other = exercises[target]
        harder, easier = (other, exercise) if key == "progress" else (exercise, other)
        if harder.category == easier.category and harder.level < easier.level:
            entry.part("links").fault(
                f"{key} leads from level {exercise.level} to level {other.level} of {exercise.category}.",
                key,
                "A progression never lowers the level inside a category.",
            )


def _check_circles(exercises: Mapping[str, Exercise], entries: Mapping[str, Entry]) -> None:
    for link in ("progress", "regress"):
        told: set[str] = set()
        for start in exercises:
            path, here = [start], getattr(exercises[start], link)
            while here in exercises and here not in path:
                path.append(here)
                here = getattr(exercises[here], link)
            if here == start and start not in told:
                told.update(path)
                circle = " -> ".join([*path, start])
                entries[start].part("links").fault(f"the links run in a circle: {circle}.", link, "Break it.")
