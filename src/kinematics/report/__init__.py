"""One offline HTML file per visit, an index per study, and a first page on the cohort."""

from __future__ import annotations

from pathlib import Path

from kinematics.assessment import Assessment
from kinematics.files import write_whole
from kinematics.report.cohort_page import render_cohort
from kinematics.report.index_page import IndexRow, render_index
from kinematics.report.session_page import render_report

__all__ = ["IndexRow", "render_cohort", "render_index", "render_report", "write_report"]


def write_report(path: Path | str, assessment: Assessment) -> Path:
    """
    Write the report of one visit and return where it lies.

    The file is whole or not there at all; the same assessment gives the same bytes.

    Parameters
    ----------
    path : path
        The HTML file; its folder is made where it is missing.
    assessment : Assessment
        From `kinematics.assess`.
    """
    return write_whole(path, render_report(assessment).encode())
