"""XML fed to a parser piece by piece: no piece, nesting or entity may grow beyond what measurements need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CHUNK = 1 << 16
#: Longest tag or comment: each is read anew with every chunk, so that the time grows with its square. [bytes]
LONGEST_PIECE = 1 << 20
#: Elements within elements; workbooks have 8, MVNX 6.
DEEPEST = 64


class XmlError(Exception):
    """Well-formed or not, this XML is no file of measurements."""


def feed(parser: Any, read: Callable[[int], bytes]) -> None:
    """
    One pass over an XML text; entities are refused, not expanded, and nothing outside the text is ever fetched.

    Parameters
    ----------
    parser : expat parser
    read : callable
        Gives so many bytes, none at the end.

    Raises
    ------
    XmlError
        Where the text declares entities, or has a piece longer than `LONGEST_PIECE`.
    expat.ExpatError
        Where it is no XML.
    """
    parser.EntityDeclHandler = _refuse_entity
    fed = 0
    while chunk := read(CHUNK):
        parser.Parse(chunk, False)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > LONGEST_PIECE:
            raise XmlError("a tag without an end")
    parser.Parse(b"", True)


def check_depth(depth: int) -> None:
    """
    Refuse elements nested deeper than `DEEPEST`.

    Raises
    ------
    XmlError
    """
    if depth > DEEPEST:
        raise XmlError(f"elements nested deeper than {DEEPEST}")


def _refuse_entity(*_: object) -> None:
    raise XmlError("entities")
