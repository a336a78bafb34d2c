"""One session from its files to its assessment; a trial that fails harms itself alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn, TypeVar

import pandas as pd

import kinematics
from kinematics.angles import Angles, hip_angles, standing_deg
from kinematics.assessment import Assessment, TrialResult
from kinematics.conventions import LEDGER_COLUMNS, DataError
from kinematics.events import foot_events
from kinematics.exam.columns import frame
from kinematics.exercises import Options, session_options
from kinematics.gates import gates
from kinematics.intake import standing_tilt
from kinematics.ledger import functional_range
from kinematics.ledger.compare import ledger_columns
from kinematics.pipeline.visits.ahead import trial_of
from kinematics.pipeline.visits.beside import beside, joined, own_figures
from kinematics.pipeline.visits.long_wear import read_worn, strides_of_bouts, worn_long
from kinematics.store import OPTION_COLUMNS
from kinematics.strides import Strides, segment_strides
from kinematics.study import Session, TrialEntry
from kinematics.study.files import FOLDER, present_files
from kinematics.trial import Trial

if TYPE_CHECKING:
    from kinematics.models.inertial import Calibration

GAITS = ("run", "walk")
SENSORS = ("imu", "orientations")
#: Turns an unforeseen error and what was being done into a sentence.
Trouble = Callable[[Exception, str], str]
Result = TypeVar("Result")


def assess(session: Session) -> Assessment:
    """
    Everything about one visit: strides of each trial, used against available range, options to consider.

    A trial that cannot be used has its sentence in `TrialResult.error`; the others go on. The visit's static trial
    stands in for an empty `static_file` where the visit has exactly one.

    Parameters
    ----------
    session : Session
        From `read_study(folder).session(participant, session)`.
    """
    return assess_despite(session, _raised)


def trial_results(session: Session) -> tuple[TrialResult, ...]:
    """What became of each trial of a visit, without what is made of them."""
    visit = _Visit(session, _raised)
    return tuple(visit.result(entry) for entry in session.trials)


def _raised(error: Exception, doing: str) -> NoReturn:
    raise error


def assess_despite(session: Session, trouble: Trouble) -> Assessment:
    """As `assess`, but an unforeseen error costs no more than its step: `trouble` gives the sentence for it."""
    visit = _Visit(session, trouble)
    trials = tuple(visit.result(entry) for entry in session.trials)
    moving = [trial.strides for trial in trials if trial.strides is not None]
    ledger = visit.attempt(
        "comparing used with available range",
        lambda: ledger_columns(
            moving,
            session.rows("exam").columns,
            about=beside(session, trials),
            functional=joined(visit.functional),
            settings=session.settings,
            **own_figures(session),
        ),
        lambda sentence: {},
    )
    options = visit.attempt(
        "looking for options",
        lambda: session_options(session, ledger, moving),
        _no_options,
    )
    table = frame(ledger) if ledger else pd.DataFrame(columns=[column.name for column in LEDGER_COLUMNS])
    return Assessment(session.noting(*visit.errors), trials, table, options, kinematics.__version__)


def _no_options(sentence: str) -> Options:
    table = pd.DataFrame(columns=[column.name for column in OPTION_COLUMNS])
    return Options("withheld", table, (sentence,), pd.DataFrame(columns=["what", "rule", "sentence"]), "")


@dataclass
class _Visit:
    """A session while it is worked on: each static trial, and the gait that shows sensors the way, is read once."""

    session: Session
    trouble: Trouble
    statics: dict[tuple, tuple[Trial, dict[str, float]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    functional: list[pd.DataFrame] = field(default_factory=list)
    worn: Trial | None = None

    def attempt(self, doing: str, step: Callable[[], Result], otherwise: Callable[[str], Result]) -> Result:
        """The step's result; where it fails, its sentence is kept and `otherwise` gives what stands in for it."""
        try:
            return step()
        except DataError as error:
            self.errors.append(str(error))
        except Exception as error:
            self.errors.append(self.trouble(error, doing))
        return otherwise(self.errors[-1])

    def result(self, entry: TrialEntry) -> TrialResult:
        """One trial's strides, or its sentence."""
        try:
            static, standing = self.static(entry)
            return TrialResult(entry, self.strides(entry, static), standing)
        except DataError as error:
            sentence = str(self.named(error, entry))
        except OSError as error:
            sentence = f"{entry.file}: the file cannot be read ({error.strerror or 'no reason given'})."
        except Exception as error:
            sentence = self.trouble(error, f"working on {entry.file}")
        return TrialResult(entry, None, {}, sentence)

    def strides(self, entry: TrialEntry, static: Trial | None) -> Strides | None:
        """Strides of a run or walk; None for a static trial and for a functional one, whose range is kept."""
        if entry.task == "static":
            return None
        trial = self.read(entry)
        if worn_long(trial):
            return strides_of_bouts(trial, static, partial(self.cut, static=static), self.session.settings)
        if entry.task in GAITS:
            self.keep(trial)
            return self.cut(trial, None, static)
        angles = self.angles(trial, static, self.gait(trial))
        keys = {"participant": entry.participant, "session": entry.session}
        self.functional.append(functional_range(angles, self.session.exam, **keys))
        return None

    def angles(self, trial: Trial, static: Trial | None, gait: Trial | Calibration | None) -> Angles:
        """Angles of one trial; those of sensors from the visit's own standing tilt where one was entered."""
        tilt = standing_tilt(self.session.intake) if trial.kind in SENSORS else None
        if tilt is None:
            return hip_angles(trial, static, gait=gait, settings=self.session.settings)
        found = hip_angles(trial, static, gait=gait, standing_tilt_deg=tilt.tilt_deg, settings=self.session.settings)
        return replace(found, passport=found.passport.noting(tilt.sentence))

    def cut(self, trial: Trial, gait: Calibration | None, static: Trial | None) -> Strides:
        """Strides of a walk or run, with what is doubtful of them in the passport."""
        angles = self.angles(trial, static, gait)
        events = foot_events(trial, angles, settings=self.session.settings)
        keys = {"participant": self.session.participant.participant, "session": self.session.session}
        found = segment_strides(angles, events, **keys)
        return found.noting(*gates(angles, found))

    def keep(self, trial: Trial) -> None:
        """Keeps the first walk or run with sensors, where the visit has a functional trial that needs it."""
        functional = any(row.task not in (*GAITS, "static") for row in self.session.trials)
        if self.worn is None and functional and trial.kind in SENSORS and not worn_long(trial):
            self.worn = trial

    def gait(self, trial: Trial) -> Trial | None:
        """A walk or run of the visit with the sensors of a functional trial: it shows where ahead is."""
        if trial.kind not in SENSORS:
            return None
        for row in self.session.trials:
            if self.worn is None and row.task in GAITS:
                with suppress(DataError, OSError):  # its own row says what is wrong with it
                    self.keep(self.read(row))
        return self.worn

    def static(self, entry: TrialEntry) -> tuple[Trial | None, dict[str, float]]:
        """The standing trial that belongs to `entry`, and its mean angles."""
        rows = [other for other in self.session.trials if other.task == "static"]
        if entry.task == "static":
            rows = [entry]
        elif entry.static_file:
            given = replace(entry, task="static", file=entry.static_file, forces_file="", events_file="")
            rows = [row for row in rows if row.file == entry.static_file] or [given]
        if len(rows) != 1:
            return None, {}
        key = (rows[0].file, rows[0].format, str(rows[0].rate_hz), rows[0].zero, rows[0].mapping)
        if key not in self.statics:
            trial = self.read(rows[0])
            self.statics[key] = trial, standing_deg(trial, settings=self.session.settings)
        return self.statics[key]

    def read(self, entry: TrialEntry) -> Trial:
        """The trial of one row of trials.csv, perhaps read ahead."""
        return trial_of(self.session, entry, read_entry)

    def named(self, error: DataError, entry: TrialEntry) -> DataError:
        """The error with its file's name relative to the study folder; files of `entry` come before others."""
        found = PurePosixPath((error.file or entry.file).replace("\\", "/"))
        folder = self.session.folder
        names = [name for row in (entry, *self.session.trials) for name in row.files]
        known = [*names, *(file for name in names for file in present_files(folder, name))]
        ends = (found.parts[-2:], found.parts[-1:])
        same = (name for end in ends for name in known if PurePosixPath(name).parts[-len(end) :] == end)
        return error.at(next(same, found.name).rstrip(FOLDER))


def read_entry(session: Session, entry: TrialEntry) -> Trial:
    """The trial of one row of trials.csv, with its files and what the row says of it."""
    folder = session.folder
    for name in entry.files:
        _check_is_there(folder, name)
    return read_worn(
        folder / entry.file,
        task=entry.task,
        speed_m_s=entry.speed_m_s,
        forces=folder / entry.forces_file if entry.forces_file else None,
        events=folder / entry.events_file if entry.events_file else None,
        format=entry.format or None,
        rate_hz=None if math.isnan(entry.rate_hz) else entry.rate_hz,
        zero=entry.zero or None,
        mapping=folder / entry.mapping if entry.mapping else None,
        settings=session.settings,
    )


def _check_is_there(folder: Path, name: str) -> None:
    """Refuses what is neither a file nor, where a folder is named, a folder."""
    path = folder / name
    if not path.exists():
        remedy = "Check the name in trials.csv, capital letters too."
        raise DataError("there is no such file in the study folder.", file=name, remedy=remedy)
    if not (path.is_dir() if name.endswith(FOLDER) else path.is_file()):
        raise DataError("this is not a file.", file=name, remedy="Name the file itself in trials.csv.")
