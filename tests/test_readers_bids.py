"""Motion-BIDS: what the channels say decides the kind; rate, units and gaps come from the files beside."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pytest
from damage import damaged
from mocap_files import BODY, SOAK

from kinematics import DataError
from kinematics.readers.datasets import bids
from kinematics.readers.optical import motive, qtm
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import read_source
from kinematics.readers.suits import noraxon
from kinematics.trial import Trial

WALK = Request("walk")
N = 50


def data_set(
    folder: Path, channels: list[tuple[str, str, str, str, str]], columns, *, header=False, rate=100.0
) -> Path:
    """A `_motion.tsv` with its neighbours; a channel is (name, component, type, tracked point, units)."""
    stem = folder / "sub-01_task-walk_tracksys-lab"
    table = ["name\tcomponent\ttype\ttracked_point\tunits\tsampling_frequency"]
    table += ["\t".join(channel) + "\t100" for channel in channels]
    Path(f"{stem}_channels.tsv").write_text("\n".join(table) + "\n")
    if rate is not None:
        Path(f"{stem}_motion.json").write_text(json.dumps({"TaskName": "walk", "SamplingFrequency": rate}))
    rows = ["\t".join("n/a" if np.isnan(value) else f"{value:.6f}" for value in row) for row in np.transpose(columns)]
    names = ["\t".join(name for name, *_ in channels)] * header
    path = Path(f"{stem}_motion.tsv")
    path.write_text("\n".join(names + rows) + "\n")
    return path


def read(path: Path, request: Request = WALK) -> Trial:
    source = read_source(path)
    assert [module.NAME for module in (qtm, motive, noraxon, bids) if module.recognises(source)] == ["bids"]
    return bids.read(source, request)


def markers() -> tuple[list, np.ndarray]:
    channels = [(f"{point}_{axis}", axis, "POS", point, "mm") for point in BODY for axis in "xyz"]
    return channels, np.array([value for xyz in BODY.values() for value in xyz])[:, None] + np.zeros(N)


HIPS = [
    ("left_hip_flexion", "x", "JNTANG", "left_hip", "deg"),
    ("right_hip_flexion", "x", "JNTANG", "right_hip", "rad"),
]


def test_the_passport_names_and_hashes_the_files_beside(tmp_path):
    sources = read(data_set(tmp_path, *markers())).passport.sources
    assert [role for role, *_ in sources] == ["motion", "channels", "rate"]
    beside = next(tmp_path.glob("*_channels.tsv"))
    assert sources[1][2] == hashlib.sha256(beside.read_bytes()).hexdigest()


@pytest.mark.parametrize("header", [False, True])
def test_positions_become_markers_in_metres(tmp_path, header):
    trial = read(data_set(tmp_path, *markers(), header=header))
    assert (trial.kind, trial.rate_hz, trial.time_s.size) == ("markers", 100, N)
    assert trial.markers["L.ASIS"][:, 0] == pytest.approx([0.1, 0.95, -0.12])


def test_joint_angles_named_as_hip_flexion_are_read_in_their_unit(tmp_path):
    values = np.stack((np.linspace(-10, 30, N), np.radians(np.linspace(-20, 40, N))))
    trial = read(data_set(tmp_path, HIPS, values))
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(np.linspace(-10, 30, N), abs=1e-5)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(np.linspace(-20, 40, N), abs=1e-4)


def test_other_joint_angles_need_a_mapping_which_is_honoured(tmp_path):
    channels = [("LHip_x", "x", "JNTANG", "LHip", "deg"), ("RHip_x", "x", "JNTANG", "RHip", "deg")]
    path = data_set(tmp_path, channels, np.stack((np.arange(N), -np.arange(N))))
    with pytest.raises(DataError, match=r"'LHip_x'.*do not say which one is hip flexion"):
        read(path)
    mapping = tmp_path / "lab.toml"
    mapping.write_text('[columns]\nhip_flexion_right_deg = {column = "RHip_x", sign = -1}\n')
    assert read(path, Request("walk", mapping=mapping)).channels["hip_flexion_right_deg"][7] == 7


def inertial(point="pelvis") -> list:
    units = {"ACCEL": "g", "GYRO": "deg/s", "MAGN": "uT"}
    return [(f"{point}_{kind}_{axis}", axis, kind, point, unit) for kind, unit in units.items() for axis in "xyz"]


def test_acceleration_and_angular_rate_become_sensors_in_si_units(tmp_path):
    values = np.array([0, 0, 1, 180, 0, 0, 1, 2, 3])[:, None] + np.zeros(N)
    trial = read(data_set(tmp_path, inertial(), values))
    sensor = trial.sensors["pelvis"]
    assert sensor.acceleration_m_s2[:, 0] == pytest.approx([0, 0, 9.80665])
    assert sensor.angular_rate_rad_s[:, 0] == pytest.approx([np.pi, 0, 0])
    assert sensor.magnetic_field[:, 0] == pytest.approx([1, 2, 3])


def test_quaternions_become_orientations_scalar_first_whatever_their_order(tmp_path):
    order = ("quat_x", "quat_y", "quat_z", "quat_w")
    channels = [(f"pelvis_{component}", component, "ORNT", "pelvis", "n/a") for component in order]
    trial = read(data_set(tmp_path, channels, np.array([0.6, 0, 0, 0.8])[:, None] + np.zeros(N)))
    assert trial.orientations["pelvis"][:, 0] == pytest.approx([0.8, 0.6, 0, 0])


def test_gaps_are_n_a(tmp_path):
    channels, values = markers()
    values[0, 5] = np.nan
    assert np.flatnonzero(np.isnan(read(data_set(tmp_path, channels, values)).markers["R.ASIS"][0])).tolist() == [5]


def test_a_latency_channel_is_the_clock(tmp_path):
    channels, values = markers()
    time = np.delete(np.arange(N + 2) / 50, [10, 11])
    path = data_set(tmp_path, [("latency", "n/a", "LATENCY", "n/a", "s"), *channels], np.vstack((time, values)))
    trial = read(path)
    assert trial.rate_hz == 50
    assert np.flatnonzero(np.isnan(trial.markers["R.ASIS"][0])).tolist() == [10, 11]


def test_a_rate_that_is_stated_nowhere_is_asked_for(tmp_path):
    path = data_set(tmp_path, *markers(), rate=None)
    with pytest.raises(DataError, match=r"no sampling frequency stands in .*_motion\.json.*rate_hz"):
        read(path)
    assert read(path, Request("walk", rate_hz=199.9)).rate_hz == 199.9


def test_channels_that_do_not_fit_the_columns_are_refused(tmp_path):
    channels, values = markers()
    with pytest.raises(DataError, match="17 columns do not fit the 18 channels"):
        read(data_set(tmp_path, channels, values[:-1]))


def test_an_unknown_unit_names_the_channel(tmp_path):
    channels = [(name, component, kind, point, "furlong") for name, component, kind, point, _ in markers()[0]]
    with pytest.raises(DataError, match=r"_channels\.tsv: column 'R\.ASIS_x': unit 'furlong'"):
        read(data_set(tmp_path, channels, markers()[1]))


def test_without_its_channels_the_file_is_not_recognised(tmp_path):
    path = data_set(tmp_path, *markers())
    next(tmp_path.glob("*_channels.tsv")).unlink()
    assert not bids.recognises(read_source(path))


@pytest.mark.parametrize("ending", ["_motion.tsv", "_channels.tsv", "_motion.json"])
def test_damage_to_any_of_the_files_ends_in_a_trial_or_a_data_error(tmp_path, ending):
    rng = random.Random(5)
    path = data_set(tmp_path, *markers(), header=True)
    target = next(tmp_path.glob(f"*{ending}"))
    data = target.read_bytes()
    for _ in range(40 * SOAK):
        target.write_bytes(damaged(data, rng) or b"x")
        try:
            source = read_source(path)
            if bids.recognises(source):
                assert isinstance(bids.read(source, WALK), Trial)
        except DataError as error:
            assert str(error).startswith("sub-01_task-walk_tracksys-lab_")
