"""Gates: what a wrong column, sign, side or unit looks like; a right recording raises no doubt."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kinematics import foot_events, hip_angles, read_trial, segment_strides
from kinematics.angles import Angles
from kinematics.conventions import SAMPLE_COLUMNS
from kinematics.events import Events
from kinematics.gates import gates
from kinematics.norms import running_norms
from kinematics.trial import Passport, Trial

RATE = 100.0
STRIDE = 70


def runner(task: str = "run", **changed) -> Angles:
    """Ten strides of the reference curves at 3.5 m/s, the left side half a stride later."""
    curves = running_norms().curves["anatomical"]
    phase = np.arange(10 * STRIDE) / STRIDE % 1 * 100
    hip, tilt = (curves[name][1, :, 0] for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg"))
    columns = {
        "hip_flexion_right_deg": np.interp(phase, np.arange(101), hip),
        "hip_flexion_left_deg": np.interp((phase + 50) % 100, np.arange(101), hip),
        "pelvis_anterior_tilt_deg": np.interp(phase, np.arange(101), tilt),
    }
    columns |= {name: change(columns[name]) for name, change in changed.items()}
    table = pd.DataFrame({"time_s": np.arange(10 * STRIDE) / RATE} | columns)
    return Angles("a", task, 3.5, table, Passport(rate_hz=RATE))


def test_the_reference_itself_raises_no_doubt():
    assert gates(runner()) == []


@pytest.mark.parametrize("offset", [-20.0, 0.0, 20.0])
def test_a_tilt_of_the_other_sign_is_told_whatever_its_offset(offset):
    (doubt,) = gates(runner(pelvis_anterior_tilt_deg=lambda tilt: offset - tilt))
    assert "posterior tilt may be positive in the file" in doubt
    assert doubt.endswith("nothing was turned.")


@pytest.mark.parametrize("offset", [-25.0, 0.0, 20.0])
def test_a_negative_mean_tilt_alone_raises_no_doubt(offset):
    assert gates(runner(pelvis_anterior_tilt_deg=lambda tilt: tilt - tilt.mean() + offset)) == []


@pytest.mark.parametrize("offset", [0.0, 30.0])
def test_a_hip_of_the_other_sign_is_told_whatever_its_offset(offset):
    doubts = gates(
        runner(hip_flexion_left_deg=lambda hip: offset - hip, hip_flexion_right_deg=lambda hip: offset - hip)
    )
    assert [doubt.split(" hip's course")[0] for doubt in doubts] == ["The left", "The right"]


def test_one_hip_of_the_other_sign_breaks_the_likeness_of_the_sides():
    doubts = gates(runner(hip_flexion_left_deg=lambda hip: -hip))
    assert any(doubt.startswith("Left and right hip, half a stride apart, correlate with -") for doubt in doubts)


def test_radians_are_told():
    doubts = gates(runner(hip_flexion_left_deg=np.deg2rad, hip_flexion_right_deg=np.deg2rad))
    assert any("radians taken for degrees" in doubt for doubt in doubts)


@pytest.mark.parametrize(
    ("task", "changes", "doubt"),
    [
        ("walk", {"hip_flexion_left_deg": lambda hip: 0.2 * hip}, "The left hip moves through 12 deg"),
        ("walk", {"hip_flexion_right_deg": lambda hip: 2 * hip}, "The right hip moves through 1"),
        ("run", {"pelvis_anterior_tilt_deg": lambda tilt: 6 * tilt - 70}, "Anterior pelvic tilt moves through"),
        ("static", {"pelvis_anterior_tilt_deg": lambda tilt: tilt + 40}, "Anterior pelvic tilt averages"),
        ("rom", {"hip_flexion_left_deg": lambda hip: 0 * hip}, "hip_flexion_left_deg is 0 in every sample"),
    ],
)
def test_ranges_outside_a_persons_are_told(task, changes, doubt):
    assert any(found.startswith(doubt) for found in gates(runner(task, **changes)))


def test_a_jump_of_the_hip_is_told():
    def wrapped(hip):
        return np.where(np.arange(hip.size) == 100, hip + 30, hip)

    doubts = gates(runner(hip_flexion_left_deg=wrapped))
    assert any(doubt.startswith("The left hip jumps by") for doubt in doubts)


def test_mean_curves_of_a_stride_are_judged_too():
    curves = running_norms().curves["anatomical"]
    hip, tilt = (curves[name][1, :, 0] for name in ("hip_flexion_deg", "pelvis_anterior_tilt_deg"))
    trial = Trial(
        "a", "angles", "run", 3.5, np.linspace(0, 1, 101), Passport(), base="cycle",
        channels={"hip_flexion_right_deg": hip, "pelvis_anterior_tilt_deg": tilt},
    )  # fmt: skip
    assert gates(trial) == []
    turned = replace(trial, channels={**trial.channels, "pelvis_anterior_tilt_deg": -tilt})
    assert any("posterior tilt may be positive" in doubt for doubt in gates(turned))


def contacts() -> Events:
    """Contacts at 0 % of each foot's reference strides, toe-offs at 40 %."""
    starts = np.arange(10) * STRIDE / RATE
    times = [("right", starts), ("left", starts + 0.5 * STRIDE / RATE)]
    rows = [(side, "contact", time) for side, begin in times for time in begin]
    rows += [(side, "toe_off", time + 0.4 * STRIDE / RATE) for side, begin in times for time in begin]
    return Events(pd.DataFrame(rows, columns=["side", "kind", "time_s"]).sort_values("time_s"), "file", "by hand")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pelvis_anterior_tilt_deg": lambda tilt: -tilt},
        {"hip_flexion_left_deg": lambda hip: -hip, "hip_flexion_right_deg": lambda hip: -hip},
        {"hip_flexion_left_deg": lambda hip: np.roll(hip, STRIDE // 2)},
        {"hip_flexion_left_deg": lambda hip: np.where(np.arange(hip.size) == 100, hip + 30, hip)},
    ],
)
def test_strides_hide_no_doubt_that_the_recording_alone_raises(changes):
    angles = runner(**changes)
    whole = replace(angles, table=angles.table.reindex(columns=[column.name for column in SAMPLE_COLUMNS]))
    alone = gates(whole)
    assert gates(whole, segment_strides(whole, contacts()))[: len(alone)] == alone
    assert bool(alone) == bool(changes)


