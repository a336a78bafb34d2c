"""
The ledger on ten real runners: four frames against the Thomas test, labels with the runner left out, golden facts.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared) and prints docs/ledger-runners.md::

    python benchmarks/ledger_rbds.py > docs/ledger-runners.md
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from agreement import FOLDER, SPEEDS, strides_of

import kinematics as kin
from kinematics.angles import standing_deg
from kinematics.exam import EXAM_COLUMNS
from kinematics.ledger import FRAMES, beyond_test, compare_range, four_frames, people_of, standing_table, tilt_coupling
from kinematics.norms import GaitNorms, running_norms
from kinematics.settings import ModelSettings, Settings

RUNNERS = range(1, 11)
#: 28 runners: r(tilt, hip), the algebraic null, r(Thomas, peak extension), the same on standing, r(Thomas, tilt).
STATED = {
    "r(mean tilt, peak hip angle)": (0.85, 0.81, 0.74),
    "the same, if thigh and tilt were unrelated": (0.83, 0.80, 0.78),
    "r(Thomas, peak extension)": (-0.21, -0.20, -0.17),
    "r(Thomas, peak extension from standing)": (-0.02, 0.01, 0.03),
    "r(Thomas, mean tilt)": (-0.07, -0.07, -0.07),
}


HEAD = """# The ledger on ten real runners

