"""How the leg gets behind the body: thigh, hip and pelvis of each side, beside the reference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from kinematics.report.recording import Recording
from kinematics.report.sayings import task_at_speed
from kinematics.report.visit import Visit
from kinematics.report.wording import Text, degrees, extension, finite, number

#: Rows of the table: word of the catalogue, stride metric, how it is written.
ROWS = (
    ("thigh", "peak_thigh_extension_deg", "thigh"),
    ("hip", "peak_hip_extension_deg", "extension"),
    ("tilt", "pelvis_anterior_tilt_at_peak_hip_extension_deg", "degrees"),
    ("share", "pelvic_share", "share"),
    ("opposite", "opposite_hip_flexion_at_peak_extension_deg", "degrees"),
)
THIGH, TILT = ROWS[0][1], ROWS[2][1]
#: The stick figure's own coordinates: where the hip is, and how long thigh and pelvis are drawn.
HIP_X, HIP_Y, THIGH_LENGTH, PELVIS_HALF, PELVIS_RISE = 75.0, 46.0, 84.0, 26.0, 14.0


@dataclass(frozen=True)
class Sticks:
    """Thigh and pelvis as lines (x1, y1, x2, y2), the runner facing right."""

    thigh: tuple[float, float, float, float]
    pelvis: tuple[float, float, float, float]


@dataclass(frozen=True)
class StickFigure:
    """One side's thigh and pelvis at the instant the thigh is farthest back."""

    side: str
    title: str
    description: str
    own: Sticks
    reference: Sticks | None
    thigh_text: str
    tilt_text: str


@dataclass(frozen=True)
class Behind:
    """One recording's table and pictures."""

    title: str
    sides: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    figures: tuple[StickFigure, ...]
    guard: str = ""


def behind(visit: Visit) -> tuple[Behind, ...]:
    """Thigh, hip and pelvis per recording; the pictures are drawn for the leading recording alone."""
    return tuple(_recording(recording, visit, pictured=recording is visit.lead) for recording in visit.recordings)


def _recording(recording: Recording, visit: Visit, *, pictured: bool) -> Behind:
    text, entry, medians = visit.text, recording.entry, recording.medians
    writers = _writers(text)
    rows = tuple(
        (
            text["behind"][word],
            tuple(_written(medians[side].get(metric, math.nan), writers[kind]) for side in medians),
            _reference_cell(recording, metric, kind, text),
        )
        for word, metric, kind in ROWS
        if any(finite(medians[side].get(metric)) for side in medians)
    )
    figures = [_figure(recording, side, medians[side], text) for side in medians] if pictured else []
    sides = tuple(text["sides"][side] for side in medians)
    drawn = tuple(figure for figure in figures if figure is not None)
    hidden = recording.strides.passport.zero == "standing"  # calibration hid the tilt
    guard = text["behind"]["standing_zero"] if hidden else ""
    return Behind(task_at_speed(entry.task, entry.speed_m_s, text), sides, rows, drawn, guard)


def _writers(text: Text) -> dict[str, Callable[[float], str]]:
    return {
        "extension": lambda value: extension(value, text),
        "degrees": lambda value: degrees(value, text),
        "thigh": lambda value: _thigh(value, text),
        "share": lambda value: f"{number(100 * value)} %",
    }


def _thigh(value: float, text: Text) -> str:
    if round(value) >= 0:
        return degrees(value, text)
    return text["numbers"]["thigh_short"].format(value=number(-value))


def _written(value: float, write: Callable[[float], str]) -> str:
    return write(value) if finite(value) else "–"


def _reference_cell(recording: Recording, metric: str, kind: str, text: Text) -> str:
    mean, spread = reference_figures(recording, metric)
    if not finite(mean):
        return "–"
    factor, unit = (100, "%") if kind == "share" else (1, text["numbers"]["unit"])
    about = f" ± {number(factor * spread)}" if finite(spread) else ""
    return f"{number(factor * mean)}{about} {unit}"


def reference_figures(recording: Recording, metric: str) -> tuple[float, float]:
    """Mean and spread of a metric between the reference people, NaN where unknown; tilt also from their curves."""
    if not recording.has_reference:
        return math.nan, math.nan
    reference = recording.reference
    if metric in reference.metrics:
        mean, spread = reference.metrics[metric]
        return float(mean), float(spread)
    if metric != TILT or not {"hip_flexion_deg", "pelvis_anterior_tilt_deg"} <= set(reference.curves):
        return math.nan, math.nan
    instant = int(reference.curves["hip_flexion_deg"][:, 0].argmin())
    mean, spread = reference.curves["pelvis_anterior_tilt_deg"][instant]
    return float(mean), float(spread)


def _figure(recording: Recording, side: str, medians: dict[str, float], text: Text) -> StickFigure | None:
    thigh, tilt = medians.get(THIGH, math.nan), medians.get(TILT, math.nan)
    if not (finite(thigh) and finite(tilt)):
        return None
    words = text["behind"]
    said = words["figure"].format(side=text["sides"][side], thigh=_thigh(thigh, text), tilt=degrees(tilt, text))
    reference = _reference_sticks(recording)
    more = f" {words['figure_reference']}" if reference else ""
    return StickFigure(
        side, text["sides"][side], said + more, sticks(thigh, tilt), reference, _thigh(thigh, text), degrees(tilt, text)
    )


def _reference_sticks(recording: Recording) -> Sticks | None:
    (thigh, _), (tilt, _) = reference_figures(recording, THIGH), reference_figures(recording, TILT)
    return sticks(thigh, tilt) if finite(thigh) and finite(tilt) else None


def sticks(thigh_extension_deg: float, tilt_deg: float) -> Sticks:
    """
    Lines of a thigh so far behind the vertical and of a pelvis so far tilted forward, the runner facing right.

    >>> sticks(0, 0)
    Sticks(thigh=(75.0, 46.0, 75.0, 130.0), pelvis=(49.0, 32.0, 101.0, 32.0))
    """
    back, tilt = math.radians(thigh_extension_deg), math.radians(tilt_deg)
    knee = (HIP_X - THIGH_LENGTH * math.sin(back), HIP_Y + THIGH_LENGTH * math.cos(back))
    along, down = PELVIS_HALF * math.cos(tilt), PELVIS_HALF * math.sin(tilt)
    middle = (HIP_X + PELVIS_RISE * math.sin(tilt), HIP_Y - PELVIS_RISE * math.cos(tilt))
    pelvis = (middle[0] - along, middle[1] - down, middle[0] + along, middle[1] + down)
    thigh = (HIP_X, HIP_Y, *knee)
    return Sticks(_rounded(thigh), _rounded(pelvis))


def _rounded(line: tuple[float, ...]) -> tuple[float, float, float, float]:
    first, second, third, fourth = (round(value, 1) + 0.0 for value in line)
    return first, second, third, fourth
