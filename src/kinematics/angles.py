"""Trial -> hip, thigh and pelvis angles in every sample."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kinematics.conventions import SAMPLE_COLUMNS, SIDES, DataError, sided
from kinematics.rotations import hip_angles as hip_cardan
from kinematics.rotations import pelvis_angles, thigh_flexion, thigh_lean
from kinematics.settings import Settings
from kinematics.signals import fill_gaps, is_whole, lowpass, put_lowpass
from kinematics.trial import Passport, Trial

if TYPE_CHECKING:
    from kinematics.models.inertial import Calibration

SEQUENCE = "hip Z-X'-Y'' (ISB), pelvis rotation-obliquity-tilt"

HIDDEN_TILT = "Zero is the standing pose: the pelvis's own tilt in standing, and the thighs' lean, are hidden in it."
ENTERED_TILT = (
    "A standing tilt of {:g} deg was entered and moves the zero to anatomical; the thighs were taken to lean {:g} deg "
    "behind the vertical in standing, as those of 28 runners do on average (Fukuchi 2017)."
)
NO_HEADING = (
    "Without magnetometers the headings of the sensors are not comparable: there is no hip rotation or adduction, and "
    "the pelvis's rotation is counted from its own mean heading."
)


@dataclass(frozen=True)
class Body:
    """
    What markers tell beside the angles, every sample, in laboratory axes (forward, up, right).

    Attributes
    ----------
    pelvis_m : array, shape (3, n)
        Middle of the pelvis's markers. [m]
    feet_m : mapping of side to array, shape (3, n)
        A marker of each foot, forefoot before heel; a foot without markers is left out. [m]
    thigh_lean_deg : mapping of side to array, shape (n,)
        Thigh against the vertical across the laboratory's forward axis, hip to the right of the knee positive. [deg]
    misfit_mm, jump_mm : mapping of segment ("pelvis", "left", "right") to array, shape (n,)
        How far the segment's worst marker is from its place in the segment, and leaps from sample to sample. [mm]
    """

    pelvis_m: np.ndarray
    feet_m: Mapping[str, np.ndarray]
    thigh_lean_deg: Mapping[str, np.ndarray]
    misfit_mm: Mapping[str, np.ndarray]
    jump_mm: Mapping[str, np.ndarray]


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
    body : Body, optional
        Of marker trials: positions and the quality of the fit.
    """

    name: str
    task: str
    speed_m_s: float
    table: pd.DataFrame
    passport: Passport
    body: Body | None = None

    def _repr_html_(self) -> str:
        lines = f"<p><b>{self.name}</b>: {self.task}, {len(self.table)} samples at {self.passport.rate_hz:g} Hz</p>"
        return lines + self.table.describe().loc[["min", "mean", "max"]].round(1).to_html()


def hip_angles(
    trial: Trial,
    static: Trial | None = None,
    *,
    gait: Trial | Calibration | None = None,
    standing_tilt_deg: float = np.nan,
    settings: Settings | None = None,
) -> Angles:
    """
    Hip, thigh and pelvis angles in every sample, low-passed.

    Marker trials need a static trial: it gives the pelvis frame (ASIS and PSIS, Coda), the hip centres and the
    thigh frames, which the motion trial's markers then carry along as rigid bodies. Their zero is anatomical: 0 deg
    of tilt is the plane of ASIS and PSIS level, 0 deg of hip flexion the thigh's long axis in the pelvis's frontal
    plane. Angle trials keep the zero of their file; a thigh angle that the file lacks is hip flexion minus anterior
    tilt, exact in the sagittal plane only. Sensor trials take standing for zero, which hides the standing tilt.

    Parameters
    ----------
    trial : Trial
    static : Trial, optional
        Standing trial of the same visit, of markers or sensors.
    gait : Trial or Calibration, optional
        A walk or run with the same sensors, for a functional trial of sensors: it shows where ahead is. Or what
        `calibrate_sensors` made of one, for any trial of these sensors.
    standing_tilt_deg : float, optional
        Anterior tilt of the pelvis in standing, measured otherwise: it moves sensors' tilt and hip flexion to an
        anatomical zero. [deg]
    settings : Settings, optional
        Hip centre, filter, longest gap filled, sensors.

    Returns
    -------
    Angles

    Raises
    ------
    DataError
        Where a marker trial has no static trial or too few markers, or sensors cannot be trusted.
    """
    settings = settings or Settings()
    if trial.base == "cycle":
        raise DataError(
            "these are mean curves of a stride; hip angles over time need a recording over time.",
            file=trial.passport.sources[0][1],
        )
    if trial.kind in ("imu", "orientations"):
        return _from_sensors(trial, static, gait, standing_tilt_deg, settings)
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
    """
    Mean angles of a static trial, named as sample columns: standing tilt, standing hip angle ... [deg]

    Empty for sensors: what they measure begins at the standing pose.
    """
    if static.kind in ("imu", "orientations"):
        return {}
    angles = hip_angles(static, static, settings=settings)
    seen = {column.name: _seen(angles.table[column.name].to_numpy()) for column in SAMPLE_COLUMNS[1:]}
    return {name: float(values.mean()) for name, values in seen.items() if values.size}


