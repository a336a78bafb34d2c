"""One offline HTML file per visit, an index per study, a page on the cohort, and the runner's own page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinematics.assessment import Assessment
from kinematics.files import write_whole
from kinematics.report.cohort_page import render_cohort
from kinematics.report.index_page import IndexRow, render_index
from kinematics.report.page import plotly_file, plotly_script
from kinematics.report.patient_page import render_patient_page
from kinematics.report.session_page import render_report
from kinematics.report.visit import earlier_visits

__all__ = [
    "IndexRow",
    "earlier_visits",
    "plotly_file",
    "render_cohort",
    "render_index",
    "render_patient_page",
    "render_report",
    "write_report",
    "write_shared_script",
]


def write_report(path: Path | str, assessment: Assessment, *, earlier: Sequence[Assessment] = ()) -> Path:
    """
    Write the report of one visit and return where it lies.

    The file is whole or not there at all; the same assessment gives the same bytes.

    Parameters
    ----------
    path : path
        The HTML file; its folder is made where it is missing.
    assessment : Assessment
        From `kinematics.assess`.
    earlier : sequence of Assessment
        Earlier visits of the same person, oldest first.
    """
    return write_whole(path, render_report(assessment, earlier=earlier).encode())


def write_shared_script(folder: Path | str) -> Path:
    """Write plotly.js once for all linked reports of a folder and return where it lies."""
    return write_whole(Path(folder) / plotly_file(), plotly_script().encode())
