"""Commands about one visit: its report, the runner's own page."""

from __future__ import annotations

from pathlib import Path

import click

from kinematics.cli.common import FOLDER, sentences
from kinematics.cli.group import main


@main.command()
@click.argument("participant")
@click.argument("session")
@click.option("--study", type=FOLDER, default=".", show_default=True, help="The study folder.")
@click.option("--reports", type=FOLDER, default="reports", show_default=True, help="Folder for the reports.")
def report(participant: str, session: str, study: Path, reports: Path) -> None:
    """Write the report of one visit: PARTICIPANT and SESSION as in the study's tables.

    Earlier visits of the same person stand beside it. No tables are written.
    """
    with sentences(debug=False):
        from kinematics.pipeline.single import write_one_report

        click.echo(write_one_report(study, participant, session, reports=reports).as_posix())


@main.command("patient-page")
@click.argument("participant")
@click.argument("session")
@click.option("--approved-by", required=True, metavar="NAME", help="Who went through the page and approves it.")
@click.option("--study", type=FOLDER, default=".", show_default=True, help="The study folder.")
@click.option("--reports", type=FOLDER, default="reports", show_default=True, help="Folder for the reports.")
def patient_page(participant: str, session: str, approved_by: str, study: Path, reports: Path) -> None:
    """Write the runner's own page of one visit: what was measured, and the exercises as a sheet to print.

    Only where all safety questions are answered and clear, and a clinician has reviewed every exercise on it.
    """
    with sentences(debug=False):
        from kinematics.pipeline.single import write_patient_page

        page = write_patient_page(study, participant, session, approved_by=approved_by, reports=reports)
        click.echo(page.as_posix())
