"""
A synthetic body: its dimensions and where its markers sit.

Segment frames are ISB's (x anterior, y up, z right). Pelvis: origin between the ASIS, PSIS in the plane y = 0. Thigh:
origin in the hip centre, knee at (0, -length, 0), epicondyles on z. Shank: origin in the knee. Foot: origin in the
ankle, level when the sole is on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

# Lengths as parts of the body's height: thigh and shank after Winter (2009, Biomechanics and Motor Control of Human
# Movement, table 4.1); pelvis: 174 mm from ASIS to PSIS and 236 mm between the ASIS at 1.75 m.
THIGH_OF_HEIGHT, SHANK_OF_HEIGHT = 0.245, 0.246
PELVIS_DEPTH_OF_HEIGHT, PELVIS_WIDTH_OF_HEIGHT = 0.0994, 0.135
SOLE_OF_HEIGHT = 0.062  # ankle centre above the ground, shoe included
ANKLE_OUTSIDE = 0.06  # of the shank: the ankle lies this far outside the line of the thigh (physiological valgus)
#: Marker positions in marker_places.csv were taken on a body of this height. [m]
PLACES_HEIGHT_M = 1.81
MM = 1000.0


@dataclass(frozen=True)
class Body:
    """
    Dimensions of a synthetic body. [m]

    Attributes
    ----------
    height, pelvis_width, pelvis_depth, thigh, shank, sole : float
        Pelvis width between the ASIS, depth from between the ASIS to between the PSIS; thigh from hip to knee centre,
        shank from knee to ankle; sole is the height of the ankle above the ground.
    hip : array, shape (3,)
        Right hip centre in the pelvis frame: Harrington's (2007) regression on this very body, so that an analysis with
        `harrington` meets it exactly. The left is its mirror image.
    """

    height: float
    pelvis_width: float
    pelvis_depth: float
    thigh: float
    shank: float
    sole: float
    hip: np.ndarray

    def hip_centre(self, side: str) -> np.ndarray:
        """Hip centre of one side in the pelvis frame, shape (3,). [m]"""
        return self.hip * mirror_of(side)


def marker_places(body: Body) -> pd.DataFrame:
    """
    Where the markers sit on a body.

    Returns
    -------
    DataFrame
        A row per marker in the file's order: marker (name as in RBDS), segment, tracking (bool: worn in running too),
        x_m, y_m, z_m in the segment's frame.
    """
    anchors = {
        "asis": [0.0, 0.0, body.pelvis_width / 2.0],
        "psis": [-body.pelvis_depth, 0.0, 0.0],
        "origin": [0.0, 0.0, 0.0],
        "knee": [0.0, -body.thigh, 0.0],
        "ankle": [0.0, -body.shank, ANKLE_OUTSIDE * body.shank],
    }
    rows = []
    for place, side in _in_file_order():
        local = np.array([place.x_mm, place.y_mm, place.z_mm]) * body.height / PLACES_HEIGHT_M / MM
        rows.append(
            (
                f"{side[0].upper()}.{place.marker}",
                place.segment if place.segment == "pelvis" else f"{place.segment}_{side}",
                place.tracking == "yes",
                *(mirror_of(side) * (np.array(anchors[place.anchor]) + local)),
            )
        )
    return pd.DataFrame(rows, columns=["marker", "segment", "tracking", "x_m", "y_m", "z_m"])


@cache
def _in_file_order() -> list[tuple]:
    """Marker places with their side, as RBDS lists them: the pelvis side by side, then sections leg by leg."""
    with (files("kinematics.simulate") / "marker_places.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, comment="#")
    section = {name: list(places.itertuples()) for name, places in table.groupby("section", sort=False)}
    sides = ("right", "left")
    ordered = [(place, side) for place in section["pelvis"] for side in sides]
    return ordered + [(p, side) for name in ("cluster", "anatomical") for side in sides for p in section[name]]


def mirror_of(side: str) -> np.ndarray:
    """Factors (3,) that carry a place of the right side to a side."""
    return np.array([1.0, 1.0, 1.0 if side == "right" else -1.0])
