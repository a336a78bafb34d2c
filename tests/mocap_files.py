"""Small files as optical and inertial systems export them, written by hand, and damage to them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

SOAK = int(os.environ.get("KINEMATICS_SOAK", "1"))  # multiplies the damaged files
#: A person standing at the origin, facing +X, up +Z, right -Y: mm.
BODY = {
    "R.ASIS": (100, -120, 950),
    "L.ASIS": (100, 120, 950),
    "R.PSIS": (-80, -50, 960),
    "L.PSIS": (-80, 50, 960),
    "R.Heel.Bottom": (-50, -100, 30),
    "L.Heel.Bottom": (-50, 100, 30),
}
FRAMES = 20


def write(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_bytes((end.join(lines) + end).encode("utf-8"))
    return path


def qtm_lines(*, names=True, frame=True, time=True, start=1) -> list[str]:
    """A recording at 100 Hz in which the whole body moves 1 mm a frame along X."""
    header = [
        "FILE_VERSION\t2.0.0",
        f"NO_OF_FRAMES\t{FRAMES}",
        "NO_OF_CAMERAS\t10",
        "NO_OF_MARKERS\t22",  # wrong on purpose: real exports are
        "FREQUENCY\t100",
        "DESCRIPTION\t--",
        "TIME_STAMP\t2026-01-19, 10:19:43.755\t2063631.96175450",
        "DATA_INCLUDED\t3D",
        "EVENT\tLHS\t3\t0.02000",
        "EVENT\tRight Toe Off\t5\t0.04000",
        "EVENT\tClap\t7\t0.06000",
        "MARKER_NAMES\t" + "\t".join(BODY),
        "TRAJECTORY_TYPES\t" + "\t".join("Measured" for _ in BODY),
    ]
    columns = ["Frame"] * frame + ["Time"] * time + [f"{label} {axis}" for label in BODY for axis in "XYZ"]
    rows = []
    for i in range(FRAMES):
        numbers = [f"{x + i:.3f}\t{y:.3f}\t{z:.3f}" for x, y, z in BODY.values()]
        rows.append("\t".join([str(start + i)] * frame + [f"{i / 100:.5f}"] * time + numbers))
    return header + (["\t".join(columns) + "\t"] if names else []) + rows


def rotation_x(degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def six_d_lines() -> list[str]:
    """Two bodies; the second is rolled by 30 deg about X, and lost (zeros) in frame 4."""
    header = ["NO_OF_FRAMES\t8", "NO_OF_BODIES\t2", "FREQUENCY\t100", "DATA_INCLUDED\t6D", "BODY_NAMES\tpelvis\tthigh"]
    quantities = "X\tY\tZ\tRoll\tPitch\tYaw\tResidual\t" + "\t".join(f"Rot[{i}]" for i in range(9))
    columns = f"Frame\tTime\tpelvis {quantities}\t\tthigh {quantities}\t"
    rows = []
    for i in range(8):
        cells = []
        for angle in (0.0, 30.0):
            lost = angle and i == 3
            matrix = np.zeros(9) if lost else rotation_x(angle).T.ravel()  # column by column
            cells.append("\t".join(["1.0"] * 7 + [f"{value:.5f}" for value in matrix]))
        rows.append(f"{i + 1}\t{i / 100:.5f}\t{cells[0]}\t\t{cells[1]}\t")
    return [*header, columns, *rows]


def analysis_lines(*names: str) -> list[str]:
    header = ["NO_OF_FRAMES\t9", f"NO_OF_DATA_TYPES\t{len(names)}", "FREQUENCY\t100", "DATA_INCLUDED\tAngle"]
    rows = [f"{i + 1}\t{i / 100:.5f}\t" + "\t".join(str(10 * k + i) for k in range(len(names))) for i in range(9)]
    return [*header, "DATA_TYPES\t" + "\t".join(names), "", "Frame\tTime\t" + "\t".join(names) + "\t", *rows]


def motive_lines(version: str = "1.25", units: str = "Millimeters", *, body: bool = False) -> list[str]:
    """The same person, Y up and facing +Z, as Motive's labelled markers of one marker set."""
    labels = [f"P01:{label}" for label in BODY]
    kinds = ["Rigid Body"] * 8 * body + ["Marker"] * 3 * len(labels) + ["Marker"] * 3
    names = ["pelvis"] * 8 * body + [name for name in labels for _ in "XYZ"] + ["Unlabeled 1189"] * 3
    what = (["Rotation"] * 4 + ["Position"] * 3 + ["Mean Marker Error"]) * body + ["Position"] * (3 * len(labels) + 3)
    axes = ["X", "Y", "Z", "W", "X", "Y", "Z", ""] * body + ["X", "Y", "Z"] * (len(labels) + 1)
    rows = [
        f"Format Version,{version},Take Name,secret name,Capture Frame Rate,120.000000,Export Frame Rate,120.000000,"
        f"Capture Start Time,2026-01-05 03.49.50.755 PM,Rotation Type,Quaternion,Length Units,{units}",
        "",
    ]
    titled = version >= "1.23"
    for title, cells in (("Type", kinds), ("Name", names), ("ID", ["77"] * len(kinds)), ("Parent", [""] * len(kinds))):
        if title != "Parent" or version >= "1.25":
            rows.append(f",{title if titled else ''}," + ",".join(cells))
    rows += [",," + ",".join(what), f"Frame,{'Time (Seconds)' if titled else 'Time'}," + ",".join(axes)]
    for i in range(FRAMES):
        cells = ["0.0", "0.0", "0.7071068", "0.7071068", "1", "2", "3", "0.1"] * body
        cells += [f"{value:.6f}" for x, y, z in BODY.values() for value in (y, z, x + i)]
        rows.append(f"{i},{i / 120:.6f}," + ",".join(cells) + ",,,")
    return rows


