"""Vicon Nexus ASCII export: Model Outputs, Trajectories and Events of one trial in one file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kinematics.conventions import DataError
from kinematics.readers.optical.lab_trial import Recording, lab_trial, wanted
from kinematics.readers.optical.vicon_sections import (
    PADDING,
    REMEDY,
    Section,
    check_subjects,
    find_sections,
    read_triplets,
)
from kinematics.readers.shared.laboratory import METRES, frame_clock, named_events
from kinematics.readers.shared.plug_in_gait import bare, find_outputs, read_outputs
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import is_number
from kinematics.trial import Trial

NAME = "vicon_nexus"
FORMAT = "Vicon Nexus ASCII"
SECTIONS = ("Devices", "Joints", "Model Outputs", "Segments", "Trajectories", "Events")
OUTPUTS, MARKERS, EVENTS = "Model Outputs", "Trajectories", "Events"
#: Names, components, units.
HEADING_ROWS = 3
#: The exporter's numbers count frames from 1 at 0 s.
FIRST_FRAME = 1
#: Frame numbers that run further than this beyond the rows are damage.
MOST_FRAMES_PER_ROW = 100
EVENT_COLUMNS = ("Context", "Name", "Time (s)")
#: Label -> its columns X, Y, Z.
Places = dict[str, tuple[int, int, int]]


def recognises(source: Source) -> bool:
    """Whether the first words are the name of a section and a rate below it."""
    filled = [line.strip(PADDING) for line in source.head if line.strip(PADDING)]
    if len(filled) < 2 or filled[0] not in SECTIONS:
        return False
    return is_number(filled[1]) or (filled[0] == EVENTS and "Context" in filled[1])


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial where there are Model Outputs with hip angles, the markers kept beside; else a marker trial.

    Time 0 is the first frame of Model Outputs or Trajectories, whichever is earlier. Devices, Joints and Segments are
    not read.

    Raises
    ------
    DataError
        Where neither hip angles nor markers of a pelvis are there, with row and column where a cell is no number.
    """
    sections = find_sections(source, SECTIONS, heading_rows=HEADING_ROWS)
    used = [sections[name] for name in (OUTPUTS, MARKERS) if name in sections and sections[name].block is not None]
    if not used:
        raise DataError(
            f"it has neither Model Outputs nor Trajectories with numbers, only: {', '.join(sections) or 'no section'}.",
            file=source.file,
            remedy="Export Model Outputs (LHipAngles, RHipAngles, LPelvisAngles) or Trajectories of the trial.",
        )
    recording = read_recording(sections, used, request, source.file)
    skipped = [name for name in sections if name not in (OUTPUTS, MARKERS, EVENTS)]
    notes = (f"Sections that were not read: {', '.join(skipped)}.",) if skipped else ()
    return lab_trial(recording.noting(*notes), source=source, request=request, format=FORMAT)


def read_recording(
    sections: dict[str, Section], used: list[Section], request: Request, file: str, *, unit: str = ""
) -> Recording:
    """Angles, markers and events of the sections in use; `unit` is the markers' where the export states none."""
    rates = {section.rate_hz for section in used}
    if len(rates) > 1:
        raise DataError(
            f"Model Outputs and Trajectories have different rates ({', '.join(f'{rate:g}' for rate in rates)} Hz).",
            file=file,
            remedy=REMEDY,
        )
    rate = rates.pop()
    chosen = _chosen(sections, request, file)
    read = {section.name: read_triplets(section, chosen.get(section.name, {})) for section in used}
    first = min(float(frames[0]) for frames, _ in read.values())
    last = max(float(frames[-1]) for frames, _ in read.values())
    placed = {name: _Grid(frames, first, last, rate, file).place(numbers) for name, (frames, numbers) in read.items()}
    n_samples = round(last - first) + 1
    lost = n_samples - min(frames.size for frames, _ in read.values())
    start_s = (first - FIRST_FRAME) / rate
    notes = [f"{lost} of {n_samples} frames are missing in the file; they are treated as gaps."] if lost else []
    if start_s > 0:
        notes.append(f"Time 0 is frame {first:g}, {start_s:g} s on the recording's own clock.")
    return Recording(
        rate,
        n_samples,
        read_outputs(_degrees(sections.get(OUTPUTS), placed.get(OUTPUTS, {}), chosen)),
        positions=_metres(sections.get(MARKERS), placed.get(MARKERS, {}), chosen, unit, file),
        events=_events(sections.get(EVENTS), start_s, file),
        notes=tuple(notes),
    )


