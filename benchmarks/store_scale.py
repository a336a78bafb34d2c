"""
A store of a million strides: its size, what a question takes, and the memory of the process that asks.

Writes synthetic studies into a temporary folder (about half a minute) and prints the lines of docs/cohort.md::

    python benchmarks/store_scale.py [STRIDES]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from kinematics.metrics import METRIC_NAMES
from kinematics.store import arrow_table, table_schema, write_table

STRIDES, STUDIES, PER_TRIAL, SPEEDS = 1_000_000, 5, 100, (2.5, 3.5, 4.5)
SEED = 11
#: Asked in a process of its own, as in a notebook: best of three, then the peak of its memory.
ASKED = """
import json, resource, sys, time
import kinematics as kin
connection, took = kin.connect(sys.argv[1]), []
for _ in range(3):
    begin = time.perf_counter()
    rows = connection.sql(
        "SELECT study, speed_m_s, side, count(*) AS n, avg(peak_hip_extension_deg) AS mean, "
        "stddev(peak_hip_extension_deg) AS sd, median(pelvic_share) AS share "
        "FROM strides WHERE valid GROUP BY ALL ORDER BY ALL"
    ).df()
    took.append(time.perf_counter() - begin)
begin = time.perf_counter()
from kinematics.cohort import person_values
people = person_values(connection.sql(
    "SELECT participant, session, task, speed_m_s, trial, side, valid, peak_hip_extension_deg FROM strides"
).df(), "peak_hip_extension_deg")
print(json.dumps({"rows": int(rows["n"].sum()), "groups": len(rows), "query_s": min(took), "people": len(people),
    "people_s": time.perf_counter() - begin,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def main() -> None:
    """Print size, time and memory."""
    strides = int(sys.argv[1]) if len(sys.argv) > 1 else STRIDES
    with tempfile.TemporaryDirectory() as folder:
        random, count = np.random.default_rng(SEED), 0
        for number in range(STUDIES):
            path = Path(folder) / f"study{number}" / "strides.parquet"
            count += write_table(path, "strides", trials(random, number, strides // STUDIES))
            for name in ("ledger", "options", "excluded", "curves"):
                write_table(path.with_name(f"{name}.parquet"), name, [table_schema(name).empty_table()])
        size = sum(path.stat().st_size for path in Path(folder).rglob("strides.parquet"))
        done = subprocess.run([sys.executable, "-c", ASKED, folder], capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
    print(f"{count:,} strides in {STUDIES} studies: {size / 1e6:.0f} MB, {size / count:.0f} bytes each.")
    print(f"Mean, SD and median by study, speed and side ({found['groups']} groups): {found['query_s']:.2f} s.")
    print(f"One value for each of {found['people']:,} people and speeds: {found['people_s']:.2f} s.")
    print(f"Peak memory of the process that asks: {found['peak_mb']:.0f} MB.")


def trials(random: np.random.Generator, study: int, strides: int) -> Iterator[pa.Table]:
    """Trials of 100 strides whose metrics have the digits and the spread of measured ones."""
    for number in range(strides // PER_TRIAL):
        speed = SPEEDS[number % len(SPEEDS)]
        start = np.cumsum(random.normal(0.7, 0.01, PER_TRIAL))
        keys = {
            "participant": f"S{study}P{number // len(SPEEDS):05d}",
            "session": "1",
            "trial": f"run{round(speed * 10)}",
            "task": "run",
            "speed_m_s": speed,
            "side": np.repeat(["left", "right"], PER_TRIAL // 2),
            "stride": np.tile(np.arange(PER_TRIAL // 2), 2),
            "start_s": start,
            "end_s": start + 0.7,
            "valid": random.random(PER_TRIAL) > 0.02,
        }
        centre = random.normal(20, 5, len(METRIC_NAMES))
        values = {name: random.normal(at, 0.8, PER_TRIAL) for name, at in zip(METRIC_NAMES, centre, strict=True)}
        yield arrow_table("strides", pd.DataFrame(keys | values))


if __name__ == "__main__":
    main()
