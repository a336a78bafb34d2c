"""A laboratory's own figures: a reference from its strides, errors from its repeated visits; as YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from kinematics.conventions import DataError
from kinematics.documents import check_yaml, small_text
from kinematics.files import write_whole
from kinematics.norms.population import GaitNorms
from kinematics.strides import Strides

#: A centile of fewer people is not worth its name.
FEWEST_PEOPLE = 10
#: Pairs of visits from which an error is worth stating.
FEWEST_PAIRS = 5
SPEED_TOLERANCE_M_S = 0.05
DECIMALS = 4
#: Files that are kept as they were read.
REMEMBERED = 4
ID_COLUMNS = ("participant", "session", "trial", "task", "speed_m_s", "side", "stride", "start_s", "end_s", "valid")


def build_norms(strides: Sequence[Strides], *, name: str, population: str = "") -> GaitNorms:
    """
    A reference for one task from a laboratory's own strides: mean and spread between people at each speed.

    Each person counts once: the mean over the sides of the medians over the valid strides, the first visit only.

    Parameters
    ----------
    strides : sequence of Strides
        Of many people, one task, one zero, one hip centre; speeds rounded to 0.1 m/s are taken together.
    name : str
        What tables and reports call it.
    population : str
        Who they are, in words.

    Raises
    ------
    DataError
        Where conventions are mixed, or a speed has fewer than ten people.
    """
    task, zero, centre = (_only(strides, what) for what in ("task", "zero", "hip_centre"))
    people = _people(strides)
    count = people.groupby("speed").size()
    if count.empty or count.min() < FEWEST_PEOPLE:
        few = "no people" if count.empty else f"{count.min()} people at {count.idxmin():g} m/s"
        raise DataError(f"there are {few}.", remedy=f"A reference needs {FEWEST_PEOPLE} people at each speed.")
    values = people.drop(columns=["participant"]).groupby("speed").agg(["mean", "std"])
    metrics = {
        str(metric): values[metric].to_numpy().round(DECIMALS)
        for metric in values.columns.levels[0]
        if np.isfinite(values[metric].to_numpy()).all()
    }
    return GaitNorms(
        name=name,
        task=task,
        population=population or "people of the laboratory",
        source=f"{name}, computed from {count.min()} people's own strides",
        hip_centre=centre,
        n_people=int(count.min()),
        speeds_m_s=count.index.to_numpy(float),
        speed_tolerance_m_s=SPEED_TOLERANCE_M_S,
        metrics={zero: metrics},
        curves={zero: {}},
        hip_centres={centre: (0.0, 0.0)},
        turned={},
        notes={zero: (f"Built from {count.min()} people at {', '.join(f'{speed:g}' for speed in count.index)} m/s.",)},
    )


def build_sem(strides: Sequence[Strides]) -> dict[str, float]:
    """
    Standard error between visits of each metric: the root of the mean variance within person, side and speed.

    Parameters
    ----------
    strides : sequence of Strides
        Of people with two visits or more, in one convention.

    Returns
    -------
    dict of str to float
        Metric -> SEM, in the metric's unit.

    Raises
    ------
    DataError
        Where fewer than five people have two visits.
    """
    for what in ("zero", "hip_centre"):
        _only(strides, what)
    valid = pd.concat([one.valid for one in strides], ignore_index=True)
    keys = ["participant", "task", "speed_m_s", "side"]
    visits = valid.groupby([*keys, "session"])[_metrics(valid)].median()
    grouped = visits.groupby(keys)
    several = grouped.size() > 1
    people = several[several].index.get_level_values("participant").nunique()
    if people < FEWEST_PAIRS:
        raise DataError(
            f"{people} people have two visits at the same speed.",
            remedy=f"An error between visits needs {FEWEST_PAIRS}.",
        )
    variance = grouped.var()[several]
    return {str(name): round(float(np.sqrt(value)), DECIMALS) for name, value in variance.mean().dropna().items()}


def write_norms(path: Path | str, norms: GaitNorms) -> None:
    """Write a reference that `read_norms` reads; lists follow its speeds."""
    metrics = {
        zero: {name: {"mean": values[:, 0].tolist(), "sd": values[:, 1].tolist()} for name, values in of_zero.items()}
        for zero, of_zero in norms.metrics.items()
    }
    facts = {
        **{name: getattr(norms, name) for name in ("name", "task", "population", "source", "hip_centre", "n_people")},
        "speeds_m_s": norms.speeds_m_s.tolist(),
        "metrics": metrics,
        "notes": {zero: list(notes) for zero, notes in norms.notes.items()},
    }
    write_whole(Path(path), yaml.safe_dump(facts, sort_keys=False, allow_unicode=True).encode())


def read_norms(path: Path | str) -> GaitNorms:
    """
    A reference that `kinematics norms build` wrote.

    Raises
    ------
    DataError
        Where the file is no such reference.
    """
    text = _text(path)
    try:
        return _norms(text)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_ours(path, "norms", error) from None


def write_sem(path: Path | str, sem: Mapping[str, float]) -> None:
    """Write errors between visits that `read_sem` reads."""
    write_whole(Path(path), yaml.safe_dump({"between_visits": dict(sem)}, sort_keys=False).encode())


def read_sem(path: Path | str) -> dict[str, float]:
    """Errors between visits that `kinematics sem build` wrote: metric -> SEM."""
    try:
        return {str(name): float(value) for name, value in _parsed(_text(path))["between_visits"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_ours(path, "sem", error) from None


def _text(path: Path | str) -> str:
    """The file's content, which is sound YAML."""
    try:
        text = small_text(Path(path))
        _parsed(text)
        return text
    except (OSError, ValueError, yaml.YAMLError):
        raise DataError(
            "this file cannot be read.", file=Path(path).name, remedy="Check [ledger] in study.toml."
        ) from None