@pytest.mark.real
@pytest.mark.parametrize("number", range(1, 11))
def test_ten_real_runners_raise_no_doubt_and_each_turned_sign_does(rbds, number):
    name = f"RBDS{number:03d}"
    trial = read_trial(
        rbds / f"{name}runT35markers.txt", task="run", speed_m_s=3.5, forces=rbds / f"{name}runT35forces.txt"
    )
    angles = hip_angles(trial, read_trial(rbds / f"{name}static.txt", task="static"))
    strides = segment_strides(angles, foot_events(trial, angles))
    assert gates(angles, strides) == []
    hips = ["hip_flexion_left_deg", "hip_flexion_right_deg"]
    for columns, doubts in ((["pelvis_anterior_tilt_deg"], 1), (hips, 2)):
        table = angles.table.assign(**{column: -angles.table[column] for column in columns})
        assert len(gates(replace(angles, table=table))) == doubts


@pytest.mark.real
def test_the_peak_of_hip_flexion_away_from_contact_is_told(rbds):
    trial = read_trial(rbds / "RBDS001runT35markers.txt", task="run", speed_m_s=3.5)
    angles = hip_angles(trial, read_trial(rbds / "RBDS001static.txt", task="static"))
    strides = segment_strides(angles, foot_events(trial, angles))
    rolled = replace(strides, curves=strides.curves | {"hip_flexion_deg": -strides.curves["hip_flexion_deg"]})
    doubts = [doubt for doubt in gates(angles, rolled) if "most flexed at" in doubt]
    assert len(doubts) == 2
