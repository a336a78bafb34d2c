"""
Do the ledger's errors and probabilities mean what they say? True values are drawn, measured, and asked for again.

200,000 people, 20,000 per case of the table of power, fixed seed; prints docs/ledger-power.md::

    python benchmarks/ledger_simulation.py > docs/ledger-power.md
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kinematics.exam import EXAM_COLUMNS
from kinematics.exam.available import available_columns
from kinematics.exam.columns import Columns, frame, rows_of
from kinematics.ledger import low_limit
from kinematics.ledger.base import add_test, base_table, known_runs
from kinematics.ledger.direct import KEYS, by_direct, one_trial_each
from kinematics.ledger.reference import by_reference
from kinematics.ledger.sides import by_sides, healthy_limit
from kinematics.ledger.terms import terms, used_term
from kinematics.ledger.used import runs_of
from kinematics.norms import running_norms
from kinematics.strides import Strides
from kinematics.trial import Passport

N = 200_000
#: How often a class is reached is known to 0.004 (one standard error) from so many.
N_POWER = 20_000
SEED = 6
THRESHOLD = 0.90
DEFICITS_DEG = (0.0, 2.0, 4.0, 6.0, 8.0)
REPETITIONS = (1, 2, 3)
COMPARISONS = ("reference", "sides", "direct")
CLASSES = ("available_unused", "low_both", "low_test_only", "typical")
USED = (7.9, 4.5, 28)  # the reference at 3.5 m/s
TEST = (10.6, 9.6, 300)  # modified Thomas test
FAR_DEG = 14.0  # so far from a limit that its side of the class is sure
N_STRIDES = 30


@dataclass(frozen=True)
class Kind:
    """A kind of test: how it is described, and the error of one repetition that follows. [deg]"""

    name: str
    instrument: str
    pelvis_controlled: str
    sem_deg: float


KINDS = (
    Kind("pelvis held, inclinometer", "inclinometer", "yes", 3.0),
    Kind("pelvis not held", "inclinometer", "no", 6.0),
)


@dataclass(frozen=True)
class People:
    """True values of n people: use and range of the right (symptomatic) and the left side, true reserve. [deg]"""

    used: np.ndarray
    other_used: np.ndarray
    available: np.ndarray
    other_available: np.ndarray
    reserve: np.ndarray


def measure(
    people: People, kind: Kind, repetitions: int, random: np.random.Generator, wanted: tuple[str, ...] = COMPARISONS
) -> dict[str, pd.DataFrame]:
    """Rows of the right side by comparison, in the order of the people, measured with the errors that are assumed."""
    table = _base(people, random)
    available = available_columns(_exam(people, kind, repetitions, random))
    table = add_test(table, available)
    norms = running_norms()
    order = np.arange(people.used.size).astype(str)
    found = {}
    if wanted != ("sides",):
        found["reference"] = by_reference(table, THRESHOLD, norms)
    if wanted != ("reference",):
        found["sides"] = by_sides(table, available, THRESHOLD, norms)
    if "direct" in wanted:
        functional = one_trial_each(_functional(people, table, random))
        found["direct"] = by_direct(found["reference"], found["sides"], functional, THRESHOLD, norms)
    right = {name: frame(rows_of(rows, rows["side"] == "right")) for name, rows in found.items()}
    return {name: rows.set_index("participant").loc[order].reset_index() for name, rows in right.items()}


def truth(people: People, random: np.random.Generator) -> dict[str, np.ndarray]:
    """True class of each person by comparison; limits are drawn with the error that their references leave."""
    n = people.used.size
    limit, limit_se = (float(part) for part in low_limit(*USED))
    test_limit, test_limit_se = (float(part) for part in low_limit(*TEST))
    norm_low = people.used < limit + random.normal(0, limit_se, n)
    test_low = people.available < test_limit + random.normal(0, test_limit_se, n)
    healthy, healthy_se = (part[0] for part in healthy_limit(_speed_row()))
    side_low = people.other_used - people.used > healthy + random.normal(0, healthy_se, n)
    margin = terms()["sides"]["equal_within_deg"]["value"]
    gap = people.other_available - people.available
    reserve_margin = terms()["direct"]["margin_deg"]["value"]
    low = norm_low | side_low
    return {
        "reference": _quadrant(norm_low, test_low),
        "sides": np.where(gap < -margin, "none", _quadrant(side_low, gap > margin)),
        "direct": np.select(
            [people.reserve < -reserve_margin, low & (people.reserve > reserve_margin), low],
            ["none", "available_unused", "low_both"],
            "typical",
        ),
    }


def _quadrant(used_low: np.ndarray, test_low: np.ndarray) -> np.ndarray:
    pairs = [used_low & ~test_low, used_low & test_low, ~used_low & test_low]
    return np.select(pairs, ["available_unused", "low_both", "low_test_only"], "typical")


def _speed_row() -> Columns:
    words = {"task": "run", "direction": "extension"}
    return {name: np.array([word], dtype=object) for name, word in words.items()} | {"speed_m_s": np.array([3.5])}


def _base(people: People, random: np.random.Generator) -> Columns:
    """Rows of both sides of all people, as `base_table` gives them, with use measured."""
    n = people.used.size
    template = _template()
    side_markers = terms()["sides"]["within_visit_deg"]["value"]
    strides = template["used_se_strides_deg"][0]
    # a visit's error is common to both sides but for each side's own markers
    own = random.normal(0, side_markers, (2, n)) + random.normal(0, strides, (2, n))
    common = random.normal(0, np.sqrt(used_term("between_visits_deg") ** 2 - side_markers**2), n)
    common += random.normal(0, used_term("hip_centre_deg"), n)
    bias = random.normal(0, terms()["sides"]["bias_deg"]["value"], n)
    left, right = people.other_used + common + own[0] + bias, people.used + common + own[1]
    table = rows_of(template, np.tile([0, 1], n))
    table["participant"] = np.repeat(np.arange(n).astype(str).astype(object), 2)
    table["used_deg"] = np.stack([left, right], axis=1).ravel()
    return table


def _template() -> Columns:
    """A left and a right row of one runner without a test."""
    shape = np.linspace(-1, 1, N_STRIDES)
    peaks = used_term("stride_sd_deg") * shape / shape.std(ddof=1)
    keys = {"participant": "0", "session": "1", "trial": "a", "task": "run", "speed_m_s": 3.5, "valid": True}
    rows = [pd.DataFrame({"peak_hip_extension_deg": peaks}).assign(side=side, **keys) for side in ("left", "right")]
    passport = Passport(zero="anatomical", hip_centre="harrington")
    strides = Strides(pd.concat(rows, ignore_index=True), {}, pd.DataFrame(), passport)
    exam = pd.DataFrame(columns=list(EXAM_COLUMNS)).astype({"value_deg": float, "sem_deg": float, "repetition": float})
    about = {"symptomatic_side": "right"}
    available, norms = available_columns(exam), running_norms()
    runs = known_runs(runs_of(strides), available, about, norms)
    table = base_table(runs, available, ["extension"], norms)
    return {name: values for name, values in table.items() if name not in TEST_COLUMNS}


#: What `add_test` gives.
TEST_COLUMNS = (
    *("test", "available_deg", "available_se_deg", "available_se_visit_deg", "available_se_lasting_deg"),
    *("n_repetitions", "lower_bound", "pelvis_controlled", "instrument", "rater", "limited_by", "notes"),
    *("available_reference_mean_deg", "available_reference_sd_deg", "available_reference_n", "available_reference"),
    *("other_tests", "available_low_below_deg", "available_low_below_se_deg"),
)


def _exam(people: People, kind: Kind, repetitions: int, random: np.random.Generator) -> pd.DataFrame:
    """Both sides' repetitions: a lasting error, three quarters of it common to the sides, and each one's own."""
    n = people.used.size
    lasting, shared = kind.sem_deg * np.sqrt(0.5), terms()["sides"]["shared_by_sides"]["value"]
    common = random.normal(0, lasting * np.sqrt(shared), n)
    parts = []
    for side, true in (("left", people.other_available), ("right", people.available)):
        level = true + common + random.normal(0, lasting * np.sqrt(1 - shared), n)
        values = level[:, None] + random.normal(0, lasting, (n, repetitions))
        names = np.repeat(np.arange(n).astype(str), repetitions)
        parts.append(pd.DataFrame({"value_deg": values.ravel(), "participant": names}).assign(side=side))
    described = {
        "instrument": kind.instrument,
        "pelvis_controlled": kind.pelvis_controlled,
        "active": "no",
        "rater": "A",
    }
    keys = {"session": "1", "direction": "extension", "test": "modified_thomas", "limited_by": "firm"}
    table = pd.concat(parts, ignore_index=True).assign(**described, **keys, repetition=np.nan, sem_deg=np.nan)
    return table[list(EXAM_COLUMNS)]


def _functional(people: People, table: Columns, random: np.random.Generator) -> pd.DataFrame:
    """Functional trials of the right sides: true use plus reserve, with the visit's error shared with the run."""
    rows = frame(rows_of(table, table["side"] == "right")).set_index("participant")
    rows = rows.loc[np.arange(people.used.size).astype(str)].reset_index()
    of = terms()["direct"]
    error = np.sqrt(2 * of["within_visit_deg"]["value"] ** 2 + of["bridge_deg"]["value"] ** 2)
    swings = of["repetition_sd_deg"]["value"] / 2
    random_part = random.normal(0, error, len(rows)) + random.normal(0, swings, len(rows))
    stride_part = random.normal(0, rows["used_se_strides_deg"].iloc[0], len(rows))
    available = rows["used_deg"] + people.reserve + random_part + stride_part
    keys = {name: rows[name] for name in KEYS}
    described = {"available_se_deg": swings, "n_repetitions": 4, "lower_bound": False}
    words = {"limited_by": "firm", "pelvis_controlled": "yes", "notes": ""}
    return pd.DataFrame(keys | {"available_deg": available}).assign(**described, **words)


