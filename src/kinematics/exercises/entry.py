"""Reading YAML that people edit by hand: each mistake becomes one sentence with file, line and the nearest word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from kinematics.conventions import DataError
from kinematics.documents import check_yaml, small_text
from kinematics.intake import nearest

#: The package's own files are trusted.
OWN = Path(__file__).parent
_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):
    """Safe loader that refuses a key given twice (YAML would keep the last in silence)."""

    def construct_mapping(self, node, deep=False):
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            keys = [key for key, _ in node.value]
            names = [key.value for key in keys]
            twice = next((key for i, key in enumerate(keys) if key.value in names[:i]), keys[0])
            line, name = twice.start_mark.line + 1, twice.value
            raise DataError(f"'{name}' is given twice.", row=line, column=name, remedy="Keep one of the two.")
        return mapping


def load(path: Path, root: Path, faults: list[DataError]) -> Entry:
    """
    The content of a YAML file as an `Entry`; `root` is left out of the name that errors print.

    A file that is no YAML is raised; what its values lack is added to `faults` as they are asked for.
    """
    name = path.relative_to(root).as_posix()
    try:
        data = yaml.load(_text(path), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DataError(f"this is not valid YAML ({error.problem}).", file=name, row=line) from None
    except yaml.YAMLError:
        raise DataError("this is not valid YAML.", file=name) from None
    except UnicodeDecodeError:
        raise DataError("the file is not UTF-8 text.", file=name) from None
    except OSError as error:
        raise DataError(f"the file cannot be read ({error.strerror}).", file=name) from None
    except DataError as error:
        raise error.at(name) from None
    except ValueError as error:
        raise DataError(f"the file cannot be used: {error}.", file=name) from None
    return Entry(data, path, name, faults)


def _text(path: Path) -> str:
    """The text of a file; of one that did not come with the package, only where it is small and plain."""
    if path.is_relative_to(OWN):
        return path.read_text(encoding="utf-8")
    text = small_text(path)
    check_yaml(text)
    return text


class Entry:
    """
    A mapping or list of a YAML file that knows where it stands.

    Its methods return one value of the declared kind. What is not of that kind becomes a sentence in `faults`, shared
    by all parts of a reading, and a value of the kind stands in for it, so that one reading finds every mistake.
    `close` refuses what nobody asked for.
    """

    def __init__(
        self, data: Any, path: Path, name: str, faults: list[DataError], trail: tuple[str | int, ...] = ()
    ) -> None:
        self.data, self.path, self.name, self.faults, self.trail = data, path, name, faults, trail
        self._asked: set[str] = set()

    def fault(self, problem: str, key: str | int | None = None, remedy: str | None = None) -> None:
        """Adds the sentence that names this place; `key` adds a step to it."""
        trail = self.trail if key is None else (*self.trail, key)
        column = ".".join(str(step) for step in trail) or None
        row = _line(self.path, trail)
        self.faults.append(DataError(problem, file=self.name, row=row, column=column, remedy=remedy))

    def get(self, key: str) -> Any:
        """The value of `key` as YAML gave it; it has to be there."""
        self._asked.add(key)
        if key not in self._mapping():
            self.fault(f"'{key}' is missing.", remedy="Add it.")
            return None
        return self.data[key]

    def has(self, key: str) -> bool:
        """Whether `key` is there and not null; asking counts as knowing it."""
        self._asked.add(key)
        return self._mapping().get(key) is not None

    def part(self, key: str) -> Entry:
        """The mapping or list under `key`."""
        return Entry(self.get(key), self.path, self.name, self.faults, (*self.trail, key))

    def parts(self, key: str) -> Iterator[Entry]:
        """The entries of the list under `key`."""
        values = self.get(key)
        if not isinstance(values, list):
            self.fault("a list was expected.", key)
            return
        for number, value in enumerate(values):
            yield Entry(value, self.path, self.name, self.faults, (*self.trail, key, number))

    def names(self) -> list[str]:
        """The keys of this mapping, all of them taken as known."""
        names = list(self._mapping())
        self._asked.update(names)
        return names

    def text(self, key: str, default: str | None = None) -> str:
        """Text that is not empty; with a default, the key may be missing or null."""
        if default is not None and not self.has(key):
            return default
        missing = key not in self._mapping()
        value = self.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if not missing:
            self.fault(f"{value!r} is not text.", key, "Write text; put yes, no and figures in quotes.")
        return ""

    def word(self, key: str, words: Collection[str]) -> str:
        """One word of a closed vocabulary."""
        missing = key not in self._mapping()
        value = self.get(key)
        return next(iter(words)) if missing else self.known(value, words, key)

    def words(self, key: str, words: Collection[str]) -> tuple[str, ...]:
        """A list of words of a closed vocabulary, possibly empty."""
        missing = key not in self._mapping()
        values = self.get(key)
        if isinstance(values, list):
            return tuple(self.known(value, words, key) for value in values)
        if not missing:
            self.fault("a list was expected, as in [one, other].", key)
        return ()

    def known(self, value: Any, words: Collection[str], key: str | None = None) -> str:
        """`value`, where it stands in the vocabulary; else the sentence with the nearest word."""
        if isinstance(value, str) and value in words:
            return value
        self.fault(f"'{value}' is not known here.", key, nearest(str(value), list(words)))
        return next(iter(words), "")

    def number(self, key: str) -> float:
        """A number (true and false are none)."""
        value = self.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        self.fault(f"{value!r} is not a number.", key)
        return 0.0

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, ends included."""
        value = self.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.fault(f"{value!r} is not a whole number from {low} to {high}.", key)
        return low

    def span(self, key: str) -> tuple[float, float]:
        """Two numbers, the lower first."""
        value = self.get(key)
        good = isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)
        if good and value[0] <= value[1]:
            return value[0], value[1]
        self.fault(f"{value!r} is not a span of two numbers, the lower first.", key, "Write [8, 10].")
        return 1, 1

    def truth(self, key: str) -> bool:
        """true or false."""
        value = self.get(key)
        if not isinstance(value, bool):
            self.fault(f"{value!r} is neither true nor false.", key)
        return value is True

    def close(self) -> None:
        """Refuse keys that were never asked for: they are typing errors."""
        for key in self._mapping():
            if key not in self._asked:
                self.fault(f"'{key}' is not known here.", str(key), nearest(str(key), sorted(self._asked)))

    def _mapping(self) -> dict[str, Any]:
        if isinstance(self.data, dict):
            return self.data
        if self.data is not None:  # a part that is missing has its sentence already
            self.fault("names with values were expected here.", remedy="Write 'name: value', one per line.")
        self.data = {}
        return self.data


def _line(path: Path, trail: tuple[str | int, ...]) -> int | None:
    """1-based line where `trail` stands; parsed again, because only errors ask for it."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_BASE)
    if node is None:
        return None
    line = node.start_mark.line
    for step in trail:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return line + 1
