"""Raw acceleration and angular rate of several sensors -> frames of pelvis and thighs, without magnetometers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kinematics.conventions import SIDES, DataError
from kinematics.models.inertial import shared_joint
from kinematics.models.inertial.alignment import (
    Aligned,
    Standing,
    align,
    frames,
    standing_pose,
    stride_time_s,
)
from kinematics.models.inertial.orientation import SETTLING_S, Evened, evened
from kinematics.models.inertial.placement import names_in
from kinematics.models.inertial.plausibility import bounce_m_s2, check_bounce, check_sides, check_thighs
from kinematics.models.inertial.shared_joint import Shared
from kinematics.rotations import thigh_flexion
from kinematics.trial import Trial, spoken

#: Two records of one joint disagree by less than this. Runners of RBDS with soft-tissue wobble: 0.05-0.31. [1]
LARGEST_UNEXPLAINED = 0.55
#: Clocks that are said to be common may be off by this (one packet at 50 Hz and the method's own spread of 7 ms). [s]
LARGEST_LAG_S = 0.025
#: A common clock is checked within this, less than half a step. [s]
CHECKED_LAG_S = 0.15
#: A lag found by movement counts where the next best disagrees by this factor more. [1]
CLEAR_LAG = 1.15
#: Frames that are gaps for more than this part of the time are of no use. [1]
LARGEST_LOST_SHARE = 0.8


@dataclass(frozen=True)
class SensorFrames:
    """
    Frames of pelvis and thighs from sensors, on one clock.

    Attributes
    ----------
    time_s : array, shape (n,)
    rate_hz : float
    pelvis : array, shape (3, 3, n)
        In (forward, up, right), forward being the direction of progress; NaN where the sensor was not heard.
    thighs : mapping of side to array, shape (3, 3, n)
    one_earth : bool
        Whether headings of different sensors may be compared: without it there is no hip rotation or adduction.
    model : str
        How they came about, for the passport.
    notes : tuple of str
        Residuals and verdicts of every step.
    bounce_m_s2 : array, shape (n,), or None
        Root mean square of the pelvis's vertical acceleration around each sample, where it was measured.
    """

    time_s: np.ndarray
    rate_hz: float
    pelvis: np.ndarray
    thighs: Mapping[str, np.ndarray]
    one_earth: bool
    model: str
    notes: tuple[str, ...]
    bounce_m_s2: np.ndarray | None = None


def gait_frames(trial: Trial, static: Trial | None, roles: Mapping[str, str], longest_gap_s: float) -> SensorFrames:
    """
    Frames from a walk or run: every sensor shows the direction of progress by itself.

    Raises
    ------
    DataError
        Where a step has no result that can be trusted; the sentence says which and why.
    """
    aligned, said = align_gait(trial, static, roles, longest_gap_s)
    return on_one_clock(aligned, said.lags_s, said.notes, trial.passport.sources[0][1])


@dataclass(frozen=True)
class Said:
    """What the comparison of the sensors said: lags onto the pelvis's clock and notes."""

    lags_s: Mapping[str, float]
    notes: tuple[str, ...]


def align_gait(
    trial: Trial, static: Trial | None, roles: Mapping[str, str], longest_gap_s: float
) -> tuple[dict[str, Aligned], Said]:
    """Pelvis and thighs aligned to their segments, facing forward, and what the comparison of the sensors said."""
    file = trial.passport.sources[0][1]
    wanted = {segment: name for segment, name in roles.items() if segment == "pelvis" or segment.startswith("thigh")}
    wanted = names_in(trial, wanted, f"'{trial.task}' trial")
    standing = standings(static or trial, wanted, longest_gap_s)
    thighs = {
        segment: align(segment, evened(trial.sensors[name], longest_gap_s), standing[segment], file)
        for segment, name in wanted.items()
        if segment != "pelvis"
    }
    stride_s = float(np.median([stride_time_s(thigh) for thigh in thighs.values()]))
    signals = evened(trial.sensors[wanted["pelvis"]], longest_gap_s)
    pelvis = align("pelvis", signals, standing["pelvis"], file, stride_s=stride_s)
    check_bounce(pelvis, trial.task, file)
    found = {}
    one = shared_joint.record(pelvis)
    for segment, thigh in thighs.items():
        shared, same = compared(one, thigh, pelvis, file)
        found[segment] = shared
        thighs[segment] = thigh if same else thigh.reversed()
    votes = {segment: _ahead(thigh) for segment, thigh in thighs.items()}
    forward = sum(votes.values()) > 0
    if len({vote > 0 for vote in votes.values()}) > 1:
        raise DataError(
            "the thighs do not agree on which way is forward.",
            file=file,
            remedy="Check that the sensors sit on the left and the right thigh and were worn like this in standing.",
        )
    aligned = {"pelvis": pelvis, **thighs}
    if not forward:
        aligned = {segment: one.reversed() for segment, one in aligned.items()}
    check_sides(aligned["pelvis"], found, file)
    check_thighs(aligned, found, stride_s, file)
    lags = {"pelvis": 0.0} | {segment: shared.lag_s for segment, shared in found.items()}
    notes = [_verdict(aligned[segment], shared) for segment, shared in found.items()]
    if static is None:
        notes.append("No standing trial: the longest quiet stretch of this trial was taken as upright standing.")
    return aligned, Said(lags, tuple(notes))


