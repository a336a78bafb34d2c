"""What is committed: no private paths, no broken links, nothing too large, and wording that keeps its limits."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import missing

import kinematics

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1_000_000
LARGEST_FILE = 2 * MEGABYTE
LARGEST_DEMO = 8 * MEGABYTE
#: Files that may be larger than LARGEST_FILE, each with its reason beside it.
LARGE_FILES: frozenset[str] = frozenset()

PRIVATE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|work|Users)/[\w.-]+|[A-Za-z]:\\+Users\\+\w")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|conda\.anaconda\.org|repo\.anaconda|proxy\.golang"
)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)>\s]+)>?[^)]*\)")

#: Files whose text somebody may read on a screen or on paper.
PRINTED = (".md", ".html", ".j2", ".jinja", ".yaml", ".yml", ".toml", ".txt", ".cff", ".ipynb")
CLAIM = re.compile(r"(?<![\"'`*])\b(?:diagnoses?|prescribes?|recommended treatment)\b(?![\"'`*])", re.IGNORECASE)
NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|cannot|without)\b|n't\b", re.IGNORECASE)


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that is committed or would be."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file()))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def text_of(path: Path) -> str:
    """Text of a file; empty where it is binary."""
    raw = path.read_bytes()
    try:
        return "" if b"\0" in raw else raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Each place where a text file has the pattern, as 'file:line: found'."""
    return [
        f"{name_of(path)}:{text_of(path).count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path in files()
        for match in pattern.finditer(text_of(path))
    ]


def claims(text: str) -> list[str]:
    """Sentences that claim what this software does not do, and do not negate it."""
    sentences = re.split(r"(?<=[.!?:])\s+|\n\s*\n|\n\s*[-*#]", text)
    return [sentence.strip() for sentence in sentences if CLAIM.search(sentence) and not NEGATION.search(sentence)]


def links_of(text: str) -> list[str]:
    """Targets of a page's links that point into the repository; code blocks left out."""
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
    targets = (match[1].split("#")[0] for match in LINK.finditer(prose))
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


@pytest.fixture(autouse=True)
def in_a_checkout():
    if not files():
        missing("no list of what is committed", "run the tests in a git checkout, with git installed")


def test_no_file_names_a_private_path():
    assert lines_with(PRIVATE_PATH) == []


def test_no_file_names_a_package_registry():
    assert lines_with(REGISTRY) == []


@pytest.mark.parametrize("text", ["see /home" + "/ada/study.csv", "cd /work" + "/main", "C:\\Users" + "\\ada"])
def test_a_private_path_would_be_found(text):
    assert PRIVATE_PATH.search(text)


def test_no_file_is_larger_than_two_megabytes():
    large = {name_of(path) for path in files() if path.stat().st_size > LARGEST_FILE}
    assert large <= LARGE_FILES


def test_the_demo_study_is_small():
    assert sum(path.stat().st_size for path in files() if name_of(path).startswith("data/raw/")) <= LARGEST_DEMO


def test_data_holds_only_the_demo_study_and_nothing_that_a_run_made():
    data = {name_of(path) for path in files() if name_of(path).startswith(("data/", "reports/"))}
    made_by_hand = {name for name in data if name.startswith("data/raw/demo/")}
    assert data - made_by_hand <= {"data/processed/.gitkeep", "reports/.gitkeep"}


def test_every_relative_link_leads_somewhere():
    pages = [path for path in files() if path.suffix == ".md"]
    broken = [
        f"{name_of(page)}: {link}"
        for page in pages
        for link in links_of(text_of(page))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_a_link_is_told_from_an_address_and_from_code():
    text = "[a](docs/a.md#top) [b](https://example.org) `[c](no.md)` ![d](d.png)\n```\n[e](no.md)\n```\n"
    assert links_of(text) == ["docs/a.md", "d.png"]


def test_the_version_is_the_same_in_package_citation_and_changelog():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = re.search(r"^## \[?v?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert (str(citation["version"]), newest[1]) == (kinematics.__version__, kinematics.__version__)


def test_every_release_says_which_results_changed():
    releases = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert releases
    assert [release.splitlines()[0] for release in releases if "### Scientific changes" not in release] == []


def test_no_printed_sentence_claims_to_diagnose_or_prescribe():
    printed = [path for path in files() if path.suffix in PRINTED or name_of(path).startswith("src/")]
    found = [f"{name_of(path)}: {sentence[:160]}" for path in printed for sentence in claims(text_of(path))]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("This report diagnoses FAI syndrome.", 1),
        ("It prescribes exercises.", 1),
        ("The recommended treatment is rest.", 1),
        ("It does not diagnose and never prescribes.", 0),
        ("It helps. It prescribes exercises. It is not a toy.", 1),
        ("Words like 'diagnose' are left out.", 0),
        ("The column diagnosis holds what a clinician wrote.", 0),
    ],
)
def test_a_claim_is_told_from_its_negation(text, found):
    assert len(claims(text)) == found


def test_the_workflows_may_only_read_and_hold_no_secrets():
    workflows = [path for path in files() if name_of(path).startswith(".github/workflows/")]
    assert workflows
    for path in workflows:
        jobs = yaml.safe_load(text_of(path))
        assert jobs["permissions"] == {"contents": "read"}
        assert not any("permissions" in job for job in jobs["jobs"].values())
        assert "secrets." not in text_of(path)


def test_the_workflow_covers_three_systems_and_three_pythons():
    matrix = yaml.safe_load(text_of(ROOT / ".github/workflows/tests.yml"))["jobs"]["locked"]["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13"]
