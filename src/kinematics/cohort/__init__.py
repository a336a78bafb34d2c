"""Groups of people: models, curve comparisons, reliability and sensitivity, with people as the unit of analysis."""

from kinematics.cohort.curves import (
    CurveBand,
    CurveComparison,
    compare_curves,
    compare_curves_paired,
    confidence_band,
    prediction_band,
)
from kinematics.cohort.drawing import bands_figure, difference_figure, intervals_figure, points_figure
from kinematics.cohort.mixed import MixedModel, mixed_model
from kinematics.cohort.multiverse import multiverse, standing_zero
from kinematics.cohort.people import person_curves, person_values
from kinematics.cohort.recordings import Recording, recordings
from kinematics.cohort.reliability import Reliability, reliability

__all__ = [
    "CurveBand",
    "CurveComparison",
    "MixedModel",
    "Recording",
    "Reliability",
    "bands_figure",
    "compare_curves",
    "compare_curves_paired",
    "confidence_band",
    "difference_figure",
    "intervals_figure",
    "mixed_model",
    "multiverse",
    "person_curves",
    "person_values",
    "points_figure",
    "prediction_band",
    "recordings",
    "reliability",
    "standing_zero",
]
