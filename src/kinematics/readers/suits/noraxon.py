"""Noraxon MR3 / myoMOTION / Ultium Motion CSV: hip flexion of both sides, foot contacts. No real file was seen."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from kinematics.conventions import DataError, sided
from kinematics.readers.shared.clock import even_clock
from kinematics.readers.shared.joint_angles import angle_trial, without_constant
from kinematics.readers.shared.laboratory import cells_of, contact_events
from kinematics.readers.shared.mapping import Mapped, check_mapped, described, read_mapping, turned
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, decimals, has_decimal_comma, read_positions
from kinematics.trial import Trial

NAME = "noraxon"
FORMAT = "Noraxon MR3 CSV"
PROVISIONAL = True
HEAD_CHARACTERS = 20_000
SIDES = {"LT": "left", "RT": "right"}
#: Both generations of names: `LT Hip Flexion (deg)`, and `Hip Flexion LT,deg` in one quoted cell.
MARK_WORDS = ("myomotion", "hip flexion")
_MARK = re.compile(r"MyoMotion|\b(LT|RT) Hip Flexion \(deg\)|Hip Flexion (LT|RT), ?deg", re.IGNORECASE)
_HIP = re.compile(r"(?:(LT|RT) Hip Flexion ?\(deg\)|Hip Flexion (LT|RT), ?deg)", re.IGNORECASE)
#: Only a name that says which way is forward tells the sign; a bare pitch does not.
_TILT = re.compile(r"Pelvi[cs] Tilt Fwd(?: ?\(deg\)|, ?deg)", re.IGNORECASE)
_PITCH = re.compile(r"(Segments-Pelvis-Pitch|Pelvi[cs] Tilt).*deg", re.IGNORECASE)
_OTHER_PLANES = re.compile(r"Hip (Abduction|Rotation)", re.IGNORECASE)
_CONTACT = re.compile(r".*Foot (LT|RT)-Contact.*", re.IGNORECASE)
_TIME = re.compile(r"time(?:,? ?\(?s\)?)?", re.IGNORECASE)
#: Most rows per kinematic sample: electromyography at up to 4000 Hz beside motion at 100 Hz.
MOST_ROWS_PER_SAMPLE = 40
LEFT_OUT = (
    "Hip abduction and rotation were left out: their sign differs between sides and versions. A mapping file can name "
    "them."
)
NO_TILT = "'{}' was left out: its name does not say which way is forward. A mapping file can name it with its sign."


def recognises(source: Source) -> bool:
    """Whether the head holds one of the export's own names."""
    text = "\n".join(source.head)[:HEAD_CHARACTERS]
    small = text.lower()
    return any(word in small for word in MARK_WORDS) and bool(_MARK.search(text))


def read(source: Source, request: Request) -> Trial:
    """
    Hip flexion (flexion positive on both sides), and pelvic tilt where its name says that forward is positive.

    English files have commas and decimal points, German ones semicolons and decimal commas; three lines may stand
    above the names. The zero is the standing calibration. With a mapping, the table is read as it says.

    Raises
    ------
    DataError
        Where time or hip flexion is missing or a cell is no number; it asks for a sample.
    """
    with asking_for_sample():
        return _read(source, request)


def _read(source: Source, request: Request) -> Trial:
    table = _table(source)
    mapped, notes = _mapped(table, request)
    at = next((i for i, name in enumerate(table.names) if _TIME.fullmatch(name)), None)
    if at is None:
        raise DataError("there is no column 'time'.", file=source.file, remedy="Export time and the joint angles.")
    feet = {SIDES[m[1].upper()]: i for i, name in enumerate(table.names) if (m := _CONTACT.fullmatch(name))}
    time, *numbers = read_positions(table, [at, *(entry.position for entry in mapped), *feet.values()])
    angles = np.stack([values * entry.factor for entry, values in zip(mapped, numbers, strict=False)])
    rows, step = _own_rows(angles)
    digits = decimals(table.first_cells(at))
    clock = even_clock(
        time[rows], resolution_s=10.0**-digits, declared_hz=request.rate_hz, file=source.file, column="time"
    )
    if step > 1:
        notes.append(f"The file has {step} rows per sample of the angles; every {step}th was read.")
    found = dict(zip((entry.target for entry in mapped), clock.spread(angles[:, rows]), strict=True))
    channels, still = without_constant(found, source.file)
    about = dict(
        format=FORMAT,
        axes="angles as the file has them",
        zero="standing",
        columns=described(mapped),
        sign_changes=turned(mapped),
        notes=(*notes, *still, UNSEEN),
    )
    events = contact_events(dict(zip(feet, numbers[len(mapped) :], strict=True)), time) if feet else None
    return angle_trial(source, request, clock, channels, about, events=events)


def _mapped(table: Block, request: Request) -> tuple[list[Mapped], list[str]]:
    """Which column is which angle, by the mapping or by name, and what was left out."""
    if request.mapping is not None:
        named = read_mapping(request.mapping, table.names, table.file)
        check_mapped(named, table.file)
        return [replace(entry, position=table.names.index(entry.column)) for entry in named], []
    mapped = []
    for position, name in enumerate(table.names):
        if match := _HIP.fullmatch(name):
            side = SIDES[(match[1] or match[2]).upper()]
            mapped.append(Mapped(name, sided("hip_flexion_deg", side), 1.0, 1.0, position))
        elif _TILT.fullmatch(name):
            mapped.append(Mapped(name, "pelvis_anterior_tilt_deg", 1.0, 1.0, position))
    check_mapped(mapped, table.file)
    pitch = [name for name in table.names if _PITCH.search(name) and not _TILT.fullmatch(name)]
    notes = [NO_TILT.format(pitch[0])] if pitch and len(mapped) < 3 else []
    return mapped, notes + ([LEFT_OUT] if any(_OTHER_PLANES.search(name) for name in table.names) else [])


def _table(source: Source) -> Block:
    """The rows below the line of names, which may hold commas inside quotes."""
    for index, line in enumerate(source.head):
        separator = ";" if line.count(";") > 1 else "\t" if line.count("\t") > 1 else ","
        names = tuple(cells_of(line, separator))
        if any(_HIP.fullmatch(name) or _TIME.fullmatch(name) for name in names) and len([n for n in names if n]) > 1:
            body = [tuple(cells_of(row, separator)) for row in source.head[index + 1 :]]
            decimal = "," if separator != "," and has_decimal_comma([row for row in body if any(row)]) else "."
            return Block(source, names, separator, decimal, index + 1)
    raise DataError("there is no row of column names.", file=source.file, remedy="Export it with its header.")


def _own_rows(angles: np.ndarray) -> tuple[slice, int]:
    """Rows in which the motion system has a sample of its own: others are blank or repeat it; and how far apart."""
    seen = np.isfinite(angles).all(axis=0)
    values = np.where(seen, angles, 0.0)
    fresh = seen & np.concatenate(([True], (np.diff(values, axis=1) != 0).any(axis=0) | ~seen[:-1]))
    at = np.flatnonzero(fresh)
    step = int(np.median(np.diff(at))) if at.size > 3 else 1
    if not 1 < step <= MOST_ROWS_PER_SAMPLE or np.mean(np.diff(at) % step == 0) < 0.9:
        return slice(None), 1
    return slice(int(at[0]), None, step), step
