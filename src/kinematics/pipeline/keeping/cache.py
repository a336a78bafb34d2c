"""Hashes of all that a visit's results come from."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import kinematics
from kinematics.study import Session
from kinematics.study.rows import VisitRows

#: Libraries whose version can move a number or a byte of the outputs.
LIBRARIES = ("numpy", "pandas", "scipy", "pyarrow", "plotly", "jinja2")
KEY_DIGITS = 32


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, or a word where it cannot be read."""
    try:
        if not path.is_file():
            return "missing"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def input_hashes(session: Session, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """
    SHA-256 of every file that the session's results come from, by name relative to the study folder.

    Files that are `known` are not read.
    """
    return {name: known.get(name) or sha256_of(session.folder / name) for name in input_names(session)}


def input_names(session: Session) -> list[str]:
    """Every file that the session's results come from, by name relative to the study folder."""
    own_figures = {name for name in (session.settings.ledger.norms, session.settings.ledger.sem) if name}
    return [*sorted({*session.files, *own_figures}), *_overlay_files(session)]


def _overlay_files(session: Session) -> list[str]:
    """Files of the clinic's own exercises and rules, relative to the study."""
    overlay = session.settings.exercises.overlay
    if not overlay:
        return []
    folder = session.folder / overlay
    return sorted(path.relative_to(session.folder).as_posix() for path in folder.rglob("*.yaml"))


def session_key(session: Session, inputs: dict[str, str]) -> str:
    """Hash of all that decides a session's results: rows, files, settings, package and libraries."""
    parts = {
        "participant": vars(session.participant),
        "session": session.session,
        "trials": [vars(entry) for entry in session.trials],
        "exam": _cells(session.rows("exam")),
        "intake": _cells(session.rows("intake")),
        "settings": session.settings.model_dump_json(),
        "errors": session.errors,
        "inputs": inputs,
        "versions": versions(),
        "package": package_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode(errors="replace")).hexdigest()[:KEY_DIGITS]


def _cells(rows: VisitRows) -> dict[str, list[str]]:
    """A table's cells as text, which says as much as they do."""
    return {name: [repr(cell) for cell in cells] for name, cells in rows.cells().items()} if len(rows) else {}


def report_key(own: str, earlier: Sequence[str], shared_script: str) -> str:
    """Hash of all that decides a session's report: its own key, its earlier visits' keys, the shared script."""
    if not earlier and not shared_script:
        return own
    return hashlib.sha256("\n".join([own, *earlier, shared_script]).encode()).hexdigest()[:KEY_DIGITS]


@cache
def versions() -> dict[str, str]:
    """Versions of the package and of the libraries behind its numbers."""
    found = {"kinematics": kinematics.__version__}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


@cache
def package_hash() -> str:
    """Hash of the package's own files, so that a change in code or tables makes results new."""
    home = Path(kinematics.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(home).as_posix().encode())
            digest.update(sha256_of(path).encode())
    return digest.hexdigest()


def to_json(value: Any) -> bytes:
    """Plain values as JSON with sorted keys; NaN becomes null."""
    text = json.dumps(_plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="replace") + b"\n"


def compact_json(value: Any) -> bytes:
    """Plain values as JSON in one line, keys sorted; NaN becomes null."""
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    except ValueError:
        return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False).encode(errors="replace")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
