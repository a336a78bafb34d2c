"""One visit: its trials read and worked through, what stands beside them, its rows of every table."""
