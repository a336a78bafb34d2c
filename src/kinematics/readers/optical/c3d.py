"""C3D: markers, Plug-in Gait outputs, force platforms and events; Theia's segment rotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.readers.optical.c3d_layout import REMEDY, check_layout, is_c3d
from kinematics.readers.optical.lab_trial import Plates, Recording, lab_trial
from kinematics.readers.optical.theia import FORMAT as THEIA
from kinematics.readers.optical.theia import read_rotations
from kinematics.readers.shared.laboratory import METRES, named_events
from kinematics.readers.shared.plug_in_gait import bare, find_outputs, read_outputs
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "c3d"
FORMAT = "C3D"
SECONDS_PER_MINUTE = 60.0
#: Groups of points that are no markers, as POINT:TYPE_GROUPS names them.
NO_MARKERS = ("ANGLES", "FORCES", "MOMENTS", "POWERS", "SCALARS")
#: What writers put where a marker was lost, beside a negative residual.
LOST = -16512.0
NO_PLATES = "The force platforms of the file could not be read."


def recognises(source: Source) -> bool:
    """Whether the first bytes are C3D's."""
    return is_c3d(source.start)


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial where the file has Plug-in Gait outputs or Theia's rotations, else a marker trial.

    Times run from the file's first frame, for samples, force and events alike.

    Raises
    ------
    DataError
        Where the file is damaged, or holds neither angles of a hip nor the markers of a pelvis.
    """
    check_layout(source.data, source.file)
    content, notes = _load(source)
    try:
        recording, format = _recording(content, source.file, notes)
    except DataError:
        raise
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise DataError(
            f"its parameters do not fit its data ({type(error).__name__}).", file=source.file, remedy=REMEDY
        ) from None
    return lab_trial(recording, source=source, request=request, format=format)


def _load(source: Source) -> tuple[Any, tuple[str, ...]]:
    """The file as ezc3d reads it; without its force platforms where these cannot be made out."""
    import ezc3d

    reason = ""
    for with_plates, notes in ((True, ()), (False, (NO_PLATES,))):
        try:
            return ezc3d.c3d(str(source.path), extract_forceplat_data=with_plates), notes
        except Exception as error:  # the library raises OSError, RuntimeError, ValueError, IndexError and its own
            reason = type(error).__name__
    raise DataError(f"this C3D file cannot be read ({reason}).", file=source.file, remedy=REMEDY)


def _recording(content: Any, file: str, notes: tuple[str, ...]) -> tuple[Recording, str]:
    points = content["data"]["points"]
    rate = float(_value(content, "POINT", "RATE", np.zeros(1))[0])
    first = int(content["header"]["points"]["first_frame"])
    rotations = content["data"]["rotations"]
    if rotations.shape[2] and not points.shape[1]:
        return _from_rotations(content, rotations, rate, first, file), THEIA
    if not np.isfinite(rate) or rate <= 0:
        raise DataError("it states no frame rate (POINT:RATE).", file=file, remedy=REMEDY)
    labels = _labels(content)[: points.shape[1]]
    events, outside = _events(content, first, points.shape[2], rate)
    recording = Recording(
        rate,
        points.shape[2],
        read_outputs(_triplets(content, labels, file)),
        positions=_positions(content, labels, file),
        plates=_plates(content, points.shape[2], rate),
        events=events,
        notes=(*notes, *_doubled(labels), *_start(first, rate), *outside),
    )
    return recording, FORMAT


def _from_rotations(content: Any, rotations: np.ndarray, rate: float, first: int, file: str) -> Recording:
    stated = _value(content, "ROTATION", "RATE", np.array([rate]))
    rate = float(stated[0]) if len(stated) else rate
    if not np.isfinite(rate) or rate <= 0:
        raise DataError("it states no frame rate (ROTATION:RATE).", file=file, remedy=REMEDY)
    names = [str(name).strip() for name in _value(content, "ROTATION", "LABELS", [])]
    outputs = read_rotations(dict(zip(names, np.moveaxis(rotations, 2, 0), strict=False)), file)
    n_samples = rotations.shape[3]
    ratio = n_samples / max(content["data"]["points"].shape[2], 1) or 1.0
    events, outside = _events(content, round(first * ratio), n_samples, rate)
    return Recording(rate, n_samples, outputs, events=events, notes=(*_start(first, rate), *outside))


def _value(content: Any, group: str, name: str, missing: Any) -> Any:
    found = content["parameters"].get(group, {}).get(name)
    return missing if found is None else found["value"]


def _labels(content: Any) -> list[str]:
    """POINT:LABELS and, over 255 points, LABELS2, LABELS3 ..."""
    group = content["parameters"].get("POINT", {})
    names = sorted((name for name in group if name.startswith("LABELS")), key=lambda name: (len(name), name))
    return [str(label).strip() for name in names for label in group[name]["value"]]


def _triplets(content: Any, labels: list[str], file: str) -> dict[str, np.ndarray]:
    """Plug-in Gait's angles by name; degrees as they are, radians turned to degrees."""
    points = content["data"]["points"][:3]
    unit = str(next(iter(_value(content, "POINT", "ANGLE_UNITS", ["deg"])), "deg")).strip().lower()
    radians = unit.startswith("rad")
    found = find_outputs(labels, file)
    return {name: np.degrees(points[:, place]) if radians else points[:, place] for name, place in found.items()}


