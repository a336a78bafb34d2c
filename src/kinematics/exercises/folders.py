"""Where library, rules and thresholds lie: the package's folder, and a clinic's own that is laid over it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kinematics.conventions import DataError
from kinematics.exercises.entry import Entry, load

#: The library, rules and texts that come with the package.
DATA = Path(__file__).parent / "data"
LANGUAGE = "en"
HASH_LENGTH = 12
#: What a folder may hold, with the pattern of its files.
PARTS = {
    "library": ("exercises/*.yaml", "vocab.yaml", "sources.yaml"),
    "rules": ("rules/*.yaml",),
    "profile": ("profile.yaml",),
    "text": ("text/*/*.yaml", "text/*/exercises/*.yaml"),
}
#: Files that an overlay may not replace: their words are what code and schema know.
FIXED = ("vocab.yaml",)


@dataclass(frozen=True)
class Shelf:
    """
    Folders of the same layout, the later laid over the earlier, and the language of the sentences.

    A file of an exercise in a later folder replaces the one of the same name; rules, thresholds, sources and sentences
    replace those of the same id and are added to the others.
    """

    folders: tuple[Path, ...] = (DATA,)
    language: str = LANGUAGE

    def found(self, pattern: str) -> dict[str, tuple[Path, Path]]:
        """Files by name below their folder, with that folder; of one name, the last folder's."""
        files = {}
        for folder in self.folders:
            for path in sorted(folder.glob(pattern)):
                files[path.relative_to(folder).as_posix()] = (path, folder)
        return dict(sorted(files.items()))

    def layers(self, name: str, faults: list[DataError]) -> list[Entry]:
        """The files of one name, from the lowest folder to the highest."""
        return [
            entry
            for folder in self.folders
            if (folder / name).is_file()
            for entry in [loaded(folder / name, folder, faults)]
            if entry is not None
        ]

    def digest(self, part: str) -> str:
        """Hash over names and contents of a part's files in all folders, line ends aside; `part` is one of `PARTS`."""
        digest = hashlib.sha256()
        for folder in self.folders:
            names = {path.relative_to(folder).as_posix(): path for name in PARTS[part] for path in folder.glob(name)}
            for name in sorted(names):
                digest.update(name.encode() + b"\0" + names[name].read_bytes().replace(b"\r\n", b"\n") + b"\0")
        return digest.hexdigest()[:HASH_LENGTH]


def overlaid(folder: Path | str | None, *, language: str = LANGUAGE) -> Shelf:
    """
    The package's folder with a clinic's own over it; without one, the package's alone.

    Raises
    ------
    DataError
        Where the folder is missing, holds nothing of what it may hold, or replaces the closed vocabularies.
    """
    if folder is None or str(folder) == "":
        return Shelf(language=language)
    path = Path(folder)
    if not path.is_dir():
        raise DataError("there is no such folder for exercises and rules.", file=path.name, remedy="Check its name.")
    if not any(True for part in PARTS.values() for pattern in part for _ in path.glob(pattern)):
        expected = "exercises, rules, text, profile.yaml or sources.yaml"
        raise DataError(f"the folder holds nothing of {expected}.", file=path.name, remedy="See docs/exercises.md.")
    for name in FIXED:
        if (path / name).exists():
            problem = "a clinic's own folder cannot replace this file, whose words the program knows."
            raise DataError(problem, file=name, remedy="Remove it, and use the words of the package's own.")
    return Shelf((DATA, path), language)


def loaded(path: Path, root: Path, faults: list[DataError]) -> Entry | None:
    """The file as an entry; None, with its sentence in `faults`, where it is no YAML."""
    try:
        return load(path, root, faults)
    except DataError as error:
        faults.append(error)
        return None
