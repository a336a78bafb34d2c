"""
Sanity gates: do hip and pelvis angles move as a person's do? They warn in sentences and change nothing.

The limits are wide: they are meant for a wrong column, sign, side or unit, not for an unusual gait.
"""

from __future__ import annotations

from kinematics.gates.doubts import gates

__all__ = ["gates"]
