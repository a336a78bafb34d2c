"""
Cost of 1,000 linked reports: time, memory and disk. Prints a table for docs/report.md.

    python benchmarks/report_cost.py [FOLDER]

The reports are of one demo visit after the other, rendered anew each time and written beside one shared script.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from kinematics.files import write_whole
from kinematics.pipeline import assess
from kinematics.report import plotly_file, render_report, write_shared_script
from kinematics.study import read_study

STUDY = Path(__file__).parents[1] / "data" / "raw" / "demo"
N_REPORTS = 1000


def main(folder: Path) -> None:
    """Render and write the reports into `folder`, then print what they cost."""
    sessions = read_study(STUDY).sessions
    assessments = [assess(session) for session in sessions]
    start = time.perf_counter()
    script = write_shared_script(folder)
    begun = time.process_time()
    for place, assessment in enumerate(islice(cycle(assessments), N_REPORTS)):
        write_whole(folder / f"R{place:04}.html", render_report(assessment, shared_script=plotly_file()).encode())
    processor_s, wall_s = time.process_time() - begun, time.perf_counter() - start
    sizes = [path.stat().st_size for path in folder.glob("R*.html")]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("| 1,000 linked reports | measured |\n|---|---|")
    print(f"| wall time, shared script included | {wall_s:.0f} s |")
    print(f"| processor time each | {1000 * processor_s / N_REPORTS:.0f} ms |")
    print(f"| largest | {max(sizes) / 1000:.0f} kB |")
    print(f"| all together, with the script | {(sum(sizes) + script.stat().st_size) / 1e6:.0f} MB |")
    print(f"| memory at most | {peak_mb:.0f} MB |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
