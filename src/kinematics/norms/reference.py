"""Reference values for one trial, or for many rows at once, in the convention of the numbers to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.norms.population import GaitNorms, running_norms

#: Under this zero the standing angle is subtracted, and with it what a hip centre adds to every angle.
ZERO_WITHOUT_HIP_CENTRE = "standing"


@dataclass(frozen=True)
class GaitReference:
    """
    What comparable people do at one speed, in one convention.

    Attributes
    ----------
    name, source : str
        For a table and for a list of sources.
    task : str
    speed_m_s : float
        Speed the values belong to. [m/s]
    zero, hip_centre : str
        Convention the values belong to.
    n_people : int
        People behind them, not legs.
    population : str
        Who they are.
    metrics : mapping of str to (mean, sd)
        Named as the columns of `Strides.table`; sd between people, NaN where the source gives none.
    curves : mapping of str to array, shape (101, 2)
        Mean and sd from contact to contact, named as `conventions.CURVE_NAMES`; only those that are known. [deg]
    notes : tuple of str
        What a reader of a comparison must know.
    """

    name: str
    source: str
    task: str
    speed_m_s: float
    zero: str
    hip_centre: str
    n_people: int
    population: str
    metrics: Mapping[str, tuple[float, float]]
    curves: Mapping[str, np.ndarray]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class NoReference:
    """There is no reference for this task, speed or zero; `reason` is a sentence."""

    reason: str


def gait_reference(
    task: str, speed_m_s: float, *, zero: str, hip_centre: str, norms: GaitNorms | None = None
) -> GaitReference | NoReference:
    """
    Reference metrics and curves for a task at a speed, in the convention of the numbers to be compared.

    Mean and sd are interpolated linearly between the measured speeds. Another hip centre than the reference's own
    moves the hip's and thigh's means by the bias that the same runners showed, and adds its spread in quadrature; where
    the centre is not known, the mean and spread over all known centres are taken. Under the standing zero a hip centre
    has no effect: it turns the standing angle, which is subtracted, by the same constant.

    Parameters
    ----------
    task : str
        run, walk, static or rom; only running has a reference.
    speed_m_s : float
        Speed of the trial. [m/s]
    zero : str
        anatomical or standing; for unknown and model there is no reference.
    hip_centre : str
        harrington, bell, hara, davis; anything else counts as not known.
    norms : GaitNorms, optional
        Another population than the 28 runners of Fukuchi 2017 (doi:10.7717/peerj.3298).

    Returns
    -------
    GaitReference or NoReference
        The second holds the sentence that says why.

    Examples
    --------
    >>> gait_reference("run", 3.0, zero="anatomical", hip_centre="harrington").metrics["peak_hip_extension_deg"]
    (5.7, 4.6)
    >>> gait_reference("walk", 1.3, zero="anatomical", hip_centre="harrington").reason
    'No adult reference for walk is part of this software.'
    """
    norms = norms or running_norms()
    refusal = str(_refusals(norms, *_rows(task, speed_m_s, zero))[0])
    if refusal:
        return NoReference(refusal)
    bias, spread = _hip_centre_effect(norms, zero, hip_centre)
    metrics = {
        name: _moved(_at_speed(norms, values, speed_m_s), norms.turned.get(name, 0), bias, spread)
        for name, values in norms.metrics[zero].items()
    }
    return GaitReference(
        name=reference_name(norms, zero, hip_centre),
        source=norms.source,
        task=task,
        speed_m_s=float(speed_m_s),
        zero=zero,
        hip_centre=hip_centre,
        n_people=norms.n_people,
        population=norms.population,
        metrics={name: (round(float(mean), 6), round(float(sd), 6)) for name, (mean, sd) in metrics.items()},
        curves={
            name: _moved(_at_speed(norms, values, speed_m_s), norms.turned.get(name, 0), bias, spread)
            for name, values in norms.curves[zero].items()
        },
        notes=norms.notes[zero] + _hip_centre_notes(norms, hip_centre, bias, spread),
    )


def metric_reference(metric: str, *, task, speed_m_s, zero, hip_centre, norms: GaitNorms | None = None) -> pd.DataFrame:
    """
    Reference mean and sd of one metric for many rows at once; the numbers of `gait_reference`.

    Parameters
    ----------
    metric : str
        A column of `Strides.table`.
    task, speed_m_s, zero, hip_centre : array-like, shape (n,)
        As in `gait_reference`, one per row.
    norms : GaitNorms, optional

    Returns
    -------
    DataFrame, n rows
        mean, sd, n_people (NaN where there is no reference), reference (its name) and refusal (the sentence that says
        why there is none, else empty).

    """
    where = {"task": task, "speed_m_s": speed_m_s, "zero": zero, "hip_centre": hip_centre}
    columns = metric_columns(metric, **where, norms=norms or running_norms())
    return pd.DataFrame(columns).astype({"reference": "str", "refusal": "str"})


def metric_columns(metric: str, *, task, speed_m_s, zero, hip_centre, norms: GaitNorms) -> dict[str, np.ndarray]:
    """`metric_reference` as plain columns, each of shape (n,)."""
    task, speed, zero = _rows(task, speed_m_s, zero)
    centre = np.asarray(hip_centre, dtype=object)
    refusal = _refusals(norms, task, speed, zero)
    for lacking in [name for name, metrics in norms.metrics.items() if metric not in metrics]:
        refusal[(refusal == "") & (zero == lacking)] = f"The reference has no {metric} under the {lacking} zero."
    mean_sd = np.full((refusal.size, 2), np.nan)
    names = np.full(refusal.size, "", dtype=object)
    for one_zero, one_centre in {pair for pair in zip(zero, centre, strict=True) if pair[0] in norms.metrics}:
        here = (zero == one_zero) & (centre == one_centre) & (refusal == "")
        if not here.any():
            continue
        values = _at_speed(norms, norms.metrics[one_zero][metric], speed[here])
        mean_sd[here] = _moved(values, norms.turned.get(metric, 0), *_hip_centre_effect(norms, one_zero, one_centre))
        names[here] = reference_name(norms, one_zero, one_centre)
    n_people = np.where(refusal == "", float(norms.n_people), np.nan)
    return {"mean": mean_sd[:, 0], "sd": mean_sd[:, 1], "n_people": n_people, "reference": names, "refusal": refusal}


def tilt_at_peak(direction: str, metric: str, *, task, speed_m_s, zero, hip_centre, norms: GaitNorms | None = None):
    """
    Reference anterior tilt at the instant of the peak, for many rows at once.

    From the metric where the population has it, else from its mean curves: tilt where the mean hip curve peaks.

    Parameters
    ----------
    direction : {"extension", "flexion"}
    metric : str
        Column of `Strides.table` that holds this tilt.
    task, speed_m_s, zero, hip_centre : array-like, shape (n,)
        As in `metric_reference`.
    norms : GaitNorms, optional

    Returns
    -------
    array, shape (n,)
        Anterior positive; NaN where there is no reference. [deg]
    """
    norms = norms or running_norms()
    task, speed, zero = _rows(task, speed_m_s, zero)
    known = _refusals(norms, task, speed, zero) == ""
    tilt = np.full(speed.size, np.nan)
    for name in norms.metrics:
        here = known & (zero == name)
        values = _tilt_by_speed(norms, name, direction, metric)
        if here.any() and values is not None:
            tilt[here] = _at_speed(norms, values, speed[here])
    return tilt


def _tilt_by_speed(norms: GaitNorms, zero: str, direction: str, metric: str) -> np.ndarray | None:
    """Tilt at the peak at each of the population's speeds, shape (n_speeds,)."""
    if metric in norms.metrics[zero]:
        return norms.metrics[zero][metric][:, 0]
    curves = norms.curves.get(zero, {})
    if not {"hip_flexion_deg", "pelvis_anterior_tilt_deg"} <= set(curves):
        return None
    hip, tilt = curves["hip_flexion_deg"][..., 0], curves["pelvis_anterior_tilt_deg"][..., 0]
    instant = hip.argmin(axis=1) if direction == "extension" else hip.argmax(axis=1)
    return tilt[np.arange(instant.size), instant]


