"""
Agreement with the published Visual3D curves, and the ten runners beside the 28 of the whole set.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared) and prints the tables of docs/validation.md::

    python benchmarks/agreement.py > docs/validation.md
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

import kinematics as kin
from kinematics.angles import standing_deg
from kinematics.settings import ForceSettings, ModelSettings, Settings
from kinematics.signals import lowpass
from kinematics.strides import side_differences, stride_coordination
from kinematics.strides.sides import HEALTHY_SIDE_DIFFERENCE

FOLDER = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data" / "rbds"
SPEEDS = (25, 35, 45)
PUBLISHED = Settings(model=ModelSettings(hip_centre="bell"), force=ForceSettings(cutoff_hz=10))
#: Means of 28 runners (both legs) at 2.5, 3.5 and 4.5 m/s, Harrington; computed from the same open data.
ALL_28 = {
    "peak_hip_extension_deg": (3.5, 7.9, 11.7),
    "peak_hip_extension_percent": (40.7, 37.8, 35.6),
    "hip_flexion_at_toe_off_deg": (-2.2, -5.3, -8.2),
    "hip_flexion_at_contact_deg": (32.7, 36.9, 40.5),
    "peak_hip_flexion_deg": (43.7, 52.7, 60.4),
    "peak_thigh_extension_deg": (20.8, 27.2, 31.7),
    "mean_pelvis_anterior_tilt_deg": (14.1, 15.8, 16.6),
    "pelvis_anterior_tilt_at_toe_off_deg": (16.8, 17.8, 17.9),
    "peak_pelvis_anterior_tilt_deg": (18.2, 20.3, 21.3),
    "pelvis_anterior_tilt_at_peak_hip_flexion_deg": (15.3, 17.3, 18.5),
    "pelvis_tilt_excursion_deg": (8.2, 8.8, 8.9),
    "pelvis_tilt_rise_deg": (5.4, 5.3, 5.0),
    "pelvic_share": (0.17, 0.13, 0.11),
    "contact_time_s": (0.28, 0.23, 0.20),
    "cadence_steps_per_min": (162, 171, 184),
}
#: Facts of the 28 runners at 2.5, 3.5, 4.5 m/s, from the same open data.
RISING_28, RISE_28 = "100, 100, 99.5 % of 2209, 2340, 2516", (5.4, 5.3, 5.0)
#: From 2.5 to 4.5 m/s: thigh and hip behind, tilt forward. [deg]
DECOMPOSED_28 = (10.8, 8.2, 2.4)
HEEL_LOW_28 = ((30, 23), (28, 19), (28, 16))
CONTACT_28 = {10: 235.0, 20: 229.7, 50: 219.7}
STRIDE_SD_28, TEN_STRIDES_28 = "0.7-0.8", 0.53
#: Share of stance in each pattern of hip flexion and anterior tilt, same runners.
STANCE_28 = {
    "first_only": (0.63, 0.69, 0.71),
    "in_phase": ("0.12-0.14",) * 3,
    "second_only": (0.13, 0.08, 0.05),
    "anti_phase": (0.13, 0.10, 0.10),
}
STANDING_28 = {"pelvis_anterior_tilt_deg": (9.8, 4.0), "hip_flexion_deg": (4.1, 5.6)}


def main() -> None:
    """Print the page."""
    published, _ = measure(PUBLISHED)
    default, standing = measure(Settings())
    print(PAGE_HEAD)
    print(agreement_table(published))
    print(CONSTANTS_HEAD)
    print(constants_table(published))
    print(harrington_lines(default))
    print(TEN_HEAD)
    print(ten_table(default, standing))
    print(GOLDEN_HEAD)
    print(golden_table(golden()))
    print(PAGE_END)


def golden() -> dict[str, pd.DataFrame]:
    """Valid strides, heel minima, contact times by threshold, coordination and side differences of the ten runners."""
    rows: dict[str, list[pd.DataFrame]] = {"strides": [], "heel": [], "threshold": [], "stance": [], "sides": []}
    for runner in range(1, 11):
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        for speed in SPEEDS:
            trial = trial_of(runner, speed)
            angles = kin.hip_angles(trial, static)
            strides = kin.segment_strides(angles, kin.foot_events(trial, angles))
            key = {"runner": runner, "speed": speed}
            rows["strides"].append(strides.valid.assign(**key))
            rows["heel"].append(pd.DataFrame({"late_ms": heel_minimum_late_ms(trial, strides)}).assign(**key))
            rows["stance"].append(stride_coordination(strides).query("phase == 'stance'").assign(**key))
            rows["sides"].append(side_differences(strides).assign(**key))
            for threshold in CONTACT_28:
                settings = Settings(force=ForceSettings(threshold_n=threshold))
                found = kin.segment_strides(angles, kin.foot_events(trial, angles, settings=settings))
                contact = found.valid["contact_time_s"].mean() * 1000
                rows["threshold"].append(pd.DataFrame([key | {"threshold": threshold, "contact_ms": contact}]))
    return {name: pd.concat(parts, ignore_index=True) for name, parts in rows.items()}


def heel_minimum_late_ms(trial: kin.Trial, strides: kin.Strides) -> np.ndarray:
    """How much later than the force's contact the heel marker (10 Hz) is lowest, within 0.1 s of it. [ms]"""
    late = []
    for side in ("left", "right"):
        height = lowpass(trial.markers[f"{side[0].upper()}.Heel.Bottom"][1][None], 10.0, trial.rate_hz)[0]
        contact = strides.valid.loc[strides.valid["side"] == side, "start_s"].to_numpy() - trial.time_s[0]
        window = np.arange(-round(0.1 * trial.rate_hz), round(0.1 * trial.rate_hz) + 1)
        rows = np.clip(np.round(contact * trial.rate_hz).astype(int)[:, None] + window, 0, height.size - 1)
        whole = np.isfinite(height[rows]).all(axis=1)
        lowest = rows[whole, np.argmin(height[rows[whole]], axis=1)]
        late.append(1000 * (lowest / trial.rate_hz - contact[whole]))
    return np.concatenate(late)


