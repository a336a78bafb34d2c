"""Readers of inertial suits that write joint angles: Xsens MVN, Noraxon MR3."""
