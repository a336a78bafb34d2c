"""Usual names of columns -> angles and times; and names that look like angles and are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kinematics.conventions import DataError, sided
from kinematics.readers.shared.mapping import UNIT_WORDS, Mapped
from kinematics.readers.shared.plug_in_gait import HIP, PELVIS, PELVIS_SIGNS

#: Names under which the time is found, after `key`, with the seconds in one unit.
TIME_NAMES = {"time": 1.0, "times": 1.0, "t": 1.0, "timestamp": 1.0, "timestamps": 1.0, "timems": 1e-3}
FRAME_NAMES = ("frame", "frames", "framenumber", "frameno", "index", "sample", "samples", "samplenumber")
SIDE_WORDS = {"l": "left", "left": "left", "lt": "left", "r": "right", "right": "right", "rt": "right"}
#: Stem of a column's name -> (angle, sign). The noun names the positive direction.
SIDED_STEMS = {
    "hipflexion": ("hip_flexion_deg", 1.0),
    "hipflex": ("hip_flexion_deg", 1.0),
    "hipflexionextension": ("hip_flexion_deg", 1.0),
    "hipflexext": ("hip_flexion_deg", 1.0),
    "hipextension": ("hip_flexion_deg", -1.0),
    "hipadduction": ("hip_adduction_deg", 1.0),
    "hipabduction": ("hip_adduction_deg", -1.0),
    "hiprotation": ("hip_internal_rotation_deg", 1.0),
    "hipinternalrotation": ("hip_internal_rotation_deg", 1.0),
    "hipexternalrotation": ("hip_internal_rotation_deg", -1.0),
    "thighflexion": ("thigh_flexion_deg", 1.0),
    "thighextension": ("thigh_flexion_deg", -1.0),
}
PELVIS_STEMS = {
    "pelvisanteriortilt": ("pelvis_anterior_tilt_deg", 1.0),
    "anteriorpelvictilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvicanteriortilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvisposteriortilt": ("pelvis_anterior_tilt_deg", -1.0),
    "posteriorpelvictilt": ("pelvis_anterior_tilt_deg", -1.0),
    "pelvistilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvictilt": ("pelvis_anterior_tilt_deg", 1.0),
    "pelvisobliquity": ("pelvis_obliquity_deg", 1.0),
    "pelvicobliquity": ("pelvis_obliquity_deg", 1.0),
    "pelvisrotation": ("pelvis_rotation_deg", 1.0),
    "pelvicrotation": ("pelvis_rotation_deg", 1.0),
}
#: What the name of every such column has in it.
BODY_PARTS = ("hip", "thigh", "pelvi")
#: Stems whose positive direction the name leaves open.
AMBIGUOUS = ("pelvistilt", "pelvictilt")
_UNIT = r"(?:[ _]?[(\[]?(?P<unit>deg|degrees?|rad|radians?)[)\]]?)?"
_OUTPUT = re.compile(
    r"(?:[^:]*:)?(?P<side>L|R|Left|Right)[ _]?(?P<joint>Hip|Pelvis|Pelvic)[ _]?Angles?"
    rf"[ _.\-\[(]*(?P<axis>[XYZ])[\])]?{_UNIT}",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: Words that turn a hip angle's name into something else.
DECOYS = ("moment", "power", "torque", "force", "velocity", "vel", "speed", "acc", "acceleration", "reserve", "work")
SPORTS2D = (
    "these are Sports2D angles: its hip is the angle between thigh and trunk, its pelvis the line from hip to hip "
    "against the horizontal; neither is hip flexion or anterior tilt."
)
SPORTS2D_REMEDY = "Use the inverse kinematics of Sports2D or Pose2Sim (.mot with hip_flexion_r and pelvis_tilt)."
#: Columns of devices that give one row per step (foot pods, watches), after `key`.
STEP_METRICS = (
    "cadence",
    "contacttime",
    "groundcontacttime",
    "stancetime",
    "verticaloscillation",
    "verticalratio",
    "legspringstiffness",
    "formpower",
    "steplength",
    "stridelength",
    "flightratio",
    "flighttime",
    "impactgs",
    "brakinggs",
    "footstriketype",
    "pronationexcursion",
    "pronationvelocity",
)
FEWEST_STEP_METRICS = 2


def find_angles(names: Sequence[str]) -> list[Mapped]:
    """
    Columns whose names say which angle they are: `hip_flexion_l`, `Left Hip Extension (deg)`, `RPelvisAngles_X` ...

    Of a pelvis that is given once per side (Plug-in Gait's outputs) the right side's is taken.
    """
    return list(_find_angles(tuple(names)))


@lru_cache(maxsize=4)
def _find_angles(names: tuple[str, ...]) -> tuple[Mapped, ...]:
    """As `find_angles`; a reader asks twice, and the files of a study have the same names."""
    likely = [(n, name) for n, name in enumerate(names) if any(part in name.lower() for part in BODY_PARTS)]
    outputs = [entry for n, name in likely if (entry := _output(name, n, names)) is not None]
    taken = {entry.position for entry in outputs}
    plain = [entry for n, name in likely if n not in taken and (entry := _plain(name, n)) is not None]
    return tuple(sorted(outputs + plain, key=lambda entry: entry.position))


def find_time(names: Sequence[str]) -> tuple[int, float] | None:
    """Position of the time column and the seconds in its unit; None where there is none."""
    for position, name in enumerate(names):
        short = re.sub(r"(s|sec|seconds|second)$", "", key(name)) if key(name) not in TIME_NAMES else key(name)
        if short in TIME_NAMES:
            return position, TIME_NAMES[short]
    return None


def find_frame(names: Sequence[str]) -> int | None:
    """Position of a column that counts frames (or of an index without a name); None where there is none."""
    return next((position for position, name in enumerate(names) if key(name) in FRAME_NAMES or not name), None)


def has_unit(column: str) -> bool:
    """Whether a column's name states deg or rad."""
    return bool(set(_words(column)) & set(UNIT_WORDS))


def is_ambiguous(column: str) -> bool:
    """Whether a pelvis column's name leaves open which way is positive."""
    return "".join(word for word in _words(column) if word not in UNIT_WORDS) in AMBIGUOUS


def refusal(names: Sequence[str], file: str) -> DataError | None:
    """Why a table without hip angles cannot be used, where its names tell; None where they do not."""
    keys = [key(name) for name in names]
    words = [set(_words(name)) for name in names]
    if {"lefthip", "righthip"} & set(keys) and "pelvis" in keys:
        return DataError(SPORTS2D, file=file, remedy=SPORTS2D_REMEDY)
    decoy = next((n for n, w in zip(names, words, strict=True) if "hip" in w and w & set(DECOYS)), None)
    if decoy is not None:
        return DataError(
            f"'{decoy}' is no angle of the hip, and no other column is one.",
            file=file,
            remedy="Export the hip's angles (hip_flexion_l, hip_flexion_r), or give a mapping file.",
        )
    metrics = [
        name
        for name, short in zip(names, keys, strict=True)
        if re.sub(r"(ms|s|mm|cm|m|w|spm)$", "", short) in STEP_METRICS or short in STEP_METRICS
    ]
    if len(metrics) >= FEWEST_STEP_METRICS:
        return DataError(
            f"this device gives one row per step ({', '.join(metrics[:3])}) and no angle over time.",
            file=file,
            remedy="Hip and pelvis angles need a recording of joint angles, markers, or sensors on pelvis and thighs.",
        )
    return None


def key(name: str) -> str:
    """A name in lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _plain(column: str, position: int) -> Mapped | None:
    words = _words(column)
    units = [word for word in words if word in UNIT_WORDS]
    sides = [word for word in words if word in SIDE_WORDS]
    stem = "".join(word for word in words if word not in UNIT_WORDS and word not in SIDE_WORDS and word != "angle")
    to_deg = UNIT_WORDS[units[0]] if units else 1.0
    if stem in SIDED_STEMS and len(sides) == 1:
        angle, sign = SIDED_STEMS[stem]
        return Mapped(column, sided(angle, SIDE_WORDS[sides[0]]), sign, to_deg, position)
    if stem in PELVIS_STEMS and not sides:
        angle, sign = PELVIS_STEMS[stem]
        return Mapped(column, angle, sign, to_deg, position)
    return None


def _output(column: str, position: int, names: Sequence[str]) -> Mapped | None:
    """A component of Plug-in Gait's hip or pelvis angles."""
    found = _OUTPUT.fullmatch(column.strip())
    if found is None:
        return None
    side = SIDE_WORDS[found["side"].lower()]
    axis = "XYZ".index(found["axis"].upper())
    to_deg = UNIT_WORDS[(found["unit"] or "deg").lower()]
    if found["joint"].lower() == "hip":
        return Mapped(column, sided(HIP[axis], side), 1.0, to_deg, position)
    others = (_OUTPUT.fullmatch(name.strip()) for name in names)
    right = any(
        other["joint"].lower() != "hip" and SIDE_WORDS[other["side"].lower()] == "right"
        for other in others
        if other is not None
    )
    if side == "left" and right:
        return None
    return Mapped(column, PELVIS[axis], PELVIS_SIGNS[side][axis], to_deg, position)


def _words(column: str) -> list[str]:
    return re.findall(r"[a-z]+", _CAMEL.sub("_", column).lower())