def standings(trial: Trial, wanted: Mapping[str, str], longest_gap_s: float) -> dict[str, Standing]:
    file = trial.passport.sources[0][1]
    own = names_in(trial, wanted, "standing trial")
    return {segment: standing_pose(evened(trial.sensors[name], longest_gap_s), file) for segment, name in own.items()}


def compared(one: shared_joint.Record, thigh: Aligned, pelvis: Aligned, file: str) -> tuple[Shared, bool]:
    """A thigh's record held against the pelvis's: on the common clock, else by the movement itself."""
    other = shared_joint.record(thigh)
    shared, same = shared_joint.search_lag(one, other, longest_s=CHECKED_LAG_S)
    if abs(shared.lag_s) <= LARGEST_LAG_S and shared.unexplained <= LARGEST_UNEXPLAINED:
        return replace(shared, lag_s=0.0), same
    anywhere, facing = shared_joint.search_lag(one, other)
    clear = anywhere.runner_up >= CLEAR_LAG * anywhere.unexplained
    if anywhere.unexplained <= LARGEST_UNEXPLAINED and clear:
        return anywhere, facing
    reason = (
        f"they disagree on {anywhere.unexplained:.0%} of the hip's acceleration however their clocks are shifted"
        if anywhere.unexplained > LARGEST_UNEXPLAINED
        else f"as the clocks stand the best agreement is {shared.lag_s * 1000:+.0f} ms off, and several other shifts "
        f"fit as well ({anywhere.unexplained:.2f} and {anywhere.runner_up:.2f} unexplained)"
    )
    raise DataError(
        f"the sensors '{spoken(pelvis.signals.name)}' (pelvis) and '{spoken(thigh.signals.name)}' "
        f"({thigh.words}) are not "
        f"synchronised: {reason}.",
        file=file,
        remedy="Record them on one clock, or begin with standing and a few jumps that all sensors feel.",
    )


def _ahead(thigh: Aligned) -> float:
    """Positive where the thigh faces forward: it flexes further from standing than it extends, in every gait. [deg]"""
    flexion = thigh_flexion(frames(thigh))[thigh.signals.trusted]
    low, high = np.percentile(flexion, (5, 95))
    return float(low + high)


def _verdict(thigh: Aligned, shared: Shared) -> str:
    clock = "one clock" if shared.lag_s == 0 else f"clocks joined by the movement, {shared.lag_s:+.3f} s"
    return (
        f"{thigh.words}: {clock}; {shared.unexplained:.0%} of the hip's acceleration unexplained "
        f"(less than {LARGEST_UNEXPLAINED:.0%} is accepted); {thigh.share:.0%} of its level turning in one plane."
    )


def on_one_clock(
    aligned: Mapping[str, Aligned], lags_s: Mapping[str, float], notes: tuple[str, ...], file: str
) -> SensorFrames:
    """Frames of all segments on an even clock at the highest of their rates, over the time that all cover."""
    starts = [one.signals.start_s + lags_s[segment] for segment, one in aligned.items()]
    ends = [one.signals.time_s[-1] + lags_s[segment] for segment, one in aligned.items()]
    rate_hz = max(one.signals.rate_hz for one in aligned.values())
    start = max(starts)
    time_s = start + np.arange(int(np.floor((min(ends) - start) * rate_hz + 1e-6)) + 1) / rate_hz
    on_clock = {
        segment: _at_times(frames(one), one.signals, time_s - lags_s[segment]) for segment, one in aligned.items()
    }
    lost = {segment: float(np.isnan(one[0, 0]).mean()) for segment, one in on_clock.items()}
    worst = max(lost, key=lambda segment: lost[segment])
    if lost[worst] > LARGEST_LOST_SHARE:
        raise DataError(
            f"sensor '{aligned[worst].signals.name}' has such long gaps that {lost[worst]:.0%} of the trial are lost "
            f"({SETTLING_S:g} s around each).",
            file=file,
            remedy="Record it again, nearer to the receiver or into the sensor's own memory.",
        )
    more = tuple(
        f"{aligned[segment].words}: {share:.0%} of the samples are gaps, with {SETTLING_S:g} s around each long one."
        for segment, share in lost.items()
        if share > 0
    )
    return SensorFrames(
        time_s=time_s,
        rate_hz=rate_hz,
        pelvis=on_clock.pop("pelvis"),
        thighs={side: on_clock[f"thigh_{side}"] for side in SIDES if f"thigh_{side}" in on_clock},
        one_earth=False,
        model="inertial sensors, VQF 6D, standing pose, direction of progress from the gait",
        notes=(*notes, *more),
        bounce_m_s2=np.interp(time_s, aligned["pelvis"].signals.time_s, bounce_m_s2(aligned["pelvis"])),
    )


def _at_times(own: np.ndarray, signals: Evened, time_s: np.ndarray) -> np.ndarray:
    """Frames at other times: by straight lines between the axes, made square again; NaN around long gaps."""
    doubt = signals.doubtful
    place = np.clip((time_s - signals.start_s) * signals.rate_hz, 0, signals.trusted.size - 1)
    before = np.minimum(place.astype(np.intp), signals.trusted.size - 2)
    part = place - before
    rows = own[:, :2, before] * (1 - part) + own[:, :2, before + 1] * part
    x = rows[:, 0] / np.linalg.norm(rows[:, 0], axis=0)
    z = np.cross(x, rows[:, 1], axis=0)
    z /= np.linalg.norm(z, axis=0)
    out = np.stack((x, np.cross(z, x, axis=0), z), axis=1)
    out[:, :, doubt[before] | doubt[before + 1]] = np.nan
    return out
