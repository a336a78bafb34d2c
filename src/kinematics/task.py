"""What was done, and how fast, told from the data: standing, walking, running."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinematics.angles import Angles
from kinematics.conventions import SIDES, sided
from kinematics.feet import Foot, Scene, along, derivative, mean_seen, median, percentiles, running_mean, see
from kinematics.repeating import likeness_of, repeats
from kinematics.signals import is_whole
from kinematics.trial import Trial

#: A foot that stays within this beside the pelvis stands; a hip that stays within this as well. [m], [deg]
STANDING_SWEEP_M, STANDING_HIP_DEG = 0.15, 10.0
#: A pelvis that travels slower than this stays where it is: a treadmill. [m/s]
SLOWEST_PROGRESS_M_S = 0.3
#: Correlation of the pelvis's height with the distance of the feet that decides between walking and running.
CLEAR_CORRELATION = 0.3
#: The pelvis rises and falls about its mean over this: a stride. [s]
BOUNCE_WINDOW_S = 1.0
#: Without feet: strides shorter than this are run, longer than this walked, between them it is not told. [s]
LONGEST_RUN_STRIDE_S, SHORTEST_WALK_STRIDE_S = 0.85, 0.95
#: Times that strides of a task take. [s]
STRIDE_TIMES_S = {"run": (0.4, 1.6), "walk": (0.7, 2.5)}
#: The forefoot is on the ground where it is this low among its own heights. [percentile]
GROUND_PERCENTILE = 25.0
#: Task and speed are told from this much of a trial. [s], [Hz]
ENOUGH_S, ENOUGH_HZ = 20.0, 50.0
#: Declared and measured speed may differ by this part before it is said: half the step of the reference speeds.
SPEED_TOLERANCE = 0.15


@dataclass(frozen=True)
class Told:
    """
    What the data say of the task.

    Attributes
    ----------
    task : str
        static, walk or run; "" where it cannot be told.
    reason : str
        What it was told from.
    """

    task: str
    reason: str


def tell_task(trial: Trial, angles: Angles | None = None) -> Told:
    """
    Task as the data show it.

    With markers: standing, where both feet stay beside the pelvis; else by the pelvis's height while the feet pass each
    other: a walking pelvis is then at its highest (an inverted pendulum), a running one at its lowest (a spring;
    Cavagna 1977, doi:10.1152/ajpregu.1977.233.5.R243). With angles alone: by the hip's range and the stride time.
    """
    return _tell(see(trial), trial.rate_hz, angles)


def measure_speed(trial: Trial) -> tuple[float, str]:
    """
    Speed of walking or running, and how it was told; NaN where it cannot be.

    The pelvis's progress over the ground, and the ground is where the standing forefoot is: on a walkway it rests, on
    a treadmill it moves back with the belt. [m/s]
    """
    return _measure(see(trial), trial.rate_hz)


def thinned(trial: Trial) -> Trial:
    """The middle 20 s of a marker trial at about 50 Hz: enough for task and speed, and quick on a long one."""
    step = max(1, int(trial.rate_hz / ENOUGH_HZ))
    piece = _middle(trial.time_s.size, trial.rate_hz, ENOUGH_S, step)
    markers = {label: position[:, piece] for label, position in trial.markers.items()}
    passport = trial.passport.with_(rate_hz=trial.rate_hz / step)
    return replace(trial, markers=markers, time_s=trial.time_s[piece], passport=passport)


def contradictions(trial: Trial, angles: Angles) -> tuple[str, ...]:
    """Sentences where the declared task or speed is not what the data show."""
    if trial.task not in ("run", "walk"):
        return ()
    said = []
    trial = thinned(trial) if trial.markers else trial
    scene = see(trial)
    told = _tell(scene, trial.rate_hz, angles, ENOUGH_S)
    if told.task not in ("", trial.task):
        said.append(f"Declared as '{trial.task}', but the data look like '{told.task}': {told.reason}.")
    speed, how = _measure(scene, trial.rate_hz)
    if abs(speed / trial.speed_m_s - 1) > SPEED_TOLERANCE and speed > SLOWEST_PROGRESS_M_S:
        said.append(f"Declared speed {trial.speed_m_s:g} m/s, measured {speed:.2f} m/s from {how}.")
    return tuple(said)


def _tell(scene: Scene | None, rate_hz: float, angles: Angles | None, longest_s: float = np.inf) -> Told:
    if scene is not None and scene.has_pelvis:
        return _from_feet(scene, rate_hz)
    return Told("", "no feet and no hips") if angles is None else _from_hips(angles, longest_s)


def samples_of(angles: Angles, *names: str) -> dict[str, np.ndarray]:
    """Columns of the angles' table by name, shape (n,) each."""
    values, columns = angles.table.to_numpy(float), angles.table.columns
    return {name: values[:, columns.get_loc(name)] for name in names}


