"""Body positions and orientations that Pose2Sim writes from a .mot and a model (`# times, pelvis_x, ...`)."""

from __future__ import annotations

import numpy as np

from kinematics.conventions import SIDES, DataError, sided
from kinematics.readers.shared.clock import even_clock
from kinematics.readers.shared.joint_angles import unwrap_deg, without_constant
from kinematics.readers.shared.request import Request
from kinematics.readers.shared.source import Source
from kinematics.readers.shared.text import Block, find_block, printed_resolution, read_columns
from kinematics.rotations import hip_angles, pelvis_angles, thigh_flexion
from kinematics.trial import Passport, Trial

NAME = "bodykin"
FORMAT = "Pose2Sim body kinematics"
TIME, FIRST = "# times", "# times, pelvis_x"
BODIES = {"pelvis": "pelvis", "right": "femur_r", "left": "femur_l"}
#: File axes -> (forward, up, right) of OpenSim's ground, by the file axis that points up.
GROUNDS = {
    "Z": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    "Y": np.eye(3),
}
#: The pelvis's long axis has to lie this close to the vertical on average. [1]
SMALLEST_UPRIGHT = 0.7


def recognises(source: Source) -> bool:
    """Whether the first line begins with `# times, pelvis_x`."""
    return bool(source.head) and source.head[0].replace(" ", "").startswith(FIRST.replace(" ", ""))


def read(source: Source, request: Request) -> Trial:
    """
    Hip, thigh and pelvis angles from the bodies' orientations (radians, ``Rz Ry Rx``); the zero is the model's.

    The file may have z up (the default of the program that writes it) or y up; the pelvis tells. The pelvis's rotation
    is counted from the way that the person faces on average.

    Raises
    ------
    DataError
        Where pelvis or thigh are missing, neither axis is up, or a cell is no number.
    """
    table = find_block(source)
    time = table.names[0]
    bodies = {key: [f"{body}_rot{axis}" for axis in "xyz"] for key, body in BODIES.items()}
    missing = [name for names in bodies.values() for name in names if name not in table.names]
    if missing:
        raise DataError(f"column {missing[0]} is missing.", file=table.file, remedy="Export pelvis and femurs.")
    values = read_columns(table, [time, *(name for names in bodies.values() for name in names)])
    clock = even_clock(
        values[time],
        resolution_s=printed_resolution([_plain(row[0]) for row in table.first_rows]),
        declared_hz=request.rate_hz,
        file=table.file,
        column=time,
    )
    frames = {key: _frame(*(clock.spread(values[name]) for name in names)) for key, names in bodies.items()}
    up = _up(frames["pelvis"], table)
    ground = {key: np.einsum("ij,jkn->ikn", GROUNDS[up], frame) for key, frame in frames.items()}
    heading = np.deg2rad(_heading(ground["pelvis"]))
    turned = {key: np.einsum("ij,jkn->ikn", _about_up(-heading), frame) for key, frame in ground.items()}
    channels, notes = without_constant(_angles(turned), table.file)
    passport = Passport(
        sources=(("motion", source.file, source.sha256),),
        format=FORMAT,
        rate_hz=clock.rate_hz,
        axes=f"file +{up} up; forward is the mean heading of the pelvis, {np.rad2deg(heading):.0f} deg from OpenSim's",
        zero=request.zero or "model",  # type: ignore[arg-type]
        model="as in the file",
        sequence="hip Z-X'-Y'' (ISB), pelvis rotation-obliquity-tilt",
        notes=(*clock.notes, "Angles were taken from the orientations of pelvis and femurs.", *notes),
    )
    return Trial(source.stem, "angles", request.task, request.speed_m_s, clock.time_s, passport, channels=channels)


def _angles(frames: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    tilt, obliquity, rotation = pelvis_angles(frames["pelvis"])
    channels = {
        "pelvis_anterior_tilt_deg": tilt,
        "pelvis_obliquity_deg": obliquity,
        "pelvis_rotation_deg": unwrap_deg(rotation),
    }
    for side in SIDES:
        flexion, adduction, internal = hip_angles(frames["pelvis"], frames[side], side)
        channels[sided("hip_flexion_deg", side)] = flexion
        channels[sided("hip_adduction_deg", side)] = adduction
        channels[sided("hip_internal_rotation_deg", side)] = internal
        channels[sided("thigh_flexion_deg", side)] = thigh_flexion(frames[side])
    return channels


def _frame(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Rz(z) Ry(y) Rx(x), shape (3, 3, n)."""
    (sx, cx), (sy, cy), (sz, cz) = ((np.sin(angle), np.cos(angle)) for angle in (x, y, z))
    return np.stack(
        (
            np.stack((cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx)),
            np.stack((sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx)),
            np.stack((-sy, cy * sx, cy * cx)),
        )
    )


def _up(pelvis: np.ndarray, table: Block) -> str:
    upward = {axis: float(np.nanmean(pelvis["XYZ".index(axis), 1])) for axis in GROUNDS}
    best = max(upward, key=lambda axis: upward[axis])
    if not upward[best] >= SMALLEST_UPRIGHT:
        raise DataError(
            "the pelvis is upright along neither z nor y of the file.",
            file=table.file,
            remedy="Export it again with z up, the angles in radians.",
        )
    return best


def _heading(pelvis: np.ndarray) -> float:
    """Mean direction of the pelvis's forward axis about the vertical, left positive. [deg]"""
    return float(np.rad2deg(np.arctan2(-np.nanmean(pelvis[2, 0]), np.nanmean(pelvis[0, 0]))))


def _about_up(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _plain(cell: str) -> str:
    """A number printed with an exponent, without it and its noise beyond a microsecond."""
    return f"{float(cell):.6f}" if "e" in cell.lower() else cell
