"""Sensor files that make one recording, put together to one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kinematics.init_study.files import FIRST_PARTICIPANT, Found
from kinematics.init_study.names import read_name
from kinematics.inspecting import inspect_file
from kinematics.readers.recording import SEPARATOR, list_name, recording_files, recordings_among


def with_recordings(folder: Path, found: Sequence[Found]) -> list[Found]:
    """
    The files of a folder, those of one sensor each joined to recordings: their folder, or a list of their names.

    Parameters
    ----------
    folder : Path
    found : sequence of Found
        From `find_files`.

    Returns
    -------
    list of Found
        Files that cannot be joined stay as they were.
    """
    alone = {one.path: one for one in found if one.role == "sensor"}
    joined = [_joined(folder, [alone[PurePosixPath(path)] for path in group]) for group in recordings_among(alone)]
    taken = {path for _, group in joined for path in group}
    others = [one for one in found if one.path not in taken]
    return sorted([*others, *(one for one, group in joined if group)], key=lambda one: one.path)


def _joined(folder: Path, group: Sequence[Found]) -> tuple[Found, list[PurePosixPath]]:
    """One entry for a group, and the paths it stands for; none where they are no recording."""
    paths = [one.path for one in group]
    parent = paths[0].parent
    listed = parent / SEPARATOR.join(path.name for path in paths)
    inspected = inspect_file(folder / listed) if len(paths) > 1 else None
    if inspected is None or not inspected.readable:
        return group[0], []
    whole = parent != PurePosixPath() and recording_files(folder / parent) == [folder / path for path in paths]
    told = read_name(parent if whole else parent / list_name(path.name for path in paths))
    told = told if told.participant else replace(told, participant=FIRST_PARTICIPANT)
    return Found(parent if whole else listed, told, "motion", inspected.kind, told.task), paths
