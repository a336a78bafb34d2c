"""The pelvis's share of the thigh's travel."""

import numpy as np
import pytest

from kinematics.coordination import pelvic_share


def test_a_pelvis_that_stays_has_no_share_and_a_hip_that_stays_gives_it_all():
    assert pelvic_share(np.array([40.0, 40.0]), np.array([0.0, 40.0])) == pytest.approx([0, 1])


def test_a_thigh_that_hardly_moves_has_no_share():
    assert np.isnan(pelvic_share(np.array([4.9]), np.array([1.0]))).all()
