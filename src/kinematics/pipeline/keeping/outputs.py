"""The study's own files beside its tables: index, cohort page, manifest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kinematics.files import replacing, write_whole
from kinematics.pipeline.keeping import cache
from kinematics.pipeline.keeping.kept import Record, manifest_line
from kinematics.pipeline.keeping.places import MANIFEST, Places
from kinematics.pipeline.keeping.stamps import flush
from kinematics.study import Study

if TYPE_CHECKING:
    from kinematics.report import IndexRow

INDEX, COHORT = "index.html", "cohort.html"
PAGES = (INDEX, COHORT)
#: What the name of a session's report looks like; nothing else is ever removed.
REPORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*_[A-Za-z0-9._-]+\.html")
#: The runner's own page, which is written on demand and stays.
PATIENT_PAGE = re.compile(r".*_patient\.html")
#: Rows of the ledger that the cohort page shows.
_SHOWN = {"direction": "extension", "comparison": "reference"}
_NO_SESSIONS = b' "sessions": [],\n'


def shared_script(linked: bool) -> str:
    """Name of the script that linked reports share; empty where they are not linked."""
    from kinematics.report import plotly_file

    return plotly_file() if linked else ""


def page_names(places: Places) -> list[str]:
    """Files of the study's own in the folder of reports."""
    return [*PAGES, *filter(None, [places.shared_script])]


def write_pages(study: Study, records: Sequence[Record], places: Places) -> dict[str, str]:
    """
    The index and the cohort page, whose rows are read from the ledger; SHA-256 of each.

    Meanwhile what the visits left goes to the disk, for which the next run's index would have to wait.
    """
    from kinematics.report import render_cohort, render_index

    style = study.settings.report
    with ThreadPoolExecutor(2, thread_name_prefix="pages") as pool:
        flushed, script = pool.submit(flush), pool.submit(_shared_script, places)
        cohort = render_cohort(study.name, _shown_rows(places.tables / "ledger.parquet"), report=style)
        rows = [index_row(record) for record in records]
        pages = {COHORT: cohort, INDEX: render_index(study.name, rows, errors=study.errors, report=style)}
        written = {name: _written(places.reports / name, page.encode()) for name, page in pages.items()}
        flushed.result()
        return written | script.result()


def _shown_rows(ledger: Path) -> pd.DataFrame:
    import pyarrow.compute as pc
    from pyarrow.parquet import ParquetFile

    with ParquetFile(ledger) as file:
        table = file.read(use_threads=False)
    for name, word in _SHOWN.items():
        table = table.filter(pc.equal(table[name], word))
    return table.to_pandas()


def _shared_script(places: Places) -> dict[str, str]:
    """Writes the script that linked reports share; its SHA-256 by its name."""
    from kinematics.report import write_shared_script

    if not places.shared_script:
        return {}
    path = write_shared_script(places.reports)
    return {path.name: cache.sha256_of(path)}


def _written(path: Path, content: bytes) -> str:
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def index_row(record: Record) -> IndexRow:
    """The session's line in the index."""
    from kinematics.report import IndexRow

    return IndexRow(**{**record.row, "errors": tuple(record.row["errors"])})


def made_from(study: Study, records: Sequence[Record], places: Places, inputs: dict[str, str]) -> str:
    """Hash of all that the study's tables and pages are made from; empty where a visit could not be kept."""
    if not all(record.settled for record in records):
        return ""
    parts = {
        "study": [study.name, study.errors, study.notes, inputs],
        "settings": study.settings.model_dump_json(),
        "script": places.shared_script,
        "package": cache.package_hash(),
        "versions": cache.versions(),
        "visits": [(record.name, record.key) for record in records],
    }
    return hashlib.sha256(cache.compact_json(parts)).hexdigest()


def study_inputs(study: Study) -> dict[str, str]:
    """SHA-256 of the study's own tables."""
    return {name: cache.sha256_of(study.folder / name) for name in study.inputs}


def write_manifest(
    study: Study, records: Sequence[Record], places: Places, inputs: dict[str, str], outputs: dict[str, str]
) -> str:
    """Where every output comes from, by names relative to the study and to the output folders; its SHA-256."""
    digest = hashlib.sha256()
    with replacing(places.tables / MANIFEST) as part, part.open("wb") as file:
        for piece in _manifest(study, records, places, inputs, outputs):
            file.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def _manifest(
    study: Study, records: Sequence[Record], places: Places, inputs: dict[str, str], outputs: dict[str, str]
) -> Iterator[bytes]:
    """The manifest in pieces, a line for each visit, so that never all of them are held."""
    about = {
        "study": study.name,
        "versions": cache.versions(),
        "package": cache.package_hash(),
        "settings": study.settings.model_dump(mode="json"),
        "inputs": inputs | {name: sha256 for record in records for name, sha256 in record.inputs.items()},
        "outputs": outputs | {record.report: record.report_sha256 for record in records if record.report},
        "sessions": [],
        "errors": study.errors,
        "notes": study.notes,
    }
    before, mark, after = cache.to_json(about).partition(_NO_SESSIONS)
    yield before + (mark.replace(b"],\n", b"") if records else mark)
    for number, record in enumerate(records):
        yield (b",\n  " if number else b"\n  ") + manifest_line(places.kept, record)
    yield (b"\n ],\n" if records else b"") + after


def read_manifest(places: Places) -> dict[str, Any]:
    """The last run's manifest; empty where there is none that can be read."""
    try:
        found = json.loads((places.tables / MANIFEST).read_bytes())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def earlier_reports(places: Places) -> set[str]:
    """Reports that the last run's manifest names."""
    try:
        return {str(session["report"]) for session in read_manifest(places)["sessions"]}
    except (KeyError, TypeError):
        return set()
