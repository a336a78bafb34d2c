"""What a visit left behind for the next run: one file with its facts and its rows of every table, proven by a hash."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinematics.files import PART, write_unforced
from kinematics.pipeline.keeping.cache import compact_json
from kinematics.store import TABLES, empty_table, table_schema

if TYPE_CHECKING:
    import pyarrow as pa

ENDING = ".kept"
_MARK = b"kinematics kept 2"
_LONGEST_LINE = 256


@dataclass(frozen=True)
class Record:
    """
    What a run must know of one visit when its results are made.

    Attributes
    ----------
    name : str
        `<participant>_<session>`.
    key : str
        Hash of all that the report and the rows came from; empty where nothing could be kept.
    row : dict
        Its line in the index.
    inputs : dict
        Name of each file -> its SHA-256.
    report, report_sha256 : str
        Empty where there is none.
    settled : bool
        False where a later run must try again.
    taken_over : bool
        Whether an earlier run made it.
    facts : dict
        What else the manifest says, where no file keeps it.
    """

    name: str
    key: str
    row: dict[str, Any]
    inputs: dict[str, str]
    report: str
    report_sha256: str
    settled: bool
    taken_over: bool = False
    facts: dict[str, Any] | None = None


def path_of(store: Path, name: str) -> Path:
    """File in which the visit's results are kept."""
    return store / f"{name}{ENDING}"


def packed(record: Record, facts: dict[str, Any], tables: dict[str, pa.Table]) -> bytes:
    """
    The content of the visit's file: a line with the hash of the rest, the parts' lengths, the parts.

    These are what a run must know, the visit's line in the manifest, its rows of each table.
    """
    kept = {
        "name": record.name,
        "key": record.key,
        "row": record.row,
        "inputs": record.inputs,
        "report": record.report,
        "report_sha256": record.report_sha256,
        "settled": record.settled,
    }
    parts = [compact_json(kept), _manifest_line(record, facts), *(_packed_rows(tables[name]) for name in TABLES)]
    lengths = " ".join(str(memoryview(part).nbytes) for part in parts).encode()
    digest = hashlib.sha256(lengths + b"\n")
    for part in parts:
        digest.update(part)
    return b"".join([_MARK, b" ", digest.hexdigest().encode(), b"\n", lengths, b"\n", *parts])


def _manifest_line(record: Record, facts: dict[str, Any]) -> bytes:
    about = {name: record.row[name] for name in ("participant", "session", "errors")}
    return compact_json({**about, "report": record.report, **facts})


def _packed_rows(table: pa.Table) -> pa.Buffer | bytes:
    """The rows without their schema, which the version of the package in the visit's key stands for."""
    batches = table.combine_chunks().to_batches()
    return batches[0].serialize() if batches else b""


def _unpacked_rows(content: bytes, name: str) -> pa.Table:
    import pyarrow as pa

    if not content:
        return empty_table(name)
    batch = pa.ipc.read_record_batch(pa.py_buffer(content), table_schema(name))
    return pa.Table.from_batches([batch])


def keep(store: Path, name: str, content: bytes) -> None:
    """Leaves a visit's packed results for the next run."""
    write_unforced(path_of(store, name), content)


def load(store: Path, name: str) -> Record | None:
    """What is kept of a visit, its file's hash not looked at; None where nothing can be read."""
    found = _about(store, name)
    if found is None:
        return None
    try:
        return Record(
            name=name,
            key=str(found["key"]),
            row=dict(found["row"]),
            inputs=dict(found["inputs"]),
            report=str(found["report"]),
            report_sha256=str(found["report_sha256"]),
            settled=bool(found["settled"] and found["key"] and found["name"] == name),
            taken_over=True,
        )
    except (KeyError, TypeError, ValueError):
        return None


def manifest_line(store: Path, record: Record) -> bytes:
    """What the manifest says of a visit: its trials with passport or error, the version of the options, its errors."""
    if record.facts is not None:
        return _manifest_line(record, record.facts)
    with path_of(store, record.name).open("rb") as file:
        lengths = _lengths(file)
        file.seek(lengths[0], io.SEEK_CUR)
        return file.read(lengths[1])


def _about(store: Path, name: str) -> dict[str, Any] | None:
    try:
        with path_of(store, name).open("rb") as file:
            lengths = _lengths(file)
            return json.loads(file.read(lengths[0]))
    except (OSError, ValueError, IndexError):
        return None


def _lengths(file: io.BufferedReader) -> list[int]:
    if not file.readline(_LONGEST_LINE).startswith(_MARK):
        raise ValueError("not a kept visit")
    return [int(word) for word in file.readline(_LONGEST_LINE).split()]


def is_whole(store: Path, name: str) -> bool:
    """Whether the visit's file holds what was written: its hash is that of its first line."""
    try:
        with path_of(store, name).open("rb") as file:
            words = file.readline(_LONGEST_LINE).split()
            return file_sha256(file) == words[-1].decode()
    except (OSError, ValueError, IndexError):
        return False


def file_sha256(file: io.BufferedReader) -> str:
    """SHA-256 of an open file from where it stands."""
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def tables_of(store: Path, record: Record) -> dict[str, pa.Table]:
    """A visit's rows of every table; none where nothing of it could be kept."""
    if record.facts is not None:
        return {name: empty_table(name) for name in TABLES}
    with path_of(store, record.name).open("rb") as file:
        lengths = _lengths(file)
        file.seek(sum(lengths[:2]), io.SEEK_CUR)
        return {name: _unpacked_rows(file.read(size), name) for name, size in zip(TABLES, lengths[2:], strict=True)}


def others(store: Path, names: set[str]) -> list[str]:
    """Visits that are kept and not among `names`."""
    found = (path.name.removesuffix(ENDING) for path in store.glob(f"*{ENDING}") if path.is_file())
    return sorted(name for name in found if name not in names)


def prune(store: Path, names: set[str]) -> None:
    """Removes what is kept of visits that are not among `names`, and what earlier versions kept in folders."""
    for name in others(store, names):
        path_of(store, name).unlink(missing_ok=True)
    for path in store.iterdir():
        if path.is_dir() or path.name.endswith(PART):
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
