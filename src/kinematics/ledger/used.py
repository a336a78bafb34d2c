"""Strides -> used range: the median peak of each side, and its standard error term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.exam.columns import MEDIAN, Columns, Groups, as_text, frame, grouped, numbers, rows_of, text
from kinematics.ledger.terms import used_term
from kinematics.strides import Strides

#: Directions that running tells, and the stride metric that holds the peak, positive towards the direction.
METRICS = {"extension": "peak_hip_extension_deg", "flexion": "peak_hip_flexion_deg"}
#: The pelvis's anterior tilt at that instant.
TILTS = {
    "extension": "pelvis_anterior_tilt_at_peak_hip_extension_deg",
    "flexion": "pelvis_anterior_tilt_at_peak_hip_flexion_deg",
}
STRIDE_VALUES = (*METRICS.values(), *TILTS.values())
COMPARED_TASKS = ("run", "walk")
#: What is compared together: one run of one visit in one convention.
RUN_KEYS = ["participant", "session", "task", "speed_m_s", "zero", "hip_centre"]
TERMS = ("visit", "hip_centre", "events", "strides", "sensors", "zero")
#: How the passport's model begins where inertial sensors measured, and where their raw data was used.
SENSORS, RAW_SENSORS = "inertial sensors", "inertial sensors, VQF 6D"
#: Standard error of a median over that of a mean, normal scatter: sqrt(pi / 2).
MEDIAN_OVER_MEAN = float(np.sqrt(np.pi / 2))
CENTILES = {"used_p05_deg": 0.05, "used_p95_deg": 0.95}


def used_range(
    strides: Strides | Sequence[Strides], *, direction: str = "extension", between_visits_deg: float | None = None
) -> pd.DataFrame:
    """
    Used hip range of each side in one direction: the median of its valid strides' peaks, with its standard error.

    Strides of several trials at the same task, speed and convention of a visit are taken together. The terms of the
    error are independent and add in quadrature; their sizes and sources stand in terms.yaml:

    - visit: placement of markers and the person's own change from one visit to the next;
    - hip centre: a regression does not know this person's hip;
    - events: what a contact found too early or late moves;
    - sensors: what inertial sensors measure wrong (none with markers);
    - zero: how well an entered standing tilt is known, where one moved the sensors' zero (`about` tells it);
    - strides: sqrt(pi / 2) * s / sqrt(n_eff), n_eff = n (1 - r) / (1 + r) with r the correlation of neighbours.

    Parameters
    ----------
    strides : Strides or sequence of Strides
    direction : {"extension", "flexion"}
    between_visits_deg : float, optional
        A laboratory's own standard error between visits instead of the one of terms.yaml. [deg]

    Returns
    -------
    DataFrame
        One row per participant, session, task (run, walk), speed, zero, hip centre and side, both sides always, sorted.
        n_strides; used_deg (NaN without strides), used_p05_deg and used_p95_deg (centiles of the strides' peaks),
        used_se_deg and its terms used_se_visit_deg, used_se_hip_centre_deg, used_se_events_deg, used_se_strides_deg,
        used_se_sensors_deg, used_se_zero_deg;
        used_tilt_deg (median anterior tilt at the instant of the peak; NaN where it was not measured). Positive
        towards the direction, tilt positive anterior. [deg]
    """
    if direction not in METRICS:
        raise DataError(
            f"strides do not tell how much {direction} is used.", remedy=f"Directions: {', '.join(METRICS)}."
        )
    table = used_columns(runs_of(strides), [direction], between_visits_deg)
    return frame({name: values for name, values in table.items() if name != "direction"})


@dataclass(frozen=True, eq=False)
class Runs:
    """
    The runs of one or many visits, and their strides.

    Attributes
    ----------
    table : Columns
        `RUN_KEYS` and side: of each run the left row, then the right one.
    cells : Groups
        Row of the table of each stride.
    values : Columns
        `METRICS` and `TILTS` of each stride, NaN where it is not valid. [deg]
    """

    table: Columns
    cells: Groups
    values: Columns


def runs_of(strides: Strides | Sequence[Strides]) -> Runs:
    """The runs and walks among the strides of one or many trials."""
    rows = _stride_rows([strides] if isinstance(strides, Strides) else strides)
    rows = rows_of(rows, (rows["task"] == "run") | (rows["task"] == "walk"))
    runs = grouped([rows[name] for name in RUN_KEYS])
    table = rows_of({name: rows[name] for name in RUN_KEYS}, np.repeat(runs.first, len(SIDES)))
    table["side"] = np.tile(np.array(SIDES, dtype=object), runs.n)
    table["used_se_sensors_deg"] = np.repeat(rows["sensors"][runs.first], len(SIDES))
    flags = [rows["side"] == name for name in SIDES]
    known = flags[0] | flags[1]
    cells = Groups(np.arange(len(table["side"])), (len(SIDES) * runs.of + flags[1])[known])
    return Runs(table, cells, {name: rows[name][known] for name in STRIDE_VALUES})


def used_columns(runs: Runs, directions: Sequence[str], between_visits_deg: float | None = None) -> Columns:
    """`used_range` as plain columns beside those of the runs' table; one direction's rows after the other's."""
    n, times = len(runs.table["side"]), len(directions)
    table = {name: np.tile(values, times) if times > 1 else values for name, values in runs.table.items()}
    table["direction"] = np.repeat(np.array(directions, dtype=object), n)
    count, centiles, scatter = _peaks(runs, directions)
    tilts = centiles[times * n :, -1]
    table |= dict(zip((*CENTILES, "used_deg"), centiles[: times * n].T, strict=True))
    table |= {"n_strides": count[: times * n], "used_tilt_deg": tilts}
    visit_deg = used_term("between_visits_deg") if between_visits_deg is None else between_visits_deg
    fixed = {"visit": visit_deg, "hip_centre": used_term("hip_centre_deg"), "events": used_term("events_deg")}
    table |= {f"used_se_{term}_deg": np.full(tilts.size, float(size)) for term, size in fixed.items()}
    table["used_se_zero_deg"] = np.nan_to_num(table.get("used_se_zero_deg", np.zeros(tilts.size)))
    table["used_se_strides_deg"] = MEDIAN_OVER_MEAN * scatter / np.sqrt(_effective(table["n_strides"]))
    table["used_se_deg"] = total_se(table, TERMS)
    return table


def _peaks(runs: Runs, directions: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number and centiles of the peaks of each direction, then of the tilts; standard deviation of the peaks. [deg]"""
    n, names = len(runs.table["side"]), [METRICS[name] for name in directions] + [TILTS[name] for name in directions]
    blocks = np.concatenate([runs.cells.of + block * n for block in range(len(names))])
    values = np.concatenate([runs.values[name] for name in names])
    count, centiles = Groups(np.arange(n * len(names)), blocks).centiles(values, (*CENTILES.values(), MEDIAN))
    peaks = values.size // 2
    return count, centiles, _scatter(blocks[:peaks], values[:peaks], n * len(directions))


def total_se(table: Mapping[str, np.ndarray], terms: Sequence[str]) -> np.ndarray:
    """Terms `used_se_<term>_deg` added in quadrature; NaN where there is no stride. [deg]"""
    return np.sqrt(sum(table[f"used_se_{term}_deg"] ** 2 for term in terms))


def sensors_se(model: str) -> float:
    """Standard error that inertial sensors add to a peak of the hip, by how they were used; 0 for others. [deg]"""
    if not model.startswith(SENSORS):
        return 0.0
    return used_term("sensors_deg" if model.startswith(RAW_SENSORS) else "sensors_given_deg")


def _scatter(of: np.ndarray, peaks: np.ndarray, n: int) -> np.ndarray:
    """Standard deviation of the peaks of each of n rows; the usual one where there are fewer than two. [deg]"""
    found = pd.Series(peaks).groupby(of).std()
    scatter = np.full(n, np.nan)
    scatter[found.index.to_numpy()] = found.to_numpy()
    return np.where(np.isnan(scatter), used_term("stride_sd_deg"), scatter)


def _effective(n: np.ndarray) -> np.ndarray:
    """Independent strides that n neighbouring ones are worth; NaN for none."""
    correlation = used_term("stride_correlation")
    return np.where(n > 0, n, np.nan) * (1 - correlation) / (1 + correlation)


def _stride_rows(trials: Sequence[Strides]) -> Columns:
    """Keys, convention, peaks and tilts (NaN where the stride is not valid) of every stride of the trials."""
    tables = [one.columns for one in trials]
    sizes = [len(table["side"]) for table in tables]
    rows = {name: text(_below(tables, name)) for name in ("participant", "session", "task", "side")}
    rows["speed_m_s"] = numbers(_below(tables, "speed_m_s"))
    rows["zero"] = np.repeat(as_text([one.passport.zero for one in trials]), sizes)
    rows["hip_centre"] = np.repeat(as_text([one.passport.hip_centre for one in trials]), sizes)
    rows["sensors"] = np.repeat(np.array([sensors_se(one.passport.model) for one in trials], dtype=float), sizes)
    valid = _below(tables, "valid").astype(bool)
    for name in STRIDE_VALUES:
        values = [table[name] if name in table else np.full(n, np.nan) for table, n in zip(tables, sizes, strict=True)]
        rows[name] = np.where(valid, numbers(_joined(values)), np.nan)
    return rows


def _below(tables: Sequence[Mapping[str, np.ndarray]], name: str) -> np.ndarray:
    """A column of the tables below each other."""
    return _joined([table[name] for table in tables])


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=object)
