"""Whether a C3D file's inner addresses hold together, checked before a library follows them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kinematics.conventions import DataError

BLOCK = 512
KEY = 0x50
#: Byte 4 of the parameter section: Intel, DEC, MIPS.
PROCESSORS = {84: "<", 85: "<", 86: ">"}
#: More than this many values in one parameter, or parameters in one file, is damage.
LARGEST_PARAMETER = 1 << 20
MOST_ENTRIES = 20_000
MOST_DIMENSIONS = 7
#: The number of a frame takes two words, the lower first; a rotation sixteen numbers and its reliability. [bytes]
WORDS_OF_A_FRAME, BYTES_OF_A_ROTATION = 2, 17 * 4
REMEDY = "Export it again, or copy it again from the laboratory's computer."


@dataclass(frozen=True)
class Header:
    """The numbers of the first 512 bytes that say how large the data are."""

    points: int
    analogs_per_frame: int
    first_frame: int
    last_frame: int
    data_block: int
    is_float: bool


def is_c3d(data: bytes) -> bool:
    """Whether bytes begin as C3D does: the key, and a known processor where the parameters begin."""
    if len(data) < 2 * BLOCK or data[1] != KEY or not 1 < data[0] <= 128:
        return False
    place = (data[0] - 1) * BLOCK + 3
    return place < len(data) and data[place] in PROCESSORS


def check_layout(data: bytes, file: str) -> None:
    """
    Follow the header and the chain of parameters through a file.

    Raises
    ------
    DataError
        Where an address points out of the file, a parameter is larger than its place, or frames are missing.
    """
    if not is_c3d(data):
        raise DataError("this does not begin as a C3D file does.", file=file, remedy=REMEDY)
    start = (data[0] - 1) * BLOCK
    order = PROCESSORS[data[start + 3]]
    header = _header(data, order)
    parameters = _walk(data, start + 4, order, file)
    begin = (header.data_block - 1) * BLOCK
    values = 4 * header.points + header.analogs_per_frame
    frames = header.last_frame - header.first_frame + 1
    if frames < 1 or header.data_block < 2:
        raise DataError(
            f"its header counts frames {header.first_frame} to {header.last_frame}.", file=file, remedy=REMEDY
        )
    size = frames * values * (4 if header.is_float else 2)
    if begin + size > len(data) and header.last_frame < np.iinfo(np.uint16).max:
        raise DataError(
            f"its header counts {frames} frames, which need {begin + size} bytes, but the file has {len(data)}: its "
            f"end is missing.",
            file=file,
            remedy=REMEDY,
        )
    _check_rotations(data, parameters, frames, file)


def _check_rotations(data: bytes, parameters: dict[str, list[int]], frames: int, file: str) -> None:
    """Refuse a file whose rotations end early: the library that reads them would end the whole program."""
    segments = parameters.get("ROTATION:USED", [0])[0]
    if not segments:
        return
    first, last = parameters.get("TRIAL:ACTUAL_START_FIELD", []), parameters.get("TRIAL:ACTUAL_END_FIELD", [])
    if len(first) == len(last) == WORDS_OF_A_FRAME:
        frames = (last[0] - first[0]) + ((last[1] - first[1]) << 16) + 1
    ratio = max(parameters.get("ROTATION:RATIO", [1])[0], 1)
    begin = (parameters.get("ROTATION:DATA_START", [1])[0] - 1) * BLOCK
    _require(
        begin + frames * ratio * segments * BYTES_OF_A_ROTATION <= len(data),
        f"its rotations need {frames} frames of {segments} segments, which the file has not: its end is missing.",
        file,
    )


def _header(data: bytes, order: str) -> Header:
    words = np.frombuffer(data[:BLOCK], order + "u2")
    scale = np.frombuffer(data[12:16], "<u4" if order == "<" else ">u4")[0]
    # The sign is the top bit in IEEE order; in DEC order the two halves are swapped.
    negative = bool(scale & 0x80000000) or (data[13] & 0x80 != 0 and order == "<")
    return Header(int(words[1]), int(words[2]), int(words[3]), int(words[4]), int(words[8]), negative)


def _walk(data: bytes, start: int, order: str, file: str) -> dict[str, list[int]]:
    """Follow groups and parameters, each of which says where the next begins, to the end mark; their whole numbers."""
    names: dict[int, str] = {}
    values: list[tuple[int, str, list[int]]] = []
    declared: set[int] = set()
    used: set[int] = set()
    at = start
    for _ in range(MOST_ENTRIES):
        length, group = _signed(data, at, file), _signed(data, at + 1, file)
        if length == 0 or group == 0:
            break
        jump = at + 2 + abs(length)
        step = int.from_bytes(data[jump : jump + 2], "big" if order == ">" else "little")
        content = jump + 2
        if group < 0:
            _require(-group not in declared, "one of its groups is declared twice.", file)
            declared.add(-group)
            names[-group] = _name(data, at, length)
            end = content
        else:
            used.add(group)
            end = _end_of_values(data, content, file)
            values.append((group, _name(data, at, length), _whole_numbers(data, content, end, order)))
        description = _signed(data, end, file)
        end += 1 + description
        fits = description >= 0 and end <= len(data) and (step == 0 or end <= jump + step)
        _require(fits, "one of its parameters is larger than its place in the file.", file)
        if step == 0:
            break
        at = jump + step
    else:
        _require(False, "its parameters do not end.", file)
    _require(used <= declared, "one of its parameters belongs to no group.", file)
    return {f"{names[group]}:{name}": numbers for group, name, numbers in values if numbers}


def _name(data: bytes, at: int, length: int) -> str:
    return data[at + 2 : at + 2 + abs(length)].decode("ascii", errors="replace").upper()


def _whole_numbers(data: bytes, at: int, end: int, order: str) -> list[int]:
    """The first values of a parameter of whole numbers; none of another kind."""
    kind, begin = data[at], at + 2 + data[at + 1]
    if kind not in (1, 2):
        return []
    stop = min(end, begin + kind * WORDS_OF_A_FRAME)
    return np.frombuffer(data[begin : stop - (stop - begin) % kind], f"{order}u{kind}").tolist()


def _end_of_values(data: bytes, at: int, file: str) -> int:
    """Where a parameter's values end, by its type and dimensions."""
    kind, dimensions = _signed(data, at, file), _signed(data, at + 1, file)
    sizes = data[at + 2 : at + 2 + max(dimensions, 0)]
    count = math.prod(sizes)
    known = kind in (-1, 1, 2, 4) and 0 <= dimensions <= MOST_DIMENSIONS and count <= LARGEST_PARAMETER
    _require(known, "one of its parameters is of no known kind or size.", file)
    return at + 2 + dimensions + count * abs(kind)


def _signed(data: bytes, at: int, file: str) -> int:
    _require(at < len(data), "its parameters do not end within the file.", file)
    return data[at] - 256 if data[at] > 127 else data[at]


def _require(good: bool, problem: str, file: str) -> None:
    if not good:
        raise DataError(problem, file=file, remedy=REMEDY)
