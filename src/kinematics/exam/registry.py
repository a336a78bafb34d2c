"""The registry of clinical tests (exam_tests.yaml): what each measures, what is typical, how large its error is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import pandas as pd
import yaml

FACTS_FILE = "exam_tests.yaml"
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class TestReference:
    """
    What a population reaches on a test.

    Attributes
    ----------
    mean, sd : float
        Towards the test's positive direction, sd between people; sd NaN where the source gives none. [deg]
    n_people : int
    population, instrument, basis, source : str
        basis: measured, published, derived or assumed.
    """

    __test__ = False  # a name that pytest would collect

    mean: float
    sd: float
    n_people: int
    population: str
    instrument: str
    basis: str
    source: str


@dataclass(frozen=True)
class ExamTest:
    """
    One clinical test.

    Attributes
    ----------
    name : str
        As written in exam.csv.
    directions : tuple of str
        Directions it can speak of.
    procedure, positive : str
        How it is done, and what a positive value means.
    plausible_deg : tuple of float
        Values outside are slips of the pen. [deg]
    references : tuple of TestReference
        The first with an sd is used; none where nothing fit was found.
    """

    name: str
    directions: tuple[str, ...]
    procedure: str
    positive: str
    plausible_deg: tuple[float, float]
    references: tuple[TestReference, ...]

    @property
    def reference(self) -> TestReference | None:
        """The reference that can give a limit of 'low', or None."""
        return next((reference for reference in self.references if math.isfinite(reference.sd)), None)


@cache
def exam_tests() -> dict[str, ExamTest]:
    """All tests by name, in the order in which the ledger prefers them."""
    return {name: _test(name, entry) for name, entry in facts()["tests"].items()}


@cache
def facts() -> dict:
    """The registry's file as it is, for the numbers that belong to no single test."""
    return yaml.safe_load(files("kinematics.exam").joinpath(FACTS_FILE).read_text(encoding="utf-8"))


@cache
def sem_table() -> pd.Series:
    """
    Standard error of measurement of one repetition, without a rater's own figure. [deg]

    Returns
    -------
    Series
        Index (test, direction, pelvis_controlled, instrument); the last two may be empty. Where the instrument is
        empty or 'other' the possible difference between instruments is contained.
    """
    keys = [
        (test.name, direction, pelvis, instrument)
        for test in exam_tests().values()
        for direction, pelvis, instrument in product(test.directions, (*YES_NO, ""), (*facts()["instruments"], ""))
    ]
    names = ["test", "direction", "pelvis_controlled", "instrument"]
    return pd.Series([_sem(*key) for key in keys], index=pd.MultiIndex.from_tuples(keys, names=names), name="sem_deg")


@cache
def best_sem() -> pd.Series:
    """Smallest standard error of one repetition, done and described well; index (test, direction). [deg]"""
    return sem_table().groupby(level=["test", "direction"], sort=False).min()


def _sem(test: str, direction: str, pelvis: str, instrument: str) -> float:
    own = facts()["tests"][test].get("sem_deg", [])
    fitting = [
        entry["value"] for entry in own if (entry["pelvis_controlled"], entry["instrument"]) == (pelvis, instrument)
    ]
    general = {entry["pelvis_controlled"]: entry["value"] for entry in facts()["sem_deg"]}
    sem = fitting[0] if fitting else general[pelvis]
    if instrument not in ("", "other"):
        return sem
    unknown = facts()["instrument_unknown_deg"]
    return math.hypot(sem, unknown.get(direction, unknown["other"])["value"])


def _test(name: str, entry: dict) -> ExamTest:
    low, high = entry["plausible_deg"]
    references = tuple(
        TestReference(**{**reference, "sd": math.nan if reference["sd"] is None else reference["sd"]})
        for reference in entry["references"]
    )
    return ExamTest(
        name, tuple(entry["directions"]), entry["procedure"], entry["positive"], (float(low), float(high)), references
    )
