"""What every section of a report asks of an assessment: headline rows, trials with strides, their references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from kinematics.assessment import Assessment, TrialResult
from kinematics.conventions import SIDES
from kinematics.report.frames import Rows, rows_of
from kinematics.report.recording import Recording
from kinematics.report.wording import Text, catalogue, finite
from kinematics.settings import Settings
from kinematics.study import Session

#: Looks up the reference of a recording: `reference(task, speed_m_s, zero=..., hip_centre=...)`.
ReferenceLookup = Callable[..., Any]
MOVING_TASKS = ("run", "walk")
#: As many earlier visits stand beside the present one.
EARLIER_VISITS = 3
#: References of so many tasks, speeds and conventions are kept for the next report.
REFERENCES_KEPT = 64


@dataclass(frozen=True)
class Visit:
    """An assessment, ready to be told; `recordings` are the runs and walks with valid strides."""

    assessment: Assessment
    text: Text
    ledger: Rows
    trials: tuple[tuple[TrialResult, Recording | None], ...]
    recordings: tuple[Recording, ...]
    rows: tuple[dict[str, Any], ...]
    headline: dict[str, dict[str, Any]]
    earlier: tuple[Visit, ...] = ()

    @cached_property
    def measured(self) -> dict[str, dict[str, Any]]:
        """Side -> the row that holds each measurement beside its own reference, of the headline's recording."""
        return {side: self.beside(row, "reference") or row for side, row in self.headline.items()}

    def beside(self, row: dict[str, Any], comparison: str) -> dict[str, Any] | None:
        """Another comparison of the same side and recording as `row`, or None."""
        same = (other for other in self.rows if other["comparison"] == comparison and _same_recording(other, row))
        return next(same, None)

    @cached_property
    def options(self) -> Rows:
        """The options to consider; none while they are withheld."""
        return Rows([], []) if self.withheld else rows_of(self.assessment.options.table)

    @property
    def settings(self) -> Settings:
        return self.assessment.session.settings

    @property
    def withheld(self) -> bool:
        """Whether an open or answered-yes safety question heads the page."""
        return self.assessment.options.status == "withheld"

    @cached_property
    def lead(self) -> Recording | None:
        """The recording that the headline rows speak of; the first one where there are none."""
        for row in self.headline.values():
            for recording in self.recordings:
                entry = recording.entry
                if entry.task == row["task"] and _same_speed(entry.speed_m_s, row["speed_m_s"]):
                    return recording
        return self.recordings[0] if self.recordings else None


def read_visit(
    assessment: Assessment, reference: ReferenceLookup | None = None, *, earlier: Sequence[Assessment] = ()
) -> Visit:
    """
    The visit of an assessment.

    References come from `kinematics.norms` unless another look-up is given. Of the earlier visits, oldest first, the
    last `EARLIER_VISITS` are kept.
    """
    lookup = reference or _kept_reference
    ledger = rows_of(assessment.ledger)
    rows = tuple(row for row in ledger.records if row["direction"] == "extension")
    trials = tuple((result, _recording(result, lookup)) for result in assessment.trials)
    return Visit(
        assessment=assessment,
        text=catalogue(assessment.session.settings.report.language),
        ledger=ledger,
        trials=trials,
        recordings=tuple(one for _, one in trials if one is not None and one.reference is not None),
        rows=rows,
        headline=_headline_rows(rows),
        earlier=tuple(read_visit(one, lookup) for one in tuple(earlier)[-EARLIER_VISITS:]),
    )


def earlier_visits(sessions: Iterable[Session], session: Session) -> tuple[Session, ...]:
    """The same person's visits before `session` that its report shows, by their labels, oldest first."""
    who, label = session.participant.participant, session.session
    before = [one for one in sessions if one.participant.participant == who and one.session < label]
    return tuple(sorted(before, key=lambda one: one.session)[-EARLIER_VISITS:])


@lru_cache(maxsize=REFERENCES_KEPT)
def _kept_reference(task: str, speed_m_s: float, *, zero: str, hip_centre: str) -> Any:
    """The reference of the package's norms; a study asks for the same few again and again."""
    from kinematics.norms import gait_reference

    return gait_reference(task, speed_m_s, zero=zero, hip_centre=hip_centre)


def _recording(result: TrialResult, lookup: ReferenceLookup) -> Recording | None:
    """The trial's strides; with a reference, or the reason for none, where it is a run or walk with valid strides."""
    entry, strides = result.entry, result.strides
    if strides is None:
        return None
    if entry.task not in MOVING_TASKS or not strides.columns["valid"].any():
        return Recording(entry, strides, None)
    passport = strides.passport
    reference = lookup(entry.task, entry.speed_m_s, zero=passport.zero, hip_centre=passport.hip_centre)
    return Recording(entry, strides, reference)


def _headline_rows(rows: tuple[dict[str, Any], ...]) -> dict[str, dict[str, Any]]:
    """The row per side that the report leads with (extension)."""
    leading = {row["side"]: row for row in rows if row["headline"] is True or row["headline"] == 1}
    return {side: leading[side] for side in SIDES if side in leading}


def _same_recording(one: dict[str, Any], other: dict[str, Any]) -> bool:
    same = all(one[key] == other[key] for key in ("side", "task"))
    convention = all(one[key] == other[key] or one[key] != one[key] for key in ("zero", "hip_centre"))
    return same and convention and _same_speed(one["speed_m_s"], other["speed_m_s"])


def _same_speed(one: float, other: float) -> bool:
    return one == other or (not finite(one) and not finite(other))
