"""Which column of a file is which angle: the rows of a mapping, and the TOML file that a user writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinematics.conventions import PELVIS_ANGLES, SIDED_ANGLES, SIDES, DataError, sided
from kinematics.documents import small_text, toml_of
from kinematics.tables import shown

UNIT_WORDS = {
    "deg": 1.0,
    "degree": 1.0,
    "degrees": 1.0,
    "rad": float(np.degrees(1.0)),
    "radian": float(np.degrees(1.0)),
    "radians": float(np.degrees(1.0)),
}
#: What a mapping may name: the angles of the sample table.
TARGETS = tuple(sided(angle.name, side) for angle in SIDED_ANGLES for side in SIDES) + tuple(
    angle.name for angle in PELVIS_ANGLES
)
HIP_FLEXIONS = tuple(sided("hip_flexion_deg", side) for side in SIDES)
EXAMPLE = (
    'A mapping is a TOML file: [columns], then lines like hip_flexion_left_deg = {column = "LHip", sign = 1, '
    'unit = "deg"}.'
)


@dataclass(frozen=True)
class Mapped:
    """
    One column of the file and what it becomes.

    Attributes
    ----------
    column : str
        As the file names it.
    target : str
        Column of `conventions.SAMPLE_COLUMNS`.
    sign : float
        1, or -1 where the file's positive direction is the other one.
    to_deg : float
        Degrees in one of the file's units.
    position : int
        Of the column in the file, from 0; -1 where the name tells it.
    """

    column: str
    target: str
    sign: float
    to_deg: float
    position: int = -1

    @property
    def factor(self) -> float:
        """What the file's numbers are multiplied by."""
        return self.sign * self.to_deg

    def applied(self, values: np.ndarray) -> np.ndarray:
        """The file's numbers in degrees and the project's sign; the same array where they are that already."""
        return values if self.factor == 1.0 else values * self.factor


def read_mapping(path: Path, columns: Sequence[str], file: str) -> list[Mapped]:
    """
    The ``[columns]`` of a user's mapping file.

    Parameters
    ----------
    path : Path
        TOML: ``hip_flexion_left_deg = "LHip"``, or ``{column = "LHip", sign = -1, unit = "rad"}``.
    columns : sequence of str
        What the motion file has.
    file : str
        Name of the motion file, for messages.

    Raises
    ------
    DataError
        Where the file is no TOML, or a name, sign or unit in it is not known.
    """
    entries = _toml(path).get("columns", {})
    if not isinstance(entries, dict):
        raise DataError("'columns' is no table of angles.", file=path.name, remedy=EXAMPLE)
    return [_entry(target, entry, path, columns, file) for target, entry in entries.items()]


def mapped_trial(path: Path) -> str:
    """The mapping's ``trial``: which of several recordings in one file is meant; empty where it does not say."""
    return str(_toml(path).get("trial", ""))


def check_mapped(mapped: Sequence[Mapped], file: str) -> None:
    """
    Refuse a mapping with two columns for one angle, or without hip flexion.

    Raises
    ------
    DataError
    """
    targets = [entry.target for entry in mapped]
    for target in targets:
        if targets.count(target) > 1:
            columns = ", ".join(f"'{entry.column}'" for entry in mapped if entry.target == target)
            raise DataError(f"{columns} all read as {target}.", file=file, remedy="Say which one in a mapping file.")
    if not set(HIP_FLEXIONS) & set(targets):
        raise DataError(
            "there is no column of hip flexion.",
            file=file,
            remedy="Name the columns hip_flexion_l and hip_flexion_r, or give a mapping file.",
        )


def described(mapped: Sequence[Mapped]) -> tuple[tuple[str, str, int, str], ...]:
    """The rows of a mapping as `Passport.columns` has them: column, angle, sign, unit."""
    return tuple(
        (entry.column, entry.target, -1 if entry.sign < 0 else 1, "deg" if entry.to_deg == 1.0 else "rad")
        for entry in mapped
    )


def turned(mapped: Sequence[Mapped]) -> tuple[str, ...]:
    """The sign changes of a mapping, in the passport's words."""
    return tuple(f"{entry.column} times {entry.sign:+g}" for entry in mapped if entry.sign < 0)


def _entry(target: str, entry: object, path: Path, columns: Sequence[str], file: str) -> Mapped:
    entry = {"column": entry} if isinstance(entry, str) else entry
    if target not in TARGETS:
        raise DataError(
            f"{shown(target)} is no angle of this project.", file=path.name, remedy=f"Use one of {', '.join(TARGETS)}."
        )
    if not isinstance(entry, dict):
        raise DataError(f"{target} is given neither a column nor a table.", file=path.name, remedy=EXAMPLE)
    column, sign, unit = entry.get("column"), entry.get("sign", 1), entry.get("unit", "deg")
    if column not in columns:
        raise DataError(
            f"column {shown(str(column))} for {target} is not in {file}.", file=path.name, remedy="Correct its name."
        )
    if list(columns).count(str(column)) > 1:
        raise DataError(f"column '{column}' occurs more than once in {file}.", file=path.name, remedy="Rename one.")
    if sign not in (1, -1) or not isinstance(unit, str) or unit not in UNIT_WORDS:
        raise DataError(f"{target}: sign has to be 1 or -1, unit deg or rad.", file=path.name)
    return Mapped(str(column), target, float(sign), UNIT_WORDS[unit])


def _toml(path: Path) -> dict:
    try:
        return toml_of(small_text(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"this mapping cannot be read ({reason}).", file=path.name) from None
