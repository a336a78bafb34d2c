"""Used against available: each held against its own reference, with its error; one row per side and speed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import LEDGER_COLUMNS, DataError
from kinematics.ledger.available import SIDE_KEYS, chosen_tests
from kinematics.ledger.headline import headline
from kinematics.ledger.limits import QUADRANTS, class_probabilities, decided, low_limit, probability_low
from kinematics.ledger.reasons import next_measurements, not_comparable, reasons
from kinematics.ledger.used import METRIC, RUN_KEYS, used_range
from kinematics.norms import GaitNorms, metric_reference, running_norms
from kinematics.settings import Settings
from kinematics.strides import Strides

DIRECTION = "extension"
COMPARISON = "reference"
ORDER = ["participant", "session", "task", "speed_m_s", "side", "zero", "hip_centre"]


def compare_range(
    strides: Strides | Sequence[Strides],
    exam: pd.DataFrame,
    *,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    used_reference: GaitNorms | None = None,
) -> pd.DataFrame:
    """
    The ledger: used hip extension and available extension, each against the reference of its own protocol.

    Nothing is subtracted across the two: they do not share a zero. Use is low below the 10th centile of runners at that
    speed, zero and hip centre; the test is low below the 10th centile of its own reference. Each probability to be low
    counts the error of the value and of the limit, and a class is the product of two of them:

        P(low) = Phi((q - x) / sqrt(se_x**2 + se_q**2))

    A class is given where its probability reaches `settings.ledger.probability`; otherwise the row is inconclusive and
    says why, and what would decide. The whole method, with an example: docs/used-and-available.md.

    Parameters
    ----------
    strides : Strides or sequence of Strides
        Of one or many trials, visits and people; only run and walk are compared.
    exam : DataFrame
        As from `read_exam`; may be empty. Strides that carry neither participant nor session (as in a notebook) belong
        to the one visit that the exam holds.
    settings : Settings
    used_reference : GaitNorms, optional
        Another population than the runners that ship.

    Returns
    -------
    DataFrame
        Columns `conventions.LEDGER_COLUMNS`, one row per participant, session, task, speed and side (two zeros of one
        speed are two rows), sorted by these. Angles towards extension. [deg]

    Raises
    ------
    DataError
        Where strides without participant stand beside an exam of several visits.
    """
    norms = used_reference or running_norms()
    threshold = settings.ledger.probability
    table = _named_after(used_range(strides), exam)
    table = _with_limits(table, exam, norms)
    table["probability_used_low"] = _probability(table, "used")
    table["probability_available_low"] = _probability(table, "available")
    classes = class_probabilities(
        table["probability_used_low"], table["probability_available_low"], table["lower_bound"]
    )
    sure = decided(classes, threshold)
    table["class"] = np.where(table["not_comparable"] == "", sure, "inconclusive")
    table["reason"] = reasons(table, threshold)
    table["next_measurement"] = next_measurements(table, DIRECTION, threshold, norms)
    table["probability_available_low"] = table["probability_available_low"].mask(table["lower_bound"])
    table[[f"probability_{name}" for name in QUADRANTS]] = classes
    table["headline"] = headline(table.assign(comparable=table["not_comparable"] == ""))
    table["direction"], table["comparison"] = DIRECTION, COMPARISON
    return _as_ledger(table)


def _named_after(table: pd.DataFrame, exam: pd.DataFrame) -> pd.DataFrame:
    """The table, its nameless rows given to the one visit of the exam."""
    nameless = (table["participant"] == "") & (table["session"] == "")
    visits = exam[["participant", "session"]].drop_duplicates()
    if not nameless.any() or visits.empty:
        return table
    if len(visits) > 1:
        raise DataError(
            f"the strides carry no participant and session, and the exam holds {len(visits)} visits.",
            remedy="Give participant= and session= to segment_strides, or pass the exam rows of one visit.",
        )
    names = visits.iloc[0]
    return table.assign(
        participant=table["participant"].mask(nameless, names["participant"]),
        session=table["session"].mask(nameless, names["session"]),
    )


def _with_limits(table: pd.DataFrame, exam: pd.DataFrame, norms: GaitNorms) -> pd.DataFrame:
    """The table with the reference and limit of use, the chosen test, and the test's reference and limit."""
    reference = metric_reference(METRIC, norms=norms, **{name: table[name] for name in RUN_KEYS[2:]})
    table = table.assign(
        used_reference_mean_deg=reference["mean"],
        used_reference_sd_deg=reference["sd"],
        used_reference_n=reference["n_people"],
        used_reference=reference["reference"],
        refusal=reference["refusal"],
    )
    table = table.merge(chosen_tests(exam, DIRECTION), on=SIDE_KEYS, how="left")
    text = ["test", "other_tests", "available_reference", "limited_by", "pelvis_controlled", "notes"]
    table[text] = table[text].fillna("")
    table["lower_bound"] = table["lower_bound"].eq(True)
    for what in ("used", "available"):
        parts = [table[f"{what}_reference_{part}"] for part in ("mean_deg", "sd_deg", "n")]
        table[f"{what}_low_below_deg"], table[f"{what}_limit_se_deg"] = low_limit(*parts)
    table["estimate_deg"] = table["used_deg"] - table["used_reference_mean_deg"]
    mean_se = table["used_reference_sd_deg"] / np.sqrt(table["used_reference_n"])
    table["estimate_se_deg"] = np.hypot(table["used_se_deg"], mean_se)
    table["not_comparable"] = not_comparable(table)
    return table


def _probability(table: pd.DataFrame, what: str) -> pd.Series:
    names = (f"{what}_deg", f"{what}_se_deg", f"{what}_low_below_deg", f"{what}_limit_se_deg")
    return pd.Series(probability_low(*(table[name] for name in names)), index=table.index)


def _as_ledger(table: pd.DataFrame) -> pd.DataFrame:
    """Declared columns, in order; text as text."""
    table = table.rename(columns={"lower_bound": "available_is_lower_bound"}).sort_values(ORDER, kind="stable")
    table = table[[column.name for column in LEDGER_COLUMNS]].reset_index(drop=True)
    text = [name for name in table.columns if table[name].dtype == object]
    return table.astype(dict.fromkeys(text, "str"))
