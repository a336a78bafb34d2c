"""Inertial data of any segment motion, from a synthetic runner or from real markers, with every error at will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import SIDES
from kinematics.models.inertial.orientation import turns
from kinematics.models.markers import calibrate
from kinematics.rotations import fit_rigid_body, rotation_of
from kinematics.settings import Settings
from kinematics.signals import fill_gaps, lowpass
from kinematics.simulate.poses import SegmentMotion
from kinematics.trial import Passport, Sensor, Trial

GRAVITY_M_S2 = 9.80665
#: Markers are low-passed here before they are differentiated twice; 10 Hz would leave nothing of the landing. [Hz]
MOTION_CUTOFF_HZ = 20.0
FORMAT = "simulated inertial data"


@dataclass(frozen=True)
class SensorErrors:
    """
    What a simulated sensor gets wrong; the default is nothing.

    Attributes
    ----------
    bias_rad_s : float
        Size of a constant gyroscope bias, its direction at random. [rad/s]
    rate_noise_rad_s, acceleration_noise_m_s2 : float
        SD of white noise on every sample.
    wobble_deg, wobble_hz, wobble_decay_s : float
        After each impact the sensor turns on the soft tissue about an axis at random: a damped swing with this first
        peak, frequency and decay time.
    largest_m_s2, largest_rad_s : float
        Beyond these the sensor clips.
    clock_offset_s, clock_drift_ppm : float
        The device's zero, and how much its clock is fast.
    lost_share : float
        Part of the packets that is lost, in runs of `lost_run` samples.
    lost_run : int
    """

    bias_rad_s: float = 0.0
    rate_noise_rad_s: float = 0.0
    acceleration_noise_m_s2: float = 0.0
    wobble_deg: float = 0.0
    wobble_hz: float = 10.0
    wobble_decay_s: float = 0.05
    largest_m_s2: float = np.inf
    largest_rad_s: float = np.inf
    clock_offset_s: float = 0.0
    clock_drift_ppm: float = 0.0
    lost_share: float = 0.0
    lost_run: int = 1


@dataclass(frozen=True)
class Mount:
    """
    How a sensor sits on its segment.

    Attributes
    ----------
    place_m : array, shape (3,)
        In the segment's frame, from its origin. [m]
    axes : array, shape (3, 3)
        Columns are the sensor's axes in the segment's frame.
    bias : array, shape (3,)
        Direction of the gyroscope's bias, unit length, in the sensor's axes.
    rate_hz : float
    """

    place_m: np.ndarray
    axes: np.ndarray
    bias: np.ndarray
    rate_hz: float = 100.0


def motion_of_markers(
    trial: Trial,
    static: Trial,
    *,
    clusters: Mapping[str, Sequence[str]] | None = None,
    settings: Settings | None = None,
) -> SegmentMotion:
    """
    Poses of pelvis, thighs and any other clusters of a real marker trial, low-passed at 20 Hz.

    Parameters
    ----------
    trial, static : Trial
        Marker trials of one visit.
    clusters : mapping of segment to labels, optional
        More segments ("shank_left": [...]); their axes are the laboratory's in the static trial.
    settings : Settings, optional
        Hip centre.

    Returns
    -------
    SegmentMotion
        Origins are the middles of the clusters.
    """
    model = calibrate(static, settings or Settings())
    segments = {"pelvis": model.pelvis} | {f"thigh_{side}": model.thighs[side] for side in SIDES}
    places = {name: (segment.labels, segment.positions) for name, segment in segments.items()}
    for name, labels in (clusters or {}).items():
        middle = np.stack([np.nanmean(static.markers[label], axis=1) for label in labels])
        places[name] = (tuple(labels), middle - middle.mean(axis=0))
    frames, origins = {}, {}
    for name, (labels, reference) in places.items():
        frames[name], origins[name] = _tracked(trial, labels, reference)
    return SegmentMotion(trial.time_s, frames, origins)


def random_mounts(places_m: Mapping[str, Sequence[float]], *, seed: int, rate_hz: float = 100.0) -> dict[str, Mount]:
    """Sensors at places of their segments, turned in every direction at random."""
    random = np.random.default_rng(seed)
    mounts = {}
    for segment, place in places_m.items():
        turn, bias = random.normal(size=4), random.normal(size=3)
        axes = rotation_of((turn / np.linalg.norm(turn))[:, None])[:, :, 0]
        mounts[segment] = Mount(np.asarray(place, float), axes, bias / np.linalg.norm(bias), rate_hz)
    return mounts


def simulate_inertial(
    motion: SegmentMotion,
    mounts: Mapping[str, Mount],
    *,
    task: str,
    speed_m_s: float = np.nan,
    errors: SensorErrors | Mapping[str, SensorErrors] | None = None,
    impacts_s: Mapping[str, np.ndarray] | None = None,
    names: Mapping[str, str] | None = None,
    name: str = "simulated",
    seed: int = 0,
) -> Trial:
    """
    A trial of inertial sensors that ride on the segments of a motion.

    The angular rate is the turn from sample to sample, as devices integrate it; the acceleration is the second
    derivative of a cubic spline through the sensor's path, gravity included.

    Parameters
    ----------
    motion : SegmentMotion
        Laboratory axes (forward, up, right).
    mounts : mapping of segment to Mount
    task, speed_m_s
        Of the trial.
    errors : SensorErrors or mapping of segment to SensorErrors, optional
    impacts_s : mapping of segment to array, optional
        When the soft tissue under each sensor is struck. [s]
    names : mapping of segment to str, optional
        What the file calls the sensors; by default the segment.
    name : str
        Of the trial.
    seed : int
        Of noise, wobble and losses.

    Returns
    -------
    Trial
        Of kind "imu".
    """
    random = np.random.default_rng(seed)
    sensors = {}
    for segment, mount in mounts.items():
        own = errors.get(segment, SensorErrors()) if isinstance(errors, Mapping) else errors or SensorErrors()
        called = (names or {}).get(segment, segment)
        struck = np.asarray((impacts_s or {}).get(segment, ()), float)
        sensors[called] = _sensor(motion, segment, mount, own, called, struck, random)
    first = next(iter(sensors.values()))
    passport = Passport(sources=(("motion", name, ""),), format=FORMAT, rate_hz=first.rate_hz, axes="sensor axes")
    return Trial(name, "imu", task, speed_m_s, first.time_s, passport, sensors=sensors)


def _tracked(trial: Trial, labels: Sequence[str], reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frames and middles of a cluster; samples in which it is not seen are bridged."""
    known = [label in trial.markers for label in labels]
    raw = np.stack([trial.markers[label] for label, there in zip(labels, known, strict=True) if there])
    filled, _ = fill_gaps(raw.reshape(-1, raw.shape[2]), raw.shape[2])
    smooth = lowpass(filled, MOTION_CUTOFF_HZ, trial.rate_hz).reshape(raw.shape)
    own = reference[known]
    frames = fit_rigid_body(own, smooth)
    seen = np.isfinite(smooth).all(axis=1)
    weight = seen / np.maximum(seen.sum(axis=0), 1)
    middle = np.einsum("mn,min->in", weight, np.nan_to_num(smooth))
    origin = middle - np.einsum("ijn,jn->in", frames, np.einsum("mn,mi->in", weight, own))
    return _bridged(frames.reshape(9, -1)).reshape(3, 3, -1), _bridged(origin)


