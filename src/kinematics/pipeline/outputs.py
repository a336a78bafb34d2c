"""The study's own files from its sessions' parts: tables, index, cohort page, manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kinematics.files import write_whole
from kinematics.pipeline import cache
from kinematics.pipeline.cache import Record
from kinematics.pipeline.work import Places
from kinematics.store import TABLES, write_table
from kinematics.study import Study

if TYPE_CHECKING:
    from kinematics.report import IndexRow

INDEX, COHORT, MANIFEST = "index.html", "cohort.html", "manifest.json"
#: What the name of a session's report looks like; nothing else is ever removed.
REPORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*_[A-Za-z0-9._-]+\.html")


def write_tables(records: Sequence[Record], places: Places) -> None:
    """The sessions' parts of each table, below each other."""
    for name in TABLES:
        write_table(places.tables / f"{name}.parquet", name, (record.table(name) for record in records))


def shared_script(linked: bool) -> str:
    """Name of the script that linked reports share; empty where they are not linked."""
    from kinematics.report import plotly_file

    return plotly_file() if linked else ""


def write_pages(study: Study, records: Sequence[Record], places: Places) -> None:
    """The index and the cohort page; the ledger is read from its table."""
    from kinematics.report import render_cohort, render_index, write_shared_script

    style = study.settings.report
    if places.shared_script:
        write_shared_script(places.reports)
    index = render_index(study.name, [index_row(record) for record in records], errors=study.errors, report=style)
    ledger = pd.read_parquet(places.tables / "ledger.parquet")
    write_whole(places.reports / COHORT, render_cohort(study.name, ledger, report=style).encode())
    write_whole(places.reports / INDEX, index.encode())


def index_row(record: Record) -> IndexRow:
    """The session's line in the index."""
    from kinematics.report import IndexRow

    return IndexRow(**{**record.about["row"], "errors": tuple(record.about["row"]["errors"])})


def write_manifest(study: Study, records: Sequence[Record], places: Places) -> None:
    """Where every output comes from: names relative to the study and to the output folders."""
    write_whole(places.tables / MANIFEST, cache.to_json(_manifest(study, records, places)))


def _manifest(study: Study, records: Sequence[Record], places: Places) -> dict[str, Any]:
    inputs = {name: cache.sha256_of(study.folder / name) for name in study.inputs}
    for record in records:
        inputs.update(record.about["inputs"])
    outputs = {f"{name}.parquet": cache.sha256_of(places.tables / f"{name}.parquet") for name in TABLES}
    outputs |= {
        name: cache.sha256_of(places.reports / name) for name in (INDEX, COHORT, *filter(None, [places.shared_script]))
    }
    outputs |= {facts["report"]: facts["report_sha256"] for facts in (one.about for one in records) if facts["report"]}
    return {
        "study": study.name,
        "versions": cache.versions(),
        "settings": study.settings.model_dump(mode="json"),
        "inputs": inputs,
        "outputs": outputs,
        "sessions": [_session_facts(record) for record in records],
        "errors": study.errors,
        "notes": study.notes,
    }


def _session_facts(record: Record) -> dict[str, Any]:
    facts, row = record.about, record.about["row"]
    return {
        "participant": row["participant"],
        "session": row["session"],
        "report": facts["report"],
        "trials": facts["trials"],
        "options_version": facts["options_version"],
        "errors": row["errors"],
    }


def earlier_reports(places: Places) -> set[str]:
    """Reports that the last run's manifest names."""
    try:
        manifest = json.loads((places.tables / MANIFEST).read_bytes())
        return {str(session["report"]) for session in manifest["sessions"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
