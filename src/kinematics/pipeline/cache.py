"""What one session left behind, kept under the hash of all that it came from."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kinematics
from kinematics.files import PART
from kinematics.store import TABLES, write_table
from kinematics.study import Session

if TYPE_CHECKING:
    import pyarrow as pa

#: Libraries whose version can move a number or a byte of the outputs.
LIBRARIES = ("numpy", "pandas", "scipy", "pyarrow", "plotly", "jinja2")
KEY_DIGITS = 32
RECORD = "session.json"


@dataclass(frozen=True)
class Record:
    """
    What a run must know of one session when its tables lie on disk.

    Attributes
    ----------
    name : str
        `<participant>_<session>`.
    folder : Path
        Where its part of every table lies.
    about : dict
        Plain values: `row` (of the index), `inputs`, `passports`, `report`, `report_sha256`, `n_strides`,
        `n_excluded`, `failed`, `settled` (False where a later run must try again), `tables` (SHA-256 of each).
    """

    name: str
    folder: Path
    about: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """The session's part of a table."""
        import pyarrow.parquet as pq

        return pq.read_table(self.folder / f"{name}.parquet", memory_map=False)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, or a word where it cannot be read."""
    try:
        if not path.is_file():
            return "missing"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def input_hashes(session: Session) -> dict[str, str]:
    """SHA-256 of every file that the session's trials name, by name relative to the study folder."""
    own_figures = {name for name in (session.settings.ledger.norms, session.settings.ledger.sem) if name}
    names = sorted({name for entry in session.trials for name in entry.files} | own_figures)
    return {name: sha256_of(session.folder / name) for name in [*names, *_overlay_files(session)]}


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
        "participant": asdict(session.participant),
        "session": session.session,
        "trials": [asdict(entry) for entry in session.trials],
        "exam": session.exam.to_csv(index=False),
        "intake": session.intake.to_csv(index=False),
        "settings": session.settings.model_dump(mode="json"),
        "errors": session.errors,
        "inputs": inputs,
        "versions": versions(),
        "package": package_hash(),
    }
    return hashlib.sha256(to_json(parts)).hexdigest()[:KEY_DIGITS]


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


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def save_record(store: Path, key: str, name: str, tables: dict[str, pa.Table], about: dict[str, Any]) -> Record:
    """Keeps a session's tables and what is to be known of it as `store`/`key`, whole or not at all."""
    part = store / f".{key}.{os.getpid()}{PART}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for table, content in tables.items():
            write_table(part / f"{table}.parquet", table, [content])
        about = {**about, "name": name, "tables": {table: sha256_of(part / f"{table}.parquet") for table in tables}}
        (part / RECORD).write_bytes(to_json(about))
        folder = store / key
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Record(name, folder, about)


def load_record(store: Path, key: str, reports: Path) -> Record | None:
    """The record kept under `key` if it is whole, settled, and its report lies unchanged in `reports`."""
    folder = store / key
    try:
        about = json.loads((folder / RECORD).read_bytes())
        whole = all(sha256_of(folder / f"{table}.parquet") == about["tables"][table] for table in TABLES)
        same = about["report"] and sha256_of(reports / about["report"]) == about["report_sha256"]
        return Record(about["name"], folder, about) if whole and same and about["settled"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def reports_of_others(store: Path, keep: set[str]) -> set[str]:
    """Names of the reports of what is kept under other keys."""
    reports: set[str] = set()
    for folder in _others(store, keep):
        with suppress(OSError, ValueError, KeyError, TypeError):
            reports.add(str(json.loads((folder / RECORD).read_bytes())["report"]))
    return reports


def prune(store: Path, keep: set[str]) -> None:
    """Removes what is kept under other keys, half-written folders too."""
    for folder in _others(store, keep):
        shutil.rmtree(folder, ignore_errors=True)


def _others(store: Path, keep: set[str]) -> list[Path]:
    return (
        [folder for folder in store.iterdir() if folder.is_dir() and folder.name not in keep] if store.is_dir() else []
    )
