"""A study of short trials for tests of how it is run, and what a run left."""

from __future__ import annotations

from pathlib import Path

from kinematics.simulate import Runner, simulate_angles, simulate_gait, write_angles

VISITS = (("P01", "1"), ("P01", "2"), ("P02", "1"), ("P03", "1"), ("P04", "1"))
SECONDS = 6.0
#: The command line, which here thinks every visit worth a process.
MANY_PROCESSES = """
from kinematics.cli import main
from kinematics.pipeline.workers import cores

cores.VISITS_WORTH_A_PROCESS = 1
main()
"""


def write_study(folder: Path) -> Path:
    """Five visits of four people, each of one trial of 6 s."""
    folder.mkdir(parents=True)
    rows = ["participant,session,task,speed_m_s,file,zero"]
    for seed, (participant, session) in enumerate(VISITS):
        gait = simulate_gait(Runner(speed_m_s=3.5), duration_s=SECONDS, seed=seed)
        name = f"{participant}_{session}_run.csv"
        write_angles(folder / name, simulate_angles(gait, seed=seed).table)
        rows.append(f"{participant},{session},run,3.5,{name},anatomical")
    (folder / "trials.csv").write_text("\n".join(rows) + "\n")
    return folder


def left_by_run(*folders: Path) -> dict[str, bytes]:
    """Every file of a run by its name, but for what is hidden."""
    files = [path for folder in folders for path in folder.glob("[!.]*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files}


def half_files(folder: Path) -> list[Path]:
    """What a run that was cut off left half written."""
    return list(folder.rglob("*.part"))
