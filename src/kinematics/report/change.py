"""Change since earlier visits, beside the smallest change that the measurement can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kinematics.conventions import SIDES
from kinematics.ledger.change import SAME_SPEED_M_S, smallest_change
from kinematics.ledger.terms import terms
from kinematics.report.recording import Recording
from kinematics.report.sayings import task_at_speed
from kinematics.report.visit import Visit
from kinematics.report.wording import degrees, extension, finite, number

#: Metrics that are followed: word of the catalogue, stride metric, how it is written. Their errors are the ledger's.
FOLLOWED = (
    ("used", "peak_hip_extension_deg", "extension"),
    ("thigh", "peak_thigh_extension_deg", "degrees"),
    ("tilt", "pelvis_anterior_tilt_at_peak_hip_extension_deg", "degrees"),
    ("range", "hip_excursion_deg", "degrees"),
)


@dataclass(frozen=True)
class ChangeRow:
    """One measure of one side over the visits, oldest first, the present one last."""

    name: str
    side: str
    title: str
    values: tuple[str, ...]
    change: str
    smallest: str
    reading: str


@dataclass(frozen=True)
class Change:
    """The section on change; `visits` are the labels of the columns, `note` what could not be compared."""

    visits: tuple[str, ...]
    rows: tuple[ChangeRow, ...]
    title: str
    note: str


def change(visit: Visit) -> Change | None:
    """Each followed measure over the visits; None where there is no earlier visit or nothing to follow."""
    if not visit.earlier or visit.lead is None:
        return None
    visits = (*visit.earlier, visit)
    recordings = [matching(one, visit.lead) for one in visits]
    rows = [_used_row(visit, recordings, side, place) for place in range(len(FOLLOWED)) for side in SIDES]
    rows += [_available_row(visit, visits, side) for side in SIDES]
    found = tuple(row for row in rows if row is not None)
    entry = visit.lead.entry
    return Change(
        visits=tuple(one.assessment.session.session for one in visits),
        rows=found,
        title=task_at_speed(entry.task, entry.speed_m_s, visit.text),
        note=_note(visit, recordings),
    )


def matching(visit: Visit, wanted: Recording) -> Recording | None:
    """The visit's recording of the same task, speed and convention as `wanted`, nearest in speed; None without one."""
    same = [one for one in visit.recordings if _same_gait(one, wanted) and _convention(one) == _convention(wanted)]
    return min(same, key=lambda one: _speed_gap(one, wanted), default=None)


def _same_gait(one: Recording, other: Recording) -> bool:
    return one.entry.task == other.entry.task and _speed_gap(one, other) <= SAME_SPEED_M_S


def _speed_gap(one: Recording, other: Recording) -> float:
    speeds = one.entry.speed_m_s, other.entry.speed_m_s
    return abs(speeds[0] - speeds[1]) if all(map(finite, speeds)) else math.inf


def _convention(recording: Recording) -> tuple[str, str, str]:
    passport = recording.strides.passport
    return passport.zero, passport.model, passport.hip_centre


def _used_row(visit: Visit, recordings: list[Recording | None], side: str, place: int) -> ChangeRow | None:
    word, metric, kind = FOLLOWED[place]
    error = float(terms()["change"][metric]["value"])
    values = [recording.median(metric, side) if recording else math.nan for recording in recordings]
    return _row(visit, side, visit.text["change"][word], values, kind, (error, error))


def _available_row(visit: Visit, visits: tuple[Visit, ...], side: str) -> ChangeRow | None:
    """The table test over the visits, where it was the same test."""
    rows = [one.measured.get(side) for one in visits]
    now = rows[-1]
    if now is None or not isinstance(now["test"], str) or not now["test"]:
        return None
    same = [row if row is not None and row["test"] == now["test"] else None for row in rows]
    values = [row["available_deg"] if row else math.nan for row in same]
    errors = [row["available_se_deg"] if row else math.nan for row in same]
    last = _last_known(values)
    before = errors[last] if last is not None else math.nan
    return _row(visit, side, visit.text["change"]["available"], values, "extension", (before, errors[-1]))


def _last_known(values: list[float]) -> int | None:
    """Place of the latest earlier value."""
    return next((place for place in range(len(values) - 2, -1, -1) if finite(values[place])), None)


def _row(
    visit: Visit, side: str, name: str, values: list[float], kind: str, errors: tuple[float, float]
) -> ChangeRow | None:
    last = _last_known(values)
    if last is None or not finite(values[-1]):
        return None
    text, words = visit.text, visit.text["change"]
    write = extension if kind == "extension" else degrees
    moved, smallest = values[-1] - values[last], smallest_change(*errors)
    reading = words["reading_none"] if not finite(smallest) else ""
    changed = finite(smallest) and abs(moved) > smallest
    return ChangeRow(
        name=name,
        side=side,
        title=text["sides"][side],
        values=tuple(write(value, text) if finite(value) else "–" for value in values),
        change=("+" if round(moved) > 0 else "") + number(moved) + f" {text['numbers']['unit']}",
        smallest=degrees(smallest, text) if finite(smallest) else "–",
        reading=reading or words["reading_changed" if changed else "reading_within"],
    )


def _note(visit: Visit, recordings: list[Recording | None]) -> str:
    missing = [
        one.assessment.session.session
        for one, recording in zip(visit.earlier, recordings[:-1], strict=True)
        if recording is None
    ]
    words = visit.text["change"]
    return words["not_comparable"].format(visits=", ".join(missing)) if missing else ""
