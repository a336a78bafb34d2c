"""Commands about single files: what they are, what strides they hold."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kinematics.cli.common import FILE, NOTHING_DONE, SOME_FAILED, sentences
from kinematics.cli.group import main
from kinematics.conventions import TASKS


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
    with sentences(debug=False):
        from kinematics import foot_events, hip_angles, read_trial, segment_strides
        from kinematics.strides.printing import stride_csv, stride_text

        motion = read_trial(trial, task=task, speed_m_s=speed_m_s, forces=forces, events=events, format=file_format)
        standing = read_trial(static, task="static", format=file_format) if static else None
        angles = hip_angles(motion, standing)
        found = segment_strides(angles, foot_events(motion, angles))
        click.echo(stride_csv(found) if csv else stride_text(found), nl=False)


@main.command()
@click.argument("files", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
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

    A folder is one recording of several sensor files; so are sensor files of one folder that are named together.
    Nothing is changed. Exit code: 0 all can be read, 1 some cannot, 2 none can.
    """
    with sentences(debug=False):
        from kinematics.inspecting import as_json, as_text, inspect_files

        given = {"speed_m_s": speed_m_s, "rate_hz": rate_hz, "mapping": mapping}
        found = inspect_files(files, task=task, format=file_format, **given)
        click.echo(as_json(found) if json_ else "\n\n".join(map(as_text, found)))
        readable = sum(one.readable for one in found)
    sys.exit(0 if readable == len(found) else SOME_FAILED if readable else NOTHING_DONE)
