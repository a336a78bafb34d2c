"""Studies and outputs that lie behind an address: files are fetched where they are worked on, results are put whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from kinematics.conventions import DataError
from kinematics.files import PART
from kinematics.pipeline.keeping.cache import sha256_of
from kinematics.pipeline.keeping.places import LOCK, MANIFEST
from kinematics.pipeline.workers.making import Visit
from kinematics.pipeline.workers.workspace import workspace
from kinematics.study.folder import TABLES

#: Addresses that only this process can see.
PRIVATE = ("memory",)
#: Where putting a file is whole or nothing by itself.
WHOLE = ("memory", "s3", "s3a", "gs", "gcs", "abfs", "az", "adl")
#: Small files that are read with the study's tables: settings, own figures, mappings, own exercises.
READ_FIRST = (".toml", ".yaml", ".yml")
#: Versions of remote files are shown to the rest as times of change of their stand-ins, all of them long ago.
_VERSIONS_NS = 10**18


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        remedy = "Install it with: pip install 'kinematics[cloud]'."
        raise DataError("addresses need fsspec, which is not installed.", file=address, remedy=remedy) from None
    try:
        return url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise DataError(f"this address cannot be used: {error}.", file=address) from None


@dataclass(frozen=True)
class Origin:
    """
    A study behind an address.

    Attributes
    ----------
    address : str
        Of the study's folder.
    """

    address: str

    @property
    def is_private(self) -> bool:
        """Whether other processes cannot see it."""
        return self.address.partition("://")[0] in PRIVATE

    def stage(self, folder: Path) -> Path:
        """
        The study's tables below `folder`, and an empty stand-in for every other file.

        A stand-in's time of change says which version of the file lies there, so that a change is seen.
        """
        system, root = _opened(self.address)
        stage = folder / "study" / PurePosixPath(root).name
        stage.mkdir(parents=True)
        try:
            listing = system.find(root, detail=True)
        except OSError as error:
            problem = f"this address cannot be read ({type(error).__name__})."
            raise DataError(problem, file=self.address) from None
        for path, about in listing.items():
            name = PurePosixPath(path).relative_to(PurePosixPath(root))
            if ".." in name.parts:
                continue
            near = stage / name
            near.parent.mkdir(parents=True, exist_ok=True)
            if str(name) in TABLES or near.suffix in READ_FIRST:
                system.get_file(path, str(near))
            else:
                near.touch()
            version = hashlib.blake2b(repr(sorted(map(str, about.items()))).encode(), digest_size=8).digest()
            when = int.from_bytes(version, "big") % _VERSIONS_NS
            os.utime(near, ns=(when, when))
        return stage

    def fetch(self, names: tuple[str, ...], folder: Path) -> None:
        """Puts files of the study below `folder`; what is not there is left out."""
        system, root = _opened(self.address)
        for name in names:
            near = folder / name
            near.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError, IsADirectoryError):
                system.get_file(f"{root}/{name}", str(near))

    def sha256_there(self, name: str) -> str:
        """SHA-256 of one file of the study."""
        with workspace() as folder:
            self.fetch((name,), folder)
            return sha256_of(folder / name)

    @contextmanager
    def fetched(self, visit: Visit) -> Iterator[Visit]:
        """The visit with its files on this machine."""
        with workspace() as folder:
            near = folder / visit.session.folder.name
            near.mkdir()
            self.fetch(visit.names, near)
            session = replace(visit.session, folder=near)
            yield replace(visit, session=session, earlier=tuple(replace(one, folder=near) for one in visit.earlier))


@dataclass(frozen=True)
class Fetching:
    """A task whose visits' files are fetched for it."""

    task: Any
    origin: Origin

    def __call__(self, visit: Visit) -> Any:
        with self.origin.fetched(visit) as near:
            return self.task(near)

    def lost(self, visit: Visit) -> Any:
        """What stands for a visit that ends its process."""
        with self.origin.fetched(visit) as near:
            return self.task.lost(near)


@dataclass
class Depot:
    """
    An output folder behind an address, and its likeness on this machine.

    Attributes
    ----------
    address : str
    folder : Path
        Where its files are written before they are put there.
    there : dict
        Name of each file there -> its SHA-256.
    """

    address: str
    folder: Path
    there: dict[str, str] = field(default_factory=dict)

    def bring(self) -> None:
        """Fetches what an earlier run left."""
        system, root = _opened(self.address)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not system.exists(root):
            return
        for path in system.find(root):
            name = PurePosixPath(path).relative_to(PurePosixPath(root)).as_posix()
            near = self.folder / name
            near.parent.mkdir(parents=True, exist_ok=True)
            if not near.name.endswith(PART):
                system.get_file(path, str(near))
            self.there[name] = sha256_of(near)

    def put(self, path: Path) -> None:
        """Puts one file there whole, where it is another than the one there."""
        name, now = path.relative_to(self.folder).as_posix(), sha256_of(path)
        if self.there.get(name) == now:
            return
        system, root = _opened(self.address)
        target = f"{root}/{name}"
        system.makedirs(target.rpartition("/")[0], exist_ok=True)
        if self.address.partition("://")[0] in WHOLE:
            system.put_file(str(path), target)
        else:
            part = f"{target.rpartition('/')[0]}/.{path.name}{PART}"
            system.put_file(str(path), part)
            system.mv(part, target)
        self.there[name] = now

    def settle(self) -> None:
        """Puts everything there, the manifest last, and removes what is here no more."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != LOCK)
        for path in sorted(files, key=lambda path: (path.name == MANIFEST, path)):
            self.put(path)
        system, root = _opened(self.address)
        for name in self.there.keys() - {path.relative_to(self.folder).as_posix() for path in files}:
            system.rm_file(f"{root}/{name}")
            del self.there[name]
