"""Synthetic visits with every reading a report can give: for tests and for looking at."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from kinematics.assessment import Assessment, TrialResult
from kinematics.conventions import CURVE_NAMES, EXCLUDED_COLUMNS, LEDGER_COLUMNS
from kinematics.exercises import Options
from kinematics.intake import fields
from kinematics.norms import GaitReference, NoReference
from kinematics.settings import Settings
from kinematics.strides import Strides
from kinematics.study import Participant, Session, TrialEntry
from kinematics.trial import Passport

PERCENT = np.arange(101)
#: Per cent of the stride and hip flexion of a made-up reference runner at 3.5 m/s, read off no source.
HIP_KNOTS = ([0, 8, 20, 38, 55, 80, 92, 100], [37, 34, 14, -8, 16, 52, 42, 37])
#: Limits and references as in the ledger at 3.5 m/s: mean, sd between people, 10th centile.
USED, AVAILABLE = (7.9, 4.5, 2.1), (10.6, 9.6, -1.7)
USED_SE, AVAILABLE_SE = 2.7, 3.0
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'</style></script>"

#: class -> (used, available, probabilities of the four classes in the ledger's order)
READINGS = {
    "available_unused": (-6.0, 14.0, (0.996, 0.002, 0.0, 0.002)),
    "low_both": (-7.0, -12.0, (0.004, 0.994, 0.002, 0.0)),
    "low_test_only": (13.0, -12.0, (0.0, 0.003, 0.992, 0.005)),
    "typical": (14.0, 15.0, (0.001, 0.0, 0.001, 0.998)),
    "inconclusive": (2.0, -2.0, (0.24, 0.27, 0.26, 0.23)),
}


def base_curves(speed_m_s: float = 3.5) -> dict[str, np.ndarray]:
    """Curves of a made-up runner, each of shape (101,), joined smoothly at contact. [deg]"""
    percent, hip = HIP_KNOTS
    cycle = 2 * np.pi * PERCENT / 100
    flexion = CubicSpline(percent, hip, bc_type="periodic")(PERCENT) * (0.7 + 0.3 * speed_m_s / 3.5)
    tilt = 16 + 3.2 * np.cos(2 * (cycle - 2 * np.pi * 0.40))
    return {
        "hip_flexion_deg": flexion,
        "hip_adduction_deg": 3 + 6 * np.sin(cycle),
        "hip_internal_rotation_deg": 2 + 4 * np.cos(cycle),
        "thigh_flexion_deg": flexion - tilt,
        "pelvis_anterior_tilt_deg": tilt,
        "pelvis_obliquity_deg": 3 * np.cos(cycle),
        "pelvis_rotation_deg": -4 * np.sin(cycle),
    }


def reference_for(task: str, speed_m_s: float, *, zero: str, hip_centre: str) -> GaitReference | NoReference:
    """A reference made of the made-up runner; walking has none."""
    if task != "run" or math.isnan(speed_m_s):
        return NoReference("No walking reference of adults ships with this version.")
    curves = {name: np.column_stack([curve, np.full(101, 4.0)]) for name, curve in base_curves(speed_m_s).items()}
    return GaitReference(
        name="made-up runners",
        source="tests",
        task=task,
        speed_m_s=speed_m_s,
        zero=zero,
        hip_centre=hip_centre,
        n_people=28,
        population="27 men and 1 woman, competitive, level treadmill",
        metrics={
            "peak_hip_extension_deg": USED[:2],
            "peak_thigh_extension_deg": (27.2, 2.9),
            "pelvic_share": (0.13, 0.05),
        },
        curves={name: curves[name] for name in ("hip_flexion_deg", "thigh_flexion_deg", "pelvis_anterior_tilt_deg")},
        notes=(),
    )


def side_curves(peak_extension_deg: float, n: int, *, speed_m_s: float, generator: np.random.Generator) -> dict:
    """Strides whose peak hip extension is `peak_extension_deg` on average: name -> (n, 101)."""
    base = base_curves(speed_m_s)
    lacking = -base["hip_flexion_deg"].min() - peak_extension_deg
    late_stance = np.exp(-0.5 * ((PERCENT - 38) / 16.0) ** 2)
    base["hip_flexion_deg"] = base["hip_flexion_deg"] + lacking * late_stance
    base["thigh_flexion_deg"] = base["hip_flexion_deg"] - base["pelvis_anterior_tilt_deg"]
    wobble = generator.normal(0, 0.8, (n, 1)) + generator.normal(0, 0.5, (n, 1)) * np.sin(2 * np.pi * PERCENT / 100)
    return {name: curve + wobble for name, curve in base.items()}


def strides_of(
    peaks: dict[str, float], *, trial: str, task: str = "run", speed_m_s: float = 3.5, n: int = 24, who=("P01", "1"),
    angles: tuple[str, ...] = CURVE_NAMES[:1] + CURVE_NAMES[3:5], seed: int = 7, passport: Passport | None = None,
) -> Strides:  # fmt: skip
    """Strides of both sides with the given peak extensions."""
    generator = np.random.default_rng(seed)
    curves = {side: side_curves(peak, n, speed_m_s=speed_m_s, generator=generator) for side, peak in peaks.items()}
    table = pd.concat([_rows(curves[side], side, trial, task, speed_m_s, who) for side in peaks], ignore_index=True)
    stacked = {name: np.vstack([curves[side][name] for side in peaks]) for name in angles}
    keys = dict.fromkeys([column.name for column in EXCLUDED_COLUMNS[:5]], "")
    excluded = pd.DataFrame(
        [
            {**keys, "trial": trial, "side": "left", "stride": n, "reason": "gap", "value": 0.3},
            {**keys, "trial": trial, "side": "left", "stride": n + 1, "reason": "stride_time", "value": math.nan},
        ],
        columns=[column.name for column in EXCLUDED_COLUMNS],
    )
    return Strides(table, stacked, excluded, passport or passport_of(trial))


def _rows(curves: dict, side: str, trial: str, task: str, speed_m_s: float, who) -> pd.DataFrame:
    hip, tilt, thigh = (curves[f"{name}_deg"] for name in ("hip_flexion", "pelvis_anterior_tilt", "thigh_flexion"))
    n, instant = len(hip), hip.argmin(axis=1)
    at_peak = tilt[np.arange(n), instant]
    return pd.DataFrame(
        {
            "participant": who[0],
            "session": who[1],
            "trial": trial,
            "task": task,
            "speed_m_s": speed_m_s,
            "side": side,
            "stride": np.arange(n),
            "start_s": 0.7 * np.arange(n),
            "end_s": 0.7 * np.arange(1, n + 1),
            "valid": True,
            "peak_hip_extension_deg": -hip.min(axis=1),
            "peak_thigh_extension_deg": -thigh.min(axis=1),
            "pelvis_anterior_tilt_at_peak_hip_extension_deg": at_peak,
            "pelvic_share": (at_peak - tilt[:, 15]) / (thigh[:, 15] - thigh.min(axis=1)),
            "opposite_hip_flexion_at_peak_extension_deg": 44.0,
            "toe_off_percent": 33.2,
        }
    )


def passport_of(trial: str, *, file: str | None = None) -> Passport:
    """A passport with every entry filled."""
    return Passport(
        sources=(("motion", file or f"{trial}.txt", "ab" * 32), ("static", "P01_static.txt", "cd" * 32)),
        format="rbds_markers",
        rate_hz=150.0,
        axes="+X forward, +Y up, +Z right (told from the markers)",
        zero="anatomical",
        model="pelvis from ASIS and PSIS, thigh by its marker cluster",
        hip_centre="harrington",
        sequence="hip Z-X'-Y'', pelvis rotation-obliquity-tilt",
        filter="4th-order zero-lag Butterworth, 10 Hz",
        event_method="vertical force, 20 N",
        notes=("Two gaps of up to 0.05 s were filled.",),
    )


def ledger_row(side: str, reading: str, *, reason: str = "used_near_limit", speed_m_s: float = 3.5, **changes) -> dict:
    """One headline row of the ledger."""
    used, available, probabilities = READINGS[reading]
    unused, both, test_only, typical = probabilities
    row = {
        "participant": "P01",
        "session": "1",
        "task": "run",
        "speed_m_s": speed_m_s,
        "side": side,
        "direction": "extension",
        "comparison": "reference",
        "headline": True,
        "used_deg": used,
        "used_se_deg": USED_SE,
        "available_deg": available,
        "available_se_deg": AVAILABLE_SE,
        "estimate_deg": used - USED[0],
        "estimate_se_deg": USED_SE,
        "class": reading,
        "reason": reason if reading == "inconclusive" else "",
        "n_strides": 24,
        "probability_available_unused": unused,
        "probability_low_both": both,
        "probability_low_test_only": test_only,
        "probability_typical": typical,
        "probability_used_low": unused + both,
        "probability_available_low": both + test_only,
        "used_reference_mean_deg": USED[0],
        "used_reference_sd_deg": USED[1],
        "used_low_below_deg": USED[2],
        "used_reference": "made-up runners",
        "used_reference_n": 28,
        "available_reference_mean_deg": AVAILABLE[0],
        "available_reference_sd_deg": AVAILABLE[1],
        "available_low_below_deg": AVAILABLE[2],
        "available_reference": "modified Thomas test, recreational athletes",
        "available_reference_n": 300,
        "test": "modified_thomas",
        "available_is_lower_bound": False,
        "zero": "anatomical",
        "not_represented": "sex",
        "not_stated": "level; surface",
        "next_measurement": "Repeat the modified Thomas test with the pelvis held."
        if reading == "inconclusive"
        else "",
    }
    return {**row, **changes}


def without_exam(row: dict) -> dict:
    """The same row where no table test was done."""
    lost = {
        name: math.nan
        for name in row
        if name.startswith(("available_deg", "available_se", "available_reference_mean", "available_reference_sd"))
        or name in ("available_low_below_deg", "available_reference_n", "probability_available_low")
        or (name.startswith("probability_") and name != "probability_used_low")
    }
    return {**row, **lost, "class": "inconclusive", "reason": "no_exam", "test": "", "available_reference": ""}


def ledger_of(*rows: dict) -> pd.DataFrame:
    """A ledger of rows."""
    return pd.DataFrame(list(rows), columns=[column.name for column in LEDGER_COLUMNS])


def options_of(status: str = "options", **changes) -> Options:
    """Options as the library gives them: two categories, one exercise with a reason of its own."""
    warm_up = {
        "participant": "P01",
        "session": "1",
        "category": "WU",
        "category_name": "Warm-up: dynamic hip extension",
        "level": 1,
        "dose": "2 sets of 5 a side, slowly, in a range that stays at 0 to 2 of 10",
        "reason": "Left: extends less than most reference runners while the table test is not reduced.",
        "basis": "mechanism and cohort studies (B)",
        "counter_signs": "Pain in front of the hip at the end of the range; suspected instability.",
        "caution": "Shorten the range where the front of the hip pinches.",
        "rules": "R1;I1;I3",
        "sources": "SEED2;MET19;MOR13",
        "review": "draft",
    }
    loading = {
        **warm_up,
        "category": "EXT",
        "category_name": "Loading: extension",
        "dose": "3 sets of 8 a side, effort 5 to 6 of 10, three days a week",
        "caution": "",
        "rules": "R1;I1",
    }
    flexion = {
        **loading,
        "category": "HF1",
        "category_name": "Hip flexion, level I",
        "reason": "Hip flexors are often left out where flexion hurts.",
        "sources": "CAS11",
        "rules": "I4",
    }
    rows = [
        {**warm_up, "order": 1, "exercise": "wu_split_stance_rock", "name": "Split-stance hip-extension rock"},
        {**warm_up, "order": 2, "exercise": "wu_leg_swing", "name": "Leg swing at the wall", "level": 2},
        {**warm_up, "order": 3, "exercise": "wu_bridge_march", "name": "Glute-bridge march"},
        {**loading, "order": 4, "exercise": "ext_sl_bridge", "name": "Single-leg bridge", "level": 2},
        {**loading, "order": 5, "exercise": "ext_prone", "name": "Prone hip extension"},
        {**flexion, "order": 6, "exercise": "hf_psoas_march", "name": "Band march, lying"},
    ]
    table = pd.DataFrame(rows)
    withheld = pd.DataFrame(
        [
            {"what": "Mobility", "rule": "R1", "sentence": "Stretching is not indicated by this measurement."},
            {"what": "Return to running", "rule": "G1", "sentence": "Wait for a hop test without pain above 2 of 10."},
        ]
    )
    values = {
        "status": status,
        "table": table if status != "withheld" else table.iloc[:0],
        "messages": ("Decision support for a qualified clinician.",),
        "withheld": withheld,
        "version": "0.1.0-0f3a9c1e",
    }
    return Options(**{**values, **changes})


def assessment_of(
    left: dict | None, right: dict | None, *, speeds: tuple[float, ...] = (3.5,), n: int = 24, angles=None,
    participant: Participant | None = None, options: Options | None = None, errors: tuple[str, ...] = (),
    failed: str = "", session: str = "1", settings: Settings | None = None, passport: Passport | None = None,
) -> Assessment:  # fmt: skip
    """An assessment whose headline rows are `left` and `right` and whose strides agree with them."""
    participant = participant or Participant(
        participant="P01", sex="F", age_years=31, height_cm=168, mass_kg=60, symptomatic_side="left",
        diagnosis="FAI syndrome", diagnosed_by="sports physician", diagnosed_year=2021,
    )  # fmt: skip
    rows = [row for row in (left, right) if row is not None]
    peaks = {row["side"]: row["used_deg"] for row in rows if not math.isnan(row["used_deg"])}
    who = (participant.participant, session)
    results = []
    for place, speed in enumerate(speeds):
        trial = f"{who[0]}_run{10 * speed:.0f}"
        entry = TrialEntry(*who, "run", speed, f"{trial}.txt", pain_0_10=3)
        shifted = {side: peak + 2.0 * (speed - speeds[0]) for side, peak in peaks.items()}
        extra = {} if angles is None else {"angles": angles}
        strides = strides_of(
            shifted, trial=trial, speed_m_s=speed, n=n, who=who, seed=place, passport=passport, **extra
        )  # fmt: skip
        results.append(TrialResult(entry, strides, {}))
    if failed:
        entry = TrialEntry(*who, "run", 4.5, f"{who[0]}_run45.txt")
        results.append(TrialResult(entry, None, {}, failed))
    visit = Session(
        participant, session, tuple(result.entry for result in results), pd.DataFrame(), pd.DataFrame(),
        settings or Settings(), Path("study"), errors,
    )  # fmt: skip
    return Assessment(visit, tuple(results), ledger_of(*rows), options or options_of(), "0.1.0")


def unused_left() -> Assessment:
    """Left: available but unused; right: typical."""
    return assessment_of(ledger_row("left", "available_unused"), ledger_row("right", "typical"))


def low_both_and_test_only() -> Assessment:
    """Left: low in both; right: low on the test alone; two speeds; all planes."""
    return assessment_of(
        ledger_row("left", "low_both"), ledger_row("right", "low_test_only"), speeds=(3.5, 2.8), angles=CURVE_NAMES
    )


def unclear_with_errors() -> Assessment:
    """Left: too close to the limit; right: no table test; symptom-led options; one trial and one row failed."""
    return assessment_of(
        ledger_row("left", "inconclusive", reason="both_near_limit"),
        without_exam(ledger_row("right", "inconclusive")),
        options=options_of("default"),
        errors=("exam.csv: row 7, column 'value_deg': 'n.a.' is not a number. Leave the row out.",),
        failed="P01_run45.txt: the column 'R.ASISX' is missing. Export it and run again.",
    )


def safety_open() -> Assessment:
    """A safety question without an answer."""
    message = "Two safety questions are open: pain at night, recent rise in training. Answer them before reading on."
    return assessment_of(
        ledger_row("left", "available_unused"),
        ledger_row("right", "typical"),
        options=options_of("withheld", messages=(message,)),
    )


def nothing_usable() -> Assessment:
    """No trial could be read."""
    return assessment_of(None, None, speeds=(), failed="P01_run45.txt: the file is empty.")


def hostile() -> Assessment:
    """Every field that a user can fill tries to run a script or to break the page."""
    evil = HOSTILE
    participant = Participant(
        evil, sex="F", age_years=31, group=evil, symptomatic_side="left", diagnosis=evil, diagnosed_by=evil, notes=evil
    )
    base = options_of()
    words = (
        "category_name",
        "name",
        "dose",
        "reason",
        "basis",
        "counter_signs",
        "caution",
        "rules",
        "sources",
        "review",
    )
    table = base.table.assign(**dict.fromkeys(words, evil))
    options = options_of(table=table, withheld=base.withheld.assign(what=evil, rule=evil, sentence=evil),
                         messages=(evil,), version=evil)  # fmt: skip
    names = ("used_reference", "available_reference", "test", "zero", "next_measurement")
    row = ledger_row("left", "inconclusive", reason=evil, **dict.fromkeys(names, evil))
    passport = passport_of("x", file=evil).with_(
        format=evil, axes=evil, model=evil, sequence=evil, filter=evil, event_method=evil, sign_changes=(evil,),
        notes=(evil,),
    )  # fmt: skip
    return assessment_of(
        row, ledger_row("right", "typical"), participant=participant, options=options, errors=(evil,), failed=evil,
        session=evil, passport=passport,
    )  # fmt: skip


def three_visits() -> tuple[Assessment, tuple[Assessment, ...]]:
    """A third visit and the two before it: the left side extends 18 deg more than at the visit before."""
    earlier = tuple(
        assessment_of(
            ledger_row("left", "available_unused", used_deg=used, session=session),
            ledger_row("right", "typical", session=session),
            session=session,
        )
        for session, used in (("1", -6.0), ("2", -4.0))
    )
    rows = (ledger_row("left", "typical", session="3"), ledger_row("right", "typical", session="3"))
    return assessment_of(*rows, session="3"), earlier


def three_comparisons() -> Assessment:
    """Both sides compared in all three ways; the direct comparison leads."""
    rows = [
        ledger_row(side, "available_unused", comparison=comparison, estimate_deg=estimate, estimate_se_deg=2.5)
        for side in ("left", "right")
        for comparison, estimate in (("direct", 20.0), ("sides", -8.0), ("reference", -13.9))
    ]
    leading = [{**row, "headline": row["comparison"] == "direct"} for row in rows]
    return replace(unused_left(), ledger=ledger_of(*leading))


def in_german(assessment: Assessment) -> Assessment:
    """The same visit with German reports."""
    settings = assessment.session.settings
    german = settings.model_copy(update={"report": settings.report.model_copy(update={"language": "de"})})
    return replace(assessment, session=replace(assessment.session, settings=german))


def reviewed() -> Assessment:
    """A visit that may have a runner's page: every safety question answered no, every exercise reviewed."""
    visit = unused_left()
    answers = [
        {"participant": "P01", "session": "1", "field": name, "side": "", "value": "no", "unit": ""}
        for name, field in fields().items()
        if field.group == "safety"
    ]
    options = options_of()
    return replace(
        visit,
        session=replace(visit.session, intake=pd.DataFrame(answers)),
        options=replace(options, table=options.table.assign(review="reviewed")),
    )


EXAMPLES = {
    "unused": unused_left,
    "low": low_both_and_test_only,
    "unclear": unclear_with_errors,
    "safety": safety_open,
    "nothing": nothing_usable,
    "hostile": hostile,
}
