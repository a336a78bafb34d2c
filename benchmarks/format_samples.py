"""
Reads 81 real files and compares their numbers with an independent reading; prints the page docs/formats.md.

Reads the real files of ``KINEMATICS_SHARED`` (default ../shared)::

    python benchmarks/format_samples.py > docs/formats.md
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinematics.conventions import DataError
from kinematics.readers import FORMATS, read_trial
from kinematics.readers.shared.source import read_source
from kinematics.trial import Trial

#: Folder of the samples -> formats that its files are.
EXPECTED = {
    "vicon_nexus": ("vicon_nexus",),
    "opensim_mot": ("opensim",),
    "opensim_trc": ("trc",),
    "opensense_sto": ("opensense",),
    "xsens_mtmanager": ("xsens_mt",),
    "apdm": ("apdm",),
    "xsens_dot": ("xsens_dot",),
    "shimmer": ("shimmer",),
    "c3d": ("c3d",),
    "xio": ("xio",),
    "optitrack_csv": ("motive",),
    "phone": ("phyphox",),
    "imu_generic": ("generic_imu",),
}
#: Files that are of another format than the rest of their folder.
EXPECTED_FILES = {
    "vicon_workstation_ascii_Sample_Static.csv": "vicon_workstation",
    "pycgm_results.csv": "pycgm",
    "transformed_to_MT_Pelvis.txt": "xsens_mt",
    "RBDS001processed.txt": "curves",
    "RBDS001runT25markers.txt": "rbds",
    "RBDS001static.txt": "rbds",
    "RBDS001runT25forces.txt": "rbds_forces",
    "bodykin_P1.csv": "bodykin",
    "pose2sim_BalancingTrial_LSTM.mot": "opensim",
    "gaitmap_mocap_sample_pandas_multiindex.csv": "tidy",
    "gaitmap_imu_sample_pandas_multiindex.csv": "generic_imu",
}
#: What a user would add where a file does not say it: rate or speed.
ADDED = {
    "RBDS001processed.txt": {"speed_m_s": 3.5},
    "pycgm_results.csv": {"rate_hz": 120.0},
    "transformed_to_MT_Pelvis.txt": {"rate_hz": 60.0},
    "00033_CalInertialAndMag.csv": {"rate_hz": 256.0},
    "00033_Quaternion.csv": {"rate_hz": 256.0},
    **{
        name: {"rate_hz": 100.0}
        for name in (
            "MT2022_ACC_00B42D4B.txt",
            "MT2022_ACC_GYRO_ROT_ALL_TAB_NAN_00B42D4B.txt",
            "MT2022_ACC_GYRO_ROT_EULER_TAB_00B42D4F.txt",
            "MT2022_ACC_GYRO_ROT_MAT_COMMA_00B42D4B.txt",
            "MT2022_ACC_GYRO_ROT_MAT_SEMICOLON_00B42D4B.txt",
            "MT2022_ACC_GYRO_ROT_MAT_SPACE_00B42D4B.txt",
            "MT_01200312-002-000_00B474BA.txt",
            "MT_01200454_000-000_00B40DE4.txt",
            "gaitmap_imu_sample_pandas_multiindex.csv",
            "imucal_ferraris_example.csv",
        )
    },
}
#: Signals that are no columns of their file: how they come about. Each is compared by a test of its own.
COMPUTED = {
    "MT2022_ACC_GYRO_ROT_EULER_TAB_00B42D4F.txt": "from Euler angles",
    "00033_CalInertialAndMag.csv": "the orientation brought to the clock of the inertial data",
    "00033_Quaternion.csv": "the orientation brought to the clock of the inertial data",
    "xio3_Inertial.csv": "the orientation brought to the clock of the inertial data",
    "xio3_Quaternion.csv": "the orientation brought to the clock of the inertial data",
    "ngimu_sensors.csv": "the orientation inverted, and brought to the clock of the inertial data",
    "ngimu_quaternion.csv": "the orientation inverted, and brought to the clock of the inertial data",
    "offline_bei_D4CA6EF17860_20210830_170505.csv": "from Euler angles",
    "offline_yao_D4CA6EF177E4_20210830_170505.csv": "from Euler angles",
    "bodykin_P1.csv": "from the orientations of pelvis and femurs",
    "pose2sim_BalancingTrial_LSTM.mot": "the pelvis turned to the walking direction",
}
#: The file's unit -> the project's: degrees, metres, m/s2, rad/s.
FACTORS = (1.0, 180.0 / np.pi, np.pi / 180.0, 0.001, 9.80665, 0.00980665, 0.01)
#: Numbers agree within this of the largest of their column: sums of rounding in binary.
TOLERANCE = 1e-9
#: Rotation matrices and quaternions are printed with this many digits. [1]
PRINTED = 2e-3

#: How many numbers -> the columns that have as many, shape (columns, numbers), without their signs.
Columns = dict[int, np.ndarray]


@dataclass(frozen=True)
class Row:
    """One sample: what it was told as, by which modules, what came of it, and what was added to read it."""

    folder: str
    file: str
    told: tuple[str, ...]
    expected: str
    asked: str
    trial: Trial | None
    refused: str
    checked: str

    @property
    def right(self) -> bool:
        """Told as the one right format, by one module alone."""
        return self.told == (self.expected,)


def samples(shared: Path) -> list[tuple[str, Path]]:
    """Folder and path of every sample, as the index lists them."""
    folder = shared / "data" / "formats"
    entries = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines() if line.strip()]
    return [(entry["fmt"], folder / entry["fmt"] / entry["file"]) for entry in entries]


def judge(folder: str, path: Path) -> Row:
    """What the readers make of a sample."""
    source = read_source(path)
    told = tuple(name for name, module in FORMATS.items() if module.recognises(source))
    expected = EXPECTED_FILES.get(path.name) or EXPECTED[folder][0]
    asked = ""
    try:
        trial = read_trial(path, task="walk")
    except DataError as error:
        asked = str(error).removeprefix(f"{path.name}: ")
        added = ADDED.get(path.name)
        if added is None:
            return Row(folder, path.name, told, expected, "", None, asked, "")
        try:
            trial = read_trial(path, task="walk", **added)
        except DataError as again:
            return Row(folder, path.name, told, expected, asked, None, str(again).removeprefix(f"{path.name}: "), "")
    return Row(folder, path.name, told, expected, asked, trial, "", compare(trial, path))


def compare(trial: Trial, path: Path) -> str:
    """How many signals of a trial are columns of the file, up to sign and unit; by an independent reading."""
    names = [path.with_name(file) for _, file, _ in trial.passport.sources]
    files = [by_size(c3d_columns(name) if name.suffix == ".c3d" else text_columns(name)) for name in names]
    found = [any(is_in(values, file) for file in files) for _, values in signals(trial)]
    equal = f"{sum(found)} of {len(found)} equal"
    if all(found):
        return equal
    return f"{equal}, the others computed: {COMPUTED[path.name]}" if path.name in COMPUTED else f"{equal}: DIFFERENT"


def signals(trial: Trial) -> Iterator[tuple[str, np.ndarray]]:
    """Name and rows of numbers (k, n) of everything that a trial holds."""
    yield from ((name, values[None]) for name, values in trial.channels.items())
    yield from trial.markers.items() if trial.kind == "markers" else ()
    yield from trial.orientations.items()
    for name, sensor in trial.sensors.items():
        yield f"{name} acceleration", sensor.acceleration_m_s2
        yield f"{name} angular rate", sensor.angular_rate_rad_s
        if sensor.orientation is not None:
            yield f"{name} orientation", sensor.orientation


def is_in(values: np.ndarray, file: Columns) -> bool:
    """Whether every row is a column of the file times a sign and a unit; a quaternion also as a matrix of the file."""
    values = values[:, np.isfinite(values).any(axis=0)]
    if values.shape[1] == 0:
        return True
    if values.shape[0] == 4:
        return is_rotation_of(values, file)
    return all(any(row_in(row, file, factor) for factor in FACTORS) for row in values)


def row_in(row: np.ndarray, file: Columns, factor: float) -> bool:
    """Whether the row's finite numbers, in their order, are those of a column, signs and unit apart."""
    row = np.abs(row[np.isfinite(row)])
    known = file.get(row.size, np.empty((0, row.size)))
    alike = np.isclose(known[:, -1] * factor, row[-1]) & np.isclose(known[:, 0] * factor, row[0])
    return any(np.allclose(column * factor, row, TOLERANCE, 1e-12) for column in known[alike])