def _middle(size: int, rate_hz: float, longest_s: float, step: int = 1) -> slice:
    half, middle = round(min(longest_s * rate_hz / 2, size)), size // 2
    return slice(max(0, middle - half), middle + half, step)


def _measure(scene: Scene | None, rate_hz: float) -> tuple[float, str]:
    if scene is None or not scene.has_pelvis or scene.pelvis.shape[1] < 4:
        return np.nan, "no markers of feet and pelvis"
    forward = along(derivative(scene.pelvis[::2], rate_hz), scene.facing)
    progress = float(median(forward) if is_whole(forward) else np.nanmedian(forward))
    ground = sum(_ground_speed(foot, scene.facing, rate_hz) for foot in scene.feet.values()) / len(scene.feet)
    if abs(progress) > SLOWEST_PROGRESS_M_S:
        return abs(progress - ground), "the pelvis's progress over the standing foot"
    return abs(progress - ground), "the belt under the standing foot"


def period(signal: np.ndarray, rate_hz: float, limits_s: tuple[float, float]) -> int:
    """
    Period of a signal (n,) by its autocorrelation, within the stride times that occur. [samples]

    Looked for at about 50 Hz, then among the samples about what was found there.
    """
    step = max(1, int(rate_hz / ENOUGH_HZ))
    low, high = (int(limit * rate_hz) for limit in limits_s)
    high = max(low + 1, min(high, signal.size))
    rough = step * repeats(signal[::step], low // step, -(-high // step) - 1)
    if step == 1:
        return rough
    low, high = max(low, rough - step), min(high, rough + step + 1)
    return low + int(np.argmax(likeness_of(signal, low, high)))


def _from_feet(scene: Scene, rate_hz: float) -> Told:
    ahead = scene.ahead().mean(axis=1)
    reach = float(np.max(_reach(ahead) if is_whole(ahead) else np.subtract(*np.nanpercentile(ahead, (95, 5), axis=1))))
    if not reach >= STANDING_SWEEP_M:
        return Told("static", f"the feet stay within {reach:.2f} m beside the pelvis")
    both = np.stack((scene.pelvis[1], np.abs(ahead[1] - ahead[0])))
    both = both if is_whole(both) else both[:, np.isfinite(both).all(axis=0)]
    bounce = both - running_mean(both, round(BOUNCE_WINDOW_S * rate_hz))
    correlation = float(np.corrcoef(bounce)[0, 1]) if both.shape[1] > rate_hz else 0.0
    reason = f"the pelvis's height goes with the distance of the feet (r = {correlation:.2f})"
    if abs(correlation) < CLEAR_CORRELATION:
        return Told("", reason)
    return Told("run" if correlation > 0 else "walk", reason)


def _from_hips(angles: Angles, longest_s: float) -> Told:
    rate = angles.passport.rate_hz
    piece = _middle(len(angles.table), rate, longest_s)
    hips = [hip[piece] for hip in samples_of(angles, *(sided("hip_flexion_deg", side) for side in SIDES)).values()]
    hips = [hip if is_whole(hip) else hip[np.isfinite(hip)] for hip in hips]
    hips = [hip for hip in hips if hip.size > rate]
    if not hips:
        return Told("", "no hip is seen")
    if not any(_reach(hip) >= STANDING_HIP_DEG for hip in hips):
        return Told("static", f"the hips move by {max(map(_reach, hips)):.0f} deg")
    limits_s = STRIDE_TIMES_S["run"][0], STRIDE_TIMES_S["walk"][1]
    stride_s = period(max(hips, key=len), rate, limits_s) / rate
    reason = f"a stride takes {stride_s:.2f} s"
    if stride_s < LONGEST_RUN_STRIDE_S:
        return Told("run", reason)
    return Told("walk" if stride_s > SHORTEST_WALK_STRIDE_S else "", reason)


def _reach(signals: np.ndarray) -> np.ndarray:
    """From the 5th to the 95th percentile, along the last axis; no NaN."""
    low, high = percentiles(signals, (5, 95))
    return high - low


def _ground_speed(foot: Foot, facing: np.ndarray, rate_hz: float) -> float:
    """Forward speed in the laboratory of a forefoot while it is low: minus the belt's, or about 0 overground. [m/s]"""
    position = mean_seen(foot.front_part)
    height, speed = position[1], along(derivative(position[::2], rate_hz), facing)
    if not is_whole(height + speed):
        seen = np.isfinite(speed) & np.isfinite(height)
        height, speed = height[seen], speed[seen]
    if not height.size:
        return np.nan
    return float(median(speed[height <= percentiles(height, (GROUND_PERCENTILE,))[0]]))