NEW = ("time", "Activity", "Marker", "LT Hip Flexion (deg)", "RT Hip Flexion (deg)", "LT Hip Abduction (deg)")
OLD = ("time,s", "Hip Flexion LT,deg", "Hip Flexion RT,deg")


def noraxon_lines(names=NEW, *, preamble=True, separator=",", repeat=1, contact=False) -> list[str]:
    names = [*names, *(["Noraxon MyoMotion-Segments-Foot LT-Contact"] if contact else [])]
    head = ["Name" + separator + "someone", "Date", ""] if preamble else []
    rows = []
    for i in range(40 * repeat):
        sample = i // repeat
        cells = [f"{i / (100 * repeat):.4f}"] + (["walking", ""] if "Activity" in names else [])
        cells += [f"{sample * 0.5:.2f}", f"{-sample * 0.25:.2f}"] + (["1.00"] if "Activity" in names else [])
        cells += ["1000" if 10 <= sample < 25 else "0"] if contact else []
        rows.append(separator.join(cells))
    return [*head, separator.join(f'"{name}"' if "," in name else name for name in names), *rows]


# --- Xsens MVN ---------------------------------------------------------------------------------------------------

MVN_FRAMES = 60


def mvn_truth() -> dict[str, np.ndarray]:
    """A walk at 60 Hz: angles in the project's names and signs. [deg]"""
    phase = np.arange(MVN_FRAMES) * 2 * np.pi / 60
    swing = {"right": np.cos(phase), "left": np.cos(phase + np.pi)}
    angles = {"pelvis_anterior_tilt_deg": 12 + 2 * np.cos(2 * phase), "pelvis_obliquity_deg": 4 * np.sin(phase)}
    angles["pelvis_rotation_deg"] = 5 * np.sin(phase + 1)
    for side, wave in swing.items():
        angles[f"hip_flexion_{side}_deg"] = 15 + 25 * wave
        angles[f"hip_adduction_{side}_deg"] = 3 + 6 * wave
        angles[f"hip_internal_rotation_{side}_deg"] = -4 + 8 * wave
    return angles


def mvn_orientations(truth: dict[str, np.ndarray], heading_deg: float = 40.0) -> dict[str, np.ndarray]:
    """Quaternions (n, 4), scalar first, of pelvis and thighs in axes x forward, y left, z up."""
    from scipy.spatial.transform import Rotation

    pelvis = Rotation.from_euler(
        "ZXY",
        np.stack(
            (
                heading_deg + truth["pelvis_rotation_deg"],
                -truth["pelvis_obliquity_deg"],
                truth["pelvis_anterior_tilt_deg"],
            ),
            axis=1,
        ),
        degrees=True,
    )
    found = {"Pelvis": pelvis}
    for side, mirror in (("right", 1.0), ("left", -1.0)):
        hip = (
            -truth[f"hip_flexion_{side}_deg"],
            mirror * truth[f"hip_adduction_{side}_deg"],
            mirror * truth[f"hip_internal_rotation_{side}_deg"],
        )
        found[f"{side.capitalize()} Upper Leg"] = pelvis * Rotation.from_euler(
            "YXZ", np.stack(hip, axis=1), degrees=True
        )
    return {name: rotation.as_quat()[:, [3, 0, 1, 2]] for name, rotation in found.items()}


