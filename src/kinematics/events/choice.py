"""Which way to the events a trial has, and whether it lies where that way was tested."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError
from kinematics.events.angles import from_angles
from kinematics.events.found import Events
from kinematics.events.inertial import SENSOR_KINDS, from_sensors
from kinematics.events.markers import from_markers
from kinematics.events.plates import from_force
from kinematics.feet import see
from kinematics.settings import Settings
from kinematics.task import contradictions
from kinematics.trial import Trial

#: Speeds at which the methods were held against force. [m/s]
TESTED_SPEEDS_M_S = {"run": (2.3, 4.7), "walk": (0.7, 1.7)}
#: Lowest rates at which they were. [Hz]
LOWEST_RATE_HZ = {"run": 100.0, "walk": 60.0}
#: Walking: from this share of clean steps on the plates on, the force is taken without being asked for by name.
FEWEST_CLEAN = 0.9


def foot_events(trial: Trial, angles: Angles, *, settings: Settings | None = None) -> Events:
    """
    Contacts and toe-offs of both feet.

    The first source that the trial has: events in its file or given by the user, force, foot markers, the angles alone.
    In walking the force is passed over where the plates do not hold most of the steps.

    Parameters
    ----------
    trial : Trial
    angles : Angles
        Of the same trial.
    settings : Settings, optional
        ``[events] method`` chooses the source by name; ``[force]`` has threshold and cut-off.

    Returns
    -------
    Events
        With the bias and spread to expect, and notes where the trial lies outside of what the method was tested on
        (docs/events.md).

    Raises
    ------
    DataError
        Where the chosen source is not there or holds no contact.
    """
    settings = settings or Settings()
    refusals: list[str] = []
    for found in _attempts(trial, angles, settings, refusals):
        if any(times.size for (_, kind), times in found.moments().items() if kind == "contact"):
            notes = found.notes if found.method == "file" else (*found.notes, *refusals, *outside(trial, found))
            return found.with_(notes=(*notes, *contradictions(trial, angles)))
        refusals.append(f"No foot contact was found ({found.description}).")
    raise DataError(
        f"no foot contact was found ({'; '.join(refusals).rstrip('.')}).",
        file=trial.passport.sources[0][1],
        remedy="Check that the trial holds at least two strides per side.",
    )


def _attempts(trial: Trial, angles: Angles, settings: Settings, refusals: list[str]) -> Iterator[Events]:
    """The chosen method's events; with "auto" those of each that the trial has, in their order, until one is taken."""
    method = settings.events.method
    ways = {
        "file": lambda: _from_file(trial),
        "force": lambda: from_force(trial, angles, settings),
        "markers": lambda: from_markers(trial, see(trial)),
        "imu": lambda: from_sensors(trial, angles),
        "angles": lambda: from_angles(trial, angles),
    }
    if method != "auto":
        yield ways[method]()
    elif trial.events is not None:
        yield ways["file"]()
    else:
        if trial.force is not None:
            yield from_force(trial, angles, settings, fewest_clean=FEWEST_CLEAN)
        scene = see(trial)
        if scene is not None:
            yield from_markers(trial, scene)
        if trial.kind in SENSOR_KINDS:
            yield ways["imu"]()
        yield ways["angles"]()


def outside(trial: Trial, found: Events) -> tuple[str, ...]:
    """Sentences where a trial lies outside of what a method was tested on."""
    said = []
    low, high = TESTED_SPEEDS_M_S.get(trial.task, (0.0, np.inf))
    if (
        found.method in ("markers", "imu", "angles")
        and np.isfinite(trial.speed_m_s)
        and not low <= trial.speed_m_s <= high
    ):
        said.append(f"At {trial.speed_m_s:g} m/s the error of the events is not known; tested: {found.tested}.")
    lowest = LOWEST_RATE_HZ.get(trial.task, 0.0)
    if found.method == "markers" and trial.rate_hz < lowest:
        said.append(f"At {trial.rate_hz:g} Hz the error of the events is not known; tested from {lowest:g} Hz.")
    return tuple(said)


def _from_file(trial: Trial) -> Events:
    if trial.events is None:
        raise DataError(
            "this trial has no events of its own.",
            file=trial.passport.sources[0][1],
            remedy="Give an events_file in trials.csv.",
        )
    contacts = trial.events.loc[trial.events["kind"] == "contact", "side"]
    whole = any((contacts == side).sum() > 1 for side in SIDES)
    notes = (
        ()
        if whole
        else ("The events given with the trial hold no whole stride; [events] method in study.toml finds others.",)
    )
    words = "file: events given with the trial; they override what the software would find"
    return Events(trial.events, "file", words, notes, tested="the file's own; their error is not known")
