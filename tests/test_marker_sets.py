"""Labels and what they stand for."""

from kinematics.marker_sets import expected, recognise


def test_rbds_labels_are_recognised_with_side_and_role():
    names = recognise(["R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS", "L.Thigh.Top.Lateral", "R.Knee.Medial"])
    assert names.of("asis", "left") == ("L.ASIS",)
    assert names.of("thigh", "left") == ("L.Thigh.Top.Lateral",)
    assert names.of("knee_medial", "right") == ("R.Knee.Medial",)
    assert names.of("knee_lateral", "right") == ()


def test_case_dots_and_spaces_in_labels_do_not_matter():
    assert recognise(["r asis", "L_ASIS"]).both("asis") == ("r asis", "L_ASIS")


def test_unknown_labels_are_not_recognised():
    assert recognise(["foo", "bar"]) is None


def test_the_expected_label_is_the_one_that_the_set_uses():
    assert expected("asis", "right", "rbds") == "R.ASIS"
