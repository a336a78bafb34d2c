"""Available range: what was measured on the table, the tests that gave it, and how sure it is."""

from kinematics.exam.available import AVAILABLE_COLUMNS, available_range
from kinematics.exam.reading import EXAM_COLUMNS, empty_exam, read_exam, read_exam_rows
from kinematics.exam.registry import ExamTest, TestReference, best_sem, exam_tests, sem_table

__all__ = [
    "AVAILABLE_COLUMNS",
    "EXAM_COLUMNS",
    "ExamTest",
    "TestReference",
    "available_range",
    "best_sem",
    "empty_exam",
    "exam_tests",
    "read_exam",
    "read_exam_rows",
    "sem_table",
]
