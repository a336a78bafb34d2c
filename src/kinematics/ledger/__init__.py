"""Used against available range: what each is, how sure, and what follows."""

from kinematics.ledger.compare import compare_range
from kinematics.ledger.limits import class_probabilities, low_limit, probability_low
from kinematics.ledger.reasons import REASONS
from kinematics.ledger.used import used_range

__all__ = ["REASONS", "class_probabilities", "compare_range", "low_limit", "probability_low", "used_range"]
