"""The pelvis's tilt in standing, measured by hand: what sensors, whose zero is standing, cannot know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.intake.answers import answers

#: Standard error of one measurement by instrument. Palpation meter: over clothing, 24 people (Hagins 1998,
#: doi:10.1179/jmt.1998.6.3.130, as reviewed in PMC8486407, where Herrington 2011 has 1.1 within one rater). Photograph:
#: no figure was found, so more is assumed. [deg]
INSTRUMENT_SE_DEG = {"palpation_meter": 3.6, "photo": 5.0}
#: Spread of the thighs' lean in standing between people: SD of hip (5.6) and tilt (4.0) of 28 runners (Fukuchi 2017,
#: doi:10.7717/peerj.3298) if tilt and thigh are independent; ten of them have 2.1. [deg]
THIGH_LEAN_SD_DEG = 3.9


@dataclass(frozen=True)
class StandingTilt:
    """
    An entered standing tilt of a visit.

    Attributes
    ----------
    tilt_deg : float
        Anterior positive: the plane of ASIS and PSIS below the horizontal. [deg]
    se_deg : float
        Standard error of it, and so of every tilt of the visit's sensors. [deg]
    instrument : str
        palpation_meter, photo, or empty where it was not named; then the larger error is taken.
    """

    tilt_deg: float
    se_deg: float
    instrument: str = ""

    @property
    def hip_se_deg(self) -> float:
        """Standard error of the hip's zero: the tilt's, and that of the thighs' lean, which nobody measured. [deg]"""
        return float(np.hypot(self.se_deg, THIGH_LEAN_SD_DEG))

    @property
    def sentence(self) -> str:
        """How it was measured and how sure it is, for the passport."""
        by = f"by {self.instrument.replace('_', ' ')}" if self.instrument else "by an instrument that is not named"
        return (
            f"The standing tilt was measured {by}: standard error {self.se_deg:g} deg; with the thighs' lean the zero "
            f"of the hip is known to {self.hip_se_deg:.1f} deg."
        )


def standing_tilt(intake: pd.DataFrame) -> StandingTilt | None:
    """
    The standing tilt entered in one visit's intake; None where there is none.

    Parameters
    ----------
    intake : DataFrame
        As from `read_intake`, rows of one visit: `standing_tilt_deg`, `standing_tilt_instrument` and, where a
        laboratory knows its own, `standing_tilt_se_deg`.
    """
    given = answers(intake)
    tilt_deg = given.number("standing_tilt_deg")
    if tilt_deg is None:
        return None
    instrument = given.word("standing_tilt_instrument") or ""
    own = given.number("standing_tilt_se_deg")
    usual = INSTRUMENT_SE_DEG.get(instrument, max(INSTRUMENT_SE_DEG.values()))
    return StandingTilt(tilt_deg, usual if own is None else own, instrument)
