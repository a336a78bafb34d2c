"""The force files of the RBDS layout, told apart so that one given as a motion file is refused by what it is."""

from __future__ import annotations

from kinematics.conventions import DataError
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.trial import Trial

NAME = "rbds_forces"
FORMAT = "RBDS forces"
COLUMNS = ("Time", "Fx", "Fy", "Fz", "COPx", "COPy", "COPz")


def recognises(source: Source) -> bool:
    """Whether the first row begins Time, Fx, Fy, Fz, COPx, COPy, COPz, between tabs."""
    cells = [cell.strip() for cell in source.head[0].split("\t")] if source.head else []
    return tuple(cells[: len(COLUMNS)]) == COLUMNS


def read(source: Source, request: Request) -> Trial:
    """
    Never a trial: forces hold no movement.

    Raises
    ------
    DataError
        Always, naming where the file belongs.
    """
    raise DataError(
        "this file holds ground reaction forces, no markers or angles.",
        file=source.file,
        remedy="Name it as forces_file beside its marker file in trials.csv.",
    )