def golden_table(found: dict[str, pd.DataFrame]) -> str:
    """The golden facts, ours beside the 28 runners', with the numbers of strides."""
    strides, heel, legs = found["strides"], found["heel"], ["speed", "runner", "side"]
    rise = strides.groupby("speed")["pelvis_tilt_rise_deg"].mean()
    rising, n = int((strides["pelvis_tilt_rise_deg"] > 0).sum()), len(strides)
    names = ["peak_thigh_extension_deg", "peak_hip_extension_deg", "pelvis_anterior_tilt_at_peak_hip_extension_deg"]
    change = strides.groupby(legs)[names].mean().groupby("speed").mean().loc[[25, 45]].diff().iloc[-1]
    leg_sd = strides.groupby(legs)["peak_hip_extension_deg"].std().groupby("speed").mean()
    apart = pd.concat(
        [(leg.rolling(10).mean() - leg.mean()).abs() for _, leg in strides.groupby(legs)["peak_hip_extension_deg"]]
    )
    contact = found["threshold"].query("speed == 35").groupby("threshold")["contact_ms"].mean()
    lateness = heel.groupby("speed")["late_ms"].agg(["mean", "std"])
    lines = [
        "| fact | ten runners | 28 runners |",
        "|---|---|---|",
        f"| tilt rises from mid-stance to peak thigh extension | {rising} of {n} strides ({rising / n:.1%}) "
        f"| {RISING_28} |",
        f"| size of the rise at 2.5, 3.5, 4.5 m/s [deg] | {listed(rise)} | {listed(RISE_28)} |",
        f"| from 2.5 to 4.5 m/s thigh, hip, tilt at peak hip extension [deg] | {listed(change)} "
        f"| {listed(DECOMPOSED_28)} |",
        f"| heel lowest after contact [ms] (n {len(heel)}) | "
        + ", ".join(f"{mean:.0f} +- {sd:.0f}" for mean, sd in lateness.to_numpy())
        + " | "
        + ", ".join(f"{mean} +- {sd}" for mean, sd in HEEL_LOW_28)
        + " |",
        f"| contact time at 10, 20, 50 N, 3.5 m/s [ms] | {listed(contact)} | {listed(CONTACT_28.values())} |",
        f"| scatter of peak hip extension within a leg [deg] | {listed(leg_sd, 2)} | {STRIDE_SD_28} |",
        f"| ten strides in a row from the leg's mean, 95 % within [deg] | {apart.quantile(0.95):.2f} "
        f"| {TEN_STRIDES_28} |",
    ]
    for name, theirs in STANCE_28.items():
        share = found["stance"].groupby("speed")[f"{name}_share"].mean()
        said = ", ".join(value if isinstance(value, str) else f"{value:.2f}" for value in dict.fromkeys(theirs))
        words = name.replace("first", "hip").replace("second", "pelvis").replace("_", " ")
        lines.append(f"| stance, hip against tilt: {words} [1] | {listed(share, 2)} | {said} |")
    return "\n".join([*lines, SIDES_HEAD, *side_lines(found["sides"])])


