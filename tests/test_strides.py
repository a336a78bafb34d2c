"""Strides cut from angles and events: rows, curves, own-side signs, and what is left out."""

import numpy as np
import pandas as pd
import pytest

from kinematics.angles import Angles
from kinematics.conventions import EXCLUDED_COLUMNS, SAMPLE_COLUMNS, STRIDE_KEYS
from kinematics.events import Events
from kinematics.metrics import METRIC_NAMES
from kinematics.signals import interpolate
from kinematics.strides import segment_strides
from kinematics.strides.reading import BLOCK, opposite_hip_at, read_curves
from kinematics.trial import Passport

STRIDE_S, RATE = 0.7, 100.0


def angles(rate: float = RATE, seconds: float = 7.2, **changes) -> Angles:
    time_s = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * time_s / STRIDE_S
    table = pd.DataFrame({"time_s": time_s} | {column.name: 0.0 * time_s for column in SAMPLE_COLUMNS[1:]})
    table["hip_flexion_right_deg"] = 20 + 28 * np.cos(phase - 2 * np.pi * 0.85) + 3 * np.cos(2 * phase)
    table["hip_flexion_left_deg"] = 20 + 28 * np.cos(phase - 2 * np.pi * 0.35) + 3 * np.cos(2 * phase)
    table["pelvis_obliquity_deg"] = 4 * np.cos(phase)
    table["pelvis_rotation_deg"] = 6 * np.sin(phase)
    table["pelvis_anterior_tilt_deg"] = 15 + np.cos(2 * phase)
    for name, value in changes.items():
        table[name] = value
    return Angles("P01_run", "run", 3.5, table, Passport(rate_hz=rate))


def events(drop_contact: int | None = None) -> Events:
    rows = []
    for side, start in (("right", 0.0), ("left", STRIDE_S / 2)):
        contacts = start + STRIDE_S * np.arange(10)
        rows += [(side, "toe_off", time + 0.25) for time in contacts]
        if side == "right" and drop_contact is not None:
            contacts = np.delete(contacts, drop_contact)
        rows += [(side, "contact", time) for time in contacts]
    table = pd.DataFrame(rows, columns=["side", "kind", "time_s"]).sort_values("time_s", ignore_index=True)
    return Events(table, "file", "by hand")


def test_ten_contacts_make_nine_strides_a_side_with_all_columns():
    strides = segment_strides(angles(), events(), participant="P01", session="1")
    assert strides.table.groupby("side").size().to_dict() == {"left": 9, "right": 9}
    assert list(strides.table) == [column.name for column in STRIDE_KEYS] + list(METRIC_NAMES)
    assert strides.table["valid"].all() and strides.excluded.empty


def test_curves_have_a_row_per_stride_and_a_point_per_cent():
    strides = segment_strides(angles(), events())
    phase = 2 * np.pi * np.arange(101) / 100
    expected = 20 + 28 * np.cos(phase - 2 * np.pi * 0.85) + 3 * np.cos(2 * phase)
    right = (strides.table["side"] == "right").to_numpy()
    assert strides.curves["hip_flexion_deg"].shape == (18, 101)
    assert strides.curves["hip_flexion_deg"][right] == pytest.approx(np.tile(expected, (9, 1)), abs=0.005)


def test_obliquity_and_rotation_are_the_strides_own_sides():
    strides = segment_strides(angles(), events())
    left = (strides.table["side"] == "left").to_numpy()
    obliquity = strides.curves["pelvis_obliquity_deg"]
    assert obliquity[~left][:, 0] == pytest.approx(4, abs=0.01)  # right side up at right contact
    assert obliquity[left][:, 0] == pytest.approx(4, abs=0.01)  # half a stride later the left side is up


def test_the_opposite_hip_is_the_other_sides_at_the_same_instant():
    against = angles(hip_flexion_left_deg=-angles().table["hip_flexion_right_deg"])
    table = segment_strides(against, events()).table
    right = table[table["side"] == "right"]
    opposite = right["opposite_hip_flexion_at_peak_extension_deg"]
    assert opposite.to_numpy() == pytest.approx(right["peak_hip_extension_deg"].to_numpy(), abs=0.03)


def test_a_missing_contact_leaves_out_the_double_stride_and_nothing_else():
    strides = segment_strides(angles(), events(drop_contact=4))
    assert strides.table["valid"].sum() == 9 + 7
    assert strides.excluded[["side", "stride", "reason"]].values.tolist() == [["right", 3, "stride_time"]]
    assert strides.excluded["value"].item() == pytest.approx(1.4)


