"""A visit's report: its sections, in the order in which they are read."""

from __future__ import annotations

from kinematics.assessment import Assessment
from kinematics.report.behind import behind
from kinematics.report.choices import choices
from kinematics.report.curves import curve_sets
from kinematics.report.glance import glance
from kinematics.report.lanes import side_lanes
from kinematics.report.page import asset, guarded_styles, json_block, plotly_script, render
from kinematics.report.record import record
from kinematics.report.visit import ReferenceLookup, read_visit


def render_report(assessment: Assessment, *, reference: ReferenceLookup | None = None) -> str:
    """
    The report of one visit as one HTML file that loads nothing.

    Parameters
    ----------
    assessment : Assessment
    reference : callable, optional
        `reference(task, speed_m_s, zero=..., hip_centre=...)` gives the reference of a recording, or an object whose
        `reason` says why there is none; by default `kinematics.norms.gait_reference`.

    Returns
    -------
    str
        HTML. The same assessment gives the same text. The first screen, the lanes and the options need no JavaScript;
        plotly.js is inlined only where there are curves to draw.
    """
    visit = read_visit(assessment, reference)
    curves = curve_sets(visit)
    figures = [{"key": curve_set.key, "figures": curve_set.figures} for curve_set in curves]
    return render(
        "report.html.j2",
        report=visit.settings.report,
        scripts=(plotly_script(), asset("curves.js")) if curves else (),
        t=visit.text,
        participant=assessment.session.participant.participant,
        session=assessment.session.session,
        version=assessment.version,
        glance=glance(visit),
        lanes=side_lanes(visit),
        behind=behind(visit),
        choices=choices(visit),
        curves=curves,
        figures=json_block(figures),
        guards=guarded_styles() if curves else (),
        record=record(visit),
    )
