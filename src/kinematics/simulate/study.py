"""The demo study: a whole study folder of synthetic runners, and the truth behind it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kinematics.conventions import SIDES, DataError
from kinematics.intake import fields
from kinematics.simulate.cast import CAST, Person, Run, Visit
from kinematics.simulate.files import write_angles, write_marker_trial, write_table
from kinematics.simulate.gait import Runner
from kinematics.simulate.runners import simulate_gait
from kinematics.simulate.swings import simulate_swings
from kinematics.simulate.trials import simulate_angles, simulate_markers

DEFAULT_SEED = 2022
SEEDS_PER_STUDY = 1000  # seeds of a study's trials follow from its own; two studies share none
MARKER_NOISE_MM, FORCE_NOISE_N, ANGLE_NOISE_DEG = 0.3, 5.0, 0.1
LOST_MARKER = ("L.PSIS", 6.0, 6.6)  # a gap longer than is filled: the pelvis is tracked by the other markers
TRUTH_FILE = "truth.csv"
TRUTH_DECIMALS = 3
FEWEST_STRIDES = 5  # a trial with fewer is one of those that are made too short
#: Passive flexion and internal rotation at 90 deg of a typical hip, and 8 deg less (Albertoni 2022,
#: doi:10.1093/bmb/ldac027: -5 and -8 deg on average in femoroacetabular impingement syndrome). [design choice]
FLEXION_DEG, INTERNAL_ROTATION_DEG = (118, 110), (32, 24)
PARTICIPANT_COLUMNS = (
    *("participant", "sex", "age_years", "height_cm", "mass_kg"),
    *("group", "symptomatic_side", "diagnosis", "diagnosed_by", "notes"),
)
TRIAL_COLUMNS = (
    *("participant", "session", "task", "speed_m_s", "file", "static_file", "forces_file"),
    *("zero", "pain_0_10", "grade_percent", "surface"),
)
EXAM_COLUMNS = (
    *("participant", "session", "side", "direction", "test", "value_deg"),
    *("instrument", "pelvis_controlled", "active", "repetition", "rater", "limited_by"),
)
INTAKE_COLUMNS = ("participant", "session", "field", "side", "value", "unit")
TRUTH_COLUMNS = (
    *("participant", "session", "trial", "side"),
    *("peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg", "n_strides", "designed_class"),
)
PAIN_QUESTION = "safety_groin_pain_running"  # a yes alone raises no rule
SETTINGS = """\
# Synthetic study: no real person. Positive Thomas values: the thigh is below the horizontal.
[exam]
thomas_positive = "below"
"""


def simulate_study(folder: Path | str, *, seed: int = DEFAULT_SEED) -> None:
    """
    Write a study folder of ten synthetic runners: at least one for every class, a side difference, two visits, two
    speeds, markers and force, a functional trial, safety questions left open, a trial that is too short.

    Parameters
    ----------
    folder : Path or str
        Made where it does not exist. It gets participants.csv, trials.csv, exam.csv, intake.csv, study.toml, the motion
        files, and truth.csv: per trial and side the true peak hip extension and mean anterior tilt (medians over the
        strides, extension and anterior positive, deg), whole strides, and the class that the numbers were chosen for.
    seed : int
        Same seed, same bytes.

    Raises
    ------
    DataError
        Where the folder holds files and is not an earlier simulated study.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / TRUTH_FILE).is_file():
        raise DataError(
            "the folder holds files already, and they are not a simulated study.",
            file=folder.name,
            remedy="Give a new folder.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    visits = [(person, visit) for person in CAST for visit in person.visits]
    runs = [(person, visit, run) for person, visit in visits for run in visit.runs]
    truths = [
        row
        for number, (person, visit, run) in enumerate(runs)
        for row in _write_run(folder, person, visit, run, seed=seed * SEEDS_PER_STUDY + number)
    ]
    for number, (person, visit) in enumerate(visits):
        if visit.rom_deg:
            swings = simulate_swings(
                *visit.rom_deg, noise_deg=ANGLE_NOISE_DEG, seed=seed * SEEDS_PER_STUDY - 1 - number
            )
            write_angles(folder / _rom_file(person, visit), swings)
    write_table(folder / TRUTH_FILE, TRUTH_COLUMNS, truths)
    write_table(folder / "participants.csv", PARTICIPANT_COLUMNS, [_participant_row(person) for person in CAST])
    write_table(folder / "trials.csv", TRIAL_COLUMNS, [row for who in visits for row in _trial_rows(*who)])
    write_table(folder / "exam.csv", EXAM_COLUMNS, [row for who in visits for row in _exam_rows(*who)])
    write_table(folder / "intake.csv", INTAKE_COLUMNS, [row for who in visits for row in _intake_rows(*who)])
    (folder / "study.toml").write_text(SETTINGS, encoding="utf-8", newline="\n")


def _write_run(folder: Path, person: Person, visit: Visit, run: Run, *, seed: int) -> list[tuple]:
    """Write the files of one run and return its rows of the truth."""
    gait = simulate_gait(_runner(person, run), duration_s=run.duration_s, seed=seed)
    stem = _stem(person, visit, run)
    if run.markers:
        trial = simulate_markers(
            gait, noise_mm=MARKER_NOISE_MM, force_noise_n=FORCE_NOISE_N, gaps=(LOST_MARKER,), seed=seed
        )
        write_marker_trial(folder, trial, stem=stem, static_stem=_static_stem(person, visit))
        return _truth_rows(trial.strides, person, visit, run)
    angles = simulate_angles(gait, noise_deg=ANGLE_NOISE_DEG, seed=seed)
    write_angles(folder / f"{stem}.csv", angles.table)
    return _truth_rows(angles.strides, person, visit, run)


def _truth_rows(strides: pd.DataFrame, person: Person, visit: Visit, run: Run) -> list[tuple]:
    names = ["peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg"]
    trial = Path(_motion_file(person, visit, run)).stem
    rows = []
    for side, designed in zip(SIDES, visit.classes, strict=True):
        own = strides[strides["side"] == side]
        medians = [round(float(own[name].median()), TRUTH_DECIMALS) for name in names]
        label = designed if len(own) >= FEWEST_STRIDES else "inconclusive"
        rows.append((person.participant, visit.session, trial, side, *medians, len(own), label))
    return rows


def _runner(person: Person, run: Run) -> Runner:
    return Runner(
        speed_m_s=run.speed_m_s,
        peak_hip_extension_left_deg=run.used_left_deg,
        peak_hip_extension_right_deg=run.used_right_deg,
        mean_pelvis_anterior_tilt_deg=run.tilt_deg,
        height_m=person.height_cm / 100.0,
        mass_kg=float(person.mass_kg),
    )


def _stem(person: Person, visit: Visit, run: Run) -> str:
    return f"{person.participant}_{visit.session}_run{round(10 * run.speed_m_s)}"


def _static_stem(person: Person, visit: Visit) -> str:
    return f"{person.participant}_{visit.session}_static"


def _motion_file(person: Person, visit: Visit, run: Run) -> str:
    stem = _stem(person, visit, run)
    return f"{stem}_markers.txt" if run.markers else f"{stem}.csv"


def _participant_row(person: Person) -> tuple:
    return (
        *(person.participant, person.sex, person.age_years, person.height_cm, person.mass_kg),
        *("FAI" if person.diagnosis else "no diagnosis", person.symptomatic_side, person.diagnosis),
        *("physician" if person.diagnosis else None, f"synthetic: {person.notes}"),
    )


def _rom_file(person: Person, visit: Visit) -> str:
    return f"{person.participant}_{visit.session}_rom.csv"


def _trial_rows(person: Person, visit: Visit) -> list[tuple]:
    rows = [_trial_row(person, visit, run) for run in visit.runs]
    if visit.rom_deg:
        keys = (person.participant, visit.session, "rom", None, _rom_file(person, visit))
        rows.append((*keys, None, None, "anatomical", None, None, None))
    return rows


def _trial_row(person: Person, visit: Visit, run: Run) -> tuple:
    static, forces = f"{_static_stem(person, visit)}.txt", f"{_stem(person, visit, run)}_forces.txt"
    return (
        *(person.participant, visit.session, "run", run.speed_m_s, _motion_file(person, visit, run)),
        *((static, forces, None) if run.markers else (None, None, "anatomical")),
        *(run.pain_0_10, 0, "treadmill"),
    )


def _exam_rows(person: Person, visit: Visit) -> list[tuple]:
    has_diagnosis = int(bool(person.diagnosis))
    rows = []
    for side, thomas_deg in zip(SIDES, (visit.thomas_left_deg, visit.thomas_right_deg), strict=True):
        tests = [
            ("extension", "modified_thomas", thomas_deg - 1, 1),
            ("extension", "modified_thomas", thomas_deg + 1, 2),
            ("flexion", "supine_flexion", FLEXION_DEG[has_diagnosis], 1),
            ("internal_rotation", "ir_90", INTERNAL_ROTATION_DEG[has_diagnosis], 1),
        ]
        rows += [
            (person.participant, visit.session, side, *test[:3], "inclinometer", "yes", "no", test[3], "A", "firm")
            for test in tests
        ]
        rows += [
            (person.participant, visit.session, side, direction, "rom", end, "markers", "yes", "no", 1, "A", "firm")
            for direction, end in zip(("extension", "flexion"), visit.rom_deg or (), strict=False)
        ]
    return rows


def _intake_rows(person: Person, visit: Visit) -> list[tuple]:
    questions = [field.name for field in fields().values() if field.group == "safety"]
    asked = questions if visit.safety == "answered" else questions[::2]
    sore = visit.runs[0].pain_0_10 > 0
    safety = [(name, None, "yes" if sore and name == PAIN_QUESTION else "no", None) for name in asked]
    answers = safety + [(name, side or None, value, unit or None) for name, side, value, unit in visit.answers]
    return [(person.participant, visit.session, *answer) for answer in answers]
