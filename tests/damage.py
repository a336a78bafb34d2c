"""Damage to files: cut, lines lost, doubled or swapped, cells replaced, bytes turned over, another encoding."""

from __future__ import annotations

import io
import random
import re
import zipfile

#: What stands in a damaged cell.
JUNK = (
    b"",
    b"n.a.",
    b"1e400",
    b"-",
    b'"',
    b"1,5",
    b"\xff\xfe",
    b"9" * 40,
    b"nan",
    b"0",
    b"\xe2\x88\x921",
    b"\x00",
    b"\t\t",
)
#: Accidents that one file may have at most.
MOST_ACCIDENTS = 2


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file after one or two accidents; never empty."""
    for _ in range(rng.randint(1, MOST_ACCIDENTS)):
        data = rng.choice(ACCIDENTS)(data, rng) or b"x"
    return data


def damaged_archive(data: bytes, rng: random.Random) -> bytes:
    """An archive with one or two accidents in one of its parts, packed as if nothing had happened."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    harmed = rng.choice([name for name in parts if parts[name]])
    parts[harmed] = damaged(parts[harmed], rng)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return whole.getvalue()


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data)) + 1]


def move(data: bytes, rng: random.Random) -> bytes:
    """A piece goes elsewhere, is doubled, or is lost."""
    a, b, c = sorted(rng.randrange(len(data)) for _ in range(3))
    return rng.choice((data[:a] + data[b:c] + data[a:b] + data[c:], data[:b] + data[a:], data[:a] + data[b:]))


def turn_bytes(data: bytes, rng: random.Random) -> bytes:
    """Some bytes, anywhere or within the header, become others."""
    harmed = bytearray(data)
    reach = rng.choice((len(harmed), min(24, len(harmed)), min(9000, len(harmed))))
    for _ in range(rng.choice((1, 5, 30))):
        harmed[rng.randrange(reach)] = rng.randrange(256)
    return bytes(harmed)


def harm_lines(data: bytes, rng: random.Random) -> bytes:
    """A line is lost, doubled or changes places with another."""
    lines = data.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case _:
            lines[at], lines[other] = lines[other], lines[at]
    return b"\n".join(lines)


def harm_cells(data: bytes, rng: random.Random) -> bytes:
    """A cell holds something else, or a line ends early or goes on."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    parts = re.split(rb"([,;\t])", lines[at])
    cell = rng.randrange(len(parts))
    match rng.randrange(3):
        case 0:
            parts[cell] = rng.choice(JUNK)
        case 1:
            parts = parts[:cell]
        case _:
            parts = parts[:cell] + parts[: cell + 1] + parts[cell:]
    lines[at] = b"".join(parts)
    return b"\n".join(lines)


def encode(data: bytes, rng: random.Random) -> bytes:
    """Another encoding, other line ends, or a decimal comma."""
    text = data.decode("utf-8", errors="replace")
    return rng.choice(
        (
            lambda: text.encode("utf-16"),
            lambda: text.encode("cp1252", errors="replace"),
            lambda: data.replace(b"\n", b"\r"),
            lambda: data.replace(b".", b","),
            lambda: data.replace(b",", b";"),
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data[::-1],
        )
    )()


ACCIDENTS = (cut, move, turn_bytes, harm_lines, harm_lines, harm_cells, harm_cells, encode)
