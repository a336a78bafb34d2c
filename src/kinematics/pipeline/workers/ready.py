"""What every visit needs, loaded once: processes that work on visits are forked from one that has imported this."""

from __future__ import annotations

import pyarrow.csv
import pyarrow.parquet  # noqa: F401
import scipy.signal  # noqa: F401

import kinematics.pipeline.visits.parts
import kinematics.pipeline.visits.visit
import kinematics.report  # noqa: F401
from kinematics.exercises.library import load_library

load_library()
