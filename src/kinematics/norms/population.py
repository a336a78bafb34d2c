"""A reference population over its speeds, and the one that ships (running.yaml, running_curves.csv)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import yaml

from kinematics.conventions import CURVE_POINTS

FACTS_FILE, CURVES_FILE = "running.yaml", "running_curves.csv"
#: In the facts: a metric that does not depend on what 0 deg means.
ANY_ZERO = "any"


@dataclass(frozen=True, eq=False)
class GaitNorms:
    """
    One reference population over its speeds: what `gait_reference` interpolates in.

    `dataclasses.replace` makes a variant (another population, or one runner left out).

    Attributes
    ----------
    name, task, population, source, hip_centre : str
    n_people : int
    speeds_m_s : array, shape (n_speeds,)
        At least two, ascending. [m/s]
    speed_tolerance_m_s : float
        How far outside the measured speeds the nearest one is held. [m/s]
    metrics : mapping of zero to mapping of metric to array, shape (n_speeds, 2)
        Mean and sd between people.
    curves : mapping of zero to mapping of curve to array, shape (n_speeds, 101, 2)
    hip_centres : mapping of str to (bias, sd)
        How much more extended the hip reads with that centre than with `hip_centre`. [deg]
    turned : mapping of str to int
        Metrics and curves that a hip centre moves, and in which direction.
    notes : mapping of zero to tuple of str
    represented : mapping
        Whom it holds: sex, level, surface as patterns of the lower-case word, grade_percent as the steepest.
    """

    name: str
    task: str
    population: str
    source: str
    hip_centre: str
    n_people: int
    speeds_m_s: np.ndarray
    speed_tolerance_m_s: float
    metrics: Mapping[str, Mapping[str, np.ndarray]]
    curves: Mapping[str, Mapping[str, np.ndarray]]
    hip_centres: Mapping[str, tuple[float, float]]
    turned: Mapping[str, int]
    notes: Mapping[str, tuple[str, ...]]
    represented: Mapping[str, str | float] = field(default_factory=dict)


@cache
def running_norms() -> GaitNorms:
    """The shipped reference for running: 28 runners of Fukuchi 2017 at 2.5, 3.5 and 4.5 m/s."""
    facts = yaml.safe_load(files("kinematics.norms").joinpath(FACTS_FILE).read_text(encoding="utf-8"))
    notes = tuple(facts["notes"])
    return GaitNorms(
        name=facts["name"],
        task=facts["task"],
        population=facts["population"],
        source=facts["source"],
        hip_centre=facts["hip_centre"],
        n_people=facts["n_people"],
        speeds_m_s=np.array(facts["speeds_m_s"]),
        speed_tolerance_m_s=facts["speed_tolerance_m_s"]["value"],
        metrics=_metrics_by_zero(facts),
        curves=_curves_by_zero(facts),
        hip_centres={name: (entry["bias_deg"], entry["sd_deg"]) for name, entry in facts["hip_centres"].items()},
        turned=facts["turned_by_hip_centre"],
        notes={facts["zero"]: notes, "standing": notes + tuple(facts["standing"]["notes"])},
        represented=facts["represented"],
    )


def _metrics_by_zero(facts: dict) -> dict[str, dict[str, np.ndarray]]:
    def mean_sd(entry: dict) -> np.ndarray:
        return np.array([entry["mean"], entry["sd"]], dtype=float).T

    any_zero = {name: mean_sd(entry) for name, entry in facts["metrics"].items() if entry["zero"] == ANY_ZERO}
    own_zero = {name: mean_sd(entry) for name, entry in facts["metrics"].items()}
    standing = {name: mean_sd(entry) for name, entry in facts["standing"]["metrics"].items()}
    return {facts["zero"]: own_zero, "standing": standing | any_zero}


def _curves_by_zero(facts: dict) -> dict[str, dict[str, np.ndarray]]:
    with files("kinematics.norms").joinpath(CURVES_FILE).open(encoding="utf-8") as file:
        table = pd.read_csv(file, comment="#")
    curves = {}
    for name, entry in facts["curves"].items():
        mean, sd = (table[f"{entry['prefix']}_{part}"].to_numpy() for part in ("mean", "sd"))
        curves[name] = np.stack([entry["factor"] * mean, sd], axis=-1).reshape(-1, CURVE_POINTS, 2)
    standing = {
        name: curves[name] - [facts["standing"].get(name, 0.0), 0.0]
        for name, entry in facts["curves"].items()
        if entry["standing"] != "absent"
    }
    return {facts["zero"]: curves, "standing": standing}
