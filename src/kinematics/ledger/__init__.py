"""Used against available range: what each is, how sure, and what follows."""

from kinematics.ledger.change import change_between
from kinematics.ledger.compare import compare_range
from kinematics.ledger.coupling import Coupling, people_of, tilt_coupling
from kinematics.ledger.frames import FRAMES, beyond_test, four_frames
from kinematics.ledger.functional import functional_range, standing_table
from kinematics.ledger.limits import class_probabilities, low_limit, probability_low
from kinematics.ledger.reasons import REASONS
from kinematics.ledger.used import used_range

__all__ = [
    "FRAMES",
    "REASONS",
    "Coupling",
    "beyond_test",
    "change_between",
    "class_probabilities",
    "compare_range",
    "four_frames",
    "functional_range",
    "low_limit",
    "people_of",
    "probability_low",
    "standing_table",
    "tilt_coupling",
    "used_range",
]
