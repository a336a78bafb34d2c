"""ASCII export of Vicon Workstation and Nexus 1: a preamble, then upper-case sections without units."""

from __future__ import annotations

from kinematics.conventions import DataError
from kinematics.readers.optical.lab_trial import lab_trial
from kinematics.readers.optical.vicon_nexus import MARKERS, OUTPUTS, read_recording
from kinematics.readers.optical.vicon_sections import PADDING, find_sections
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "vicon_workstation"
FORMAT = "Vicon Workstation ASCII"
SECTIONS = ("ANALOG", "MODEL OUTPUTS", "TRAJECTORIES", "EVENTS")
PREAMBLE = ("Title", "Date", "Time", "Type")
#: Names, components.
HEADING_ROWS = 2
#: The format's unit of length; the size of the pelvis is checked.
UNIT = "mm"


def recognises(source: Source) -> bool:
    """Whether the preamble's first four words stand in order and a section follows."""
    filled = [line.strip(PADDING) for line in source.head if line.strip(PADDING)]
    words = tuple(line.split(":")[0].split(",")[0].strip() for line in filled[: len(PREAMBLE)])
    return words == PREAMBLE and any(line in SECTIONS for line in filled)


def read(source: Source, request: Request) -> Trial:
    """
    A marker trial, or an angle trial where model outputs hold hip angles; the preamble is not kept.

    Raises
    ------
    DataError
        Where there are no trajectories, or too few markers for a pelvis.
    """
    sections = find_sections(source, SECTIONS, heading_rows=HEADING_ROWS)
    used = [sections[name] for name in (OUTPUTS, MARKERS) if name in sections and sections[name].block is not None]
    if not used:
        raise DataError("it has no trajectories.", file=source.file, remedy="Export the trial's trajectories.")
    recording = read_recording(sections, used, request, source.file, unit=UNIT)
    return lab_trial(recording, source=source, request=request, format=FORMAT)
