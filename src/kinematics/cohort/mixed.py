"""Linear mixed models: strides in recordings in legs in people, with effect sizes and intervals."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.cohort.people import stride_rows
from kinematics.conventions import DataError
from kinematics.strides import Strides

SPEED = "speed_m_s"
FEWEST_PEOPLE = 5
#: A person's own slope over speed is modelled where at least this many people have at least this many speeds.
PEOPLE_FOR_SLOPES, SPEEDS_FOR_SLOPES = 5, 3
CONFIDENCE = 0.95
#: Both are run and the higher likelihood is kept: methods by gradient stop short where a variance is 0, unnoticed.
OPTIMISERS: tuple[tuple[str, dict], ...] = (("powell", {"xtol": 1e-6, "ftol": 1e-9}), ("lbfgs", {}))


@dataclass(frozen=True)
class MixedModel:
    """
    A fitted linear mixed model (REML).

    Attributes
    ----------
    table : DataFrame
        Row per fixed effect: estimate, se, df, low, high (95 %), p_value in the metric's unit; effect_size,
        effect_low, effect_high in standard deviations between legs of different people.
    spread : DataFrame
        Row per random effect (person, person's slope over speed, side, recording, stride): sd.
    n_people, n_legs, n_strides : int
    log_likelihood : float
        Restricted.
    formula : str
    notes : tuple of str
    """

    table: pd.DataFrame
    spread: pd.DataFrame
    n_people: int
    n_legs: int
    n_strides: int
    log_likelihood: float
    formula: str
    notes: tuple[str, ...]

    def _repr_html_(self) -> str:
        head = f"<p>{self.formula}: {self.n_people} people, {self.n_legs} legs, {self.n_strides} strides</p>"
        notes = "".join(f"<p>{note}</p>" for note in self.notes)
        return head + self.table.round(3).to_html() + self.spread.round(3).to_html() + notes


def mixed_model(
    strides: Strides | Sequence[Strides] | pd.DataFrame,
    metric: str,
    *,
    fixed: str = "group * speed_m_s",
    about: pd.DataFrame | None = None,
    speed_at_m_s: float | None = None,
) -> MixedModel:
    """
    Linear mixed model of a stride metric: strides in recordings in legs in people, fitted by REML (statsmodels).

    Every stride is used and none is taken for a person: people differ by a random intercept (and, where at least five
    ran at three speeds, a random slope over speed), legs within people, recordings within legs. Intervals and p use t
    with as many degrees of freedom as there are people less the fixed effects that are constant within every person:
    exact for balanced person-level contrasts, on the safe side for others.

    Parameters
    ----------
    strides : Strides, sequence of Strides, or DataFrame
        Or rows as in strides.parquet; only valid ones count.
    metric : str
        A column of the stride table.
    fixed : str
        Right-hand side of the model formula; columns of the strides and of `about`.
    about : DataFrame, optional
        One row per participant: group, sex ... joined by participant.
    speed_at_m_s : float, optional
        Where the effects beside an interaction with speed are told; by default the mean over recordings. [m/s]

    Returns
    -------
    MixedModel

    Raises
    ------
    DataError
        Where there are fewer than 5 people, a person has two rows in `about`, or a column of the formula is missing.

    Notes
    -----
    Effect sizes divide by ``sqrt(person variance + side variance)``. With one recording per leg the recording's
    variance is the leg's.
    """
    rows = _with_about(stride_rows(strides, metric), about)
    rows, centre = _speed_centred(rows, fixed, speed_at_m_s)
    names = [name for name in rows.columns if re.search(rf"\b{re.escape(str(name))}\b", fixed)]
    rows = rows.dropna(subset=[metric, *names])
    people = rows["participant"].nunique()
    if people < FEWEST_PEOPLE:
        raise DataError(
            f"{people} people with '{metric}'; a mixed model needs at least {FEWEST_PEOPLE}, and strides do not make "
            "up for people."
        )
    levels = _levels(rows)
    model = fit_nested(rows, metric, fixed, person="participant", levels=levels, slope=_slope(rows, fixed))
    notes = model.notes + ((f"Speed is told from {centre:.2f} m/s.",) if centre is not None else ())
    legs = rows.groupby(["participant", "side"]).ngroups
    return MixedModel(
        model.table, model.spread, people, legs, len(rows), model.log_likelihood, f"{metric} ~ {fixed}", notes
    )


@dataclass(frozen=True)
class Fit:
    """What `fit_nested` finds: fixed effects, spreads, restricted log-likelihood, notes."""

    table: pd.DataFrame
    spread: pd.DataFrame
    log_likelihood: float
    notes: tuple[str, ...]


def fit_nested(
    rows: pd.DataFrame, value: str, fixed: str, *, person: str, levels: Sequence[str] = (), slope: str | None = None
) -> Fit:
    """
    The model beneath `mixed_model`, by any columns' names.

    Parameters
    ----------
    rows : DataFrame
    value, fixed : str
        Dependent column, and the formula's right-hand side.
    person : str
        Column of the outermost unit.
    levels : sequence of str
        Columns that tell units within a person apart, each nested in the one before.
    slope : str, optional
        Column whose slope differs from person to person.
    """
    data = rows.reset_index(drop=True)
    nested = {}
    for depth, name in enumerate(levels):
        joined = data[list(levels[: depth + 1])].astype(str).agg("/".join, axis=1)
        data[f"_{name}"] = joined
        nested[name] = f"0 + C(_{name})"
    result, notes = _fitted(data, value, fixed, person, nested, slope)
    exog = pd.DataFrame(result.model.exog, columns=result.model.exog_names)
    between = int((exog.groupby(data[person].to_numpy()).nunique().max() == 1).sum())
    spread = _spread(result, person, list(nested), slope)
    degrees = max(data[person].nunique() - between, 1)
    return Fit(_effects(result, degrees, _between_sd(spread, person, levels)), spread, float(result.llf), notes)


def _fitted(data, value, fixed, person, nested, slope):
    """The statsmodels result and what it warns of."""
    try:
        import statsmodels.formula.api as smf
    except ImportError:
        raise DataError("statsmodels is not installed.", remedy="pip install 'kinematics[cohort]'") from None
    try:
        model = smf.mixedlm(
            f"{value} ~ {fixed}",
            data,
            groups=data[person],
            re_formula=f"1 + {slope}" if slope else "1",
            vc_formula=nested or None,
        )
    except Exception as error:  # the formula's language has errors of its own, and which one differs by version
        raise DataError(f"the formula '{fixed}' cannot be used ({str(error).splitlines()[0]}).") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            results = [model.fit(reml=True, method=[name], maxiter=2000, **how) for name, how in OPTIMISERS]
        except np.linalg.LinAlgError:
            raise DataError(f"the terms of '{fixed}' cannot be told apart in these data.") from None
    result = max(results, key=lambda one: one.llf)
    notes = () if result.converged else ("The optimiser did not converge: read the figures with care.",)
    return result, notes


def _effects(result, degrees: int, between_sd: float) -> pd.DataFrame:
    from scipy.stats import t as student

    estimate, se = result.fe_params, result.bse_fe
    half = student.ppf(0.5 + CONFIDENCE / 2, degrees) * se
    table = pd.DataFrame({"estimate": estimate, "se": se, "df": degrees})
    table["low"], table["high"] = estimate - half, estimate + half
    table["p_value"] = 2 * student.sf(np.abs(estimate / se), degrees)
    for name, source in (("effect_size", "estimate"), ("effect_low", "low"), ("effect_high", "high")):
        table[name] = table[source] / between_sd if between_sd > 0 else np.nan
    table.loc[table.index == "Intercept", ["effect_size", "effect_low", "effect_high"]] = np.nan
    return table.rename_axis("term")


def _spread(result, person: str, nested: list[str], slope: str | None) -> pd.DataFrame:
    """Standard deviations, the outermost unit first; the last row is what is left."""
    random = np.asarray(result.cov_re, float)
    rows = {person: np.sqrt(random[0, 0])}
    if slope:
        rows[f"{person}, slope over {slope}"] = np.sqrt(random[1, 1])
    order = list(result.model.exog_vc.names) if nested else []
    rows |= {name: np.sqrt(result.vcomp[order.index(name)]) for name in nested}
    rows["residual"] = np.sqrt(result.scale)
    return pd.DataFrame({"sd": rows}).rename_axis("between")


def _between_sd(spread: pd.DataFrame, person: str, levels: Sequence[str]) -> float:
    """Between people, and between the legs of one person where they are modelled."""
    parts = [person, *levels[:1]]
    return float(np.sqrt((spread.loc[parts, "sd"] ** 2).sum()))


def _with_about(rows: pd.DataFrame, about: pd.DataFrame | None) -> pd.DataFrame:
    if about is None:
        return rows
    if about["participant"].duplicated().any():
        twice = about.loc[about["participant"].duplicated(), "participant"].iloc[0]
        raise DataError(f"participant {twice} has more than one row in the table about people.")
    new = [name for name in about if name == "participant" or name not in rows]
    return rows.merge(about[new], on="participant", how="left")


def _speed_centred(rows: pd.DataFrame, fixed: str, at: float | None) -> tuple[pd.DataFrame, float | None]:
    """Speed told from a speed that was run: at 0 m/s nobody runs."""
    if not re.search(rf"\b{SPEED}\b", fixed):
        return rows, None
    recordings = rows.drop_duplicates(["participant", "session", "trial"])[SPEED]
    centre = float(recordings.mean()) if at is None else at
    return rows.assign(**{SPEED: rows[SPEED] - centre}), centre


def _levels(rows: pd.DataFrame) -> list[str]:
    """Legs, and recordings within legs where a leg has several."""
    several = rows.groupby(["participant", "side"])[["session", "trial"]].apply(
        lambda part: len(part.drop_duplicates())
    )
    levels = ["side"] if rows.groupby("participant")["side"].nunique().max() > 1 else []
    if several.max() > 1:
        rows["recording"] = rows["session"].astype(str) + "/" + rows["trial"].astype(str)
        levels.append("recording")
    return levels


def _slope(rows: pd.DataFrame, fixed: str) -> str | None:
    if not re.search(rf"\b{SPEED}\b", fixed):
        return None
    speeds = rows.groupby("participant")[SPEED].nunique()
    return SPEED if (speeds >= SPEEDS_FOR_SLOPES).sum() >= PEOPLE_FOR_SLOPES else None
