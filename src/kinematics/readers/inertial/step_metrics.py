"""Tables of foot pods and watches: numbers per step, no movement in between; refused, with the reason."""

from __future__ import annotations

import re
from typing import NoReturn

from kinematics.conventions import DataError
from kinematics.readers.inertial.imu import separator_of
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source

NAME = "step_metrics"
FORMAT = "step metrics (RunScribe, Stryd, watches)"
#: Quantities that foot pods give per step or second, as words of their column names.
METRICS = (
    "footstrike type", "pronation excursion", "pronation velocity", "impact gs", "braking gs", "shock",
    "flight ratio", "flight time", "contact time", "ground time", "ground contact time", "step rate", "stride rate",
    "step length", "stride length", "cadence", "form power", "air power", "leg spring", "stryd", "stiffness",
    "vertical oscillation", "vertical ratio", "stance time",
)  # fmt: skip
FIRST_WORDS = {metric.split()[0] for metric in METRICS}
#: This many of them make a table of step metrics.
FEWEST_METRICS = 3
#: Names of measured movement: such a table is another format's.
MOVEMENT = ("acc", "accel", "gyr", "gyro", "quat", "angle", "tilt", "flexion", "marker")


def recognises(source: Source) -> bool:
    """Whether a line of names has three or more quantities of foot pods, and none of measured movement."""
    return any(_is_header(line) for line in source.head[:10])


def read(source: Source, request: Request) -> NoReturn:
    """
    Nothing: such a table holds no angles and nothing to work them out from.

    Raises
    ------
    DataError
        Always.
    """
    raise DataError(
        "this table has numbers per step from a foot pod or watch; it holds no movement of the hip or pelvis.",
        file=source.file,
        remedy="Hip extension and pelvic tilt need angles, markers, or raw data of sensors on pelvis and thighs.",
    )


def _is_header(line: str) -> bool:
    small = line.lower()
    if not any(word in small for word in FIRST_WORDS):
        return False
    cells = [" ".join(re.findall(r"[a-z]+", _spaced(cell))) for cell in line.split(separator_of(line))]
    words = {word for cell in cells for word in cell.split()}
    found = sum(any(metric in cell for metric in METRICS) for cell in cells)
    return found >= FEWEST_METRICS and not words & set(MOVEMENT)


def _spaced(cell: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", cell).replace("_", " ").lower()
