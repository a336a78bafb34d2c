"""pyproject.toml, environment.yml and the two locks say the same; what is missing is said plainly."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import find_browser, missing, shared_folder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
#: Packages whose name on conda-forge is another.
CONDA_NAMES = {"duckdb": "python-duckdb", "playwright": "playwright-python"}
#: Packages that environment.yml takes by pip.
BY_PIP = {"vqf", "axe-playwright-python"}
SETUP_FILES = ("Makefile", "pyproject.toml", *LOCKS)

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def core_requirements(project: dict) -> list[Requirement]:
    build = project["project"]["optional-dependencies"]["build"]
    return [Requirement(line) for line in [*project["project"]["dependencies"], *build]]


def all_requirements(project: dict) -> list[Requirement]:
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return [Requirement(line) for line in [*lines, *(line for extra in extras for line in extra)]]


def pins(lock: str) -> dict[str, set[str]]:
    """Canonical name -> its pins, each with its marker."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", " ")):
            pin = line.removesuffix("\\").strip()
            found.setdefault(canonicalize_name(Requirement(pin).name), set()).add(pin)
    return found


def test_environment_yml_asks_for_what_pyproject_asks_for(project, conda):
    listed = [line for line in conda["dependencies"] if isinstance(line, str) and line != "pip"]
    listed += next(line["pip"] for line in conda["dependencies"] if isinstance(line, dict))
    asked = {CONDA_NAMES.get(item.name, item.name): str(item.specifier) for item in all_requirements(project)}
    asked["python"] = project["project"]["requires-python"]
    assert {item.name: str(item.specifier) for item in map(Requirement, listed)} == asked


def test_environment_yml_names_nothing_twice(conda):
    listed = [line for line in conda["dependencies"] if isinstance(line, str)]
    assert len(listed) == len({Requirement(line).name for line in listed})


def test_environment_yml_takes_by_pip_only_what_conda_forge_lacks(conda):
    by_pip = next(line["pip"] for line in conda["dependencies"] if isinstance(line, dict))
    assert {Requirement(line).name for line in by_pip} == BY_PIP


def test_the_build_extra_is_what_the_build_needs(project):
    assert project["project"]["optional-dependencies"]["build"] == project["build-system"]["requires"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_and_no_option(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|\s@\s|file:|^\s*-(?!-hash=)", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_is_exact_and_has_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    entry = r"[a-z0-9-]+(?:\[[a-z,]+\])?==[\w.+!-]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(f"(?:{entry})+", text)


@pytest.mark.parametrize(("lock", "requirements"), [(LOCKS[0], core_requirements), (LOCKS[1], all_requirements)])
def test_a_lock_pins_every_dependency_within_its_bounds(project, lock, requirements):
    locked = pins(lock)
    for asked in requirements(project):
        versions = [str(Requirement(pin).specifier)[2:] for pin in locked.get(canonicalize_name(asked.name), ())]
        assert versions, f"{asked.name} is not in {lock}; run make lock"
        assert all(asked.specifier.contains(version) for version in versions), f"{asked} but {lock} has {versions}"


def test_the_development_lock_holds_the_pins_of_the_other():
    core, development = map(pins, LOCKS)
    assert {name: development.get(name) for name in core} == core


def fake_python(folder: Path, refuses: str) -> Path:
    """A command that fails, as an old or bare Python does, when asked for what `refuses` names."""
    python = folder / "fakepython"
    python.write_text(f'#!/bin/sh\ncase "$*" in *{refuses}*) echo "Traceback: ..." >&2; exit 1;; esac\n')
    python.chmod(0o755)
    return python


def make_setup(folder: Path, python: str) -> subprocess.CompletedProcess:
    for name in SETUP_FILES:
        shutil.copy(ROOT / name, folder)
    command = ["make", "-C", str(folder), "setup", f"PYTHON={python}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@needs_make
@pytest.mark.parametrize(
    ("refuses", "sentence"),
    [
        ("ensurepip", "Python's venv module is missing. Install it with: sudo apt install python3-venv"),
        ("version_info", "Python 3.11 or newer is needed"),
    ],
)
def test_make_setup_says_in_one_line_what_python_lacks(tmp_path, refuses, sentence):
    done = make_setup(tmp_path, str(fake_python(tmp_path, refuses)))
    said = [line for line in done.stdout.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1 and said[0].startswith(sentence)
    assert "Traceback" not in done.stderr


@needs_make
def test_make_setup_says_how_to_install_a_missing_python(tmp_path):
    done = make_setup(tmp_path, "no-such-python")
    assert "Python is missing. Install it with: sudo apt install python3 python3-venv" in done.stdout


@needs_make
@pytest.mark.parametrize("target", ["setup", "run", "test", "lab", "lint", "lock"])
def test_make_help_names_every_target(target):
    done = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True, timeout=60)
    assert f"make {target} " in done.stdout


@needs_make
def test_make_lock_compiles_as_the_contributing_guide_says():
    done = subprocess.run(["make", "-C", str(ROOT), "-n", "-B", "lock"], capture_output=True, text=True, timeout=60)
    compiles = [line for line in done.stdout.replace("\\\n", "").splitlines() if " compile " in line]
    compile_core, compile_all, compile_peers = compiles
    for option in ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"):
        assert all(option in line.split() for line in compiles)
    assert compile_peers.split()[-1] == "benchmarks/peers/requirements.lock"
    assert "--extra build" in compile_core
    assert "--all-extras --group dev -c requirements.lock" in compile_all


def test_what_is_missing_skips_a_test(monkeypatch):
    monkeypatch.delenv("KINEMATICS_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser: install one"):
        missing("no browser", "install one")


def test_what_is_missing_fails_a_test_where_all_is_required(monkeypatch):
    monkeypatch.setenv("KINEMATICS_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no browser: install one"):
        missing("no browser", "install one")


def test_the_shared_folder_is_named_by_the_environment_or_beside_the_project(monkeypatch, tmp_path):
    monkeypatch.setenv("KINEMATICS_SHARED", str(tmp_path))
    assert shared_folder() == tmp_path
    monkeypatch.delenv("KINEMATICS_SHARED")
    assert shared_folder() == ROOT / "../shared"


def test_a_browser_that_is_named_but_absent_is_not_replaced_by_another(monkeypatch):
    monkeypatch.setenv("KINEMATICS_CHROMIUM", "no-such-browser")
    assert find_browser() is None


@pytest.mark.real
def test_the_real_runners_are_where_the_tests_look(rbds):
    assert len(list(rbds.glob("*markers.txt"))) == 30  # ten runners, three speeds


@pytest.mark.browser
def test_the_browser_that_was_found_answers(chromium):
    done = subprocess.run([chromium, "--version"], capture_output=True, text=True, timeout=60)
    assert re.search(r"Chrom\w+ \d+", done.stdout)