def by_size(columns: np.ndarray) -> Columns:
    """Columns by how many numbers they have: all, those that are not 0 (which stands for a gap), all but the first."""
    found: dict[int, list[np.ndarray]] = {}
    for column in np.abs(columns):
        whole = column[np.isfinite(column)]
        for kept in (whole, whole[whole != 0], whole[1:]):
            found.setdefault(kept.size, []).append(kept)
    return {size: np.array(kept) for size, kept in found.items() if size}


def is_rotation_of(quaternions: np.ndarray, file: Columns) -> bool:
    """Whether unit quaternions (4, n) turn as four columns of the file, normalised, or as nine of a matrix."""
    w, x, y, z = quaternions
    matrix = np.stack(
        (
            *(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            *(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            *(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        )
    )
    known = file.get(quaternions.shape[1], np.empty((0, quaternions.shape[1])))
    same, turned = (
        [(np.abs(known - np.abs(row)).max(axis=1) < PRINTED).any() for row in rows] for rows in (quaternions, matrix)
    )
    return all(same) or all(turned)


def text_columns(path: Path) -> np.ndarray:
    """Every column of numbers of a text file, (columns, rows), split without the package; what is no number is NaN."""
    data = path.read_bytes()
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    best: list[list[float]] = []
    for cut in ("\t", ";", ",", " ", "\t,", ";,"):
        rows = [numbers(line, cut) for line in text.split("\n")]
        rows = [row for row in rows if np.isfinite(row).sum() >= max(1, 0.3 * len(row))]
        if sum(map(len, rows)) > sum(map(len, best)):
            best = rows
    width = max(map(len, best))
    return np.array([row + [np.nan] * (width - len(row)) for row in best]).T


def numbers(line: str, cuts: str) -> list[float]:
    """The cells of a line as numbers."""
    for cut in cuts[1:]:
        line = line.replace(cut, cuts[0])
    return [number(cell) for cell in line.split(cuts[0])]


def number(cell: str) -> float:
    """A cell as a number, NaN where it is none."""
    try:
        return float(cell.strip().strip('"'))
    except ValueError:
        return np.nan


def c3d_columns(path: Path) -> np.ndarray:
    """Every coordinate of every point, (columns, frames), as ezc3d gives them."""
    import ezc3d

    points = ezc3d.c3d(str(path))["data"]["points"][:3]
    return points.reshape(-1, points.shape[2])


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| sample | told as | what came of it | signals against an independent reading |", "|---|---|---|---|"]
    for row in rows:
        told = ", ".join(row.told) + ("" if row.right else f" (expected {row.expected})")
        lines.append(f"| `{row.folder}/{row.file}` | {told} | {outcome(row)} | {row.checked} |")
    return "\n".join(lines)


def outcome(row: Row) -> str:
    """What came of a sample, in words."""
    asked = f"asks first: {row.asked} Then " if row.asked else ""
    if row.trial is None:
        return f"{asked}refused: {row.refused}"
    trial = row.trial
    count = len(trial.channels or trial.markers or trial.orientations or trial.sensors)
    kind = {"imu": "sensors", "angles": "curves" if trial.base == "cycle" else "angles"}.get(trial.kind, trial.kind)
    rate = "" if trial.base == "cycle" else f" at {trial.rate_hz:.6g} Hz"
    return f"{asked}{count} {kind.removesuffix('s') if count == 1 else kind}, {trial.time_s.size} samples{rate}"


def formats() -> str:
    """The registry as a Markdown table, in the order in which the formats are asked."""
    lines = ["| name | what it is |", "|---|---|"]
    for name, module in FORMATS.items():
        seen = " Provisional." if getattr(module, "PROVISIONAL", False) else ""
        text = " ".join((module.__doc__ or "").strip().split("\n\n")[0].split())
        lines.append(f"| `{name}` | {text}{'' if text.endswith('.') else '.'}{seen} |")
    return "\n".join(lines).replace("No real file was seen. Provisional", "Provisional")


def page(rows: list[Row]) -> str:
    """The whole page."""
    read = sum(row.trial is not None for row in rows)
    right = sum(row.right for row in rows)
    numbers = [row.checked.split(" ")[:3] for row in rows if row.checked]
    equal, signals = (sum(int(cell[at]) for cell in numbers) for at in (0, 2))
    count = (
        f"{right} of {len(rows)} told right, each by one module alone. {read} are read, {len(rows) - read} refused. "
        f"{equal} of {signals} signals are columns of their files, sign and unit apart; the others are computed from "
        f"several columns."
    )
    return f"{BEGIN}\n{formats()}\n{MIDDLE}\n{count}\n\n{table(rows)}"


BEGIN = """# Formats

A file is told by its content, never by its ending; the name stands in `format` only where the content does not
tell. `kinematics inspect FILE...` says what a file is, which column is taken for which angle, with sign and unit, its
gaps, doubts, and what is missing for which result; `--json` says it for machines. `kinematics init DIR` writes the
tables of a study from the files of a folder.

## What is read

In the order in which they are asked. Provisional: no real file was seen when the reader was written; its errors ask
for one.
"""
MIDDLE = """
Every text format may also come as Excel leaves it (padded header lines, semicolons, decimal commas, byte order marks,
UTF-16) or as a sheet of an .xlsx file.

## Signs and zero

Signs are turned on reading, once, and the passport says which. Flexion, adduction, internal rotation and anterior
tilt are positive on both sides, obliquity with the right side up, rotation with the right side forward.

- OpenSim: `pelvis_tilt` and `pelvis_list` are turned; a person who walks another way than +X has the pelvis turned to
  the walking direction. Zero is the model's.
- Plug-in Gait (C3D, Nexus, Workstation, pyCGM): hips as they are; the pelvis from the right side's output, where both
  are. Zero is anatomical.
- Visual3D: the laboratory defines names and signs. They are asked for in a mapping.
- A table of angles: the noun in a column's name is the positive direction; `tilt` alone is taken as anterior, and
  noted.

What a file cannot tell is asked for, never assumed. A mapping is a TOML file, named in `trials.csv` or given with
`--mapping`:

```toml
[columns]
hip_flexion_left_deg = "LHip"
pelvis_anterior_tilt_deg = {column = "PelvisX", sign = -1, unit = "rad"}

[sensors]            # inertial files: serial number or file name -> segment
00B42268 = "pelvis"

[units]              # only where an inertial file does not say
angular_rate = "deg/s"
```

Doubts (a hip that moves too little, a tilt that runs against the reference, sides that do not follow each other ...)
are said in `kinematics inspect` and in the passport. They turn nothing.

## 81 real files

Printed by `python benchmarks/format_samples.py` from real files, which do not lie in this repository. Where a file
lacks its rate, speed or unit, the sentence that asks for it stands here, and what came once rate or speed were given.
Independent reading: the lines split and turned into numbers without this package, the points of C3D by ezc3d. A signal
is equal where every number of it is that of one column (of three for a marker, of four or nine for an orientation).
"""

if __name__ == "__main__":
    shared = Path(os.environ.get("KINEMATICS_SHARED", "../shared"))
    print(page([judge(folder, path) for folder, path in samples(shared)]))
