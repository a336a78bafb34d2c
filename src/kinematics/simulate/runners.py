"""From a runner and a seed to a gait: reference curves, moved to the runner's own numbers and varied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, DataError, sided
from kinematics.simulate.gait import LEG, PELVIS, Gait, Runner
from kinematics.simulate.shapes import (
    Harmonics,
    evaluate,
    leg_shapes,
    reference_shapes,
    repeating_each_step,
    reversing_each_step,
    running_reference,
)
from kinematics.simulate.truth import truth
from kinematics.simulate.variation import Variation, random_variation

STEPS_PER_STRIDE = 2
FLEXION_FOLLOWS = 0.4  # share of a change of peak extension by which peak flexion moves with it [design choice]
PHASE_JITTER = 0.006  # SD of the phase, in strides: stride time then varies by about 1 %
LEFT_JITTER = 0.003  # SD of the left leg's own phase against the half stride
SIDE_OFFSET_SD_DEG = 1.0  # constants of adduction and internal rotation, per side
VARIATION_BAND_HZ = (0.05, 1.4)  # up to about the stride frequency: one stride differs from the next
#: SD over time of each angle, as a multiple of the runner's `stride_sd_deg`; tilt varies less than the hip (0.6 against
#: 0.7-0.8 deg in the 28 runners of Fukuchi 2017), the others are design choices.
VARIATION = {
    "hip_flexion_deg": 1.0,
    "hip_adduction_deg": 0.7,
    "hip_internal_rotation_deg": 1.0,
    "pelvis_anterior_tilt_deg": 0.7,
    "pelvis_obliquity_deg": 0.5,
    "pelvis_rotation_deg": 0.8,
    "knee_flexion_deg": 0.8,
    "ankle_dorsiflexion_deg": 0.8,
}


def simulate_gait(runner: Runner, *, duration_s: float = 30.0, seed: int = 0) -> Gait:
    """
    A treadmill run of a synthetic runner whose peak hip extension and mean tilt are exactly those of `runner`.

    The curves are the reference curves at the runner's speed (`norm_curves_rbds.csv`; Fukuchi 2017), the hip's
    stretched so that its minimum is the wanted peak, then varied from stride to stride; a last constant per angle makes
    the medians over the strides equal to the wanted values.

    Parameters
    ----------
    runner : Runner
    duration_s : float
        Length of the trial. [s]
    seed : int
        Same seed, same movement.

    Returns
    -------
    Gait

    Raises
    ------
    DataError
        Where the reference has no such speed, or the trial is too short for one stride of each leg.
    """
    random = np.random.default_rng(seed)
    typical = running_reference(runner.speed_m_s).metrics
    draft = Gait(
        runner=runner,
        duration_s=duration_s,
        stride_time_s=STEPS_PER_STRIDE * 60.0 / typical["cadence_steps_per_min"][0],
        toe_off_percent=typical["toe_off_percent"][0],
        shapes=_shapes(runner, random),
        variations=_variations(runner, random),
    )
    strides = truth(draft)
    if set(strides["side"]) != set(SIDES):
        raise DataError(
            f"{duration_s:g} s hold no whole stride of each leg.",
            remedy=f"Simulate at least {3 * draft.stride_time_s:.1f} s.",
        )
    return replace(draft, shapes=_meeting_the_runner(draft, strides))


def _shapes(runner: Runner, random: np.random.Generator) -> dict[str, Harmonics]:
    reference, leg = reference_shapes(runner.speed_m_s), leg_shapes(runner.speed_m_s)
    shapes = {
        "pelvis_anterior_tilt_deg": repeating_each_step(reference["pelvis_anterior_tilt_deg"]),
        "pelvis_obliquity_deg": reversing_each_step(reference["pelvis_obliquity_deg"]),
        "pelvis_rotation_deg": reversing_each_step(reference["pelvis_rotation_deg"]),
    }
    for side in SIDES:
        offsets = dict.fromkeys(leg, 0.0)
        for name in ("hip_adduction_deg", "hip_internal_rotation_deg"):
            offsets[name] = random.normal(0.0, SIDE_OFFSET_SD_DEG)
        shapes |= {sided(name, side): _shifted(shape, offsets[name]) for name, shape in leg.items()}
        shapes[sided("hip_flexion_deg", side)] = _stretched(
            reference["hip_flexion_deg"], -runner.peak_hip_extension_deg(side)
        )
    return shapes


def _stretched(shape: Harmonics, minimum_deg: float) -> Harmonics:
    """The curve with another minimum, its maximum following by `FLEXION_FOLLOWS` of the change."""
    curve = evaluate(shape, np.arange(0.0, 1.0, 0.001))
    lowest, highest = curve.min(), curve.max()
    new_highest = highest + FLEXION_FOLLOWS * (minimum_deg - lowest)
    factor = (new_highest - minimum_deg) / (highest - lowest)
    return _shifted(shape * factor, minimum_deg - factor * lowest)


def _shifted(shape: Harmonics, constant_deg: float) -> Harmonics:
    return np.concatenate(([shape[0] + constant_deg], shape[1:]))


def _variations(runner: Runner, random: np.random.Generator) -> dict[str, Variation]:
    deviations = {name: VARIATION[name] * runner.stride_sd_deg for name in PELVIS}
    deviations |= {sided(name, side): VARIATION[name] * runner.stride_sd_deg for side in SIDES for name in LEG}
    deviations |= {"phase": PHASE_JITTER, "phase_left": LEFT_JITTER}
    return {name: random_variation(sd, VARIATION_BAND_HZ, random) for name, sd in deviations.items()}


def _meeting_the_runner(gait: Gait, strides: pd.DataFrame) -> dict[str, Harmonics]:
    """Shapes whose medians over the strides are the runner's; a constant moves them, and nothing else of the curve."""
    shapes = dict(gait.shapes)
    tilt_error = strides["mean_pelvis_anterior_tilt_deg"].median() - gait.runner.mean_pelvis_anterior_tilt_deg
    shapes["pelvis_anterior_tilt_deg"] = _shifted(shapes["pelvis_anterior_tilt_deg"], -tilt_error)
    for side, own in strides.groupby("side")["peak_hip_extension_deg"]:
        name = sided("hip_flexion_deg", str(side))
        shapes[name] = _shifted(shapes[name], own.median() - gait.runner.peak_hip_extension_deg(str(side)))
    return shapes
