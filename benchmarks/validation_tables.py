"""
The small tables behind notebooks/07_validation.ipynb, from the real files of ``KINEMATICS_SHARED`` (default ../shared).

Writes benchmarks/results/*.csv (about a minute); holds no curve of a person::

    python benchmarks/validation_tables.py
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
from agreement import FOLDER, PUBLISHED, SPEEDS, leg

import kinematics as kin
from kinematics.angles import standing_deg
from kinematics.conventions import CURVE_POINTS, SIDES
from kinematics.export.opensim import tilt_list_rotation
from kinematics.models.plug_in_gait import pelvis_angles_plug_in_gait
from kinematics.settings import ForceSettings, ModelSettings, Settings

DATA = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data"
RESULTS = Path(__file__).parent / "results"
RUNNERS = range(1, 11)
PELVIS = ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")
HIPS = ("hip_flexion_left_deg", "hip_flexion_right_deg")
COMPUTED, SET28 = (
    "10 runners",
    "computed from the same open data",
    "28 runners, Fukuchi 2017, doi:10.7717/peerj.3298",
)
#: Standard errors of the simplest direct comparison: gait 4 deg, test 3 deg, two-sided 95 %.
DIRECT_HALF_WIDTH_DEG = 1.96 * np.hypot(4.0, 3.0)
WINDOW = 10
DECIMALS = {"plug_in_gait.csv": 7}


def main() -> None:
    """Write every table."""
    RESULTS.mkdir(exist_ok=True)
    runs = {name: read_all(settings) for name, settings in SETTINGS.items()}
    visual3d, curves = against_visual3d(runs["published"])
    save("visual3d_legs.csv", visual3d)
    save("visual3d_curves.csv", curves)
    save("plug_in_gait.csv", against_vicon())
    save("opensim.csv", against_opensim())
    save("facts.csv", pd.DataFrame(facts(runs, visual3d)))


SETTINGS = {
    "default": Settings(),
    "published": PUBLISHED,
    **{name: Settings(model=ModelSettings(hip_centre=name)) for name in ("hara", "bell", "davis")},
    **{f"{n:g} N": Settings(force=ForceSettings(threshold_n=n)) for n in (10.0, 50.0)},
}


def save(name: str, table: pd.DataFrame) -> None:
    """Rounded to what the notebooks show."""
    table.round(DECIMALS.get(name, 3)).to_csv(RESULTS / name, index=False, lineterminator="\n")
    print(name, table.shape)


def read_all(settings: Settings) -> list[dict]:
    """Each runner and speed: trial, angles, events, strides and standing angles."""
    found = []
    for runner in RUNNERS:
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        standing = standing_deg(static, settings=settings)
        for speed in SPEEDS:
            stem = FOLDER / f"RBDS{runner:03d}runT{speed}"
            trial = kin.read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)
            angles = kin.hip_angles(trial, static, settings=settings)
            events = kin.foot_events(trial, angles, settings=settings)
            strides = kin.segment_strides(angles, events, participant=f"{runner:02d}", session="1")
            found.append(
                {"runner": runner, "speed": speed, "trial": trial, "angles": angles, "events": events}
                | {"strides": strides, "standing": standing}
            )
    return found


def published(runner: int) -> pd.DataFrame:
    """The published mean curves of a runner."""
    return pd.read_csv(FOLDER / f"RBDS{runner:03d}processed.txt", sep="\t")


def against_visual3d(runs: list[dict]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row per leg and speed; and the mean curves of the twenty legs, ours and published."""
    rows, curves = [], []
    for run in runs:
        theirs = published(run["runner"])
        for side in SIDES:
            rows.append(leg(run["strides"], theirs, run["runner"], run["speed"], side))
            curve = theirs[f"{side[0].upper()}hipAngZ{run['speed']}"].to_numpy()
            ours = run["strides"].mean_curve("hip_flexion_deg", side)[0]
            curves.append(
                pd.DataFrame(
                    {"speed": run["speed"], "percent": range(CURVE_POINTS)} | {"ours": ours, "published": curve}
                )
            )
    legs = pd.DataFrame(rows)[["runner", "speed", "side", "rmse", "constant", "rest", "peak", "published_peak", "n"]]
    legs["ours_peak"] = legs["published_peak"] + legs["peak"]
    mean = pd.concat(curves).groupby(["speed", "percent"], as_index=False).mean()
    return legs, mean


