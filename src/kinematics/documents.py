"""Small files that people write by hand, TOML and YAML: of bounded size and depth, with the reason where not."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

#: Largest settings, mapping, norms or rules file; a mapping of a whole laboratory has 20 kB. [bytes]
LARGEST_DOCUMENT = 1_000_000
#: Lists within lists; the deepest that the project's own files have is 8.
DEEPEST = 50


def small_text(path: Path) -> str:
    """
    The text of a file that a person wrote, without byte order mark.

    Raises
    ------
    OSError, ValueError
        Where it cannot be opened, is no file (opening a pipe would wait for ever), is too large or no UTF-8.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is not a file")
    if found.st_size > LARGEST_DOCUMENT:
        raise ValueError(f"it is larger than {LARGEST_DOCUMENT / 1e6:g} MB")
    return path.read_bytes().decode("utf-8-sig")


def toml_of(text: str) -> dict[str, Any]:
    """
    What a TOML text holds.

    Raises
    ------
    ValueError
        Where it is no TOML, or nested too deeply.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def check_yaml(text: str) -> None:
    """
    Refuse a YAML text that is small to read and huge to use: aliases, and deep nesting, which ends the parser in C.

    Raises
    ------
    ValueError
        With the place.
    yaml.YAMLError
        Where it is no YAML.
    """
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"line {line} repeats a part by '*{event.anchor}'; write it out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"line {line} is nested deeper than {DEEPEST}")
