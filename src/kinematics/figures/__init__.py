"""Tables -> figures: plain dictionaries that plotly draws, with every number a rounded list."""

from __future__ import annotations

from kinematics.figures.stride import (
    PERCENT,
    STRIDE_THINNING,
    curve_figure,
    sides_drawing,
    sides_figure,
    thinned,
)
from kinematics.figures.style import MARK_PERCENT
from kinematics.figures.summaries import (
    complete_rows,
    drawn_lines,
    label_places,
    mean_and_sd,
    side_curves,
    toe_off_percent,
    valid_side,
)
from kinematics.figures.trial import trial_figure

__all__ = [
    "MARK_PERCENT",
    "PERCENT",
    "STRIDE_THINNING",
    "complete_rows",
    "curve_figure",
    "drawn_lines",
    "label_places",
    "mean_and_sd",
    "side_curves",
    "sides_drawing",
    "sides_figure",
    "thinned",
    "toe_off_percent",
    "trial_figure",
    "valid_side",
]