def spread_people(n: int, random: np.random.Generator) -> People:
    """People spread evenly and widely around all limits: every probability between 0 and 1 occurs."""
    limit, test_limit = float(low_limit(*USED)[0]), float(low_limit(*TEST)[0])
    used = random.uniform(limit - 14, limit + 14, n)
    available = random.uniform(test_limit - 18, test_limit + 18, n)
    other = used + random.uniform(-14, 22, n)
    return People(used, other, available, available + random.uniform(-18, 18, n), random.uniform(-20, 24, n))


def coverage(found: dict[str, pd.DataFrame], people: People) -> dict[str, float]:
    """Share of 95 % intervals that hold the truth."""
    gap_used, gap_test = people.used - people.other_used, people.available - people.other_available
    cases = {
        "use": (found["reference"], "used", people.used),
        "test": (found["reference"], "available", people.available),
        "sides, use": (found["sides"], "estimate", gap_used),
        "sides, test": (found["sides"], "available_estimate", gap_test),
        "reserve": (found["direct"], "estimate", people.reserve),
    }
    return {
        name: float((np.abs(rows[f"{what}_deg"] - true) < 1.96 * rows[f"{what}_se_deg"]).mean())
        for name, (rows, what, true) in cases.items()
    }


def wrong_labels(rows: pd.DataFrame, true: np.ndarray) -> dict[str, float]:
    """Share of wrong ones among all labels given, the share that the rows state, and the share of labels given."""
    given = (rows["class"] != "inconclusive").to_numpy()
    chances = rows[[f"probability_{name}" for name in CLASSES]].max(axis=1).to_numpy()
    wrong = (rows["class"].to_numpy() != true)[given].mean()
    return {"given": float(given.mean()), "wrong": float(wrong), "stated": float(1 - chances[given].mean())}


