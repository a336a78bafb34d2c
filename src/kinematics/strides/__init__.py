"""Angles and events -> strides: rows, curves, what was left out and why; coordination and side differences."""

from __future__ import annotations

from kinematics.strides.cutting import segment_strides
from kinematics.strides.judging import REASONS
from kinematics.strides.patterns import stride_coordination
from kinematics.strides.sides import side_differences
from kinematics.strides.table import Strides

__all__ = ["REASONS", "Strides", "segment_strides", "side_differences", "stride_coordination"]
