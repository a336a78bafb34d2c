"""The whole check of a clinic's own folder: every problem with file and line, what cannot be reached, what is empty."""

from __future__ import annotations

from pathlib import Path

from kinematics.conventions import DataError
from kinematics.exercises.exercise import LEVELS
from kinematics.exercises.facts import read_thresholds
from kinematics.exercises.folders import overlaid
from kinematics.exercises.library import Library, read_library
from kinematics.exercises.rules import Rule, read_rules
from kinematics.exercises.wording import check_wording

#: At hand in every home: no category is empty with these alone.
BARE = frozenset({"floor", "wall", "chair"})
#: Categories that a rule closes, so that they may lack a row for bare equipment.
CLOSED = ("PLY", "RUN", "MOB")


def check_options(folder: Path | str | None = None, *, language: str = "en") -> tuple[DataError, ...]:
    """
    Everything that is wrong with a clinic's own folder laid over the package's; empty where all is well.

    Checked: every file's words, numbers and links, each with file, line and the nearest valid word; circles of links;
    rules that can never fire or whose example does not; families that no rule selects; categories without a row at a
    level they define with floor, wall and chair alone; thresholds; the wording of every sentence.

    Parameters
    ----------
    folder : path, optional
        The clinic's folder; without it, the package's own data are checked.
    language : str

    Raises
    ------
    DataError
        Where the folder is missing or empty, or replaces the closed vocabularies.
    """
    shelf = overlaid(folder, language=language)
    library, faults = read_library(shelf)
    rules, of_rules = read_rules(shelf)
    faults = [*faults, *of_rules, *read_thresholds(shelf)[1], *check_wording(shelf)]
    if not faults:
        faults = [*_unreached(library, rules), *_empty(library)]
    return tuple({str(fault): fault for fault in faults}.values())


def _unreached(library: Library, rules: tuple[Rule, ...]) -> list[DataError]:
    """Families that no rule selects."""
    opened = {family for rule in rules for family in rule.then.select}
    return [
        DataError(
            f"no rule selects {family}, so its exercises are never offered.",
            file="rules",
            remedy="Add a rule that selects it, or retire its exercises.",
        )
        for family, exercises in library.by_family.items()
        if exercises and family not in opened
    ]


def _empty(library: Library) -> list[DataError]:
    faults = []
    for category, level in sorted(_defined(library)):
        if category in CLOSED:
            continue
        if not any(
            one.category == category and one.level == level and all(BARE & set(group) for group in one.required)
            for exercises in library.by_family.values()
            for one in exercises
        ):
            problem = f"category {category} has nothing at level {level} with floor, wall and chair alone."
            faults.append(DataError(problem, file="exercises", remedy="Add a row, or retire the others of that level."))
    return faults


def _defined(library: Library) -> set[tuple[str, int]]:
    """Categories and the levels that any of their exercises has."""
    found = {(one.category, one.level) for exercises in library.by_family.values() for one in exercises}
    return {(category, level) for category, level in found if LEVELS[0] <= level <= LEVELS[1]}
