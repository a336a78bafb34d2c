"""A study folder: participants, trials, exam and intake -> sessions."""

from __future__ import annotations

from kinematics.study.folder import read_study
from kinematics.study.sessions import Participant, Session, Study, TrialEntry

__all__ = ["Participant", "Session", "Study", "TrialEntry", "read_study"]
