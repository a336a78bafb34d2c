"""Events from force: which foot, which plate, and where the feet's markers fill in."""

from __future__ import annotations

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, DataError, sided
from kinematics.events.force import (
    CONFIRMATION,
    more_flexed_hip,
    nearer_foot,
    plate_contacts,
    right_is_lower,
    stances,
    without_drift,
)
from kinematics.events.found import KINDS, Events, Expected, nearest, within
from kinematics.events.markers import EXPECTED as MARKERS_EXPECTED
from kinematics.events.markers import TESTED as MARKERS_TESTED
from kinematics.events.markers import from_markers
from kinematics.feet import find_feet, see
from kinematics.settings import ForceSettings, Settings
from kinematics.trial import Force, Trial

#: Walking: an event of a plate and the markers' belong together within this. [s]
SAME_EVENT_S = 0.1
#: A plate's event further than this from the markers', once their usual difference is taken off, is not one clean step
#: (a foot half off the plate, both feet on one belt). [s]
CLEAN_STEP_S = 0.03
#: A usual difference beyond this is no bias of the markers: the two clocks do not agree. [s]
LARGEST_BIAS_S = 0.05
EXPECTED = {kind: Expected(0.0, 0.0) for kind in KINDS}
TESTED = "by definition: it is what the other methods are held against"


def from_force(trial: Trial, angles: Angles, settings: Settings, *, fewest_clean: float = 0.0) -> Events:
    """
    Contacts and toe-offs from force: all plates together in running, each by itself in walking.

    In running the side is that of the lower foot at mid-stance; without foot markers that of the hip more flexed at
    contact. In walking a step belongs to the foot nearer to the centre of pressure; steps that the markers contradict
    (a foot half off its plate, both feet on one belt) are left to the markers, and so are steps beside the plates.
    Where less than `fewest_clean` of a walking trial's events are clean steps on a plate, all are the markers', so that
    the strides of a trial share one error.

    Raises
    ------
    DataError
        Where the trial has no force, or a walking trial has no foot markers.
    """
    if trial.force is None:
        raise DataError(
            "this trial has no force.", file=trial.passport.sources[0][1], remedy="Give a forces_file in trials.csv."
        )
    if trial.task == "walk":
        return _walking(trial, trial.force, settings, fewest_clean)
    return _running(trial, trial.force, angles, settings)


def _running(trial: Trial, force: Force, angles: Angles, settings: Settings) -> Events:
    vertical, zero = without_drift(force)
    contact, toe_off = stances(vertical.sum(axis=0), force.rate_hz, settings.force)
    feet = find_feet(trial)
    if feet:
        side = np.where(right_is_lower(feet, (contact + toe_off) / 2, trial.rate_hz), "right", "left")
        how = "the side is that of the lower foot at mid-stance"
    else:
        hips = {name: angles.table[sided("hip_flexion_deg", name)].to_numpy() for name in SIDES}
        side = more_flexed_hip(hips, contact, trial.rate_hz)
        how = "the side is that of the hip more flexed at contact"
        if not all(np.isfinite(hip).any() for hip in hips.values()):
            raise DataError(
                "the side of a contact cannot be told: a foot has no marker and a hip no angle.",
                file=trial.passport.sources[0][1],
                remedy="Export heel or toe markers of both feet.",
            )
    moments = within(_times(side, contact, toe_off, trial.time_s[0]))
    return Events(moments, "force", f"{_words(settings.force)}; {how}", _drift_note(zero), dict(EXPECTED), TESTED)


def _walking(trial: Trial, force: Force, settings: Settings, fewest_clean: float) -> Events:
    feet = find_feet(trial)
    if not feet:
        raise DataError(
            "the side of a step cannot be told: a foot has no marker.",
            file=trial.passport.sources[0][1],
            remedy="Export heel or toe markers of both feet, or give an events_file in trials.csv.",
        )
    contact, toe_off, cop = plate_contacts(force, settings.force)
    side = nearer_foot(feet, (contact + toe_off) / 2, cop, trial.rate_hz)
    steps = _times(side, contact, toe_off, trial.time_s[0])
    markers = from_markers(trial, see(trial))
    kept, bias, counts = _merge(steps, markers.moments())
    if not counts[0]:
        note = "No clean step of one foot on a force plate: the force is not used for events."
        return markers.with_(notes=(*markers.notes, note))
    if any(abs(value) > LARGEST_BIAS_S for value in bias.values()):
        worst = max(bias.values(), key=abs)
        note = (
            f"Force and markers differ by {1000 * worst:+.0f} ms at a usual event, so their clocks do not agree: "
            f"the force is not used for events."
        )
        return markers.with_(notes=(*markers.notes, note))
    moments = within(kept, trial.time_s[0], trial.time_s[-1])
    total = sum(times.size for times in moments.values())
    if counts[0] < fewest_clean * total:
        note = f"Only {counts[0]} of {total} events are clean steps on a plate: all are taken from the markers."
        return markers.with_(notes=(*markers.notes, note))
    notes = (
        f"{counts[0]} of {total} events from force, the others from the markers, moved by the usual difference of "
        f"the two where three steps or more show it.",
        *(
            (f"{counts[1]} events of the plates were no clean step of one foot and were left out.",)
            if counts[1]
            else ()
        ),
        *_drift_note(without_drift(force)[1]),
        *markers.notes,
    )
    words = f"{_words(settings.force)}, each plate by itself; steps beside the plates from {markers.description}"
    return Events(moments, "force", words, notes, MARKERS_EXPECTED["walk"], MARKERS_TESTED["walk"])


def _merge(steps, markers) -> tuple[dict[tuple[str, str], np.ndarray], dict[str, float], tuple[int, int]]:
    """Markers' events with those of the plates in their place; the usual difference by kind; counts used, refused."""
    near = {key: nearest(times, steps[key]) for key, times in markers.items()}
    off = {key: steps[key] - near[key] for key in markers}
    bias = {}
    for kind in KINDS:
        every = np.concatenate([off[side, kind] for side in SIDES])
        every = every[np.abs(every) <= SAME_EVENT_S]
        bias[kind] = float(np.median(every)) if every.size > 2 else 0.0
    merged, used, refused = {}, 0, 0
    for key, times in markers.items():
        clean = np.abs(off[key] - bias[key[1]]) <= CLEAN_STEP_S
        replaced = np.isin(times, near[key][clean])
        merged[key] = np.concatenate((steps[key][clean], times[~replaced] + bias[key[1]]))
        used, refused = used + int(clean.sum()), refused + int((~clean).sum())
    return merged, bias, (used, refused)


def _times(side: np.ndarray, contact: np.ndarray, toe_off: np.ndarray, start_s: float):
    return {
        (name, kind): np.sort(times[side == name]) + start_s
        for name in SIDES
        for kind, times in (("contact", contact), ("toe_off", toe_off))
    }


def _words(settings: ForceSettings) -> str:
    return (
        f"force: vertical, through {settings.threshold_n:g} N, low-passed at {settings.cutoff_hz:g} Hz (zero lag), "
        f"confirmed at {CONFIRMATION * settings.threshold_n:g} N"
    )


def _drift_note(zero_n: np.ndarray) -> tuple[str, ...]:
    if not zero_n.any():
        return ()
    return (f"Zero of the force plates corrected by up to {zero_n[np.argmax(np.abs(zero_n))]:.0f} N.",)
