"""Where everything meets: one session assessed, a whole study run."""

from __future__ import annotations

from kinematics.pipeline.lab import study_frames, study_strides, write_strides
from kinematics.pipeline.result import RunResult
from kinematics.pipeline.run import run_study
from kinematics.pipeline.verify import Verification, verify_study
from kinematics.pipeline.visits.visit import assess

__all__ = [
    "RunResult",
    "Verification",
    "assess",
    "run_study",
    "study_frames",
    "study_strides",
    "verify_study",
    "write_strides",
]
