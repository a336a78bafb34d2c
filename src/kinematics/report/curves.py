"""Curves over the stride: still pictures for print and figures for the screen, of every recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kinematics.figures import PERCENT, STRIDE_THINNING, sides_drawing, thinned
from kinematics.report.change import matching
from kinematics.report.packing import packed_set
from kinematics.report.recording import Recording
from kinematics.report.sayings import task_at_speed
from kinematics.report.stills import Shown, Still, stills
from kinematics.report.visit import Visit
from kinematics.report.wording import Text, number, phrase, sentence

#: Angles that every recording shows first; the other planes follow on demand.
MAIN_ANGLES = ("hip_flexion_deg", "thigh_flexion_deg", "pelvis_anterior_tilt_deg")
#: What all figures of a file may weigh, what one weighs without its single strides, what one packed value does. [bytes]
#: With plotly.js (4.8 MB) and the words, a file so stays below 5.3 MB.
FIGURES_BYTES, FIGURE_BYTES, VALUE_BYTES = 140_000, 2_500, 1.4
#: The same where the reports of a study share plotly.js: a file of three trials so stays below 300 kB.
LINKED_FIGURES_BYTES = 80_000
#: Single-stride values that are drawn however many figures there are.
FEWEST_VALUES = 10_000


@dataclass(frozen=True)
class CurveSet:
    """The curves of one recording; `figures` are packed (`packing.packed_set`)."""

    key: str
    title: str
    trial: str
    reference: str
    earlier: str
    stills: tuple[Still, ...]
    more: tuple[Still, ...]
    figures: dict[str, Any]
    every: int


def curve_sets(visit: Visit, *, room: int = FIGURES_BYTES) -> tuple[CurveSet, ...]:
    """Curves of every recording of the visit, the leading one first; all figures together weigh about `room` bytes."""
    lead = visit.lead
    ordered = sorted(visit.recordings, key=lambda recording: recording is not lead)
    every = stride_step(ordered, room)
    shown = [(recording, [matching(one, recording) for one in reversed(visit.earlier)]) for recording in ordered]
    pictures = stills(shown, visit.text)
    return tuple(
        _curve_set(one, found, visit, f"r{place}", every)
        for place, (one, found) in enumerate(zip(shown, pictures, strict=True))
    )


def stride_step(recordings: list[Recording], room: int = FIGURES_BYTES) -> int:
    """Every how many strides are embedded, so that a file of many trials stays small."""
    points = len(PERCENT[::STRIDE_THINNING])
    rows = [len(curves) for recording in recordings for sides in recording.curves.values() for curves in sides.values()]
    values = (room - FIGURE_BYTES * sum(len(recording.curves) for recording in recordings)) / VALUE_BYTES
    return max(1, math.ceil(points * sum(rows) / max(values, FEWEST_VALUES)))


def _curve_set(shown: Shown, pictures: dict[str, Still], visit: Visit, key: str, every: int) -> CurveSet:
    recording, before = shown
    entry, text = recording.entry, visit.text
    return CurveSet(
        key=key,
        title=task_at_speed(entry.task, entry.speed_m_s, text),
        trial=entry.trial,
        reference=_reference_sentence(recording, visit),
        earlier=_earlier_sentence(before, text),
        stills=tuple(one for name, one in pictures.items() if name in MAIN_ANGLES),
        more=tuple(one for name, one in pictures.items() if name not in MAIN_ANGLES),
        figures=packed_set(key, [_drawing(recording, visit, name, key, every, before) for name in pictures]),
        every=every,
    )


def _earlier_sentence(before: Sequence[Recording | None], text: Text) -> str:
    """Which earlier visits are drawn, and by which mark."""
    words = text["curves"]
    said = [
        words["earlier_visit"].format(visit=one.entry.session, mark=words["marks"][age])
        for age, one in enumerate(before)
        if one is not None
    ]
    return words["earlier"].format(visits="; ".join(said)) if said else ""


def _reference_sentence(recording: Recording, visit: Visit) -> str:
    reference, text = recording.reference, visit.text
    if not recording.has_reference:
        reason = phrase(sentence(reference.reason), visit.settings.report.language)
        return text["curves"]["no_reference"].format(reason=reason)
    return text["curves"]["reference"].format(name=reference.name, n=number(reference.n_people))


def _drawing(
    recording: Recording, visit: Visit, name: str, key: str, every: int, before: Sequence[Recording | None]
) -> dict[str, Any]:
    earlier = [one.lines.get(name, {}) if one is not None else {} for one in before]
    return sides_drawing(
        name,
        recording.lines[name],
        recording.toe_off,
        singles={side: thinned(rows, every) for side, rows in recording.curves[name].items()},
        places=recording.places[name],
        reference=recording.reference_lines.get(name),
        report=visit.settings.report,
        earlier=[{side: lines[2] for side, lines in sides.items()} for sides in earlier],
        words=visit.text["figures"],
        div_id=f"{key}-{name.replace('_', '-')}",
    )
