"""A study and its output folders as folders of this machine, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from kinematics.pipeline.keeping.cache import sha256_of
from kinematics.pipeline.result import RunResult
from kinematics.pipeline.workers.remote import Depot, Origin
from kinematics.pipeline.workers.workspace import workspace


def is_address(place: Path | str) -> bool:
    """Whether a place is an address, not a path of this machine."""
    return "://" in str(place) and not str(place).startswith("file://")


def local_path(place: Path | str) -> Path:
    """The path of a place on this machine."""
    text = str(place)
    return Path(unquote(text.removeprefix("file://"))) if text.startswith("file://") else Path(place)


@dataclass(frozen=True)
class AtHand:
    """
    Where a run finds its study and leaves its outputs on this machine.

    Attributes
    ----------
    study, processed, reports : Path
    origin : Origin or None
        Where the study's files are fetched from, where it lies behind an address.
    processed_address, reports_address : str
        Where outputs are put; empty where they stay on this machine.
    """

    study: Path
    processed: Path
    reports: Path
    origin: Origin | None
    processed_address: str
    reports_address: str

    @property
    def identity(self) -> str:
        """What tells the study from others of its name."""
        return self.origin.address if self.origin else str(self.study.resolve())

    def sha256_there(self, name: str) -> str:
        """SHA-256 of one file of the study."""
        return self.origin.sha256_there(name) if self.origin else sha256_of(self.study / name)

    def depots(self, name: str) -> list[Depot]:
        """The study's own output folders behind addresses, with what lies there."""
        places = ((self.processed_address, self.processed), (self.reports_address, self.reports))
        found = [Depot(f"{address.rstrip('/')}/{name}", near / name) for address, near in places if address]
        for depot in found:
            depot.bring()
        return found

    def named(self, result: RunResult) -> RunResult:
        """The result with the places as the user knows them."""
        return replace(
            result,
            processed=f"{self.processed_address.rstrip('/')}/{result.name}"
            if self.processed_address
            else result.processed,
            reports=f"{self.reports_address.rstrip('/')}/{result.name}" if self.reports_address else result.reports,
        )


def _named(address: str, name: str, place: Path | str) -> Path | str:
    return f"{address.rstrip('/')}/{name}" if address else place


@contextmanager
def at_hand(study: Path | str, processed: Path | str, reports: Path | str) -> Iterator[AtHand]:
    """The study and the output folders as folders of this machine, for the time of the block."""
    with ExitStack() as stack:
        near = stack.enter_context(workspace()) if any(map(is_address, (study, processed, reports))) else Path()
        origin = Origin(str(study).rstrip("/")) if is_address(study) else None
        yield AtHand(
            origin.stage(near) if origin else local_path(study),
            near / "processed" if is_address(processed) else local_path(processed),
            near / "reports" if is_address(reports) else local_path(reports),
            origin,
            str(processed) if is_address(processed) else "",
            str(reports) if is_address(reports) else "",
        )
