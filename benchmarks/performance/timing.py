"""Seconds and memory of calls and of whole commands."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


def in_turns(calls: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """The middle of `turns` timings of each call, made in turns so that a busy moment meets all of them. [s]"""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - begun)
    return {name: float(np.median(taken)) for name, taken in seconds.items()}


@dataclass(frozen=True)
class Command:
    """What a command took: wall time [s] and the largest memory of its main process [MB]."""

    seconds: float
    memory_mb: float
    output: str


def command(words: Sequence[str], *, cores: int | None = None) -> Command:
    """Runs a command, on the first `cores` cores where that is said; stops where it fails."""

    def pinned() -> None:
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=pinned)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words[:4])} ended with {process.returncode}:\n{output}")
    return Command(time.perf_counter() - begun, usage.ru_maxrss / 1024, output)
