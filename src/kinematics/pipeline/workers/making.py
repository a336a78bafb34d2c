"""One visit worked through, wherever that happens: its assessment, its report, its rows of every table."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from kinematics.files import noting_hashes, write_unforced
from kinematics.pipeline.keeping.cache import input_hashes, input_names, report_key, session_key, sha256_of
from kinematics.pipeline.keeping.kept import Record, keep, packed
from kinematics.pipeline.keeping.places import Places
from kinematics.study import Session

if TYPE_CHECKING:
    from kinematics.assessment import Assessment


@dataclass(frozen=True)
class Visit:
    """
    A visit to be worked on.

    Attributes
    ----------
    place : int
        Its place among the study's visits.
    session : Session
    earlier : tuple of Session
        The same person's visits that its report shows beside it.
    known : dict
        Name of an input -> its SHA-256, where it need not be read for that.
    kept_key : str
        Key of what is kept of it, whole and with its report; empty where there is nothing.
    names : tuple of str
        Every file that is read for it.
    """

    place: int
    session: Session
    earlier: tuple[Session, ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    kept_key: str = ""
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`<participant>_<session>`."""
        return self.session.name


@dataclass(frozen=True)
class Made:
    """A visit's results as bytes: what is kept of it, and its report; both empty where they are as they were."""

    record: Record
    kept: bytes = b""
    page: bytes = b""


def make(visit: Visit, *, debug: bool, shared_script: str) -> Made:
    """
    The visit's results, or only the record where what is kept of it is still right.

    Nothing is written. Files are read once: their hashes come from the reading.
    """
    if visit.kept_key:
        inputs = input_hashes(visit.session, visit.known)
        own = [session_key(one, input_hashes(one, visit.known)) for one in (visit.session, *visit.earlier)]
        if report_key(own[0], own[1:], shared_script) == visit.kept_key:
            record = Record(visit.name, visit.kept_key, {}, inputs, "", "", settled=True, taken_over=True)
            return Made(record)
    return _made(visit.session, visit.earlier, debug, shared_script)


@dataclass(frozen=True)
class Make:
    """As `make`, for a machine from which the results travel."""

    debug: bool
    shared_script: str

    def __call__(self, visit: Visit) -> Made:
        return make(visit, debug=self.debug, shared_script=self.shared_script)

    def lost(self, visit: Visit) -> Record:
        """What stands for a visit that ends its process."""
        return lost(visit)


@dataclass(frozen=True)
class MakeAndKeep:
    """As `make`, the results written where they belong: the report first, then what proves it."""

    places: Places

    def __call__(self, visit: Visit) -> Record:
        made = make(visit, debug=self.places.debug, shared_script=self.places.shared_script)
        write_made(made, self.places)
        return made.record

    def lost(self, visit: Visit) -> Record:
        """What stands for a visit that ends its process."""
        return lost(visit)


def write_made(made: Made, places: Places) -> None:
    """Writes a visit's report, then what is kept of it."""
    if made.page:
        write_unforced(places.reports / made.record.report, made.page)
    if made.kept:
        keep(places.kept, made.record.name, made.kept)


def _made(session: Session, earlier: Sequence[Session], debug: bool, shared_script: str) -> Made:
    from kinematics.pipeline.visits.parts import about, tables
    from kinematics.report import render_report

    before = [_assessed(one, debug) for one in earlier]
    assessment, troubles, inputs = _assessed(session, debug)
    rows, page = tables(assessment), ""  # rows first: the report makes frames of the strides
    try:
        page = render_report(assessment, earlier=tuple(one for one, _, _ in before), shared_script=shared_script)
    except Exception as error:
        sentence = troubles(error, "writing the report")
        assessment = replace(assessment, session=assessment.session.noting(sentence))
    content, report = page.encode(), f"{session.name}.html" if page else ""
    hashes = [inputs, *(found for _, _, found in before)]
    own = [session_key(one, found) for one, found in zip((session, *earlier), hashes, strict=True)]
    facts = about(assessment)
    record = Record(
        session.name,
        report_key(own[0], own[1:], shared_script),
        {**facts.pop("row"), "href": report},
        inputs,
        report,
        hashlib.sha256(content).hexdigest() if page else "",
        settled=not troubles.seen,
    )
    return Made(record, packed(record, facts, rows), content)


@lru_cache(maxsize=4)
def _assessed(session: Session, debug: bool) -> tuple[Assessment, _Troubles, dict[str, str]]:
    """
    The session's assessment and the hashes of the files it came from.

    The last few are held, as the next visit of the person asks for them again.
    """
    from kinematics.pipeline.visits.visit import assess_despite

    troubles = _Troubles(session.name, debug)
    with noting_hashes() as noted:
        assessment = assess_despite(session, troubles)
    paths = {name: session.folder / name for name in input_names(session)}
    inputs = {
        name: noted[str(path)].result() if str(path) in noted else sha256_of(path) for name, path in paths.items()
    }
    return assessment, troubles, inputs


@dataclass
class _Troubles:
    """Turns unforeseen errors of one session into sentences, without a trace or a path in them."""

    name: str
    debug: bool
    seen: int = 0

    def __call__(self, error: Exception, doing: str) -> str:
        self.seen += 1
        if self.debug:
            traceback.print_exception(error, file=sys.stderr)
        return f"{self.name}: internal error ({type(error).__name__}) while {doing}; please report it."


def lost(visit: Visit) -> Record:
    """What stands for a visit whose process was ended from outside, again where it was tried alone."""
    from kinematics.report import IndexRow

    sentence = (
        f"{visit.name}: the process that worked on it was ended from outside, again when it was tried alone, perhaps "
        "for want of memory. The other visits are done; the same command tries this one again."
    )
    session = visit.session
    errors = (*session.errors, sentence)
    row = asdict(IndexRow(session.participant.participant, session.session, "", "", "", "", 0, errors))
    facts = {"trials": [], "options_version": ""}
    inputs = input_hashes(session, visit.known)
    return Record(visit.name, "", row, inputs, "", "", settled=False, facts=facts)
