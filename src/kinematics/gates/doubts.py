"""The doubts about one recording, in their order."""

from __future__ import annotations

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES
from kinematics.gates import ranges
from kinematics.gates.reference import against_reference
from kinematics.gates.screen import Cycles, mean_cycles, settled
from kinematics.gates.signals import Signals, signals_of
from kinematics.strides import Strides
from kinematics.trial import Trial

#: Peak hip flexion lies this near to foot contact: in ten runners of Fukuchi 2017 up to 22. [% of the stride]
FARTHEST_PEAK_FROM_CONTACT_PERCENT = 25


def gates(angles: Angles | Trial, strides: Strides | None = None) -> list[str]:
    """
    Doubts about the columns, signs and units of a recording, one sentence each; empty where nothing is odd.

    In walking and running: the hip moves through 20 to 80 deg (running: 95) without jumps, the sides follow each other
    half a stride apart, the tilt moves through less than 25 deg and averages within 40. In running also, without regard
    to any offset: a hip that fits the reference curve better upside down, and a tilt whose two waves per stride run
    against the reference's (it is highest just after each toe-off). Nothing is ever turned.

    Parameters
    ----------
    angles : Angles or Trial
        A trial has to be of kind "angles".
    strides : Strides, optional
        With it, peak hip flexion is looked for near foot contact; and where its curves leave no doubt, the recording
        is not searched for strides once more.

    Returns
    -------
    list of str

    Notes
    -----
    Reference curves: 28 runners of Fukuchi 2017, doi:10.7717/peerj.3298. A negative mean tilt alone is no ground for
    doubt: it occurs in correct files.
    """
    signals, cycles = signals_of(angles), mean_cycles(strides)
    found = [*ranges.unit(signals), *ranges.still(signals), *ranges.tilt(signals)]
    if signals.task in ("run", "walk"):
        found += ranges.hip_range(signals)
        found += [] if settled(signals, cycles) else _by_stride(signals)
    return found + _peak_near_contact(cycles)


def _by_stride(signals: Signals) -> list[str]:
    """What takes the length of a stride to tell."""
    period = 1.0 if signals.cycle else signals.stride_s()
    found = [*ranges.steps(signals, period), *ranges.sides(signals, period)]
    return found + against_reference(signals, period) if signals.task == "run" else found


def _peak_near_contact(cycles: Cycles) -> list[str]:
    found = []
    for side in SIDES:
        mean = cycles.hip.get(side)
        if mean is None or not np.isfinite(mean).all():
            continue
        peak = int(np.argmax(mean))
        if min(peak, 100 - peak) > FARTHEST_PEAK_FROM_CONTACT_PERCENT:
            found.append(
                f"The {side} hip is most flexed at {peak} % of the stride; within "
                f"{FARTHEST_PEAK_FROM_CONTACT_PERCENT} % of foot contact is usual: check sign, side and events."
            )
    return found
