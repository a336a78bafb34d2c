"""Readers of published data sets' layouts: RBDS, WBDS, Motion-BIDS."""
