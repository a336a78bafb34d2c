"""Markers or sensors -> pelvis and thigh frames."""
