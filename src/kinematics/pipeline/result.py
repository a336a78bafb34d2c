"""What a run made, in values and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinematics.pipeline.keeping import outputs
from kinematics.pipeline.keeping.kept import Record
from kinematics.pipeline.keeping.places import Places
from kinematics.store import count_rows
from kinematics.study import Study


@dataclass(frozen=True)
class RunResult:
    """
    What a run made.

    Attributes
    ----------
    name : str
        Of the study.
    n_sessions, n_strides, n_excluded : int
        Sessions, valid strides, and rows of the table of exclusions (0 for a shard, which writes no tables).
    failed : tuple of str
        Sessions with at least one error, `<participant>_<session>`.
    errors : tuple of str
        Every sentence: the study's own, then the sessions'.
    notes : tuple of str
        What was read and is not used.
    processed, reports : Path or str
        Folders of the tables and of the reports, or their addresses.
    n_kept : int
        Sessions taken over from an earlier run, as nothing of theirs had changed.
    shard : str
        I/N of a run that did a part of the sessions; else empty.
    """

    name: str
    n_sessions: int
    n_strides: int
    n_excluded: int
    failed: tuple[str, ...]
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    processed: Path | str
    reports: Path | str
    n_kept: int
    shard: str = ""

    @property
    def exit_code(self) -> int:
        """0 all well, 1 something failed, 2 nothing could be done."""
        if not self.errors and (self.n_sessions or self.shard):
            return 0
        return 1 if self.n_strides else 2

    def __str__(self) -> str:
        lines = [
            f"Study {self.name}{f', shard {self.shard}' if self.shard else ''}: {_count(self.n_sessions, 'session')}"
            f"{self._kept}; {_count(self.n_strides, 'stride')}{self._left_out}."
        ]
        if not self.shard:
            lines.append(f"Tables:  {_shown(self.processed)}")
            lines.append(f"Reports: {_shown(self.reports)}/{outputs.INDEX}")
        lines += [f"Note: {note}" for note in self.notes]
        lines += [f"{_count(len(self.errors), 'error')}:"] if self.errors else []
        lines += [f"  {error}" for error in self.errors]
        if self.shard:
            lines.append("When all shards are done, the same command without --shard writes the tables and the index.")
        return "\n".join(lines)

    @property
    def _kept(self) -> str:
        return f", {self.n_kept} of them unchanged since the last run" if self.n_kept else ""

    @property
    def _left_out(self) -> str:
        return "" if self.shard else f", {self.n_excluded} left out"


def _shown(place: Path | str) -> str:
    return place.as_posix() if isinstance(place, Path) else place


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def result_of(study: Study, records: Sequence[Record], places: Places, shard: str) -> RunResult:
    """The result of a run that has written what it had to write."""
    rows = [outputs.index_row(record) for record in records]
    return RunResult(
        study.name,
        len(records),
        sum(row.n_strides for row in rows),
        0 if shard else count_rows(places.tables / "excluded.parquet"),
        tuple(record.name for record, row in zip(records, rows, strict=True) if row.errors),
        study.errors + tuple(error for row in rows for error in row.errors),
        study.notes,
        places.tables,
        places.reports,
        sum(record.taken_over for record in records),
        shard,
    )
