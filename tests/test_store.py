"""Tables on disk: declared, readable by anyone's Parquet reader, whole or not there, the same bytes every time."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import kinematics as kin
from kinematics import DataError
from kinematics.cli import main
from kinematics.conventions import CURVE_NAMES, CURVE_POINTS, STRIDE_KEYS
from kinematics.metrics import METRICS
from kinematics.store import (
    ROWS_PER_GROUP,
    TABLES,
    arrow_table,
    count_rows,
    curve_table,
    table_schema,
    write_table,
)


def stride_rows(count: int, *, participant: str = "P01") -> pd.DataFrame:
    """Strides in the reverse of the order in which tables hold them; each number is the stride's own."""
    number = np.arange(count)[::-1]
    keys = {"participant": participant, "session": "1", "trial": "run35", "task": "run", "speed_m_s": 3.5}
    times = {
        "side": "left",
        "stride": number,
        "start_s": 0.7 * number,
        "end_s": 0.7 * number + 0.7,
        "valid": number != 1,
    }
    return pd.DataFrame({**keys, **times} | {metric.name: number + 0.25 for metric in METRICS}, index=number)


def some_curves(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Curve of stride n: from n to n + 1."""
    return {"hip_flexion_deg": rows["stride"].to_numpy()[:, None] + np.linspace(0, 1, CURVE_POINTS)}


def test_strides_are_read_back_by_plain_pandas_in_their_order(tmp_path):
    write_table(tmp_path / "strides.parquet", "strides", [arrow_table("strides", stride_rows(5))])
    read = pd.read_parquet(tmp_path / "strides.parquet")
    assert list(read) == [column.name for column in (*STRIDE_KEYS, *METRICS)]
    assert read["stride"].tolist() == [0, 1, 2, 3, 4]
    assert read["valid"].tolist() == [True, False, True, True, True]
    assert read["peak_hip_extension_deg"].tolist() == [0.25, 1.25, 2.25, 3.25, 4.25]
    assert read["participant"].unique().tolist() == ["P01"]


def test_rows_are_ordered_by_participant_session_trial_side_and_stride():
    rows = pd.DataFrame([("P2", "1", "a", "left", 0), ("P1", "2", "a", "left", 0), ("P1", "1", "b", "left", 0)])
    more = pd.DataFrame([("P1", "1", "a", "right", 0), ("P1", "1", "a", "left", 10), ("P1", "1", "a", "left", 9)])
    table = pd.concat([rows, more]).set_axis(["participant", "session", "trial", "side", "stride"], axis=1)
    table = table.assign(task="run", speed_m_s=3.0, start_s=0.0, end_s=1.0, reason="gap", value=0.2)
    read = arrow_table("excluded", table).to_pandas()
    assert [tuple(row)[2:4] for row in read[["participant", "session", "trial", "side"]].to_numpy()] == [
        ("a", "left"),
        ("a", "left"),
        ("a", "right"),
        ("b", "left"),
        ("a", "left"),
        ("a", "left"),
    ]
    assert read["stride"].tolist() == [9, 10, 0, 0, 0, 0]


def test_curves_are_fixed_lists_of_101_float32_with_the_strides_rows(tmp_path):
    rows = stride_rows(3)
    write_table(tmp_path / "curves.parquet", "curves", [curve_table(rows, some_curves(rows))])
    kind = pq.read_schema(tmp_path / "curves.parquet").field("hip_flexion_deg").type
    assert kind == pa.list_(pa.float32(), CURVE_POINTS)
    read = pd.read_parquet(tmp_path / "curves.parquet")
    assert [curve[0] for curve in read["hip_flexion_deg"]] == [0, 1, 2]
    assert read["hip_flexion_deg"][2][100] == 3
    assert read["thigh_flexion_deg"].isna().all()
    assert set(CURVE_NAMES) < set(read)


@pytest.mark.parametrize("name", list(TABLES))
def test_every_number_in_every_table_says_its_unit_and_every_column_its_meaning(tmp_path, name):
    write_table(tmp_path / "t.parquet", name, [table_schema(name).empty_table()])
    for field, column in zip(pq.read_schema(tmp_path / "t.parquet"), TABLES[name], strict=True):
        about = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
        assert about["meaning"] == column.meaning
        assert about.get("unit", "") == column.unit
        assert about.get("positive", "") == column.positive


def test_positive_hip_flexion_is_said_to_be_flexion():
    assert table_schema("curves").field("hip_flexion_deg").metadata[b"positive"] == b"flexion"


def test_an_empty_table_has_its_columns_and_types(tmp_path):
    empty = pd.DataFrame(columns=[column.name for column in TABLES["strides"]])
    assert write_table(tmp_path / "s.parquet", "strides", [arrow_table("strides", empty)]) == 0
    assert pq.read_schema(tmp_path / "s.parquet").field("peak_hip_extension_deg").type == pa.float64()
    assert len(pd.read_parquet(tmp_path / "s.parquet")) == 0


def test_missing_text_is_empty_and_missing_numbers_and_flags_are_null():
    row = {column.name: None for column in TABLES["ledger"]} | {"participant": "P01", "n_strides": np.nan}
    read = arrow_table("ledger", pd.DataFrame([row]))
    assert read["reason"].to_pylist() == [""]
    assert (
        read["used_deg"].null_count == read["n_strides"].null_count == read["available_is_lower_bound"].null_count == 1
    )


def test_a_column_that_is_not_declared_is_left_out_and_one_that_is_missing_is_an_error():
    with pytest.raises(KeyError, match="contact_time_s"):
        arrow_table("strides", stride_rows(1).drop(columns="contact_time_s"))
    assert "mood" not in arrow_table("strides", stride_rows(1).assign(mood="good")).column_names


def test_text_goes_by_dictionary_and_numbers_by_byte_stream_split_in_zstd(tmp_path):
    rows = stride_rows(50)
    write_table(tmp_path / "s.parquet", "strides", [arrow_table("strides", rows)])
    write_table(tmp_path / "c.parquet", "curves", [curve_table(rows, some_curves(rows))])
    strides, curves = (pq.read_metadata(tmp_path / f"{name}.parquet").row_group(0) for name in "sc")
    names = [column.name for column in TABLES["strides"]]
    participant, peak = strides.column(0), strides.column(names.index("peak_hip_extension_deg"))
    curve = curves.column(len(STRIDE_KEYS))
    assert participant.has_dictionary_page
    assert peak.encodings == curve.encodings == ("RLE", "BYTE_STREAM_SPLIT")
    assert {chunk.compression for chunk in (participant, peak, curve)} == {"ZSTD"}


def test_sessions_are_gathered_into_row_groups_that_bound_the_memory(tmp_path):
    session = arrow_table("strides", stride_rows(ROWS_PER_GROUP // 2))
    assert write_table(tmp_path / "s.parquet", "strides", iter([session] * 5)) == 5 * (ROWS_PER_GROUP // 2)
    found = pq.read_metadata(tmp_path / "s.parquet")
    assert [found.row_group(i).num_rows for i in range(found.num_row_groups)] == [10_240, 10_240, 5_120]
    assert count_rows(tmp_path / "s.parquet") == 25_600


def test_rows_are_the_same_bytes_however_small_the_parts_in_which_they_come(tmp_path):
    rows = arrow_table("strides", stride_rows(300))
    for name, step in (("whole", 300), ("small", 2)):
        write_table(tmp_path / name, "strides", (rows.slice(first, step) for first in range(0, 300, step)))
    assert (tmp_path / "small").read_bytes() == (tmp_path / "whole").read_bytes()


def test_the_same_rows_give_the_same_bytes(tmp_path):
    digests = set()
    for name in ("one", "two"):
        rows = stride_rows(200)
        write_table(tmp_path / name, "curves", [curve_table(rows, some_curves(rows))])
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_table_that_fails_half_way_leaves_the_old_one_and_nothing_else(tmp_path):
    path = tmp_path / "strides.parquet"
    write_table(path, "strides", [arrow_table("strides", stride_rows(2))])

    def breaking():
        yield arrow_table("strides", stride_rows(ROWS_PER_GROUP))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_table(path, "strides", breaking())
    assert count_rows(path) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["strides.parquet"]


def test_curves_take_fewer_bytes_than_their_numbers_as_float32(tmp_path):
    rng = np.random.default_rng(1)
    rows = stride_rows(1000)
    curves = {name: np.cumsum(rng.normal(0, 1, (1000, CURVE_POINTS)), axis=1) for name in CURVE_NAMES}
    write_table(tmp_path / "c.parquet", "curves", [curve_table(rows, curves)])
    raw = 1000 * CURVE_POINTS * len(CURVE_NAMES) * 4
    assert (tmp_path / "c.parquet").stat().st_size < raw


def test_times_and_metrics_of_strides_are_kept_to_a_millionth_and_speeds_as_they_are():
    rows = stride_rows(1).assign(speed_m_s=3.2, peak_hip_extension_deg=8.123456789, start_s=0.1)
    read = arrow_table("strides", rows).to_pandas().iloc[0]
    assert read["speed_m_s"] == 3.2
    assert read["peak_hip_extension_deg"] == round(8.123456789 * 2**20) / 2**20
    assert abs(read["start_s"] - 0.1) < 1e-6


def test_strides_with_the_digits_of_measurements_take_less_than_150_bytes_each(tmp_path):
    rows, random = stride_rows(5000), np.random.default_rng(3)
    rows[[metric.name for metric in METRICS]] = random.normal(20, 5, (5000, len(METRICS)))
    write_table(tmp_path / "s.parquet", "strides", [arrow_table("strides", rows)])
    assert (tmp_path / "s.parquet").stat().st_size / 5000 < 150


@pytest.fixture
def two_studies(tmp_path):
    """Two studies in one folder: three strides of P01 and five of P02."""
    for study, participant, count in (("alpha", "P01", 3), ("it's beta", "P02", 5)):
        for name in TABLES:
            write_table(tmp_path / study / f"{name}.parquet", name, [table_schema(name).empty_table()])
        rows = stride_rows(count, participant=participant)
        write_table(tmp_path / study / "strides.parquet", "strides", [arrow_table("strides", rows)])
        write_table(tmp_path / study / "curves.parquet", "curves", [curve_table(rows, some_curves(rows))])
    return tmp_path


def test_one_question_goes_over_all_studies(two_studies):
    with kin.connect(two_studies) as connection:
        rows = connection.sql("SELECT study, count(*), max(peak_hip_extension_deg) FROM strides GROUP BY 1 ORDER BY 1")
        assert rows.fetchall() == [("alpha", 3, 2.25), ("it's beta", 5, 4.25)]


def test_a_point_of_a_curve_can_be_asked(two_studies):
    with kin.connect(two_studies) as connection:
        asked = connection.sql("SELECT hip_flexion_deg[101] FROM curves WHERE study = 'alpha' ORDER BY stride")
        assert asked.fetchall() == [(1.0,), (2.0,), (3.0,)]


def test_the_columns_can_be_asked_for_what_they_mean(two_studies):
    with kin.connect(two_studies) as connection:
        asked = connection.sql("""SELECT unit, positive FROM columns WHERE "column" = 'peak_thigh_extension_deg'""")
        assert asked.fetchall() == [("deg", "behind")]


def test_a_folder_without_a_study_says_what_to_run(tmp_path):
    with pytest.raises(DataError, match=r"no study's tables.*kinematics run STUDY"):
        kin.connect(tmp_path / "processed")


def test_the_command_line_answers_as_a_table_and_as_csv(two_studies):
    question = [
        "query",
        "SELECT study, count(*) AS n FROM strides GROUP BY 1 ORDER BY 1",
        "--processed",
        str(two_studies),
    ]
    assert CliRunner().invoke(main, question).output.split() == ["study", "n", "alpha", "3", "it's", "beta", "5"]
    assert CliRunner().invoke(main, [*question, "--csv"]).output == "study,n\nalpha,3\nit's beta,5\n"


def test_a_question_that_is_no_sql_ends_in_one_sentence(two_studies):
    done = CliRunner().invoke(main, ["query", "SELECT no_such FROM strides", "--processed", str(two_studies)])
    assert done.exit_code == 2
    assert done.output.startswith('Error: this cannot be asked (Binder Error: Referenced column "no_such"')
    assert "Traceback" not in done.output