Printed by `python benchmarks/ledger_rbds.py` from RBDS001-010 (Fukuchi, Fukuchi, Duarte 2017,
doi:10.7717/peerj.3298) with their published Thomas values (positive: thigh below the horizontal, inferred). None of
them was recruited for hip pain.
"""


def main() -> None:
    """Print the page."""
    print(HEAD)
    strides, standing = measured()
    exam = thomas_exam()
    print(
        "## Four frames\n\nUsed extension, and how many of 20 legs pass the Thomas value: the zero makes the count.\n"
    )
    print(frames_table(strides, standing, exam))
    print("## Labels against the reference without the runner himself\n")
    print(left_out_table(strides, standing, exam))
    print("## Correlations between people\n")
    print(facts_table(strides, standing, exam))
    print(direct_null(strides, exam))
    print("## Choice of the model\n")
    print(model_table())


def measured() -> tuple[list[kin.Strides], pd.DataFrame]:
    """Strides of all trials, and the standing angles of each runner and side."""
    strides, standing = [], []
    for runner in RUNNERS:
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        name = f"RBDS{runner:03d}"
        standing.append(standing_table(standing_deg(static), participant=name, session="1"))
        for speed in SPEEDS:
            one = strides_of(runner, speed, static, Settings())
            strides.append(replace(one, table=one.table.assign(participant=name, session="1")))
    return strides, pd.concat(standing, ignore_index=True)


def thomas_exam() -> pd.DataFrame:
    """The published Thomas values as an exam: one repetition each, instrument and pelvis control not stated."""
    info = pd.read_csv(FOLDER / "RBDSinfo.txt", sep="\t").drop_duplicates("Subject").set_index("Subject")
    rows = [
        {"participant": f"RBDS{runner:03d}", "session": "1", "side": side, "direction": "extension"}
        | {"test": "modified_thomas", "value_deg": float(info.loc[runner, f"{side[0].upper()}Thomas"])}
        for runner in RUNNERS
        for side in ("left", "right")
    ]
    empty = dict.fromkeys(EXAM_COLUMNS, "") | {"repetition": np.nan, "sem_deg": np.nan}
    return pd.DataFrame([empty | row for row in rows], columns=list(EXAM_COLUMNS))


def frames_table(strides, standing, exam) -> str:
    """Legs whose used extension passes the Thomas value, per frame and speed."""
    frames = four_frames(strides, about=standing)
    gap = beyond_test(frames, exam, across_zeros=True)
    counts = {name: (gap[name] > 0).groupby(gap["speed_m_s"]).sum() for name in FRAMES}
    means = frames.groupby("speed_m_s")[list(FRAMES)].mean()
    lines = ["| frame | 2.5 m/s: mean deg, legs beyond of 20 | 3.5 m/s | 4.5 m/s |", "|---|---|---|---|"]
    for name, meaning in FRAMES.items():
        cells = [f"{means.loc[speed / 10, name]:.1f}, {counts[name][speed / 10]}" for speed in SPEEDS]
        lines.append(f"| {meaning} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def left_out_table(strides, standing, exam) -> str:
    """Classes of the 60 leg-speeds, each runner held against the reference without himself."""
    ledgers = []
    for runner in RUNNERS:
        name = f"RBDS{runner:03d}"
        own = [one for one in strides if one.table["participant"].iloc[0] == name]
        about = [standing[standing["participant"] == name], pd.DataFrame([PERSON | {"participant": name}])]
        stand = standing.loc[standing["participant"] == name, "standing_hip_flexion_deg"].mean()
        used = {"used_reference": without(own, stand), "about": about}
        ledgers.append(compare_range(own, exam[exam["participant"] == name], **used))
    ledger = pd.concat(ledgers)
    rows = ledger[ledger["comparison"] == "reference"]
    counts = rows["class"].value_counts()
    bad = counts.get("low_both", 0) + counts.get("available_unused", 0)
    words = ", ".join(f"{name} {n}" for name, n in counts.items())
    why = ", ".join(f"{name} {n}" for name, n in rows["reason"].value_counts().items() if name)
    return f"Left out of the reference: {words}. Labelled low in use: {bad} of {len(rows)}. Inconclusive: {why}.\n"


#: What the data set says of each of the ten.
PERSON = {"sex": "M", "level": "competitive", "surface": "treadmill", "grade_percent": 0.0, "symptomatic_side": "none"}


def without(own: list[kin.Strides], standing_hip_deg: float) -> GaitNorms:
    """The shipped reference with one of its 28 runners taken out of mean, SD and n, under both zeros."""
    norms = running_norms()
    valid = pd.concat([one.valid for one in own])
    sides = valid.groupby(["speed_m_s", "side"])["peak_hip_extension_deg"].mean()
    values = sides.groupby(level="speed_m_s").mean().to_numpy()
    metrics = {}
    for zero, of_zero in norms.metrics.items():
        mean, sd = of_zero["peak_hip_extension_deg"].T
        shifted = values if zero == norms_zero() else values + standing_hip_deg
        metrics[zero] = {**of_zero, "peak_hip_extension_deg": _less_one(mean, sd, norms.n_people, shifted)}
    return replace(norms, n_people=norms.n_people - 1, metrics=metrics)


def norms_zero() -> str:
    """The zero of the shipped reference."""
    return next(iter(running_norms().metrics))


def _less_one(mean, sd, n, value) -> np.ndarray:
    """Mean and SD of n - 1 people after one value is taken out."""
    new_mean = (n * mean - value) / (n - 1)
    squares = (n - 1) * sd**2 + n * mean**2 - value**2 - (n - 1) * new_mean**2
    return np.stack([new_mean, np.sqrt(squares / (n - 2))], axis=-1)


def facts_table(strides, standing, exam) -> str:
    """Correlations of tilt, extension and the Thomas test, ours beside the 28 runners'."""
    thomas = exam.groupby("participant")["value_deg"].mean().to_numpy()
    stand = standing.groupby("participant")["standing_hip_flexion_deg"].mean().to_numpy()
    found: dict[str, list[float]] = {name: [] for name in STATED}
    said: list[str] = []
    for speed in SPEEDS:
        people = people_of([one for one in strides if np.isclose(one.table["speed_m_s"].iloc[0], speed / 10)])
        tilt, extension = people.values()
        coupling = tilt_coupling(tilt, extension)
        numbers = [coupling.observed, coupling.algebraic]
        numbers += [np.corrcoef(thomas, values)[0, 1] for values in (extension, extension + stand, tilt)]
        for name, value in zip(found, numbers, strict=True):
            found[name].append(float(value))
        said.append(f"- {speed / 10} m/s: {coupling}")
    lines = [*said, "", "| fact | 2.5 m/s: ten / 28 | 3.5 m/s | 4.5 m/s |", "|---|---|---|---|"]
    for name, stated in STATED.items():
        cells = [f"{value:+.2f} / {whole:+.2f}" for value, whole in zip(found[name], stated, strict=True)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def direct_null(strides, exam) -> str:
    """Share of the 20 legs in which a difference across zeros, with errors of 4 and 3 deg, tells nothing."""
    gap = beyond_test(four_frames(strides), exam, across_zeros=True)
    half_width = 1.96 * float(np.hypot(4.0, 3.0))
    share = (gap["hip_deg"].abs() < half_width).groupby(gap["speed_m_s"]).mean()
    words = ", ".join(f"{100 * value:.0f} % at {speed:g} m/s" for speed, value in share.items())
    return (
        f"A difference across zeros with errors of 4 and 3 deg (95 % half-width {half_width:.1f} deg) holds 0 in "
        f"{words} of the 20 legs (28 runners: 59 to 88 %).\n"
    )


def model_table() -> str:
    """Peak extension by hip centre against Harrington, and tilt by the other sequence, means over the ten runners."""
    found: dict[tuple[str, int], list[float]] = {}
    for runner in RUNNERS:
        static = kin.read_trial(FOLDER / f"RBDS{runner:03d}static.txt", task="static")
        for speed in SPEEDS:
            peaks = {}
            for centre in ("harrington", "bell", "hara", "davis"):
                settings = Settings(model=ModelSettings(hip_centre=centre))
                one = strides_of(runner, speed, static, settings)
                peaks[centre] = one.valid.groupby("side")["peak_hip_extension_deg"].median().mean()
            for centre in ("bell", "hara", "davis"):
                found.setdefault((centre, speed), []).append(peaks[centre] - peaks["harrington"])
            found.setdefault(("sequence", speed), []).append(sequence_gap(one))
    lines = ["| ten runners against the default | 2.5 m/s | 3.5 m/s | 4.5 m/s | 28 runners |", "|---|---|---|---|---|"]
    stated = {"bell": "+1.0 ± 0.7", "hara": "+0.8 ± 0.6", "davis": "+0.6 ± 0.7", "sequence": "0.44, 0.69, 0.98"}
    names = {"sequence": "tilt first instead of rotation first: largest change of tilt in a stride"}
    for name, whole in stated.items():
        cells = [f"{np.mean(found[name, speed]):+.2f} ± {np.std(found[name, speed], ddof=1):.2f}" for speed in SPEEDS]
        lines.append(f"| {names.get(name, f'peak extension, hip centre {name}')} | {' | '.join(cells)} | {whole} |")
    return "\n".join([*lines, ""])


def sequence_gap(strides: kin.Strides) -> float:
    """Largest difference within a stride of tilt by rotation-obliquity-tilt and by tilt-obliquity-rotation. [deg]"""
    from scipy.spatial.transform import Rotation

    valid = strides.table["valid"].to_numpy(bool)
    names = ("pelvis_rotation_deg", "pelvis_obliquity_deg", "pelvis_anterior_tilt_deg")
    angles = np.stack([strides.curves[name][valid] for name in names], axis=-1)
    other = Rotation.from_euler("YXZ", angles.reshape(-1, 3), degrees=True).as_euler("ZXY", degrees=True)[:, 0]
    return float(np.abs(other.reshape(angles.shape[:2]) - angles[..., 2]).max(axis=1).mean())


if __name__ == "__main__":
    main()
