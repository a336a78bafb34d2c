"""Angles that pyCGM writes as CSV: comment rows, then one row per frame, no rate."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers.optical.lab_trial import Recording, lab_trial
from kinematics.readers.shared.laboratory import frame_clock
from kinematics.readers.shared.plug_in_gait import Outputs, read_outputs
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, read_positions
from kinematics.trial import Trial

NAME = "pycgm"
FORMAT = "pyCGM CSV"
FRAME = "# frame num"
HEADING_LINES = 12
#: Its columns are Plug-in Gait's; its one pelvis has the right side's signs.
OUTPUTS = {"Pelvis": "RPelvisAngles", "R Hip": "RHipAngles", "L Hip": "LHipAngles"}
#: A pelvis that is turned further than this from the laboratory's X axis has another axis nearer to it. [deg]
LARGEST_HEADING_DEG = 45.0
AXES_NOTE = (
    "pyCGM's pelvis is measured against the laboratory's axes as its GCS setting has them, not against progression."
)
TURNED = "The pelvis faces {:.0f} deg away from the laboratory's X axis, so its angles in this file were left out."


def recognises(source: Source) -> bool:
    """Whether a comment row starts with `# frame num` under a row that names Pelvis, R Hip and L Hip."""
    at = _frame_line(source)
    return at is not None and at > 0 and all(name in _cells(source.head[at - 1]) for name in OUTPUTS)


def read(source: Source, request: Request) -> Trial:
    """
    An angle trial; the rate has to be declared, as the file has none.

    Raises
    ------
    DataError
        Where no rate is declared, or with row and column where a cell is no number.
    """
    if request.rate_hz is None:
        raise DataError("a pyCGM file states no sampling rate.", file=source.file, remedy="Give rate_hz in trials.csv.")
    at = _frame_line(source)
    names = _cells(source.head[at - 1]) if at else []
    places = {target: names.index(name) for name, target in OUTPUTS.items() if name in names}
    if at is None or len(places) < len(OUTPUTS):
        raise DataError(
            "there is no row with Pelvis, R Hip and L Hip above '# frame num'.",
            file=source.file,
            remedy="Export it from pyCGM again.",
        )
    width = len(_cells(source.head[at + 1])) if at + 1 < len(source.head) else 0  # the headings have more cells
    block = Block(source, tuple(_cells(source.head[at])[:width]), ",", ".", at + 1)
    if width <= max(places.values()) + 2:
        raise DataError(f"its rows have {width} cells, too few for both hips.", file=source.file, row=at + 2)
    frames, *values = read_positions(block, [0, *(place + axis for place in places.values() for axis in range(3))])
    if frames.size < 4:
        raise DataError(f"there are only {frames.size} frames.", file=source.file, remedy="Export the whole trial.")
    clock = frame_clock(frames, request.rate_hz, source.file, "frame num")
    triplets = {name: clock.spread(np.stack(values[3 * i : 3 * i + 3])) for i, name in enumerate(places)}
    outputs, notes = _facing(triplets)
    recording = Recording(clock.rate_hz, clock.time_s.size, outputs, notes=(*clock.notes, *notes))
    return lab_trial(recording, source=source, request=request, format=FORMAT)


def _facing(triplets: dict[str, np.ndarray]) -> tuple[Outputs, tuple[str, ...]]:
    """The outputs; without the pelvis where it faces another axis than the one its angles are measured against."""
    pelvis = OUTPUTS["Pelvis"]
    turned = np.abs(triplets[pelvis][2])
    heading = float(np.nanmedian(turned)) if np.isfinite(turned).any() else 0.0
    if heading <= LARGEST_HEADING_DEG:
        return read_outputs(triplets), (AXES_NOTE,)
    hips = {name: values for name, values in triplets.items() if name != pelvis}
    return read_outputs(hips), (TURNED.format(heading),)


def _frame_line(source: Source) -> int | None:
    lines = source.head[:HEADING_LINES]
    return next((number for number, line in enumerate(lines) if line.strip().lower().startswith(FRAME)), None)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")]
