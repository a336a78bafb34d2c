"""Reference values of gait by task, speed and convention, each with its source."""

from kinematics.norms.own import build_norms, build_sem, read_norms, read_sem, write_norms, write_sem
from kinematics.norms.population import GaitNorms, running_norms
from kinematics.norms.reference import (
    GaitReference,
    NoReference,
    gait_reference,
    metric_columns,
    metric_reference,
    tilt_at_peak,
)

__all__ = [
    "GaitNorms",
    "GaitReference",
    "NoReference",
    "build_norms",
    "build_sem",
    "gait_reference",
    "metric_columns",
    "metric_reference",
    "read_norms",
    "read_sem",
    "running_norms",
    "tilt_at_peak",
    "write_norms",
    "write_sem",
]