def _bridged(rows: np.ndarray) -> np.ndarray:
    seen = np.isfinite(rows).all(axis=0)
    samples = np.arange(rows.shape[1])
    return np.stack([np.interp(samples, samples[seen], row[seen]) for row in rows])


def _sensor(
    motion: SegmentMotion,
    segment: str,
    mount: Mount,
    errors: SensorErrors,
    name: str,
    impacts_s: np.ndarray,
    random: np.random.Generator,
) -> Sensor:
    from scipy.interpolate import CubicSpline

    true_rate = mount.rate_hz * (1.0 + 1e-6 * errors.clock_drift_ppm)
    span = motion.time_s[-1] - motion.time_s[0]
    true_s = motion.time_s[0] + np.arange(int(span * true_rate) + 1) / true_rate
    axes = np.einsum("ijn,jk->ikn", _frames_at(motion, segment, true_s), mount.axes)
    axes = _times(axes, _wobble(true_s, impacts_s, errors, random))
    path = CubicSpline(motion.time_s, motion.point(segment, mount.place_m), axis=1)
    force = path(true_s, 2) + np.array([0.0, GRAVITY_M_S2, 0.0])[:, None]
    acceleration = np.einsum("jin,jn->in", axes, force)
    rate = turns(axes) * true_rate + errors.bias_rad_s * mount.bias[:, None]
    acceleration = acceleration + errors.acceleration_noise_m_s2 * random.normal(size=acceleration.shape)
    rate = rate + errors.rate_noise_rad_s * random.normal(size=rate.shape)
    kept = _kept(true_s.size, errors, random)
    return Sensor(
        name=name,
        rate_hz=mount.rate_hz,
        time_s=(np.arange(true_s.size) / mount.rate_hz + errors.clock_offset_s)[kept],
        acceleration_m_s2=np.clip(acceleration, -errors.largest_m_s2, errors.largest_m_s2)[:, kept],
        angular_rate_rad_s=np.clip(rate, -errors.largest_rad_s, errors.largest_rad_s)[:, kept],
    )


