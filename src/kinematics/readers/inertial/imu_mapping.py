"""Which sensor sits where: a user's own table of names, since most inertial files only know serial numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from kinematics.conventions import DataError
from kinematics.documents import small_text, toml_of
from kinematics.readers.inertial.imu_units import ACCELERATION_UNITS, RATE_UNITS, unit_of

SECTIONS = ("sensors", "units", "columns")


@dataclass(frozen=True)
class SensorMap:
    """
    What a mapping file says of inertial sensors.

    Attributes
    ----------
    sensors : mapping
        File stem, its ending, or the name that the file gives -> segment ("pelvis", "thigh_left", ...).
    units : mapping
        "acceleration" (m/s2, g, mg), "angular_rate" (rad/s, deg/s): only where the file does not say.
    columns : mapping
        "time", "acceleration", "angular_rate", "magnetic_field" -> column, or three of them, for tables of a lab.
    """

    sensors: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str | list[str]] = field(default_factory=dict)

    def name(self, *candidates: str) -> str:
        """Segment of the first candidate that the mapping knows, else the first candidate that is not empty."""
        for candidate in candidates:
            for key, segment in self.sensors.items():
                if key and candidate.lower().endswith(key.strip("_").lower()):
                    return segment
        return next((candidate for candidate in candidates if candidate), "sensor")

    def unit(self, quantity: str, file: str) -> str:
        """
        Stated unit of "acceleration" or "angular_rate"; empty where the mapping has none.

        Raises
        ------
        DataError
            Where the word is no unit of it.
        """
        word = self.units.get(quantity, "")
        known = ACCELERATION_UNITS if quantity == "acceleration" else RATE_UNITS
        if word and unit_of(word) not in known:
            raise DataError(
                f"'{word}' in the mapping is no unit of {quantity.replace('_', ' ')}.",
                file=file,
                remedy=f"Write one of {', '.join(known)}.",
            )
        return unit_of(word)


def read_sensor_map(path: Path | None) -> SensorMap:
    """
    A TOML file with [sensors], [units] and [columns], or OpenSense's XML mapping; empty without a path.

    Raises
    ------
    DataError
        Where it cannot be read, or an entry is not text.
    """
    if path is None:
        return SensorMap()
    try:
        text = small_text(path)
        return SensorMap(_opensense(text)) if text.lstrip().startswith("<") else _from_toml(text, path.name)
    except (OSError, ValueError, ElementTree.ParseError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"this mapping cannot be read ({reason}).", file=path.name) from None


def _from_toml(text: str, file: str) -> SensorMap:
    tables = toml_of(text)
    found = {}
    for section in SECTIONS:
        table = tables.get(section, {})
        lists = section == "columns"
        if not isinstance(table, dict) or not all(_is_text(value, lists=lists) for value in table.values()):
            raise DataError(
                f'[{section}] needs lines of the form name = "word".', file=file, remedy="Write the words in quotes."
            )
        found[section] = table
    return SensorMap(**found)


def _is_text(value: object, *, lists: bool) -> bool:
    several = lists and isinstance(value, list) and all(isinstance(cell, str) for cell in value)
    return isinstance(value, str) or several


def _opensense(text: str) -> dict[str, str]:
    if "<!" in text.replace("<!--", ""):
        raise ValueError("it declares a document type or entities")
    root = ElementTree.fromstring(text)
    pairs = ((entry.get("name", ""), entry.findtext("name_in_model", "")) for entry in root.iter("ExperimentalSensor"))
    return {name: segment.strip() for name, segment in pairs if name and segment.strip()}