def against_vicon() -> pd.DataFrame:
    """Pelvis angles from the markers of each c3d file against the Plug-in Gait outputs in it."""
    rows = []
    for path in sorted((DATA / "plug_in_gait").rglob("*.c3d")):
        trial = kin.read_trial(path, task="walk", format="c3d")
        ours = pelvis_angles_plug_in_gait(trial)
        largest = {f"{name}_largest": np.nanmax(np.abs(ours[name] - trial.channels[name])) for name in PELVIS}
        rows.append({"folder": path.parent.name, "file": path.stem, "frames": trial.time_s.size} | largest)
    return pd.DataFrame(rows)


def against_opensim() -> pd.DataFrame:
    """Our angles from the markers of the Gait2354 walk against OpenSim's inverse kinematics of the same markers."""
    folder = DATA / "opensim"
    static = kin.read_trial(folder / "subject01_static.trc", task="static")
    trial = kin.read_trial(folder / "subject01_walk1.trc", task="walk")
    theirs = kin.read_trial(folder / "subject01_walk1_ik.mot", task="walk")
    ours = kin.hip_angles(trial, static).table
    rows = []
    for name in ("pelvis_anterior_tilt_deg", *HIPS):
        at = np.interp(theirs.time_s, ours["time_s"], ours[name], left=np.nan, right=np.nan)
        kept = np.isfinite(at)
        difference = (at - theirs.channels[name])[kept]
        rows.append(
            {"angle": name, "samples": int(kept.sum()), "constant_deg": difference.mean(), "rest_deg": difference.std()}
            | {"r": np.corrcoef(at[kept], theirs.channels[name][kept])[0, 1]}
        )
    return pd.DataFrame(rows)


def facts(runs: dict[str, list[dict]], visual3d: pd.DataFrame) -> list[dict]:
    """What is stated of 28 runners, and what the ten give; facts that need other data are cited."""
    values = table_of(runs["default"])
    return [
        *end_to_end(visual3d),
        *speed_facts(),
        *correlation(values),
        *thomas(values),
        *tilt_rise(runs["default"]),
        *decomposition(values),
        cited(
            7,
            "peak hip extension at 2.5 m/s, two zeros: levelled in standing / ASIS-PSIS plane [deg]",
            "13.4 / 3.8",
            BMC,
        ),
        cited(
            8,
            "children walking, very slow to very fast: thigh -10.7 to -24.1, hip stops at -8.0 to -7.3 [deg]",
            "",
            SCHWARTZ,
        ),
        *event_facts(runs),
        *stride_facts(runs["default"]),
        *model_facts(runs),
        *direct_null(values),
    ]


BMC = "BMC-RIC data set; not in this project's data"
SCHWARTZ = "Schwartz 2008, doi:10.1016/j.jbiomech.2008.03.015; not in this project's data"


def fact(number: int, what: str, stated: str, ours: str, source: str = COMPUTED) -> dict:
    """One row of the table."""
    return {"fact": number, "what": what, "stated_28": stated, "ours_10": ours, "source": source}


def cited(number: int, what: str, stated: str, source: str) -> dict:
    """A row that is cited and not reproduced."""
    return fact(number, what, stated, "cited, not reproduced", source)


def three(values, form: str = "{:.1f}") -> str:
    """One number per speed."""
    return ", ".join(form.format(value) for value in values)


def table_of(runs: list[dict]) -> pd.DataFrame:
    """A row per runner and speed: medians over strides, means over legs, standing angles, Thomas test."""
    info = pd.read_csv(FOLDER / "RBDSinfo.txt", sep="\t").drop_duplicates("Subject").set_index("Subject")
    rows = []
    for run in runs:
        legs = run["strides"].valid.groupby("side").median(numeric_only=True)
        standing = np.mean([run["standing"][name] for name in HIPS])
        row = {"runner": run["runner"], "speed": run["speed"], "standing": standing} | legs.mean().to_dict()
        row["thomas"] = info.loc[run["runner"], ["RThomas", "LThomas"]].astype(float).mean()
        for side, letter in (("left", "L"), ("right", "R")):
            row[f"used_{side}"] = legs.loc[side, "peak_hip_extension_deg"]
            row[f"thomas_{side}"] = float(info.loc[run["runner"], f"{letter}Thomas"])
            row[f"standing_{side}"] = run["standing"][f"hip_flexion_{side}_deg"]
        rows.append(row)
    return pd.DataFrame(rows)


def end_to_end(legs: pd.DataFrame) -> list[dict]:
    """Fact 1."""
    r = np.corrcoef(legs["ours_peak"], legs["published_peak"])[0, 1]
    bias, sd = legs["peak"].mean(), legs["peak"].std()
    return [
        fact(
            1,
            "markers to peak hip extension against Visual3D, Bell: bias +- SD [deg]",
            "0.55 to 0.58 +- 0.55",
            f"{abs(bias):.2f} +- {sd:.2f}",
            SET28,
        ),
        fact(1, "the same: r", "0.99", f"{r:.3f}", SET28),
        fact(1, "the same: RMSE of the curve [deg]", "0.9 to 2.0", f"{legs['rmse'].mean():.2f}", SET28),
    ]


