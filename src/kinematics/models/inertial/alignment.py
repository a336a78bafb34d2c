"""Sensor to segment: the vertical from standing, the sagittal plane from the movement itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kinematics.conventions import DataError
from kinematics.models.inertial.orientation import SETTLING_S, Evened, longest_run, rest, rotations_6d
from kinematics.repeating import repeats
from kinematics.signals import lowpass
from kinematics.trial import spoken

GRAVITY_M_S2 = 9.80665
#: Gravity's measured size may be off by this part: a badly calibrated sensor; beyond it the unit is another. [1]
LARGEST_GRAVITY_ERROR = 0.1
#: Slower than this a segment's heading turns with the person, faster within the stride. [Hz]
HEADING_CUTOFF_HZ = 0.5
#: Level acceleration of the pelvis above this is the landing. [Hz]
PROGRESS_CUTOFF_HZ = 8.0
#: Turning of the pelvis above this is soft tissue. [Hz]
DROP_CUTOFF_HZ = 6.0
#: The stride is told in windows of this length, so that cadence may change. [s]
WINDOW_S = 10.0
#: Stride times that occur in walking and running. [s]
STRIDE_TIMES_S = (0.4, 2.5)
#: A step is this part of a stride, within what lopsided gaits do. [1]
STEP_OF_STRIDE = (0.4, 0.6)
#: The level movement has to keep to one axis by this share; without any axis it is near 0. [1]
SMALLEST_SHARE = 0.3
#: A segment that leans further than this from its standing pose, on average, was not calibrated as worn. [deg]
LARGEST_LEAN_DEG = 50.0
#: A sensor whose largest value is reached this often, as part of its samples, clips. [1]
CLIPPED_SHARE, CLIPPED_WITHIN = 0.005, 1e-3
#: A sensor that is clear of long gaps for less than this part of its time is of no use. [1]
SMALLEST_HEARD = 0.2
#: Shortest time of movement that tells the sagittal plane. [s]
SHORTEST_GAIT_S = 2.5


@dataclass(frozen=True)
class Aligned:
    """
    One sensor with what is known of its segment.

    Attributes
    ----------
    segment : str
    signals : Evened
    rate_rad_s : array, shape (3, n)
        Angular rate without the standing bias, in the sensor's axes.
    rotations : array, shape (3, 3, n)
        Sensor to an earth frame with z up.
    axes : array, shape (3, 3)
        Columns x forward, y up, z right of the segment in the sensor's axes; before `towards` the two level ones may
        both point the other way.
    share : float
        How much the level movement keeps to its axis: 1 all of it.
    steady : bool
        Whether the person faces one way throughout (a functional trial).
    """

    segment: str
    signals: Evened
    rate_rad_s: np.ndarray
    rotations: np.ndarray
    axes: np.ndarray
    share: float
    steady: bool = False

    @property
    def words(self) -> str:
        """The segment in words."""
        return self.segment.replace("_", " ")

    def reversed(self) -> Aligned:
        """The same, facing the other way."""
        return replace(self, axes=self.axes * np.array([-1.0, 1.0, -1.0]))

    @cached_property
    def facing_rad(self) -> np.ndarray:
        """Heading (n,) of the direction of progress in the sensor's earth frame. [rad]"""
        right = np.einsum("ijn,j->in", self.rotations[:2], self.axes[:, 2])
        heading = np.unwrap(np.arctan2(right[1], right[0]))
        if self.steady:
            return np.full(heading.size, np.median(heading[self.signals.trusted]) + np.pi / 2)
        return lowpass(heading[None], HEADING_CUTOFF_HZ, self.signals.rate_hz)[0] + np.pi / 2


@dataclass(frozen=True)
class Standing:
    """
    One sensor while the person stands.

    Attributes
    ----------
    up : array, shape (3,)
        The vertical in the sensor's axes, unit length.
    bias_rad_s : array, shape (3,)
        Mean angular rate.
    """

    up: np.ndarray
    bias_rad_s: np.ndarray


