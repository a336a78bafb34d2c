"""`python -m kinematics.cli`."""

from __future__ import annotations

from kinematics.cli import main

if __name__ == "__main__":
    main()
