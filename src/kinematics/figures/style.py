"""How figures look: colours, dashes, words, and the parts of a layout that all share."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinematics.settings import ReportSettings

#: Decimals of a drawn degree: a tenth is finer than any screen shows and than any marker supports.
DRAWN_DECIMALS = 1
#: Opacity of the band of one side, and of one stride's line.
BAND_OPACITY, STRIDE_OPACITY = 0.16, 0.35
REFERENCE_FILL, REFERENCE_LINE, INK, GRID = "#e3e5e8", "#8a9099", "#33383f", "#eceef0"
#: Behind a side's name, so that it keeps its contrast over band and spread.
LABEL_GROUND = "rgba(255,255,255,0.85)"
#: Earlier visits, the newest first: opacity and mark; the mark stands at these per cents of the stride.
EARLIER_OPACITIES, EARLIER_SYMBOLS, MARK_PERCENT = (
    (0.65, 0.5, 0.4),
    ("circle", "square", "triangle-up"),
    (10, 30, 50, 70, 90),
)
#: The words of a figure; another language brings its own.
WORDS = {
    "left": "left",
    "right": "right",
    "reference": "reference",
    "axis": "% of stride",
    "earlier": "{side}, visits back: {n}",
}
DASHES = {"left": "solid", "right": "dash"}


def plain_layout() -> dict[str, Any]:
    """What every layout has."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": INK},
    }


def config() -> dict[str, Any]:
    """Plotly's settings of every figure."""
    return {"displayModeBar": False, "responsive": True}


def side_colour(report: ReportSettings, side: str) -> str:
    """The colour of a side, as #rrggbb."""
    return report.colour_left if side == "left" else report.colour_right


def transparent(colour: str, opacity: float) -> str:
    """A colour that lets so much through."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def listed(values: np.ndarray) -> list[Any]:
    """Rounded to what is drawn, as lists."""
    return np.round(values, DRAWN_DECIMALS).tolist()
