"""Xsens MVNX (XML): joint angles and segment orientations by label. No full-body file was seen."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.readers.shared.clock import Clock
from kinematics.readers.shared.laboratory import contact_events, frame_clock
from kinematics.readers.shared.provisional import UNSEEN, asking_for_sample
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.xml_stream import XmlError, check_depth, feed
from kinematics.readers.suits.mvn_angles import Recording, mvn_trial
from kinematics.trial import Trial

NAME = "mvnx"
FORMAT = "Xsens MVNX"
PROVISIONAL = True
MARK = b"<mvnx"
MARK_WITHIN = 4096
#: Label lists of the header: element around the labels -> its entries.
LISTS = {
    "segments": "segment",
    "joints": "joint",
    "ergonomicJointAngles": "ergonomicJointAngle",
    "footContactDefinition": "contactDefinition",
}
#: Numbers of a frame -> the list that labels them, and how many numbers each label has.
QUANTITIES = {
    "orientation": ("segments", 4),
    "jointAngle": ("joints", 3),
    "jointAngleErgo": ("ergonomicJointAngles", 3),
    "footContacts": ("footContactDefinition", 1),
}
#: Labels that are read; of the foot contacts all.
WANTED = ("Pelvis", "LeftUpperLeg", "RightUpperLeg", "jLeftHip", "jRightHip", "Vertical_Pelvis")
FOOT = "Foot_"
NORMAL = "normal"  # others hold the identity and the calibration poses
REMEDY = "Export it again from MVN."


@dataclass
class _Parsed:
    """What the XML holds; filled while it is parsed."""

    rate: str = ""
    labels: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in LISTS})
    indices: list[str] = field(default_factory=list)
    cells: dict[str, list[list[str]]] = field(default_factory=lambda: {name: [] for name in QUANTITIES})

    def places(self, quantity: str) -> list[int]:
        """Places of the wanted numbers among a frame's numbers of a quantity."""
        listed, each = QUANTITIES[quantity]
        wanted = [i for i, label in enumerate(self.labels[listed]) if label in WANTED or FOOT in label]
        return [each * i + j for i in wanted for j in range(each)]

    def width(self, quantity: str) -> int:
        """How many numbers of a quantity each frame has."""
        listed, each = QUANTITIES[quantity]
        return each * len(self.labels[listed])


def recognises(source: Source) -> bool:
    """Whether the root element is `mvnx`."""
    return MARK in source.opening[:MARK_WITHIN]


def read(source: Source, request: Request) -> Trial:
    """
    Hip angles of both sides, pelvis from its orientation, contacts from the foot contacts.

    Frames that hold the identity or a calibration pose are passed over. Time is index / frame rate: the file's own is
    rounded to whole milliseconds.

    Raises
    ------
    DataError
        Where the XML is damaged or declares entities, labels and numbers do not fit, hips are missing, or the suit
        was worn without legs.
    """
    with asking_for_sample():
        recording, clock, events = _recording(source, request)
    trial = mvn_trial(recording, clock, source, request, format=FORMAT)
    return replace(trial, events=events, passport=trial.passport.noting(UNSEEN))


def _recording(source: Source, request: Request) -> tuple[Recording, Clock, pd.DataFrame | None]:
    parsed = _parse(source)
    rate = _rate(parsed, source, request)
    values = {name: _numbers(parsed, name, source.file) for name in QUANTITIES}
    clock = _clock(parsed, rate, source.file)
    for side in SIDES:
        if f"j{side.capitalize()}Hip" not in values["jointAngle"]:
            raise DataError(f"the {side} hip's joint angle is missing.", file=source.file, remedy=REMEDY)
    upright = values["jointAngleErgo"].get("Vertical_Pelvis")
    orientations = values["orientation"]
    recording = Recording(
        {side: values["jointAngle"][f"j{side.capitalize()}Hip"] for side in SIDES},
        orientations.get("Pelvis"),
        {
            side: orientations[f"{side.capitalize()}UpperLeg"]
            for side in SIDES
            if f"{side.capitalize()}UpperLeg" in orientations
        },
        None if upright is None else upright[2],
    )
    return recording, clock, _events(values["footContacts"], clock)


