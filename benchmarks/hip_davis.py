"""
Peak hip extension with our pelvis and the Davis hip centre against Plug-in Gait's own, on real C3D files.

The hip centre comes from the file's own leg length, ASIS distance and marker size; the knee centre and the thigh's
lateral axis are the file's (Plug-in Gait's femur), as its marker set has no medial epicondyles. Prints a table::

    python benchmarks/hip_davis.py
"""

from __future__ import annotations

import os
from pathlib import Path

import ezc3d
import numpy as np

from kinematics.models.hip_centre import hip_centre
from kinematics.rotations import cross, hip_angles

FOLDER = Path(os.environ.get("KINEMATICS_SHARED", "../shared")) / "data" / "plug_in_gait" / "biomechzoo"
MM = 1000.0


def main() -> None:
    """One line per walking trial and side."""
    print("| trial | side | Plug-in Gait | ours, davis | difference | its hip centre, ours minus its (mm) |")
    print("|---|---|---|---|---|---|")
    for path in sorted(FOLDER.glob("*.c3d")):
        file = ezc3d.c3d(str(path))
        labels = file["parameters"]["POINT"]["LABELS"]["value"]
        points = {label: file["data"]["points"][:3, place] for place, label in enumerate(labels)}
        for side in ("left", "right"):
            row = compared(points, file["parameters"]["PROCESSING"], side)
            if row is not None:
                print(f"| {path.stem} | {side} | " + " | ".join(row) + " |")


def compared(points: dict[str, np.ndarray], processing: dict, side: str) -> list[str] | None:
    """Cells of one side; None for a trial without the side's angles or hardly any movement."""
    s = side[0].upper()
    theirs = points.get(f"{s}HipAngles")
    if theirs is None or f"{s}FEP" not in points or np.ptp(theirs[0][np.isfinite(theirs[0])]) < 15:
        return None
    origin, pelvis = pelvis_of(points)
    centre = origin + np.einsum("ijn,j->in", pelvis, davis_mm(processing, side))
    flexion, _, _ = hip_angles(pelvis, thigh_of(points, centre, s), side)
    seen = np.isfinite(flexion) & np.isfinite(theirs[0]) & (theirs[0] != 0)
    ours, its = -np.min(flexion[seen]), -np.min(theirs[0][seen])
    off = np.einsum("ijn,in->jn", pelvis, centre - points[f"{s}FEP"])
    return [f"{its:.1f}", f"{ours:.1f}", f"{ours - its:+.1f}", " ".join(f"{v:+.0f}" for v in np.nanmedian(off, axis=1))]


def pelvis_of(points: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Middle of the ASIS (3, n) and frames (3, 3, n), from ASIS and PSIS or sacrum."""
    back = points["SACR"] if "SACR" in points else (points["LPSI"] + points["RPSI"]) / 2
    origin = (points["LASI"] + points["RASI"]) / 2
    z = unit(points["RASI"] - points["LASI"])
    y = unit(cross(z, origin - back))
    return origin, np.stack((cross(y, z), y, z), axis=1)


def davis_mm(processing: dict, side: str) -> np.ndarray:
    """Hip centre by Davis in the pelvis frame, from the file's own measures. [mm]"""
    measure = {name: float(processing[name]["value"][0]) for name in ("InterAsisDistance", "LLegLength", "RLegLength")}
    centre = hip_centre(
        "davis",
        width_m=measure["InterAsisDistance"] / MM,
        depth_m=np.nan,
        leg_m=(measure["LLegLength"] + measure["RLegLength"]) / 2 / MM,
        marker_radius_m=float(processing["MarkerDiameter"]["value"][0]) / 2 / MM,
    )
    return centre * MM * (1, 1, 1 if side == "right" else -1)


def thigh_of(points: dict[str, np.ndarray], centre: np.ndarray, s: str) -> np.ndarray:
    """Thigh frames (3, 3, n) from our hip centre and the file's knee centre and left-pointing femoral axis."""
    knee = points[f"{s}FEO"]
    y = unit(centre - knee)
    x = unit(cross(y, knee - points[f"{s}FEL"]))
    return np.stack((x, y, cross(x, y)), axis=1)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (3, n) of length 1."""
    return vectors / np.linalg.norm(vectors, axis=0)


if __name__ == "__main__":
    main()
