"""What a file is, what was understood of it, and what is missing: `kinematics inspect`."""

from __future__ import annotations

from kinematics.inspecting.inspection import Inspection, inspect_file, inspect_files
from kinematics.inspecting.printing import as_json, as_text

__all__ = ["Inspection", "as_json", "as_text", "inspect_file", "inspect_files"]