def _parse(source: Source) -> _Parsed:
    """One pass over the XML; only labels and the wanted numbers are kept."""
    parsed = _Parsed()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    state: dict[str, Any] = {"list": "", "frame": False, "text": None, "places": {}, "depth": 0}

    def keep(quantity: str, cells: list[str]) -> None:
        if quantity not in state["places"]:
            state["places"][quantity] = parsed.places(quantity)
        if len(cells) != parsed.width(quantity):
            raise DataError(
                f"a frame has {len(cells)} numbers of {quantity}, its labels need {parsed.width(quantity)}.",
                file=source.file,
                row=parser.CurrentLineNumber,
                remedy=REMEDY,
            )
        parsed.cells[quantity].append([cells[place] for place in state["places"][quantity]])

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        check_depth(state["depth"] + 1)
        state["depth"] += 1
        if state["frame"]:
            state["text"] = [] if tag in QUANTITIES else None
        elif tag == "frame":
            state["frame"] = attributes.get("type", NORMAL) == NORMAL
            if state["frame"]:
                parsed.indices.append(attributes.get("index", ""))
        elif tag == "subject":
            parsed.rate = attributes.get("frameRate", "")
        elif tag in LISTS:
            state["list"] = tag
        elif tag == LISTS.get(state["list"]):
            parsed.labels[state["list"]].append(attributes.get("label", ""))

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        state["depth"] -= 1
        if tag == "frame":
            state["frame"] = False
        elif state["text"] is not None and tag in QUANTITIES:
            keep(tag, "".join(state["text"]).split())
            state["text"] = None
        elif tag == state["list"]:
            state["list"] = ""

    def characters(text: str) -> None:
        if state["text"] is not None:
            state["text"].append(text)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    data = source.text if source.encoding == "utf8" else source.text.decode("cp1252", "replace").encode()
    try:
        feed(parser, io.BytesIO(data).read)
    except XmlError as error:
        raise DataError(f"the file has {error}, which an MVNX never has.", file=source.file, remedy=REMEDY) from None
    except expat.ExpatError as error:
        raise DataError(
            f"the XML is damaged ({expat.ErrorString(error.code)}).", file=source.file, row=error.lineno, remedy=REMEDY
        ) from None
    return parsed


def _rate(parsed: _Parsed, source: Source, request: Request) -> float:
    try:
        rate = float(parsed.rate)
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1e5 and request.rate_hz is None:
        raise DataError(
            f"the frame rate '{parsed.rate[:20]}' is no rate.", file=source.file, remedy="Give rate_hz in trials.csv."
        )
    if 0 < rate < 1e5 and request.rate_hz is not None and abs(rate / request.rate_hz - 1) > 0.005:
        raise DataError(
            f"the file states {rate:g} Hz, but {request.rate_hz:g} Hz are declared.",
            file=source.file,
            remedy="Correct rate_hz in trials.csv, or leave it empty.",
        )
    return rate if 0 < rate < 1e5 else float(request.rate_hz or 0.0)


def _clock(parsed: _Parsed, rate: float, file: str) -> Clock:
    try:
        frames = np.array(parsed.indices, dtype=float)
    except ValueError:
        raise DataError("a frame's index is no number.", file=file, remedy=REMEDY) from None
    return frame_clock(frames, rate, file, "index")


def _numbers(parsed: _Parsed, quantity: str, file: str) -> dict[str, np.ndarray]:
    """Numbers (each, n_frames) of each wanted label of a quantity; empty where the file has none."""
    cells = parsed.cells[quantity]
    listed, each = QUANTITIES[quantity]
    labels = [parsed.labels[listed][place // each] for place in parsed.places(quantity)[::each]]
    if not cells or not labels:
        return {}
    if len(cells) != len(parsed.indices):
        raise DataError(f"{len(cells)} of {len(parsed.indices)} frames have {quantity}.", file=file, remedy=REMEDY)
    try:
        values = np.array(cells, dtype=float).T
    except ValueError:
        raise DataError(f"a number of {quantity} is no number.", file=file, remedy=REMEDY) from None
    if np.isinf(values).any():
        raise DataError(f"a number of {quantity} is infinite.", file=file, remedy=REMEDY)
    return {label: values[each * i : each * (i + 1)] for i, label in enumerate(labels)}


def _events(contacts: dict[str, np.ndarray], clock: Clock) -> pd.DataFrame | None:
    """Contact of a foot: of its heel or its toe."""
    flags = {}
    for side in SIDES:
        feet = [values[0] for label, values in contacts.items() if label.startswith(f"{side.capitalize()}{FOOT}")]
        if feet:
            flags[side] = np.max(feet, axis=0)
    return contact_events(flags, clock.time_s[clock.place]) if flags else None
