"""Files as people export them, whole and broken: read right, or refused with a sentence that names the place."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kinematics import DataError, read_trial
from kinematics.readers import read_events
from kinematics.readers.shared.source import read_source
from kinematics.readers.shared.text import Block, read_positions
from kinematics.settings import AxesSettings, Settings

TIME = np.arange(300) / 100
HIP = 20 + 25 * np.cos(2 * np.pi * TIME / 0.7)


def angles_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time_s": TIME,
            "hip_flexion_l": HIP,
            "hip_flexion_r": -HIP,
            "pelvis_anterior_tilt": 12 + 0.1 * HIP,
            "comment": 0,
        }
    )


def write(path: Path, table: pd.DataFrame, **kwargs) -> Path:
    path.write_text(table.to_csv(index=False, **({"float_format": "%.3f"} | kwargs)), encoding="utf-8", newline="\n")
    return path


def break_cell(path: Path, row: int, text: str, column: int = 1) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[row - 1].split(",")
    cells[column] = text
    lines[row - 1] = ",".join(cells)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def tidy(tmp_path: Path) -> Path:
    return write(tmp_path / "P07_run35.csv", angles_table())


def test_a_tidy_table_is_read_with_its_sides_signs_and_rate(tidy):
    trial = read_trial(tidy, task="run", speed_m_s=3.5)
    assert trial.rate_hz == 100
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(HIP, abs=5e-4)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(-HIP, abs=5e-4)
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(12 + 0.1 * HIP, abs=5e-4)
    assert set(trial.channels) == {"hip_flexion_left_deg", "hip_flexion_right_deg", "pelvis_anterior_tilt_deg"}


def test_the_passport_names_the_file_without_its_folder_and_hashes_it(tidy):
    passport = read_trial(tidy, task="run").passport
    assert passport.sources == (("motion", "P07_run35.csv", hashlib.sha256(tidy.read_bytes()).hexdigest()),)
    assert str(tidy.parent) not in repr(passport)


def test_an_undeclared_zero_is_unknown_and_a_declared_one_is_kept(tidy):
    assert read_trial(tidy, task="run").passport.zero == "unknown"
    assert read_trial(tidy, task="run", zero="standing").passport.zero == "standing"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("comment", "Bemerkung für").encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace(".", "DOT").replace(",", ";").replace("DOT", ",").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: ("\n\n" + text + "\n\n").encode(),
        lambda text: text.replace("\n", ",\n").encode(),
    ],
    ids=["bom", "utf16", "cp1252", "crlf", "cr", "semicolon-comma", "tab", "blank-lines", "trailing-comma"],
)
def test_encodings_separators_and_line_ends_do_not_matter(tidy, encode):
    plain = read_trial(tidy, task="run")
    tidy.write_bytes(encode(tidy.read_text(encoding="utf-8")))
    again = read_trial(tidy, task="run")
    for name, values in plain.channels.items():
        assert np.array_equal(values, again.channels[name])


def test_empty_cells_and_nan_are_gaps(tidy):
    break_cell(break_cell(tidy, 10, ""), 12, "NaN")
    missing = np.isnan(read_trial(tidy, task="run").channels["hip_flexion_left_deg"])
    assert np.flatnonzero(missing).tolist() == [8, 10]


def test_a_text_in_a_numbers_place_is_named_with_row_and_column(tidy):
    with pytest.raises(DataError) as error:
        read_trial(break_cell(tidy, 204, "n.a."), task="run")
    assert str(error.value) == (
        "P07_run35.csv: row 204, column 'hip_flexion_l': 'n.a.' is not a number. Leave a gap empty, or write NaN."
    )


def test_a_text_in_a_column_that_is_not_needed_does_not_matter(tidy):
    assert read_trial(break_cell(tidy, 204, "tired", column=4), task="run").time_s.size == 300


def test_infinity_is_refused(tidy):
    with pytest.raises(DataError, match="row 50, column 'hip_flexion_l': 'inf' is not a number"):
        read_trial(break_cell(tidy, 50, "inf"), task="run")


def test_a_row_of_another_width_is_named(tidy):
    with pytest.raises(DataError, match="row 77: this row has 7 cells, the header 5"):
        read_trial(break_cell(tidy, 77, "1,2,3"), task="run")


@pytest.mark.parametrize("content", [b"", b"   \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_says_so(tidy, content):
    tidy.write_bytes(content)
    with pytest.raises(DataError, match=r"P07_run35\.csv: .*(is empty|no tab)"):
        read_trial(tidy, task="run")


def test_a_missing_file_says_so_without_its_folder(tmp_path):
    with pytest.raises(DataError) as error:
        read_trial(tmp_path / "P01.csv", task="run")
    assert str(error.value) == "P01.csv: this file does not exist. Check its name and folder."


@pytest.mark.parametrize("content", [b"\x00\x01\x02\xff" * 50, b"hello world\nand more\n", b"a,b\nc,d\n", b"a,b\n"])
def test_what_is_no_table_of_numbers_is_refused(tidy, content):
    tidy.write_bytes(content)
    with pytest.raises(DataError, match=r"P07_run35\.csv: "):
        read_trial(tidy, task="run")


def test_columns_of_no_known_format_are_refused_with_what_is_known(tidy):
    write(tidy, angles_table().rename(columns={"hip_flexion_l": "a", "hip_flexion_r": "b"}))
    with pytest.raises(DataError, match="no known format"):
        read_trial(tidy, task="run")


def test_two_columns_for_one_angle_are_refused(tidy):
    write(tidy, angles_table().assign(left_hip_flexion_deg=HIP))
    with pytest.raises(DataError, match="'hip_flexion_l', 'left_hip_flexion_deg' all read as hip_flexion_left_deg"):
        read_trial(tidy, task="run")


def test_moments_reserves_and_speeds_are_not_taken_for_angles(tidy):
    write(tidy, angles_table().assign(hip_flexion_l_moment=1.0, hip_flexion_r_reserve=2.0, hip_flexion_r_vel=3.0))
    assert len(read_trial(tidy, task="run").channels) == 3


def test_radians_are_converted_where_the_name_says_so(tidy):
    table = angles_table().rename(columns={"hip_flexion_l": "hip_flexion_l_rad"})
    write(tidy, table.assign(hip_flexion_l_rad=np.deg2rad(HIP)), float_format="%.6f")
    assert read_trial(tidy, task="run").channels["hip_flexion_left_deg"] == pytest.approx(HIP, abs=1e-4)


def test_extension_columns_are_turned_and_recorded(tidy):
    write(tidy, angles_table().rename(columns={"hip_flexion_l": "hip_extension_l"}))
    trial = read_trial(tidy, task="run")
    assert trial.channels["hip_flexion_left_deg"] == pytest.approx(-HIP, abs=5e-4)
    assert trial.passport.sign_changes == ("hip_extension_l times -1",)


def test_opensim_tilt_is_turned_and_its_zero_is_the_models(tidy):
    table = angles_table().rename(columns={"pelvis_anterior_tilt": "pelvis_tilt"})
    write(tidy, table.assign(pelvis_list=1.0, pelvis_tx=0.0))
    trial = read_trial(tidy, task="run")
    assert trial.channels["pelvis_anterior_tilt_deg"] == pytest.approx(-(12 + 0.1 * HIP), abs=5e-4)
    assert trial.channels["pelvis_obliquity_deg"] == pytest.approx(-np.ones(300))
    assert trial.passport.zero == "model"


def test_a_tilt_whose_sign_the_name_leaves_open_is_noted(tidy):
    write(tidy, angles_table().rename(columns={"pelvis_anterior_tilt": "pelvis_tilt"}))
    assert any(
        "'pelvis_tilt' was taken as anterior positive" in note for note in read_trial(tidy, task="run").passport.notes
    )


def test_a_mapping_names_columns_signs_and_units(tidy, tmp_path):
    write(tidy, angles_table().rename(columns={"hip_flexion_l": "A", "hip_flexion_r": "B"}))
    mapping = tmp_path / "lab.toml"
    mapping.write_text('[columns]\nhip_flexion_left_deg = "A"\nhip_flexion_right_deg = {column = "B", sign = -1}\n')
    trial = read_trial(tidy, task="run", mapping=mapping)
    assert trial.channels["hip_flexion_right_deg"] == pytest.approx(HIP, abs=5e-4)


def test_a_mapping_to_a_column_that_is_not_there_is_refused(tidy, tmp_path):
    mapping = tmp_path / "lab.toml"
    mapping.write_text('[columns]\nhip_flexion_left_deg = "nope"\n')
    with pytest.raises(DataError, match=r"lab\.toml: column 'nope' for hip_flexion_left_deg is not in P07_run35\.csv"):
        read_trial(tidy, task="run", mapping=mapping)


def test_lost_rows_become_gaps(tidy):
    write(tidy, angles_table().drop(index=range(100, 110)))
    trial = read_trial(tidy, task="run")
    assert trial.time_s.size == 300
    assert np.isnan(trial.channels["hip_flexion_left_deg"]).sum() == 10
    assert "10 of 300 rows are missing in the file; they are treated as gaps." in trial.passport.notes


def test_time_that_goes_back_is_refused(tidy):
    table = angles_table()
    table.loc[150:, "time_s"] -= 1.0
    with pytest.raises(DataError, match="time does not increase from sample 150"):
        read_trial(write(tidy, table), task="run")


def test_uneven_sampling_is_refused(tidy):
    table = angles_table()
    table["time_s"] += 0.004 * np.sin(np.arange(300) * 0.8)
    with pytest.raises(DataError, match="not evenly spaced"):
        read_trial(write(tidy, table), task="run")


def test_a_declared_rate_that_the_times_contradict_is_refused(tidy):
    with pytest.raises(DataError, match="runs at 100 Hz, but 120 Hz are declared"):
        read_trial(tidy, task="run", rate_hz=120)


def test_words_that_are_not_known_are_refused(tidy):
    with pytest.raises(DataError, match="task 'jog' is not known"):
        read_trial(tidy, task="jog")


def test_events_of_the_user_travel_with_the_trial(tidy, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text("side,event,time_s\nright,contact,0.5\nleft,Toe-Off,0.2\n\n")
    events = read_trial(tidy, task="run", events=path).events
    assert events.values.tolist() == [["left", "toe_off", 0.2], ["right", "contact", 0.5]]


@pytest.mark.parametrize(
    ("line", "column"), [("both,contact,0.5", "side"), ("left,jump,0.5", "event"), ("left,contact,soon", "time_s")]
)
def test_a_wrong_event_is_named_with_row_and_column(tmp_path, line, column):
    path = tmp_path / "events.csv"
    path.write_text(f"side,event,time_s\nright,contact,0.5\n{line}\n")
    with pytest.raises(DataError, match=rf"row 3, column '{column}'"):
        read_events(path)


# --- RBDS layout -------------------------------------------------------------------------------------------------


def test_rbds_markers_are_read_in_metres_forward_up_right(rbds):
    trial = read_trial(rbds / "RBDS001runT35markers.txt", task="run", speed_m_s=3.5)
    by_hand = pd.read_csv(rbds / "RBDS001runT35markers.txt", sep="\t")
    assert trial.rate_hz == 150
    assert trial.markers["R.ASIS"][:, 7] * 1000 == pytest.approx(by_hand.loc[7, ["R.ASISX", "R.ASISY", "R.ASISZ"]])
    assert trial.passport.axes == "file +X forward, +Y up; told from the markers"


def test_rbds_force_is_on_the_marker_clock_at_twice_its_rate(rbds):
    trial = read_trial(rbds / "RBDS002runT25markers.txt", task="run", forces=rbds / "RBDS002runT25forces.txt")
    by_hand = pd.read_csv(rbds / "RBDS002runT25forces.txt", sep="\t")
    assert trial.force.rate_hz == 300
    assert trial.force.vertical_n[0] == pytest.approx(by_hand["Fy"].to_numpy())
    assert trial.force.cop_m[0, 0] * 1000 == pytest.approx(by_hand["COPx"].to_numpy())


def turned(source: Path, target: Path, permutation: dict[str, str]) -> Path:
    """The same file with its axes renamed, as another laboratory would have them."""
    table = pd.read_csv(source, sep="\t", nrows=400)
    new = table.rename(
        columns={
            f"{name[:-1]}{axis}": f"{name[:-1]}{to[-1]}"
            for name in table.columns[1:]
            for axis, to in permutation.items()
            if name.endswith(axis)
        }
    )
    for axis, to in permutation.items():
        if to.startswith("-"):
            columns = [name for name in new.columns[1:] if name.endswith(to[-1])]
            new[columns] = -new[columns]
        del axis
    new[table.columns[0]] = table[table.columns[0]]
    new[list(table.columns)].to_csv(target, sep="\t", index=False)
    return target


@pytest.mark.parametrize(
    "permutation",
    [{"X": "-X", "Y": "Y", "Z": "-Z"}, {"X": "Y", "Y": "Z", "Z": "X"}, {"X": "X", "Y": "Z", "Z": "-Y"}],
    ids=["walks-along-minus-X", "Y-forward-Z-up", "X-forward-Z-up"],
)
def test_the_way_the_laboratory_axes_point_does_not_matter(rbds, tmp_path, permutation):
    source = rbds / "RBDS001runT35markers.txt"
    other = read_trial(turned(source, tmp_path / "turned.txt", permutation), task="run")
    plain = read_trial(source, task="run")
    assert other.markers["L.PSIS"] == pytest.approx(plain.markers["L.PSIS"][:, :400])


def test_mirrored_axes_are_refused(rbds, tmp_path):
    mirrored = turned(rbds / "RBDS001runT35markers.txt", tmp_path / "mirrored.txt", {"X": "X", "Y": "Y", "Z": "-Z"})
    with pytest.raises(DataError, match="left and right"):
        read_trial(mirrored, task="run")


def test_axes_can_be_stated_and_a_contradiction_is_refused(rbds):
    source = rbds / "RBDS001runT35markers.txt"
    stated = Settings(axes=AxesSettings(forward="+X", up="+Y"))
    assert "as the settings say" in read_trial(source, task="run", settings=stated).passport.axes
    with pytest.raises(DataError, match="left and right"):
        read_trial(source, task="run", settings=Settings(axes=AxesSettings(forward="-X", up="+Y")))


def test_a_marker_file_without_an_asis_says_which_columns_are_missing(rbds, tmp_path):
    table = pd.read_csv(rbds / "RBDS001runT35markers.txt", sep="\t", nrows=50)
    path = tmp_path / "P01_run.txt"
    table.drop(columns=["R.ASISX", "R.ASISY", "R.ASISZ"]).to_csv(path, sep="\t", index=False)
    with pytest.raises(
        DataError, match=r"P01_run\.txt: the columns of marker R\.ASIS \(R\.ASISX, R\.ASISY, R\.ASISZ\) are missing"
    ):
        read_trial(path, task="run")


def test_a_marker_file_with_one_axis_of_a_marker_missing_says_so(rbds, tmp_path):
    table = pd.read_csv(rbds / "RBDS001runT35markers.txt", sep="\t", nrows=50)
    path = tmp_path / "P01_run.txt"
    table.drop(columns=["L.Thigh.Top.LateralY"]).to_csv(path, sep="\t", index=False)
    with pytest.raises(DataError, match=r"column L\.Thigh\.Top\.LateralY is missing"):
        read_trial(path, task="run")


def test_markers_in_metres_are_refused_where_the_format_has_millimetres(rbds, tmp_path):
    table = pd.read_csv(rbds / "RBDS001runT35markers.txt", sep="\t", nrows=50)
    table.iloc[:, 1:] /= 1000
    table.to_csv(tmp_path / "m.txt", sep="\t", index=False)
    with pytest.raises(DataError, match="no pelvis in millimetres"):
        read_trial(tmp_path / "m.txt", task="run")


def test_force_of_another_length_is_refused(rbds, tmp_path):
    table = pd.read_csv(rbds / "RBDS001runT35forces.txt", sep="\t", nrows=7000)
    table.to_csv(tmp_path / "forces.txt", sep="\t", index=False)
    with pytest.raises(DataError, match="7000 rows of force do not fit 4500 rows of markers"):
        read_trial(rbds / "RBDS001runT35markers.txt", task="run", forces=tmp_path / "forces.txt")


def test_a_column_beyond_the_end_of_the_rows_is_said_and_not_looked_for(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("a,b,c\n1,2\n3,4\n")
    block = Block(read_source(path), ("a", "b"), ",", ".", 1)
    with pytest.raises(DataError, match=r"short\.csv: row 2: this row has 2 cells"):
        read_positions(block, [4])


def test_a_format_that_the_file_does_not_have_is_refused_by_its_name(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("time_s,hip_flexion_l\n" + "".join(f"{i / 100},{i % 30}\n" for i in range(60)))
    with pytest.raises(DataError, match="has none of the marks of C3D"):
        read_trial(path, task="run", format="c3d")
