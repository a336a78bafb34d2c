"""intake.csv: answers on safety, pain, strength, standing, equipment and goals, and what they say about safety."""

from __future__ import annotations

from kinematics.intake.answers import Answer, Answers, Safety, answers, safety, safety_of
from kinematics.intake.fields import Field, Flag, fields, nearest
from kinematics.intake.reading import COLUMNS, empty_intake, read_intake, read_intake_rows
from kinematics.intake.standing import StandingTilt, standing_tilt

__all__ = [
    "COLUMNS",
    "Answer",
    "Answers",
    "Field",
    "Flag",
    "Safety",
    "StandingTilt",
    "answers",
    "empty_intake",
    "fields",
    "nearest",
    "read_intake",
    "read_intake_rows",
    "safety",
    "safety_of",
    "standing_tilt",
]
