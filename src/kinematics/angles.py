"""Trial -> hip, thigh and pelvis angles in every sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.conventions import SAMPLE_COLUMNS, SIDES, DataError, sided
from kinematics.rotations import hip_angles as hip_cardan
from kinematics.rotations import pelvis_angles, thigh_flexion
from kinematics.settings import Settings
from kinematics.signals import fill_gaps, lowpass
from kinematics.trial import Passport, Trial

SEQUENCE = "hip Z-X'-Y'' (ISB), pelvis rotation-obliquity-tilt"


@dataclass(frozen=True)
class Angles:
    """
    Angles of one trial, every sample.

    Attributes
    ----------
    name, task, speed_m_s
        Of the trial.
    table : DataFrame
        `conventions.SAMPLE_COLUMNS`; NaN where a segment was not seen. [s, deg]
    passport : Passport
    """

    name: str
    task: str
    speed_m_s: float
    table: pd.DataFrame
    passport: Passport

    def _repr_html_(self) -> str:
        lines = f"<p><b>{self.name}</b>: {self.task}, {len(self.table)} samples at {self.passport.rate_hz:g} Hz</p>"
        return lines + self.table.describe().loc[["min", "mean", "max"]].round(1).to_html()


def hip_angles(trial: Trial, static: Trial | None = None, *, settings: Settings | None = None) -> Angles:
    """
    Hip, thigh and pelvis angles in every sample, low-passed.

    Marker trials need a static trial: it gives the pelvis frame (ASIS and PSIS, Coda), the hip centres and the
    thigh frames, which the motion trial's markers then carry along as rigid bodies. Their zero is anatomical: 0 deg
    of tilt is the plane of ASIS and PSIS level, 0 deg of hip flexion the thigh's long axis in the pelvis's frontal
    plane. Angle trials keep the zero of their file; a thigh angle that the file lacks is hip flexion minus anterior
    tilt, exact in the sagittal plane only.

    Parameters
    ----------
    trial : Trial
        Of kind "markers" or "angles".
    static : Trial, optional
        Standing marker trial of the same visit.
    settings : Settings, optional
        Hip centre, filter, longest gap filled.

    Returns
    -------
    Angles

    Raises
    ------
    DataError
        Where a marker trial has no static trial or too few markers.
    """
    settings = settings or Settings()
    if trial.base == "cycle" or trial.kind in ("orientations", "imu"):
        what = "mean curves of a stride" if trial.base == "cycle" else f"a trial of kind '{trial.kind}'"
        raise DataError(
            f"this is {what}; hip angles over time need markers or angles.", file=trial.passport.sources[0][1]
        )
    if trial.kind == "angles":
        return _from_angles(trial, settings)
    if static is None:
        raise DataError(
            "a marker trial needs a static trial, and none is given.",
            file=trial.passport.sources[0][1],
            remedy="Name it as static_file in trials.csv.",
        )
    return _from_markers(trial, static, settings)


def standing_deg(static: Trial, *, settings: Settings | None = None) -> dict[str, float]:
    """Mean angles of a static trial, named as sample columns: standing tilt, standing hip angle ... [deg]"""
    angles = hip_angles(static, static, settings=settings)
    means = angles.table.drop(columns="time_s").mean()
    return {str(name): float(value) for name, value in means.to_dict().items() if np.isfinite(value)}


def _from_markers(trial: Trial, static: Trial, settings: Settings) -> Angles:
    from kinematics.models.markers import calibrate, segment_frames

    model = calibrate(static, settings)
    frames = segment_frames(trial, model, settings)
    tilt, obliquity, rotation = pelvis_angles(frames.pelvis)
    columns = {"pelvis_anterior_tilt_deg": tilt, "pelvis_obliquity_deg": obliquity, "pelvis_rotation_deg": rotation}
    for side in SIDES:
        thigh = frames.thighs[side]
        flexion, adduction, internal = hip_cardan(frames.pelvis, thigh, side)
        columns[sided("hip_flexion_deg", side)] = flexion
        columns[sided("hip_adduction_deg", side)] = adduction
        columns[sided("hip_internal_rotation_deg", side)] = internal
        columns[sided("thigh_flexion_deg", side)] = thigh_flexion(thigh)
    passport = trial.passport.with_(
        sources=trial.passport.sources + tuple(("static", *rest) for _, *rest in static.passport.sources[:1]),
        zero="anatomical",
        model="Coda pelvis (ASIS, PSIS) and thigh clusters, tracked as rigid bodies",
        hip_centre=model.hip_centre_method,
        sequence=SEQUENCE,
        filter=_filter_words("markers", settings),
    ).noting(*model.notes, *frames.notes)
    return Angles(trial.name, trial.task, trial.speed_m_s, _table(trial, columns), passport)


def _from_angles(trial: Trial, settings: Settings) -> Angles:
    names = list(trial.channels)
    raw = np.stack([trial.channels[name] for name in names])
    filled, count = fill_gaps(raw, round(settings.gaps.fill_up_to_s * trial.rate_hz))
    columns = dict(zip(names, lowpass(filled, settings.filter.cutoff_hz, trial.rate_hz), strict=True))
    notes = [f"{count} samples filled."] if count else []
    for side in SIDES:
        hip, thigh = columns.get(sided("hip_flexion_deg", side)), sided("thigh_flexion_deg", side)
        if thigh not in columns and hip is not None and "pelvis_anterior_tilt_deg" in columns:
            columns[thigh] = hip - columns["pelvis_anterior_tilt_deg"]
            notes.append(f"{side} thigh: hip flexion minus anterior tilt.")
    passport = trial.passport.with_(
        sequence=trial.passport.sequence or "as in the file", filter=_filter_words("angles", settings)
    ).noting(*notes)
    return Angles(trial.name, trial.task, trial.speed_m_s, _table(trial, columns), passport)


def _table(trial: Trial, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    missing = np.full(trial.time_s.size, np.nan)
    data = {"time_s": trial.time_s} | {c.name: columns.get(c.name, missing) for c in SAMPLE_COLUMNS[1:]}
    return pd.DataFrame(data)


def _filter_words(what: str, settings: Settings) -> str:
    return f"{what}: zero-lag 4th-order Butterworth, {settings.filter.cutoff_hz:g} Hz"
