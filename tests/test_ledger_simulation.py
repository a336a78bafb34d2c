"""Do the ledger's errors and probabilities mean what they say? True values are drawn, measured, and asked for again."""

import sys

import numpy as np
import pandas as pd
import pytest
from ledger_tables import as_strides, exam_rows

from kinematics.exam import available_range
from kinematics.ledger import compare_range, low_limit, used_range

N = 8_000
N_STRIDES = 12
SEED = 20
#: What the ledger assumes (terms.yaml, exam_tests.yaml).
VISIT_SD, HIP_CENTRE_SD, STRIDE_SD, CORRELATION = 2.5, 0.7, 0.8, 0.12
SEM, LASTING_SHARE, REPETITIONS = 3.0, 0.5, 2
USED_LIMIT, USED_LIMIT_SE = (float(part) for part in low_limit(7.9, 4.5, 28))
TEST_LIMIT, TEST_LIMIT_SE = (float(part) for part in low_limit(10.6, 9.6, 300))
#: Four standard errors of a proportion near p in n draws.
FOUR_SE = 4.0


def within(found, stated, n):
    return abs(found - stated) < FOUR_SE * np.sqrt(stated * (1 - stated) / n)


def correlated_strides(rng, n_people):
    """Stride-to-stride deviations with unit variance and the neighbours' correlation."""
    noise = rng.normal(size=(n_people, N_STRIDES))
    for stride in range(1, N_STRIDES):
        noise[:, stride] = CORRELATION * noise[:, stride - 1] + np.sqrt(1 - CORRELATION**2) * noise[:, stride]
    return noise


def measured_strides(rng, true_used):
    """Strides of people whose true use is given, measured with the errors that the ledger assumes."""
    n_people = len(true_used)
    centre = true_used + rng.normal(0, VISIT_SD, n_people) + rng.normal(0, HIP_CENTRE_SD, n_people)
    values = centre[:, None] + STRIDE_SD * correlated_strides(rng, n_people)
    table = pd.DataFrame({"participant": np.repeat(np.arange(n_people).astype(str), N_STRIDES)})
    table = table.assign(session="1", trial="a", task="run", speed_m_s=3.5, side="right", valid=True)
    return as_strides(table.assign(peak_hip_extension_deg=values.ravel()))


def measured_exam(rng, true_available):
    n_people = len(true_available)
    lasting = rng.normal(0, np.sqrt(LASTING_SHARE) * SEM, n_people)
    visit = rng.normal(0, np.sqrt(1 - LASTING_SHARE) * SEM, (n_people, REPETITIONS))
    exam = exam_rows(*((true_available + lasting)[:, None] + visit).ravel())
    return exam.assign(participant=np.repeat(np.arange(n_people).astype(str), REPETITIONS))


def ledger_of(rng, true_used, true_available):
    """Rows of the right side, in the order of the people, beside whether the truth is low on each."""
    ledger = compare_range(measured_strides(rng, true_used), measured_exam(rng, true_available))
    ledger = ledger.query("side == 'right' and comparison == 'reference'").set_index("participant")
    return ledger.loc[np.arange(len(true_used)).astype(str)].reset_index()


@pytest.fixture(scope="module")
def drawn():
    """A population spread widely around both limits, each person held against a limit that is itself uncertain."""
    rng = np.random.default_rng(SEED)
    true_used = rng.uniform(USED_LIMIT - 12, USED_LIMIT + 12, N)
    true_available = rng.uniform(TEST_LIMIT - 14, TEST_LIMIT + 14, N)
    ledger = ledger_of(rng, true_used, true_available)
    used_low = true_used < USED_LIMIT + rng.normal(0, USED_LIMIT_SE, N)
    available_low = true_available < TEST_LIMIT + rng.normal(0, TEST_LIMIT_SE, N)
    truth = np.select(
        [used_low & ~available_low, used_low & available_low, ~used_low & available_low],
        ["available_unused", "low_both", "low_test_only"],
        "typical",
    )
    return ledger.assign(truth=truth, true_used=true_used, true_available=true_available, used_low=used_low)


