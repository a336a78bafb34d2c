"""What was measured, and in whose convention: `Trial` and its `Passport`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

#: A name with so many digits in a row is a device's serial number.
_SERIAL = re.compile(r"[0-9a-fA-F]*[0-9]{4,}[0-9a-zA-Z]*")
SPOKEN_END = 4

Kind = Literal["angles", "markers", "orientations", "imu"]
Base = Literal["time", "cycle"]
Zero = Literal["anatomical", "standing", "model", "unknown"]


@dataclass(frozen=True)
class Passport:
    """
    The convention and the history of a number: it travels with it into every table and report.

    Attributes
    ----------
    sources : tuple of (role, file name, SHA-256)
        Files that were read, named without their folder. Roles: motion, static, forces.
    format : str
        Format told from the content.
    rate_hz : float
        Sampling rate of the motion file. [Hz]
    axes : str
        Laboratory axes as found and how they were told.
    zero : str
        What 0 deg of hip and pelvis means: anatomical, standing, model or unknown.
    model, hip_centre, sequence, filter, event_method : str
        How the numbers were made; empty until that station has been passed.
    columns : tuple of (file's column, channel, sign, unit)
        Which column of the file is which angle, the sign by which it was multiplied, and the file's unit.
    sign_changes : tuple of str
        Every sign that was turned on reading, in words.
    notes : tuple of str
        Whatever else a reader of the result must know, one sentence each.
    """

    sources: tuple[tuple[str, str, str], ...] = ()
    format: str = ""
    rate_hz: float = np.nan
    axes: str = ""
    zero: Zero = "unknown"
    model: str = ""
    hip_centre: str = ""
    sequence: str = ""
    filter: str = ""
    event_method: str = ""
    columns: tuple[tuple[str, str, int, str], ...] = ()
    sign_changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def with_(self, **changes) -> Passport:
        """The same passport with some entries replaced."""
        return replace(self, **changes)

    def noting(self, *sentences: str) -> Passport:
        """The same passport with sentences added to its notes."""
        return replace(self, notes=self.notes + sentences)

    def as_dict(self) -> dict:
        """The entries by name: text, numbers, and tuples of these."""
        return dict(vars(self))


@dataclass(frozen=True)
class Force:
    """
    Vertical ground reaction force and where it acts, on its own clock.

    Attributes
    ----------
    rate_hz : float
        Sampling rate; sample i is at i / rate_hz on the motion file's clock. [Hz]
    vertical_n : array, shape (n_plates, n_samples)
        Upward force on the person. [N]
    cop_m : array, shape (n_plates, 2, n_samples)
        Centre of pressure (forward, right) in the trial's laboratory axes; NaN where unknown. [m]
    """

    rate_hz: float
    vertical_n: np.ndarray
    cop_m: np.ndarray


@dataclass(frozen=True)
class Sensor:
    """
    One inertial sensor, on its own clock and in its own axes.

    Attributes
    ----------
    name : str
        Segment or placement where the file says it, else the serial number as the file gives it.
    rate_hz : float
        From end to end of its own time column. [Hz]
    time_s : array, shape (n,)
        As the device counted, wraps undone, from the device's own zero; lost packets leave a longer step. [s]
    acceleration_m_s2 : array, shape (3, n)
        Specific force, gravity included: about 9.81 upward at rest; NaN where a sample is lost. [m/s2]
    angular_rate_rad_s : array, shape (3, n)
        Right-hand rule. [rad/s]
    magnetic_field : array, shape (3, n), optional
        In the file's unit.
    orientation : array, shape (4, n), optional
        Unit quaternions, scalar first, from the sensor's axes to the device's earth frame.
    """

    name: str
    rate_hz: float
    time_s: np.ndarray
    acceleration_m_s2: np.ndarray
    angular_rate_rad_s: np.ndarray
    magnetic_field: np.ndarray | None = None
    orientation: np.ndarray | None = None


def spoken(sensor: str) -> str:
    """
    A sensor's name as a sentence says it: of a serial number its end, which is all that a mapping has to name.

    >>> spoken("thigh_left"), spoken("00B42279"), spoken("IMU_00B42279_L")
    ('thigh_left', '...2279', 'IMU_...2279_L')
    """
    return _SERIAL.sub(lambda found: f"...{found[0][-SPOKEN_END:]}", sensor)


@dataclass(frozen=True)
class Trial:
    """
    One recording, converted to the project's axes and signs on reading.

    Attributes
    ----------
    name : str
        Stem of the motion file.
    kind : {"angles", "markers", "orientations", "imu"}
        Which of `channels`, `markers`, `orientations` and `sensors` is filled.
    task : str
        run, walk, static or rom.
    speed_m_s : float
        Speed; NaN where not known. [m/s]
    time_s : array, shape (n,)
        Evenly spaced, from the file's own zero. [s]
    channels : mapping of str to array, shape (n,)
        kind "angles": columns of `conventions.SAMPLE_COLUMNS`, without time; gaps are NaN. [deg]
    markers : mapping of str to array, shape (3, n)
        kind "markers": positions (forward, up, right) under the file's own labels; gaps are NaN. [m]
    orientations : mapping of str to array, shape (4, n)
        kind "orientations": unit quaternions, scalar first, from the segment's (or sensor's) axes to the file's earth
        frame, under the file's own names; NaN where lost.
    sensors : mapping of str to Sensor
        kind "imu": each on its own clock; `time_s` is then the first one's.
    base : {"time", "cycle"}
        "cycle": `time_s` holds 0 ... 1 of a stride, mean curves of a published or exported set; the rate is NaN.
    force : Force, optional
        Ground reaction force.
    events : DataFrame, optional
        Contacts and toe-offs that came with the file or from the user: side, kind (contact, toe_off), time_s.
    passport : Passport
    """

    name: str
    kind: Kind
    task: str
    speed_m_s: float
    time_s: np.ndarray
    passport: Passport
    channels: Mapping[str, np.ndarray] = field(default_factory=dict)
    markers: Mapping[str, np.ndarray] = field(default_factory=dict)
    orientations: Mapping[str, np.ndarray] = field(default_factory=dict)
    sensors: Mapping[str, Sensor] = field(default_factory=dict)
    base: Base = "time"
    force: Force | None = None
    events: pd.DataFrame | None = None

    @property
    def rate_hz(self) -> float:
        """Sampling rate. [Hz]"""
        return self.passport.rate_hz

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the end of the last. [s]"""
        return self.time_s.size / self.rate_hz

    def __repr__(self) -> str:
        content = {
            "angles": self.channels,
            "markers": self.markers,
            "orientations": self.orientations,
            "imu": self.sensors,
        }
        count, noun = len(content[self.kind]), "sensors" if self.kind == "imu" else self.kind
        what = f"{count} {noun.removesuffix('s') if count == 1 else noun}"
        length = f"{self.duration_s:.1f} s at {self.rate_hz:g} Hz" if self.base == "time" else "curves of one stride"
        force = ", force" if self.force is not None else ""
        speed = "" if np.isnan(self.speed_m_s) else f" at {self.speed_m_s:g} m/s"
        passport = f"{self.passport.format}, zero {self.passport.zero}"
        return f"<Trial {self.name}: {self.task}{speed}, {length}, {what}{force}, {passport}>"
