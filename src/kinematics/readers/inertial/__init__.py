"""Readers of raw inertial sensors."""
