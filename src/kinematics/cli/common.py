"""What all commands share: kinds of arguments, exit codes, and errors said in a sentence."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

SOME_FAILED, NOTHING_DONE = 1, 2
#: Of a process that a signal ended: this and the signal's number.
SIGNALLED = 128
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


class Place(click.ParamType):
    """A folder, or the address of one for fsspec."""

    name = "directory"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """A path, or the address as it is."""
        return value if "://" in str(value) else FOLDER.convert(str(value), param, ctx)


PLACE = Place()


@contextmanager
def sentences(debug: bool) -> Iterator[None]:
    """An error that a person can mend ends in its sentence and exit code 2, not in a trace."""
    from kinematics.conventions import DataError

    code = NOTHING_DONE
    try:
        yield
    except DataError as error:
        click.echo(f"Error: {error}", err=True)
    except FileExistsError as error:
        click.echo(f"Error: {error.filename}: a file of that name is in the way of the folder.", err=True)
    except OSError as error:
        if debug:
            raise
        click.echo(f"Error: {error.filename or 'a file'}: {_reason(error)}", err=True)
    except KeyboardInterrupt as stop:
        click.echo("Stopped. What was finished is kept; the same command goes on from there.", err=True)
        code = SIGNALLED + (stop.args[0] if stop.args else signal.SIGINT)
    else:
        return
    sys.exit(code)


def _reason(error: OSError) -> str:
    if error.errno in DISK_IS_FULL:
        return "there is no space for this file. Free some; the same command goes on where it stopped."
    return f"{error.strerror or 'cannot be used'}."


@contextmanager
def stopping_when_told() -> Iterator[None]:
    """Lets an end that is asked for (SIGTERM, as schedulers of jobs send it) be as clean as Ctrl-C."""

    def stopped(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, stopped)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
