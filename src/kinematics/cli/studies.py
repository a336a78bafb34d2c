"""Commands about whole studies: run them, prove them, pass them on."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kinematics.cli.common import FOLDER, PLACE, cores, sentences, stopping_when_told
from kinematics.cli.group import main

EXPORTS = ("csv", "excel", "mot", "bids")


@main.command()
@click.argument("study", type=PLACE)
@click.option("--processed", type=PLACE, default="data/processed", show_default=True, help="Folder for the tables.")
@click.option("--reports", type=PLACE, default="reports", show_default=True, help="Folder for the reports.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Cores to use.  [default: all]")
@click.option("--shard", default="", metavar="I/N", help="Only the I-th of N parts of the sessions, without tables.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Let the workers of a dask scheduler do it.")
@click.option("--recheck", is_flag=True, help="Hash every file again, also those that look unchanged.")
@click.option("--linked", is_flag=True, help="Let the reports share one script file: small, but to be kept together.")
@click.option("--debug", is_flag=True, help="Show where an internal error happened.")
def run(
    study: Path | str,
    processed: Path | str,
    reports: Path | str,
    jobs: int | None,
    shard: str,
    scheduler: str,
    recheck: bool,
    linked: bool,
    debug: bool,
) -> None:
    """Work through the study folder STUDY: tables, one report per session, an index.

    STUDY and the folders may be addresses (s3://...). A run that was stopped goes on where it was (docs/running.md).
    Exit code: 0 all well, 1 something failed, 2 nothing could be done, 130 stopped.
    """
    with sentences(debug), stopping_when_told():
        from kinematics.pipeline import run_study

        result = run_study(
            study,
            processed=processed,
            reports=reports,
            jobs=jobs or cores(),
            shard=shard,
            scheduler=scheduler,
            recheck=recheck,
            debug=debug,
            linked=linked,
        )
        click.echo(result)
        sys.exit(result.exit_code)


@main.command()
@click.argument("study", type=PLACE)
@click.option("--processed", type=PLACE, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--reports", type=PLACE, default="reports", show_default=True, help="Folder of the reports.")
@click.option("--recompute", is_flag=True, help="Make everything anew in a temporary folder and compare the bytes.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Cores to use.  [default: all]")
def verify(study: Path | str, processed: Path | str, reports: Path | str, recompute: bool, jobs: int | None) -> None:
    """Prove that the outputs of the last run come from the files of STUDY.

    Every input and output is hashed and held against the manifest. One line for each thing that is not as it says.
    Exit code: 0 proven, 1 something is not as the manifest says, 2 nothing could be compared, 130 stopped.
    """
    with sentences(debug=False), stopping_when_told():
        from kinematics.pipeline import verify_study

        found = verify_study(study, processed=processed, reports=reports, recompute=recompute, jobs=jobs or cores())
        click.echo(found)
        sys.exit(found.exit_code)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--seed", type=click.IntRange(min=0), default=None, help="Seed of the random numbers.")
def simulate(folder: Path, seed: int | None) -> None:
    """Write a synthetic study with known truth into FOLDER."""
    with sentences(debug=False):
        from kinematics.simulate import simulate_study

        simulate_study(folder, **({} if seed is None else {"seed": seed}))
        click.echo(
            f"A synthetic study lies in {folder.as_posix()}; its truth in truth.csv. Next: kinematics run {folder}"
        )


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def init(folder: Path) -> None:
    """Write the study tables of FOLDER from the files in it, for you to complete.

    Standing, force and motion trials are paired by their names. Nothing that is there is overwritten.
    """
    with sentences(debug=False):
        from kinematics.init_study import init_study

        click.echo(init_study(folder))


@main.command()
@click.argument("study", type=FOLDER)
@click.option(
    "--as", "kind", type=click.Choice(EXPORTS), default="csv", show_default=True, help="mot and bids need the files."
)
@click.option("--processed", type=FOLDER, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--to", type=FOLDER, help="Folder to write into.  [default: <study>_<kind>]")
def export(study: Path, kind: str, processed: Path, to: Path | None) -> None:
    """Write the results of the study folder STUDY for other programs.

    csv and excel take the tables of the last run; mot (OpenSim) and bids (Motion-BIDS derivatives) are computed from
    the study's files.
    """
    with sentences(debug=False):
        from kinematics.export import export_study

        written = export_study(study, kind, processed=processed, to=to)
        click.echo(f"{len(written)} files in {written[0].parent.as_posix()}")


@main.command()
@click.argument("study", type=FOLDER)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The notebook.  [default: <study>.ipynb]")
def notebook(study: Path, to: Path | None) -> None:
    """Write a Jupyter notebook that goes through the study folder STUDY."""
    with sentences(debug=False):
        from kinematics.notebook import write_notebook

        click.echo(f"{write_notebook(study, to).as_posix()} written. Next: jupyter lab")


@main.command()
@click.argument("sql")
@click.option("--processed", type=FOLDER, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--csv", is_flag=True, help="Every row and digit, separated by commas.")
def query(sql: str, processed: Path, csv: bool) -> None:
    """Ask the tables of all studies that were run, in SQL.

    The tables: strides, curves, ledger, options, excluded, each with a column `study`; and columns, which says
    what every column means. Example: "SELECT study, side, avg(peak_hip_extension_deg) FROM strides GROUP BY ALL"
    """
    with sentences(debug=False):
        from kinematics.store import ask

        click.echo(ask(sql, processed=processed, csv=csv), nl=False)
