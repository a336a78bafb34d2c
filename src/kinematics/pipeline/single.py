"""One visit of a study at a time: its report, or the runner's own page."""

from __future__ import annotations

from pathlib import Path

from kinematics.files import write_whole
from kinematics.pipeline.visits.visit import assess
from kinematics.study import read_study


def write_one_report(folder: Path | str, participant: str, session: str, *, reports: Path | str = "reports") -> Path:
    """
    Write `<reports>/<study>/<participant>_<session>.html` and return where it lies.

    Parameters
    ----------
    folder : path
        The study folder.
    participant, session : str
        As in the study's tables.
    reports : path
        Folder in which the study's own folder is made.

    Raises
    ------
    DataError
        Where the study cannot be read or has no such visit.
    """
    from kinematics.report import earlier_visits, write_report

    study = read_study(folder)
    visit = study.session(participant, session)
    earlier = tuple(assess(one) for one in earlier_visits(study.sessions, visit))
    return write_report(Path(reports) / study.name / f"{visit.name}.html", assess(visit), earlier=earlier)


def write_patient_page(
    folder: Path | str, participant: str, session: str, *, approved_by: str, reports: Path | str = "reports"
) -> Path:
    """
    Write `<reports>/<study>/<participant>_<session>_patient.html` and return where it lies.

    Parameters
    ----------
    folder, participant, session, reports
        As in `write_one_report`.
    approved_by : str
        Who went through the page and approves it; printed on it.

    Raises
    ------
    DataError
        As in `write_one_report`; and where safety is not clear or an exercise has not been reviewed.
    """
    from kinematics.report import render_patient_page

    study = read_study(folder)
    visit = study.session(participant, session)
    page = render_patient_page(assess(visit), approved_by=approved_by)
    return write_whole(Path(reports) / study.name / f"{visit.name}_patient.html", page.encode())