class _Grid:
    """Where a section's rows belong among the trial's frames."""

    def __init__(self, frames: np.ndarray, first: float, last: float, rate_hz: float, file: str) -> None:
        if last - first > MOST_FRAMES_PER_ROW * max(frames.size, 1):
            raise DataError(
                f"{frames.size} rows are numbered as frames {first:g} to {last:g}.",
                file=file,
                column="Frame",
                remedy=REMEDY,
            )
        clock = frame_clock(frames, rate_hz, file, "Frame")
        self.offset = round(float(frames[0]) - first)
        self.n_samples = round(last - first) + 1
        self.clock = clock

    def place(self, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Values (3, n_rows) by label, on the trial's frames; NaN where the section has no row."""
        return {label: self._spread(values) for label, values in numbers.items()}

    def _spread(self, values: np.ndarray) -> np.ndarray:
        spread = self.clock.spread(values)
        if spread.shape[-1] == self.n_samples:
            return spread
        out = np.full((3, self.n_samples), np.nan)
        out[:, self.offset : self.offset + spread.shape[-1]] = spread
        return out


def _chosen(sections: dict[str, Section], request: Request, file: str) -> dict[str, Places]:
    """What is worth parsing: hip and pelvis angles, and the markers that a known marker set uses."""
    chosen: dict[str, Places] = {}
    if OUTPUTS in sections:
        triplets = sections[OUTPUTS].triplets() if sections[OUTPUTS].block is not None else {}
        labels = list(triplets)
        chosen[OUTPUTS] = {name: triplets[labels[place]] for name, place in find_outputs(labels, file).items()}
    if MARKERS in sections and sections[MARKERS].block is not None:
        triplets = {label: at for label, at in sections[MARKERS].triplets().items() if not bare(label).startswith("*")}
        check_subjects(list(triplets), file)
        by_name = {bare(label): places for label, places in triplets.items()}
        names = wanted(by_name, request, file, needed=not chosen.get(OUTPUTS))
        chosen[MARKERS] = {name: by_name[name] for name in names}
    return chosen


def _degrees(
    section: Section | None, numbers: dict[str, np.ndarray], chosen: dict[str, Places]
) -> dict[str, np.ndarray]:
    """Angles as they are where the export is in degrees, else turned from radians."""
    if section is None:
        return {}
    in_radians = {name: section.unit(chosen[OUTPUTS][name][0]) == "rad" for name in numbers}
    return {name: np.degrees(values) if in_radians[name] else values for name, values in numbers.items()}


def _metres(
    section: Section | None, numbers: dict[str, np.ndarray], chosen: dict[str, Places], unit: str, file: str
) -> dict[str, np.ndarray]:
    """Markers in metres by their units row, or by `unit` where the export has none."""
    if section is None:
        return {}
    return {
        name: values * _metre(section.unit(chosen[MARKERS][name][0]) or unit, file) for name, values in numbers.items()
    }


def _metre(unit: str, file: str) -> float:
    if unit not in METRES:
        raise DataError(f"'{unit}' is no unit of length that is known.", file=file, remedy="Export markers in mm.")
    return METRES[unit]


def _events(section: Section | None, start_s: float, file: str) -> pd.DataFrame | None:
    """Contacts and toe-offs of the Events section, from the trial's time 0."""
    if section is None:
        return None
    at = next((number for number, row in enumerate(section.rows) if EVENT_COLUMNS[1] in row), None)
    if at is None:
        return None
    header = section.rows[at]
    if any(name not in header for name in EVENT_COLUMNS):
        raise DataError(
            f"the Events section has the columns {', '.join(filter(None, header))}; expected are "
            f"{', '.join(EVENT_COLUMNS)}.",
            file=file,
            row=section.line + at + 2,
            remedy=REMEDY,
        )
    context, name, time = (header.index(column) for column in EVENT_COLUMNS)
    found = []
    for number, row in enumerate(section.rows[at + 1 :], start=section.line + at + 3):
        if not any(row):
            continue
        if len(row) <= max(context, name, time) or not is_number(row[time]):
            raise DataError(
                "this event has no time in seconds.", file=file, row=number, column=EVENT_COLUMNS[2], remedy=REMEDY
            )
        found.append((f"{row[context]} {row[name]}", float(row[time].replace(",", ".")) - start_s))
    return named_events(found)
