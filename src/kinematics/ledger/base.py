"""What all comparisons of a direction start from: use, test, references and limits of every side and run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.ledger.available import SIDE_KEYS, chosen_tests
from kinematics.ledger.context import About, representation, with_context
from kinematics.ledger.limits import low_limit
from kinematics.ledger.used import METRICS, RUN_KEYS, TILTS, used_range
from kinematics.norms import GaitNorms, metric_reference, tilt_at_peak
from kinematics.strides import Strides

TEXT = ("test", "other_tests", "available_reference", "limited_by", "pelvis_controlled", "notes", "instrument", "rater")


def base_table(
    strides: Strides | Sequence[Strides],
    exam: pd.DataFrame,
    direction: str,
    norms: GaitNorms,
    about: About,
    between_visits_deg: float | None = None,
) -> pd.DataFrame:
    """
    One row per run and side: use with its reference and limit, the chosen test with its own, what is known of them.

    Parameters
    ----------
    strides, exam, about
        As in `compare_range`.
    direction : {"extension", "flexion"}
    norms : GaitNorms
    between_visits_deg : float, optional
        As in `used_range`.
    """
    table = used_range(strides, direction=direction, between_visits_deg=between_visits_deg)
    table = with_context(named_after(table, exam), about)
    table = _with_use(table, direction, norms).assign(direction=direction)
    return add_test(table, exam, direction)


def untold_table(base: pd.DataFrame, exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Rows of a direction that running does not tell: the test stands by itself, use and its reference are empty."""
    emptied = {name: np.nan for name in base if name.startswith(("used_", "from_")) and base[name].dtype == "float64"}
    keep = [name for name in base if not name.startswith("available_") and name not in (*TEXT, "lower_bound")]
    keep = [name for name in keep if name not in ("n_repetitions", "direction")]
    table = base[keep].assign(**{**emptied, "used_reference": "", "direction": direction})
    return add_test(table, exam, direction)


def with_exam_of(table: pd.DataFrame, exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """The rows of those visits whose exam speaks of the direction."""
    visits = exam.loc[exam["direction"] == direction, ["participant", "session"]].drop_duplicates()
    return table.merge(visits, on=["participant", "session"], how="inner")


def named_after(table: pd.DataFrame, exam: pd.DataFrame) -> pd.DataFrame:
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


def _with_use(table: pd.DataFrame, direction: str, norms: GaitNorms) -> pd.DataFrame:
    """Reference and limit of use, the split of use into thigh and tilt, and use under the standing zero."""
    where = {name: table[name] for name in RUN_KEYS[2:]}
    reference = metric_reference(METRICS[direction], norms=norms, **where)
    table = table.assign(**_reference_columns(reference, "used"), refusal=reference["refusal"])
    table = table.join(representation(table, norms))
    _add_limit(table, "used", table["representation_se_deg"])
    sign = 1.0 if direction == "extension" else -1.0  # hip flexion = thigh flexion + tilt
    table["used_thigh_deg"] = table["used_deg"] + sign * table["used_tilt_deg"]
    tilt = tilt_at_peak(direction, TILTS[direction], norms=norms, **where)
    table["from_tilt_deg"] = -sign * (table["used_tilt_deg"] - tilt)
    table["from_thigh_deg"] = table["used_deg"] - table["used_reference_mean_deg"] - table["from_tilt_deg"]
    anatomical = table["zero"] == "anatomical"
    table["used_standing_deg"] = (table["used_deg"] + sign * table["standing_hip_flexion_deg"]).where(anatomical)
    standing = metric_reference(METRICS[direction], norms=norms, **where | {"zero": np.full(len(table), "standing")})
    table = table.assign(**_reference_columns(standing, "standing"))
    _add_limit(table, "standing", table["representation_se_deg"])
    return table


def _reference_columns(reference: pd.DataFrame, what: str) -> dict[str, pd.Series]:
    return {
        f"{what}_reference_mean_deg": reference["mean"],
        f"{what}_reference_sd_deg": reference["sd"],
        f"{what}_reference_n": reference["n_people"],
        f"{what}_reference": reference["reference"],
    }


def _add_limit(table: pd.DataFrame, what: str, more_se: pd.Series | float = 0.0) -> None:
    parts = [table[f"{what}_reference_{part}"] for part in ("mean_deg", "sd_deg", "n")]
    limit, error = low_limit(*parts)
    table[f"{what}_low_below_deg"], table[f"{what}_low_below_se_deg"] = limit, np.hypot(error, more_se)


def add_test(table: pd.DataFrame, exam: pd.DataFrame, direction: str) -> pd.DataFrame:
    """The table with the chosen test of each side, its reference and its limit."""
    table = table.merge(chosen_tests(exam, direction), on=SIDE_KEYS, how="left")
    table[list(TEXT)] = table[list(TEXT)].fillna("")
    table["lower_bound"] = table["lower_bound"].eq(True)
    _add_limit(table, "available")
    return table
