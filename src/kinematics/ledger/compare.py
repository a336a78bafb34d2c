"""Used against available: three comparisons of every side, run and direction, and the one row that leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import COMPARISONS, DIRECTIONS, LEDGER_COLUMNS
from kinematics.exam.available import available_columns
from kinematics.exam.columns import Columns, frame, ranks, rows_of
from kinematics.ledger.available import examined
from kinematics.ledger.base import base_table, known_runs
from kinematics.ledger.context import About
from kinematics.ledger.direct import by_direct, one_trial_each
from kinematics.ledger.headline import leading
from kinematics.ledger.reference import by_reference, untold
from kinematics.ledger.sides import by_sides
from kinematics.ledger.used import METRICS, runs_of
from kinematics.norms import GaitNorms, running_norms
from kinematics.settings import Settings
from kinematics.strides import Strides

MAIN_DIRECTION = "extension"
#: What of the rows of a comparison is needed for the ledger.
KEPT = {column.name for column in LEDGER_COLUMNS} | {"run", "not_comparable", "lower_bound"}
ORDER = ["participant", "session", "task", "speed_m_s", "side", "zero", "hip_centre", "direction_order", "order"]


def compare_range(
    strides: Strides | Sequence[Strides],
    exam: pd.DataFrame,
    *,
    about: About = None,
    functional: pd.DataFrame | None = None,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    used_reference: GaitNorms | None = None,
    between_visits_deg: float | None = None,
) -> pd.DataFrame:
    """
    The ledger: used and available hip range of every side, run and direction, by up to three comparisons.

    - `reference`: use and test, each against the reference of its own protocol; nothing is subtracted across the two.
      Low is below the 10th centile; ``P(low) = Phi((q - x) / sqrt(se_x**2 + se_q**2))``, a class the product of two of
      them. Where the standing hip angle is known, use has to be low, or not low, under both zeros.
    - `sides`: the symptomatic side against the other: use beyond the healthy spread, tests equal or not.
    - `direct`: against a functional trial with the same markers and zero: the reserve.

    A class is given where its probability reaches `settings.ledger.probability`; otherwise the row is inconclusive and
    says why, and what would decide. One row per visit, side and direction leads: of the visit's middle run the
    first comparison that decides (direct, sides, reference); where two give opposite classes, it is inconclusive. The
    whole method, with an example: docs/used-and-available.md.

    Parameters
    ----------
    strides : Strides or sequence of Strides
        Of one or many trials, visits and people; only run and walk are compared.
    exam : DataFrame
        As from `read_exam`; may be empty. Strides that carry neither participant nor session (as in a notebook) belong
        to the one visit that the exam holds.
    about : DataFrame, sequence of DataFrames or mapping, optional
        What else is known: symptomatic_side (left, right, both, none), sex (F, M, X), level, surface, grade_percent,
        standing_hip_flexion_deg, standing_tilt_deg (`standing_table`). A table has some of the key columns participant,
        session, task, speed_m_s, side; a mapping such as ``{"symptomatic_side": "right"}`` holds for all.
    functional : DataFrame, optional
        From `functional_range`: a trial through the whole range, in the same visit, markers and zero.
    settings : Settings
    used_reference : GaitNorms, optional
        Another population than the runners that ship.
    between_visits_deg : float, optional
        A laboratory's own standard error of peak extension between visits. [deg]

    Returns
    -------
    DataFrame
        Columns `conventions.LEDGER_COLUMNS`, one row per participant, session, task, speed, side, direction and
        comparison (two zeros of one speed are two rows), sorted by these. Extension always; flexion, and the directions
        that running cannot tell, where the exam has a test of them. Angles towards the direction. [deg]

    Raises
    ------
    DataError
        Where strides without participant stand beside an exam of several visits, or `about` cannot be joined.
    """
    columns = ledger_columns(
        strides,
        exam,
        about=about,
        functional=functional,
        settings=settings,
        used_reference=used_reference,
        between_visits_deg=between_visits_deg,
    )
    return frame(columns)


def ledger_columns(
    strides: Strides | Sequence[Strides],
    exam: pd.DataFrame | Columns,
    *,
    about: About = None,
    functional: pd.DataFrame | None = None,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    used_reference: GaitNorms | None = None,
    between_visits_deg: float | None = None,
) -> Columns:
    """`compare_range` as plain columns; the exam may be plain columns too."""
    norms, threshold = used_reference or running_norms(), settings.ledger.probability
    trials, available = one_trial_each(functional), available_columns(exam)
    told = {MAIN_DIRECTION, *available["direction"].tolist(), *trials["direction"].tolist()}
    directions = [name for name in DIRECTIONS if name in told]
    runs = known_runs(runs_of(strides), available, about, norms)
    base = base_table(runs, available, directions, norms, between_visits_deg)
    base = rows_of(base, _of_interest(base, available))
    by_running = np.array([name in METRICS for name in base["direction"].tolist()], dtype=bool)
    parts = [*_compared(rows_of(base, by_running), available, trials, threshold, norms)]
    return _as_ledger(leading(_stacked([*parts, untold(rows_of(base, ~by_running))])))


def _of_interest(base: Columns, available: Columns) -> np.ndarray:
    """Extension, what the exam of the visit speaks of, and what functional trials alone speak of; shape (n,)."""
    asked = set(available["direction"].tolist())
    alone = [name for name in METRICS if name == MAIN_DIRECTION or name not in asked]
    return examined(base, available) | np.array([name in alone for name in base["direction"].tolist()], dtype=bool)


def _compared(
    base: Columns, available: Columns, trials: Columns, threshold: float, norms: GaitNorms
) -> Iterator[Columns]:
    """The comparisons that can be made."""
    reference = by_reference(base, threshold, norms)
    sides = by_sides(base, available, threshold, norms)
    yield reference
    yield sides
    if len(trials["side"]):
        yield by_direct(reference, sides, trials, threshold, norms)


def _stacked(parts: Sequence[Columns]) -> Columns:
    """The parts' columns below each other; what a part lacks is '' or NaN there."""
    kinds = {name: values.dtype for part in parts for name, values in part.items() if name in KEPT}
    lacking = {name: "" if kind.kind == "O" else np.nan for name, kind in kinds.items()}
    sizes = [len(part["side"]) for part in parts]
    return {
        name: np.concatenate(
            [
                part[name] if name in part else np.full(n, gap, dtype=kinds[name])
                for part, n in zip(parts, sizes, strict=True)
            ]
        )
        for name, gap in lacking.items()
    }


def _as_ledger(table: Columns) -> Columns:
    """Declared columns, in order; rows in theirs."""
    order = {"order": COMPARISONS, "direction_order": DIRECTIONS}
    for name, words in order.items():
        places = {word: place for place, word in enumerate(words)}
        column = table["comparison" if name == "order" else "direction"]
        table[name] = np.array([places[word] for word in column.tolist()], dtype=int)
    ranked = np.lexsort([ranks(table[name])[0] for name in reversed(ORDER)])
    table["available_is_lower_bound"] = table["lower_bound"]
    return {column.name: table[column.name][ranked] for column in LEDGER_COLUMNS}
