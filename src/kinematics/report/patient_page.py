"""The runner's own page: what was measured and the exercises as a sheet to print, without readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kinematics.assessment import Assessment
from kinematics.conventions import SIDES, DataError
from kinematics.exercises.library import load_library
from kinematics.intake import safety
from kinematics.report.page import render
from kinematics.report.sayings import named_test, task_at_speed, task_word
from kinematics.report.visit import Visit, read_visit
from kinematics.report.wording import extension, finite, number

#: State of the clinical review from which an exercise may be printed for a runner.
REVIEWED = "reviewed"
#: Days on the sheet that can be ticked off.
DAYS = 7


@dataclass(frozen=True)
class MeasuredSide:
    """What was measured on one side, as lines of name and value."""

    side: str
    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SheetLine:
    """One exercise of the sheet."""

    name: str
    how: str
    dose: str
    caution: str


def render_patient_page(
    assessment: Assessment, *, approved_by: str, instructions: Mapping[str, str] | None = None
) -> str:
    """
    The runner's page of one visit as one HTML file without scripts.

    Parameters
    ----------
    assessment : Assessment
    approved_by : str
        Who went through the sheet and approved it; printed on it.
    instructions : mapping of exercise id to str, optional
        How each exercise is done; by default from the library that ships.

    Raises
    ------
    DataError
        Where nobody approved it, a safety question of the visit is open or answered yes, or an exercise that would be
        printed has not been reviewed by a clinician.
    """
    table = assessment.options.table
    _check(assessment, approved_by, table)
    how = _instructions() if instructions is None else instructions
    visit = read_visit(assessment)
    return render(
        "patient.html.j2",
        report=visit.settings.report,
        participant=assessment.session.participant.participant,
        session=assessment.session.session,
        version=assessment.version,
        approved_by=approved_by.strip(),
        measured=_measured(visit),
        lead=_task(visit),
        sheet=tuple(_line(row, how) for row in table.sort_values("order", kind="stable").to_dict("records")),
        days=DAYS,
    )


def _check(assessment: Assessment, approved_by: str, table: pd.DataFrame) -> None:
    name, remedy = assessment.name, ""
    if not approved_by.strip():
        raise DataError("nobody is named who approved the page.", file=name, remedy="Give a name: --approved-by NAME.")
    if assessment.options.status == "withheld" or safety(assessment.session.intake).state != "clear":
        remedy = "Answer them in intake.csv; the report says which. With a warning sign, the page is not written."
        raise DataError("the safety questions of this visit are not all answered and clear.", file=name, remedy=remedy)
    unreviewed = sorted(set(table.loc[table["review"] != REVIEWED, "exercise"]))
    if unreviewed:
        remedy = "A clinician reviews the entry in the exercise library first (review: status: reviewed, by, date)."
        count = f"{len(unreviewed)} exercise{'' if len(unreviewed) == 1 else 's'} of this visit"
        raise DataError(f"{count} not reviewed yet: {', '.join(unreviewed)}.", file=name, remedy=remedy)


def _instructions() -> dict[str, str]:
    return {name: exercise.how for name, exercise in load_library().exercises.items()}


def _line(row: dict, how: Mapping[str, str]) -> SheetLine:
    return SheetLine(str(row["name"]), how.get(row["exercise"], ""), str(row["dose"]), str(row["caution"] or ""))


def _task(visit: Visit) -> str:
    return task_at_speed(visit.lead.entry.task, visit.lead.entry.speed_m_s, visit.text) if visit.lead else ""


def _measured(visit: Visit) -> tuple[MeasuredSide, ...]:
    text, words = visit.text, visit.text["patient"]
    sides = []
    for side in SIDES:
        row = visit.measured.get(side)
        if row is None:
            continue
        rows = []
        if finite(row["used_deg"]):
            rows.append((words["used"].format(task=task_word(visit)), _value(visit, row, "used")))
        if finite(row["available_deg"]):
            test = named_test(row["test"], text)
            rows.append((words["available"].format(test=test), _value(visit, row, "available")))
        rows.append((words["strides"], number(row["n_strides"]) if finite(row["n_strides"]) else "–"))
        sides.append(MeasuredSide(side, text["sides"][side], tuple(rows)))
    return tuple(sides)


def _value(visit: Visit, row: dict, kind: str) -> str:
    return extension(row[f"{kind}_deg"], visit.text, row[f"{kind}_se_deg"])
