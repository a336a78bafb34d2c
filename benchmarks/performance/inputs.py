"""Synthetic trials as big as a laboratory's, and studies of any size that link to them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from kinematics.simulate import (
    Runner,
    simulate_angles,
    simulate_gait,
    simulate_markers,
    write_angles,
    write_marker_trial,
)

TRIAL_S, ANGLE_RATE_HZ, ANGLE_COLUMNS = 60.0, 200.0, 40
SPEED_M_S = 3.5
#: The columns of an angle file that the tables are made from.
NEEDED = (
    "time_s", "hip_flexion_l", "hip_flexion_r", "hip_adduction_l", "hip_adduction_r", "hip_rotation_l",
    "hip_rotation_r", "pelvis_anterior_tilt", "pelvis_obliquity", "pelvis_rotation",
)  # fmt: skip
TRIALS_PER_VISIT = 3
TRIALS_HEAD = "participant,session,task,speed_m_s,file,static_file,zero\n"


def angle_files(folder: Path, number: int) -> list[Path]:
    """`number` angle files of 60 s, 40 columns, 12,000 rows, about 3.4 MB; made where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"angles{place:02d}.csv" for place in range(number)]
    for place, path in enumerate(paths):
        if not path.exists():
            table = simulate_angles(_gait(place), rate_hz=ANGLE_RATE_HZ, noise_deg=0.05, seed=place).table
            rng = np.random.default_rng(place)
            others = range(ANGLE_COLUMNS - table.shape[1])
            table = table.assign(**{f"channel_{one}": rng.normal(0.0, 20.0, len(table)) for one in others})
            write_angles(path, table)
    return paths


def marker_files(folder: Path, number: int) -> list[Path]:
    """`number` marker files of 60 s with 26 markers; a static beside each, named `<stem>_static.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"markers{place:02d}_markers.txt" for place in range(number)]
    for place, path in enumerate(paths):
        if not path.exists():
            stem = f"markers{place:02d}"
            trial = simulate_markers(_gait(place), noise_mm=0.3, seed=place)
            write_marker_trial(folder, trial, stem=stem, static_stem=f"{stem}_static")
    return paths


def _gait(place: int):
    left, right = 4.0 + place % 6, 9.0 - place % 5
    runner = Runner(speed_m_s=SPEED_M_S, peak_hip_extension_left_deg=left, peak_hip_extension_right_deg=right)
    return simulate_gait(runner, duration_s=TRIAL_S, seed=place)


def study(folder: Path, files: list[Path], trials: int, *, per_visit: int = TRIALS_PER_VISIT) -> Path:
    """A study of `trials` trials, hard links to `files` in turn; each visit is another person's."""
    folder.mkdir(parents=True)
    rows, people = [], []
    for number in range(trials):
        source = files[number % len(files)]
        person = f"P{number // per_visit:05d}"
        name = f"{person}_1_{number % per_visit}{source.suffix}"
        os.link(source, folder / name)
        static = ""
        standing = source.with_name(source.name.replace("_markers", "_static"))
        if standing != source:
            static = f"{person}_1_{number % per_visit}_static{source.suffix}"
            os.link(standing, folder / static)
        zero = "" if static else "anatomical"
        rows.append(f"{person},1,run,{SPEED_M_S},{name},{static},{zero}")
        people.append(person)
    (folder / "trials.csv").write_text(TRIALS_HEAD + "\n".join(rows) + "\n")
    lines = [f"{person},F,30,170,65" for person in dict.fromkeys(people)]
    (folder / "participants.csv").write_text("participant,sex,age_years,height_cm,mass_kg\n" + "\n".join(lines) + "\n")
    exam = [
        f"{person},1,{side},extension,modified_thomas,{value}"
        for person in dict.fromkeys(people)
        for side, value in (("left", 12), ("right", 10))
    ]
    (folder / "exam.csv").write_text("participant,session,side,direction,test,value_deg\n" + "\n".join(exam) + "\n")
    (folder / "study.toml").write_text('[exam]\nthomas_positive = "below"\n')
    return folder
