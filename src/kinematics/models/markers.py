"""A static marker trial -> a body model; a motion trial and the model -> pelvis and thigh frames in every sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.feet import names_of
from kinematics.marker_sets import MarkerNames, expected
from kinematics.models.fit_quality import jump_mm, misfit_mm, origin_m
from kinematics.models.hip_centre import hip_centre
from kinematics.rotations import fit_rigid_body
from kinematics.settings import Settings
from kinematics.signals import fill_gaps, lowpass
from kinematics.trial import Trial

PELVIS_ROLES = ("asis", "psis", "sacrum")
FEWEST_TRACKED = 3
#: A static trial in which a marker wanders further than this is no standing trial. [m]
LARGEST_SWAY_M = 0.05
RADIUS_NOTE = (
    "Hip centre from the skin, {:g} mm behind the markers; the reference curves take none off (7 mm make the peak "
    "extension 0.9 deg less)."
)


@dataclass(frozen=True)
class Segment:
    """
    A rigid segment: its tracking markers in its own frame.

    Attributes
    ----------
    labels : tuple of str
    positions : array, shape (m, 3)
        In the segment's frame (x anterior, y up, z right), from the middle of the markers. [m]
    """

    labels: tuple[str, ...]
    positions: np.ndarray


@dataclass(frozen=True)
class BodyModel:
    """
    Pelvis and thighs of one person, from a static trial.

    Attributes
    ----------
    pelvis : Segment
    thighs : mapping of side to Segment
    hip_centre_method : str
    hip_centres_m : mapping of side to array, shape (3,)
        In the pelvis frame, from the middle of the ASIS. [m]
    lengths_m : mapping of str to float
        pelvis_width, pelvis_depth, leg_left, leg_right. [m]
    notes : tuple of str
    """

    pelvis: Segment
    thighs: Mapping[str, Segment]
    hip_centre_method: str
    hip_centres_m: Mapping[str, np.ndarray]
    lengths_m: Mapping[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SegmentFrames:
    """
    Pelvis and thighs in every sample.

    Attributes
    ----------
    pelvis : array, shape (3, 3, n)
        Frames; NaN where too few markers were seen.
    thighs : mapping of side to array, shape (3, 3, n)
    pelvis_m : array, shape (3, n)
        Middle of the pelvis's markers, whichever of them are seen. [m]
    misfit_mm, jump_mm : mapping of segment ("pelvis", "left", "right") to array, shape (n,)
        How far a marker is from its place in the segment, and how far it leaps from sample to sample. [mm]
    notes : tuple of str
        What was filled or doubted.
    """

    pelvis: np.ndarray
    thighs: Mapping[str, np.ndarray]
    pelvis_m: np.ndarray
    misfit_mm: Mapping[str, np.ndarray]
    jump_mm: Mapping[str, np.ndarray]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Tracked:
    """One segment in every sample: frames, origin, and how well its markers fit."""

    frames: np.ndarray
    origin_m: np.ndarray
    misfit_mm: np.ndarray
    jump_mm: np.ndarray


def calibrate(static: Trial, settings: Settings) -> BodyModel:
    """
    Body model from the mean marker positions of a static trial.

    The pelvis frame is Coda's: z from the left to the right ASIS, x forward in the plane of the ASIS and the middle
    of the PSIS. A thigh's y runs from the middle of the epicondyles to the hip centre, its z in the plane of the
    epicondyles (ISB, Wu 2002).

    Raises
    ------
    DataError
        Where a marker is missing or the person moves.
    """
    names = _names(static)
    file = static.passport.sources[0][1]
    still = _still(static, file)
    points = {key: still[known[0]] for key, known in names.labels.items() if np.isfinite(still[known[0]]).all()}
    origin, pelvis, back, method, notes = _pelvis(points, names, settings, file)
    width = float(np.linalg.norm(points["asis", "right"] - points["asis", "left"]))
    depth = float(np.linalg.norm(origin - back)) if ("psis", "right") in points else np.nan
    legs = {side: _leg_length(points, side) for side in SIDES}
    if settings.model.marker_radius_m > 0 and method != "bell":
        notes += (RADIUS_NOTE.format(settings.model.marker_radius_m * 1000),)
    centres, thighs = {}, {}
    for side in SIDES:
        centre = hip_centre(
            method, width_m=width, depth_m=depth, leg_m=legs[side], marker_radius_m=settings.model.marker_radius_m
        )
        centres[side] = centre if side == "right" else centre * np.array([1.0, 1.0, -1.0])
        thigh = _thigh_frame(points, origin + pelvis @ centres[side], side, names, file)
        thighs[side] = _segment(names.of("thigh", side), still, thigh, f"{side} thigh", file)
    return BodyModel(
        pelvis=_segment(names.both(*PELVIS_ROLES), still, pelvis, "pelvis", file),
        thighs=thighs,
        hip_centre_method=method,
        hip_centres_m=centres,
        lengths_m={"pelvis_width": width, "pelvis_depth": depth, "leg_left": legs["left"], "leg_right": legs["right"]},
        notes=notes,
    )


def segment_frames(trial: Trial, model: BodyModel, settings: Settings) -> SegmentFrames:
    """
    Frames of pelvis and thighs in every sample of a motion trial.

    Markers have their short gaps filled and are low-passed; each segment's orientation is the least-squares
    rotation that brings its markers from the model to the sample. Three seen markers are enough.
    """
    file = trial.passport.sources[0][1]
    notes: list[str] = []
    pelvis = _track(trial, model.pelvis, "pelvis", settings, notes, file)
    thighs = {side: _track(trial, model.thighs[side], f"{side} thigh", settings, notes, file) for side in SIDES}
    every = {"pelvis": pelvis, **thighs}
    return SegmentFrames(
        pelvis=pelvis.frames,
        thighs={side: thigh.frames for side, thigh in thighs.items()},
        pelvis_m=pelvis.origin_m,
        misfit_mm={name: segment.misfit_mm for name, segment in every.items()},
        jump_mm={name: segment.jump_mm for name, segment in every.items()},
        notes=tuple(notes),
    )


def foot_positions(trial: Trial, settings: Settings) -> dict[str, np.ndarray]:
    """
    Where each foot is in every sample, shape (3, n), low-passed; none for a foot without any marker. [m]

    One marker stands for the foot, forefoot before heel because it stays on the ground longer: the one seen most.
    """
    names = _names(trial)
    feet = {}
    for side in SIDES:
        labels = [label for role in ("toe_fifth", "toe_first", "heel") for label in names.of(role, side)]
        seen = [int(np.isfinite(trial.markers[label][0]).sum()) for label in labels]
        if any(seen):
            raw = trial.markers[labels[int(np.argmax(seen))]]
            filled, _ = fill_gaps(raw, round(settings.gaps.fill_up_to_s * trial.rate_hz))
            feet[side] = lowpass(filled, settings.filter.cutoff_hz, trial.rate_hz)
    return feet


def _names(trial: Trial) -> MarkerNames:
    names = names_of(trial)
    if names is None:
        raise DataError("none of the markers has a known label.", file=trial.passport.sources[0][1])
    return names


def _still(static: Trial, file: str) -> dict[str, np.ndarray]:
    """Mean position (3,) of each marker of a static trial; NaN where it is never seen. [m]"""
    positions = np.stack(list(static.markers.values()))
    seen = np.isfinite(positions).all(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        middle = np.where(seen, positions, 0.0).sum(axis=2) / seen.sum(axis=2)
    off = np.where(seen, positions - middle[:, :, None], 0.0)
    sway = np.sqrt(np.einsum("min,min->mn", off, off).max(axis=1))
    for label, far in zip(static.markers, sway.tolist(), strict=True):
        if far > LARGEST_SWAY_M:
            raise DataError(
                f"marker {label} moves {far * 100:.0f} cm in the static trial.",
                file=file,
                remedy="A static trial has the person standing still; cut it to that part.",
            )
    return dict(zip(static.markers, middle, strict=True))


def _pelvis(points, names: MarkerNames, settings: Settings, file: str):
    """Origin, frame (3, 3), middle of the back markers, method of the hip centre and notes."""
    for side in SIDES:
        _require(points, "asis", side, names, file)
    method: str = settings.model.hip_centre
    notes: tuple[str, ...] = ()
    if ("psis", "right") in points and ("psis", "left") in points:
        back = (points["psis", "right"] + points["psis", "left"]) / 2
    elif ("sacrum", "right") in points:
        back = points["sacrum", "right"]
        if method == "harrington":
            method, notes = "hara", ("No PSIS: hip centre by Hara 2016 instead of Harrington 2007.",)
    else:
        _require(points, "psis", "right" if ("psis", "right") not in points else "left", names, file)
    origin = (points["asis", "right"] + points["asis", "left"]) / 2
    z = _unit(points["asis", "right"] - points["asis", "left"])
    y = _unit(np.cross(z, origin - back))
    return origin, np.stack((np.cross(y, z), y, z), axis=1), back, method, notes


def _thigh_frame(points, centre: np.ndarray, side: str, names: MarkerNames, file: str) -> np.ndarray:
    for role in ("knee_lateral", "knee_medial"):
        _require(points, role, side, names, file)
    lateral, medial = points["knee_lateral", side], points["knee_medial", side]
    rightward = lateral - medial if side == "right" else medial - lateral
    y = _unit(centre - (lateral + medial) / 2)
    x = _unit(np.cross(y, rightward))
    return np.stack((x, y, np.cross(x, y)), axis=1)


def _segment(labels: tuple[str, ...], still, frame: np.ndarray, what: str, file: str) -> Segment:
    seen = tuple(label for label in labels if np.isfinite(still[label]).all())
    if len(seen) < FEWEST_TRACKED:
        raise DataError(
            f"the {what} has {len(seen)} markers in the static trial ({', '.join(seen) or 'none'}); "
            f"three are needed to track it.",
            file=file,
            remedy="Use a static trial in which they are seen.",
        )
    positions = np.stack([still[label] for label in seen])
    return Segment(seen, (positions - positions.mean(axis=0)) @ frame)


def _leg_length(points, side: str) -> float:
    """ASIS to medial malleolus, the lateral one where there is no medial; NaN without either. [m]"""
    ankle = points.get(("ankle_medial", side), points.get(("ankle_lateral", side)))
    return np.nan if ankle is None else float(np.linalg.norm(points["asis", side] - ankle))


def _require(points, role: str, side: str, names: MarkerNames, file: str) -> None:
    if (role, side) not in points:
        label = expected(role, side, names.marker_set)
        raise DataError(
            f"marker {label} ({side} {role.replace('_', ' ')}) is missing.",
            file=file,
            remedy="The static trial needs ASIS, PSIS and both epicondyles of each knee.",
        )


def _track(trial: Trial, segment: Segment, what: str, settings: Settings, notes: list[str], file: str) -> _Tracked:
    known = [label in trial.markers for label in segment.labels]
    labels = [label for label, there in zip(segment.labels, known, strict=True) if there]
    if len(labels) < FEWEST_TRACKED:
        raise DataError(
            f"the {what} has only {len(labels)} of its tracking markers ({', '.join(segment.labels)}).",
            file=file,
            remedy="Export the trial with the markers of the static trial.",
        )
    raw = [trial.markers[label] for label in labels]
    filled, count = fill_gaps([row for path in raw for row in path], round(settings.gaps.fill_up_to_s * trial.rate_hz))
    lost = sum(int(np.isnan(row).sum()) for row in filled[::3])
    if count or lost:
        notes.append(f"{what}: {count // 3} marker samples filled, {lost} left out as longer gaps.")
    smooth = lowpass(filled, settings.filter.cutoff_hz, trial.rate_hz).reshape(len(raw), 3, -1)
    reference = segment.positions[known]
    frames = fit_rigid_body(reference, smooth)
    if np.isnan(frames[0, 0]).all():
        raise DataError(
            f"the {what} is never seen with three markers at once.", file=file, remedy="Fill or relabel the trial."
        )
    return _Tracked(frames, origin_m(reference, smooth, frames), misfit_mm(reference, smooth, frames), jump_mm(raw))


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