@lru_cache(maxsize=REMEMBERED)
def _parsed(text: str) -> dict:
    """A file's content; the same, as every visit of a study brings it, is parsed once."""
    check_yaml(text)
    return yaml.safe_load(text)


@lru_cache(maxsize=REMEMBERED)
def _norms(text: str) -> GaitNorms:
    facts = _parsed(text)
    metrics = {
        zero: {name: np.array([entry["mean"], entry["sd"]], float).T for name, entry in of_zero.items()}
        for zero, of_zero in facts["metrics"].items()
    }
    return GaitNorms(
        name=str(facts["name"]),
        task=str(facts["task"]),
        population=str(facts["population"]),
        source=str(facts["source"]),
        hip_centre=str(facts["hip_centre"]),
        n_people=int(facts["n_people"]),
        speeds_m_s=np.array(facts["speeds_m_s"], float),
        speed_tolerance_m_s=SPEED_TOLERANCE_M_S,
        metrics=metrics,
        curves={zero: {} for zero in metrics},
        hip_centres={str(facts["hip_centre"]): (0.0, 0.0)},
        turned={},
        notes={zero: tuple(notes) for zero, notes in facts["notes"].items()},
    )


def _not_ours(path: Path | str, what: str, error: Exception) -> DataError:
    return DataError(
        f"{error} is missing or wrong.", file=Path(path).name, remedy=f"Make it by: kinematics {what} build."
    )


def _only(strides: Sequence[Strides], what: str) -> str:
    """The one value of a convention or task."""
    found = {str(one.table["task"].iloc[0]) if what == "task" else getattr(one.passport, what) for one in strides}
    if len(found) != 1:
        words = ", ".join(sorted(found)) or "nothing"
        raise DataError(f"the {what} of the trials is {words}; it has to be one.", remedy="Build from alike trials.")
    return found.pop()


def _people(strides: Sequence[Strides]) -> pd.DataFrame:
    """One row per person and speed (0.1 m/s) of their first visit."""
    valid = pd.concat([one.valid for one in strides], ignore_index=True)
    valid = valid.assign(speed=valid["speed_m_s"].round(1))
    first = valid.groupby(["participant", "speed"])["session"].transform("min")
    valid = valid[valid["session"] == first]
    sides = valid.groupby(["participant", "speed", "side"])[_metrics(valid)].median()
    return sides.groupby(level=["participant", "speed"]).mean().reset_index()


def _metrics(table: pd.DataFrame) -> list[str]:
    numbers = table.select_dtypes("number").columns
    return [str(name) for name in numbers if name not in (*ID_COLUMNS, "speed")]
