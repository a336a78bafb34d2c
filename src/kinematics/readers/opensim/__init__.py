"""Readers of OpenSim's files: .mot, .sto, .trc."""
