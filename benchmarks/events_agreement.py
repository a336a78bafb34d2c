"""
Foot events held against force: bias, spread and limits of agreement of every method.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared) and prints docs/events.md::

    python benchmarks/events_agreement.py > docs/events.md
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import kinematics as kin
from kinematics.conventions import SAMPLE_COLUMNS, SIDES
from kinematics.events.found import KINDS, nearest
from kinematics.feet import ANKLE, FORE, REAR
from kinematics.marker_sets import recognise
from kinematics.metrics import METRICS
from kinematics.settings import EventSettings, ForceSettings, Settings
from kinematics.task import measure_speed, tell_task

DATA = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data"
SPEEDS = (25, 35, 45)
#: An event without a partner within this is missed, or invented. [s]
SAME_EVENT_S = 0.08
#: Limits of agreement: 95 % of differences lie within this many standard deviations of the bias (Bland, Altman 1986).
LIMITS = 1.96
#: Noise of a marker that is badly seen. [m]
NOISE_M = 0.001
WALKS = (
    *(f"plug_in_gait/biomechzoo/{name}.c3d" for name in ("HC002D06", "HC002D25", "HC030A05", "HC030A22", "HC031A06")),
    *(f"plug_in_gait/biomechzoo/{name}.c3d" for name in ("HC031A23", "HC032A03", "HC032A18")),
    "plug_in_gait/gaitalytics/test_small.c3d",
    "plug_in_gait/gaitalytics/treadmill_events.c3d",
)
WALKS_WITH_FORCE = ("formats/c3d/BMC_Gait.c3d", "formats/c3d/opensim_walking2.c3d", "opensim/subject01_walk1.trc")
TWIN, BLIND = "treadmill_events.c3d", "treadmill_no_events.c3d"


@dataclass(frozen=True)
class Run:
    """One runner at one speed, with the truth."""

    runner: int
    speed: int
    trial: kin.Trial
    angles: kin.Angles
    truth: kin.Events


def main() -> None:
    """Print the page."""
    runs = list(load_runs())
    walks = [load(DATA / name, "walk") for name in WALKS]
    print(HEAD)
    print(running_table(runs))
    print(LESS_HEAD)
    print(less_table(runs))
    print(THRESHOLD_HEAD)
    print(threshold_table(runs))
    print(OTHER_RUNNER_HEAD)
    print(other_runner_table())
    print(WALKING_HEAD)
    print(walking_table(walks))
    print(TWIN_HEAD)
    print(twin_table())
    print(METRICS_HEAD)
    print(metrics_table(runs))
    print(TASK_HEAD)
    print(task_lines(runs, walks))


def load_runs() -> Iterator[Run]:
    """The ten runners at three speeds."""
    for runner in range(1, 11):
        static = kin.read_trial(DATA / "rbds" / f"RBDS{runner:03d}static.txt", task="static")
        for speed in SPEEDS:
            stem = DATA / "rbds" / f"RBDS{runner:03d}runT{speed}"
            trial = kin.read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)
            angles = kin.hip_angles(trial, static)
            yield Run(runner, speed, trial, angles, kin.foot_events(trial, angles))


def load(path: Path, task: str, forces: Path | None = None) -> kin.Trial:
    """A C3D or TRC trial."""
    return kin.read_trial(path, task=task, forces=forces)


def angles_of(trial: kin.Trial) -> kin.Angles:
    """Angles of the file, or none."""
    if trial.kind == "angles":
        return kin.hip_angles(trial)
    empty = {column.name: np.nan for column in SAMPLE_COLUMNS} | {"time_s": trial.time_s}
    return kin.Angles(trial.name, trial.task, trial.speed_m_s, pd.DataFrame(empty), trial.passport)


def find(trial: kin.Trial, angles: kin.Angles, method: str, **force) -> kin.Events:
    """Events by one method."""
    settings = Settings(events=EventSettings(method=method), force=ForceSettings(**force))
    return kin.foot_events(trial, angles, settings=settings)


def differences(found: kin.Events, truth: kin.Events, kind: str) -> tuple[np.ndarray, int, int]:
    """Found minus true of all matched events [ms], how many were missed and how many invented, ends left out."""
    every, missed, invented = [], 0, 0
    for side in SIDES:
        true, times = truth.times(side, kind), found.times(side, kind)
        inner = true[1:-1]
        off = nearest(times, inner) - inner
        off = np.where(np.isfinite(off), off, np.inf)
        matched = np.abs(off) <= SAME_EVENT_S
        every.append(off[matched] * 1000)
        missed += int((~matched).sum())
        between = (times > true[0] + SAME_EVENT_S) & (times < true[-1] - SAME_EVENT_S)
        invented += max(0, int(between.sum() - matched.sum()))
    return np.concatenate(every), missed, invented


def word(kind: str) -> str:
    """Contact or toe-off, as a reader writes it."""
    return kind.replace("_", "-")


def row(label: str, off: np.ndarray) -> str:
    """One line of a table: n, bias, spread, limits of agreement."""
    bias, spread = off.mean(), off.std(ddof=1)
    low, high = bias - LIMITS * spread, bias + LIMITS * spread
    return f"| {label} | {off.size} | {bias:+.1f} | {spread:.1f} | {low:+.0f} to {high:+.0f} |"


def running_table(runs: list[Run]) -> str:
    """Markers and angles against force, by speed."""
    lines = [f"| method, event | speed m/s | {COLUMNS} missed | invented |", "|---|---|---|---|---|---|---|---|"]
    for method in ("markers", "angles"):
        found = [find(run.trial, run.angles, method) for run in runs]
        for kind in KINDS:
            for speed in (*SPEEDS, None):
                parts = [
                    differences(events, run.truth, kind)
                    for events, run in zip(found, runs, strict=True)
                    if speed in (None, run.speed)
                ]
                off = np.concatenate([part[0] for part in parts])
                label = f"{method}, {word(kind)} | {'all' if speed is None else speed / 10}"
                lines.append(f"{row(label, off)} {sum(p[1] for p in parts)} | {sum(p[2] for p in parts)} |")
    return "\n".join(lines)


def less_table(runs: list[Run]) -> str:
    """Markers against force where something is taken away."""
    lines = [f"| what is left | event | {COLUMNS} missed |", "|---|---|---|---|---|---|---|"]
    for label, change in LESS.items():
        found = [find(change(run.trial), run.angles, "markers") for run in runs]
        for kind in KINDS:
            parts = [differences(events, run.truth, kind) for events, run in zip(found, runs, strict=True)]
            off = np.concatenate([part[0] for part in parts])
            lines.append(f"{row(f'{label} | {word(kind)}', off)} {sum(part[1] for part in parts)} |")
    return "\n".join(lines)


def only(trial: kin.Trial, roles: tuple[str, ...]) -> kin.Trial:
    """The trial without the foot markers of other roles."""
    names = recognise(trial.markers)
    gone = set(names.both(*REAR, *FORE, *ANKLE)) - set(names.both(*roles))
    return replace(trial, markers={label: position for label, position in trial.markers.items() if label not in gone})


def every(trial: kin.Trial, step: float) -> kin.Trial:
    """The trial at a lower rate, linearly resampled as a slower camera with a short exposure would."""
    positions = np.arange(0, trial.time_s.size - 1, step)
    index = np.arange(trial.time_s.size)
    markers = {
        label: np.stack([np.interp(positions, index, axis) for axis in position])
        for label, position in trial.markers.items()
    }
    passport = trial.passport.with_(rate_hz=trial.rate_hz / step)
    return replace(trial, markers=markers, time_s=trial.time_s[0] + positions / trial.rate_hz, passport=passport)


def noisy(trial: kin.Trial) -> kin.Trial:
    """The trial with white noise on every marker."""
    noise = np.random.default_rng(0)
    markers = {label: p + noise.normal(0, NOISE_M, p.shape) for label, p in trial.markers.items()}
    return replace(trial, markers=markers)


LESS = {
    "heel and metatarsals, 100 Hz": lambda trial: every(trial, 1.5),
    "heel and metatarsals, 75 Hz": lambda trial: every(trial, 2.0),
    "heel and metatarsals, 1 mm of noise": noisy,
    "heel alone": lambda trial: only(trial, REAR),
    "metatarsals alone": lambda trial: only(trial, FORE),
}


def threshold_table(runs: list[Run]) -> str:
    """What another filter or threshold of the force does to the truth itself."""
    lines = [f"| force | event | {COLUMNS}".rstrip(), "|---|---|---|---|---|---|"]
    for label, force in (
        ("10 Hz, 20 N", {"cutoff_hz": 10}),
        ("50 Hz, 10 N", {"threshold_n": 10}),
        ("50 Hz, 50 N", {"threshold_n": 50}),
    ):
        found = [find(run.trial, run.angles, "force", **force) for run in runs]
        for kind in KINDS:
            parts = [differences(events, run.truth, kind)[0] for events, run in zip(found, runs, strict=True)]
            lines.append(row(f"{label} | {word(kind)}", np.concatenate(parts)))
    return "\n".join(lines)


def other_runner_table() -> str:
    """A runner of another laboratory, whose force was smoothed before it was published."""
    trial = load(DATA / "opensim/motion_capture_run.trc", "run", DATA / "opensim/grf_run.mot")
    angles = angles_of(trial)
    truth, found = find(trial, angles, "force"), find(trial, angles, "markers")
    lines = [f"| event | {COLUMNS} missed |", "|---|---|---|---|---|---|"]
    for kind in KINDS:
        off, missed, _ = differences(found, truth, kind)
        lines.append(f"{row(word(kind), off)} {missed} |")
    return "\n".join(lines)


def walking_table(walks: list[kin.Trial]) -> str:
    """Markers and angles against the events of the files, each file and all."""
    lines = ["| file | truth | contact, markers | toe-off, markers | contact, angles | toe-off, angles |"]
    lines.append("|---|---|---|---|---|---|")
    pooled: dict[tuple[str, str], list[np.ndarray]] = {}
    with_force = [load(DATA / name, "walk", grf(DATA / name)) for name in WALKS_WITH_FORCE]
    for trial in (*walks, *with_force):
        truth, source = (trial.events, "events of the file") if trial.events is not None else (steps(trial), "20 N")
        cells = []
        for method in ("markers", "angles"):
            for kind in KINDS:
                off = walking_differences(trial, truth, method, kind)
                pooled.setdefault((method, kind), []).append(off)
                cells.append("" if off.size < 2 else f"{off.mean():+.0f} +- {off.std(ddof=1):.0f} ({off.size})")
        lines.append(f"| {trial.name} | {source} | {' | '.join(cells)} |")
    totals = [np.concatenate(pooled[method, kind]) for method in ("markers", "angles") for kind in KINDS]
    cells = [f"{off.mean():+.0f} +- {off.std(ddof=1):.0f} ({off.size})" for off in totals]
    lines.append(f"| all | | {' | '.join(cells)} |")
    return "\n".join(lines)


def grf(path: Path) -> Path | None:
    """Force file that belongs to a TRC file."""
    found = path.with_name(f"{path.stem}_grf.mot")
    return found if path.suffix == ".trc" and found.exists() else None


def steps(trial: kin.Trial) -> pd.DataFrame:
    """Steps on the plates, side by the nearer foot, without any marker's help with the times."""
    from kinematics.events.force import nearer_foot, plate_contacts
    from kinematics.feet import find_feet

    contact, toe_off, cop = plate_contacts(trial.force, ForceSettings())
    side = nearer_foot(find_feet(trial), (contact + toe_off) / 2, cop, trial.rate_hz)
    parts = [
        pd.DataFrame({"side": side, "kind": k, "time_s": t}) for k, t in zip(KINDS, (contact, toe_off), strict=True)
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(time_s=table["time_s"] + trial.time_s[0])


def walking_differences(trial: kin.Trial, truth: pd.DataFrame, method: str, kind: str) -> np.ndarray:
    """Found minus true of the events that both have [ms]; none where the method refuses the trial."""
    try:
        found = find(trial, angles_of(trial), method)
    except kin.DataError:
        return np.zeros(0)
    parts = []
    for side in SIDES:
        true = truth.loc[(truth["side"] == side) & (truth["kind"] == kind), "time_s"].to_numpy()
        parts.append(nearest(found.times(side, kind), true) - true)
    off = np.concatenate(parts)
    return off[np.abs(off) < 0.2] * 1000


def twin_table() -> str:
    """The file without events against the events of its twin."""
    folder = DATA / "plug_in_gait" / "gaitalytics"
    blind, twin = load(folder / BLIND, "walk"), load(folder / TWIN, "walk")
    lines = ["| method | event | n | found | bias ms | largest ms |", "|---|---|---|---|---|---|"]
    for method in ("markers", "force", "angles"):
        for kind in KINDS:
            off = walking_differences(blind, twin.events, method, kind)
            n = int((twin.events["kind"] == kind).sum())
            lines.append(
                f"| {method} | {word(kind)} | {n} | {off.size} | {off.mean():+.1f} | {np.abs(off).max():.0f} |"
            )
    return "\n".join(lines)


def metrics_table(runs: list[Run]) -> str:
    """Mean metrics of a trial's legs: events from markers or angles minus events from force."""
    off: dict[tuple[str, str], list[float]] = {}
    for run in runs:
        base = means(run, run.truth)
        for method in ("markers", "angles"):
            gap = (means(run, find(run.trial, run.angles, method)) - base).dropna(how="all")
            for name in gap.columns:
                off.setdefault((name, method), []).extend(gap[name].tolist())
    lines = ["| metric | markers: mean | largest of a leg | angles: mean | largest of a leg |", "|---|---|---|---|---|"]
    for metric in METRICS:
        if metric.unit != "deg":
            continue
        cells = []
        for method in ("markers", "angles"):
            values = np.array(off[metric.name, method])
            cells += [f"{np.nanmean(np.abs(values)):.2f}", f"{np.nanmax(np.abs(values)):.2f}"]
        lines.append(f"| {metric.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def means(run: Run, events: kin.Events) -> pd.DataFrame:
    """Mean of every metric over the valid strides, a row per side."""
    strides = kin.segment_strides(run.angles, events)
    return strides.valid.groupby("side")[[metric.name for metric in METRICS]].mean()


def task_lines(runs: list[Run], walks: list[kin.Trial]) -> str:
    """How often the task is told, and how well the speed."""
    told = [tell_task(run.trial).task for run in runs]
    off = np.array([measure_speed(run.trial)[0] / (run.speed / 10) - 1 for run in runs]) * 100
    walked = [tell_task(trial).task for trial in walks]
    stood = [
        tell_task(kin.read_trial(path, task="static")).task for path in sorted((DATA / "rbds").glob("*static.txt"))
    ]
    return (
        f"Told as running: {told.count('run')} of {len(told)} runs; as walking: {walked.count('walk')} of "
        f"{len(walked)} walks; as standing: {stood.count('static')} of {len(stood)} standing trials. "
        f"Speed of the belt in the runs: {off.mean():+.1f} +- {off.std(ddof=1):.1f} % of the nominal one, "
        f"at most {np.abs(off).max():.1f} %."
    )


COLUMNS = "n | bias ms | SD ms | 95 % limits ms |"
HEAD = """# Foot events

Contacts and toe-offs come from the first of these that a trial has; `[events] method` in study.toml names one.

1. **file**: events in the file, or the user's own table (`events_file`). They override everything, and the passport
   says so.
2. **force**: the vertical force passes 20 N, low-passed at 50 Hz (zero lag), and goes on to 100 N before it falls
   (hysteresis). The zero of each plate is taken from its unloaded samples, in pieces of 10 s. Running: the forces
   of all plates or belts are added, and the side is that of the lower foot at mid-stance. Walking: each plate by
   itself, because both feet are down at once; a step belongs to the foot nearer to the centre of pressure; a step
   that the markers contradict by more than 30 ms (a foot half off the plate, both feet on one belt) and steps
   beside the plates come from the markers. Where force and markers usually differ by more than 50 ms their clocks
   do not agree, and the force is not used.
3. **markers**: the instants at which a foot is farthest ahead of and behind the pelvis, along the direction in
   which the pelvis faces, anchor the search in both gaits, on a treadmill and overground (Zeni 2008,
   doi:10.1016/j.gaitpost.2007.07.007).
   - Running: contact is the first peak of upward acceleration (low-passed at 20 Hz) of any heel or metatarsal
     marker from 20 ms before to 100 ms after the foot is farthest ahead: whichever part of the foot lands first
     makes it. Toe-off is 14 ms after the metatarsal markers rise with 0.5 m/s.
   - Walking: contact is 36 ms after the heel is farthest ahead, toe-off 8 ms before the toe is farthest behind.
4. **sensors** (`imu`): thighs and pelvis as from angles alone (5). In running a sensor on each foot, else on each
   shank, is averaged in: the contact is half-way to where the foot's turning bends upward most, less 19 ms, or the
   shank turns least, plus 14 ms. Against 20 N of force, found minus true: contacts -1.5 +- 9.6 ms with sensors on the
   feet, -1.1 +- 11.8 on the shanks, -1.9 +- 12.6 on thighs and pelvis only; toe-offs +3.4 +- 13.5 with any of them;
   the side was always right (2,533 contacts, sensors simulated on ten runners at 2.5-4.5 m/s, whose landing is softer
   than in life: [wearables.md](wearables.md#agreement)). Walking is not sharpened and needs both thighs.
5. **angles** alone. Running: contact is midway between 18.5 % of the stride after peak hip flexion and 13 % of the
   stride before the other thigh swings forward fastest; toe-off is 23-33 ms before peak hip extension, by speed.
   Walking: contact is 21 ms before the other hip's peak extension, toe-off 57 ms before the hip flexes fastest.

Constants in milliseconds are means over the people below, so that a bias near 0 on them is no surprise; the spread,
the missed and the invented events are what these tables show. Peaks of angles hardly need events; values at contact
and at toe-off do.

This page is printed by `python benchmarks/events_agreement.py`. Differences are found minus true; positive is late.

## Running: against force

Ten runners (RBDS), both feet, 150 Hz; truth: 20 N, force low-passed at 50 Hz. An event without a partner within 80
ms is missed, or invented. The first and last event of each side are left out.
"""
LESS_HEAD = """
### With less

The same, where markers, rate or quality are taken away. Ankle markers alone were not recorded in these runs.
"""
THRESHOLD_HEAD = """
### The truth moves too

The events of the force itself against those at 50 Hz and 20 N. A low-pass at 10 Hz, as in published curves of these
runners, brings contact forward: the rise is steep, and the filter spreads it into the flight.
"""
OTHER_RUNNER_HEAD = """
### Another laboratory

One runner (OpenSim's Rajagopal example), 100 Hz, calcaneus, toe and fifth metatarsal; no constant was taken from
it. Its force was smoothed before it was published, which brings its contacts forward and its toe-offs back, as
above.
"""
WALKING_HEAD = """
## Walking

Mean +- SD in ms (events), against the events of each file (biomechzoo: four people on a walkway; gaitalytics: one
on a walkway, one on a treadmill), or 20 N of clean steps on plates. The constants of walking are means over these
files. Empty: fewer than two events in common, or refused.
"""
TWIN_HEAD = """
### A file without events against its twin

`treadmill_no_events.c3d` against the events of `treadmill_events.c3d`. The twin's toe-offs lie before the force
falls below 20 N; the feet sometimes stand on both belts, so "auto" takes the markers.
"""
METRICS_HEAD = """
## What it does to the metrics

Means of a leg in a trial (60 legs of the ten runners): events from markers or from angles against events from
force. Mean and largest absolute difference in degrees.
"""
TASK_HEAD = """
## Task and speed

The task is told from the data and held against the declared one: a walking pelvis is highest while the feet pass
each other, a running one lowest; who keeps the feet beside the pelvis stands. The speed is the pelvis's over the
standing forefoot, on a walkway and on a belt. Both are said in the passport where they contradict what was declared
(speed: by more than 15 %).
"""

if __name__ == "__main__":
    sys.exit(main())
