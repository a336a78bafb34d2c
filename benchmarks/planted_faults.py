"""
Faults planted into real trials: how many are found, how many good strides are lost, and how small a fault may be.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared) and prints the tables of docs/planted-faults.md::

    python benchmarks/planted_faults.py > docs/planted-faults.md
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import kinematics as kin
from kinematics.conventions import SIDES
from kinematics.strides.judging import LARGEST_DISTANCE, curve_distance
from kinematics.trial import Trial

FOLDER = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data" / "rbds"
SPEEDS = (25, 35, 45)
SEED = 20170507
PLANTED, PER_TRIAL = 200, 5
#: Faults of one trial lie this far from each other and from its ends. [s]
APART_S, MARGIN_S = 5.0, 2.5
#: Strides this near a fault are neither good nor touched: the filter reaches there. [s]
REACH_S = 0.1
PELVIS = ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS")
THIGH = ("Thigh.Top.Lateral", "Thigh.Bottom.Lateral", "Thigh.Top.Medial", "Thigh.Bottom.Medial")
SEGMENTS = {"pelvis": PELVIS, **{side: tuple(f"{side[0].upper()}.{name}" for name in THIGH) for side in SIDES}}
SLOWING_S, TURNING_S, STUMBLING_S = 0.3, 1.0, 0.4
LIMITS = (4, 5, 6, 7)
PITCH_SHARE = 1 / 3  # of a stumble's leg angle, by which the pelvis tips forward

#: A planted fault: first and last moment [s], and the sides whose strides it touches.
Fault = tuple[float, float, tuple[str, ...]]


@dataclass(frozen=True)
class Kind:
    """A kind of fault: how it is planted, the sizes tried, the one that stands for it, whether it is a movement."""

    plant: Callable[[Trial, float, float, np.random.Generator], tuple[Trial, Fault]]
    unit: str
    sizes: tuple[float, ...]
    nominal: float
    movement: bool = False


def gap(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """Two of a segment's four markers lost for `size` seconds: too few are left to see the segment."""
    segment = draw.choice([*SEGMENTS])
    rows = samples(trial, at_s, at_s + size)
    lost = draw.choice(SEGMENTS[segment], 2, replace=False)
    changed = {label: blanked(trial.markers[label], rows) for label in lost}
    return with_markers(trial, changed), (at_s, at_s + size, sides_of(segment))


