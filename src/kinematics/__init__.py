"""Used against available hip extension in runners: from motion files to reports."""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

#: Public name -> module that holds it; loaded on first use, so that `import kinematics` is quick.
_HOME = {
    "DataError": "conventions",
    "Settings": "settings",
    "read_settings": "settings",
    "Trial": "trial",
    "Passport": "trial",
    "read_trial": "readers",
    "hip_angles": "angles",
    "Angles": "angles",
    "foot_events": "events",
    "Events": "events",
    "segment_strides": "strides",
    "Strides": "strides",
    "gait_reference": "norms",
    "read_exam": "exam",
    "read_intake": "intake",
    "read_study": "study",
    "compare_range": "ledger",
    "exercise_options": "exercises",
    "Assessment": "assessment",
    "write_report": "report",
    "assess": "pipeline",
    "run_study": "pipeline",
    "connect": "store",
    "simulate_study": "simulate",
}

__all__ = sorted([*_HOME, "__version__"])


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module 'kinematics' has no attribute '{name}'")
    value = getattr(import_module(f"kinematics.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
