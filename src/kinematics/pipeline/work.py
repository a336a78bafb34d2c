"""Which visits of a study are done already, and which are to be worked on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinematics.pipeline.keeping import kept
from kinematics.pipeline.keeping.cache import input_names, report_key, session_key, sha256_of
from kinematics.pipeline.keeping.kept import Record
from kinematics.pipeline.keeping.places import Places
from kinematics.pipeline.keeping.stamps import Index, stamp
from kinematics.pipeline.workers.chunks import by_person
from kinematics.pipeline.workers.making import Visit
from kinematics.study import Session, Study


@dataclass
class Plan:
    """
    A study's visits before they are worked on.

    Attributes
    ----------
    study : Study
    places : Places
    index : Index
        What the last finished run knew of its files.
    names : list of list of str
        Files that each visit comes from.
    stamps, known : dict
        Name of each file -> its stamp; its SHA-256 where the stamp is the one it had.
    earlier : list of list of int
        Places of the visits that each visit's report shows beside it.
    """

    study: Study
    places: Places
    index: Index
    names: list[list[str]] = field(init=False)
    stamps: dict[str, str] = field(init=False)
    known: dict[str, str] = field(init=False)
    earlier: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        sessions = self.study.sessions
        self.names = [input_names(session) for session in sessions]
        folder = str(self.study.folder)
        self.stamps = {name: "" for names in self.names for name in names}
        self.stamps = {name: stamp(f"{folder}/{name}") for name in self.stamps}
        known = {name: self.index.known_input(name, now) for name, now in self.stamps.items()}
        self.known = {name: sha256 for name, sha256 in known.items() if sha256}
        self.earlier = earlier_places(sessions)

    def look(self, wanted: Sequence[int], cores: int) -> tuple[dict[int, Record], list[Visit]]:
        """Records of the visits where nothing has changed, by place, and the visits to be worked on."""
        with ThreadPoolExecutor(cores) as pool:
            found = dict(zip(wanted, pool.map(self._kept, wanted), strict=True))
        own = {place: self._own_key(place) for place in {*wanted, *(one for at in wanted for one in self.earlier[at])}}
        done, work = {}, []
        for place, record in found.items():
            keys = [own[place], *(own[before] for before in self.earlier[place])]
            now = report_key(keys[0], keys[1:], self.places.shared_script) if all(keys) else ""
            if record is not None and record.key == now:
                done[place] = record
            else:
                work.append(self._visit(place, record.key if record is not None and not now else ""))
        return done, work

    def looked_at_again(self, visit: Visit) -> Visit:
        """The visit with what is kept of it by now."""
        record = self._kept(visit.place)
        return replace(visit, kept_key=record.key if record is not None else "")

    def _visit(self, place: int, kept_key: str) -> Visit:
        shown = [place, *self.earlier[place]]
        sessions = [self.study.sessions[one] for one in shown]
        names = tuple(sorted({name for one in shown for name in self.names[one]}))
        known = {name: self.known[name] for name in names if name in self.known}
        return Visit(place, sessions[0], tuple(sessions[1:]), known, kept_key, names)

    def _own_key(self, place: int) -> str:
        """Key of a visit all of whose files are known; else empty."""
        inputs = {name: self.known.get(name, "") for name in self.names[place]}
        return session_key(self.study.sessions[place], inputs) if all(inputs.values()) else ""

    def _kept(self, place: int) -> Record | None:
        """What is kept of a visit if it is whole, settled, and its report lies there unchanged."""
        return kept_whole(self.places, self.study.sessions[place].name, self.index)


def kept_whole(places: Places, name: str, index: Index) -> Record | None:
    """What is kept under a visit's name if it is whole, settled, and its report lies there unchanged."""
    record = kept.load(places.kept, name)
    if record is None or not record.settled or Path(record.report).name != f"{name}.html":
        return None
    file = kept.path_of(places.kept, name)
    if not (index.known_output(file.name, file) or kept.is_whole(places.kept, name)):
        return None
    report = places.reports / record.report
    lies = index.known_output(record.report, report) or sha256_of(report)
    return record if lies == record.report_sha256 else None


def earlier_places(sessions: Sequence[Session]) -> list[list[int]]:
    """Places of the same person's visits that each visit's report shows beside it, oldest first."""
    from kinematics.report.visit import EARLIER_VISITS, earlier_visits

    found: list[list[int]] = [[] for _ in sessions]
    for group in by_person(sessions):
        for number, place in enumerate(group):
            near = group[max(0, number - EARLIER_VISITS) : number]
            wanted = earlier_visits([sessions[one] for one in near], sessions[place])
            found[place] = [one for one in near if any(sessions[one] is visit for visit in wanted)]
    return found


def together(visits: Iterable[Visit]) -> list[list[int]]:
    """Numbers of the visits, those of a person together."""
    return by_person([visit.session for visit in visits])