def reference_name(norms: GaitNorms, zero: str, hip_centre: str) -> str:
    """Name of a reference with its convention, for a table."""
    centre = hip_centre if hip_centre in norms.hip_centres else "not known"
    return f"{norms.name}, {zero} zero, hip centre {centre}"


def _rows(task, speed_m_s, zero) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.atleast_1d(np.asarray(task, dtype=object)),
        np.atleast_1d(np.asarray(speed_m_s, dtype=float)),
        np.atleast_1d(np.asarray(zero, dtype=object)),
    )


def _refusals(norms: GaitNorms, task: np.ndarray, speed: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """Why there is no reference, a sentence per row; empty where there is one."""
    slowest, fastest = norms.speeds_m_s[0], norms.speeds_m_s[-1]
    outside = (speed < slowest - norms.speed_tolerance_m_s) | (speed > fastest + norms.speed_tolerance_m_s)
    refusal = np.full(speed.shape, "", dtype=object)
    refusal[outside] = f"The reference covers {slowest:g} to {fastest:g} m/s; the trial's speed lies outside."
    refusal[np.isnan(speed)] = "The speed of the trial is not known, so no reference can be chosen."
    for name in sorted({str(name) for name in zero} - set(norms.metrics)):
        refusal[zero == name] = f"Zero '{name}' has no reference: its 0 deg is not that of the reference."
    for name in sorted({str(name) for name in task} - {norms.task}):
        refusal[task == name] = f"No adult reference for {name} is part of this software."
    return refusal


def _at_speed(norms: GaitNorms, values: np.ndarray, speed_m_s) -> np.ndarray:
    """`values` (n_speeds, ...) interpolated linearly; the ends are held."""
    speed = np.asarray(speed_m_s, dtype=float)
    place = np.interp(speed, norms.speeds_m_s, np.arange(norms.speeds_m_s.size))
    lower = np.minimum(place.astype(int), norms.speeds_m_s.size - 2)
    part = (place - lower).reshape(speed.shape + (1,) * (values.ndim - 1))
    return (1 - part) * values[lower] + part * values[lower + 1]


def _hip_centre_effect(norms: GaitNorms, zero: str, hip_centre: str) -> tuple[float, float]:
    """Bias and sd of a hip centre against the reference's own; over all known centres where it is not known."""
    if zero == ZERO_WITHOUT_HIP_CENTRE:
        return 0.0, 0.0
    if hip_centre in norms.hip_centres:
        return norms.hip_centres[hip_centre]
    bias, sd = np.array(list(norms.hip_centres.values())).T
    return float(bias.mean()), float(np.sqrt(bias.var() + np.mean(sd**2)))


def _moved(mean_sd: np.ndarray, direction: int, bias: float, spread: float) -> np.ndarray:
    """Mean and sd (last axis) after a hip centre's bias and spread."""
    mean, sd = mean_sd[..., 0], mean_sd[..., 1]
    return np.stack([mean + direction * bias, np.hypot(sd, abs(direction) * spread)], axis=-1)


def _hip_centre_notes(norms: GaitNorms, hip_centre: str, bias: float, spread: float) -> tuple[str, ...]:
    if hip_centre == norms.hip_centre or not spread:
        return ()
    who = f"hip centre '{hip_centre}'" if hip_centre in norms.hip_centres else "a hip centre that is not known"
    return (
        f"The reference was measured with hip centre '{norms.hip_centre}'; for {who} its hip and thigh extension is "
        f"{bias:.1f} deg more, and {spread:.1f} deg are added to its spread in quadrature.",
    )
