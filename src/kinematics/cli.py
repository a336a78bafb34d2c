"""The command line: `kinematics run`, `kinematics simulate`, `kinematics strides`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kinematics import __version__
from kinematics.conventions import TASKS

SOME_FAILED, NOTHING_DONE = 1, 2
EXPORTS = ("csv", "excel", "mot", "bids")
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


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
@click.option("--linked", is_flag=True, help="Let the reports share one script file: small, but to be kept together.")
@click.option("--debug", is_flag=True, help="Show where an internal error happened.")
def run(study: Path, processed: Path, reports: Path, jobs: int | None, linked: bool, debug: bool) -> None:
    """Work through the study folder STUDY: tables, one report per session, an index.

    Exit code: 0 all well, 1 something failed, 2 nothing could be done.
    """
    with _sentences(debug):
        from kinematics.pipeline import run_study

        result = run_study(
            study, processed=processed, reports=reports, jobs=jobs or _cores(), debug=debug, linked=linked
        )
        click.echo(result)
        sys.exit(result.exit_code)


@main.command()
@click.argument("participant")
@click.argument("session")
@click.option("--study", type=FOLDER, default=".", show_default=True, help="The study folder.")
@click.option("--reports", type=FOLDER, default="reports", show_default=True, help="Folder for the reports.")
def report(participant: str, session: str, study: Path, reports: Path) -> None:
    """Write the report of one visit: PARTICIPANT and SESSION as in the study's tables.

    Earlier visits of the same person stand beside it. No tables are written.
    """
    with _sentences(debug=False):
        from kinematics.pipeline.single import write_one_report

        click.echo(write_one_report(study, participant, session, reports=reports).as_posix())


@main.command("patient-page")
@click.argument("participant")
@click.argument("session")
@click.option("--approved-by", required=True, metavar="NAME", help="Who went through the page and approves it.")
@click.option("--study", type=FOLDER, default=".", show_default=True, help="The study folder.")
@click.option("--reports", type=FOLDER, default="reports", show_default=True, help="Folder for the reports.")
def patient_page(participant: str, session: str, approved_by: str, study: Path, reports: Path) -> None:
    """Write the runner's own page of one visit: what was measured, and the exercises as a sheet to print.

    Only where all safety questions are answered and clear, and a clinician has reviewed every exercise on it.
    """
    with _sentences(debug=False):
        from kinematics.pipeline.single import write_patient_page

        page = write_patient_page(study, participant, session, approved_by=approved_by, reports=reports)
        click.echo(page.as_posix())


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


@main.command()
@click.argument("trial", type=FILE)
@click.option("--task", type=click.Choice(["run", "walk"]), default="run", show_default=True)
@click.option("--speed", "speed_m_s", type=float, default=float("nan"), help="Speed of the trial in m/s.")
@click.option("--static", type=FILE, help="Standing trial; a marker trial needs one.")
@click.option("--forces", type=FILE, help="Force file, where it is apart.")
@click.option("--events", type=FILE, help="Your own table of events.")
@click.option("--format", "file_format", help="Name of the file's format, where it cannot be told.")
@click.option("--csv", is_flag=True, help="Every column and digit, separated by commas.")
def strides(
    trial: Path,
    task: str,
    speed_m_s: float,
    static: Path | None,
    forces: Path | None,
    events: Path | None,
    file_format: str | None,
    csv: bool,
) -> None:
    """Print the stride table of TRIAL: every stride, those left out with their reason.

    Extension is positive with the leg behind, tilt positive to the front.
    """
    with _sentences(debug=False):
        from kinematics import foot_events, hip_angles, read_trial, segment_strides
        from kinematics.strides.printing import stride_csv, stride_text

        motion = read_trial(trial, task=task, speed_m_s=speed_m_s, forces=forces, events=events, format=file_format)
        standing = read_trial(static, task="static", format=file_format) if static else None
        angles = hip_angles(motion, standing)
        found = segment_strides(angles, foot_events(motion, angles))
        click.echo(stride_csv(found) if csv else stride_text(found), nl=False)


@main.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--task", type=click.Choice(TASKS), help="What was done.  [default: told from the data]")
@click.option("--speed", "speed_m_s", type=float, default=float("nan"), help="Speed of the trial in m/s.")
@click.option("--rate", "rate_hz", type=click.FloatRange(min=0, min_open=True), help="Sampling rate in Hz.")
@click.option("--mapping", type=FILE, help="TOML file that says which column is which angle, or sensor which segment.")
@click.option("--format", "file_format", help="Name of the file's format, where it cannot be told.")
@click.option("--json", "json_", is_flag=True, help="A list with one object per file, for machines.")
def inspect(
    files: tuple[Path, ...],
    task: str | None,
    speed_m_s: float,
    rate_hz: float | None,
    mapping: Path | None,
    file_format: str | None,
    json_: bool,
) -> None:
    """Say what FILES are: format, rate, sides, which column is which angle, gaps, doubts, what is missing.

    Nothing is changed. Exit code: 0 all can be read, 1 some cannot, 2 none can.
    """
    with _sentences(debug=False):
        from kinematics.inspecting import as_json, as_text, inspect_file

        found = [
            inspect_file(path, task=task, format=file_format, speed_m_s=speed_m_s, rate_hz=rate_hz, mapping=mapping)
            for path in files
        ]
        click.echo(as_json(found) if json_ else "\n\n".join(map(as_text, found)))
        readable = sum(one.readable for one in found)
    sys.exit(0 if readable == len(found) else SOME_FAILED if readable else NOTHING_DONE)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def init(folder: Path) -> None:
    """Write the study tables of FOLDER from the files in it, for you to complete.

    Standing, force and motion trials are paired by their names. Nothing that is there is overwritten.
    """
    with _sentences(debug=False):
        from kinematics.init_study import init_study

        click.echo(init_study(folder))


@main.command()
@click.argument("sql")
@click.option("--processed", type=FOLDER, default="data/processed", show_default=True, help="Folder of the tables.")
@click.option("--csv", is_flag=True, help="Every row and digit, separated by commas.")
def query(sql: str, processed: Path, csv: bool) -> None:
    """Ask the tables of all studies that were run, in SQL.

    The tables: strides, curves, ledger, options, excluded, each with a column `study`; and columns, which says
    what every column means. Example: "SELECT study, side, avg(peak_hip_extension_deg) FROM strides GROUP BY ALL"
    """
    with _sentences(debug=False):
        from kinematics.store import ask

        click.echo(ask(sql, processed=processed, csv=csv), nl=False)


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
    with _sentences(debug=False):
        from kinematics.export import export_study

        written = export_study(study, kind, processed=processed, to=to)
        click.echo(f"{len(written)} files in {written[0].parent.as_posix()}")


@main.command()
@click.argument("study", type=FOLDER)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The notebook.  [default: <study>.ipynb]")
def notebook(study: Path, to: Path | None) -> None:
    """Write a Jupyter notebook that goes through the study folder STUDY."""
    with _sentences(debug=False):
        from kinematics.notebook import write_notebook

        click.echo(f"{write_notebook(study, to).as_posix()} written. Next: jupyter lab")


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
    with _sentences(debug=False):
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
    with _sentences(debug=False):
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
    with _sentences(debug=False):
        from kinematics.pipeline import study_frames

        click.echo(study_frames(study, subtract=subtract, across_zeros=across_zeros).to_csv(index=False), nl=False)


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
    with _sentences(debug=False):
        from kinematics.exercises.checking import check_options

        faults = check_options(folder, language=language)
        for fault in faults:
            click.echo(str(fault))
        click.echo(f"{len(faults)} problem{'' if len(faults) == 1 else 's'} found.")
        sys.exit(1 if faults else 0)


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
