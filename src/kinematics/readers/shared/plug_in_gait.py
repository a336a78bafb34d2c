"""Plug-in Gait's angle outputs, named and signed alike in every file that carries them (Nexus text, C3D, pyCGM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES, DataError, sided
from kinematics.trial import Zero

MODEL = "Plug-in Gait outputs, as exported"
SEQUENCE = "hip flexion-adduction-rotation; pelvis tilt-obliquity-rotation against the direction of progression"
#: Both sides' hip angles come with one sign for one movement: flexion, adduction and internal rotation positive.
HIP = ("hip_flexion_deg", "hip_adduction_deg", "hip_internal_rotation_deg")
PELVIS = ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")
#: The pelvis comes once per side: obliquity and rotation are that side's (own side up, own side forward).
PELVIS_SIGNS = {"right": (1.0, 1.0, 1.0), "left": (1.0, -1.0, -1.0)}
HIP_LABELS = {side: f"{side[0].upper()}HipAngles" for side in SIDES}
PELVIS_LABELS = {side: f"{side[0].upper()}PelvisAngles" for side in SIDES}
LABELS = (*HIP_LABELS.values(), *PELVIS_LABELS.values())


@dataclass(frozen=True)
class Outputs:
    """Channels in the project's names and signs, what was turned on the way, and what else belongs in a passport."""

    channels: Mapping[str, np.ndarray]
    columns: tuple[tuple[str, str, int, str], ...] = ()
    sign_changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    zero: Zero = "anatomical"
    model: str = MODEL
    sequence: str = SEQUENCE


def bare(label: str) -> str:
    """
    A label without the subject that stands before it.

    >>> bare("Patient 7:LHipAngles")
    'LHipAngles'
    """
    return label.rpartition(":")[2].strip()


def find_outputs(labels: Sequence[str], file: str) -> dict[str, int]:
    """
    Where the hips' and the pelvis's angles stand among labels.

    Returns
    -------
    dict of str to int
        Plug-in Gait's name -> position; empty where there are none.

    Raises
    ------
    DataError
        Where one occurs twice (two people in one file).
    """
    names = [bare(label) for label in labels]
    for name in LABELS:
        if names.count(name) > 1:
            raise DataError(
                f"{name} occurs {names.count(name)} times: the file holds more than one person.",
                file=file,
                remedy="Export one person per file.",
            )
    return {name: names.index(name) for name in LABELS if name in names}


def read_outputs(triplets: Mapping[str, np.ndarray]) -> Outputs:
    """
    Plug-in Gait's hip and pelvis angles as the project's channels.

    Numbers are passed on as they are, up to the sign; only rows of three exact zeros at a trial's ends, which
    exporters write where the model had no markers, become gaps.

    Parameters
    ----------
    triplets : mapping of str to array, shape (3, n)
        Under the names of `LABELS`. [deg]

    Returns
    -------
    Outputs
        Channels with at least one number; hip signs are alike on both sides in the file already, the pelvis is taken
        from the right side's output where there is one.
    """
    shown = {name: _without_empty_ends(values) for name, values in triplets.items()}
    channels: dict[str, np.ndarray] = {}
    columns: list[tuple[str, str, int, str]] = []
    for side, label in HIP_LABELS.items():
        if label in shown and np.isfinite(shown[label]).any():
            names = [sided(name, side) for name in HIP]
            channels |= dict(zip(names, shown[label], strict=True))
            columns += [(f"{label} {axis}", name, 1, "deg") for axis, name in zip("XYZ", names, strict=True)]
    changes: list[str] = []
    seen = {side: label for side, label in PELVIS_LABELS.items() if label in shown and np.isfinite(shown[label]).any()}
    side = "right" if "right" in seen else "left"
    if side in seen:
        signs = PELVIS_SIGNS[side]
        channels |= {
            name: values if sign > 0 else -values
            for name, values, sign in zip(PELVIS, shown[seen[side]], signs, strict=True)
        }
        from_file = [f"{seen[side]} {axis}" for axis in "XYZ"]
        columns += [(*row, "deg") for row in zip(from_file, PELVIS, (1 if s > 0 else -1 for s in signs), strict=True)]
        changes += [f"{label} times -1" for label, sign in zip(from_file, signs, strict=True) if sign < 0]
    return Outputs(channels, tuple(columns), tuple(changes), _notes(channels))


def has_hips(outputs: Outputs) -> bool:
    """Whether at least one hip has numbers."""
    return any(sided(HIP[0], side) in outputs.channels for side in SIDES)


def _without_empty_ends(values: np.ndarray) -> np.ndarray:
    filled = np.flatnonzero((values != 0).any(axis=0))
    out = values.copy()
    if filled.size == 0:
        out[:] = np.nan
        return out
    out[:, : filled[0]] = out[:, filled[-1] + 1 :] = np.nan
    return out


def _notes(channels: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    missing = [side for side in SIDES if sided(HIP[0], side) not in channels]
    notes = [f"The file has no angles of the {side} hip." for side in missing]
    if PELVIS[0] not in channels:
        notes.append("The file has no angles of the pelvis.")
    return tuple(notes)