def calibration(rows: pd.DataFrame, true: np.ndarray) -> float:
    """Largest difference, over classes and tenths of probability with 1,000 people or more, of stated and found."""
    gaps = []
    for name in CLASSES:
        stated = rows[f"probability_{name}"].to_numpy()
        tenth = np.minimum((stated * 10).astype(int), 9)
        for place in range(10):
            here = tenth == place
            if here.sum() >= 1000 and stated[here].max() > 0:
                gaps.append(abs(stated[here].mean() - (true[here] == name).mean()))
    return max(gaps)


def power_people(comparison: str, deficit_deg: float, test_low: bool, n: int) -> People:
    """People with one true deficit of use: below the limit (reference, direct), against the other side (sides)."""
    limit, test_limit = float(low_limit(*USED)[0]), float(low_limit(*TEST)[0])
    full = np.ones(n)
    used = full * (limit - deficit_deg if comparison != "sides" else USED[0])
    other = used + (deficit_deg if comparison == "sides" else 0.0)
    available = full * (test_limit - FAR_DEG if test_low and comparison != "sides" else TEST[0])
    other_available = available + (FAR_DEG if test_low and comparison == "sides" else 0.0)
    return People(used, other, available, other_available, full * (0.0 if test_low else FAR_DEG))


def power(comparison: str, kind: Kind, repetitions: int, test_low: bool, n: int) -> list[float]:
    """How often the class of a use deficit is reached, at each of `DEFICITS_DEG`."""
    wanted = "low_both" if test_low else "available_unused"
    random = np.random.default_rng(SEED)
    cases = [power_people(comparison, deficit, test_low, n) for deficit in DEFICITS_DEG]
    found = [measure(one, kind, repetitions, random, (comparison,))[comparison] for one in cases]
    return [float((rows["class"] == wanted).mean()) for rows in found]