def test_95_percent_intervals_of_use_cover_the_truth(drawn):
    inside = (drawn["used_deg"] - drawn["true_used"]).abs() < 1.96 * drawn["used_se_deg"]
    assert within(inside.mean(), 0.95, N)


def test_95_percent_intervals_of_availability_cover_the_truth(drawn):
    inside = (drawn["available_deg"] - drawn["true_available"]).abs() < 1.96 * drawn["available_se_deg"]
    assert within(inside.mean(), 0.95, N)


def test_the_stride_term_is_the_spread_of_medians_of_correlated_strides():
    rng = np.random.default_rng(SEED)
    medians = np.median(STRIDE_SD * correlated_strides(rng, N), axis=1)
    stated = used_range(measured_strides(rng, np.zeros(2000)))["used_se_strides_deg"].median()
    assert stated == pytest.approx(medians.std(), rel=0.08)  # the formula is for long series, there are 12 strides


def test_probabilities_to_be_low_are_calibrated(drawn):
    bins = pd.cut(drawn["probability_used_low"], np.linspace(0, 1, 11))
    table = drawn.groupby(bins, observed=True).agg(
        stated=("probability_used_low", "mean"), found=("used_low", "mean"), n=("used_low", "size")
    )
    assert table["n"].min() > 100
    assert all(within(row.found, row.stated, row.n) for row in table.itertuples())


def test_of_the_labels_given_at_most_a_tenth_are_wrong(drawn):
    given = drawn[drawn["class"] != "inconclusive"]
    assert len(given) > N / 4
    wrong = given.groupby("class")["truth"].apply(lambda truth: (truth != truth.name).mean())
    assert wrong.max() <= 0.10
    # and the rate is the one that the rows state
    stated = 1 - given[[f"probability_{name}" for name in wrong.index]].max(axis=1).mean()
    assert within((given["class"] != given["truth"]).mean(), stated, len(given))


@pytest.mark.parametrize(("used_low", "test_low"), [(0, 0), (0, 9), (9, 0), (0, -9), (-9, 0)])
def test_someone_on_a_limit_is_called_wrongly_low_in_at_most_a_tenth_of_visits(used_low, test_low):
    rng = np.random.default_rng(SEED)
    n = 2000
    ledger = ledger_of(rng, np.full(n, USED_LIMIT + used_low), np.full(n, TEST_LIMIT + test_low))
    wrongly = {"available_unused", "low_both"} if used_low >= 0 else set()
    wrongly |= {"low_test_only", "low_both"} if test_low >= 0 else set()
    assert ledger["class"].isin(wrongly).mean() <= 0.10 + FOUR_SE * np.sqrt(0.09 / n)


def test_available_range_without_repetitions_states_the_whole_error():
    exam = exam_rows(5.0, 5.0)
    assert available_range(exam.iloc[:1])["available_se_deg"].iloc[0] == pytest.approx(SEM)


# The three comparisons, by the script that prints docs/ledger-power.md, on fewer people.

SMALL = 8_000
COMPARISONS = ("reference", "sides", "direct")


@pytest.fixture(scope="module")
def script():
    from importlib.util import module_from_spec, spec_from_file_location

    from conftest import ROOT

    spec = spec_from_file_location("ledger_simulation", ROOT / "benchmarks" / "ledger_simulation.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(script):
    """People, their rows by comparison, and their true classes."""
    random = np.random.default_rng(SEED)
    people = script.spread_people(SMALL, random)
    found = script.measure(people, script.KINDS[0], 2, random)
    return people, found, script.truth(people, random)


@pytest.mark.parametrize("name", ["use", "test", "sides, use", "sides, test", "reserve"])
def test_95_percent_intervals_of_every_comparison_cover_the_truth(script, measured, name):
    people, found, _ = measured
    assert within(script.coverage(found, people)[name], 0.95, SMALL)


@pytest.mark.parametrize("name", COMPARISONS)
def test_labels_are_wrong_no_more_often_than_their_rows_state(script, measured, name):
    _, found, true = measured
    words = script.wrong_labels(found[name], true[name])
    assert words["given"] > 0.25
    assert words["wrong"] <= 0.10
    assert within(words["wrong"], words["stated"], SMALL * words["given"])
