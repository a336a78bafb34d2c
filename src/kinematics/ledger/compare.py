"""Used against available: three comparisons of every side, run and direction, and the one row that leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import COMPARISONS, DIRECTIONS, LEDGER_COLUMNS
from kinematics.ledger.base import base_table, untold_table, with_exam_of
from kinematics.ledger.context import About
from kinematics.ledger.direct import by_direct, one_trial_each
from kinematics.ledger.headline import leading
from kinematics.ledger.reference import by_reference, untold
from kinematics.ledger.sides import by_sides
from kinematics.ledger.used import METRICS
from kinematics.norms import GaitNorms, running_norms
from kinematics.settings import Settings
from kinematics.strides import Strides

MAIN_DIRECTION = "extension"
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
    norms, threshold = used_reference or running_norms(), settings.ledger.probability
    functional = one_trial_each(functional)
    base = base_table(strides, exam, MAIN_DIRECTION, norms, about, between_visits_deg)
    parts = list(_compared(base, exam, functional, MAIN_DIRECTION, threshold, norms))
    for direction in [name for name in DIRECTIONS if name != MAIN_DIRECTION]:
        if direction not in set(exam["direction"]) | set(functional["direction"]):
            continue
        if direction in METRICS:
            table = base_table(strides, exam, direction, norms, about, between_visits_deg)
            if direction in set(exam["direction"]):
                table = with_exam_of(table, exam, direction)
            parts += _compared(table, exam, functional, direction, threshold, norms)
        else:
            parts.append(untold(with_exam_of(untold_table(base, exam, direction), exam, direction)))
    table = pd.concat(parts, ignore_index=True)
    return _as_ledger(leading(table))


def _compared(base, exam, functional, direction, threshold, norms) -> Iterator[pd.DataFrame]:
    """The comparisons of one direction that can be made."""
    reference = by_reference(base, direction, threshold, norms)
    sides = by_sides(base, exam, direction, threshold, norms)
    yield reference
    yield sides
    own = functional[functional["direction"] == direction]
    if len(own):
        yield by_direct(reference, sides, own, threshold, norms)


def _as_ledger(table: pd.DataFrame) -> pd.DataFrame:
    """Declared columns, in order; text as text."""
    table = table.rename(columns={"lower_bound": "available_is_lower_bound"})
    table["order"] = table["comparison"].map({name: place for place, name in enumerate(COMPARISONS)})
    table["direction_order"] = table["direction"].map({name: place for place, name in enumerate(DIRECTIONS)})
    table = table.sort_values(ORDER, kind="stable")
    table = table.reindex(columns=[column.name for column in LEDGER_COLUMNS]).reset_index(drop=True)
    table["available_is_lower_bound"] = table["available_is_lower_bound"].eq(True)
    text = [column.name for column in LEDGER_COLUMNS if table[column.name].dtype == object]
    table[text] = table[text].where(table[text].notna(), "" if text else np.nan)
    return table.astype(dict.fromkeys(text, "str"))