def standing_pose(sensor: Evened, file: str) -> Standing:
    """
    The vertical in a sensor, and its gyroscope's bias, from quiet standing.

    Raises
    ------
    DataError
        Where nothing in it is quiet, or gravity has another size.
    """
    quiet = longest_run(rest(sensor.acceleration_m_s2, sensor.angular_rate_rad_s, sensor.rate_hz) & sensor.trusted)
    if not quiet.any():
        raise DataError(
            f"sensor '{spoken(sensor.name)}' is never at rest; quiet standing of a second or more gives "
            "it its vertical.",
            file=file,
            remedy="Record quiet standing with the same sensors, and name it as static_file in trials.csv.",
        )
    force = sensor.acceleration_m_s2[:, quiet].mean(axis=1)
    size = float(np.linalg.norm(force))
    if not abs(size / GRAVITY_M_S2 - 1) <= LARGEST_GRAVITY_ERROR:
        raise DataError(
            f"sensor '{spoken(sensor.name)}' measures {size:.3g} m/s2 at rest instead of {GRAVITY_M_S2:.2f}.",
            file=file,
            remedy="State the unit of the acceleration in the mapping, [units], or calibrate the sensor.",
        )
    bias = sensor.angular_rate_rad_s[:, quiet].mean(axis=1)
    return Standing(force / size, np.nan_to_num(bias))


def align(segment: str, sensor: Evened, standing: Standing, file: str, *, stride_s: float = np.nan) -> Aligned:
    """
    A sensor and its segment's axes, from the movement of a gait; which of the two level directions is ahead stays open.

    A thigh's z is the level axis about which it turns most in the earth frame; the pelvis's x is the level axis of the
    acceleration that repeats with every step, left or right (the sideways one changes its sign from step to step), and
    of the turning that changes its sign (the drop of the swinging side); it needs the stride time, which a thigh tells.

    Raises
    ------
    DataError
        Where the sensor hardly moves, its movement keeps to no axis, or it was not worn as in the standing trial.
    """
    _check_heard(sensor, file)
    rate = sensor.angular_rate_rad_s - standing.bias_rad_s[:, None]
    rotations = rotations_6d(sensor, standing.bias_rad_s)
    seed = np.eye(3)[int(np.argmin(np.abs(standing.up)))]
    axes = segment_axes(standing.up, np.cross(standing.up, seed))
    start = Aligned(segment, sensor, rate, rotations, axes, np.nan)
    _check_lean(start, file)
    moving = sensor.trusted & ~rest(sensor.acceleration_m_s2, rate, sensor.rate_hz)
    if moving.sum() < SHORTEST_GAIT_S * sensor.rate_hz:
        raise DataError(
            f"sensor '{spoken(sensor.name)}' moves for {moving.sum() / sensor.rate_hz:.1f} s only; "
            "walking or running of "
            f"{SHORTEST_GAIT_S:g} s or more shows it the direction of progress.",
            file=file,
            remedy="Use a longer recording.",
        )
    if segment == "pelvis":
        moment, size = _progress_moment(start, moving, stride_s)
        forward, share = np.angle(moment) / 2, np.abs(moment) / size
    else:
        right, _ = turning_axis(rate[:, moving], standing.up)
        start = replace(start, axes=segment_axes(standing.up, right))
        moment, size = _turning_moment(start, moving)
        forward, share = np.angle(-moment) / 2, np.abs(moment) / size
    if not share >= SMALLEST_SHARE:
        raise DataError(
            f"the movement of sensor '{spoken(sensor.name)}' ({start.words}) shows no direction of progress (share "
            f"{share:.2f}; {SMALLEST_SHARE:g} is needed).",
            file=file,
            remedy="Check where the sensor sits, and that the trial is straight walking or running.",
        )
    turn = np.array(
        [[np.cos(forward), 0.0, np.sin(forward)], [0.0, 1.0, 0.0], [-np.sin(forward), 0.0, np.cos(forward)]]
    )
    return replace(start, axes=start.axes @ turn, share=float(share))


def turning_axis(rate: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, float]:
    """
    Axis (3,) in the sensor about which it turns most, made square to `up`, and how much of the turning is about it.

    The largest eigenvector of the angular rates' second moments (as for hinges: Seel 2014, doi:10.3390/s140406891).
    """
    values, vectors = np.linalg.eigh(rate @ rate.T)
    axis = vectors[:, -1] - up * (up @ vectors[:, -1])
    return axis / np.linalg.norm(axis), float(values[-1] / values.sum())