def _positions(content: Any, labels: list[str], file: str) -> dict[str, np.ndarray]:
    """Markers in metres, by label without subject, the first of a doubled one; lost samples are NaN."""
    outputs = {bare(str(label)) for kind in NO_MARKERS for label in _value(content, "POINT", kind, [])}
    points = content["data"]["points"][:3]
    unit = str(next(iter(_value(content, "POINT", "UNITS", ["mm"])), "mm")).strip().lower() or "mm"
    if unit not in METRES:
        raise DataError(f"'{unit}' is no unit of length that is known (POINT:UNITS).", file=file, remedy=REMEDY)
    markers: dict[str, np.ndarray] = {}
    for place, label in enumerate(labels):
        name = bare(label)
        if name and not name.startswith("*") and name not in outputs and name not in markers:
            position = points[:, place]
            lost = (position == 0.0).all(axis=0) | (position == LOST).any(axis=0)
            markers[name] = np.where(lost, np.nan, position) * METRES[unit]
    return markers


def _doubled(labels: list[str]) -> tuple[str, ...]:
    names = [bare(label) for label in labels]
    doubled = sorted({name for name in names if names.count(name) > 1})
    return (f"Labels that occur more than once, of which the first is used: {', '.join(doubled)}.",) if doubled else ()


def _start(first: int, rate_hz: float) -> tuple[str, ...]:
    if first == 0:
        return ()
    return (f"Time 0 is frame {first + 1} of the recording, {first / rate_hz:g} s on the recording's own clock.",)


def _plates(content: Any, n_frames: int, rate_hz: float) -> Plates | None:
    """Forces on the platforms and their centres of pressure, as far as the file has them for all frames."""
    platforms = content["data"].get("platform") or []
    if not platforms or n_frames == 0:
        return None
    forces = np.stack([platform["force"] for platform in platforms])
    unit = str(platforms[0].get("unit_position", "mm")).strip().lower()
    centres = np.stack([platform["center_of_pressure"] for platform in platforms]) * METRES.get(unit, np.nan)
    ratio = forces.shape[2] / n_frames
    if ratio < 1 or ratio != round(ratio) or not np.isfinite(forces).any():
        return None
    return Plates(rate_hz * round(ratio), forces, centres)


def _events(content: Any, first: int, n_frames: int, rate_hz: float) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Contacts and toe-offs from the first frame on; those outside the frames are left out, and a note counts them."""
    times = np.asarray(_value(content, "EVENT", "TIMES", np.zeros((2, 0))), dtype=float)
    if times.ndim != 2 or times.shape[0] != 2 or times.shape[1] == 0:
        return None, ()
    seconds = SECONDS_PER_MINUTE * times[0] + times[1] - first / rate_hz
    names = _event_names(content["parameters"]["EVENT"])
    half = 0.5 / rate_hz
    inside = (seconds >= -half) & (seconds <= (n_frames - 1) / rate_hz + half)
    events = zip(names, seconds, inside, strict=False)
    lost = int((~inside).sum())
    notes = (f"{lost} of {inside.size} events lie outside the file's frames and were left out.",) if lost else ()
    return named_events((name, float(time)) for name, time, kept in events if kept), notes


def _event_names(group: Mapping[str, Any]) -> list[str]:
    """'Left Foot Strike' from context and label, or the label alone where it names the side ('LHS')."""
    labels = [str(label).strip() for label in group["LABELS"]["value"]]
    contexts = [str(context).strip() for context in group.get("CONTEXTS", {}).get("value", [])]
    if len(contexts) != len(labels):
        return labels
    sided = ("left", "right")
    return [
        f"{context} {label}" if context.lower() in sided else label
        for context, label in zip(contexts, labels, strict=True)
    ]