def speed_facts() -> list[dict]:
    """Fact 2, from the published files alone."""
    peaks, ranges = [], []
    for speed in SPEEDS:
        curves = [published(runner)[f"{side}hipAngZ{speed}"] for runner in RUNNERS for side in "RL"]
        peaks.append(np.mean([curve.min() for curve in curves]))
        ranges.append(np.mean([np.ptp(curve) for curve in curves]))
    return [
        fact(
            2,
            "published curves: least hip flexion at 2.5, 3.5, 4.5 m/s [deg]",
            "-3.8, -8.4, -12.2",
            three(peaks),
            SET28,
        ),
        fact(2, "published curves: range [deg]", "47.4, 60.8, 72.3", three(ranges), SET28),
    ]


def correlation(values: pd.DataFrame) -> list[dict]:
    """Fact 3: the correlation, and what algebra alone gives."""
    found, null = [], []
    for _, group in values.groupby("speed"):
        tilt = group["pelvis_anterior_tilt_at_peak_hip_extension_deg"]
        found.append(np.corrcoef(group["mean_pelvis_anterior_tilt_deg"], -group["peak_hip_extension_deg"])[0, 1])
        null.append(tilt.std() / np.hypot(tilt.std(), group["peak_thigh_extension_deg"].std()))
    source = "Schache 2000, Franz 2009 found it; the null is algebra: hip = thigh + tilt"
    return [
        fact(
            3,
            "r of mean anterior tilt with least hip flexion, per speed",
            "0.85, 0.81, 0.74",
            three(found, "{:.2f}"),
            source,
        ),
        fact(3, "r to expect if thigh and tilt were independent", "0.83, 0.80, 0.78", three(null, "{:.2f}"), source),
    ]


def thomas(values: pd.DataFrame) -> list[dict]:
    """Fact 4: the test does not tell the run."""
    by_speed = [group for _, group in values.groupby("speed")]

    def r(first, second):
        return three([np.corrcoef(first(group), second(group))[0, 1] for group in by_speed], "{:+.2f}")

    least = lambda group: -group["peak_hip_extension_deg"]  # noqa: E731
    return [
        fact(
            4,
            "r of Thomas test with least hip flexion, per speed",
            "-0.21, -0.20, -0.17",
            r(lambda g: g["thomas"], least),
        ),
        fact(
            4,
            "the same, hip told from standing",
            "-0.02, +0.01, +0.03",
            r(lambda g: g["thomas"], lambda g: least(g) - g["standing"]),
        ),
        fact(
            4,
            "r of Thomas test with mean anterior tilt",
            "-0.07 to -0.06",
            r(lambda g: g["thomas"], lambda g: g["mean_pelvis_anterior_tilt_deg"]),
        ),
    ]


def tilt_rise(runs: list[dict]) -> list[dict]:
    """Fact 5."""
    rises = [run["strides"].valid["pelvis_tilt_rise_deg"] for run in runs]
    means = [np.mean([r.mean() for r, run in zip(rises, runs, strict=True) if run["speed"] == s]) for s in SPEEDS]
    every = pd.concat(rises)
    return [
        fact(
            5,
            "strides in which tilt rises from mid-stance to peak thigh extension",
            ">= 99.5 % of 7065",
            f"{100 * (every > 0).mean():.1f} % of {len(every)}",
        ),
        fact(5, "how much, per speed [deg]", "5.4, 5.3, 5.0", three(means)),
    ]


def decomposition(values: pd.DataFrame) -> list[dict]:
    """Fact 6: from 2.5 to 4.5 m/s."""
    wide = values.pivot(index="runner", columns="speed")

    def change(name):
        return (wide[name][45] - wide[name][25]).mean()

    found = [
        change(name)
        for name in (
            "peak_thigh_extension_deg",
            "peak_hip_extension_deg",
            "pelvis_anterior_tilt_at_peak_hip_extension_deg",
        )
    ]
    return [
        fact(6, "2.5 to 4.5 m/s: thigh, hip extension, tilt at peak extension [deg]", "10.8, 8.2, 2.4", three(found))
    ]


