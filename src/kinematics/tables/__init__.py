"""Small text tables as people save them -> rows of checked cells, each fault with its file, row and column."""

from __future__ import annotations

from kinematics.tables.reading import read_table
from kinematics.tables.row import SHOWN_CHARACTERS, Row, has_value, nearest, shown
from kinematics.tables.table import Table

__all__ = ["SHOWN_CHARACTERS", "Row", "Table", "has_value", "nearest", "read_table", "shown"]