def main(n: int = N) -> None:
    """Print the page."""
    random = np.random.default_rng(SEED)
    people = spread_people(n, random)
    found = measure(people, KINDS[0], 2, random)
    true = truth(people, random)
    print(HEAD.format(n=n))
    print("| 95 % interval of | holds the truth in |\n|---|---|")
    print("\n".join(f"| {name} | {100 * value:.1f} % |" for name, value in coverage(found, people).items()))
    print(LABELS)
    for name, rows in found.items():
        words = wrong_labels(rows, true[name])
        gap = calibration(rows, true[name])
        print(f"| `{name}` | {words['given']:.3f} | {words['wrong']:.4f} | {words['stated']:.4f} | {gap:.3f} |")
    print(POWER)
    for name in ("reference", "sides", "direct"):
        for test_low in (False, True):
            for kind, repetitions in tests_of(name):
                shares = " | ".join(
                    f"{share:.2f}" for share in power(name, kind, repetitions, test_low, min(n, N_POWER))
                )
                label = "low_both" if test_low else "available_unused"
                test = f"{kind.name}, {repetitions}" if name != "direct" else "functional trial, 4 swings"
                print(f"| `{name}` | `{label}` | {test} | {shares} |")


def tests_of(comparison: str) -> list[tuple[Kind, int]]:
    """Kinds of test and repetitions that a comparison is shown for; `direct` uses no table test."""
    every = [(kind, repetitions) for kind in KINDS for repetitions in REPETITIONS]
    return every[1:2] if comparison == "direct" else every


HEAD = """# What the ledger can tell

Printed by `python benchmarks/ledger_simulation.py`: {n:,} synthetic people, whose true values are drawn, measured with
the errors that the ledger assumes ([used-and-available.md](used-and-available.md)), and asked for again. Speed 3.5 m/s,
30 strides a side. It shows that the arithmetic is right, not that the assumed errors are.

## Intervals, labels, probabilities

People spread evenly around all limits, modified Thomas test with the pelvis held, two repetitions.
"""
LABELS = """
Of the labels given: how many people get one, how many of these are wrong, how many the rows themselves say are wrong,
and the largest gap between a stated probability and what was found (per class and tenth of probability).

| comparison | label given | wrong | stated | largest gap |
|---|---|---|---|---|"""
POWER = """
## How often each class is reached

20,000 people per case. True deficit of use in degrees: below the limit of low (`reference`, `direct`), or against the
other side (`sides`; a healthy difference reaches 3.7 deg at 3.5 m/s). The test is far from its own limit; the sides'
tests are equal, or 14 deg apart; the functional trial leaves 14 deg of reserve, or none. At a deficit of 0 in `sides`
each label would be wrong.

| comparison | class | test, repetitions | 0 | 2 | 4 | 6 | 8 |
|---|---|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N)
