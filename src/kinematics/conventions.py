"""Names, units and signs of every column, and the one error that bad input raises."""

from __future__ import annotations

from dataclasses import dataclass

SIDES = ("left", "right")
TASKS = ("run", "walk", "static", "rom")
ZEROS = ("anatomical", "standing", "model", "unknown")
DIRECTIONS = ("extension", "flexion", "abduction", "adduction", "internal_rotation", "external_rotation")
CURVE_POINTS = 101


class DataError(ValueError):
    """
    Input that cannot be used, said in one sentence that names the place and the remedy.

    Parameters
    ----------
    problem : str
        What was found and what was expected, ending with a full stop.
    file : str, optional
        The file as the user knows it (relative to the study folder, never absolute).
    row : int, optional
        1-based line of the file, the header counted, as an editor shows it.
    column : str, optional
        Name of the column.
    remedy : str, optional
        What to do, a full sentence.

    Examples
    --------
    >>> print(DataError("'n.a.' is not a number.", file="P07.csv", row=1204, column="hip_flexion_l",
    ...                 remedy="Leave a gap empty, or write NaN."))
    P07.csv: row 1204, column 'hip_flexion_l': 'n.a.' is not a number. Leave a gap empty, or write NaN.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem, self.file, self.row, self.column, self.remedy = problem, file, row, column, remedy
        super().__init__(problem)

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row is not None else []
        place += [f"column '{self.column}'"] if self.column is not None else []
        parts = [self.file, ", ".join(place) or None, self.problem]
        sentence = ": ".join(part for part in parts if part)
        return f"{sentence} {self.remedy}" if self.remedy else sentence

    def __reduce__(self):  # keeps the fields across processes
        return _rebuild, (self.problem, self.file, self.row, self.column, self.remedy)

    def at(self, file: str) -> DataError:
        """The same error, naming the file as `file`."""
        return DataError(self.problem, file=file, row=self.row, column=self.column, remedy=self.remedy)


def _rebuild(problem, file, row, column, remedy) -> DataError:
    return DataError(problem, file=file, row=row, column=column, remedy=remedy)


@dataclass(frozen=True)
class Column:
    """One declared column: its name, unit, meaning, and what a positive number means."""

    name: str
    unit: str
    meaning: str
    positive: str = ""


def _angle(name: str, meaning: str, positive: str) -> Column:
    return Column(name, "deg", meaning, positive)


#: Angles of one side, named without the side. In sample tables the side goes before the unit.
SIDED_ANGLES = (
    _angle("hip_flexion_deg", "hip, sagittal plane (Cardan Z-X'-Y'', ISB axes)", "flexion"),
    _angle("hip_adduction_deg", "hip, frontal plane", "adduction"),
    _angle("hip_internal_rotation_deg", "hip, transverse plane", "internal rotation"),
    _angle("thigh_flexion_deg", "thigh against the vertical, sagittal plane", "thigh forward of the vertical"),
)
#: Angles of the pelvis in the lab; in curves and stride tables the last two are the stride's own side's.
PELVIS_ANGLES = (
    _angle("pelvis_anterior_tilt_deg", "pelvis in the lab, rotation-obliquity-tilt", "anterior"),
    _angle("pelvis_obliquity_deg", "pelvis in the lab", "right side up (curves: own side up)"),
    _angle("pelvis_rotation_deg", "pelvis in the lab", "right side forward (curves: own side forward)"),
)
CURVE_COLUMNS = SIDED_ANGLES + PELVIS_ANGLES
CURVE_NAMES = tuple(column.name for column in CURVE_COLUMNS)


def sided(name: str, side: str) -> str:
    """
    Name of a sample column: the side stands before the unit.

    >>> sided("hip_flexion_deg", "left")
    'hip_flexion_left_deg'
    """
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{side}_{unit}"


SAMPLE_COLUMNS = (
    Column("time_s", "s", "time since the file's own zero", "later"),
    *(
        Column(sided(column.name, side), "deg", f"{side} {column.meaning}", column.positive)
        for column in SIDED_ANGLES
        for side in SIDES
    ),
    *PELVIS_ANGLES,
)

STRIDE_KEYS = (
    Column("participant", "", "pseudonymous id"),
    Column("session", "", "visit of the participant, sortable"),
    Column("trial", "", "stem of the motion file"),
    Column("task", "", "run, walk, static or rom"),
    Column("speed_m_s", "m/s", "speed of the trial", "forward"),
    Column("side", "", "left or right: the foot whose contacts bound the stride"),
    Column("stride", "", "number within trial and side, from 0, excluded strides counted"),
    Column("start_s", "s", "contact that begins the stride (included)", "later"),
    Column("end_s", "s", "next contact of the same foot (not included)", "later"),
    Column("valid", "", "False where the stride stands in the table of exclusions"),
)

EXCLUDED_COLUMNS = (
    *STRIDE_KEYS[:9],
    Column("reason", "", "word for why the stride or trial was left out"),
    Column("value", "", "the number that led to it, in the unit that the reason names"),
)

CLASSES = ("available_unused", "low_both", "low_test_only", "typical", "inconclusive")
COMPARISONS = ("direct", "sides", "reference")

LEDGER_COLUMNS = (
    Column("participant", "", "pseudonymous id"),
    Column("session", "", "visit"),
    Column("task", "", "run or walk"),
    Column("speed_m_s", "m/s", "speed of the trial", "forward"),
    Column("side", "", "left or right"),
    Column("direction", "", "direction of hip movement that is compared"),
    Column("comparison", "", "reference, sides or direct"),
    Column("headline", "", "True for the one row per side and direction that the report leads with"),
    Column("used_deg", "deg", "median over the strides of the peak in `direction`", "towards direction"),
    Column("used_se_deg", "deg", "standard error of used_deg, all terms", ""),
    Column("available_deg", "deg", "range on the clinical test", "towards direction"),
    Column("available_se_deg", "deg", "standard error of available_deg", ""),
    Column(
        "estimate_deg",
        "deg",
        "used minus its reference mean (reference) or the other side (sides); available minus used (direct)",
        "more",
    ),
    Column("estimate_se_deg", "deg", "standard error of estimate_deg", ""),
    Column("class", "", "available_unused, low_both, low_test_only, typical or inconclusive"),
    Column("reason", "", "why inconclusive, a word from the ledger's list; empty otherwise"),
    Column("n_strides", "", "valid strides behind used_deg"),
    Column("probability_available_unused", "1", "probability that the truth is use low, test not low"),
    Column("probability_low_both", "1", "probability that the truth is both low"),
    Column("probability_low_test_only", "1", "probability that the truth is test low, use not low"),
    Column("probability_typical", "1", "probability that the truth is neither low"),
    Column("probability_used_low", "1", "probability that the true use is below the limit"),
    Column("probability_available_low", "1", "probability that the true availability is below the limit"),
    Column("used_reference_mean_deg", "deg", "reference for use at this speed and convention", "towards direction"),
    Column("used_reference_sd_deg", "deg", "spread between people of that reference", ""),
    Column("used_low_below_deg", "deg", "limit of 'low' for use (10th centile)", "towards direction"),
    Column("used_reference", "", "name of the reference for use"),
    Column("used_reference_n", "", "people in the reference for use"),
    Column("available_reference_mean_deg", "deg", "reference for the test", "towards direction"),
    Column("available_reference_sd_deg", "deg", "spread between people of that reference", ""),
    Column("available_low_below_deg", "deg", "limit of 'low' for the test (10th centile)", "towards direction"),
    Column("available_reference", "", "name of the reference for the test"),
    Column("available_reference_n", "", "people in the reference for the test"),
    Column("test", "", "clinical test that gave available_deg"),
    Column("available_is_lower_bound", "", "True where pain, apprehension or effort ended the test"),
    Column("zero", "", "zero of used_deg: anatomical, standing, model or unknown"),
    Column("hip_centre", "", "regression behind used_deg; empty where the file does not say"),
    Column("used_se_visit_deg", "deg", "term of used_se_deg: from one visit to the next", ""),
    Column("used_se_hip_centre_deg", "deg", "term of used_se_deg: choice of the hip centre", ""),
    Column("used_se_strides_deg", "deg", "term of used_se_deg: scatter of the strides", ""),
    Column("n_repetitions", "", "repetitions of the test behind available_deg"),
    Column("pelvis_controlled", "", "whether the pelvis was held during the test: yes, no or empty"),
    Column("limited_by", "", "what ended the test"),
    Column("other_tests", "", "tests of the same direction that were not chosen"),
    Column("notes", "", "descriptors that the exam lacks and that widened its error"),
    Column("next_measurement", "", "the cheapest measurement that would decide an inconclusive row"),
    Column("used_p05_deg", "deg", "5th centile of the strides' peaks", "towards direction"),
    Column("used_p95_deg", "deg", "95th centile of the strides' peaks", "towards direction"),
    Column("used_se_events_deg", "deg", "term of used_se_deg: method of the foot events", ""),
    Column("used_low_below_se_deg", "deg", "standard error of used_low_below_deg, representation included", ""),
    Column("available_low_below_se_deg", "deg", "standard error of available_low_below_deg", ""),
    Column(
        "used_thigh_deg", "deg", "the thigh's part of used_deg: used_deg plus tilt (extension)", "towards direction"
    ),
    Column("used_tilt_deg", "deg", "median anterior tilt at the instant of the peak", "anterior"),
    Column("from_thigh_deg", "deg", "the thigh's part of used_deg minus its reference mean", "more"),
    Column("from_tilt_deg", "deg", "the pelvis's part of used_deg minus its reference mean", "more"),
    Column("standing_hip_flexion_deg", "deg", "hip in the standing trial", "flexion"),
    Column("standing_tilt_deg", "deg", "pelvis in the standing trial", "anterior"),
    Column("used_standing_deg", "deg", "used_deg from the standing hip angle", "towards direction"),
    Column("probability_used_low_standing", "1", "probability that use is low under the standing zero"),
    Column("symptomatic_side", "", "left, right, both, none or empty"),
    Column("other_used_deg", "deg", "the other side's used_deg in the same run (sides)", "towards direction"),
    Column("other_available_deg", "deg", "the other side's value on the same test (sides)", "towards direction"),
    Column(
        "available_estimate_deg", "deg", "test minus its reference mean (reference) or the other side (sides)", "more"
    ),
    Column("available_estimate_se_deg", "deg", "standard error of available_estimate_deg", ""),
    Column("limit_deg", "deg", "healthy difference of the sides (sides), margin of a reserve (direct)", ""),
    Column("mdc95_deg", "deg", "smallest detectable difference of the sides' use (sides)", ""),
    Column("not_represented", "", "in what the runner is not among the reference people: sex; level; surface; grade"),
    Column("not_stated", "", "which of these is not stated"),
    Column("representation_se_deg", "deg", "what not_represented adds to the limit's error", ""),
    Column("used_se_sensors_deg", "deg", "term of used_se_deg: what inertial sensors measure wrong; 0 for others", ""),
    Column("used_se_zero_deg", "deg", "term of used_se_deg: the entered standing tilt behind the zero; 0 for none", ""),
)
