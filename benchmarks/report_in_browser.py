"""
First paint of a report with curves, and how long an index of 1,000 sessions takes to filter, in a real browser.

Needs chromium (``KINEMATICS_CHROMIUM``, default /usr/bin/chromium)::

    python benchmarks/report_in_browser.py
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from kinematics.pipeline import assess
from kinematics.report import IndexRow, render_index, write_report
from kinematics.study import read_study

STUDY = Path(__file__).parents[1] / "data" / "raw" / "demo"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
FILTER = """() => { const search = document.getElementById('search'); search.value = 'P0042';
const start = performance.now(); search.dispatchEvent(new Event('input')); document.body.offsetHeight;
return performance.now() - start; }"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main(folder: Path) -> None:
    """Print both figures."""
    write_report(folder / "report.html", assess(read_study(STUDY).session("P06", "1")))
    rows = [IndexRow(f"P{n:04}", "1", "", "run 3.5 m/s", "low_both", "typical", 80) for n in range(1000)]
    (folder / "index.html").write_text(render_index("many", rows), encoding="utf-8")
    with sync_playwright() as playwright:
        path = os.environ.get("KINEMATICS_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        report, index = (opened(browser.new_page(), folder / f"{name}.html") for name in ("report", "index"))
        report.wait_for_selector("#curves .js-plotly-plot")
        print(f"first paint of a report with curves: {report.evaluate(PAINT):.0f} ms")
        print(f"filtering an index of 1,000 sessions: {index.evaluate(FILTER):.0f} ms")
        browser.close()


def opened(page: Page, path: Path) -> Page:
    """The page with a file in it."""
    page.goto(path.as_uri())
    return page


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
