"""docs/public-data.md, followed to the letter with one real runner."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from kinematics.cli import main


@pytest.mark.real
def test_the_downloaded_folder_becomes_a_finished_study_as_the_page_says(root, rbds, tmp_path, monkeypatch):
    (tmp_path / "rbds").mkdir()
    for path in [*rbds.glob("RBDS001runT35*"), rbds / "RBDS001static.txt", rbds / "RBDSinfo.txt"]:
        shutil.copy(path, tmp_path / "rbds")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["init", "rbds"]).exit_code == 0
    page = (root / "docs" / "public-data.md").read_text(encoding="utf-8")
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    exec(re.sub(r"^   ", "", script, flags=re.MULTILINE), {})
    done = CliRunner().invoke(main, ["run", "rbds", "--jobs", "1"])
    assert done.exit_code == 0, done.output
    ledger = pd.read_parquet("data/processed/rbds/ledger.parquet").query("comparison == 'reference'")
    assert ledger.groupby("side")["available_deg"].first().to_dict() == {"left": 11.0, "right": 10.0}  # RBDSinfo.txt
    assert ledger["speed_m_s"].unique().tolist() == [3.5]
    assert pd.read_parquet("data/processed/rbds/strides.parquet")["valid"].sum() > 70
