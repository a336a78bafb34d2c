"""One run over a study's visits, wherever they are worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinematics.files import sweep
from kinematics.pipeline.keeping import kept, outputs
from kinematics.pipeline.keeping.kept import Record
from kinematics.pipeline.keeping.places import MANIFEST
from kinematics.pipeline.keeping.stamps import Index, own_stamp, write_index
from kinematics.pipeline.keeping.streams import Tables, tables_of
from kinematics.pipeline.work import Plan, together
from kinematics.pipeline.workers import cluster
from kinematics.pipeline.workers.chunks import chunked
from kinematics.pipeline.workers.cores import shared_out
from kinematics.pipeline.workers.making import Make, MakeAndKeep, Visit, write_made
from kinematics.pipeline.workers.pool import in_processes, one_by_one
from kinematics.pipeline.workers.remote import Depot, Fetching, Origin
from kinematics.store import TABLES


@dataclass
class Run:
    """
    One run over a study's visits.

    Attributes
    ----------
    plan : Plan
    cores : int or None
        Of this machine, where no client of a scheduler is given; None for this process, which reads ahead.
    progress : bool
    origin : Origin or None
        Where the study's files are fetched from.
    depots : sequence of Depot
        Where what is written is put as well.
    client : distributed.Client or None
    """

    plan: Plan
    cores: int | None
    progress: bool
    origin: Origin | None = None
    depots: Sequence[Depot] = ()
    client: Any = None

    def shard(self, wanted: Sequence[int]) -> list[Record]:
        """The visits' records, their reports and what is kept of them written."""
        return list(self.in_order(wanted, *self.plan.look(wanted, self.cores or 1)))

    def whole(self, wanted: Sequence[int]) -> list[Record]:
        """As `shard`, then the study's own files; nothing is written where nothing has changed."""
        plan, places = self.plan, self.plan.places
        for place in (places.tables, places.reports, places.kept):
            sweep(place)
        done, work = plan.look(wanted, self.cores or 1)
        earlier = outputs.earlier_reports(places)
        if not work and self.unchanged(done):
            records = list(self.in_order(wanted, done, work))
            self.remove_stale(records, earlier)
            self.settle()
            return records
        with (
            tables_of(places, beside=self.cores != 1) as tables,
            closing(self.in_order(wanted, done, work)) as coming,
        ):
            records = list(self.added(coming, tables))
            written = tables.finish()
        self.finish(records, written)
        self.remove_stale(records, earlier)
        self.settle()
        return records

    def settle(self) -> None:
        """Puts all that was written where it belongs."""
        for depot in self.depots:
            depot.settle()

    def added(self, records: Iterable[Record], tables: Tables) -> Iterator[Record]:
        """The records, each added to the tables on its way."""
        for record in records:
            tables.add(record)
            yield record

    def in_order(self, wanted: Sequence[int], done: dict[int, Record], work: Sequence[Visit]) -> Generator[Record]:
        """Records of the visits in the study's order, worked on in whatever order."""
        from tqdm import tqdm

        study, places = self.plan.study, {visit.name: visit.place for visit in work}
        look = {"unit": "session", "desc": study.name, "disable": not self.progress}
        with closing(self.worked(work)) as coming, tqdm(total=len(wanted), initial=len(done), **look) as bar:
            for place in wanted:
                while place not in done:
                    record = next(coming)
                    done[places[record.name]] = self.arrived(record)
                    bar.update()
                yield done.pop(place)

    def arrived(self, record: Record) -> Record:
        """A record that has just come: what is kept of the visit, or what was made put where it belongs."""
        places = self.plan.places
        if record.taken_over:
            found = kept.load(places.kept, record.name)
            assert found is not None
            return replace(found, inputs=record.inputs)
        for path in (places.reports / record.report, kept.path_of(places.kept, record.name)):
            for depot in self.depots:
                if record.key and path.is_relative_to(depot.folder) and path.is_file():
                    depot.put(path)
        return record

    def worked(self, work: Sequence[Visit]) -> Generator[Record]:
        """Records of the visits to be worked on: by a cluster, or by processes where they are worth starting."""
        if self.client is not None:
            return self.by_cluster(work)
        task = self.fetching(MakeAndKeep(self.plan.places))
        shares = shared_out(1 if self.origin and self.origin.is_private else self.cores, len(work))
        if self.origin:  # a visit's files are here only while it is worked on
            shares = shares._replace(readers=0)
        if shares.processes == 1:
            return one_by_one(work, task, readers=shares.readers)
        chunks = [[work[number] for number in chunk] for chunk in chunked(together(work), shares.processes)]
        return in_processes(chunks, task, shares, looked_at_again=self.plan.looked_at_again)

    def by_cluster(self, work: Sequence[Visit]) -> Generator[Record]:
        """Records of visits that workers of a scheduler work on."""
        places, groups = self.plan.places, together(work)
        chunks = chunked(groups, cluster.n_workers(self.client), cluster.LARGEST_CHUNK)
        return cluster.on_cluster(
            [[work[number] for number in chunk] for chunk in chunks],
            self.fetching(Make(places.debug, places.shared_script)),
            self.client,
            write=lambda made: write_made(made, places),
            looked_at_again=self.plan.looked_at_again,
        )

    def fetching(self, task: Any) -> Any:
        """The task, its files fetched first where the study lies behind an address."""
        return Fetching(task, self.origin) if self.origin else task

    def unchanged(self, done: dict[int, Record]) -> bool:
        """Whether the study's own files are made from just these records and lie there as they were written."""
        plan, places = self.plan, self.plan.places
        records = [done[place] for place in sorted(done)]
        now = outputs.made_from(plan.study, records, places, outputs.study_inputs(plan.study))
        return (
            bool(now)
            and plan.index.made_from == now
            and all(plan.index.known_output(path.name, path) for path in self.own_files())
        )

    def own_files(self) -> list[Path]:
        """The study's tables, manifest and pages."""
        places = self.plan.places
        tables = [places.tables / name for name in (*(f"{name}.parquet" for name in TABLES), MANIFEST)]
        return tables + [places.reports / name for name in outputs.page_names(places)]

    def finish(self, records: Sequence[Record], written: dict[str, str]) -> None:
        """Writes what stands beside the tables, then what the next run may trust."""
        plan, places, study = self.plan, self.plan.places, self.plan.study
        inputs = outputs.study_inputs(study)
        written = written | outputs.write_pages(study, records, places)
        manifest = outputs.write_manifest(study, records, places, inputs, written)
        own = written | {MANIFEST: manifest}
        known = {path.name: (own_stamp(path), own[path.name]) for path in self.own_files()}
        for record in records:
            if record.settled:
                file = kept.path_of(places.kept, record.name)
                known[file.name] = own_stamp(file), record.key
                known[record.report] = own_stamp(places.reports / record.report), record.report_sha256
        hashes = {name: sha256 for record in records for name, sha256 in record.inputs.items()}
        stamps = {name: (now, hashes[name]) for name, now in plan.stamps.items() if now and name in hashes}
        write_index(places.kept, Index(stamps, known, outputs.made_from(study, records, places, inputs)))

    def remove_stale(self, records: Sequence[Record], earlier: set[str]) -> None:
        """Removes reports of sessions that are gone, then what was kept of them; the user's own files stay."""
        places, names = self.plan.places, {record.name for record in records}
        gone = earlier | {f"{name}.html" for name in kept.others(places.kept, names)}
        for name in gone - {record.report for record in records}:
            if outputs.REPORT.fullmatch(name):
                (places.reports / name).unlink(missing_ok=True)
        kept.prune(places.kept, names)