def test_a_gap_leaves_out_the_strides_of_both_sides_that_it_touches():
    hip = angles().table["hip_flexion_right_deg"].to_numpy().copy()
    hip[215:235] = np.nan
    strides = segment_strides(angles(hip_flexion_right_deg=hip), events())
    assert strides.excluded[["side", "stride", "reason"]].values.tolist() == [["right", 3, "gap"]]
    assert strides.excluded["value"].item() == pytest.approx(0.2, abs=0.05)


def test_a_stride_without_a_toe_off_is_left_out():
    table = events().table
    late = table[~((table["kind"] == "toe_off") & (table["side"] == "left") & (table["time_s"] > 6))]
    strides = segment_strides(angles(), Events(late, "file", ""))
    assert strides.excluded["reason"].tolist() == ["no_toe_off"]


def test_a_wrapped_angle_is_left_out():
    hip = angles().table["hip_flexion_left_deg"].to_numpy().copy()
    hip[300:310] += 360
    strides = segment_strides(angles(hip_flexion_left_deg=hip), events())
    assert strides.excluded["reason"].tolist() == ["hip_range"]


def test_a_trial_without_strides_stands_in_the_exclusions():
    few = Events(events().table.head(2), "file", "")
    strides = segment_strides(angles(), few, participant="P01", session="1")
    assert strides.table.empty
    assert strides.excluded[["participant", "trial", "reason"]].values.tolist() == [["P01", "P01_run", "no_strides"]]
    assert list(strides.excluded) == [column.name for column in EXCLUDED_COLUMNS]


def test_angles_that_were_not_measured_do_not_leave_out_strides():
    unmeasured = {name: np.nan for name in ("pelvis_obliquity_deg", "hip_adduction_left_deg")}
    strides = segment_strides(angles(**unmeasured), events())
    assert strides.table["valid"].all()
    assert strides.table["contralateral_pelvic_drop_deg"].isna().all()


def test_doubling_the_sampling_rate_moves_a_peak_by_less_than_a_hundredth_of_a_degree():
    slow, fast = (segment_strides(angles(rate), events()).table for rate in (100.0, 200.0))
    for name in ("peak_hip_extension_deg", "peak_hip_flexion_deg", "peak_pelvis_anterior_tilt_deg"):
        assert fast[name].to_numpy() == pytest.approx(slow[name].to_numpy(), abs=0.01)


def test_peaks_do_not_depend_on_when_the_stride_is_cut():
    table = events().table
    late = table.assign(time_s=table["time_s"] + np.where(table["kind"] == "contact", 0.025, 0.0))
    plain, other = (segment_strides(angles(), Events(one, "file", "")).table for one in (table, late))
    difference = other["peak_hip_extension_deg"].median() - plain["peak_hip_extension_deg"].median()
    assert abs(difference) < 0.01


def test_strides_left_out_can_be_counted_again():
    strides = segment_strides(angles(), events(drop_contact=4))
    again = strides.with_excluded()
    assert again.table["valid"].all() and again.excluded.empty
    assert strides.with_excluded("gap").table["valid"].sum() == strides.table["valid"].sum()
    assert again.passport.notes[-1] == "1 strides that would be left out (any reason) are counted."


def test_the_table_made_when_it_is_asked_for_says_what_its_columns_say():
    strides = segment_strides(angles(), events(drop_contact=4), participant="P01")
    columns, noted = dict(strides.columns), strides.noting("by hand")
    assert list(columns) == list(strides.table)
    pd.testing.assert_frame_equal(strides.table, pd.DataFrame(columns))
    strides.table.loc[0, "valid"] = False  # a table that somebody has written into counts
    assert not strides.columns["valid"][0] and noted.columns["valid"][0]
    assert noted.passport.notes[-1] == "by hand" and noted.excluded.equals(strides.excluded)


def test_a_long_recording_is_read_as_its_single_strides_are():
    table, first = angles(seconds=220.0).table, np.arange(0.3, 21000.0, 70.1)
    samples = {name: table[name].to_numpy() for name in table}
    rows = {"left": slice(0, 0), "right": slice(0, first.size)}
    read = read_curves(samples, None, first, first + 69.7, rows)
    positions = first[:, None] + 69.7 * np.linspace(0, 1, 101)
    hips = [interpolate(samples[f"hip_flexion_{side}_deg"][None], positions)[0] for side in ("right", "left")]
    assert read.values["hip_flexion_deg"] == pytest.approx(hips[0], abs=1e-9)
    opposite = opposite_hip_at(samples, first, first + 69.7, rows, np.full(first.size, 31.25))
    assert opposite == pytest.approx(0.75 * hips[1][:, 31] + 0.25 * hips[1][:, 32], abs=1e-9)
    assert first.size > BLOCK