def event_facts(runs: dict[str, list[dict]]) -> list[dict]:
    """Fact 9: the heel's lowest point against force, and contact time by threshold."""
    errors = [heel_minimum_error_ms([run for run in runs["default"] if run["speed"] == speed]) for speed in SPEEDS]
    means = [
        1000 * np.mean([run["strides"].valid["contact_time_s"].mean() for run in runs[name] if run["speed"] == 35])
        for name in ("10 N", "default", "50 N")
    ]
    return [
        fact(
            9,
            "heel's lowest point after force contact, per speed [ms]",
            "30, 28, 28",
            three(errors, "{:.0f}"),
            "Fellin 2010 (22-25 ms) with another shoe and lab",
        ),
        fact(9, "contact time at 3.5 m/s by 10, 20, 50 N [ms]", "235.0, 229.7, 219.7", three(means)),
    ]


def heel_minimum_error_ms(runs: list[dict]) -> float:
    """Mean of |error| of the heel marker's lowest point (markers low-passed at 10 Hz) about each contact by force."""
    from kinematics.signals import lowpass

    errors = []
    for run in runs:
        time_s = run["trial"].time_s
        for side, letter in (("left", "L"), ("right", "R")):
            height = lowpass(run["trial"].markers[f"{letter}.Heel.Bottom"][1][None], 10.0, run["trial"].rate_hz)[0]
            for contact in run["events"].times(side, "contact"):
                near = np.flatnonzero(np.abs(time_s - contact) < 0.1)
                if near.size > 20 and np.isfinite(height[near]).all():
                    errors.append(time_s[near[np.argmin(height[near])]] - contact)
    return 1000 * float(np.mean(np.abs(errors)))


def stride_facts(runs: list[dict]) -> list[dict]:
    """Fact 10: spread of strides, and what ten of them miss by."""
    spread, missed = [], []
    for run in runs:
        for _, group in run["strides"].valid.groupby("side"):
            peaks = group["peak_hip_extension_deg"].to_numpy()
            spread.append(peaks.std(ddof=1))
            windows = np.lib.stride_tricks.sliding_window_view(peaks, WINDOW).mean(axis=1)
            missed.extend(np.abs(windows - peaks.mean()))
    by_speed = [
        np.mean([s for s, run in zip(spread, [r for r in runs for _ in SIDES], strict=True) if run["speed"] == v])
        for v in SPEEDS
    ]
    return [
        fact(10, "SD of strides of a leg, per speed [deg]", "0.7 to 0.8", three(by_speed, "{:.2f}")),
        fact(10, "95 % of means of ten strides in a row are within [deg]", "0.53", f"{np.quantile(missed, 0.95):.2f}"),
    ]


def model_facts(runs: dict[str, list[dict]]) -> list[dict]:
    """Fact 11: hip centres, and the order of the pelvis's turns."""
    reference = table_of(runs["default"])["peak_hip_extension_deg"]
    shifts = [(reference - table_of(runs[name])["peak_hip_extension_deg"]).mean() for name in ("bell", "hara", "davis")]
    largest = []
    for speed in SPEEDS:
        found = [largest_in_stride(run["strides"]) for run in runs["default"] if run["speed"] == speed]
        largest.append(np.mean(np.concatenate(found)))
    return [
        fact(
            11,
            "hip centre by Bell, Hara, Davis against Harrington: least hip flexion [deg]",
            "-1.0, -0.8, -0.6",
            three(shifts, "{:+.1f}"),
        ),
        fact(
            11,
            "tilt by the other order of turns, largest in a stride, per speed [deg]",
            "0.44, 0.69, 0.98",
            three(largest, "{:.2f}"),
        ),
    ]


def largest_in_stride(strides: kin.Strides) -> np.ndarray:
    """Largest difference of tilt by tilt-obliquity-rotation from tilt by rotation-obliquity-tilt, per stride. [deg]"""
    tilt, obliquity, rotation = (strides.curves[name][strides.table["valid"]] for name in PELVIS)
    other = -tilt_list_rotation(tilt, obliquity, rotation)[0]
    return np.abs(other - tilt).max(axis=1)


def direct_null(values: pd.DataFrame) -> list[dict]:
    """Fact 12: healthy legs of which test minus run cannot say which is more."""
    shares = {}
    for zero in ("anatomical", "standing"):
        for speed, group in values.groupby("speed"):
            gap = [
                group[f"thomas_{side}"]
                - group[f"used_{side}"]
                - (group[f"standing_{side}"] if zero == "standing" else 0)
                for side in SIDES
            ]
            shares[zero, speed] = 100 * (np.abs(np.concatenate(gap)) < DIRECT_HALF_WIDTH_DEG).mean()
    low, high = min(shares.values()), max(shares.values())
    return [
        fact(
            12,
            "healthy legs left undecided by test minus run, three speeds and two zeros [%]",
            "59 to 88",
            f"{low:.0f} to {high:.0f}",
        )
    ]


if __name__ == "__main__":
    main()
