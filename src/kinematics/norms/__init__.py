"""Reference values of gait by task, speed and convention, each with its source."""

from kinematics.norms.population import GaitNorms, running_norms
from kinematics.norms.reference import GaitReference, NoReference, gait_reference, metric_reference

__all__ = ["GaitNorms", "GaitReference", "NoReference", "gait_reference", "metric_reference", "running_norms"]
