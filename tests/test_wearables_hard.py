"""Hard recordings: each ends in the right angles, or in a refusal that names the reason; never in a wrong number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from wearables import STILL, WORN, Worn, after, cycling, synthetic

import kinematics as kin
from kinematics.simulate import SegmentMotion

#: What counts as the right result of a synthetic runner. [deg]
RIGHT_MEAN_DEG, RIGHT_SD_DEG = 2.0, 2.0
DEG = np.pi / 180
Recording = tuple[kin.Trial, kin.Trial]


@cache
def worn() -> Worn:
    return synthetic(duration_s=12.0, speed_m_s=3.0, seed=1)


@cache
def started() -> Worn:
    """Five seconds of standing, then the run."""
    run = worn()
    return replace(run, motion=after(_held(run.still, 5.0), run.motion))


def _held(still: SegmentMotion, seconds: float) -> SegmentMotion:
    """The first pose of a movement, for a while."""
    time_s = np.arange(round(seconds / (still.time_s[1] - still.time_s[0]))) * (still.time_s[1] - still.time_s[0])
    frames = {name: np.repeat(one[:, :, :1], time_s.size, axis=2) for name, one in still.frames.items()}
    origins = {name: np.repeat(one[:, :1], time_s.size, axis=1) for name, one in still.origins.items()}
    return SegmentMotion(time_s, frames, origins)


def _sensor(trial: kin.Trial, name: str, **changes) -> kin.Trial:
    return replace(trial, sensors={**trial.sensors, name: replace(trial.sensors[name], **changes)})


def _late(trial: kin.Trial, name: str, seconds: float) -> kin.Trial:
    return _sensor(trial, name, time_s=trial.sensors[name].time_s + seconds)


def _turned(worn: Worn, name: str, angle_deg: float, axis: int = 2) -> dict:
    """The mounts with one sensor turned about an axis of its segment."""
    c, s = np.cos(angle_deg * DEG), np.sin(angle_deg * DEG)
    turn = np.roll(np.roll(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]), axis + 1, axis=0), axis + 1, axis=1)
    mount = worn.mounts[name]
    return {**worn.mounts, name: replace(mount, axes=turn @ mount.axes)}


def _swapped(trial: kin.Trial, one: str, other: str) -> kin.Trial:
    sensors = dict(trial.sensors)
    sensors[one], sensors[other] = (replace(trial.sensors[b], name=a) for a, b in ((one, other), (other, one)))
    return replace(trial, sensors=sensors)


def _lost(trial: kin.Trial, name: str, start_s: float, end_s: float) -> kin.Trial:
    sensor = trial.sensors[name]
    kept = (sensor.time_s < start_s) | (sensor.time_s >= end_s)
    return _sensor(
        trial, name, time_s=sensor.time_s[kept], acceleration_m_s2=sensor.acceleration_m_s2[:, kept],
        angular_rate_rad_s=sensor.angular_rate_rad_s[:, kept],
    )  # fmt: skip


def all_clocks_late() -> Recording:
    trial = worn().trial
    for name in trial.sensors:
        trial = _late(trial, name, 1234.5)
    return trial, worn().static


def half_rate_thigh() -> Recording:
    mounts = {**worn().mounts, "thigh_left": replace(worn().mounts["thigh_left"], rate_hz=50.0)}
    return worn().again(mounts=mounts), worn().static


def half_rate_pelvis() -> Recording:
    mounts = {**worn().mounts, "pelvis": replace(worn().mounts["pelvis"], rate_hz=50.0)}
    return worn().again(mounts=mounts), worn().static


def drifting_clock() -> Recording:
    return worn().again(
        errors={**dict.fromkeys(worn().mounts, WORN), "pelvis": replace(WORN, clock_drift_ppm=200)}
    ), worn().static


def upside_down_throughout() -> Recording:
    mounts = _turned(worn(), "thigh_right", 180.0)
    return worn().again(mounts=mounts), worn().standing_again(mounts=mounts)


def single_packets_lost() -> Recording:
    return worn().again(errors=replace(WORN, lost_share=0.2)), worn().static


def unrelated_clocks_with_a_start() -> Recording:
    return _late(_late(started().again(errors=STILL), "thigh_left", 37.21), "thigh_right", -3.33), worn().static


def turned_about_the_vertical() -> Recording:
    """The whole person turned by 100 deg about the vertical, between standing and running."""
    c, s = np.cos(100 * DEG), np.sin(100 * DEG)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    motion = worn().motion
    frames = {name: np.einsum("ij,jkn->ikn", turn, frame) for name, frame in motion.frames.items()}
    origins = {name: turn @ path for name, path in motion.origins.items()}
    return worn().again(motion=SegmentMotion(motion.time_s, frames, origins)), worn().static


def names_that_tell_nothing() -> Recording:
    named = dict(zip(worn().mounts, ("00B42279", "00B421EE", "00B4227C"), strict=True))
    return worn().again(names=named), worn().standing_again(names=named)


def unrelated_clocks() -> Recording:
    return _late(worn().trial, "thigh_left", 37.21), worn().static


def late_by_60_ms() -> Recording:
    return _late(worn().trial, "thigh_right", 0.06), worn().static


RIGHT: dict[str, Callable[[], Recording]] = {
    "all clocks count from another zero": all_clocks_late,
    "a thigh sensor at half the rate": half_rate_thigh,
    "a pelvis sensor at half the rate": half_rate_pelvis,
    "a clock that is 200 ppm fast": drifting_clock,
    "a sensor upside down in standing and running": upside_down_throughout,
    "a fifth of the packets lost one by one": single_packets_lost,
    "unrelated clocks, but the start of the run is recorded": unrelated_clocks_with_a_start,
    "unrelated clocks, found by the movement": unrelated_clocks,
    "a sensor 60 ms late, found by the movement": late_by_60_ms,
    "three serial numbers for names": names_that_tell_nothing,
    "the person turned between standing and running": turned_about_the_vertical,
}


@pytest.mark.parametrize("case", RIGHT)
def test_hip_angles_are_right_despite(case):
    trial, static = RIGHT[case]()
    angles = kin.hip_angles(trial, static)
    wait_s = 5.0 if "start" in case else float(next(iter(trial.sensors.values())).time_s[0])
    table = angles.table.assign(time_s=angles.table["time_s"] - wait_s)
    angles = replace(angles, table=table[table["time_s"] > (1.5 if "start" in case else 0.0)])
    found = {name: worn().difference(angles, name) for name in ("hip_flexion_left_deg", "hip_flexion_right_deg")}
    assert {
        name: (abs(d.mean()) < RIGHT_MEAN_DEG, d.std() < RIGHT_SD_DEG) for name, d in found.items()
    } == dict.fromkeys(found, (True, True))


def test_a_gap_of_a_second_leaves_a_hole_and_right_angles_elsewhere():
    run = synthetic(duration_s=30.0)
    angles = kin.hip_angles(_lost(run.trial, "thigh_left", 12.0, 13.0), run.static)
    difference = run.difference(angles, "hip_flexion_left_deg")
    assert 6.5 < np.isnan(angles.table["hip_flexion_left_deg"]).sum() / 100 < 8.5
    assert np.nanstd(difference) < RIGHT_SD_DEG


def test_cycling_amid_a_run_has_no_strides():
    run = worn()
    motion = after(after(run.motion, cycling(seconds=12.0)), run.motion)
    trial = run.again(motion=motion, errors=STILL)
    angles = kin.hip_angles(trial, run.static)
    start = kin.segment_strides(angles, kin.foot_events(trial, angles)).valid["start_s"]
    assert (start < 12).sum() > 25 and (start > 24).sum() > 25
    assert not start.between(12, 24).any()
    assert any("cycling? Left out" in note for note in angles.passport.notes)


def half_a_stride_late() -> Recording:
    run = worn()
    return _late(run.trial, "pelvis", float(np.diff(run.events["left", "contact"]).mean()) / 2), run.static


def sides_swapped() -> Recording:
    return tuple(_swapped(one, "thigh_left", "thigh_right") for one in (worn().trial, worn().static))


def both_on_one_thigh() -> Recording:
    mounts = worn().mounts
    one = {"pelvis": mounts["pelvis"], "thigh_left": mounts["thigh_left"]}
    trial, static = worn().again(mounts=one), worn().standing_again(mounts=one)
    twice = [
        replace(t, sensors={**t.sensors, "thigh_right": replace(t.sensors["thigh_left"], name="thigh_right")})
        for t in (trial, static)
    ]
    return twice[0], twice[1]


def pelvis_and_thigh_swapped() -> Recording:
    return tuple(_swapped(one, "pelvis", "thigh_right") for one in (worn().trial, worn().static))


def thigh_sensor_on_the_shank() -> Recording:
    mounts = dict(worn().mounts)
    shank = replace(mounts.pop("thigh_right"), place_m=np.array([0.04, -0.2, 0.0]))
    mounts["shank_right"] = shank
    named = {"shank_right": "thigh_right"}
    return worn().again(mounts=mounts, names=named), worn().standing_again(mounts=mounts, names=named)


def upside_down_after_standing() -> Recording:
    return worn().again(mounts=_turned(worn(), "thigh_right", 180.0)), worn().static


def slipped_by_40_deg() -> Recording:
    return worn().again(mounts=_turned(worn(), "thigh_left", 40.0)), worn().static


def sat_instead_of_stood() -> Recording:
    thighs = {name: _turned(worn(), name, -85.0)[name] for name in ("thigh_left", "thigh_right")}
    return worn().trial, worn().standing_again(mounts={**worn().mounts, **thighs})


def ran_instead_of_stood() -> Recording:
    return worn().trial, replace(worn().again(seed=5), task="static")


def in_units_of_gravity() -> Recording:
    static = worn().static
    small = static.sensors["pelvis"].acceleration_m_s2 / 9.80665
    return worn().trial, _sensor(static, "pelvis", acceleration_m_s2=small)


def degrees_as_radians() -> Recording:
    large = worn().trial.sensors["thigh_left"].angular_rate_rad_s / DEG
    return _sensor(worn().trial, "thigh_left", angular_rate_rad_s=large), worn().static


def half_the_angular_rate() -> Recording:
    """A range setting read wrongly."""
    halved = [
        _sensor(one, "thigh_right", angular_rate_rad_s=one.sensors["thigh_right"].angular_rate_rad_s / 2)
        for one in (worn().trial, worn().static)
    ]
    return halved[0], halved[1]


def clipped_at_4_rad_s() -> Recording:
    return worn().again(errors=replace(WORN, largest_rad_s=4.0)), worn().static


def long_runs_of_packets_lost() -> Recording:
    return worn().again(errors=replace(WORN, lost_share=0.2, lost_run=40)), worn().static


def standing_without_a_thigh() -> Recording:
    static = worn().static
    return worn().trial, replace(static, sensors={n: s for n, s in static.sensors.items() if n != "thigh_left"})


def serial_numbers_of_two() -> Recording:
    mounts = {name: worn().mounts[name] for name in ("pelvis", "thigh_left")}
    named = {"pelvis": "00B42279", "thigh_left": "00B4227C"}
    return worn().again(mounts=mounts, names=named), worn().standing_again(mounts=mounts, names=named)


def cycled() -> Recording:
    return worn().again(motion=cycling(seconds=12.0), errors=STILL), worn().static


REFUSED: dict[str, tuple[Callable[[], Recording], str]] = {
    "a pelvis half a stride late": (half_a_stride_late, "not synchronised|left and right|alternate"),
    "left and right swapped": (sides_swapped, "swapped"),
    "both sensors on one thigh": (both_on_one_thigh, "one thigh"),
    "pelvis and thigh swapped": (
        pelvis_and_thigh_swapped,
        "does not move like|not synchronised|direction of progress|agree",
    ),
    "a thigh sensor on the shank": (thigh_sensor_on_the_shank, "does not move like|not synchronised|agree"),
    "a sensor turned upside down after standing": (upside_down_after_standing, "leans by"),
    "a strap that slipped by 40 deg": (slipped_by_40_deg, "does not move like|from standing|leans"),
    "sitting in place of standing": (sat_instead_of_stood, "leans by|from standing"),
    "running in place of standing": (ran_instead_of_stood, "never at rest"),
    "acceleration in g": (in_units_of_gravity, "instead of 9.81"),
    "degrees per second taken for radians": (degrees_as_radians, "not synchronised|direction|leans|does not move"),
    "half the angular rate on one side": (half_the_angular_rate, "one thigh moves"),
    "a gyroscope that clips": (clipped_at_4_rad_s, "clips"),
    "a fifth of the packets lost in long runs": (long_runs_of_packets_lost, "gaps"),
    "a standing trial without a thigh's sensor": (standing_without_a_thigh, "has no sensor 'thigh_left'"),
    "cycling declared as a run": (cycled, "this is no run"),
    "two serial numbers for names": (serial_numbers_of_two, r"\[sensors\]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_with_the_reason(case):
    make, reason = REFUSED[case]
    trial, static = make()
    with pytest.raises(kin.DataError, match=reason):
        kin.hip_angles(trial, static)