def _seen(values: np.ndarray) -> np.ndarray:
    return values if is_whole(values) else values[np.isfinite(values)]


def _from_markers(trial: Trial, static: Trial, settings: Settings) -> Angles:
    from kinematics.models.markers import calibrate, foot_positions, segment_frames

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
    body = Body(
        pelvis_m=frames.pelvis_m,
        feet_m=foot_positions(trial, settings),
        thigh_lean_deg={side: thigh_lean(frames.thighs[side]) for side in SIDES},
        misfit_mm=frames.misfit_mm,
        jump_mm=frames.jump_mm,
    )
    return Angles(trial.name, trial.task, trial.speed_m_s, _table(trial.time_s, columns), passport, body)


def _from_sensors(
    trial: Trial, static: Trial | None, gait: Trial | Calibration | None, standing_tilt_deg: float, settings: Settings
) -> Angles:
    from kinematics.models.inertial import STANDING_THIGH_LEAN_DEG, frame_angles, sensor_frames

    frames = sensor_frames(trial, static, gait=gait, settings=settings)
    columns = frame_angles(frames, standing_tilt_deg=standing_tilt_deg)
    smooth = lowpass(np.stack(list(columns.values())), settings.filter.cutoff_hz, frames.rate_hz)
    entered = bool(np.isfinite(standing_tilt_deg))
    notes = [ENTERED_TILT.format(standing_tilt_deg, STANDING_THIGH_LEAN_DEG) if entered else HIDDEN_TILT]
    if not frames.one_earth:
        notes.append(NO_HEADING)
    passport = trial.passport.with_(
        sources=trial.passport.sources + tuple(("static", *rest) for _, *rest in static.passport.sources)
        if static is not None
        else trial.passport.sources,
        rate_hz=frames.rate_hz,
        zero="anatomical" if entered else "standing",
        model=frames.model,
        sequence=SEQUENCE,
        filter=_filter_words("angles", settings),
    ).noting(*notes, *frames.notes)
    table = _table(frames.time_s, dict(zip(columns, smooth, strict=True)))
    return Angles(trial.name, trial.task, trial.speed_m_s, table, passport)


def _from_angles(trial: Trial, settings: Settings) -> Angles:
    raw = list(trial.channels.values())
    filled, count = fill_gaps(raw, round(settings.gaps.fill_up_to_s * trial.rate_hz))
    sheet, rows = _sheet(trial.time_s)
    put_lowpass(filled, settings.filter.cutoff_hz, trial.rate_hz, into=[rows[name] for name in trial.channels])
    notes = [f"{count} samples filled."] if count else []
    known = set(trial.channels)
    for side in SIDES:
        hip, thigh = sided("hip_flexion_deg", side), sided("thigh_flexion_deg", side)
        if thigh not in known and {hip, "pelvis_anterior_tilt_deg"} <= known:
            np.subtract(rows[hip], rows["pelvis_anterior_tilt_deg"], out=rows[thigh])
            known.add(thigh)
            notes.append(f"{side} thigh: hip flexion minus anterior tilt.")
    passport = trial.passport.with_(
        sequence=trial.passport.sequence or "as in the file", filter=_filter_words("angles", settings)
    ).noting(*notes)
    return Angles(trial.name, trial.task, trial.speed_m_s, _frame(sheet, known), passport)


def _table(time_s: np.ndarray, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    sheet, rows = _sheet(time_s)
    for name, values in columns.items():
        rows[name][:] = values
    return _frame(sheet, columns)


def _sheet(time_s: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The sample table to be filled, a row per column so that each stays in one piece, and the rows by name."""
    sheet = np.empty((len(SAMPLE_COLUMNS), time_s.size))
    sheet[0] = time_s
    return sheet, dict(zip(_sample_names(), sheet, strict=True))


def _frame(sheet: np.ndarray, known: Collection[str]) -> pd.DataFrame:
    """A sheet as DataFrame, NaN in the columns that are not known."""
    for name, row in zip(_sample_names()[1:], sheet[1:], strict=True):
        if name not in known:
            row[:] = np.nan
    return pd.DataFrame(sheet.T, columns=_sample_names().view(), copy=False)


@lru_cache(maxsize=1)
def _sample_names() -> pd.Index:
    return pd.Index([column.name for column in SAMPLE_COLUMNS])


def _filter_words(what: str, settings: Settings) -> str:
    return f"{what}: zero-lag 4th-order Butterworth, {settings.filter.cutoff_hz:g} Hz"
