"""Vicon's text exports and pyCGM's: every variant of the grammar by hand, the real samples against the csv module."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest
from damage import damaged

from kinematics import DataError
from kinematics.readers.optical import c3d, c3d_csv, pycgm, vicon_nexus, vicon_workstation
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.settings import AxesSettings, Settings
from kinematics.trial import Trial

MODULES = (vicon_nexus, vicon_workstation, pycgm, c3d)
WALK = Request(task="walk")
FRAMES = np.arange(101, 131)
PLACES_MM = {
    "LASI": (1000.0, 120.0, 950.0),
    "RASI": (1000.0, -120.0, 950.0),
    "SACR": (820.0, 0.0, 960.0),
    "LHEE": (800.0, 90.0, 40.0),
    "RHEE": (800.0, -90.0, 40.0),
}
OUTPUTS = {"LHipAngles": (20.0, 3.0, -5.0), "RHipAngles": (25.0, -2.0, 4.0), "RPelvisAngles": (11.0, 1.5, -6.0)}


def section(name: str, triplets: dict[str, tuple[float, float, float]], unit: str, *, subject: str = "P 7:") -> str:
    """A section with a row per frame; the first number of each label grows by 0.5 per frame."""
    names = ",," + ",".join(f"{subject}{label},," for label in triplets)
    rows = [name, "100", names + ",", "Frame,Sub Frame" + ",X,Y,Z" * len(triplets)]
    rows.append(",," + ",".join([unit] * 3 * len(triplets)))
    for number, frame in enumerate(FRAMES):
        cells = [
            f"{value + (0.5 * number if axis == 0 else 0):g}"
            for xyz in triplets.values()
            for axis, value in enumerate(xyz)
        ]
        rows.append(f"{frame},0," + ",".join(cells))
    return "\n".join(rows) + "\n\n"


EVENTS = (
    "Events\n100\nSubject,Context,Name,Time (s),Description\n"
    "P 7,Right,Foot Off,1.2,The toe leaves\nP 7,Left,Foot Strike,1.1,x\nP 7,General,Event,1.15,\n\n"
)
NEXUS = section("Model Outputs", OUTPUTS, "deg") + section("Trajectories", PLACES_MM, "mm") + EVENTS


def read(folder: Path, text: str, request: Request = WALK, encoding: str = "utf-8") -> Trial:
    path = folder / "walk.csv"
    path.write_bytes(text.encode(encoding))
    source = read_source(path)
    found = [module for module in MODULES if module.recognises(source)]
    assert len(found) == 1
    return found[0].read(source, request)


def padded(text: str, separator: str = ",") -> str:
    width = max(line.count(separator) for line in text.splitlines())
    return "".join(line + separator * (width - line.count(separator)) + "\n" for line in text.splitlines())


VARIANTS = {
    "unpadded": NEXUS,
    "padded by a spreadsheet": padded(NEXUS),
    "two padded blank lines first": padded("\n\n" + NEXUS),
    "CRLF": NEXUS.replace("\n", "\r\n"),
    "tabs": NEXUS.replace(",", "\t"),
    "semicolons": NEXUS.replace(",", ";"),
    "semicolons and decimal commas": NEXUS.replace(",", ";").replace(".", ","),
    "byte order mark": "\ufeff" + NEXUS,
    "no last empty line": NEXUS.rstrip("\n"),
    "events first": EVENTS + section("Model Outputs", OUTPUTS, "deg") + section("Trajectories", PLACES_MM, "mm"),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_way_of_writing_an_export_is_read_to_the_same_numbers(tmp_path, variant):
    trial = read(tmp_path, VARIANTS[variant])
    ramp = 0.5 * np.arange(FRAMES.size)
    assert trial.kind == "angles"
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(20 + ramp)
    assert trial.channels["hip_internal_rotation_right_deg"] == pytest.approx(np.full(30, 4.0))
    assert trial.channels["pelvis_obliquity_deg"] == pytest.approx(np.full(30, 1.5))
    assert trial.markers["LASI"][0] == pytest.approx(1.0 + ramp / 1000)
    assert trial.markers["RASI"][2] == pytest.approx(np.full(30, 0.12))
    assert trial.events.to_dict("list") == {
        "side": ["left", "right"],
        "kind": ["contact", "toe_off"],
        "time_s": pytest.approx([0.1, 0.2]),
    }


def test_utf_16_is_read_as_its_text(tmp_path):
    assert read(tmp_path, NEXUS, encoding="utf-16").channels["hip_flexion_left_deg"][2] == 21.0


def test_time_begins_at_the_first_frame_and_the_passport_says_which(tmp_path):
    trial = read(tmp_path, NEXUS)
    assert trial.time_s[:2].tolist() == [0.0, 0.01]
    assert "Time 0 is frame 101, 1 s on the recording's own clock." in trial.passport.notes


def test_neither_the_subject_nor_a_description_enters_the_trial(tmp_path):
    trial = read(tmp_path, NEXUS)
    assert "P 7" not in repr((trial.passport, list(trial.markers), trial.events, trial))


def test_without_model_outputs_the_trial_is_one_of_markers(tmp_path):
    trial = read(tmp_path, section("Trajectories", PLACES_MM, "mm"))
    assert (trial.kind, trial.passport.zero) == ("markers", "unknown")
    assert trial.passport.axes == "file +X forward, +Z up; told from the markers"


def test_markers_in_metres_are_read_by_their_units_row(tmp_path):
    places = {label: tuple(value / 1000 for value in xyz) for label, xyz in PLACES_MM.items()}
    trial = read(tmp_path, section("Trajectories", places, "m"))
    assert trial.markers["SACR"][1] == pytest.approx(np.full(30, 0.96))


def test_derivatives_magnitudes_and_bones_beside_an_angle_are_not_taken_for_it(tmp_path):
    rows = ["Model Outputs", "100", ",,A:LFE,,,,,,,,,A:LHipAngles,,,,,,| A:LHipAngles |,"]
    rows += ["Frame,Sub Frame,RX,RY,RZ,TX,TY,TZ,SX,SY,SZ,X,Y,Z,X',Y',Z',Magnitude( X )"]
    rows += [",,deg,deg,deg,mm,mm,mm,mm,mm,mm,deg,deg,deg,deg/s,deg/s,deg/s,deg"]
    rows += [f"{frame},0,9,9,9,9,9,9,9,9,9,1,2,3,7,7,7,8" for frame in range(1, 6)]
    trial = read(tmp_path, "\n".join(rows))
    assert [float(values[0]) for values in trial.channels.values()] == [1, 2, 3]


def test_an_empty_cell_is_a_gap_and_a_lost_frame_too(tmp_path):
    lines = section("Model Outputs", OUTPUTS, "deg").splitlines()
    lines[7] = "103,,,,,,,,,,"
    del lines[9]
    trial = read(tmp_path, "\n".join(lines))
    flexion = trial.channels["hip_flexion_left_deg"]
    assert np.flatnonzero(np.isnan(flexion)).tolist() == [2, 4]
    assert flexion[5] == 22.5
    assert "1 of 30 frames are missing in the file; they are treated as gaps." in trial.passport.notes


def test_two_people_with_the_same_output_are_refused(tmp_path):
    text = section("Model Outputs", OUTPUTS, "deg").replace("P 7:RHipAngles", "P 8:LHipAngles")
    with pytest.raises(DataError, match=r"LHipAngles occurs 2 times: the file holds more than one person\. Export one"):
        read(tmp_path, text)


def test_two_people_with_the_same_marker_are_refused(tmp_path):
    text = section("Trajectories", PLACES_MM, "mm").replace("P 7:SACR", "P 8:LASI")
    with pytest.raises(DataError, match="LASI belongs to two subjects"):
        read(tmp_path, text)


def test_a_cell_that_is_no_number_is_named_with_its_row_in_the_file(tmp_path):
    lines = NEXUS.splitlines()
    place = NEXUS.splitlines().index("Trajectories") + 6
    lines[place] = lines[place].replace("950", "n.a.", 1)
    with pytest.raises(DataError, match=rf"row {place + 1}, column 'Z': 'n.a.' is not a number"):
        read(tmp_path, "\n".join(lines))


def test_a_cell_that_no_result_needs_is_not_parsed(tmp_path):
    outputs = OUTPUTS | {"LKneeForce": (1.0, 2.0, 3.0)}
    lines = section("Model Outputs", outputs, "deg").splitlines()
    lines[5] = lines[5][: lines[5].rindex(",")] + ",broken"
    assert read(tmp_path, "\n".join(lines)).channels["hip_flexion_left_deg"][0] == 20.0


def test_an_export_of_devices_alone_is_refused_saying_what_to_export(tmp_path):
    with pytest.raises(DataError, match=r"only: Devices\. Export Model Outputs"):
        read(tmp_path, section("Devices", {"EMG - Voltage": (1, 2, 3)}, "V", subject=""))


def test_markers_of_no_known_pelvis_are_refused(tmp_path):
    with pytest.raises(DataError, match="there are no hip angles in this file, and no marker is known"):
        read(tmp_path, section("Trajectories", {"A1": (1, 2, 3), "A2": (4, 5, 6)}, "mm"))


def test_another_declared_rate_is_refused(tmp_path):
    with pytest.raises(DataError, match="the file says 100 Hz, but 120 Hz are declared"):
        read(tmp_path, NEXUS, Request(task="walk", rate_hz=120))


def test_the_zero_that_the_user_states_is_taken_and_anatomical_without(tmp_path):
    assert read(tmp_path, NEXUS).passport.zero == "anatomical"
    assert read(tmp_path, NEXUS, Request(task="walk", zero="standing")).passport.zero == "standing"


def test_an_old_workstation_export_is_read_in_millimetres_and_its_preamble_is_dropped(tmp_path):
    names = ",".join(f"{label},," for label in PLACES_MM)
    rows = ["Title,A. Person", "Date:", "Time:", "Type:", 'Description:,""', 'Notes:,""', "", "TRAJECTORIES", "100,Hz"]
    rows += ["," + names, "Field #" + ",X,Y,Z" * len(PLACES_MM)]
    rows += [f"{frame}," + ",".join(f"{v:g}" for xyz in PLACES_MM.values() for v in xyz) for frame in range(1, 8)]
    trial = read(tmp_path, "\n".join(rows))
    assert (trial.passport.format, trial.rate_hz) == ("Vicon Workstation ASCII", 100)
    assert trial.markers["LHEE"][:, 0] == pytest.approx([0.8, 0.04, -0.09])
    assert "Person" not in repr(trial.passport)


PYCGM = (
    "# ,Joint Angle,,,,,,,,\n# ,,,x = flexion/extension angle,,,,,,\n# ,Pelvis,,,R Hip,,,L Hip,,,R Knee,,\n"
    "# frame num,X,Y,Z,X,Y,Z,X,Y,Z,X,Y,Z\n" + "".join(f"{frame}.0,12,1,-3,20,2,5,21,-2,6\n" for frame in range(6))
)


def test_pycgm_angles_are_read_where_the_rate_is_declared(tmp_path):
    trial = read(tmp_path, PYCGM, Request(task="walk", rate_hz=120))
    assert trial.rate_hz == 120
    assert {name: values[0] for name, values in trial.channels.items()} == {
        "hip_flexion_left_deg": 21, "hip_adduction_left_deg": -2, "hip_internal_rotation_left_deg": 6,
        "hip_flexion_right_deg": 20, "hip_adduction_right_deg": 2, "hip_internal_rotation_right_deg": 5,
        "pelvis_anterior_tilt_deg": 12, "pelvis_obliquity_deg": 1, "pelvis_rotation_deg": -3,
    }  # fmt: skip


def test_pycgm_angles_without_a_declared_rate_are_refused_asking_for_it(tmp_path):
    with pytest.raises(DataError, match=r"a pyCGM file states no sampling rate\. Give rate_hz in trials\.csv\."):
        read(tmp_path, PYCGM)


def test_pycgm_pelvis_that_faces_another_axis_is_left_out_and_said(tmp_path):
    trial = read(tmp_path, PYCGM.replace("12,1,-3", "12,1,-170"), Request(task="walk", rate_hz=120))
    assert "pelvis_anterior_tilt_deg" not in trial.channels
    assert any("faces 170 deg away" in note for note in trial.passport.notes)


@pytest.mark.parametrize("seed", range(80))
def test_damage_ends_in_a_trial_or_in_a_data_error(tmp_path, seed):
    rng = random.Random(seed)
    text = rng.choice([NEXUS, padded(NEXUS), VARIANTS["semicolons and decimal commas"], PYCGM])
    path = tmp_path / "x.csv"
    path.write_bytes(damaged(text.encode(), rng))
    source = read_source(path)
    for module in MODULES:
        if module.recognises(source):
            try:
                assert isinstance(module.read(source, Request(task="walk", rate_hz=100)), Trial)
            except DataError as error:
                assert str(error)


def cells(path: Path, line: int, count: int) -> np.ndarray:
    """An independent reading: rows from a 0-based line on, NaN where empty."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[line : line + count]
    return np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in rows])


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("model_outputs_pyCGM_Movement_trial.csv", vicon_nexus),
        ("trajectories_pyomeca_markers.csv", vicon_nexus),
        ("devices_pyomeca_analogs.csv", vicon_nexus),
        ("vicon_workstation_ascii_Sample_Static.csv", vicon_workstation),
        ("pycgm_results.csv", pycgm),
    ],
)
def test_each_real_sample_is_told_by_its_own_module_alone(shared, name, module):
    source = read_source(shared / "data" / "formats" / "vicon_nexus" / name)
    assert [candidate for candidate in MODULES if candidate.recognises(source)] == [module]


