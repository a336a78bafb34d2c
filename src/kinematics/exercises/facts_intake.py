"""Facts that follow from the intake's answers; what is not answered becomes the more careful value."""

from __future__ import annotations

from collections.abc import Mapping

from kinematics.conventions import DIRECTIONS, SIDES
from kinematics.intake import Answers

Value = str | float | None

SAFETY_RULES = ("S1", "S2", "S3")
AGE_FIELD = "safety_age_outside_18_50"
IRRITABILITY = ("low", "moderate", "high")
#: Pains that have to stay low before running and plyometrics (rule G1).
GATE_PAINS = ("pain_daily", "pain_walk_30_min", "pain_ten_hops")
DEMANDING = ("fast_running", "uphill_running")
LAST_STAGE = 6.0


def answered_values(given: Answers, limits: Mapping[str, float]) -> dict[str, Value]:
    """Facts of the person from the answers of one visit and the thresholds of the profile."""
    level, known = irritability(given, limits)
    flexion = given.highest("pain_in_flexion")
    hops = given.number("pain_ten_hops")
    return {
        "irritability": level,
        "irritability_known": _yes(known),
        "pain_in_flexion": flexion,
        "pain_in_flexion_known": _yes(flexion is not None),
        "pain_in_extension": given.highest("pain_in_extension"),
        "response": _response(given, limits),
        "exercise_stopped": _yes(bool(given.words("exercises_stopped"))),
        **_strength_values(given, limits),
        "stage": given.word("stage") or "unknown",
        "level_2_done": _yes(given.word("level_2_done") == "yes"),
        "running_gate": "open" if _may_run(given, limits) else "closed",
        "hop_pain": _yes(hops is not None and hops > limits["gate_pain"]),
        "running_stage": _running_stage(given, limits),
        "hard_flexion_done": _yes(given.word("level_3_flexion_done") == "yes"),
        "swing_pain": _yes(_swing_pain(given, limits)),
        "demanding_run": _yes(any(task in DEMANDING for task in given.words("tasks_that_hurt"))),
        "programme_weeks": given.number("programme_weeks"),
        "improved": _improved(given, limits),
    }


def irritability(given: Answers, limits: Mapping[str, float]) -> tuple[str, bool]:
    """
    How easily the hip is irritated (`low`, `moderate`, `high`), and whether the answers were enough to tell.

    The more careful of the clinician's own word and the answers (worst pain in daily life, time to settle, broken
    sleep); `low` by the answers needs pain and time both answered. Nothing answered: moderate.
    """
    pain = given.highest("pain_now", "pain_daily", "pain_next_morning")
    settle = given.number("settle_time")
    high = [
        pain is not None and pain >= limits["high_pain"],
        settle is not None and settle > limits["high_settle_time"],
    ]
    calm = [pain is not None and pain <= limits["low_pain"], settle is not None and settle < limits["low_settle_time"]]
    told = "high" if any(high) or given.word("sleep_broken") == "yes" else "low" if all(calm) else "moderate"
    complete = pain is not None and settle is not None
    stated = given.word("irritability")
    if stated is None:
        return told, complete or told == "high"
    partly = told if complete or told == "high" else _doubt(pain, settle, limits)
    return max(stated, partly, key=IRRITABILITY.index), True


def _doubt(pain: float | None, settle: float | None, limits: Mapping[str, float]) -> str:
    """What incomplete answers say against a clinician's 'low': nothing unless one of them passes its limit."""
    above = (pain is not None and pain > limits["low_pain"]) or (
        settle is not None and settle >= limits["low_settle_time"]
    )
    return "moderate" if above else "low"


def _response(given: Answers, limits: Mapping[str, float]) -> str:
    """What the last session says: back, hold or progress; unknown where its pain or the next morning is open."""
    pain, change = given.number("pain_during_session"), given.number("pain_next_morning_change")
    settled = given.word("settled_in_24_h")
    worse = change is not None and change >= limits["worse_next_morning"]
    if settled == "no" or worse or (pain is not None and pain > limits["stop_pain"]):
        return "back"
    if pain is None or change is None:
        return "unknown"
    return "progress" if pain <= limits["progress_pain"] and change <= 0 and settled == "yes" else "hold"


def _may_run(given: Answers, limits: Mapping[str, float]) -> bool:
    pains = [given.highest(name) for name in GATE_PAINS]
    days = given.number("days_without_flare")
    calm = all(pain is not None and pain <= limits["gate_pain"] for pain in pains)
    quiet = days is not None and days >= limits["gate_days_without_flare"]
    return calm and quiet and given.word("level_2_done") == "yes"


def _running_stage(given: Answers, limits: Mapping[str, float]) -> float:
    """The stage that is due: the one done at present, or the next after enough clean sessions."""
    at, clean = given.number("running_stage"), given.number("clean_sessions")
    if at is None:
        return 0.0
    onward = clean is not None and clean >= limits["clean_sessions"] and _response(given, limits) != "back"
    return min(float(int(at)) + onward, LAST_STAGE)


def _swing_pain(given: Answers, limits: Mapping[str, float]) -> bool:
    pain = given.highest("pain_during_run")
    return given.word("pain_phase") in ("swing", "both") and pain is not None and pain >= limits["swing_pain"]


def _improved(given: Answers, limits: Mapping[str, float]) -> str:
    """Whether questionnaire or pain changed for the better since the start by what counts."""
    score, pain = given.number("ihot_33"), given.highest("pain_daily")
    score_start, pain_start = given.number("ihot_33_start"), given.highest("pain_daily_start")
    changes = []
    if score is not None and score_start is not None:
        changes.append(score - score_start >= limits["ihot_33_change"])
    if pain is not None and pain_start is not None:
        changes.append(pain_start - pain >= limits["pain_change"])
    return _yes(any(changes)) if changes else "unknown"


def _strength_values(given: Answers, limits: Mapping[str, float]) -> dict[str, Value]:
    ratios = {}
    for direction in DIRECTIONS:
        left, right = (given.number(f"strength_{direction}", side) for side in SIDES)
        if left is not None and right is not None and max(left, right) > 0:
            ratios[direction] = min(left, right) / max(left, right)
    weakest = min(ratios, key=ratios.__getitem__, default="none")
    low = weakest != "none" and ratios[weakest] < limits["strength_ratio"]
    return {"strength_known": _yes(bool(ratios)), "weakest": weakest if low else "none"}


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"