def mvn_hips(truth: dict[str, np.ndarray], side: str) -> np.ndarray:
    """Abduction, internal rotation, flexion (n, 3), as the columns are named."""
    return np.stack(
        (
            -truth[f"hip_adduction_{side}_deg"],
            truth[f"hip_internal_rotation_{side}_deg"],
            truth[f"hip_flexion_{side}_deg"],
        ),
        axis=1,
    )


MVN_ANGLES = ("Abduction/Adduction", "Internal/External Rotation", "Flexion/Extension")


def mvn_sheets(truth: dict[str, np.ndarray], *, abduction_sign: float = 1.0) -> dict[str, list[list]]:
    """The sheets of MVN's workbook, as rows of cells."""
    names = [
        "Frame",
        "L5S1 Lateral Bending",
        *(f"{side} Hip {name}" for side in ("Right", "Left") for name in MVN_ANGLES),
    ]
    turn = np.array([abduction_sign, 1.0, 1.0])
    hips = np.concatenate([mvn_hips(truth, "right") * turn, mvn_hips(truth, "left") * turn], axis=1)
    quaternions = mvn_orientations(truth)
    return {
        "General Information": [["MVN version", "2023.2"], ["Original Filename", "someone.mvn"], ["Frame Rate", 60]],
        "Segment Orientation - Quat": [
            ["Frame", *(f"{segment} q{i}" for segment in quaternions for i in range(4))],
            *([i, *row] for i, row in enumerate(np.concatenate(list(quaternions.values()), axis=1).tolist())),
        ],
        "Joint Angles ZXY": [names, *([i, 0.5, *row] for i, row in enumerate(hips.tolist()))],
        "Joint Angles XZY": [names, *([i, 0.5, *(99.0 for _ in row)] for i, row in enumerate(hips.tolist()))],
        "Ergonomic Joint Angles ZXY": [
            ["Frame", "Vertical_Pelvis Lateral Bending", "Vertical_Pelvis Flexion/Extension"],
            *([i, 0.0, float(tilt)] for i, tilt in enumerate(truth["pelvis_anterior_tilt_deg"])),
        ],
    }


def write_workbook(path: Path, sheets: dict[str, list[list]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def mvnx_text(truth: dict[str, np.ndarray], *, legs: bool = True, contacts: bool = True) -> str:
    """An MVNX of version 4 with three segments and two joints of interest among others."""
    quaternions = mvn_orientations(truth)
    segments = ("Pelvis", "L5", "RightUpperLeg", "LeftUpperLeg")
    joints = ("jL5S1", "jRightHip", "jLeftHip")
    feet = ("LeftFoot_Heel", "LeftFoot_Toe", "RightFoot_Heel", "RightFoot_Toe")

    def listed(around: str, entry: str, labels: tuple[str, ...]) -> str:
        return (
            f"<{around}>" + "".join(f'<{entry} label="{x}" id="{i}"/>' for i, x in enumerate(labels)) + f"</{around}>"
        )

    def numbers(values) -> str:
        return " ".join(f"{value:.6f}" for value in np.ravel(values))

    still = numbers([[1, 0, 0, 0]] * len(segments))
    frames = [
        f'<frame time="0" index="" ms="0" type="{kind}"><orientation>{still}</orientation></frame>'
        for kind in ("identity", "tpose", "tpose-isb")
    ]
    for i in range(MVN_FRAMES):
        turns = [
            quaternions["Pelvis"][i],
            [1, 0, 0, 0],
            quaternions["Right Upper Leg"][i],
            quaternions["Left Upper Leg"][i],
        ]
        hips = [[0, 0, 0], mvn_hips(truth, "right")[i] * legs, mvn_hips(truth, "left")[i] * legs]
        flags = [0, 0, int(10 <= i < 30), int(12 <= i < 40)]
        frames.append(
            f'<frame time="{round(i * 1000 / 60)}" index="{i}" ms="1700000000000" type="normal">'
            f"<orientation>{numbers(turns)}</orientation><position>1 2 3</position>"
            f"<jointAngle>{numbers(hips)}</jointAngle>"
            + (f"<footContacts>{' '.join(map(str, flags))}</footContacts>" if contacts else "")
            + "</frame>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<mvnx xmlns="http://www.xsens.com/mvn/mvnx" version="4">\n'
        '<mvn version="2022"/><comment>someone</comment>\n'
        '<subject label="someone" frameRate="60" segmentCount="4" recDate="May 12 2021" configuration="FullBody">\n'
        + listed("segments", "segment", segments)
        + listed("joints", "joint", joints)
        + listed("footContactDefinition", "contactDefinition", feet)
        + '\n<frames segmentCount="4" jointCount="3">\n'
        + "\n".join(frames)
        + "\n</frames></subject></mvnx>\n"
    )
