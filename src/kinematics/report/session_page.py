"""A visit's report: its sections, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence

from kinematics.assessment import Assessment
from kinematics.report.behind import behind
from kinematics.report.change import change
from kinematics.report.choices import choices
from kinematics.report.comparisons import common_axes, comparison_rows
from kinematics.report.curves import FIGURES_BYTES, LINKED_FIGURES_BYTES, curve_sets
from kinematics.report.downloads import csv_files
from kinematics.report.glance import glance
from kinematics.report.lanes import side_lanes
from kinematics.report.page import asset, fixed_part, guarded_styles, json_block, plotly_script, render, script_loader
from kinematics.report.record import record
from kinematics.report.trace import option_trace
from kinematics.report.visit import ReferenceLookup, read_visit


def render_report(
    assessment: Assessment,
    *,
    earlier: Sequence[Assessment] = (),
    reference: ReferenceLookup | None = None,
    shared_script: str = "",
) -> str:
    """
    The report of one visit as one HTML file that loads nothing from the net.

    Parameters
    ----------
    assessment : Assessment
    earlier : sequence of Assessment
        Earlier visits of the same person, oldest first; the last three stand beside the present one.
    reference : callable, optional
        `reference(task, speed_m_s, zero=..., hip_centre=...)` gives the reference of a recording, or an object whose
        `reason` says why there is none; by default `kinematics.norms.gait_reference`.
    shared_script : str
        Name of the file beside the report that holds plotly.js (`plotly_file`); empty where the report holds it itself.

    Returns
    -------
    str
        HTML. The same assessment gives the same text. The first screen, the lanes and the options need no JavaScript;
        plotly.js comes in only where there are curves to draw.
    """
    visit = read_visit(assessment, reference, earlier=earlier)
    curves = curve_sets(visit, room=LINKED_FIGURES_BYTES if shared_script else FIGURES_BYTES)
    figures = [curve_set.figures for curve_set in curves]
    tables = csv_files(visit)
    return render(
        "report.html.j2",
        report=visit.settings.report,
        scripts=_scripts(bool(curves), bool(tables), shared_script),
        loads=bool(curves and shared_script),
        participant=assessment.session.participant.participant,
        session=assessment.session.session,
        stem=assessment.name,
        version=assessment.version,
        tips={item["key"]: item["text"] for item in visit.text["glossary"]["items"]},
        glance=glance(visit),
        lanes=side_lanes(visit),
        common=common_axes(visit),
        comparisons=comparison_rows(visit),
        behind=behind(visit),
        change=change(visit),
        choices=choices(visit),
        curves=curves,
        figures=json_block(figures),
        guards=guarded_styles() if curves else (),
        record=record(visit),
        option_trace=option_trace(visit),
        limits=fixed_part("parts/limits.html.j2", visit.settings.report.language),
        tables=tuple(tables),
        table_data=json_block(tables),
    )


def _scripts(drawn: bool, saved: bool, shared_script: str) -> tuple[str, ...]:
    """Scripts of the page in the order in which they run."""
    if not drawn:
        return (asset("tables.js"),) if saved else ()
    plotly = script_loader(shared_script) if shared_script else plotly_script()
    return (asset("tables.js"), plotly, asset("curves.js"))
