"""Still pictures of curves as SVG, for print and for readers without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from kinematics.figures import MARK_PERCENT, label_places
from kinematics.report.recording import Recording
from kinematics.report.still_frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Frame, across, frame_of
from kinematics.report.wording import Text, degrees, number

#: Where the axis's numbers stand beside a picture.
_TICK_RIGHT, _TICK_DOWN, _NUMBERS_Y = round(LEFT) - 5, 4, round(HEIGHT) - 6
_SPAN = f'x1="{LEFT:.0f}" x2="{WIDTH - RIGHT:.0f}"'
_PERCENT_TICKS = "\n".join(
    f'<text x="{across(percent)}" y="{_NUMBERS_Y}" text-anchor="middle">{number(percent)}</text>'
    for percent in (0, 25, 50, 75, 100)
)


@dataclass(frozen=True)
class Still:
    """A still picture of one angle, and what stands above it."""

    angle: str
    heading: str
    picture: Markup


@dataclass(frozen=True)
class _Earlier:
    """A side's mean at an earlier visit: whose, how many visits ago, its curve and its path."""

    side: str
    age: int
    mean: np.ndarray
    path: str


def still(recording: Recording, text: Text, name: str, before: Sequence[Recording | None] = ()) -> Still:
    """The still picture of one angle; `before` are the same recordings at earlier visits, newest first."""
    reference, own = recording.reference_curve(name), recording.summaries[name]
    visits = [one.summaries.get(name, {}) if one is not None else {} for one in before]
    old = [(side, age, summary) for age, sides in enumerate(visits, 1) for side, summary in sides.items()]
    shown = [*own.values(), *(summary for *_, summary in old), *([] if reference is None else [reference])]
    stacked = np.stack(shown)
    frame = frame_of(stacked)
    paths = frame.paths(stacked)
    earlier = [
        _Earlier(side, age, summary[:, 0], path)
        for (side, age, summary), (path, _) in zip(old, paths[len(own) :], strict=False)
    ]
    means = {side: summary[:, 0] for side, summary in own.items()}
    words = _description(text["angles"][name], stacked[: len(own), :, 0], list(own), text)
    lines = [
        f'<svg class="still" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(words)}">',
        *(() if reference is None else _reference(*paths[-1])),
        *_axes(frame),
        *_sides(frame, means, paths, earlier, recording.toe_off, text),
        "</svg>\n",
    ]
    return Still(name, text["angles"][name], Markup("\n".join(lines)))


def _reference(mean: str, band: str) -> Iterator[str]:
    yield f'<path class="band" d="{band}"/>'
    yield f'<path class="mean" d="{mean}"/>'


def _axes(frame: Frame) -> Iterator[str]:
    for height, words in frame.ticks:
        yield f'<line class="grid" {_SPAN} y1="{height}" y2="{height}"/>'
        yield f'<text x="{_TICK_RIGHT}" y="{height + _TICK_DOWN}" text-anchor="end">{words}</text>'
    if frame.low < 0 < frame.high:
        yield f'<line class="zero" {_SPAN} y1="{frame.y(0.0)}" y2="{frame.y(0.0)}"/>'
    yield _PERCENT_TICKS


def _sides(
    frame: Frame,
    means: Mapping[str, np.ndarray],
    paths: Sequence[tuple[str, str]],
    earlier: Sequence[_Earlier],
    toe_off: Mapping[str, float],
    text: Text,
) -> Iterator[str]:
    """Each side's toe-off, spread, earlier means, mean and name."""
    places = label_places(means)
    for (side, mean), (path, band) in zip(means.items(), paths, strict=False):
        if side in toe_off:
            x = across(toe_off[side])
            yield f'<line class="toe-off {side}" x1="{x}" x2="{x}" y1="{TOP:.0f}" y2="{HEIGHT - BOTTOM:.0f}"/>'
        yield f'<path class="spread {side}" d="{band}"/>'
        for one in earlier:
            if one.side == side:
                yield from _earlier_line(frame, one)
        yield f'<path class="curve {side}" d="{path}"/>'
        percent, where = places[side]
        x, y = frame.label(float(mean[percent]), percent, where)
        name = escape(text["sides"][side].lower())
        yield f'<text class="name {side}" x="{x}" y="{y}" text-anchor="middle">{name}</text>'


def _earlier_line(frame: Frame, one: _Earlier) -> Iterator[str]:
    """An earlier mean, with a mark of its age at every fifth of the way."""
    kind = f"e{one.age} {one.side}"
    yield f'<path class="curve earlier {kind}" d="{one.path}"/>'
    for percent in MARK_PERCENT:
        x, y = across(percent), frame.y(float(one.mean[percent]))
        if one.age == 1:
            yield f'<circle class="mark {kind}" cx="{x}" cy="{y}" r="2.6"/>'
        elif one.age == 2:
            yield f'<rect class="mark {kind}" x="{x - 2.3}" y="{y - 2.3}" width="4.6" height="4.6"/>'
        else:
            yield f'<path class="mark {kind}" d="M{x} {y - 3.2}l2.8 5h-5.6Z"/>'


def _description(angle: str, means: np.ndarray, sides: Sequence[str], text: Text) -> str:
    """The picture in words: from where to where each side's mean goes; `means` has shape (n_sides, 101)."""
    words = text["curves"]
    said = ", ".join(
        words["still_side"].format(side=text["sides"][side].lower(), low=degrees(low, text), high=degrees(high, text))
        for side, low, high in zip(sides, means.min(axis=1).tolist(), means.max(axis=1).tolist(), strict=True)
    )
    return words["still"].format(angle=angle, sides=said)
