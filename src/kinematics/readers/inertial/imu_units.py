"""Units of acceleration and angular rate: as the header says, else by gravity's size and its turning."""

from __future__ import annotations

import re

import numpy as np

from kinematics.conventions import DataError

#: Standard gravity (CGPM 1901). [m/s2]
GRAVITY_M_S2 = 9.80665
ACCELERATION_UNITS = {"m/s2": 1.0, "g": GRAVITY_M_S2, "mg": GRAVITY_M_S2 / 1000.0}
RATE_UNITS = {"rad/s": 1.0, "deg/s": float(np.radians(1.0))}
#: A unit that is not stated is told from the data where the median size of the acceleration is this near to gravity.
GRAVITY_BAND = (0.7, 1.6)
#: No body-worn gyroscope reads more (2000 deg/s): larger numbers are degrees per second. [rad/s]
LARGEST_RATE_RAD_S = 35.0
#: Turning that is needed to compare the gyroscope with the turning of gravity in the sensor. [rad]
LEAST_TURNING_RAD = 0.1
#: A unit is taken where the data's scale is within this factor of it.
CLOSEST_SCALE = 3.0


def unit_of(text: str) -> str:
    """
    A unit's one spelling: m/s2, g, mg, rad/s or deg/s; empty where it is none of them.

    >>> unit_of("m/(s^2)"), unit_of("dps")
    ('m/s2', 'deg/s')
    """
    word = re.sub(r"[\s()\[\]^]", "", text.strip().lower()).replace("²", "2").replace("sec", "s").replace("°", "deg")
    if word in ("m/s2", "m/s/s", "ms-2", "mps2", "m.s-2"):
        return "m/s2"
    if word in ("g", "gs", "mg"):
        return word.rstrip("s")
    if word in ("rad/s", "rads", "radian/s", "radians/s", "rad.s-1", "rps"):
        return "rad/s"
    return "deg/s" if word in ("deg/s", "degs", "dps", "degree/s", "degrees/s", "deg.s-1") else ""


def to_m_s2(values: np.ndarray, unit: str, file: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """
    Acceleration in m/s2 and what was decided: a unit that is not stated is told by gravity's size.

    Raises
    ------
    DataError
        Where the unit is not known and the median size is near no unit's gravity.
    """
    if unit in ACCELERATION_UNITS:
        return _times(values, ACCELERATION_UNITS[unit]), ()
    size = median_size(values)
    for name, scale in ACCELERATION_UNITS.items():
        if GRAVITY_BAND[0] <= size * scale / GRAVITY_M_S2 <= GRAVITY_BAND[1]:
            note = f"The acceleration's unit is not stated; its median size of {size:.4g} says {name}."
            return _times(values, scale), (note,)
    raise DataError(
        f"the acceleration's unit is not stated, and its median size of {size:.3g} is gravity in none of "
        f"{', '.join(ACCELERATION_UNITS)}.",
        file=file,
        remedy='State it in a mapping file: [units], then acceleration = "m/s2". Gravity must not be removed.',
    )


def to_rad_s(
    values: np.ndarray, unit: str, file: str, *, time_s: np.ndarray, acceleration_m_s2: np.ndarray | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """
    Angular rate in rad/s and what was decided.

    A unit that is not stated is told by its size, else by how far gravity turned in the sensor meanwhile:
    ``du/dt = -w x u`` for the unit vector u of the acceleration.

    Raises
    ------
    DataError
        Where the unit is not known and the data cannot tell it.
    """
    if unit in RATE_UNITS:
        return _times(values, RATE_UNITS[unit]), ()
    largest = float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0))
    told = "deg/s" if largest > LARGEST_RATE_RAD_S else _unit_by_gravity(values, time_s, acceleration_m_s2)
    if not told:
        raise DataError(
            "the angular rate's unit is not stated, and the recording turns too little to tell it.",
            file=file,
            remedy='State it in a mapping file: [units], then angular_rate = "deg/s" or "rad/s".',
        )
    return _times(values, RATE_UNITS[told]), (f"The angular rate's unit is not stated; the data say {told}.",)


def _times(values: np.ndarray, factor: float) -> np.ndarray:
    """Values in another unit; the same ones where it is the same: a day of a sensor has 200 MB of them."""
    return values if factor == 1.0 else values * factor


def median_size(values: np.ndarray) -> float:
    """Median length of vectors (3, n); NaN where none is whole."""
    size = values[0] ** 2  # one at a time: a day of a sensor is long
    for component in values[1:]:
        size += component**2
    np.sqrt(size, out=size)
    seen = np.isfinite(size)
    size = size if seen.all() else size[seen]
    return float(np.median(size, overwrite_input=True)) if size.size else np.nan


def _unit_by_gravity(rate: np.ndarray, time_s: np.ndarray, acceleration: np.ndarray | None) -> str:
    """Unit whose size fits the turning of gravity in the sensor; empty where it turns too little."""
    if acceleration is None or time_s.size < 3:
        return ""
    with np.errstate(divide="ignore", invalid="ignore"):
        up = acceleration / np.sqrt((acceleration**2).sum(axis=0))
    step = np.diff(time_s)
    middle = (rate[:, 1:] + rate[:, :-1]) / 2.0 * step
    expected = -np.cross(middle, (up[:, 1:] + up[:, :-1]) / 2.0, axis=0)
    turned = np.diff(up, axis=1)
    whole = np.isfinite(expected).all(axis=0) & np.isfinite(turned).all(axis=0)
    expected, turned = np.cumsum(expected[:, whole], axis=1), np.cumsum(turned[:, whole], axis=1)
    if whole.sum() < 3 or np.abs(turned).max() < LEAST_TURNING_RAD or not (expected**2).sum() > 0:
        return ""
    scale = float((expected * turned).sum() / (expected**2).sum())
    near = {unit: abs(np.log(scale / factor)) if scale > 0 else np.inf for unit, factor in RATE_UNITS.items()}
    best = min(near, key=lambda unit: near[unit])
    return best if near[best] < np.log(CLOSEST_SCALE) else ""
