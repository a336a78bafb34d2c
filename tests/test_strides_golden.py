"""Facts about ten real runners (Fukuchi 2017), each against a second computation that shares no code with the first."""

import numpy as np
import pandas as pd
import pytest

from kinematics import foot_events, hip_angles, read_trial
from kinematics.settings import ForceSettings, Settings
from kinematics.strides import segment_strides, side_differences, stride_coordination
from kinematics.strides.sides import HEALTHY_SIDE_DIFFERENCE

RUNNERS, SPEEDS = range(1, 11), (25, 45)
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def ten():
    """Rows of strides, ours beside those computed stride by stride from the samples; sides; coordination."""
    from conftest import missing, shared_folder

    folder = shared_folder() / "data" / "rbds"
    if not folder.is_dir():
        missing("no RBDS data", "set KINEMATICS_SHARED")
    rows, sides, patterns = [], [], []
    for runner in RUNNERS:
        static = read_trial(folder / f"RBDS{runner:03d}static.txt", task="static")
        for speed in SPEEDS:
            stem = folder / f"RBDS{runner:03d}runT{speed}"
            trial = read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=speed / 10)
            angles = hip_angles(trial, static)
            strides = segment_strides(angles, foot_events(trial, angles))
            key = {"runner": runner, "speed": speed}
            rows += [key | row | by_hand(angles.table, row) for row in strides.valid.to_dict("records")]
            sides.append(side_differences(strides).assign(**key))
            patterns.append(stride_coordination(strides).assign(**key, by_hand=hip_only_by_hand(angles.table, strides)))
    return pd.DataFrame(rows), pd.concat(sides), pd.concat(patterns)


def by_hand(samples: pd.DataFrame, row: dict) -> dict[str, float]:
    """One stride on a fine grid by straight lines: lowest points, and the tilt's rise from mid-stance."""
    time = np.linspace(row["start_s"], row["end_s"], 2001)
    hip, thigh, tilt = (
        np.interp(time, samples["time_s"], samples[name])
        for name in (f"hip_flexion_{row['side']}_deg", f"thigh_flexion_{row['side']}_deg", "pelvis_anterior_tilt_deg")
    )
    middle = np.searchsorted(time, row["start_s"] + row["contact_time_s"] / 2)
    rise = tilt[thigh.argmin()] - tilt[middle]
    return {"extension": -hip.min(), "thigh": -thigh.min(), "rise": rise, "tilt_there": tilt[hip.argmin()]}


def hip_only_by_hand(samples: pd.DataFrame, strides) -> float:
    """Share of right stances in which the hip alone moves, angle by angle with math.atan2."""
    import math

    shares = []
    right = strides.valid[strides.valid["side"] == "right"]
    for row in right.itertuples():
        time = np.linspace(row.start_s, row.end_s, 101)
        hip = np.interp(time, samples["time_s"], samples["hip_flexion_right_deg"])
        tilt = np.interp(time, samples["time_s"], samples["pelvis_anterior_tilt_deg"])
        last = int(row.toe_off_percent - 0.5) + 1
        angle = [abs(math.degrees(math.atan2(tilt[i + 1] - tilt[i], hip[i + 1] - hip[i]))) for i in range(last)]
        shares.append(np.mean([a <= 22.5 or a >= 157.5 for a in angle]))
    return float(np.mean(shares))


def leg_means(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Means of the runners per speed, both legs alike."""
    return table.groupby(["speed", "runner", "side"])[list(names)].mean().groupby("speed").mean()


def test_the_pelvis_tips_forward_in_nearly_every_stride(ten):
    table = ten[0]
    assert (table["pelvis_tilt_rise_deg"] - table["rise"]).abs().mean() < 0.1
    assert ((table["pelvis_tilt_rise_deg"] > 0) == (table["rise"] > 0)).mean() > 0.998
    assert (table["rise"] > 0).mean() >= 0.995


def test_two_metres_per_second_more_are_made_by_the_hip_and_a_little_by_the_pelvis(ten):
    ours = leg_means(
        ten[0], "peak_thigh_extension_deg", "peak_hip_extension_deg", "pelvis_anterior_tilt_at_peak_hip_extension_deg"
    ).diff()
    theirs = leg_means(ten[0], "thigh", "extension", "tilt_there").diff()
    assert ours.iloc[-1].to_numpy() == pytest.approx(theirs.iloc[-1].to_numpy(), abs=0.15)
    thigh, hip, tilt = ours.iloc[-1]
    assert thigh == pytest.approx(hip + tilt, abs=1.0)  # they peak at different instants


def test_strides_of_a_leg_scatter_by_less_than_a_degree_and_ten_settle_the_mean(ten):
    legs = ten[0].groupby(["speed", "runner", "side"])
    ours, theirs = legs["peak_hip_extension_deg"].std().mean(), legs["extension"].std().mean()
    assert ours == pytest.approx(theirs, abs=0.02)
    assert 0.6 < ours < 0.95
    apart = [np.abs(leg.rolling(10).mean() - leg.mean()).dropna() for _, leg in legs["peak_hip_extension_deg"]]
    assert np.percentile(np.concatenate(apart), 95) == pytest.approx(0.53, abs=0.1)


def test_hip_only_coordination_in_stance_agrees_with_the_plain_count(ten):
    patterns = ten[2]
    stance = patterns[(patterns["phase"] == "stance") & (patterns["side"] == "right")]
    assert (stance["first_only_share"] - stance["by_hand"]).abs().max() < 0.03
    assert stance["first_only_share"].between(0.4, 0.95).all()


@pytest.mark.parametrize("metric", sorted(HEALTHY_SIDE_DIFFERENCE))
def test_the_healthy_side_differences_are_the_tens_own(ten, metric):
    found = ten[1][ten[1]["metric"] == metric].groupby("speed")["difference"].agg(["mean", "std"])
    mean, spread, n = HEALTHY_SIDE_DIFFERENCE[metric]
    step = 0.06 if metric.endswith("_deg") else 0.006
    assert found["mean"].to_numpy() == pytest.approx([mean[0], mean[2]], abs=step)
    if n == 10:
        assert found["std"].to_numpy() == pytest.approx([spread[0], spread[2]], abs=step)


def test_contact_time_at_three_thresholds_agrees_with_the_plain_count():
    from conftest import missing, shared_folder
    from scipy.signal import butter, filtfilt

    folder = shared_folder() / "data" / "rbds"
    if not folder.is_dir():
        missing("no RBDS data", "set KINEMATICS_SHARED")
    stem = folder / "RBDS006runT35"
    static = read_trial(folder / "RBDS006static.txt", task="static")
    trial = read_trial(f"{stem}markers.txt", forces=f"{stem}forces.txt", task="run", speed_m_s=3.5)
    angles = hip_angles(trial, static)
    force = filtfilt(*butter(2, 50 * 1.246 / 150), trial.force.vertical_n.sum(axis=0))
    for threshold in (10, 20, 50):
        settings = Settings(force=ForceSettings(threshold_n=threshold))
        strides = segment_strides(angles, foot_events(trial, angles, settings=settings))
        stances, count = [], 0
        for above in force > threshold:
            stances += [count] if not above and count > 15 else []
            count = count + 1 if above else 0
        ours = strides.valid["contact_time_s"].mean()
        assert ours == pytest.approx(np.mean(stances) / 300, abs=0.003), threshold
