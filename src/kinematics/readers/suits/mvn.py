"""Xsens MVN's Excel export (a sheet per quantity), and its sheets saved as CSV. No real file was seen."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.readers.shared.clock import Clock
from kinematics.readers.shared.excel import sheet_names, sheet_text
from kinematics.readers.shared.laboratory import frame_clock
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_block, read_columns
from kinematics.readers.suits.mvn_angles import HIP_ANGLES, Recording, mvn_trial
from kinematics.settings import LimitSettings
from kinematics.trial import Trial

NAME = "mvn"
FORMAT = "Xsens MVN export"
PROVISIONAL = True
ANGLES_SHEET = "Joint Angles ZXY"
QUATERNION_SHEET = "Segment Orientation - Quat"
ERGONOMIC_SHEET = "Ergonomic Joint Angles ZXY"
GENERAL_SHEET = "General Information"
VERTICAL_PELVIS = "Vertical_Pelvis Flexion/Extension"
FRAME = "Frame"
NO_SEQUENCE = "A single sheet does not say its sequence; it was taken as Joint Angles ZXY, not XZY."
MARK = "Hip Flexion/Extension"
_MARK = re.compile(rf"\b(Left|Right) {MARK}")
_RATE = re.compile(r"frame\s*rate.*?([0-9]+(?:[.,][0-9]+)?)", re.IGNORECASE | re.DOTALL)


def recognises(source: Source) -> bool:
    """Whether a workbook has the sheet of joint angles, or a text the names of that sheet's columns."""
    if not source.is_text:
        return ANGLES_SHEET in sheet_names(source)
    return any(MARK in line and _MARK.search(line) for line in source.head)


def read(source: Source, request: Request) -> Trial:
    """
    Hip angles (Z-X-Y) by name; the pelvis from its quaternion, else from the ergonomic angle Vertical_Pelvis.

    Frames are numbered; the rate stands in the sheet `General Information`, or is asked for.

    Raises
    ------
    DataError
        Where the hips are missing or were not measured, or the rate is unknown; it asks for a sample.
    """
    with asking_for_sample():
        recording, clock = _recording(source, request)
    trial = mvn_trial(recording, clock, source, request, format=FORMAT)
    notes = (UNSEEN,) if not source.is_text else (UNSEEN, NO_SEQUENCE)
    return replace(trial, passport=trial.passport.noting(*notes))


def _recording(source: Source, request: Request) -> tuple[Recording, Clock]:
    tables = _tables(source, request.settings.limits)
    angles = tables[ANGLES_SHEET]
    wanted = [f"{side.capitalize()} Hip {name}" for side in SIDES for name, *_ in HIP_ANGLES]
    if FRAME not in angles.names:
        raise DataError("column 'Frame' is missing.", file=source.file, remedy="Export the sheet with its frames.")
    numbers = read_columns(angles, [FRAME, *wanted])
    clock = frame_clock(numbers[FRAME], _rate(source, request), source.file, FRAME)
    n = numbers[FRAME].size
    recording = Recording(
        {side: np.stack([numbers[f"{side.capitalize()} Hip {name}"] for name, *_ in HIP_ANGLES]) for side in SIDES},
        _quaternion(tables, "Pelvis", n),
        {
            side: found
            for side in SIDES
            if (found := _quaternion(tables, f"{side.capitalize()} Upper Leg", n)) is not None
        },
        _vertical_pelvis(tables, n),
    )
    return recording, clock


def _tables(source: Source, limits: LimitSettings) -> dict[str, Block]:
    """Tables by the name of their sheet; one text may hold the columns of several."""
    names = sheet_names(source)
    if not names:
        table = find_block(source)
        return dict.fromkeys((ANGLES_SHEET, QUATERNION_SHEET, ERGONOMIC_SHEET), table)
    wanted = [ANGLES_SHEET]
    wanted += [name for name in (QUATERNION_SHEET, ERGONOMIC_SHEET) if name in names][:1]
    texts = {name: sheet_text(source, name, limits) for name in wanted}
    return {name: find_block(text) for name, text in texts.items() if text is not None}


def _rate(source: Source, request: Request) -> float:
    if request.rate_hz is not None:
        return request.rate_hz
    general = (
        sheet_text(source, GENERAL_SHEET, request.settings.limits) if GENERAL_SHEET in sheet_names(source) else None
    )
    for line in general.lines(0) if general is not None else []:
        if match := _RATE.search(line):
            rate = float(match[1].replace(",", "."))
            if rate > 0:
                return rate
    raise DataError(
        f"the frame rate is not in the file (it stands in the sheet '{GENERAL_SHEET}').",
        file=source.file,
        remedy="Give rate_hz in trials.csv.",
    )


def _quaternion(tables: dict[str, Block], segment: str, n: int) -> np.ndarray | None:
    table = tables.get(QUATERNION_SHEET)
    names = [f"{segment} q{i}" for i in range(4)]
    if table is None or any(table.names.count(name) != 1 for name in names):
        return None
    found = read_columns(table, names)
    return _same_length(np.stack([found[name] for name in names]), n, table)


def _vertical_pelvis(tables: dict[str, Block], n: int) -> np.ndarray | None:
    table = tables.get(ERGONOMIC_SHEET)
    if table is None or table.names.count(VERTICAL_PELVIS) != 1:
        return None
    return _same_length(read_columns(table, [VERTICAL_PELVIS])[VERTICAL_PELVIS], n, table)


def _same_length(values: np.ndarray, n: int, table: Block) -> np.ndarray:
    if values.shape[-1] != n:
        raise DataError(
            f"the sheets have {n} and {values.shape[-1]} frames.", file=table.file, remedy="Export the workbook again."
        )
    return values
