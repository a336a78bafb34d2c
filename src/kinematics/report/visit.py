"""What every section of a report asks of an assessment: headline rows, trials with strides, their references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kinematics.assessment import Assessment, TrialResult
from kinematics.conventions import CURVE_NAMES, SIDES
from kinematics.figures import complete_rows, toe_off_percent, valid_side
from kinematics.report.wording import Text, catalogue, finite
from kinematics.settings import Settings
from kinematics.strides import Strides
from kinematics.study import Session, TrialEntry

#: Looks up the reference of a recording: `reference(task, speed_m_s, zero=..., hip_centre=...)`.
ReferenceLookup = Callable[..., Any]
MOVING_TASKS = ("run", "walk")
#: As many earlier visits stand beside the present one.
EARLIER_VISITS = 3


@dataclass(frozen=True)
class Recording:
    """A trial of the visit with at least one stride, beside its reference (or the reason why there is none)."""

    entry: TrialEntry
    strides: Strides
    reference: Any

    @property
    def has_reference(self) -> bool:
        return hasattr(self.reference, "curves")

    @cached_property
    def curves(self) -> dict[str, dict[str, np.ndarray]]:
        """Angle -> side -> (n, 101) curves of the valid strides that have the angle throughout. [deg]"""
        strides = self.strides
        masks = {side: valid_side(strides, side) for side in SIDES}
        found = {
            name: {side: complete_rows(strides.curves[name], mask) for side, mask in masks.items()}
            for name in CURVE_NAMES
            if name in strides.curves
        }
        with_any = {name: {side: rows for side, rows in sides.items() if len(rows)} for name, sides in found.items()}
        return {name: sides for name, sides in with_any.items() if sides}

    @cached_property
    def toe_off(self) -> dict[str, float]:
        """Median toe-off by side. [% of the stride]"""
        return toe_off_percent(self.strides)

    def reference_curve(self, name: str) -> np.ndarray | None:
        """Mean and spread of the reference for an angle, shape (101, 2), or None. [deg]"""
        known = self.has_reference and name in self.reference.curves
        return np.asarray(self.reference.curves[name], float) if known else None


@dataclass(frozen=True)
class Visit:
    """An assessment, ready to be told."""

    assessment: Assessment
    text: Text
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

    @property
    def settings(self) -> Settings:
        return self.assessment.session.settings

    @property
    def withheld(self) -> bool:
        """Whether an open or answered-yes safety question heads the page."""
        return self.assessment.options.status == "withheld"

    @property
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
    lookup = reference or _default_lookup()
    rows = _extension_rows(assessment)
    return Visit(
        assessment=assessment,
        text=catalogue(assessment.session.settings.report.language),
        recordings=tuple(found for result in assessment.trials if (found := _recording(result, lookup)) is not None),
        rows=rows,
        headline=_headline_rows(rows),
        earlier=tuple(read_visit(one, lookup) for one in tuple(earlier)[-EARLIER_VISITS:]),
    )


def earlier_visits(sessions: Iterable[Session], session: Session) -> tuple[Session, ...]:
    """The same person's visits before `session` that its report shows, by their labels, oldest first."""
    who, label = session.participant.participant, session.session
    before = [one for one in sessions if one.participant.participant == who and one.session < label]
    return tuple(sorted(before, key=lambda one: one.session)[-EARLIER_VISITS:])


def _default_lookup() -> ReferenceLookup:
    from kinematics.norms import gait_reference

    return gait_reference


def _recording(result: TrialResult, lookup: ReferenceLookup) -> Recording | None:
    entry, strides = result.entry, result.strides
    if entry.task not in MOVING_TASKS or strides is None or not strides.table["valid"].any():
        return None
    passport = strides.passport
    reference = lookup(entry.task, entry.speed_m_s, zero=passport.zero, hip_centre=passport.hip_centre)
    return Recording(entry, strides, reference)


def _extension_rows(assessment: Assessment) -> tuple[dict[str, Any], ...]:
    ledger = assessment.ledger
    return tuple(ledger[ledger["direction"] == "extension"].to_dict("records"))


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
