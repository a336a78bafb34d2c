"""The command line: `kinematics run`, `kinematics verify` and others, a module for each matter."""

from __future__ import annotations

from kinematics.cli import own, studies, trials, visits
from kinematics.cli.group import main

__all__ = ["main", "own", "studies", "trials", "visits"]
