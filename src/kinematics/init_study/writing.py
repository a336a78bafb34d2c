"""The study's tables as far as files and names tell them; what a person wrote stays as it is."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.exam import EXAM_COLUMNS
from kinematics.files import write_whole
from kinematics.init_study.files import Found, beside, find_files, static_of
from kinematics.init_study.form import FORM, intake_form
from kinematics.init_study.recordings import with_recordings
from kinematics.intake import COLUMNS as INTAKE_COLUMNS
from kinematics.study.files import trial_name
from kinematics.study.trials import PARTICIPANT_COLUMNS, PARTICIPANT_EXTRAS, TRIAL_COLUMNS, TRIAL_EXTRAS
from kinematics.tables import read_table

SETTINGS = """\
# Settings of this study; docs/settings.md has them all. A line that begins with # says nothing.

[exam]
# Which way the modified Thomas test is written: "below" where a thigh below the horizontal is a positive number,
# "above" where it is a negative one. Thomas rows are refused until this is set.
# thomas_positive = "below"
"""
COLUMNS = TRIAL_COLUMNS + TRIAL_EXTRAS
MOST_NAMED = 12


@dataclass(frozen=True)
class Started:
    """
    What `init_study` did.

    Attributes
    ----------
    written, kept : tuple of str
        Tables that were written; tables that were there and were not touched.
    trials : tuple of dict
        Rows of trials.csv for the files found, those included that a kept table already has.
    notes : tuple of str
        What to complete and what was left out, one sentence each.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]
    trials: tuple[dict[str, str], ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"Written: {', '.join(self.written) or 'nothing'}."]
        lines += [f"Left as they are: {', '.join(self.kept)}."] if self.kept else []
        lines += [f"Trials found: {len(self.trials)}.", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines)


def init_study(folder: Path | str) -> Started:
    """
    Write participants.csv, trials.csv, exam.csv, intake.csv, study.toml and a printable intake form into a folder.

    Motion files are told by content; participant, visit, task and speed come from their names and folders (task from
    the data where the name has none). Force and event files and standing trials are paired with them. What is not
    known stays empty.

    Parameters
    ----------
    folder : Path or str

    Returns
    -------
    Started
        `print` says what to complete.

    Raises
    ------
    DataError
        Where there is no such folder, no recording in it, or trials.csv is there and cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError("there is no such folder.", file=folder.name, remedy="Give the folder with the motion files.")
    found = with_recordings(folder, find_files(folder))
    motion, twins = _without_twins([one for one in found if one.role == "motion"])
    if not motion:
        raise DataError(
            f"no file of a known format with a whole recording lies in it ({len(found)} files looked at).",
            file=folder.name,
            remedy="Run kinematics inspect on one of the files; docs/formats.md lists the formats.",
        )
    rows = tuple(_row(one, found) for one in motion)
    listed = _listed(folder / "trials.csv")
    tables = {
        "participants.csv": _csv(PARTICIPANT_COLUMNS + PARTICIPANT_EXTRAS, _people(motion)),
        "trials.csv": _csv(COLUMNS, rows),
        "exam.csv": _csv(EXAM_COLUMNS, ()),
        "intake.csv": _csv(INTAKE_COLUMNS, ()),
        "study.toml": SETTINGS,
        FORM: intake_form(),
    }
    kept = tuple(name for name in tables if (folder / name).exists())
    for name in tables.keys() - set(kept):
        write_whole(folder / name, tables[name].encode())
    written = tuple(name for name in tables if name not in kept)
    return Started(written, kept, rows, tuple(_notes(motion, rows, found, twins, listed)))


def _row(one: Found, found: Sequence[Found]) -> dict[str, str]:
    speed = one.told.speed_m_s
    static = one.task == "static"
    return {
        "participant": one.told.participant,
        "session": one.told.session,
        "task": one.task,
        "speed_m_s": "" if math.isnan(speed) or static else f"{speed:g}",
        "file": one.path.as_posix(),
        "static_file": "" if static or one.kind == "angles" else static_of(one, found),
        "forces_file": "" if static else beside(one, found, "forces"),
        "events_file": "" if static else beside(one, found, "events"),
    }


def _without_twins(motion: Sequence[Found]) -> tuple[list[Found], list[Found]]:
    """One file for each stem of a visit, angles before markers; and the others."""
    order = sorted(motion, key=lambda one: (one.kind != "angles", one.path))
    chosen: dict[tuple[str, str, str], Found] = {}
    for one in order:
        chosen.setdefault((one.told.participant, one.told.session, trial_name(one.path.as_posix())), one)
    kept = set(map(id, chosen.values()))
    return [one for one in motion if id(one) in kept], [one for one in motion if id(one) not in kept]


def _people(motion: Iterable[Found]) -> list[dict[str, str]]:
    return [{"participant": name} for name in sorted({one.told.participant for one in motion})]


def _listed(path: Path) -> set[str] | None:
    """Files that an existing trials.csv names; None where there is no such table."""
    if not path.exists():
        return None
    table = read_table(path, required=TRIAL_COLUMNS, optional=TRIAL_EXTRAS)
    return {
        row.text(name).rstrip("/")
        for row in table.rows
        for name in ("file", "static_file", "forces_file", "events_file")
    }


def _notes(
    motion: list[Found],
    rows: Sequence[dict[str, str]],
    found: Sequence[Found],
    twins: list[Found],
    listed: set[str] | None,
) -> Iterable[str]:
    new = [row for row in rows if listed is not None and row["file"] not in listed]
    if new:
        yield "trials.csv was there; rows that it does not have yet:\n" + _csv(COLUMNS, new).rstrip()
    moving = [row for row in rows if row["task"] != "static"]
    yield from _named("task not told, to be filled in", (row["file"] for row in rows if not row["task"]))
    yield from _named("speed_m_s not told, to be filled in", (row["file"] for row in moving if not row["speed_m_s"]))
    yield from _named(
        "no standing trial told; a marker trial needs one (static_file)",
        (
            one.path.as_posix()
            for one, row in zip(motion, rows, strict=True)
            if one.kind == "markers" and one.task != "static" and not row["static_file"]
        ),
    )
    yield from _named(
        "the file says no sampling rate, to be filled in (rate_hz)",
        (one.path.as_posix() for one in motion if one.rate_missing),
    )
    used = {name for row in rows for name in row.values()}
    yield from _named(
        "forces or events that belong to no trial by their name",
        (one.path.as_posix() for one in found if one.role in ("forces", "events") and one.path.as_posix() not in used),
    )
    yield from _named("the same trial in another format, left out", (one.path.as_posix() for one in twins))
    yield from _named(
        "one sensor alone, left out; a recording needs pelvis and thighs",
        (one.path.as_posix() for one in found if one.role == "sensor"),
    )
    yield from (f"Left out: {one.path.as_posix()}: {one.error}" for one in found if not one.role and one.error)
    yield (
        "Participants, visits and speeds were told from names: check them, and complete participants.csv and exam.csv; "
        f"{FORM} can be printed."
    )


def _named(what: str, names: Iterable[str]) -> list[str]:
    files = list(names)
    more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    return [f"{what[0].upper()}{what[1:]}: {', '.join(files[:MOST_NAMED])}{more}."] if files else []


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
