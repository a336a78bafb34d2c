"""81 real files: each told right by one module alone, read without loss or refused with the right reason."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from conftest import ROOT, shared_folder

from kinematics.readers import FORMATS, holds_forces
from kinematics.readers.shared.source import read_source

#: What has to stand in the sentence of each sample that is not read.
REFUSED = {
    "trajectories_pyomeca_markers.csv": r"no hip angles .* no marker is known as an anterior superior iliac spine",
    "devices_pyomeca_analogs.csv": "neither Model Outputs nor Trajectories",
    "plotterGeneratedStates_r_hip_flexion.sto": "hip flexion is 0 in every row",
    "excel_commas_inverse_kin.mot": "no hip among its columns",
    "dataWithBlanksForMissingMarkers.trc": "ASIS markers are missing, or empty in every row",
    "dataWithEformat.trc": "none of its 14 markers is a known marker of the pelvis",
    "dataWithNaNsOfDifferentCases.trc": "only markers of the pelvis are known",
    "exampleFormat.trc": "none of its 3 markers is a known marker of the pelvis",
    "pyomeca_markers.trc": "none of its 51 markers is a known marker of the pelvis",
    "imuOrientations.sto": "only 2 rows",
    "myIMUMappings.xml": "holds no recording",
    "gaitalytics_test_small.mot": "ground reaction forces, no angles",
    "RBDS001runT25forces.txt": "ground reaction forces, no markers or angles",
    "phyphox_Raw Data.csv": "taken gravity out",
    "gaitmap_mocap_sample_pandas_multiindex.csv": "marker positions .* without rate and unit",
    "gaitmap_imu_sample_pandas_multiindex.csv": "angular rate's unit is not stated",
    "imucal_ferraris_example.csv": "angular rate's unit is not stated",
}
#: Signals of the 64 samples that are read; all but 21 are columns of their files.
SIGNALS, COMPUTED = 461, 21


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script():
    return load(ROOT / "benchmarks" / "format_samples.py")


@pytest.fixture(scope="module")
def rows(script):
    if not (shared_folder() / "data" / "formats").is_dir():
        return None
    return [script.judge(folder, path) for folder, path in script.samples(shared_folder())]


@pytest.mark.real
def test_each_of_the_81_samples_is_told_right_by_one_module_alone(shared, rows):
    assert len(rows) == 81
    assert [(row.file, row.told) for row in rows if not row.right] == []


@pytest.mark.real
def test_what_is_refused_is_refused_for_its_right_reason(shared, rows):
    refused = {row.file: row.refused for row in rows if row.trial is None}
    assert sorted(refused) == sorted(REFUSED)
    assert [file for file, reason in REFUSED.items() if not re.search(reason, refused[file])] == []


@pytest.mark.real
def test_what_is_read_is_read_without_loss(shared, rows):
    counts = [[int(word) for word in re.findall(r"\d+", row.checked)[:2]] for row in rows if row.trial is not None]
    assert [row.file for row in rows if "DIFFERENT" in row.checked] == []
    assert (sum(total for _, total in counts), sum(total - equal for equal, total in counts)) == (SIGNALS, COMPUTED)


@pytest.mark.real
def test_the_page_of_formats_is_what_the_script_prints(shared, script, rows):
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == script.page(rows) + "\n"


@pytest.mark.real
def test_no_other_real_file_is_claimed_by_two_modules(shared):
    folders = ("plug_in_gait", "opensim", "opensense", "rbds")
    paths = [path for name in folders for path in sorted((shared / "data" / name).rglob("*")) if path.is_file()]
    claims = {path.name: claimed(path) for path in paths if "RBDS0" not in path.name or "RBDS001" in path.name}
    assert {name: told for name, told in claims.items() if len(told) != 1} == {"RBDSinfo.txt": []}


@pytest.mark.real
def test_force_files_are_told_as_such(shared):
    folder = shared / "data"
    names = ("opensim/grf_run.mot", "opensim/subject01_walk1_ik.mot", "rbds/RBDS001runT25forces.txt")
    assert [holds_forces(read_source(folder / name)) for name in names] == [True, False, True]


def claimed(path: Path) -> list[str]:
    source = read_source(path)
    return [name for name, module in FORMATS.items() if module.recognises(source)]
