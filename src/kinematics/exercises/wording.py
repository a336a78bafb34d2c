"""Words that no printed sentence may hold, and where they stand; the check of every sentence of a shelf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kinematics.conventions import DataError
from kinematics.exercises.entry import Entry
from kinematics.exercises.folders import Shelf

#: By language. Options are things to consider: nothing claims a medical act, commands, or blames posture or people.
FORBIDDEN = {
    "en": (
        ("a medical act", r"diagnos\w*|prescri\w*|\btreat\w*|\bcure[sd]?\b|\bheal(s|ed|ing)?\b|\bpatients?\b"),
        ("a command", r"\bmust\b|\bhave to\b|\bshould\b|\bneed(s)? to\b"),
        (
            "blame",
            r"\bbad\b|\bwrong\b|\bpoor\b|\bfault\w*|posture|\btight\w*|\bcorrect(ed|ion|ive)?\b|\blazy\b|weak core",
        ),
        ("a promise", r"\bguarantee\w*|\bprevents?\b|\bfix(es|ed)?\b|\bproven\b"),
    )
}


def unsuitable(text: str, language: str = "en") -> list[tuple[str, str]]:
    """
    The words of a sentence that no printed sentence may hold, each with what it is.

    >>> unsuitable("You must correct your posture.")
    [('must', 'a command'), ('correct', 'blame'), ('posture', 'blame')]
    """
    found = [
        (match.start(), match[0], kind)
        for kind, pattern in FORBIDDEN.get(language, ())
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]
    return [(word, kind) for _, word, kind in sorted(found)]


def check_wording(shelf: Shelf) -> list[DataError]:
    """A fault for every printed sentence of a shelf's texts that holds such a word."""
    faults: list[DataError] = []
    for pattern in ("*.yaml", "exercises/*.yaml"):
        for path, root in shelf.found(f"text/{shelf.language}/{pattern}").values():
            layer = next(iter(Shelf((root,), shelf.language).layers(path.relative_to(root).as_posix(), [])), None)
            for place, text in _sentences(layer, faults) if layer is not None else ():
                for word, kind in unsuitable(text, shelf.language):
                    place.fault(f"'{word}' is {kind}.", remedy="Say what can be considered, and why.")
    return faults


def _sentences(entry: Entry, faults: list[DataError]) -> Iterator[tuple[Entry, str]]:
    for trail, text in _strings(entry.data, ()):
        yield Entry(None, entry.path, entry.name, faults, trail), text


def _strings(value: Any, trail: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(part, (*trail, key))
