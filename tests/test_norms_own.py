"""A laboratory's own reference and errors: built from strides, written, read, used."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from ledger_tables import as_strides, exam_rows, stride_rows

from kinematics.cli import main
from kinematics.conventions import DataError
from kinematics.ledger import compare_range
from kinematics.norms import build_norms, build_sem, read_norms, read_sem, write_norms, write_sem

PEAKS = np.linspace(2.0, 11.0, 10)  # mean 6.5, sd 3.0277


def people(peaks=PEAKS, **keys):
    return [as_strides(stride_rows(peak, participant=f"P{place:02d}", **keys)) for place, peak in enumerate(peaks)]


def test_mean_and_spread_are_those_between_the_people():
    norms = build_norms(people(), name="own laboratory")
    assert norms.metrics["anatomical"]["peak_hip_extension_deg"][0] == pytest.approx([6.5, 3.0277], abs=1e-4)
    assert norms.n_people == 10


def test_a_reference_that_was_written_reads_back_and_is_what_the_ledger_uses(tmp_path):
    write_norms(tmp_path / "norms.yaml", build_norms(people(), name="own laboratory"))
    ledger = compare_range(people()[0], exam_rows(12.0), used_reference=read_norms(tmp_path / "norms.yaml"))
    row = ledger[(ledger["side"] == "right") & (ledger["comparison"] == "reference")].iloc[0]
    # 6.5 - 1.2816 * 3.0277
    assert row["used_low_below_deg"] == pytest.approx(2.6199, abs=1e-3)
    assert row["used_reference"].startswith("own laboratory")


def test_a_reference_of_one_task_speaks_of_walking_too():
    norms = build_norms(people(task="walk", speed_m_s=1.3), name="walkers")
    ledger = compare_range(people(task="walk", speed_m_s=1.3)[0], exam_rows(12.0), used_reference=norms)
    assert (ledger.loc[ledger["comparison"] == "reference", "used_reference_n"] == 10).all()


def test_too_few_people_give_no_reference():
    with pytest.raises(DataError, match=r"9 people at 3\.5 m/s"):
        build_norms(people(PEAKS[:9]), name="own laboratory")


def test_mixed_zeros_give_no_reference():
    with pytest.raises(DataError, match="the zero of the trials"):
        build_norms([*people(), as_strides(stride_rows(5.0), zero="standing")], name="own laboratory")


def test_the_error_between_visits_is_the_root_of_the_mean_variance_within_people(tmp_path):
    # each pair differs by 2 deg: variance 2
    visits = people(PEAKS[:5]) + people(PEAKS[:5] + 2.0, session="2")
    write_sem(tmp_path / "sem.yaml", build_sem(visits))
    assert read_sem(tmp_path / "sem.yaml")["peak_hip_extension_deg"] == pytest.approx(np.sqrt(2), abs=1e-3)


def test_people_seen_once_give_no_error_between_visits():
    with pytest.raises(DataError, match="0 people have two visits"):
        build_sem(people())


def test_a_file_that_is_no_reference_is_refused_by_name(tmp_path):
    (tmp_path / "norms.yaml").write_text("name: x\n")
    with pytest.raises(DataError, match=r"norms\.yaml: .*kinematics norms build"):
        read_norms(tmp_path / "norms.yaml")


def test_the_command_says_how_many_people_are_missing(demo_copy):
    result = CliRunner().invoke(main, ["norms", "build", str(demo_copy), "--name", "demo"])
    assert result.exit_code == 2
    assert "the zero of" in result.output or "people at" in result.output


def test_the_frames_refuse_a_subtraction_without_consent_and_print_a_table_without_one(demo_copy):
    refused = CliRunner().invoke(main, ["frames", str(demo_copy), "--subtract"])
    assert (refused.exit_code, "--across-zeros" in refused.output) == (2, True)
    given = CliRunner().invoke(main, ["frames", str(demo_copy), "--subtract", "--across-zeros"])
    assert given.output.splitlines()[0].endswith("thigh_deg,tested_deg")


@pytest.fixture
def demo_copy(tmp_path, root):
    """A study of two trials of the demo."""
    demo = root / "data" / "raw" / "demo"
    trials = pd.read_csv(demo / "trials.csv", dtype=str, keep_default_na=False)
    trials = trials[trials["participant"].isin(["P02", "P03"])]
    for name in trials["file"]:
        (tmp_path / name).write_bytes((demo / name).read_bytes())
    trials.to_csv(tmp_path / "trials.csv", index=False)
    for name in ("study.toml", "exam.csv"):
        (tmp_path / name).write_bytes((demo / name).read_bytes())
    return tmp_path