def side_lines(sides: pd.DataFrame) -> list[str]:
    """Right minus left of the ten runners, per metric that `strides.sides` has a spread for."""
    lines = ["| metric | 2.5 m/s | 3.5 m/s | 4.5 m/s |", "|---|---|---|---|"]
    for name in HEALTHY_SIDE_DIFFERENCE:
        digits = 1 if name.endswith("_deg") else 3
        groups = sides[sides["metric"] == name].groupby("speed")["difference"].agg(["mean", "std"]).to_numpy()
        cells = [f"{mean:+.{digits}f} +- {sd:.{digits}f}" for mean, sd in groups]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return lines


def listed(values: Iterable[float], digits: int = 1) -> str:
    """Numbers in a row."""
    return ", ".join(f"{value:.{digits}f}" for value in values)


def measure(settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per leg and speed with the differences and mean metrics; one row per runner with the standing angles."""
    rows, standing = [], []
    for runner in range(1, 11):
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        theirs = pd.read_csv(FOLDER / f"RBDS{runner:03d}processed.txt", sep="\t")
        standing.append(standing_deg(static, settings=settings))
        for speed in SPEEDS:
            strides = strides_of(runner, speed, static, settings)
            rows += [leg(strides, theirs, runner, speed, side) for side in ("right", "left")]
    return pd.DataFrame(rows), pd.DataFrame(standing)


def strides_of(runner: int, speed: int, static: kin.Trial, settings: Settings) -> kin.Strides:
    """Strides of one trial."""
    trial = trial_of(runner, speed)
    angles = kin.hip_angles(trial, static, settings=settings)
    return kin.segment_strides(angles, kin.foot_events(trial, angles, settings=settings))


def trial_of(runner: int, speed: int) -> kin.Trial:
    """One motion trial with its forces."""
    stem = FOLDER / f"RBDS{runner:03d}runT{speed}"
    return kin.read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)


def leg(strides: kin.Strides, theirs: pd.DataFrame, runner: int, speed: int, side: str) -> dict[str, float]:
    """Differences of one leg's mean curve from the published one, and its mean metrics."""
    curve = theirs[f"{side[0].upper()}hipAngZ{speed}"].to_numpy()
    ours = strides.mean_curve("hip_flexion_deg", side)[0]
    difference = ours - curve
    own = strides.valid[strides.valid["side"] == side]
    return {
        "runner": runner,
        "speed": speed,
        "side": side,
        "rmse": float(np.sqrt(np.mean(difference**2))),
        "constant": float(difference.mean()),
        "rest": float(difference.std()),
        "peak": float(curve.min() - ours.min()),
        "published_peak": -float(curve.min()),
        "n": len(own),
        "rising": int((own["pelvis_tilt_rise_deg"] > 0).sum()),
    } | own[list(ALL_28)].mean().to_dict()


def agreement_table(legs: pd.DataFrame) -> str:
    """RMSE, RMSE without the constant, and the peak's difference, per speed and over all."""
    lines = [
        "| speed | legs | curve RMSE, mean (largest) | without the constant | peak extension, mean abs (largest) |"
    ]
    lines.append("|---|---|---|---|---|")
    for name, group in [*((f"{speed / 10} m/s", legs[legs["speed"] == speed]) for speed in SPEEDS), ("all", legs)]:
        lines.append(
            f"| {name} | {len(group)} | {group['rmse'].mean():.2f} ({group['rmse'].max():.2f}) "
            f"| {group['rest'].mean():.2f} | {group['peak'].abs().mean():.2f} ({group['peak'].abs().max():.2f}) |"
        )
    return "\n".join(lines)


def constants_table(legs: pd.DataFrame) -> str:
    """Each leg's constant: mean of ours minus published, per speed."""
    table = legs.pivot(index=["runner", "side"], columns="speed", values="constant")
    lines = ["| runner | side | 2.5 | 3.5 | 4.5 m/s |", "|---|---|---|---|---|"]
    lines += [
        f"| {runner} | {side} | " + " | ".join(f"{v:+.2f}" for v in row) + " |"
        for (runner, side), row in zip(table.index, table.to_numpy(), strict=True)
    ]
    mean, sd = legs["constant"].mean(), legs["constant"].std()
    return "\n".join([*lines, "", f"Over all legs and speeds {mean:+.2f} +- {sd:.2f} deg."])


def harrington_lines(legs: pd.DataFrame) -> str:
    """Order of the runners and bias with the default hip centre."""
    people = legs.groupby(["speed", "runner"])[["peak_hip_extension_deg", "published_peak"]].mean()
    words = []
    for speed in SPEEDS:
        ours, theirs = people.loc[speed].to_numpy().T
        words.append(
            f"{speed / 10} m/s r = {np.corrcoef(ours, theirs)[0, 1]:.3f}, bias {np.mean(ours - theirs):+.2f} deg"
        )
    return HARRINGTON.format("; ".join(words))


def ten_table(legs: pd.DataFrame, standing: pd.DataFrame) -> str:
    """Ours (10 runners) beside the 28 runners, per speed."""
    lines = ["| metric | 2.5 m/s: ours / 28 | 3.5 m/s | 4.5 m/s |", "|---|---|---|---|"]
    for name, theirs in ALL_28.items():
        means = legs.groupby("speed")[name].mean()
        digits = 2 if name in ("pelvic_share", "contact_time_s") else 1
        cells = [f"{means[speed]:.{digits}f} / {value:.{digits}f}" for speed, value in zip(SPEEDS, theirs, strict=True)]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    tilt = standing["pelvis_anterior_tilt_deg"]
    hip = standing[["hip_flexion_left_deg", "hip_flexion_right_deg"]].mean(axis=1)
    (t28, ts28), (h28, hs28) = STANDING_28.values()
    rising, n = legs["rising"].sum(), legs["n"].sum()
    return "\n".join(
        [
            *lines,
            "",
            f"Standing: anterior tilt {tilt.mean():.1f} +- {tilt.std():.1f} deg (28 runners: {t28} +- {ts28}), "
            f"hip flexion {hip.mean():.1f} +- {hip.std():.1f} deg ({h28} +- {hs28}).",
            "",
            f"Tilt rises from mid-stance to peak thigh extension in {rising} of {n} strides ({rising / n:.1%}).",
        ]
    )


PAGE_HEAD = """# Validation

Every figure on this page is printed by `python benchmarks/agreement.py` from real files: ten runners (RBDS001-010) on a
treadmill at 2.5, 3.5 and 4.5 m/s, published with their Visual3D curves by Fukuchi, Fukuchi and Duarte 2017
(doi:10.7717/peerj.3298). `tests/test_truth.py` holds the bounds.

## Agreement with Visual3D

Our hip flexion with the published model (Coda pelvis, Bell hip centre, thigh cluster, Cardan Z-X-Y; markers and force
low-passed at 10 Hz; contact at 20 N) against the published mean curves, 101 points, both sides. [deg]
"""
CONSTANTS_HEAD = """
No offset, shift or cut-off was chosen to make these figures small. What is left is nearly constant over the stride of a
leg; each leg's constant (ours minus published) is: [deg]
"""
HARRINGTON = """
With the default hip centre (Harrington 2007) the runners keep their order:
{}.
"""
TEN_HEAD = """
## The ten runners beside the twenty-eight

Defaults (Harrington, force at 50 Hz), means over both legs; the 28 runners are the whole published set, reckoned in the
same way. The ten are part of the twenty-eight, so this is a check of the method, not a replication.
"""
GOLDEN_HEAD = """
## Facts about running, ten and twenty-eight

Defaults; all strides that count. `tests/test_strides_golden.py` holds the ten runners' values against a second, plain
computation.
"""
SIDES_HEAD = """
Right minus left, mean +- standard deviation between the ten runners. In the 28 runners peak hip extension differs by
1.5, 1.9, 2.3 deg (one standard deviation), anterior tilt at toe-off by 1.0, 1.3, 1.4.
"""
PAGE_END = """
## What this does not show

All runners are competitive men but one woman, on a level treadmill, in one laboratory; none was recruited for hip pain.
Markers lie on skin: in dual fluoroscopy the hip by skin markers is 1.9 deg more extended than the bones are
(Fiorentino 2017, doi:10.1016/j.gaitpost.2017.03.033). Agreement with another program says that the arithmetic is right,
not that the markers are."""


if __name__ == "__main__":
    main()
