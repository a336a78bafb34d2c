"""A whole study: every session on its own, then the tables, the index and the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinematics.files import sweep
from kinematics.pipeline import cache, outputs
from kinematics.pipeline.cache import Record
from kinematics.pipeline.work import Places, records
from kinematics.store import count_rows
from kinematics.study import Study, read_study


@dataclass(frozen=True)
class RunResult:
    """
    What a run made.

    Attributes
    ----------
    name : str
        Of the study.
    n_sessions, n_strides, n_excluded : int
        Sessions, valid strides, and rows of the table of exclusions.
    failed : tuple of str
        Sessions with at least one error, `<participant>_<session>`.
    errors : tuple of str
        Every sentence: the study's own, then the sessions'.
    notes : tuple of str
        What was read and is not used.
    processed, reports : Path
        Folders of the tables and of the reports.
    n_kept : int
        Sessions taken over from an earlier run, as nothing of theirs had changed.
    """

    name: str
    n_sessions: int
    n_strides: int
    n_excluded: int
    failed: tuple[str, ...]
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    processed: Path
    reports: Path
    n_kept: int

    @property
    def exit_code(self) -> int:
        """0 all well, 1 something failed, 2 nothing could be done."""
        if not self.errors and self.n_sessions:
            return 0
        return 1 if self.n_strides else 2

    def __str__(self) -> str:
        kept = f", {self.n_kept} of them unchanged since the last run" if self.n_kept else ""
        lines = [
            f"Study {self.name}: {_count(self.n_sessions, 'session')}{kept}; {_count(self.n_strides, 'stride')}, "
            f"{self.n_excluded} left out.",
            f"Tables:  {self.processed.as_posix()}",
            f"Reports: {(self.reports / outputs.INDEX).as_posix()}",
        ]
        lines += [f"Note: {note}" for note in self.notes]
        lines += [f"{_count(len(self.errors), 'error')}:"] if self.errors else []
        return "\n".join(lines + [f"  {error}" for error in self.errors])


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def run_study(
    folder: Path | str,
    *,
    processed: Path | str = "data/processed",
    reports: Path | str = "reports",
    jobs: int = 1,
    progress: bool = True,
    debug: bool = False,
    linked: bool = False,
) -> RunResult:
    """
    Tables and reports of a whole study.

    Writes `<processed>/<study>/` strides, curves, ledger, options and excluded as Parquet with manifest.json, and
    `<reports>/<study>/` index.html, cohort.html and one report per session. Sessions of which nothing changed since
    the last run (rows, files, settings, package, libraries) are taken over; the outputs are the same bytes either way.

    Parameters
    ----------
    folder : Path or str
        The study folder.
    processed, reports : Path or str
        Folders in which the study's own folders are made.
    jobs : int
        Sessions worked on at the same time.
    progress : bool
        Whether a progress bar is shown on the error stream.
    debug : bool
        Whether the trace of an internal error is shown on the error stream.
    linked : bool
        Whether the reports share one script file beside them, and are then below 400 kB each, instead of holding it.

    Raises
    ------
    DataError
        Where the study cannot be read at all. Whatever else goes wrong has its sentence in the result.
    """
    study = read_study(folder)
    places = Places(Path(processed) / study.name, Path(reports) / study.name, debug, outputs.shared_script(linked))
    for place in (places.tables, places.reports):
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
    done, n_kept = records(study, places, jobs, progress)
    earlier = outputs.earlier_reports(places)
    outputs.write_tables(done, places)
    outputs.write_pages(study, done, places)
    outputs.write_manifest(study, done, places)
    _remove_stale(done, places, earlier)
    return _result(study, done, places, n_kept)


def _remove_stale(done: Sequence[Record], places: Places, earlier: set[str]) -> None:
    """Removes reports of sessions that are gone, then what was kept of them; the user's own files stay."""
    keep = {record.folder.name for record in done}
    gone = (earlier | cache.reports_of_others(places.kept, keep)) - {record.about["report"] for record in done}
    for name in gone:
        if outputs.REPORT.fullmatch(name):
            (places.reports / name).unlink(missing_ok=True)
    cache.prune(places.kept, keep)


def _result(study: Study, done: Sequence[Record], places: Places, n_kept: int) -> RunResult:
    rows = [outputs.index_row(record) for record in done]
    return RunResult(
        study.name,
        len(done),
        sum(row.n_strides for row in rows),
        count_rows(places.tables / "excluded.parquet"),
        tuple(record.name for record, row in zip(done, rows, strict=True) if row.errors),
        study.errors + tuple(error for row in rows for error in row.errors),
        study.notes,
        places.tables,
        places.reports,
        n_kept,
    )
