"""The command that all others belong to."""

from __future__ import annotations

import click

from kinematics import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kinematics", message="%(prog)s %(version)s")
def main() -> None:
    """Used against available hip extension in runners, from motion files to reports.

    Research and education software, not a medical device.
    """