def spike(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """One marker off by `size` mm in one sample, in any direction."""
    segment = draw.choice([*SEGMENTS])
    label, row = draw.choice(SEGMENTS[segment]), int(at_s * trial.rate_hz)
    direction = draw.normal(size=3)
    marker = trial.markers[label].copy()
    if np.isnan(marker[0, row - 1 : row + 2]).any():
        label = next(name for name in SEGMENTS[segment] if np.isfinite(trial.markers[name][0, row - 1 : row + 2]).all())
        marker = trial.markers[label].copy()
    marker[:, row] += size / 1000 * direction / np.linalg.norm(direction)
    moment = row / trial.rate_hz
    return with_markers(trial, {label: marker}), (moment, moment, sides_of(segment))


def swap(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """Two markers of pelvis and thighs with each other's label for `size` samples."""
    every = [(segment, label) for segment, labels in SEGMENTS.items() for label in labels]
    rows = slice(int(at_s * trial.rate_hz), int(at_s * trial.rate_hz) + int(size))
    seen = [pair for pair in every if np.isfinite(trial.markers[pair[1]][0, rows.start - 1 : rows.stop + 1]).all()]
    one, other = (seen[i] for i in draw.choice(len(seen), 2, replace=False))
    first, second = trial.markers[one[1]].copy(), trial.markers[other[1]].copy()
    first[:, rows], second[:, rows] = second[:, rows].copy(), first[:, rows].copy()
    touched = tuple(side for side in SIDES if side in sides_of(one[0]) + sides_of(other[0]))
    fault = rows.start / trial.rate_hz, (rows.stop - 1) / trial.rate_hz, touched
    return with_markers(trial, {one[1]: first, other[1]: second}), fault


def stumble(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """One leg held back by `size` deg for 0.4 s while the pelvis tips forward by a third of it."""
    side = draw.choice(SIDES)
    letter = side[0].upper()
    hip = trial.markers[f"{letter}.GTR"] if f"{letter}.GTR" in trial.markers else trial.markers[f"{letter}.ASIS"]
    angle = np.deg2rad(size) * bump(trial.time_s - trial.time_s[0], at_s, STUMBLING_S)
    leg = [name for name in trial.markers if name.startswith(letter) and not is_pelvis(name)]
    changed = {name: pitched(trial.markers[name], hip, angle) for name in leg}
    trunk = [name for name in trial.markers if is_pelvis(name)]
    changed |= {name: pitched(trial.markers[name], hip, PITCH_SHARE * angle) for name in trunk}
    return with_markers(trial, changed), (at_s, at_s + STUMBLING_S, (side,))


def stop(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """The whole runner slows down within 0.3 s, stands for `size` seconds and goes on."""
    length = 2 * SLOWING_S + size
    clock = trial.time_s - trial.time_s[0]
    markers = {name: np.stack([warped(row, clock, at_s, size) for row in rows]) for name, rows in trial.markers.items()}
    assert trial.force is not None
    force_clock = np.arange(trial.force.vertical_n.shape[1]) / trial.force.rate_hz
    vertical = np.stack([warped(row, force_clock, at_s, size) for row in trial.force.vertical_n])
    return replace(trial, markers=markers, force=replace(trial.force, vertical_n=vertical)), (
        at_s,
        at_s + length,
        SIDES,
    )


def turn(trial: Trial, at_s: float, size: float, draw: np.random.Generator) -> tuple[Trial, Fault]:
    """The whole runner turns on the spot by `size` deg within 1 s, to either side, and goes on that way."""
    clock = trial.time_s - trial.time_s[0]
    angle = draw.choice((-1.0, 1.0)) * np.deg2rad(size) * step(clock, at_s, TURNING_S)
    middle = np.nanmean(np.stack([trial.markers[name][[0, 2]] for name in PELVIS]), axis=(0, 2))
    cos, sin = np.cos(angle), np.sin(angle)
    markers = {}
    for name, rows in trial.markers.items():
        forward, right = rows[[0, 2]] - middle[:, None]
        markers[name] = np.stack(
            (middle[0] + cos * forward + sin * right, rows[1], middle[1] - sin * forward + cos * right)
        )
    return replace(trial, markers=markers), (at_s, at_s + TURNING_S, SIDES)


KINDS = {
    "gap": Kind(gap, "s", (0.05, 0.09, 0.12, 0.15, 0.2, 0.4), 0.2),
    "spike": Kind(spike, "mm", (5, 8, 10, 12, 15, 20, 40), 40),
    "swapped markers": Kind(swap, "samples", (1, 2, 5, 10, 20, 60), 20),
    "stumble": Kind(stumble, "deg", (4, 6, 8, 10, 12, 15, 20, 30), 20, movement=True),
    "stop": Kind(stop, "s", (0.0, 0.1, 0.2, 0.3, 0.5, 1.0), 1.0, movement=True),
    "turn": Kind(turn, "deg", (10, 15, 20, 25, 30, 45, 90, 180), 90, movement=True),
}


def main() -> None:
    """Print the page."""
    print(PAGE_HEAD)
    trials = list(read())
    clean = [strides_of(trial, static) for trial, static in trials]
    print(clean_lines(clean))
    for name, kind in KINDS.items():
        rows = [measure(trials, clean, kind, size) for size in kind.sizes]
        print(table(name, kind, rows), flush=True)
    print(PAGE_END)


def read() -> Iterator[tuple[Trial, Trial]]:
    """The motion and static trials of ten runners at three speeds."""
    for runner in range(1, 11):
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        for speed in SPEEDS:
            stem = FOLDER / f"RBDS{runner:03d}runT{speed}"
            yield (
                kin.read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10),
                static,
            )


def strides_of(trial: Trial, static: Trial) -> kin.Strides:
    """Strides of one trial with the default settings."""
    angles = kin.hip_angles(trial, static)
    return kin.segment_strides(angles, kin.foot_events(trial, angles))


def measure(trials: list, clean: list[kin.Strides], kind: Kind, size: float) -> dict[str, float]:
    """Plant faults of one size until there are 200, and count."""
    draw = np.random.default_rng([SEED, round(size * 100)])
    counts = {"planted": 0, "found": 0, "good": 0, "lost": 0, "kept": 0, "harm": 0.0}
    order = draw.permutation(np.arange(PLANTED // PER_TRIAL) % len(trials))
    for index in order:
        trial, static = trials[index]
        spoiled, faults = plant(trial, kind, size, draw)
        add(counts, judged(strides_of(spoiled, static), clean[index], faults, kind))
    return counts | {"size": size}


def plant(trial: Trial, kind: Kind, size: float, draw: np.random.Generator) -> tuple[Trial, list[Fault]]:
    """Five faults into one trial, at moments drawn evenly over each fifth of it."""
    faults = []
    for number in range(PER_TRIAL):
        at_s = MARGIN_S + APART_S * number + draw.uniform(0, APART_S - 3.0)
        trial, fault = kind.plant(trial, at_s, size, draw)
        faults.append(fault)
    return trial, faults


def judged(strides: kin.Strides, clean: kin.Strides, faults: list[Fault], kind: Kind) -> dict[str, float]:
    """
    What became of the faults of one trial.

    A fault in the data is found where no stride that it touches counts; a movement where the strides of its side that
    hold its middle do not count.
    """
    table = strides.table
    start, end, valid = (table[name].to_numpy() for name in ("start_s", "end_s", "valid"))
    side = table["side"].to_numpy(object)
    near = np.zeros(len(table), bool)
    result = {"planted": len(faults), "found": 0, "kept": 0, "harm": 0.0}
    for first, last, sides in faults:
        middle = (first + last) / 2
        own = np.isin(side, sides)
        held = own & ((start <= middle) & (end > middle) if kind.movement else (start <= last) & (end > first))
        result["found"] += bool(held.any()) and not valid[held].any()
        touched = (start <= last + REACH_S) & (end > first - REACH_S)
        near |= touched
        kept = touched & own & valid & ~held
        result["kept"] += int((touched & own & valid).sum())
        result["harm"] = max(result["harm"], harm(table[kept | (held & valid)], clean.table))
    good = ~near
    return result | {"good": int(good.sum()), "lost": int((good & ~valid).sum() - known_bad(strides, clean, good))}


def known_bad(strides: kin.Strides, clean: kin.Strides, good: np.ndarray) -> int:
    """Strides away from the planted faults that do not count in the untouched trial either."""
    bad = clean.table.loc[~clean.table["valid"], ["side", "start_s"]].round(2)
    mine = strides.table.loc[good & ~strides.table["valid"].to_numpy(), ["side", "start_s"]].round(2)
    return len(mine.merge(bad))


def harm(kept: pd.DataFrame, clean: pd.DataFrame) -> float:
    """Largest change of peak hip extension among strides that a fault touches and that count nevertheless. [deg]"""
    one = kept.assign(at=kept["start_s"].round(2)).merge(clean.assign(at=clean["start_s"].round(2)), on=["side", "at"])
    change = (one["peak_hip_extension_deg_x"] - one["peak_hip_extension_deg_y"]).abs()
    return float(change.max()) if len(change) else 0.0


def add(counts: dict[str, float], more: dict[str, float]) -> None:
    """Add up counts; of the harm keep the largest."""
    for name, value in more.items():
        counts[name] = max(counts[name], value) if name == "harm" else counts[name] + value


def table(name: str, kind: Kind, rows: list[dict[str, float]]) -> str:
    """One kind's table."""
    lines = [
        f"\n## {name.capitalize()}\n",
        f"{(kind.plant.__doc__ or '').strip()}\n",
        f"| size [{kind.unit}] | found | good strides lost | touched strides kept "
        "| their peak extension moves by up to [deg] |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        size = f"**{row['size']:g}**" if row["size"] == kind.nominal else f"{row['size']:g}"
        lines.append(
            f"| {size} | {row['found']:.0f} of {row['planted']:.0f} ({row['found'] / row['planted']:.1%}) "
            f"| {row['lost']:.0f} of {row['good']:.0f} ({row['lost'] / row['good']:.2%}) "
            f"| {row['kept']:.0f} | {row['harm']:.1f} |"
        )
    return "\n".join(lines)


def clean_lines(clean: list[kin.Strides]) -> str:
    """What is left out of the untouched trials, and what other limits for unlike strides would leave out."""
    left_out = pd.concat([strides.excluded for strides in clean])
    total = sum(len(strides.table) for strides in clean)
    what = ", ".join(f"{reason} {n}" for reason, n in left_out["reason"].value_counts().sort_index().items())
    apart = [distances(strides) for strides in clean]
    rates = ", ".join(f"{(np.concatenate(apart) > limit).mean():.2%} beyond {limit:g}" for limit in LIMITS)
    every = np.concatenate(apart)
    return (
        f"In the untouched trials {len(left_out)} of {total} strides are left out ({what or 'none'}).\n\n"
        "How far a stride's curves get from their side's median curve, in spreads (1.4826 MAD, pooled over the "
        f"curve): median {np.median(every):.1f}, greatest {every.max():.1f}; {rates}. The limit is "
        f"{LARGEST_DISTANCE:g}. It was set with these strides in view, so that none of them lies beyond it is no rate "
        f"for others. {held_out(apart)}"
    )


def held_out(apart: list[np.ndarray]) -> str:
    """Rate among runners who had no part in the limit: each against the greatest distance of the nine others."""
    runners = [np.concatenate(apart[first : first + len(SPEEDS)]) for first in range(0, len(apart), len(SPEEDS))]
    greatest = [one.max() for one in runners]
    beyond = sum(int((one > max(greatest[:i] + greatest[i + 1 :])).sum()) for i, one in enumerate(runners))
    total = sum(one.size for one in runners)
    return (
        f"With each runner held against the greatest distance of the nine others, {beyond} of {total} strides "
        f"({beyond / total:.2%}) lie beyond."
    )


def distances(strides: kin.Strides) -> np.ndarray:
    """Distance of each stride that counts from its side's median curve, in spreads."""
    valid, side = strides.table["valid"].to_numpy(), strides.table["side"].to_numpy(object)
    return np.concatenate(
        [curve_distance(strides.curves, valid & (side == one))[valid & (side == one)] for one in SIDES]
    )


def with_markers(trial: Trial, changed: dict[str, np.ndarray]) -> Trial:
    """The trial with some markers replaced."""
    return replace(trial, markers={**trial.markers, **changed})


def samples(trial: Trial, first_s: float, last_s: float) -> slice:
    """Samples between two moments."""
    return slice(int(first_s * trial.rate_hz), int(last_s * trial.rate_hz))


def blanked(marker: np.ndarray, rows: slice) -> np.ndarray:
    """A marker with some samples lost."""
    marker = marker.copy()
    marker[:, rows] = np.nan
    return marker


def sides_of(segment: str) -> tuple[str, ...]:
    """Sides whose strides a segment belongs to."""
    return SIDES if segment == "pelvis" else (segment,)


def is_pelvis(label: str) -> bool:
    """Whether a marker sits on the pelvis."""
    return label.endswith(("ASIS", "PSIS", "Iliac.Crest"))


def bump(clock: np.ndarray, at_s: float, length_s: float) -> np.ndarray:
    """A raised cosine from 0 to 1 and back."""
    share = np.clip((clock - at_s) / length_s, 0, 1)
    return 0.5 - 0.5 * np.cos(2 * np.pi * share)


def step(clock: np.ndarray, at_s: float, length_s: float) -> np.ndarray:
    """A smooth step from 0 to 1."""
    share = np.clip((clock - at_s) / length_s, 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * share)


def pitched(marker: np.ndarray, hip: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """A marker turned about the axis through the hip that points right; positive: what is below goes back."""
    forward, up = marker[:2] - hip[:2]
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack((hip[0] + cos * forward + sin * up, hip[1] - sin * forward + cos * up, marker[2]))


def warped(row: np.ndarray, clock: np.ndarray, at_s: float, stand_s: float) -> np.ndarray:
    """A signal whose time slows down, stands and speeds up again."""
    pace = np.ones(clock.size)
    inside = (clock >= at_s) & (clock < at_s + 2 * SLOWING_S + stand_s)
    into, out = (clock - at_s) / SLOWING_S, (clock - at_s - SLOWING_S - stand_s) / SLOWING_S
    pace[inside] = np.where(
        into < 1, 0.5 + 0.5 * np.cos(np.pi * into), np.where(out < 0, 0, 0.5 - 0.5 * np.cos(np.pi * out))
    )[inside]
    own = np.concatenate(([0.0], np.cumsum(pace[:-1]))) / (1.0 / (clock[1] - clock[0]))
    seen = np.isfinite(row)
    moved = np.interp(own, clock[seen], row[seen]) if seen.any() else row.copy()
    lost = np.interp(own, clock, (~seen).astype(float)) > 0.5
    return np.where(lost, np.nan, moved)


PAGE_HEAD = """# Planted faults

Every figure on this page is printed by `python benchmarks/planted_faults.py`: faults of known size are planted into
the markers (and forces) of ten real runners at three speeds (Fukuchi 2017, doi:10.7717/peerj.3298; 30 trials of 30 s,
events from force), 200 of each size, five to a trial, at moments drawn by chance. A fault in the data is found where no
stride that it touches counts; a stumble, a stop or a turn where the strides of its side that hold its middle do not.
Good strides are those more than 0.1 s away from every fault; the size in bold type is the one aimed at.
"""
PAGE_END = """
## What these figures do not show

The limits for leaping and misfitting markers, turns and unlike strides were set with these 30 trials in view, so
the good strides lost are those of the same runners; other laboratories may lose more. A fault below its detection
limit is kept, and the last column says what that costs. Gaps of up to 0.1 s are filled, which is why the short
ones are kept: two markers lost at once for 0.09 s can move a peak by several degrees. Swapped markers and stops
have no detection limit here: the smallest that was planted (one sample; slowing down and going on at once) is
still found. The stumble is a made one; no published figure for running was found that would give its size, and
below 20 deg fewer than 99 % are found."""


if __name__ == "__main__":
    main()
