"""Still pictures of curves as SVG, for print and for readers without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from markupsafe import Markup, escape

from kinematics.figures import MARK_PERCENT
from kinematics.report.recording import Recording
from kinematics.report.still_frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Frame,
    across,
    frames_of,
    paths_of,
)
from kinematics.report.wording import Text, degrees, number

#: Where the axis's numbers stand beside a picture.
_TICK_RIGHT, _TICK_DOWN, _NUMBERS_Y = round(LEFT) - 5, 4, round(HEIGHT) - 6
_SPAN = f'x1="{LEFT:.0f}" x2="{WIDTH - RIGHT:.0f}"'
_PERCENT_TICKS = "".join(
    f'<text x="{across(percent)}" y="{_NUMBERS_Y}" text-anchor="middle">{number(percent)}</text>\n'
    for percent in (0, 25, 50, 75, 100)
)


#: A recording, and the same recording at earlier visits, newest first.
Shown = tuple[Recording, Sequence[Recording | None]]


class Still(NamedTuple):
    """A still picture of one angle, and what stands above it."""

    angle: str
    heading: str
    picture: Markup


class _Curve(NamedTuple):
    """A curve that is drawn: whose mean (a side's, or "" for the reference's), at which visit, where and how."""

    side: str
    visits_ago: int
    mean: np.ndarray
    lowest: float
    highest: float
    path: str
    band: str


def stills(shown: Sequence[Shown], text: Text) -> list[dict[str, Still]]:
    """Of each recording the still picture of each angle; the curves of all are turned into paths at once."""
    asked = [(place, name) for place, (recording, _) in enumerate(shown) for name in recording.lines]
    pictures: list[dict[str, Still]] = [{} for _ in shown]
    if not asked:
        return pictures
    owned = [_owned(*shown[place], name) for place, name in asked]
    ends = list(accumulate(map(len, owned)))
    starts = [0, *ends[:-1]]
    owners = [one for found in owned for one in found]
    lines = np.stack([rows for *_, rows in owners])
    frames = frames_of(lines, starts)
    paths = paths_of(lines, [frame for frame, found in zip(frames, owned, strict=True) for _ in found])
    reach = lines[:, 2].min(axis=1).tolist(), lines[:, 2].max(axis=1).tolist()
    curves = [
        _Curve(side, ago, rows[2], low, high, *path)
        for (side, ago, rows), low, high, path in zip(owners, *reach, paths, strict=True)
    ]
    for (place, name), frame, first, end in zip(asked, frames, starts, ends, strict=True):
        picture = _picture(name, frame, curves[first:end], shown[place][0], text)
        pictures[place][name] = Still(name, text["angles"][name], picture)
    return pictures


def _owned(recording: Recording, before: Sequence[Recording | None], name: str) -> list[tuple[str, int, np.ndarray]]:
    """Whose curves an angle's picture holds, and at which visit: the sides now and earlier, then the reference."""
    visits = [one.lines.get(name, {}) if one is not None else {} for one in (recording, *before)]
    found = [(side, ago, lines) for ago, sides in enumerate(visits) for side, lines in sides.items()]
    reference = recording.reference_lines.get(name)
    return found if reference is None else [*found, ("", 0, reference)]


def _picture(name: str, frame: Frame, curves: Sequence[_Curve], recording: Recording, text: Text) -> Markup:
    own = [one for one in curves if one.side and not one.visits_ago]
    parts = [
        f'<svg class="still" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="',
        escape(_description(text["angles"][name], own, text)),
        '">\n',
        *(_reference(one) for one in curves if not one.side),
        _axes(frame),
    ]
    for one in own:
        earlier = [old for old in curves if old.visits_ago and old.side == one.side]
        parts += _side(frame, one, earlier, recording.toe_off.get(one.side), recording.places[name][one.side], text)
    return Markup("".join([*parts, "</svg>\n"]))


def _reference(one: _Curve) -> str:
    return f'<path class="band" d="{one.band}"/>\n<path class="mean" d="{one.path}"/>\n'


def _axes(frame: Frame) -> str:
    ticks = [
        f'<line class="grid" {_SPAN} y1="{height}" y2="{height}"/>\n'
        f'<text x="{_TICK_RIGHT}" y="{height + _TICK_DOWN}" text-anchor="end">{words}</text>\n'
        for height, words in frame.ticks
    ]
    if frame.low < 0 < frame.high:
        zero = frame.y(0.0)
        ticks.append(f'<line class="zero" {_SPAN} y1="{zero}" y2="{zero}"/>\n')
    return "".join(ticks) + _PERCENT_TICKS


def _side(
    frame: Frame,
    one: _Curve,
    earlier: Sequence[_Curve],
    toe_off: float | None,
    place: tuple[int, str],
    text: Text,
) -> Iterator[str]:
    """A side's toe-off, spread, earlier means, mean and name."""
    side, (percent, where) = one.side, place
    if toe_off is not None:
        x = across(toe_off)
        yield f'<line class="toe-off {side}" x1="{x}" x2="{x}" y1="{TOP:.0f}" y2="{HEIGHT - BOTTOM:.0f}"/>\n'
    yield f'<path class="spread {side}" d="{one.band}"/>\n'
    for old in earlier:
        yield from _earlier_line(frame, old)
    x, y = frame.label(float(one.mean[percent]), percent, where)
    yield f'<path class="curve {side}" d="{one.path}"/>\n'
    name = escape(text["sides"][side].lower())
    yield f'<text class="name {side}" x="{x}" y="{y}" text-anchor="middle">{name}</text>\n'


def _earlier_line(frame: Frame, one: _Curve) -> Iterator[str]:
    """An earlier mean, with a mark of its age at every fifth of the way."""
    kind = f"e{one.visits_ago} {one.side}"
    yield f'<path class="curve earlier {kind}" d="{one.path}"/>\n'
    for percent in MARK_PERCENT:
        x, y = across(percent), frame.y(float(one.mean[percent]))
        if one.visits_ago == 1:
            yield f'<circle class="mark {kind}" cx="{x}" cy="{y}" r="2.6"/>\n'
        elif one.visits_ago == 2:
            yield f'<rect class="mark {kind}" x="{x - 2.3}" y="{y - 2.3}" width="4.6" height="4.6"/>\n'
        else:
            yield f'<path class="mark {kind}" d="M{x} {y - 3.2}l2.8 5h-5.6Z"/>\n'


def _description(angle: str, own: Sequence[_Curve], text: Text) -> str:
    """The picture in words: from where to where each side's mean goes."""
    words = text["curves"]
    said = ", ".join(
        words["still_side"].format(
            side=text["sides"][one.side].lower(), low=degrees(one.lowest, text), high=degrees(one.highest, text)
        )
        for one in own
    )
    return words["still"].format(angle=angle, sides=said)
