"""Figures packed for the page: what they share is written once, degrees travel as small steps (see curves.js)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kinematics.figures.traces import Look

#: Curves travel as steps between neighbours, in tenths of a degree: what is drawn, to the digit.
PACKED_PER_DEG = 10
#: Largest step that fits into a byte. [tenths of a degree]
BYTE_STEP = 127
Figure = dict[str, Any]


def packed_set(key: str, drawings: Sequence[Figure]) -> Figure:
    """
    The figures of one recording as plain JSON values.

    Parameters
    ----------
    key : str
        The set's name on the page.
    drawings : sequence of dict
        As of `figures.sides_drawing`.

    Returns
    -------
    dict
        `key`; `config` and `layout`, as far as all figures have the same; `styles`, the looks of traces; `figures`,
        each trace in `data` as the place of its style and the rows [first, last) of `lines` or `strides` that it draws;
        and these two (`packed_rows`).
    """
    lines, strides, styles = _Rows(), _Rows(), _Styles()
    figures = []
    for drawing in drawings:
        data = [
            [styles.place(look), *(strides if look["draws"] == "strides" else lines).add(rows)]
            for look, rows in drawing["data"]
        ]
        figures.append({"div_id": drawing["div_id"], "data": data, "layout": drawing["layout"]})
    layout = _shared([figure["layout"] for figure in figures])
    for figure in figures:
        figure["layout"] = {name: value for name, value in figure["layout"].items() if name not in layout}
    return {
        "key": key,
        "config": drawings[0]["config"] if drawings else {},
        "layout": layout,
        "styles": styles.found,
        "figures": figures,
        "lines": packed_rows(lines.stacked()),
        "strides": packed_rows(strides.stacked()),
    }


def packed_rows(rows: np.ndarray) -> dict[str, Any]:
    """
    Rows of degrees as steps in tenths of a degree, in base64: 1.4 bytes a value where a number in JSON takes 3 to 5.

    >>> packed_rows(np.array([[1.0, 1.2, 0.9]]))
    {'points': 3, 'per_deg': 10, 'bits': 8, 'starts': [10], 'steps': 'Av0='}
    """
    tenths = np.rint(rows * PACKED_PER_DEG).astype("<i2")
    steps = tenths[:, 1:] - tenths[:, :-1]
    wide = bool(steps.size) and int(np.abs(steps).max()) > BYTE_STEP
    written = base64.b64encode((steps if wide else steps.astype(np.int8)).tobytes()).decode("ascii")
    return {
        "points": rows.shape[1],
        "per_deg": PACKED_PER_DEG,
        "bits": 16 if wide else 8,
        "starts": tenths[:, 0].tolist(),
        "steps": written,
    }


@dataclass
class _Rows:
    """Rows of equal length as they come, and where each batch stands."""

    batches: list[np.ndarray] = field(default_factory=list)
    n: int = 0

    def add(self, rows: np.ndarray) -> tuple[int, int]:
        first, self.n = self.n, self.n + len(rows)
        self.batches.append(rows)
        return first, self.n

    def stacked(self) -> np.ndarray:
        return np.concatenate(self.batches) if self.batches else np.empty((0, 1))


@dataclass
class _Styles:
    """The looks of traces, each once."""

    found: list[Look] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)

    def place(self, look: Look) -> int:
        if id(look) not in self.places:
            self.places[id(look)] = len(self.found)
            self.found.append(look)
        return self.places[id(look)]


def _shared(dicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The items that all have."""
    first, *others = dicts or [{}]
    return {key: value for key, value in first.items() if all(key in one and one[key] == value for one in others)}