def _frames_at(motion: SegmentMotion, segment: str, time_s: np.ndarray) -> np.ndarray:
    """Frames between the samples: splines through the first two axes, made square again."""
    from scipy.interpolate import CubicSpline

    frames = CubicSpline(motion.time_s, motion.frames[segment], axis=2)(time_s)
    x = frames[:, 0] / np.linalg.norm(frames[:, 0], axis=0)
    z = np.cross(x, frames[:, 1], axis=0)
    z = z / np.linalg.norm(z, axis=0)
    return np.stack((x, np.cross(z, x, axis=0), z), axis=1)


def _wobble(time_s: np.ndarray, impacts_s: np.ndarray, errors: SensorErrors, random: np.random.Generator) -> np.ndarray:
    """Turns (3, 3, n) of a sensor on its soft tissue: after each impact a damped swing about one axis of its own."""
    axis = random.normal(size=3)
    axis /= np.linalg.norm(axis)
    last = np.searchsorted(impacts_s, time_s, side="right") - 1
    since = (
        np.where(last >= 0, time_s - impacts_s[np.maximum(last, 0)], np.inf)
        if impacts_s.size
        else np.full(time_s.size, np.inf)
    )
    omega, decay = 2 * np.pi * errors.wobble_hz, errors.wobble_decay_s
    peak_s = np.arctan(omega * decay) / omega
    peak = np.exp(-peak_s / decay) * np.sin(omega * peak_s)
    with np.errstate(invalid="ignore"):
        swing = np.where(np.isfinite(since), np.exp(-since / decay) * np.sin(omega * since), 0.0) / peak
    half = np.radians(errors.wobble_deg) * swing / 2
    return rotation_of(np.concatenate((np.cos(half)[None], axis[:, None] * np.sin(half))))


def _times(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.einsum("ijn,jkn->ikn", first, second)


def _kept(n: int, errors: SensorErrors, random: np.random.Generator) -> np.ndarray:
    """Which of n packets arrive; the first and the last do."""
    starts = random.random(n) < errors.lost_share / errors.lost_run
    lost = np.convolve(starts, np.ones(errors.lost_run), "full")[:n] > 0
    lost[0] = lost[-1] = False
    return ~lost
