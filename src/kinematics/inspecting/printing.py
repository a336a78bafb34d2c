"""An `Inspection` as text for people and as JSON for machines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace

from kinematics.inspecting.inspection import NO_SAMPLE_SEEN, Inspection

LABEL_WIDTH = 9
LABELS = {"orientations": "sensors", "imu": "sensors", "curves": "angles"}
MOST_GAPS = 8
SIGNS = {1: "+", -1: "-", 0: ""}
NOT_USED, UNKNOWN_SEGMENT = "not used", "segment not known"


def as_json(inspections: Sequence[Inspection]) -> str:
    """
    A list with one object per file, keys as the attributes of `Inspection`; what is not a number is null.
    """
    return json.dumps([_plain(one) for one in inspections], indent=2, ensure_ascii=False)


def as_text(inspection: Inspection) -> str:
    """Lines for a terminal: a label, then what was found; nothing that is empty."""
    one = inspection
    lines = [one.file]
    if one.format:
        lines += _line("format", f"{one.format} ({one.name}), told {one.told}")
        lines += _line("", NO_SAMPLE_SEEN if one.provisional else "")
    if not one.readable:
        return "\n".join([*lines, *_line("error", one.error.removeprefix(f"{one.file}: "))])
    lines += _line("content", _content(one))
    lines += _line("task", f"{one.task}: {one.task_reason}" if one.task else "")
    lines += _many(LABELS.get(one.kind, one.kind), _points(one) if one.kind == "markers" else _columns(one))
    lines += _many("gaps", _gaps(one) or ["none"])
    lines += _line("axes", one.axes) + _line("zero", one.zero) + _line("model", one.model)
    lines += _many("turned", one.sign_changes)
    lines += _many("doubts", one.gates or ["none"] * (one.kind in ("angles", "curves")))
    lines += _many("results", [f"{need.result}: {_missing(need.missing)}" for need in one.needs])
    return "\n".join([*lines, *_many("notes", one.notes)])


def _plain(inspection: Inspection) -> dict:
    values = asdict(replace(inspection, trial=None))
    return {field.name: _json_value(values[field.name]) for field in fields(inspection) if field.name != "trial"}


def _json_value(value):
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _json_value(one) for key, one in value.items()}
    return [_json_value(one) for one in value] if isinstance(value, (list, tuple)) else value


def _content(one: Inspection) -> str:
    sides = " and ".join(one.sides) or "no side told"
    if one.kind == "curves":
        return f"mean curves of a stride, {one.n_samples} points, {sides}"
    return f"{one.kind}, {one.duration_s:.1f} s, {one.n_samples} samples at {one.rate_hz:g} Hz, {sides}"


def _columns(one: Inspection) -> list[str]:
    width = max((len(column.column) for column in one.columns), default=0)
    return [
        f"{column.column:{width}}  ->  {SIGNS[column.sign]}{column.meaning or UNKNOWN_SEGMENT}  [{column.unit}]"
        for column in one.columns
    ]


def _points(one: Inspection) -> list[str]:
    """The labels of each anatomical point, in one line."""
    labels: dict[str, list[str]] = {}
    for column in one.columns:
        labels.setdefault(column.meaning or NOT_USED, []).append(column.column)
    names = {point: point.replace("_", " ") for point in labels}
    width = max(map(len, names.values()), default=0)
    return [f"{names[point]:{width}}  <-  {', '.join(found)}" for point, found in labels.items()]


def _gaps(one: Inspection) -> list[str]:
    def length(seconds: float) -> str:
        return "" if math.isnan(seconds) else f", the longest {seconds:.2f} s"

    shown = [f"{gap.signal}: {100 * gap.lost_share:.1f} % lost{length(gap.longest_s)}" for gap in one.gaps[:MOST_GAPS]]
    more = len(one.gaps) - MOST_GAPS
    return shown + ([f"and {more} more with smaller ones"] if more > 0 else [])


def _missing(missing: Sequence[str]) -> str:
    return "can be computed" if not missing else f"needs {'; '.join(missing)}"


def _line(label: str, text: str) -> list[str]:
    return [f"  {label:{LABEL_WIDTH}} {text}"] if text else []


def _many(label: str, texts: Iterable[str]) -> list[str]:
    return [line for number, text in enumerate(texts) for line in _line("" if number else label, text)]
