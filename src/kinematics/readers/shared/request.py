"""What the user says of a file beside its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kinematics.settings import Settings


@dataclass(frozen=True)
class Request:
    """
    What a reader is told beside the file itself.

    Attributes
    ----------
    task : str
        run, walk, static or rom.
    speed_m_s : float
        NaN where not known. [m/s]
    forces : Path or None
        Ground reaction force of the same recording.
    rate_hz : float or None
        Declared sampling rate. [Hz]
    zero : str or None
        What 0 deg means, where the user knows.
    mapping : Path or None
        TOML that says which column is which.
    settings : Settings
    """

    task: str
    speed_m_s: float = np.nan
    forces: Path | None = None
    rate_hz: float | None = None
    zero: str | None = None
    mapping: Path | None = None
    settings: Settings = field(default_factory=Settings)
