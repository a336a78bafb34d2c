"""Commands about what is a laboratory's or a clinic's own: reference, errors, exercises."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kinematics.cli.common import FOLDER, sentences
from kinematics.cli.group import main


@main.group()
def norms() -> None:
    """A laboratory's own reference."""


@norms.command("build")
@click.argument("study", type=FOLDER)
@click.option("--name", required=True, help="What tables and reports call the reference.")
@click.option("--population", default="", help="Who the people are, in words.")
@click.option("--task", type=click.Choice(["run", "walk"]), default="run", show_default=True)
def build_norms_command(study: Path, name: str, population: str, task: str) -> None:
    """Write norms.yaml into STUDY: mean and spread of its people at each speed, for [ledger] norms of a study.toml."""
    with sentences(debug=False):
        from kinematics.norms import build_norms, write_norms
        from kinematics.pipeline import study_strides

        write_norms(
            study / "norms.yaml", build_norms(study_strides(study, task=task), name=name, population=population)
        )
        click.echo(
            f'Reference: {(study / "norms.yaml").as_posix()}. Next: [ledger] norms = "norms.yaml" in study.toml.'
        )


@main.group()
def sem() -> None:
    """A laboratory's own errors between visits."""


@sem.command("build")
@click.argument("study", type=FOLDER)
@click.option("--task", type=click.Choice(["run", "walk"]), default="run", show_default=True)
def build_sem_command(study: Path, task: str) -> None:
    """Write sem.yaml into STUDY: the error between visits of each metric, for [ledger] sem of a study.toml."""
    with sentences(debug=False):
        from kinematics.norms import build_sem, write_sem
        from kinematics.pipeline import study_strides

        write_sem(study / "sem.yaml", build_sem(study_strides(study, task=task)))
        click.echo(f'Errors: {(study / "sem.yaml").as_posix()}. Next: [ledger] sem = "sem.yaml" in study.toml.')


@main.command()
@click.argument("study", type=FOLDER)
@click.option("--subtract", is_flag=True, help="Take the modified Thomas test off each frame (needs --across-zeros).")
@click.option("--across-zeros", is_flag=True, help="Consent to numbers that change with the zero that one picks.")
def frames(study: Path, subtract: bool, across_zeros: bool) -> None:
    """Used hip extension of STUDY under four frames, as CSV."""
    with sentences(debug=False):
        from kinematics.pipeline import study_frames
        from kinematics.spreadsheets import csv_text

        click.echo(csv_text(study_frames(study, subtract=subtract, across_zeros=across_zeros)), nl=False)


@main.group()
def options() -> None:
    """A clinic's own exercises, rules and thresholds."""


@options.command("check")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--language", default="en", show_default=True, help="Language of the sentences.")
def check_folder(folder: Path | None, language: str) -> None:
    """Check FOLDER laid over the package's own; without it, check the package's.

    Prints every problem with its file and line. Exit code: 0 none, 1 some, 2 nothing could be checked.
    """
    with sentences(debug=False):
        from kinematics.exercises.checking import check_options

        faults = check_options(folder, language=language)
        for fault in faults:
            click.echo(str(fault))
        click.echo(f"{len(faults)} problem{'' if len(faults) == 1 else 's'} found.")
        sys.exit(1 if faults else 0)
