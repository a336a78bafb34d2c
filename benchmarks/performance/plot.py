"""A small line chart as SVG: logarithmic from left to right, linear upwards, every point labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 300, 60, 20, 42, 48
INKS = ("#0b5394", "#b45f06", "#38761d")
DASHES = ("", "7 4", "2 4")


def line_chart(title: str, across: str, up: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """The chart; `series` maps each name to its (x, y) points, x above zero."""
    points = [point for line in series.values() for point in line]
    low, high = min(log10(x) for x, _ in points), max(log10(x) for x, _ in points)
    top = 1.15 * max(y for _, y in points)

    def place(x: float, y: float) -> tuple[float, float]:
        share = (log10(x) - low) / (high - low or 1)
        return LEFT + 30 + share * (WIDTH - LEFT - RIGHT - 60), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="{LEFT}" y="{TOP - 6}">{escape(up)}</text>',
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#444"/>',
    ]
    for x in sorted({x for x, _ in points}):
        parts.append(f'<text x="{place(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>')
    for number, (name, line) in enumerate(series.items()):
        ink, dash = INKS[number % len(INKS)], DASHES[number % len(DASHES)]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(
            f'<polyline points="{corners}" fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for point in line:
            x, y = place(*point)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{ink}"/>')
            parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle" fill="{ink}">{point[1]:.3g}</text>')
        x = LEFT + 180 + 170 * number
        parts.append(f'<path d="M{x} {TOP - 10}h26" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>')
        parts.append(f'<text x="{x + 32}" y="{TOP - 6}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])
