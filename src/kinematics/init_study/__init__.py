"""Study tables from the files of a folder, for a person to complete: `kinematics init`."""

from __future__ import annotations

from kinematics.init_study.writing import Started, init_study

__all__ = ["Started", "init_study"]
