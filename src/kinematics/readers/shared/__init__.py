"""What readers share: the source, its text, clock, axes, mappings and checks."""
