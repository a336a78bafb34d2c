"""What the tests share: the project root, the real data, the browser, and how hypothesis draws."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# The same examples in every run: a failure that one person sees, all see.
hypothesis.settings.register_profile("kinematics", deadline=None, derandomize=True, database=None, max_examples=50)
hypothesis.settings.load_profile("kinematics")


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test for want of `what`; with KINEMATICS_REQUIRE_ALL=1 fail it."""
    if os.environ.get("KINEMATICS_REQUIRE_ALL") == "1":
        pytest.fail(f"{what}: {remedy}", pytrace=False)
    pytest.skip(f"{what}: {remedy}")


def shared_folder() -> Path:
    """Folder of the real data: KINEMATICS_SHARED, by default ../shared; relative to the project root."""
    return ROOT / (os.environ.get("KINEMATICS_SHARED") or "../shared")


def find_browser() -> str | None:
    """Path of a Chromium: KINEMATICS_CHROMIUM, or the first that is on the path."""
    named = os.environ.get("KINEMATICS_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture
def shared() -> Path:
    """The folder of real data (`data/` in it)."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        missing("no real data", "set KINEMATICS_SHARED to the folder that holds data/")
    return folder.resolve()


@pytest.fixture
def rbds(shared: Path) -> Path:
    """The folder of the ten runners of RBDS."""
    folder = shared / "data" / "rbds"
    if not folder.is_dir():
        missing("no RBDS data", "KINEMATICS_SHARED has no data/rbds")
    return folder


@pytest.fixture
def chromium() -> str:
    """Path of the browser."""
    browser = find_browser()
    return browser or missing("no browser", "install chromium, or set KINEMATICS_CHROMIUM to its path")
