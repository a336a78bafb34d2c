"""A small file of every format that the tests can write, each into a folder of its own with what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import imu_files
import mocap_files
import numpy as np
import test_readers_bids
import test_readers_c3d
import test_readers_tables
import test_readers_vicon

MAPPING = "map.toml"


def lines(write: Callable[[], list[str]], name: str = "a.csv") -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        folder.mkdir(parents=True)
        return mocap_files.write(folder / name, write())

    return written


def by(write: Callable[[Path], object], name: str) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        folder.mkdir(parents=True)
        write(folder / name)
        return folder / name

    return written


def visual3d(write: Callable[[Path], object], name: str) -> Callable[[Path], Path]:
    def written(folder: Path) -> Path:
        path = by(write, name)(folder)
        test_readers_tables.mapping(folder / MAPPING, test_readers_tables.V3D)
        return path

    return written


def bids(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return test_readers_bids.data_set(folder, *test_readers_bids.markers())


def markers_c3d(path: Path) -> Path:
    return test_readers_c3d.write_c3d(path, test_readers_c3d.marker_points())


def theia_c3d(path: Path) -> Path:
    return test_readers_c3d.write_theia(path, {name: np.eye(3)[..., None] for name in ("pelvis_4X4", "l_thigh_4X4")})


def mvn_book(path: Path) -> Path:
    return mocap_files.write_workbook(path, mocap_files.mvn_sheets(mocap_files.mvn_truth()))


WRITTEN: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "qtm": tuple(map(lines, (mocap_files.qtm_lines, mocap_files.six_d_lines))),
    "motive": (lines(mocap_files.motive_lines), lines(lambda: mocap_files.motive_lines(body=True))),
    "noraxon": (lines(mocap_files.noraxon_lines),),
    "mvn": (by(mvn_book, "a.xlsx"),),
    "mvnx": (by(lambda path: path.write_text(mocap_files.mvnx_text(mocap_files.mvn_truth())), "a.mvnx"),),
    "visual3d": (
        visual3d(test_readers_tables.visual3d_ascii, "a.txt"),
        visual3d(test_readers_tables.visual3d_json, "a.json"),
    ),
    "curves": (by(test_readers_tables.gcd, "a.gcd"),),
    "tidy": (by(test_readers_tables.tidy_table, "a.csv"),),
    "vicon_nexus": (by(lambda path: path.write_text(test_readers_vicon.NEXUS), "a.csv"),),
    "bids": (bids,),
    "c3d": (by(markers_c3d, "a.c3d"), by(theia_c3d, "a.c3d")),
    "c3d_csv": (by(lambda path: path.write_text(test_readers_vicon.C3D_CSV), "a.csv"),),
    **{name: (by(write, file),) for name, (file, write) in imu_files.WRITERS.items()},
}
