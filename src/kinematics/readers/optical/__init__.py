"""Readers of optical motion capture: C3D, Vicon, Qualisys, Motive, Theia."""
