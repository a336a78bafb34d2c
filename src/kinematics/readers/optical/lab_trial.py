"""What text and C3D files of a marker laboratory share: angles, markers, force and events become one Trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.marker_sets import MarkerNames
from kinematics.readers.shared.axes import Axes, find_axes
from kinematics.readers.shared.laboratory import to_laboratory, wanted_labels
from kinematics.readers.shared.plug_in_gait import Outputs, has_hips
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.settings import AxesSettings
from kinematics.trial import Force, Passport, Trial

#: Distance of the ASIS that a pelvis can have. [m]
PELVIS_WIDTH_M = (0.12, 0.45)
#: A declared rate may differ from the file's by this much. [share]
RATE_TOLERANCE = 0.005
NO_FORCE = "Its force plates are not used: without markers of a pelvis nothing tells which way is up."


@dataclass(frozen=True)
class Plates:
    """
    Force on plates in the file's own axes.

    Attributes
    ----------
    rate_hz : float
        [Hz]
    force_n : array, shape (n_plates, 3, n_samples)
        On the person. [N]
    cop_m : array, shape (n_plates, 3, n_samples)
        Centre of pressure; NaN where unknown. [m]
    """

    rate_hz: float
    force_n: np.ndarray
    cop_m: np.ndarray


@dataclass(frozen=True)
class Recording:
    """
    What a file holds, before it is turned into the project's axes.

    Attributes
    ----------
    rate_hz : float
        [Hz]
    n_samples : int
    outputs : Outputs
        Angles.
    positions : mapping of str to array, shape (3, n_samples)
        Markers by label, without the subject, in the file's axes; gaps are NaN. [m]
    plates : Plates, optional
    events : DataFrame, optional
        side, kind, time_s from the first sample.
    notes : tuple of str
    """

    rate_hz: float
    n_samples: int
    outputs: Outputs
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)
    plates: Plates | None = None
    events: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()

    def noting(self, *sentences: str) -> Recording:
        """The same recording with sentences added to its notes."""
        return replace(self, notes=self.notes + sentences)


def lab_trial(recording: Recording, *, source: Source, request: Request, format: str) -> Trial:
    """
    A trial of kind "angles" where the recording has hip angles, its markers kept beside them; else of kind "markers".

    Raises
    ------
    DataError
        Where there are neither hip angles nor the markers of a pelvis, the axes of a marker trial cannot be told, or
        another rate is declared.
    """
    _check_rate(recording, request, source.file)
    outputs = recording.outputs
    angles = has_hips(outputs)
    markers, axes, notes = _markers(recording, request, source.file, needed=not angles)
    force = None if axes is None or recording.plates is None else _force(recording.plates, axes)
    if force is None and recording.plates is not None:
        notes += (NO_FORCE,)
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=format,
        rate_hz=recording.rate_hz,
        axes=axes.description if axes is not None else "angles as the file has them",
        zero=(request.zero or outputs.zero) if angles else "unknown",  # type: ignore[arg-type]
        model=outputs.model if angles else "",
        sequence=outputs.sequence if angles else "",
        columns=outputs.columns if angles else (),
        sign_changes=outputs.sign_changes if angles else (),
        notes=(*recording.notes, *(outputs.notes if angles else ()), *notes),
    )
    return Trial(
        source.stem,
        "angles" if angles else "markers",
        request.task,
        request.speed_m_s,
        np.arange(recording.n_samples) / recording.rate_hz,
        passport,
        channels=outputs.channels if angles else {},
        markers=markers,
        force=force,
        events=recording.events,
    )


def wanted(labels: Iterable[str], request: Request, file: str, *, needed: bool) -> list[str]:
    """
    Labels of the markers worth parsing; none where the markers of an angle trial cannot be used.

    Raises
    ------
    DataError
        Where they are needed and no pelvis is among them.
    """
    labels = list(labels)
    try:
        return wanted_labels(labels, request.settings.axes, file)[0]
    except DataError as error:
        if needed:
            raise _without_angles(error, file) from None
        return []


def _without_angles(error: DataError, file: str) -> DataError:
    return DataError(f"there are no hip angles in this file, and {error.problem}", file=file, remedy=error.remedy)


def _check_rate(recording: Recording, request: Request, file: str) -> None:
    if recording.n_samples < 4:
        raise DataError(f"there are only {recording.n_samples} frames.", file=file, remedy="Export the whole trial.")
    declared = request.rate_hz
    if declared is not None and abs(recording.rate_hz / declared - 1) > RATE_TOLERANCE:
        raise DataError(
            f"the file says {recording.rate_hz:g} Hz, but {declared:g} Hz are declared.",
            file=file,
            remedy="Correct rate_hz in trials.csv, or leave it empty.",
        )


def _markers(
    recording: Recording, request: Request, file: str, *, needed: bool
) -> tuple[dict[str, np.ndarray], Axes | None, tuple[str, ...]]:
    """Markers worth keeping, in (forward, up, right); what is wrong with them is an error, or a note beside angles."""
    seen = {label: values for label, values in recording.positions.items() if np.isfinite(values).any()}
    try:
        labels, names = wanted_labels(seen, request.settings.axes, file)
        kept = {label: seen[label] for label in labels}
        axes = _axes(kept, names, request.settings.axes, file, needed=needed)
        return {label: axes.convert(position) for label, position in kept.items()}, axes, ()
    except DataError as error:
        if needed:
            raise _without_angles(error, file) from None
        return {}, None, (f"Its markers are not used: {error.problem}",) if seen else ()


def _check_size(markers: Mapping[str, np.ndarray], names: MarkerNames, file: str) -> None:
    right, left = (markers[names.of("asis", side)[0]] for side in ("right", "left"))
    distance = np.linalg.norm(right - left, axis=0)
    if np.isfinite(distance).any() and not PELVIS_WIDTH_M[0] <= float(np.nanmedian(distance)) <= PELVIS_WIDTH_M[1]:
        raise DataError(
            f"the ASIS are {float(np.nanmedian(distance)):.3g} m apart in the file's unit, which is no pelvis.",
            file=file,
            remedy="Check the unit of the markers and their labels.",
        )


def _axes(
    markers: dict[str, np.ndarray], names: MarkerNames | None, settings: AxesSettings, file: str, *, needed: bool
) -> Axes:
    """The axes by where the person faces; for an angle trial of somebody who turns, by where the pelvis travels."""
    if names is None:
        basis, how = to_laboratory({"basis": np.eye(3)}, None, settings, file)
        return Axes(basis["basis"], how)
    _check_size(markers, names, file)
    try:
        return find_axes(markers, names, settings, file)
    except DataError:
        if needed or settings.forward != "auto":
            raise
    travel = np.nanmean([_travel(markers[label]) for label in names.both("asis")], axis=0)
    axis = int(np.argmax(np.abs(travel)))
    told = ("+" if travel[axis] > 0 else "-") + "XYZ"[axis]
    axes = find_axes(markers, names, settings.model_copy(update={"forward": told}), file)
    return Axes(axes.matrix, f"{axes.description}, forward from where the pelvis travels")


def _travel(position: np.ndarray) -> np.ndarray:
    seen = np.flatnonzero(np.isfinite(position).all(axis=0))
    return position[:, seen[-1]] - position[:, seen[0]] if seen.size else np.full(3, np.nan)


def _force(plates: Plates, axes: Axes) -> Force:
    force, centre = axes.convert(plates.force_n), axes.convert(plates.cop_m)
    return Force(plates.rate_hz, force[:, 1], centre[:, [0, 2]])