def segment_axes(up: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Columns x forward, y up, z right of a segment, in its sensor's axes, shape (3, 3)."""
    z = right - up * (up @ right)
    z = z / np.linalg.norm(z)
    return np.stack((np.cross(up, z), up, z), axis=1)


def in_progress(rows: np.ndarray, facing_rad: np.ndarray) -> np.ndarray:
    """Vectors (..., 3, n) of an earth frame with z up in the person's (forward, up, right)."""
    c, s = np.cos(facing_rad), np.sin(facing_rad)
    x, y = rows[..., 0, :], rows[..., 1, :]
    return np.stack((c * x + s * y, rows[..., 2, :], s * x - c * y), axis=-2)


def frames(aligned: Aligned) -> np.ndarray:
    """Frames (3, 3, n) of the segment in (forward, up, right), forward being the direction of progress."""
    earth = np.einsum("ijn,jk->kin", aligned.rotations, aligned.axes)
    return in_progress(earth, aligned.facing_rad).transpose(1, 0, 2)


def stride_time_s(thigh: Aligned) -> float:
    """Usual length of a stride: the lag at which a thigh's turning repeats itself best. [s]"""
    rate_hz = thigh.signals.rate_hz
    turning = thigh.axes[:, 2] @ thigh.rate_rad_s
    return repeats(turning, *(limit * rate_hz for limit in STRIDE_TIMES_S)) / rate_hz


def _check_heard(sensor: Evened, file: str) -> None:
    """Refuses a sensor with too many gaps, or one whose range was too small for the movement."""
    heard = 1.0 - float(sensor.doubtful.mean())
    if heard < SMALLEST_HEARD:
        raise DataError(
            f"long gaps of sensor '{spoken(sensor.name)}' spoil {1 - heard:.0%} of its time "
            f"({SETTLING_S:g} s around each).",
            file=file,
            remedy="Record it again, nearer to the receiver or into the sensor's own memory.",
        )
    for rows, unit in ((sensor.angular_rate_rad_s, "rad/s"), (sensor.acceleration_m_s2, "m/s2")):
        size = np.abs(rows)
        largest = size.max(axis=1, keepdims=True)
        share = float((size >= (1 - CLIPPED_WITHIN) * largest).mean(axis=1).max())
        if share > CLIPPED_SHARE:
            raise DataError(
                f"sensor '{spoken(sensor.name)}' clips: {share:.1%} of its samples stand at its largest value, "
                f"{float(largest.max()):.3g} {unit}.",
                file=file,
                remedy="Set the sensor to a larger range and record again.",
            )


def _check_lean(start: Aligned, file: str) -> None:
    lean = np.degrees(np.arccos(np.clip(np.einsum("jn,j->n", start.rotations[2], start.axes[:, 1]), -1, 1)))
    usual = float(np.median(lean))
    if usual > LARGEST_LEAN_DEG:
        raise DataError(
            f"sensor '{spoken(start.signals.name)}' ({start.words}) leans by {usual:.0f} deg on average from standing.",
            file=file,
            remedy="It was moved, turned or swapped in between, or the standing trial is none: stand again.",
        )


def _turning_moment(start: Aligned, moving: np.ndarray) -> tuple[complex, float]:
    """Second moment and size of the level angular rates about the progress that `start` guesses."""
    earth = np.einsum("ijn,jn->in", start.rotations, start.rate_rad_s)
    forward, _, right = in_progress(earth, start.facing_rad)[:, moving]
    level = forward - 1j * right  # headings grow to the left
    return complex((level * level).sum()), float((np.abs(level) ** 2).sum())


def _progress_moment(start: Aligned, moving: np.ndarray, stride_s: float) -> tuple[complex, float]:
    """
    Second moment and size of what a step does to the pelvis along the line of progress, window by window.

    Two witnesses of equal weight, whose errors hardly go together: the level acceleration that repeats with every step,
    and the level turning that changes its sign from step to step, as the swinging leg's side drops.
    """
    rate_hz = start.signals.rate_hz
    measured = np.stack((start.signals.acceleration_m_s2, start.rate_rad_s))
    rows = in_progress(np.einsum("ijn,kjn->kin", start.rotations, measured), start.facing_rad)
    forces, turning = rows[0], rows[1]
    forward, up, right = lowpass(forces, PROGRESS_CUTOFF_HZ, rate_hz)
    along, _, across = lowpass(turning, DROP_CUTOFF_HZ, rate_hz)
    level, drop, width = forward - 1j * right, along - 1j * across, round(WINDOW_S * rate_hz)
    sums = np.zeros(4, complex)
    for first in range(0, max(1, level.size - width // 2), width):
        part = slice(first, first + width)
        if moving[part].sum() >= max(SHORTEST_GAIT_S * rate_hz, 0.5 * moving[part].size):
            step = repeats(up[part], *(share * stride_s * rate_hz for share in STEP_OF_STRIDE))
            for place, (one, sign) in enumerate(((level[part], 1.0), (drop[part], -1.0))):
                both = 0.5 * (one[:-step] + sign * one[step:])
                both -= both.mean()
                sums[2 * place : 2 * place + 2] += (both * both).sum(), (np.abs(both) ** 2).sum()
    pushed, dropped = (sums[place] / max(sums[place + 1].real, 1e-12) for place in (0, 2))
    return complex(pushed + dropped), 2.0