@pytest.mark.real
def test_the_real_model_outputs_are_the_files_numbers(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "model_outputs_pyCGM_Movement_trial.csv"
    names = path.read_text(encoding="utf-8").splitlines()[2].split(",")
    table = cells(path, 5, 323)
    trial = vicon_nexus.read(read_source(path), WALK)
    assert (trial.rate_hz, trial.time_s.size) == (120, 323)
    for label, channels in (
        ("Test:LHipAngles", ("hip_flexion_left_deg", "hip_adduction_left_deg", "hip_internal_rotation_left_deg")),
        ("Test:RPelvisAngles", ("pelvis_anterior_tilt_deg", "pelvis_obliquity_deg", "pelvis_rotation_deg")),
    ):
        for axis, channel in enumerate(channels):
            np.testing.assert_array_equal(trial.channels[channel], table[:, names.index(label) + axis])


@pytest.mark.real
def test_text_and_c3d_of_one_recording_agree_in_every_sample(shared):
    folder = shared / "data" / "plug_in_gait" / "pycgm"
    text = vicon_nexus.read(read_source(folder / "Movement_trial.csv"), WALK)
    binary = c3d.read(read_source(folder / "Movement_trial.c3d"), WALK)
    assert np.abs(text.time_s - binary.time_s).max() <= 1e-6
    assert text.channels.keys() == binary.channels.keys()
    assert max(np.abs(text.channels[name] - binary.channels[name]).max() for name in text.channels) <= 1e-4


@pytest.mark.real
def test_the_real_trajectories_are_read_without_loss_where_the_axes_are_stated(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "trajectories_pyomeca_markers.csv"
    settings = Settings(axes=AxesSettings(forward="+X", up="+Z"))
    trial = vicon_nexus.read(read_source(path), Request(task="rom", settings=settings))
    table = cells(path, 5, 58)
    frames = table[:, 0].astype(int) - 1
    assert len(trial.markers) == 51
    x, y, z = (table[:, 26 + axis] / 1000 for axis in range(3))  # the ninth label, 'Daphnee:ASISr'
    np.testing.assert_allclose(trial.markers["ASISr"][:, frames], np.stack((x, z, -y)), atol=1e-12)
    assert int(np.isnan(trial.markers["ASISr"][0]).sum()) == 580 - np.isfinite(x).sum()


@pytest.mark.real
def test_the_real_trajectories_without_stated_axes_are_refused_for_want_of_a_known_pelvis(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "trajectories_pyomeca_markers.csv"
    with pytest.raises(DataError, match="no marker is known as an anterior superior iliac spine"):
        vicon_nexus.read(read_source(path), WALK)


@pytest.mark.real
def test_the_real_export_of_devices_is_refused_for_want_of_motion(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "devices_pyomeca_analogs.csv"
    with pytest.raises(DataError, match="neither Model Outputs nor Trajectories with numbers, only: Devices"):
        vicon_nexus.read(read_source(path), WALK)


@pytest.mark.real
def test_the_real_workstation_export_is_the_files_numbers(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "vicon_workstation_ascii_Sample_Static.csv"
    trial = vicon_workstation.read(read_source(path), Request(task="static"))
    table = cells(path, 11, 109)
    place = path.read_text(encoding="utf-8").splitlines()[9].split(",").index("LKNE")
    x, y, z = (table[:, place + axis] / 1000 for axis in range(3))
    assert trial.passport.axes.startswith("file +Y forward, +Z up")
    np.testing.assert_allclose(trial.markers["LKNE"], np.stack((y, z, x)), atol=1e-12)


@pytest.mark.real
def test_the_real_pycgm_output_is_the_files_numbers(shared):
    path = shared / "data" / "formats" / "vicon_nexus" / "pycgm_results.csv"
    trial = pycgm.read(read_source(path), Request(task="walk", rate_hz=120))
    table = cells(path, 7, 23)
    np.testing.assert_array_equal(trial.channels["pelvis_anterior_tilt_deg"], table[:, 1])
    np.testing.assert_array_equal(trial.channels["hip_flexion_right_deg"], table[:, 4])
    np.testing.assert_array_equal(trial.channels["hip_internal_rotation_left_deg"], table[:, 9])


C3D_CSV = (
    "FrameNumber,30,FirstFrame,1,PointFrequency,100,AnalogFrequency,1000\nLeft_FootStrike,0.1\nRight_FootStrike,0.5\n"
    "General,0\nTime,LHipAngles,,,RHipAngles,,\ns,deg,deg,deg,deg,deg,deg\n,X,Y,Z,X,Y,Z\n"
    + "".join(f"{0.5 + frame / 100:.2f},20,3,-5,25,-2,4\n" for frame in range(30))
)


def test_a_csv_made_from_c3d_is_read_by_its_names_above_units_above_axes(tmp_path):
    path = tmp_path / "g.csv"
    path.write_text(C3D_CSV, encoding="utf-8")
    source = read_source(path)
    assert [module for module in (*MODULES, c3d_csv) if module.recognises(source)] == [c3d_csv]
    trial = c3d_csv.read(source, WALK)
    assert (trial.rate_hz, trial.time_s.size) == (100, 30)
    assert [float(values[0]) for values in trial.channels.values()] == [20, 3, -5, 25, -2, 4]
    assert any("provisionally" in note for note in trial.passport.notes)


def test_a_csv_made_from_c3d_without_hips_is_refused_asking_for_a_sample(tmp_path):
    path = tmp_path / "g.csv"
    path.write_text(C3D_CSV.replace("HipAngles", "KneeAngles"), encoding="utf-8")
    with pytest.raises(DataError, match=r"LHipAngles or RHipAngles\. .*Please send a sample"):
        c3d_csv.read(read_source(path), WALK)
