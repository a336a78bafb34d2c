"""The command line: `kinematics run`, `kinematics simulate`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kinematics import __version__

NOTHING_DONE = 2
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kinematics", message="%(prog)s %(version)s")
def main() -> None:
    """Used against available hip extension in runners, from motion files to reports.

    Research and education software, not a medical device.
    """


@main.command()
@click.argument("study", type=FOLDER)
@click.option("--processed", type=FOLDER, default="data/processed", show_default=True, help="Folder for the tables.")
@click.option("--reports", type=FOLDER, default="reports", show_default=True, help="Folder for the reports.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Sessions at a time.  [default: one per core]")
@click.option("--debug", is_flag=True, help="Show where an internal error happened.")
def run(study: Path, processed: Path, reports: Path, jobs: int | None, debug: bool) -> None:
    """Work through the study folder STUDY: tables, one report per session, an index.

    Exit code: 0 all well, 1 something failed, 2 nothing could be done.
    """
    with _sentences(debug):
        from kinematics.pipeline import run_study

        result = run_study(study, processed=processed, reports=reports, jobs=jobs or _cores(), debug=debug)
        click.echo(result)
        sys.exit(result.exit_code)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Seed of the random numbers.")
def simulate(folder: Path, seed: int | None) -> None:
    """Write a synthetic study with known truth into FOLDER."""
    with _sentences(debug=False):
        from kinematics.simulate import simulate_study

        simulate_study(folder, **({} if seed is None else {"seed": seed}))
        click.echo(
            f"A synthetic study lies in {folder.as_posix()}; its truth in truth.csv. Next: kinematics run {folder}"
        )


@contextmanager
def _sentences(debug: bool) -> Iterator[None]:
    """An error that a person can mend ends in its sentence and exit code 2, not in a trace."""
    from kinematics.conventions import DataError

    try:
        yield
    except DataError as error:
        click.echo(f"Error: {error}", err=True)
    except FileExistsError as error:
        click.echo(f"Error: {error.filename}: a file of that name is in the way of the folder.", err=True)
    except OSError as error:
        if debug:
            raise
        click.echo(f"Error: {error.filename or 'a file'}: {error.strerror or 'cannot be used'}.", err=True)
    except KeyboardInterrupt:
        click.echo("Stopped. What was finished is kept; the same command goes on from there.", err=True)
    else:
        return
    sys.exit(NOTHING_DONE)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
