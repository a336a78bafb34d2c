"""What all comparisons of a direction start from: use, test, references and limits of every side and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.exam.columns import Columns, as_text, key_rows, matched, taken
from kinematics.ledger.available import TEST_KEYS, chosen_tests
from kinematics.ledger.context import About, representation, with_context
from kinematics.ledger.limits import low_limit
from kinematics.ledger.used import METRICS, RUN_KEYS, TILTS, Runs, used_columns
from kinematics.norms import GaitNorms, metric_columns, tilt_at_peak

VISIT_KEYS = TEST_KEYS[:2]
#: What of a run decides its reference.
CONVENTION = RUN_KEYS[2:]
#: References that are kept: most visits of a study run at the same speeds in the same convention.
REMEMBERED = 1024


def known_runs(runs: Runs, available: Columns, about: About, norms: GaitNorms) -> Runs:
    """
    The runs with all that is known of them whatever the direction.

    Parameters
    ----------
    runs : Runs
        From `runs_of`.
    available : Columns
        As from `exam.available.available_columns`; names runs that carry no participant.
    about
        As in `compare_range`.
    norms : GaitNorms

    Returns
    -------
    Runs
        Its table with the columns of `with_context` and `representation`, and `run`, which counts the runs.
    """
    table = with_context(named_after(runs.table, available), about)
    places: dict[tuple, int] = {}
    keys = key_rows([table[name][:: len(SIDES)] for name in RUN_KEYS])
    numbers = np.array([places.setdefault(key, len(places)) for key in keys], dtype=int)
    return replace(runs, table=table | representation(table, norms) | {"run": np.repeat(numbers, len(SIDES))})


def base_table(
    runs: Runs, available: Columns, directions: Sequence[str], norms: GaitNorms, between_visits_deg: float | None = None
) -> Columns:
    """
    One row per run, side and direction: use with its reference and limit, the chosen test with its own, and the person.

    Parameters
    ----------
    runs : Runs
        From `known_runs`.
    available : Columns
        As from `exam.available.available_columns`.
    directions : sequence of str
        extension first; in those that running does not tell (all but flexion) use and its reference are empty.
    norms : GaitNorms
    between_visits_deg : float, optional
        As in `used_range`.

    Returns
    -------
    Columns
        One direction's rows after the other's; of each run the left row, then the right one.
    """
    told = [name for name in directions if name in METRICS]
    table = _with_use(used_columns(runs, told, between_visits_deg), runs, told, norms)
    untold = [name for name in directions if name not in METRICS]
    return add_test(_with_untold(table, len(runs.table["side"]), untold), available)


def _with_untold(table: Columns, n: int, directions: Sequence[str]) -> Columns:
    """The first n rows once more for each of the directions, without what is said of use in their own."""
    if not directions:
        return table
    first = {name: values[:n] for name, values in table.items()}
    emptied = [name for name in first if name.startswith(("used_", "from_")) and first[name].dtype == np.float64]
    first |= dict.fromkeys(emptied, np.full(n, np.nan)) | {"used_reference": np.full(n, "", dtype=object)}
    below = {name: np.tile(values, len(directions)) for name, values in first.items()}
    below["direction"] = np.repeat(np.array(directions, dtype=object), n)
    return {name: np.concatenate([values, below[name]]) for name, values in table.items()}


def named_after(table: Columns, exam: Columns) -> Columns:
    """The table, its nameless rows given to the one visit of the exam."""
    nameless = (table["participant"] == "") & (table["session"] == "")
    visits = set(key_rows([exam[name] for name in VISIT_KEYS])) if nameless.any() else set()
    if not visits:
        return table
    if len(visits) > 1:
        raise DataError(
            f"the strides carry no participant and session, and the exam holds {len(visits)} visits.",
            remedy="Give participant= and session= to segment_strides, or pass the exam rows of one visit.",
        )
    names = zip(VISIT_KEYS, next(iter(visits)), strict=True)
    return table | {name: np.where(nameless, word, table[name]).astype(object) for name, word in names}


def add_test(table: Columns, available: Columns) -> Columns:
    """The table with the chosen test of each side and direction, its reference and its limit."""
    chosen = chosen_tests(available)
    places = matched(*([rows[name] for name in TEST_KEYS] for rows in (table, chosen)))
    table = table | taken({name: values for name, values in chosen.items() if name not in TEST_KEYS}, places)
    limit, error = low_limit(*(table[f"available_reference_{part}"] for part in ("mean_deg", "sd_deg", "n")))
    return table | {"available_low_below_deg": limit, "available_low_below_se_deg": error}


def _with_use(table: Columns, runs: Runs, directions: Sequence[str], norms: GaitNorms) -> Columns:
    """Reference and limit of use, the split of use into thigh and tilt, and use under the standing zero."""
    table = table | _references_of(runs, directions, norms)
    for what in ("used", "standing"):
        name = f"{what}_low_below_se_deg"
        table[name] = np.hypot(table[name], table["representation_se_deg"])
    sign = np.where(table["direction"] == "extension", 1.0, -1.0)  # hip flexion = thigh flexion + tilt
    table["used_thigh_deg"] = table["used_deg"] + sign * table["used_tilt_deg"]
    table["from_tilt_deg"] = -sign * (table["used_tilt_deg"] - table["reference_tilt_deg"])
    table["from_thigh_deg"] = table["used_deg"] - table["used_reference_mean_deg"] - table["from_tilt_deg"]
    moved = table["used_deg"] + sign * table["standing_hip_flexion_deg"]
    table["used_standing_deg"] = np.where(table["zero"] == "anatomical", moved, np.nan)
    return table


def _references_of(runs: Runs, directions: Sequence[str], norms: GaitNorms) -> Columns:
    """What the norms say of every run and side in every direction."""
    keys = list(key_rows([runs.table[name][:: len(SIDES)] for name in CONVENTION]))
    different = tuple(dict.fromkeys(keys))
    found = {key: place for place, key in enumerate(different)}
    places = np.repeat(np.array([found[key] for key in keys], dtype=int), len(SIDES))
    parts = [_references(norms, direction, different) for direction in directions]
    return {name: np.concatenate([part[name][places] for part in parts]) for name in parts[0]}


@lru_cache(maxsize=REMEMBERED)
def _references(norms: GaitNorms, direction: str, runs: tuple[tuple, ...]) -> Columns:
    """
    What the norms say of each task, speed (None where not known), zero and hip centre in one direction.

    References and limits of use, under the runs' zero and the standing one, and the tilt at the peak.
    """
    cells = [as_text([run[place] for run in runs]) for place in range(len(CONVENTION))]
    where = dict(zip(CONVENTION, cells, strict=True))
    where["speed_m_s"] = np.array([np.nan if speed is None else speed for speed in where["speed_m_s"]], dtype=float)
    table: Columns = {"reference_tilt_deg": tilt_at_peak(direction, TILTS[direction], norms=norms, **where)}
    zeros = {"used": where["zero"], "standing": np.full(len(runs), "standing", dtype=object)}
    for what, zero in zeros.items():
        reference = metric_columns(METRICS[direction], norms=norms, **where | {"zero": zero})
        limit, error = low_limit(reference["mean"], reference["sd"], reference["n_people"])
        table |= {f"{what}_low_below_deg": limit, f"{what}_low_below_se_deg": error}
        table |= {f"{what}_reference": reference["reference"], f"{what}_reference_n": reference["n_people"]}
        table |= {f"{what}_reference_{part}_deg": reference[part] for part in ("mean", "sd")}
        table.setdefault("refusal", reference["refusal"])
    return table
