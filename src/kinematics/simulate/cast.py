"""Who runs in the demo study: a participant for every outcome, with the numbers that lead to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """
    One running trial.

    Attributes
    ----------
    speed_m_s : float
        [m/s]
    used_left_deg, used_right_deg : float
        True peak hip extension. [deg]
    tilt_deg : float
        True mean anterior tilt. [deg]
    pain_0_10 : int
    duration_s : float
        [s]
    markers : bool
        Recorded with markers, force and a static trial; otherwise as angles.
    """

    speed_m_s: float
    used_left_deg: float
    used_right_deg: float
    tilt_deg: float
    pain_0_10: int = 0
    duration_s: float = 30.0
    markers: bool = False


@dataclass(frozen=True)
class Visit:
    """
    One visit.

    Attributes
    ----------
    session : str
    runs : tuple of Run
    thomas_left_deg, thomas_right_deg : float
        Modified Thomas test, thigh below the horizontal positive; mean of two repetitions. [deg]
    classes : (left, right)
        What the ledger's leading row should say of the first run.
    answers : tuple of (field, side, value, unit)
        Of the intake, safety questions apart.
    safety : {"answered", "half"}
        Whether all safety questions are answered (none raises a rule), or only every second one.
    rom_deg : (extension, flexion) or None
        Ends of a functional trial that was led passively through the whole range, both sides, in the run's zero. [deg]
    """

    session: str
    runs: tuple[Run, ...]
    thomas_left_deg: float
    thomas_right_deg: float
    classes: tuple[str, str]
    answers: tuple[tuple[str, str, str, str], ...] = ()
    safety: str = "answered"
    rom_deg: tuple[float, float] | None = None


@dataclass(frozen=True)
class Person:
    """One participant: a row of participants.csv, and the visits."""

    participant: str
    sex: str
    age_years: int
    height_cm: int
    mass_kg: int
    symptomatic_side: str
    diagnosis: str
    visits: tuple[Visit, ...]
    notes: str


FAI = "femoroacetabular impingement syndrome"
AT_EASE = (
    ("pain_now", "", "0", "0-10"),
    ("pain_during_run", "", "0", "0-10"),
    ("pain_next_morning", "", "0", "0-10"),
    ("irritability", "", "low", ""),
    ("equipment", "", "mini_band;step", ""),
    ("sessions_per_week", "", "3", ""),
    ("goal", "", "keep_running", ""),
    ("stage", "", "long_term", ""),
)


def _sore(side: str, during: int, morning: int, ihot: int, goal: str = "return_to_running"):
    return (
        ("pain_now", side, "1", "0-10"),
        ("pain_during_run", side, str(during), "0-10"),
        ("pain_next_morning", side, str(morning), "0-10"),
        ("settle_time", "", "6", "h"),
        ("irritability", "", "low", ""),
        ("pain_phase", "", "swing", ""),
        ("tasks_that_hurt", "", "sitting;fast_running", ""),
        ("strength_flexion", "left", "1.6", "N.m/kg"),
        ("strength_flexion", "right", "1.5", "N.m/kg"),
        ("ihot_33", "", str(ihot), "0-100"),
        ("equipment", "", "long_band;step;dumbbell", ""),
        ("sessions_per_week", "", "3", ""),
        ("goal", "", goal, ""),
        ("stage", "", "load", ""),
    )


def _both(label: str) -> tuple[str, str]:
    return label, label


#: Used and available stand so far from the limits of 'low' (10th centiles: about 2 deg used at 3.5 m/s, -1.7 deg on the
#: Thomas test; errors about 3 deg each) that the intended class has a probability well above 0.90; P05 stands on both.
CAST = (
    Person("P01", "M", 27, 178, 68, "none", "",
        (Visit("1", (Run(3.5, 14.0, 14.0, 15.0, duration_s=17.0, markers=True),), 15, 16, _both("typical"), AT_EASE),),
        "markers and force"),
    Person("P02", "M", 31, 182, 77, "both", FAI,
        (
            Visit("1", (Run(3.5, -6.0, -6.0, 19.0, 2),), 14, 15, _both("available_unused"), _sore("", 3, 2, 62),
                rom_deg=(12.0, 95.0)),
        ),
        "range is there and not used; functional trial"),
    Person("P03", "F", 38, 168, 60, "both", FAI,
        (Visit("1", (Run(3.0, -7.0, -7.0, 21.0, 3),), -12, -12, _both("low_both"), _sore("", 4, 2, 55)),),
        "little used, little available"),
    Person("P04", "M", 24, 175, 66, "none", "",
        (Visit("1", (Run(3.3, 13.0, 13.0, 12.0),), -12, -11, _both("low_test_only"), AT_EASE),),
        "test short, use not"),
    Person("P05", "M", 45, 180, 80, "both", "",
        (Visit("1", (Run(3.5, 2.0, 2.0, 16.0, 1),), -2, -2, _both("inconclusive"), _sore("", 2, 1, 74)),),
        "on the limit of both"),
    Person("P06", "F", 29, 171, 63, "right", FAI,
        (
            Visit("1", (Run(3.2, 9.0, -6.0, 17.0, 3),), 14, 13, ("typical", "available_unused"),
                _sore("right", 3, 2, 60)),
        ),
        "right side differs"),
    Person("P07", "F", 34, 165, 57, "both", FAI,
        (
            Visit("1", (Run(3.2, -6.0, -6.0, 20.0, 4),), 13, 12, _both("available_unused"), _sore("", 4, 2, 52)),
            Visit("2", (Run(3.2, 8.0, 8.0, 16.0, 1),), 14, 13, _both("typical"), _sore("", 1, 0, 78, "keep_running")),
        ),
        "two visits"),
    Person("P08", "M", 22, 185, 74, "none", "",
        (Visit("1", (Run(2.8, 10.0, 10.0, 13.0), Run(3.5, 13.5, 13.5, 14.0)), 17, 18, _both("typical"), AT_EASE),),
        "two speeds"),
    Person("P09", "F", 41, 170, 64, "both", FAI,
        (
            Visit("1", (Run(3.4, -6.0, -6.0, 18.0, 3),), 12, 13, _both("available_unused"),
                _sore("", 4, 3, 50), "half"),
        ),
        "safety questions left open"),
    Person("P10", "M", 36, 177, 71, "none", "",
        (
            Visit("1", (Run(3.2, 11.0, 11.0, 15.0), Run(3.5, 12.0, 12.0, 15.5, duration_s=2.4)), 13, 12,
                _both("typical"), AT_EASE),
        ),
        "one trial too short"),
)  # fmt: skip
