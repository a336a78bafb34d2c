"""Readers of tables of angles and of normalised curves."""
