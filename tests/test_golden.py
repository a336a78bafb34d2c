"""The committed demo study comes back: what it was made with, within half a degree, and every class as designed."""

import pandas as pd
import pytest

from kinematics import assess, read_study


@pytest.fixture(scope="module")
def demo():
    """Assessments of all visits of the demo, and the truth it was written with."""
    from conftest import ROOT

    folder = ROOT / "data" / "raw" / "demo"
    truth = pd.read_csv(folder / "truth.csv", dtype={"session": str})
    return [assess(session) for session in read_study(folder).sessions], truth


@pytest.fixture(scope="module")
def medians(demo):
    """Median metrics per trial and side beside the truth."""
    assessments, truth = demo
    valid = pd.concat([trial.strides.valid for one in assessments for trial in one.trials if trial.strides is not None])
    keys = ["participant", "session", "trial", "side"]
    names = ["peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg"]
    return valid.groupby(keys)[names].median().reset_index().merge(truth, on=keys, suffixes=("", "_true"))


def test_the_demo_has_no_errors(demo):
    assert [sentence for one in demo[0] for sentence in one.errors] == []


def test_every_trial_and_side_of_the_truth_comes_back(demo, medians):
    assert len(medians) == len(demo[1])


@pytest.mark.parametrize("name", ["peak_hip_extension_deg", "mean_pelvis_anterior_tilt_deg"])
def test_a_metrics_truth_comes_back_within_half_a_degree(medians, name):
    assert (medians[name] - medians[f"{name}_true"]).abs().max() <= 0.5


def test_every_class_is_as_designed(demo):
    assessments, truth = demo
    for one in assessments:
        designed = truth[(truth["participant"] + "_" + truth["session"]) == one.name]
        for row in one.ledger[one.ledger["headline"] & (one.ledger["direction"] == "extension")].itertuples():
            assert row[one.ledger.columns.get_loc("class") + 1] in set(
                designed.loc[designed["side"] == row.side, "designed_class"]
            )


def test_all_five_classes_occur_in_the_demo(demo):
    labels = {label for one in demo[0] for label in one.ledger["class"]}
    assert labels == {"available_unused", "low_both", "low_test_only", "typical", "inconclusive"}
